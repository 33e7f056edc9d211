"""Kinds of values that options and arguments take."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import click

from organizer.errors import OrganizerError
from organizer.frames.readers.sampling import Sampling
from organizer.path_maps import PathMap, is_absolute, parse_path_map
from organizer.query.amounts import read_seconds
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def enum_option(*names: str, enum: type[StrEnum], **settings: Any) -> Callable[[Decorated], Decorated]:
    """Return an option whose choices are an enum's values; the command gets the member, or None.

    Args:
        names: of the option, as for ``click.option``.
        enum: the enum.
        settings: others of ``click.option``.
    """

    def member(_context: click.Context, _parameter: click.Parameter, value: str | None) -> StrEnum | None:
        return None if value is None else enum(value)

    choices = click.Choice([member.value for member in enum])
    return click.option(*names, type=choices, callback=member, **settings)


class ExistingPath(click.Path):
    """A file or folder that is there. Else the command was understood, but cannot be done: exit code 1."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Return the path.

        Raises:
            OrganizerError: it does not exist, or is a file in a folder's place or the other way round.
        """
        path = os.fspath(value)
        if not os.path.exists(path):
            raise OrganizerError(f"{path}: it does not exist. Check the path.")
        if not self.file_okay and not os.path.isdir(path):
            raise OrganizerError(f"{path}: it is not a folder. Name a folder.")
        if not self.dir_okay and os.path.isdir(path):
            raise OrganizerError(f"{path}: it is a folder. Name a file.")
        return super().convert(value, param, ctx)


def second_option(*names: str, help_text: str) -> Callable[[Decorated], Decorated]:
    """Return an option that takes a time in a video, as seconds or as a clock shows it.

    The command gets the second that it lies in, 5 for ``5``, ``5.5``, ``0:05`` and ``5s``, or None.

    Args:
        names: of the option, as for ``click.option``.
        help_text: what it is for.
    """

    def read(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        seconds = read_seconds(value.strip().casefold())
        if seconds is None:
            raise click.BadParameter(f"'{safe_text(value)}' is no time. Write it as 75, 1:15 or 1:02:03.")
        return int(seconds)

    return click.option(*names, metavar="TIME", callback=read, help=help_text)


exclude_option = click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out files and folders by name or relative path, e.g. 'raw*'. May be repeated.",
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Files decoded at once. [default: one a processor, as far as memory carries]",
)
sampling_option = enum_option(
    "--sampling",
    enum=Sampling,
    default=Sampling.AUTO.value,
    show_default=True,
    help="Which frame stands for a second: the first one (exact), or one that is quick to decode (keyframe). "
    "auto is keyframe, and exact where that does not work. For new and changed files only.",
)


def path_map_option(help_text: str) -> Callable[[Decorated], Decorated]:
    """Return ``--map-path``; the command gets the ``PathMap`` objects as ``maps``.

    Args:
        help_text: what OLD and NEW are.
    """

    def read(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> Any:
        return tuple(_path_map(value) for value in values)

    return click.option("--map-path", "maps", multiple=True, metavar="OLD=NEW", callback=read, help=help_text)


def _path_map(text: str) -> PathMap:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise click.UsageError(
            f"{safe_text(text)}: a map has the form OLD=NEW, such as /mnt/nas=/Volumes/nas."
        )
    # A shell leaves the ~ after an equals sign alone.
    here = os.path.expanduser(new)
    return parse_path_map(f"{old}={here if is_absolute(here) else os.path.abspath(here)}")
