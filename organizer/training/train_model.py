"""Train a classifier on labelled videos, choose its thresholds, measure it, and make a model of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from organizer.errors import BundleError, TrainingDataError
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import open_bundle
from organizer.models.installing import check_free, installing
from organizer.models.loose_classifier import load_loose_classifier
from organizer.models.manifest import check_name
from organizer.models.safe_write import RESUME, new_folder
from organizer.training.calibration import MAYBE_PRECISION, calibrate
from organizer.training.calibration_map import fit_score_map
from organizer.training.classifier_bundle import (
    NewBundle,
    write_classifier_bundle,
    write_loose_classifier,
)
from organizer.training.engine.events import Trained
from organizer.training.engine.settings import Monitor
from organizer.training.engine.trainer import CHECKPOINTS, train
from organizer.training.held_out_metrics import held_out_metrics
from organizer.training.measure.compare import compare
from organizer.training.measure.figures import figures_of
from organizer.training.score_videos import score_network

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path
    from threading import Event

    from organizer.models.bundle import Bundle
    from organizer.training.calibration import Calibration
    from organizer.training.calibration_map import ScoreMap
    from organizer.training.engine.data import TrainingData
    from organizer.training.engine.events import TrainingEvent
    from organizer.training.engine.settings import TrainingSettings
    from organizer.training.engine.trained import TrainedClassifier
    from organizer.training.measure.compare import Comparison
    from organizer.training.measure.figures import Figures
    from organizer.training.measure.scored import Scored
    from organizer.training.sources import TrainingSource

TARGET_PRECISION = 0.9
FEWEST_FOR_MAP = 20
"""Pairs of held-out video and label that are right, before scores are made probabilities by them."""
_UNCHOSEN = 0.5
"""A threshold before one is chosen."""
_HELD_OUT, _FINAL = "held-out", "final"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make."""

    name: str
    """Of the new model."""
    architecture: str
    settings: TrainingSettings
    work: Path
    """Folder for checkpoints and curves; the same one goes on where a training was stopped."""
    target_precision: float = TARGET_PRECISION
    """Of what is given, 0..1; a label that cannot reach it is at most a maybe."""
    maybe_precision: float = MAYBE_PRECISION
    """Of the maybes alone, 0..1."""
    out: Path | None = None
    """Folder for the model, which must not exist or be empty; None installs it."""
    replace: bool = False
    """Whether an installed model of this name may go."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Thresholds are chosen and the held-out videos measured."""

    figures: Figures
    calibration: Calibration
    against_base: Comparison | None = None
    """How it differs on these videos from the classifier that it corrects."""


@dataclass(frozen=True, slots=True)
class FinalBegins:
    """The weights that are kept are trained on everything now."""

    epochs: int


@dataclass(frozen=True, slots=True)
class Made:
    """The model is there; always the last event."""

    bundle: Bundle


def train_model(
    plan: Plan, source: TrainingSource, space: Bundle | None, *, stop: Event | None = None
) -> Iterator[TrainingEvent | Calibrated | FinalBegins | Made]:
    """Train, choose thresholds on what is held out, and write a bundle with the space's backbone and PCA.

    Called again with the same plan and source after a break, it goes on. Checkpoints go when all is done.

    Args:
        plan: what to make.
        source: what to train on.
        space: the model whose features these are; None where it is not installed, as that of YouTube-8M may
            be: then a loose classifier is written to the plan's folder.
        stop: set to end early with StoppedError; a checkpoint is written before.

    Yields:
        What happens.

    Raises:
        BundleError: the name is taken or cannot be used, or the space's files are damaged.
        TrainingDataError: there is nothing to train on, or another training in the work folder.
        StorageError: there is no room.
        StoppedError: it was asked to stop.
    """
    check_plan(plan)
    trained = yield from _trained(plan, source.data, plan.settings, _HELD_OUT, stop)
    scored = score_network(trained.model(), source.data, dict.fromkeys(trained.labels, _UNCHOSEN))
    score_map = None if source.base else score_map_of(scored)
    if score_map is not None:
        scored = replace(scored, scores=score_map.apply(scored.scores))
    calibration = calibrate(
        scored,
        plan.target_precision,
        source.base.thresholds if source.base else None,
        source.untouched,
        maybe_precision=plan.maybe_precision,
        base_maybe_thresholds=source.base.maybe_thresholds if source.base else None,
    )
    measured = scored.with_thresholds(calibration.thresholds, calibration.maybe_thresholds)
    figures = figures_of(measured)
    yield Calibrated(figures, calibration, _against_base(measured, trained, source))
    if source.everything is not None:
        epochs = trained.best_epoch + 1
        yield FinalBegins(epochs)
        # Nothing is held out any more: the loss falls to the last epoch, which is the one to keep.
        settings = replace(plan.settings, epochs=epochs, patience=None, monitor=Monitor.LOSS)
        trained = yield from _trained(plan, source.everything(), settings, _FINAL, stop)
    new = NewBundle(
        plan.name,
        calibration.thresholds,
        held_out_metrics(figures, calibration, source),
        source.summary[0].upper() + source.summary[1:],
        source.licence,
        source.files,
        maybe_thresholds=calibration.maybe_thresholds,
    )
    bundle = write_model(plan, space, replace(trained, score_map=score_map), new)
    forget(plan)
    yield Made(bundle)


def check_plan(plan: Plan) -> None:
    """Refuse, before hours are spent, what could not be written in the end.

    Raises:
        BundleError: the name is taken or cannot be used, or there is something in the folder to write to.
    """
    if plan.out is None:
        check_free(plan.name, replace=plan.replace)
        return
    check_name(plan.name)
    if plan.out.exists() and (not plan.out.is_dir() or any(plan.out.iterdir())):
        raise BundleError(f"{plan.out}: there is something here already. Name another folder for the model.")


def forget(plan: Plan) -> None:
    """Delete the checkpoints of a training, and nothing else: the curves stay."""
    for part in (_HELD_OUT, _FINAL):
        shutil.rmtree(plan.work / part / CHECKPOINTS, ignore_errors=True)


def score_map_of(scored: Scored) -> ScoreMap | None:
    """Return what makes probabilities of held-out videos' scores, None where these are better left alone.

    A correction is never mapped: what nobody decided about keeps the scores of what is corrected.
    """
    if scored.positives.sum() < FEWEST_FOR_MAP:
        return None
    try:
        return fit_score_map(scored.targets, scored.scores, scored.known)
    except TrainingDataError:
        # Scores that say nothing, as those of the majority class: no map makes more of them.
        return None


def _against_base(measured: Scored, trained: TrainedClassifier, source: TrainingSource) -> Comparison | None:
    """Compare with what is corrected, on the labels that both know."""
    if source.base is None:
        return None
    labels = tuple(label for label in trained.labels if label in source.base.labels)
    thresholds = {label: source.base.thresholds.get(label, _UNCHOSEN) for label in trained.labels}
    before = score_network(trained.untrained(), source.data, thresholds)
    before = before.with_thresholds(thresholds, source.base.maybe_thresholds)
    return compare(before.only(labels), measured.only(labels))


def _trained(
    plan: Plan, data: TrainingData, settings: TrainingSettings, part: str, stop: Event | None
) -> Generator[TrainingEvent, None, TrainedClassifier]:
    """Pass on what happens, and return the classifier."""
    for event in train(plan.architecture, data, settings, plan.work / part, stop=stop):
        yield event
        if isinstance(event, Trained):
            return event.classifier
    raise AssertionError("a training ends with Trained or an error")


def write_model(plan: Plan, space: Bundle | None, trained: TrainedClassifier, new: NewBundle) -> Bundle:
    """Write a trained model where the plan says and return it; its folder is whole or not there.

    Args:
        space: the model whose pictures and features the classifier was trained on; None where there is none.
        new: what is to be said of the new one.
    """
    if space is None:
        assert plan.out is not None, "what makes no features is not installed"
        with new_folder(plan.out, RESUME) as growing:
            write_loose_classifier(growing, trained, new)
        return load_loose_classifier(plan.out)
    if plan.out is not None:
        with new_folder(plan.out, RESUME) as growing:
            write_classifier_bundle(growing, space, trained, new)
        return load_bundle(plan.out)
    with installing(plan.name, replace=plan.replace) as growing:
        write_classifier_bundle(growing, space, trained, new)
    return open_bundle(plan.name)
