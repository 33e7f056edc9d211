"""Where a training stands, written so that it can be killed at any moment and go on as if it had not been.

A checkpoint is one ``.npz`` file: the arrays as they are, and all else as JSON text in an array of bytes. It
is written under another name, forced to the disk and then renamed. The last two are kept: should a disk lose
what it said it had, the one before is there.
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.models.safe_write import RESUME, durable_rename, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.engine.settings import TrainingSettings

FORMAT = 1
KEPT = 2
_NAMES = "checkpoint-*.npz"
_GROWING = ".checkpoint.part"
_JSON = "json"
HOW_OFTEN = ("checkpoint_steps", "checkpoint_s", "report_steps")
"""Settings that do not change what comes out."""
_UNREADABLE = (OSError, EOFError, KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile)
"""What is raised by a file that is damaged or something else."""


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """How an epoch went."""

    epoch: int
    """Counted from 0."""
    loss: float
    """Mean cross-entropy over the known labels of all videos trained on, as they came."""
    validation_loss: float | None
    """The same of the held-out videos, after the epoch; None without any."""
    validation_map: float | None
    """Mean average precision over the labels that a held-out video has, 0..1; None where none has one."""
    learning_rate: float
    """At the end."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training has come."""

    epoch: int = 0
    """The one under way, counted from 0."""
    batch: int = 0
    """Its batches done."""
    steps: int = 0
    """Batches done in all."""
    epoch_steps: int | None = None
    """Batches of the first epoch, once it is over."""
    lost: float = 0.0
    """Sum of the weighted losses in this epoch."""
    known: float = 0.0
    """Sum of the weights in this epoch."""
    history: tuple[EpochFigures, ...] = ()
    """Of the epochs that are over."""
    best_epoch: int | None = None
    """Whose weights are kept."""
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """What training a checkpoint is of: two that differ in any of it are two trainings."""

    architecture: str
    settings: TrainingSettings
    labels: tuple[str, ...]
    dimensions: int
    space_id: str
    quantiser: str
    data: str
    """A digest of the first videos trained on and held out."""
    based_on: str | None
    """A digest of what is corrected; None where nothing is."""
    workers: int
    """Processes that train together."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, without what only says how often to save and to report."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        for name in HOW_OFTEN:
            del values["settings"][name]
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """All that is needed to go on."""

    identity: Identity
    progress: Progress
    state: dict[str, NDArray[Any]]
    """As ``Learner.state``."""
    best: list[NDArray[np.float32]] = field(default_factory=list)
    """The weights of the best epoch; empty before the first is over."""


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint into a folder, and remove all but the last two.

    Raises:
        StorageError: it cannot be written.
    """
    import numpy as np

    words = {
        "format": FORMAT,
        "training": checkpoint.identity.as_json(),
        "progress": asdict(checkpoint.progress),
        "best": len(checkpoint.best),
    }
    arrays: dict[str, Any] = {f"state/{name}": array for name, array in checkpoint.state.items()}
    arrays |= {f"best/{number:04d}": array for number, array in enumerate(checkpoint.best)}
    arrays[_JSON] = np.frombuffer(json.dumps(words).encode(), np.uint8)
    file = folder / f"checkpoint-{checkpoint.progress.steps:010d}.npz"
    with storage_errors(folder, RESUME):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _GROWING).open("wb") as stream:
            np.savez(stream, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        durable_rename(folder / _GROWING, file)
        for old in sorted(folder.glob(_NAMES))[:-KEPT]:
            old.unlink()
    return file


def load_checkpoint(folder: Path, identity: Identity) -> Checkpoint | None:
    """Return the last checkpoint of a training; None where there is none yet.

    Args:
        folder: where it was saved; it need not exist.
        identity: what training is to go on.

    Raises:
        TrainingDataError: it is of another training, or none can be read.
    """
    files = sorted(folder.glob(_NAMES), reverse=True)
    reasons = []
    for file in files:
        try:
            found, checkpoint = _read(file, identity)
        except _UNREADABLE as error:
            reasons.append(f"{file.name}: {error}")
            continue
        _check_same(folder, found, identity.as_json())
        return checkpoint
    if files:
        raise TrainingDataError(
            f"{folder}: no checkpoint in it can be read ({'; '.join(reasons)}). Train into another "
            "folder, or empty this one."
        )
    return None


def _read(file: Path, identity: Identity) -> tuple[dict[str, Any], Checkpoint]:
    """Return what training a file says it is of, as JSON values, and the checkpoint, taken to be of ours."""
    import numpy as np

    with np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    words = json.loads(arrays.pop(_JSON).tobytes().decode())
    if words["format"] != FORMAT:
        raise ValueError(f"it has format {words['format']}, this organizer reads {FORMAT}")
    progress = words["progress"]
    progress["history"] = tuple(EpochFigures(**figures) for figures in progress["history"])
    state = {
        name.removeprefix("state/"): array for name, array in arrays.items() if name.startswith("state/")
    }
    best = [arrays[f"best/{number:04d}"] for number in range(words["best"])]
    return _as_written_today(words["training"]), Checkpoint(identity, Progress(**progress), state, best)


def _as_written_today(training: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a training by any version in the words of this one."""
    settings = dict(training["settings"])
    # 0.1.0 could also let the learning rate fall; now it is constant in all trainings.
    if settings.get("schedule") == "constant":
        del settings["schedule"]
    return {**training, "settings": settings}


def _check_same(folder: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with another training, and say in what it differs."""
    differences = []
    for name in sorted(found.keys() | wanted.keys()):
        old, new = found.get(name), wanted.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            for key in sorted(old.keys() | new.keys()):
                if old.get(key) != new.get(key):
                    differences.append(f"{key} was {_short(old.get(key))} and is {_short(new.get(key))}")
        elif old != new:
            differences.append(f"{name} was {_short(old)} and is {_short(new)}")
    if differences:
        raise TrainingDataError(
            f"{folder}: another training has begun in this folder ({'; '.join(differences)}). Take the same "
            "settings and data to go on with it, or another folder."
        )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
