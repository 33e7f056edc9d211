"""What every command shares: which library, and how it is opened."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from organizer import library as library_package
from organizer.config import LIBRARY_VARIABLE, read_settings
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from organizer.config import Settings
    from organizer.library import Library

EXIT_STOPPED = 130
"""Exit code of a command that Ctrl-C stopped."""
EXIT_NOT_READ = 141
"""Exit code of a command whose output was not read to the end, as a shell gives it for ``| head``."""

_LIBRARY_KEY = "organizer.library"
Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def _remember(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_LIBRARY_KEY] = value


def library_option(function: Decorated) -> Decorated:
    """Add ``--library PATH``; it works before and after the command's name."""
    return click.option(
        "--library",
        metavar="PATH",
        callback=_remember,
        expose_value=False,
        help=f"The library file or its folder. Else {LIBRARY_VARIABLE}, else the platform's data folder.",
    )(function)


def library_path() -> Path:
    """Return the library file that the person chose; it may not exist yet."""
    return settings().library


def settings() -> Settings:
    """Return where things lie: as the person chose, else as the environment says."""
    return read_settings(click.get_current_context().meta.get(_LIBRARY_KEY))


def library_argument() -> str:
    """Return `` --library PATH`` for commands that are named to a person who chose it so; else nothing."""
    chosen = click.get_current_context().meta.get(_LIBRARY_KEY)
    return "" if chosen is None else f" --library {safe_text(shlex.quote(chosen))}"


@contextmanager
def open_library(*, create: bool = False) -> Iterator[Library]:
    """Open the library that the person chose.

    Raises:
        LibraryError: it does not exist (unless ``create``), cannot be opened, or fails inside the block.
    """
    # Its face is imported when it is asked for, which help never does.
    with library_package.Library.open(library_path(), create=create) as library:
        yield library
