"""What ``organizer train`` and ``organizer evaluate`` share: where labelled videos come from."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from organizer.errors import MissingDependencyError, TrainingDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DATA = ("library", "yt8m", "corpus")
Decorated = TypeVar("Decorated", bound="Callable[..., Any]")
_INSTALL = (
    'Install what training needs: pip install "organizer[train]", or in a clone: pip install ".[train]"'
)


def data_options(function: Decorated) -> Decorated:
    """Add the options that say which labelled videos are meant."""
    for option in (
        click.option("--fold", type=click.IntRange(0, 4), help="Of the corpus: the fold that is held out."),
        click.option(
            "--vocabulary",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="YouTube-8M's label names, of the shards' release. [default: vocabulary.csv in the FOLDER]",
        ),
        click.option(
            "--own-tags", is_flag=True, help="Of the library: tags of your own count as labels too."
        ),
        click.option(
            "--folder",
            "folders",
            multiple=True,
            type=click.Path(path_type=Path),
            help="Where YouTube-8M's shards, or the corpus, lie. Can be repeated for shards.",
        ),
        click.option(
            "--data",
            type=click.Choice(DATA),
            default="library",
            show_default=True,
            help="Labelled videos: your decisions in the library, YouTube-8M's shards, or the corpus.",
        ),
    ):
        function = option(function)
    return function


def one_folder(folders: Sequence[Path], data: str) -> Path:
    """Return the only folder given.

    Raises:
        TrainingDataError: there is none, or more than one.
    """
    if len(folders) != 1:
        raise TrainingDataError(f"Name one folder for --data {data}: --folder FOLDER")
    return folders[0]


def check_installed(*packages: str) -> None:
    """Say what to install before anything is begun.

    Raises:
        MissingDependencyError: a package is not there.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        names = ", ".join("scikit-learn" if name == "sklearn" else name for name in missing)
        raise MissingDependencyError(f"Not installed: {names}. {_INSTALL}")


def quiet_tensorflow() -> None:
    """Load TensorFlow without its remarks, and after Python's own SQLite, which it would replace."""
    # TensorFlow brings an SQLite of its own, without full-text search.
    import _sqlite3  # noqa: F401
    import os

    from organizer.features.quiet import quiet_stderr
    from organizer.shortage import LEAST_FOR_TENSORFLOW, check_memory_limit

    check_memory_limit(LEAST_FOR_TENSORFLOW)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet_stderr():
        import tensorflow as tf
        from absl import logging

        tf.config.list_physical_devices()
    tf.get_logger().setLevel("ERROR")
    # Its converter speaks through this one, about itself.
    logging.set_verbosity(logging.ERROR)
