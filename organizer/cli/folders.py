"""``organizer folders``: the scanned folders, forgotten, left out and taken in again."""

from __future__ import annotations

import os

import click

from organizer.cli.commands import FOLDER_COMMANDS, LazyGroup
from organizer.cli.context import library_option, open_library
from organizer.cli.history import print_step
from organizer.text import count, safe_text


@click.group(cls=LazyGroup, entries=FOLDER_COMMANDS, invoke_without_command=True)
@library_option
@click.pass_context
def folders(context: click.Context) -> None:
    """List the scanned folders and what scans leave out; those below forget, exclude and include."""
    if context.invoked_subcommand is not None:
        return
    with open_library() as library:
        infos, exclusions = library.folders(), library.exclusions()
    for info in infos:
        words = [count(info.videos, "video")]
        words += [f"{info.failed} not readable"] if info.failed else []
        words += [f"{info.missing} missing"] if info.missing else []
        words += ["not there now"] if info.root.offline else []
        words += ["never scanned to its end"] if info.scanned_at is None else []
        click.echo(f"{safe_text(info.root.path)}  {', '.join(words)}")
    for one in exclusions:
        click.echo(f"left out: {safe_text(one.pattern)}")


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option(
    "--keep-tags/--drop-tags",
    default=None,
    help="Whether your decisions wait for the videos to come back, or are forgotten too.",
)
@library_option
def forget(folder: str, keep_tags: bool | None) -> None:
    """Let go of a scanned FOLDER and its videos in the library; no file is touched."""
    if keep_tags is None:
        raise click.UsageError("Say what becomes of your tags: --keep-tags or --drop-tags")
    with open_library() as library:
        known = {info.root.path for info in library.folders()}
        path = next(
            (one for one in (folder, os.path.realpath(folder)) if one in known), os.path.abspath(folder)
        )
        print_step(library.forget_folder(path, keep_tags=keep_tags))


@click.command()
@click.argument("pattern", metavar="PATTERN")
@library_option
def exclude(pattern: str) -> None:
    """Leave a folder, or names that fit a PATTERN, out of all scans from now on.

    A folder that is there may be named as from where you are; else a PATTERN such as 'raw*' is held against
    the names of files and folders, and against paths below a scanned folder. Its videos leave the library at
    once, and what you decided about them waits.
    """
    with open_library() as library:
        print_step(library.exclude(os.path.realpath(pattern) if os.path.exists(pattern) else pattern))


@click.command()
@click.argument("pattern", metavar="PATTERN")
@library_option
def include(pattern: str) -> None:
    """Leave a folder or PATTERN out no longer; the next scan finds its videos."""
    with open_library() as library:
        known = {one.pattern for one in library.exclusions()}
        print_step(library.include(pattern if pattern in known else _path(pattern, known)))


def _path(pattern: str, known: set[str]) -> str:
    """Return a folder as it was left out, where it is named in another way."""
    path = os.path.realpath(pattern)
    return path if path in known else pattern
