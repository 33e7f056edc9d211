"""Kinds of values that options and arguments take."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import click

from organizer.errors import OrganizerError

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
