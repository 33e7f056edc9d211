"""Which videos a command is about: named ones, those that options choose, or both."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.filter_options import filter_options, looked_up
from organizer.cli.listing import why_none
from organizer.errors import OrganizerError, UnknownVideoError
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Chosen:
    """What a person said of which videos they mean."""

    def __init__(self, videos: tuple[str, ...], chosen: VideoFilter, *, stdin: bool, all_: bool) -> None:
        """Take what stands on the command line.

        Args:
            videos: the VIDEOs that are named.
            chosen: what the options choose.
            stdin: whether ids stand on standard input.
            all_: whether all videos are meant.
        """
        self._videos, self._chosen, self._stdin, self._all = videos, chosen, stdin, all_

    def ids(
        self, library: Library, *, among: VideoFilter | None = None, needed: bool = True
    ) -> Sequence[int]:
        """Return the ids of the videos, by the name of their files, and say where there are none.

        Args:
            library: the library.
            among: a filter with the fields ``hidden`` and ``live`` to begin with, where options choose. Who
                names a video means it, hidden or not.
            needed: whether all videos are meant only where ``--all`` says so.

        Raises:
            click.UsageError: no video is named or chosen, and that does not mean all.
            OrganizerError: a folder is named.
            UnknownVideoError: no video or more than one is meant by a name.
        """
        named = bool(self._videos) or self._stdin
        chosen = looked_up(library, self._chosen)
        if needed and not (named or self._all) and chosen == VideoFilter():
            raise click.UsageError(
                "Name videos, or choose them by options such as --where. All of them: --all"
            )
        if among is not None and not named:
            chosen = replace(chosen, hidden=among.hidden, live=among.live)
        elif named:
            chosen = replace(chosen, hidden=None, live=None)
        wanted = {find(library, video) for video in self._videos} | (
            ids_from_stdin() if self._stdin else set()
        )
        fitting = library.ids(chosen)
        if not fitting:
            click.echo(why_none(library, chosen), err=True)
        return [id_ for id_ in fitting if id_ in wanted or not named]


def chosen_videos(function: Callable[..., None]) -> Callable[..., None]:
    """Add the arguments and options that choose videos; the command gets a ``Chosen`` as ``chosen``."""

    @wraps(function)
    def command(
        *, videos: tuple[str, ...], stdin: bool, all_: bool, chosen: VideoFilter, **others: Any
    ) -> None:
        function(chosen=Chosen(videos, chosen, stdin=stdin, all_=all_), **others)

    decorated: Callable[..., None] = filter_options(command)
    for option in (
        click.option("--all", "all_", is_flag=True, help="All videos."),
        click.option("--stdin", is_flag=True, help="The videos are those whose ids stand on standard input."),
        click.argument("videos", nargs=-1, metavar="[VIDEO...]"),
    ):
        decorated = option(decorated)
    return decorated


def find(library: Library, video: str) -> int:
    """Return the id of the video that is named.

    Raises:
        OrganizerError: a folder is.
        UnknownVideoError: no video or more than one is.
    """
    try:
        return library.find(video)
    except UnknownVideoError:
        if not os.path.isdir(video):
            raise
        below = shlex.quote(os.path.join(os.path.abspath(video), ""))
        name = click.get_current_context().command_path
        raise OrganizerError(
            f"{video}: it is a folder. Name videos, or choose them by words in their path: "
            f"{name} --text {below}",
            ends_in_command=True,
        ) from None


def ids_from_stdin() -> set[int]:
    """Return the ids of videos that stand on standard input.

    Raises:
        click.UsageError: something else stands there too.
    """
    words = sys.stdin.read().split()
    if wrong := next((word for word in words if not (word.isascii() and word.isdecimal())), None):
        raise click.UsageError(f"{safe_text(wrong)} on standard input is no id of a video.")
    return {int(word) for word in words}
