"""``organizer train``."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import click

from organizer.cli.context import EXIT_STOPPED, library_option, open_library
from organizer.cli.figure_tables import print_comparison, print_headline, print_labels
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.cli.training_options import Labelled, check_tensorflow, data_options
from organizer.config import cache_folder
from organizer.errors import TrainingDataError
from organizer.models.catalogue import DEFAULT, open_bundle
from organizer.models.inception.assemble import NAME
from organizer.models.manifest import check_name
from organizer.stopping import StoppedError
from organizer.text import count, safe_text
from organizer.training.architectures import ARCHITECTURES
from organizer.training.calibration import MAYBE_PRECISION
from organizer.training.engine.events import Began, EpochDone, Stepped, Trained
from organizer.training.engine.settings import TrainingSettings
from organizer.training.evidence_weights import base_of
from organizer.training.library_data import LibrarySettings
from organizer.training.own_features import own_folder, own_source
from organizer.training.sources import corpus_source, library_source
from organizer.training.train_model import (
    Calibrated,
    FinalBegins,
    Made,
    Plan,
    check_plan,
    forget,
    train_model,
)
from organizer.training.trained_on import Origin
from organizer.training.yt8m.shards import Wanted, download_shards, download_vocabulary
from organizer.training.yt8m_source import installed_space, yt8m_source

if TYPE_CHECKING:
    from threading import Event

    from organizer.models.bundle import Bundle
    from organizer.training.evidence_weights import Base
    from organizer.training.measure.compare import Comparison
    from organizer.training.own_features import OwnFolder
    from organizer.training.sources import TrainingSource
    from organizer.training.yt8m.record_formats import Level

_MIRRORS = ("us", "eu", "asia")
"""Of the built-in list of addresses."""
_VALIDATION_SHARE = 4
"""So many shards are trained on for each that is held out."""


@click.command()
@click.option("--name", default="own", show_default=True, help="What the new model is called.")
@click.option(
    "--arch",
    "architecture",
    type=click.Choice(list(ARCHITECTURES)),
    help="The network. The first three are the published ones; correction builds on the model of --space. "
    "[default: correction for a library and a model that can be built on, as lite can; else attention]",
)
@data_options
@click.option(
    "--space",
    metavar="MODEL",
    help="The installed model whose features are learnt from. [default: lite; inception-yt8m for yt8m, and "
    "where that is not installed a classifier alone is made]",
)
@click.option(
    "--shards",
    type=click.IntRange(min=1),
    help="Of YouTube-8M: download so many shards into the FOLDER first, and a quarter as many to measure on; "
    "about 400 MB each, of the video level 6 MB. What is there stays.",
)
@click.option(
    "--mirror",
    type=click.Choice(_MIRRORS),
    default=_MIRRORS[0],
    show_default=True,
    help="Where shards come from.",
)
@click.option(
    "--negatives",
    type=click.FloatRange(0, 1),
    help="Of YouTube-8M: share of the videos with none of the labels to train on. [default: 0.1; of the "
    "video level 1]",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How often all videos are trained on, at most.",
)
@click.option("--batch", type=click.IntRange(min=1), default=64, show_default=True, help="Videos a step.")
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    default=1e-3,
    show_default=True,
    help="Of Adam.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="End after so many epochs without a better one; 0: never.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="The same one gives the same model.",
)
@click.option(
    "--precision-target",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.9,
    show_default=True,
    help="Wanted share of right tags. A label that cannot reach it is at most a maybe.",
)
@click.option(
    "--maybe-target",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=MAYBE_PRECISION,
    show_default=True,
    help="Wanted share of right ones among the maybes, which score too low for a tag.",
)
@click.option(
    "--work", type=click.Path(path_type=Path), help="Folder for checkpoints and TensorBoard curves."
)
@click.option("--from-scratch", is_flag=True, help="Throw away what a stopped training of this NAME left.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the model here and do not install it.")
@click.option("--replace", is_flag=True, help="Put it in the place of an installed model of this name.")
@library_option
def train(
    *,
    name: str,
    architecture: str | None,
    labelled: Labelled,
    space: str | None,
    shards: int | None,
    mirror: str,
    negatives: float | None,
    epochs: int,
    batch: int,
    learning_rate: float,
    patience: int,
    seed: int,
    precision_target: float,
    maybe_target: float,
    work: Path | None,
    from_scratch: bool,
    out: Path | None,
    replace: bool,
) -> None:
    """Train a classifier and make a model of it.

    From your decisions: confirm and reject tags in the gallery, then "organizer train". From YouTube-8M:
    "organizer train --data yt8m --folder FOLDER --shards 10". Some videos are held out: they choose the epoch
    and the thresholds, and give the figures.

    Ctrl-C keeps how far it came; the same command goes on. With --data corpus --fold K, fold K is never
    trained on; without, the last weights are trained on all folds.
    """
    check_tensorflow()

    _check_yt8m_options(labelled, **{"--shards": shards, "--negatives": negatives})
    # It becomes the name of a folder below.
    check_name(name)
    own = own_folder(labelled.of_yt8m()) if labelled.data is Origin.YT8M else None
    if own is not None:
        # Downloaded beside them, YouTube-8M's shards would be read as one's own.
        _check_own_options(own, **{"--shards": shards, "--negatives": negatives})
        model: Bundle | None = own.space(space)
    else:
        model = installed_space(space) if labelled.data is Origin.YT8M else open_bundle(space or DEFAULT)
    base = _base(architecture, model, labelled.data)
    if labelled.data is Origin.LIBRARY and model and base is None and not architecture:
        click.echo(f"{model.name} cannot be built on, so this learns from nothing. To correct: --space lite.")
    if model is None:
        # Nothing makes features for it yet, so it cannot be installed.
        out = out or Path(name)
    plan = Plan(
        name=name,
        architecture=architecture or ("correction" if base else "attention"),
        settings=TrainingSettings(
            epochs=epochs,
            batch=batch,
            learning_rate=learning_rate,
            seed=seed,
            patience=patience or None,
        ),
        work=(work or cache_folder() / "training" / name).absolute(),
        target_precision=precision_target,
        maybe_precision=maybe_target,
        out=None if out is None else out.absolute(),
        replace=replace,
    )
    check_plan(plan)
    if from_scratch:
        forget(plan)
    try:
        with stop_asked_for() as stop:
            if shards:
                _download(labelled.one_folder(), labelled.level, shards, mirror, stop)
            source = (
                _source(labelled, model, base, negatives)
                if own is None
                else own_source(own, labelled.of_yt8m())
            )
            for note in source.notes:
                click.echo(safe_text(note))
            click.echo(f"Held out: {safe_text(source.held_out)}.")
            made = _follow(plan, source, model, stop)
    except (StoppedError, KeyboardInterrupt):
        click.echo(
            f"Stopped. How far it came is kept in {safe_text(str(plan.work))}; the same command goes on.",
            err=True,
        )
        raise SystemExit(EXIT_STOPPED) from None
    _say_made(made.bundle, plan)


def _check_yt8m_options(labelled: Labelled, **given: object) -> None:
    for option, value in given.items():
        if value is not None and labelled.data is not Origin.YT8M:
            raise TrainingDataError(f"{option} is for --data yt8m.")


def _check_own_options(own: OwnFolder, **given: object) -> None:
    for option, value in given.items():
        if value is not None:
            raise TrainingDataError(
                f"{own.folder}: it holds features of your own videos, and {option} is for YouTube-8M's. Name "
                "another folder."
            )


def _base(architecture: str | None, space: Bundle | None, data: Origin) -> Base | None:
    """Return what is to be corrected; None where a network learns from nothing.

    Raises:
        TrainingDataError: a correction is wanted, and there is nothing to correct.
    """
    if architecture not in {None, "correction"}:
        return None
    base = base_of(space) if space and data is Origin.LIBRARY else None
    if base is None and architecture:
        raise TrainingDataError(
            "A correction learns from decisions in a library and builds on a model that "
            f"{space.name if space else NAME} is not. Take --data library with --space lite, or another "
            "--arch."
        )
    return base


def _source(
    labelled: Labelled, space: Bundle | None, base: Base | None, negatives: float | None
) -> TrainingSource:
    if labelled.data is Origin.YT8M:
        return yt8m_source(space, labelled.of_yt8m(negatives))
    # Only frames of YouTube-8M come without a space.
    assert space is not None
    match labelled.data:
        case Origin.CORPUS:
            click.echo("Looking at the corpus; the first time this takes some minutes ...")
            return corpus_source(space, labelled.one_folder(), cache_folder() / "corpus", labelled.fold)
        case Origin.LIBRARY:
            with open_library() as library:
                return library_source(space, library, LibrarySettings(own_tags=labelled.own_tags), base)
        case _:
            assert_never(labelled.data)


def _download(folder: Path, level: Level, shards: int, mirror: str, stop: Event) -> None:
    for _ in download_vocabulary(folder, stop=stop):
        pass
    for split, number in (("train", shards), ("validate", -(-shards // _VALIDATION_SHARE))):
        wanted = Wanted(level, split, number, mirror)
        with (
            progress_bar(f"{split} shards", Unit.BYTES) as bar,
            closing(download_shards(wanted, folder, stop=stop)) as events,
        ):
            for event in events:
                words = f"{split} shard {event.number} of {event.files}"
                bar.update(event.file.done, event.file.total, words)
        click.echo(f"{count(number, f'{split} shard')} in {safe_text(str(folder))}")


def _follow(plan: Plan, source: TrainingSource, space: Bundle | None, stop: Event) -> Made:
    with progress_bar("getting ready") as bar:
        for event in train_model(plan, source, space, stop=stop):
            match event:
                case Began(weights, epoch, step, replicas):
                    on = f", going on in epoch {epoch + 1} after {count(step, 'step')}" if step else ""
                    more = f" on {replicas} processors" if replicas > 1 else ""
                    click.echo(f"{plan.architecture}: {count(weights, 'weight')}{more}{on}")
                case Stepped(epoch, batch, total, _, loss):
                    bar.update(batch, total, f"epoch {epoch + 1}, loss {loss:.4f}")
                case EpochDone(figures, best):
                    held_out = (
                        ""
                        if figures.validation_map is None
                        else f", held out: mAP {figures.validation_map:.3f}"
                    )
                    star = " *" if best else ""
                    click.echo(f"epoch {figures.epoch + 1}: loss {figures.loss:.4f}{held_out}{star}")
                case Trained(classifier, early):
                    why = ", for no later one was better" if early else ""
                    click.echo(f"Epoch {classifier.best_epoch + 1} is kept{why}.")
                case FinalBegins(epochs):
                    click.echo(f"Now on all videos, for {count(epochs, 'epoch')}.")
                case Calibrated():
                    _say_figures(event, plan, source)
                case Made():
                    return event
    raise AssertionError("a training ends with a model or an error")


def _say_figures(calibrated: Calibrated, plan: Plan, source: TrainingSource) -> None:
    print_headline(calibrated.figures)
    print_labels(calibrated.figures)
    for row in calibrated.calibration.abstaining:
        click.echo(f"{safe_text(row.label)} is {row.words}.")
    kept = [
        row.label for row in calibrated.calibration.labels if row.kept and row.label not in source.untouched
    ]
    if kept:
        click.echo(f"Too few videos to choose a threshold, so it stays: {safe_text(', '.join(kept))}.")
    click.echo("Epoch and thresholds were chosen on the same videos, so expect a little less elsewhere.")
    if source.base and calibrated.against_base:
        print_comparison(calibrated.against_base, source.base.name, plan.name)
        click.echo(verdict(calibrated.against_base))


def verdict(comparison: Comparison) -> str:
    """Say in words whether a correction is worth having."""
    differences = {row.name: row.difference for row in comparison.headline}
    # Few videos a label leave no figure over several labels.
    gained = differences["map"] if differences["map"] is not None else differences["map_all"]
    if gained is None:
        return "Too few videos are held out to tell whether it is better than what it corrects."
    if gained > 0:
        return "It is better than what it corrects on them."
    return (
        "On the labels that both know it is no better than what it corrects: decide about more videos, or "
        "use it for new labels alone."
    )


def _say_made(bundle: Bundle, plan: Plan) -> None:
    click.echo(f"Made {safe_text(bundle.id)} in {safe_text(str(bundle.folder))}")
    if not bundle.makes_features:
        click.echo(f"It is a classifier alone, since {NAME} is not installed.")
        click.echo(f"To use it: organizer models pull {NAME}, then organizer models import {plan.out}")
    elif plan.out is None:
        click.echo(f"To use it: organizer models use {bundle.name}")
    else:
        click.echo(f"To install it: organizer models import {safe_text(str(plan.out))}")
