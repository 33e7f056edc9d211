"""What ``organizer train`` and ``organizer evaluate`` share: where labelled videos come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.parameters import ExistingPath, enum_option
from organizer.errors import MissingDependencyError, TrainingDataError
from organizer.features.tensorflow.loading import load_tensorflow
from organizer.training.trained_on import Origin
from organizer.training.yt8m.record_formats import Level
from organizer.training.yt8m_source import Yt8mChoice

if TYPE_CHECKING:
    from collections.abc import Callable

_INSTALL = (
    'Install what training needs: pip install "organizer[train]", or in a clone: pip install ".[train]"'
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Which labelled videos are meant."""

    data: Origin
    folders: tuple[Path, ...]
    """Where shards or the corpus lie."""
    own_tags: bool
    """Of the library: whether a person's own tags are labels too."""
    vocabulary: Path | None
    """Of YouTube-8M: the file with label names; None is the one in the folder."""
    fold: int | None
    """Of the corpus, or of a table of YouTube-8M's means: the fold that is held out."""
    level: Level
    """Of YouTube-8M."""

    def of_yt8m(self, negatives: float | None = None) -> Yt8mChoice:
        """Return which videos of YouTube-8M are meant; ``negatives`` are those with none of the labels."""
        return Yt8mChoice(self.folders, self.level, self.vocabulary, self.fold, negatives, self.own_tags)

    def one_folder(self) -> Path:
        """Return the only folder given.

        Raises:
            TrainingDataError: there is none, or more than one.
        """
        if len(self.folders) != 1:
            raise TrainingDataError(f"Name one folder for --data {self.data}: --folder FOLDER")
        return self.folders[0]


_OPTIONS = (
    enum_option(
        "--data",
        enum=Origin,
        default=Origin.LIBRARY.value,
        show_default=True,
        help="Labelled videos: your decisions in the library, shards of YouTube-8M or of organizer features, "
        "or the corpus.",
    ),
    click.option(
        "--folder",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Where shards, or the corpus, lie. Can be repeated for YouTube-8M's. Of the video level it may "
        "be one .npz file with means and our labels.",
    ),
    enum_option(
        "--level",
        enum=Level,
        help="Of YouTube-8M: features of each second (frame), or their mean over the video (video). "
        f"[default: {Level.FRAME}]",
    ),
    click.option(
        "--own-tags", is_flag=True, help="Of your own videos: tags of your own count as labels too."
    ),
    click.option(
        "--vocabulary",
        type=ExistingPath(dir_okay=False, path_type=Path),
        help="YouTube-8M's label names, of the shards' release. [default: vocabulary.csv in the FOLDER]",
    ),
    click.option(
        "--fold",
        type=click.IntRange(0, 4),
        help="Of the corpus, or of an .npz file with folds: the fold that is held out.",
    ),
)


def data_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which labelled videos are meant; the command gets them as ``labelled``."""

    @wraps(function)
    def command(
        *,
        data: Origin,
        folders: tuple[Path, ...],
        own_tags: bool,
        vocabulary: Path | None,
        fold: int | None,
        level: Level | None,
        **others: Any,
    ) -> None:
        if level is not None and data is not Origin.YT8M:
            raise TrainingDataError("--level is for --data yt8m.")
        chosen = level or Level.FRAME
        function(labelled=Labelled(data, folders, own_tags, vocabulary, fold, chosen), **others)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_tensorflow() -> None:
    """Load TensorFlow, or say what to install before anything is begun.

    Raises:
        MissingDependencyError: it is not there, not completely, or too old.
    """
    if find_spec("tensorflow") is None:
        raise MissingDependencyError(f"Not installed: tensorflow. {_INSTALL}")
    load_tensorflow(_INSTALL)
