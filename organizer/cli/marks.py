"""``organizer favourite``, ``hide``, ``unhide`` and ``rate``."""

from __future__ import annotations

import click

from organizer.cli.chosen import Chosen, chosen_videos
from organizer.cli.context import library_option, open_library
from organizer.cli.history import print_step
from organizer.library.actions import MarkChange
from organizer.library.filters import VideoFilter


@click.command()
@click.option("--no", is_flag=True, help="They are favourites no longer.")
@chosen_videos
@library_option
def favourite(chosen: Chosen, no: bool) -> None:
    """Mark videos as favourites."""
    _mark(chosen, MarkChange(favourite=not no))


@click.command()
@chosen_videos
@library_option
def hide(chosen: Chosen) -> None:
    """Hide videos: lists and counts leave them out, and no file is touched."""
    _mark(chosen, MarkChange(hidden=True))


@click.command()
@chosen_videos
@library_option
def unhide(chosen: Chosen) -> None:
    """Show hidden videos again; options choose among hidden ones."""
    _mark(chosen, MarkChange(hidden=False), among=VideoFilter(hidden=True, live=None))


@click.command()
@click.argument("stars", type=click.IntRange(0, 5), metavar="STARS")
@chosen_videos
@library_option
def rate(stars: int, chosen: Chosen) -> None:
    """Rate videos with 1 to 5 STARS; 0 takes the rating away."""
    _mark(chosen, MarkChange(rating=stars))


def _mark(chosen: Chosen, change: MarkChange, *, among: VideoFilter | None = None) -> None:
    with open_library() as library:
        ids = chosen.ids(library, among=among)
        if ids:
            print_step(library.apply(change, ids))
