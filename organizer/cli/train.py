"""``organizer train``."""

from __future__ import annotations

import sys
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.context import EXIT_STOPPED, library_option, open_library
from organizer.cli.stopping import stop_asked_for
from organizer.cli.training_options import check_installed, data_options, one_folder, quiet_tensorflow
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from threading import Event

    from rich.progress import Progress

    from organizer.models.bundle import Bundle
    from organizer.training.ensemble_weights import Base
    from organizer.training.measure.compare import Comparison
    from organizer.training.sources import TrainingSource
    from organizer.training.train_model import Calibrated, Made, Plan

_ARCHITECTURES = (
    "majority",
    "rnn",
    "cnn-lstm",
    "cnn-lstm-masked",
    "moe",
    "netvlad",
    "attention",
    "attention-conv",
    "correction",
)
"""Spelled out, for help must not import them; a test holds them against the registry."""
_MIRRORS = ("us", "eu", "asia")
_VALIDATION_SHARE = 4
"""So many shards are trained on for each that is held out."""


@click.command()
@click.option("--name", default="own", show_default=True, help="What the new model is called.")
@click.option(
    "--arch",
    "architecture",
    type=click.Choice(_ARCHITECTURES),
    help="The network. The first three are the published ones; correction builds on the model of --space. "
    "[default: correction for a library and a model that can be built on, as lite can; else attention]",
)
@data_options
@click.option(
    "--space",
    metavar="MODEL",
    help="The installed model whose features are learnt from. [default: lite; inception-yt8m for yt8m]",
)
@click.option(
    "--shards",
    type=click.IntRange(min=1),
    help="Of YouTube-8M: download so many shards into the FOLDER first, and a quarter as many to measure on; "
    "about 400 MB each. What is there stays.",
)
@click.option(
    "--mirror", type=click.Choice(_MIRRORS), default="us", show_default=True, help="Where shards come from."
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
    help="Wanted share of right tags. A label that cannot reach it is never suggested.",
)
@click.option(
    "--work", type=click.Path(path_type=Path), help="Folder for checkpoints and TensorBoard curves."
)
@click.option("--from-scratch", is_flag=True, help="Throw away what a stopped training of this NAME left.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the model here and do not install it.")
@click.option("--replace", is_flag=True, help="Put it in the place of an installed model of this name.")
@library_option
def train(data: str, shards: int | None, mirror: str, **options: Any) -> None:
    """Train a classifier and make a model of it.

    From your decisions: confirm and reject tags in the gallery, then "organizer train". From YouTube-8M:
    "organizer train --data yt8m --folder FOLDER --shards 10". Some videos are held out: they choose the epoch
    and the thresholds, and give the figures.

    Ctrl-C keeps how far it came; the same command goes on. With --data corpus --fold K, fold K is never
    trained on; without, the last weights are trained on all folds.
    """
    check_installed("tensorflow", "sklearn")
    quiet_tensorflow()
    from organizer.errors import TrainingDataError
    from organizer.stopping import StoppedError
    from organizer.training.train_model import check_plan, forget

    if data != "yt8m" and shards:
        raise TrainingDataError("--shards is for --data yt8m.")
    space = _space(options["space"], data)
    base = _base(options["architecture"], space, data)
    if data == "library" and base is None and not options["architecture"]:
        click.echo(f"{space.name} cannot be built on, so this learns from nothing. To correct: --space lite.")
    options["architecture"] = options["architecture"] or ("correction" if base else "attention")
    plan = _plan(options)
    check_plan(plan)
    if options["from_scratch"]:
        forget(plan)
    try:
        with stop_asked_for() as stop:
            if shards:
                _download(one_folder(options["folders"], data), shards, mirror, stop)
            source = _source(data, space, base, options)
            for note in source.notes:
                click.echo(safe_text(note))
            click.echo(f"Held out: {safe_text(source.held_out)}.")
            made = _follow(plan, source, space, stop)
    except (StoppedError, KeyboardInterrupt):
        click.echo(
            f"Stopped. How far it came is kept in {safe_text(str(plan.work))}; the same command goes on.",
            err=True,
        )
        raise SystemExit(EXIT_STOPPED) from None
    _say_made(made.bundle, plan)


def _space(name: str | None, data: str) -> Bundle:
    from organizer.models.catalogue import DEFAULT, open_bundle
    from organizer.models.inception.assemble import NAME

    return open_bundle(name or (NAME if data == "yt8m" else DEFAULT))


def _base(architecture: str | None, space: Bundle, data: str) -> Base | None:
    """Return what is to be corrected; None where a network learns from nothing.

    Raises:
        TrainingDataError: a correction is wanted, and there is nothing to correct.
    """
    from organizer.errors import TrainingDataError
    from organizer.training.ensemble_weights import base_of

    if architecture not in {None, "correction"}:
        return None
    base = base_of(space) if data == "library" else None
    if base is None and architecture:
        raise TrainingDataError(
            f"A correction learns from decisions in a library and builds on a model that {space.name} is "
            "not. Take --data library with --space lite, or another --arch."
        )
    return base


def _plan(options: dict[str, Any]) -> Plan:
    from organizer.config import cache_folder
    from organizer.models.manifest import check_name
    from organizer.training.engine.settings import TrainingSettings
    from organizer.training.train_model import Plan

    # It becomes the name of a folder below.
    check_name(options["name"])
    return Plan(
        name=options["name"],
        architecture=options["architecture"],
        settings=TrainingSettings(
            epochs=options["epochs"],
            batch=options["batch"],
            learning_rate=options["learning_rate"],
            seed=options["seed"],
            patience=options["patience"] or None,
        ),
        work=(options["work"] or cache_folder() / "training" / options["name"]).absolute(),
        target_precision=options["precision_target"],
        out=options["out"] and options["out"].absolute(),
        replace=options["replace"],
    )


def _source(data: str, space: Bundle, base: Base | None, options: dict[str, Any]) -> TrainingSource:
    from organizer.config import cache_folder
    from organizer.training.library_data import LibrarySettings
    from organizer.training.sources import corpus_source, library_source, yt8m_source

    folders: Sequence[Path] = options["folders"]
    if data == "yt8m":
        return yt8m_source(space, folders, options["vocabulary"])
    if data == "corpus":
        cache = cache_folder() / "corpus"
        click.echo("Looking at the corpus; the first time this takes some minutes ...")
        return corpus_source(space, one_folder(folders, data), cache, options["fold"])
    with open_library() as db:
        return library_source(space, db, LibrarySettings(own_tags=options["own_tags"]), base)


def _download(folder: Path, shards: int, mirror: str, stop: Event) -> None:
    from organizer.training.yt8m.shards import Wanted, download_shards, download_vocabulary

    for _ in download_vocabulary(folder, stop=stop):
        pass
    for split, number in (("train", shards), ("validate", -(-shards // _VALIDATION_SHARE))):
        wanted = Wanted("frame", split, number, mirror)
        shown: AbstractContextManager[Progress | None] = _bar() if sys.stdout.isatty() else nullcontext()
        with shown as bar, closing(download_shards(wanted, folder, stop=stop)) as events:
            task = bar.add_task(f"{split} shards", total=None) if bar else None
            for event in events:
                if bar and task is not None:
                    words = f"{split} shard {event.number} of {event.files}"
                    bar.update(task, description=words, completed=event.file.done, total=event.file.total)
        click.echo(f"{count(number, f'{split} shard')} in {safe_text(str(folder))}")


def _follow(plan: Plan, source: TrainingSource, space: Bundle, stop: Event) -> Made:
    from organizer.training.engine.events import Began, EpochDone, Stepped, Trained
    from organizer.training.train_model import Calibrated, FinalBegins, Made, train_model

    shown: AbstractContextManager[Progress | None] = _bar() if sys.stdout.isatty() else nullcontext()
    with shown as bar:
        task = bar.add_task("getting ready", total=None) if bar else None
        for event in train_model(plan, source, space, stop=stop):
            match event:
                case Began(weights, epoch, step, replicas):
                    on = f", going on in epoch {epoch + 1} after {count(step, 'step')}" if step else ""
                    more = f" on {replicas} processors" if replicas > 1 else ""
                    click.echo(f"{plan.architecture}: {count(weights, 'weight')}{more}{on}")
                case Stepped(epoch, batch, total, _, loss) if bar and task is not None:
                    bar.update(
                        task, description=f"epoch {epoch + 1}, loss {loss:.4f}", completed=batch, total=total
                    )
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
    from organizer.cli.figure_tables import print_comparison, print_headline, print_labels

    print_headline(calibrated.figures)
    print_labels(calibrated.figures)
    for row in calibrated.calibration.abstaining:
        click.echo(f"{safe_text(row.label)} is never suggested: {row.reason}.")
    kept = [
        row.label for row in calibrated.calibration.labels if row.kept and row.label not in source.untouched
    ]
    if kept:
        click.echo(f"Too few videos to choose a threshold, so it stays: {safe_text(', '.join(kept))}.")
    click.echo("Epoch and thresholds were chosen on the same videos, so expect a little less elsewhere.")
    if source.base and calibrated.against_base:
        print_comparison(calibrated.against_base, source.base.name, plan.name)
        click.echo(_verdict(calibrated.against_base))


def _verdict(comparison: Comparison) -> str:
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
    if plan.out is None:
        click.echo(f"To use it: organizer models use {bundle.name}")
    else:
        click.echo(f"To install it: organizer models import {safe_text(str(plan.out))}")


def _bar() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    return Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), transient=True
    )
