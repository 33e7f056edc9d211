"""Train a network, in steps that can be watched, stopped, killed and taken up again."""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.stopping import check
from organizer.training.architectures import architecture
from organizer.training.engine.checkpoints import (
    Checkpoint,
    EpochFigures,
    Identity,
    Progress,
    load_checkpoint,
    save_checkpoint,
)
from organizer.training.engine.data import Position
from organizer.training.engine.events import Began, EpochDone, Stepped, Trained, TrainingEvent
from organizer.training.engine.learner import Learner
from organizer.training.engine.replicas import open_replicas
from organizer.training.engine.settings import Monitor
from organizer.training.engine.tensorboard import TensorBoardWriter
from organizer.training.engine.trained import TrainedClassifier
from organizer.training.metrics import held_out_figures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Event

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.engine.data import TrainingData
    from organizer.training.engine.replicas import Replicas
    from organizer.training.engine.settings import TrainingSettings

LOGS = "logs"
CHECKPOINTS = "checkpoints"


def train(
    name: str, data: TrainingData, settings: TrainingSettings, folder: Path, *, stop: Event | None = None
) -> Iterator[TrainingEvent]:
    """Train an architecture on data; called again with the same folder, go on where it ended.

    The same seed, data, settings and machine give the same numbers, with and without breaks in between.
    With the environment variable ``TF_CONFIG``, as TensorFlow describes it, several workers train together;
    all must see the same folder, into which the first one writes.

    Args:
        name: of the architecture.
        data: what to train on.
        settings: how.
        folder: for checkpoints and curves; it need not exist.
        stop: set to end early with StoppedError; a checkpoint is written before.

    Yields:
        What happens; the last one is ``Trained``.

    Raises:
        TrainingDataError: there is no such architecture, nothing to train on, another training in the folder,
            or the loss is no number any more.
        StorageError: the folder cannot be written.
        StoppedError: it was asked to stop.
    """
    architecture(name)
    replicas = open_replicas()
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    if settings.batch % replicas.workers:
        raise TrainingDataError(
            f"Batches of {settings.batch} cannot be shared by {replicas.workers} workers. Take a multiple."
        )
    yield from _Training(name, data, settings, folder, replicas=replicas, stop=stop).run()


class _Training:
    def __init__(
        self,
        name: str,
        data: TrainingData,
        settings: TrainingSettings,
        folder: Path,
        *,
        replicas: Replicas,
        stop: Event | None,
    ) -> None:
        self._name, self._data, self._settings, self._stop = name, data, settings, stop
        self._replicas, self._folder = replicas, folder / CHECKPOINTS
        self._digest = digest(data, settings)
        self._identity = Identity(
            architecture=name,
            settings=settings,
            labels=tuple(data.labels),
            dimensions=data.dimensions,
            space_id=data.space_id,
            quantiser=repr(data.quantiser),
            data=self._digest,
            based_on=data.based_on.digest if data.based_on else None,
            workers=replicas.workers,
        )
        self._learner = Learner(
            name, data.dimensions, len(data.labels), settings, replicas, based_on=data.based_on
        )
        self._progress = Progress()
        self._best: list[NDArray[np.float32]] = []
        self._take_up(load_checkpoint(self._folder, self._identity))
        self._is_first = replicas.worker == 0
        self._curves: TensorBoardWriter | None = TensorBoardWriter(folder / LOGS) if self._is_first else None
        self._sum = replicas.sum_of()
        self._saved_at = time.monotonic()
        if self._sum(self._progress.steps) != self._progress.steps * replicas.workers:
            raise TrainingDataError(
                f"{folder}: the workers do not see the same checkpoint. Give all of them the same folder."
            )

    def run(self) -> Iterator[TrainingEvent]:
        progress, settings = self._progress, self._settings
        weights = sum(weight.size for weight in self._learner.weights())
        yield Began(weights, progress.epoch, progress.steps, self._replicas.total)
        while not self._progress.finished:
            yield from self._epoch()
            yield self._end_epoch()
        if self._curves is not None:
            self._curves.close()
        yield Trained(self._result(), early=self._progress.epoch < settings.epochs)

    def _epoch(self) -> Iterator[TrainingEvent]:
        import tensorflow as tf

        start, settings, replicas = self._progress, self._settings, self._replicas
        sums = tf.constant([start.lost, start.known], tf.float64)
        position = Position(settings.seed, start.epoch, start.batch, replicas.worker, replicas.workers)
        for batch in self._together(self._data.training(position, settings.batch // replicas.workers)):
            sums += self._learner.learn(batch)
            self._progress = replace(
                self._progress, batch=self._progress.batch + 1, steps=self._progress.steps + 1
            )
            reports = self._progress.steps % settings.report_steps == 0
            due = self._checkpoint_is_due()
            stopped = self._stop is not None and self._stop.is_set()
            if not (reports or due or stopped):
                # Until here nothing waits for the processor that computes the step.
                continue
            lost, known = (float(value) for value in sums.numpy())
            self._progress = replace(self._progress, lost=lost, known=known)
            self._check_finite(lost)
            if due or stopped:
                self._save()
            check(self._stop)
            if reports:
                yield self._stepped()
        lost, known = (float(value) for value in sums.numpy())
        self._check_finite(lost)
        self._progress = replace(self._progress, lost=lost, known=known)
        if not self._progress.batch:
            raise TrainingDataError("There is no video to train on. Look at the data's folder.")

    def _together(self, batches: Any) -> Iterator[Any]:
        """Yield batches as long as any worker has one; None where only others have."""
        if self._replicas.workers == 1:
            yield from batches
            return
        for batch in chain(batches, _for_ever_none()):
            if not self._sum(float(batch is not None)):
                return
            yield batch

    def _end_epoch(self) -> EpochDone:
        progress, settings = self._progress, self._settings
        loss, mean_precision = held_out_figures(*self._learner.score(self._data.validation(settings.batch)))
        figures = EpochFigures(
            progress.epoch,
            progress.lost / progress.known if progress.known else 0.0,
            loss,
            mean_precision,
            settings.learning_rate,
        )
        history = (*progress.history, figures)
        best = _is_best(figures, progress, settings.monitor)
        if best:
            self._best = self._learner.weights()
        best_epoch = progress.epoch if best else progress.best_epoch
        waited = progress.epoch - (best_epoch or 0)
        gives_up = settings.patience is not None and waited >= settings.patience
        self._progress = Progress(
            epoch=progress.epoch + 1,
            steps=progress.steps,
            epoch_steps=progress.epoch_steps or progress.batch,
            history=history,
            best_epoch=best_epoch,
            finished=gives_up or progress.epoch + 1 >= settings.epochs,
        )
        self._save()
        if self._curves is not None:
            self._curves.write(
                progress.steps,
                **{
                    "epoch/loss": figures.loss,
                    "epoch/validation_loss": figures.validation_loss,
                    "epoch/validation_map": figures.validation_map,
                    "epoch/learning_rate": figures.learning_rate,
                },
            )
        return EpochDone(figures, best)

    def _stepped(self) -> Stepped:
        progress = self._progress
        loss = progress.lost / progress.known if progress.known else 0.0
        if self._curves is not None:
            self._curves.write(progress.steps, **{"step/loss": loss})
        return Stepped(progress.epoch, progress.batch, progress.epoch_steps, progress.steps, loss)

    def _checkpoint_is_due(self) -> bool:
        # Only the first worker writes, so only its clock counts.
        return self._is_first and (
            self._progress.steps % self._settings.checkpoint_steps == 0
            or time.monotonic() - self._saved_at >= self._settings.checkpoint_s
        )

    def _save(self) -> None:
        if not self._is_first:
            return
        checkpoint = Checkpoint(self._identity, self._progress, self._learner.state(), self._best)
        save_checkpoint(self._folder, checkpoint)
        self._saved_at = time.monotonic()

    def _take_up(self, checkpoint: Checkpoint | None) -> None:
        if checkpoint is None:
            return
        try:
            self._learner.restore(checkpoint.state)
        except ValueError as error:
            raise TrainingDataError(
                f"{self._folder}: its checkpoint does not fit ({error}). Train into another folder."
            ) from error
        self._progress, self._best = checkpoint.progress, checkpoint.best

    def _check_finite(self, lost: float) -> None:
        if not math.isfinite(lost):
            raise TrainingDataError(
                f"After {self._progress.steps} steps the loss is no number any more. Take a smaller learning "
                "rate, and look whether all features are finite."
            )

    def _result(self) -> TrainedClassifier:
        data, progress = self._data, self._progress
        return TrainedClassifier(
            self._name,
            data.dimensions,
            tuple(data.labels),
            data.space_id,
            data.quantiser,
            self._settings,
            self._best,
            progress.history,
            progress.best_epoch or 0,
            self._digest,
            data.based_on,
        )


def digest(data: TrainingData, settings: TrainingSettings) -> str:
    """Return a digest of the first batch to train on and the first held out: other data has another one."""
    import numpy as np

    hashed = hashlib.sha256()
    first_epoch = data.training(Position(settings.seed, 0), settings.batch)
    for batches in (first_epoch, data.validation(settings.batch)):
        for batch in batches.take(1):
            for tensor in batch:
                hashed.update(repr(tuple(tensor.shape)).encode())
                hashed.update(np.ascontiguousarray(tensor.numpy()).tobytes())
    return hashed.hexdigest()[:16]


def _is_best(figures: EpochFigures, progress: Progress, monitor: Monitor) -> bool:
    """Say whether an epoch beats all before; without a figure to go by, the last one does.

    At equal precision the smaller loss counts: class priors alone have one precision for ever.
    """
    if progress.best_epoch is None:
        return True
    before = progress.history[progress.best_epoch]
    precision, best_precision = figures.validation_map, before.validation_map
    if monitor is Monitor.MAP and precision != best_precision:
        return precision is None or best_precision is None or precision > best_precision
    loss, best_loss = figures.validation_loss, before.validation_loss
    return loss is None or best_loss is None or loss < best_loss


def _for_ever_none() -> Iterator[None]:
    while True:
        yield None
