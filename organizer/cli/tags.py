"""``organizer tags``: all tags, renamed, merged, deleted, coloured and hidden."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from organizer.cli.commands import TAG_COMMANDS, LazyGroup
from organizer.cli.context import library_argument, library_option, open_library
from organizer.cli.history import print_step
from organizer.library.spelling import folded
from organizer.text import safe_text

if TYPE_CHECKING:
    from organizer.library import Library


@click.group(cls=LazyGroup, entries=TAG_COMMANDS, invoke_without_command=True)
@library_option
@click.pass_context
def tags(context: click.Context) -> None:
    """List all tags with how many videos carry each; those below rename, merge, delete, colour and hide."""
    if context.invoked_subcommand is not None:
        return
    with open_library() as library:
        infos = library.tags()
    width = max(len(safe_text(info.name)) for info in infos)
    for info in infos:
        words = [f"{info.videos:6}"]
        words += [f"{info.maybes} maybe"] if info.maybes else []
        words += [f"{info.confirmed} confirmed"] if info.confirmed else []
        words += [f"{info.rejected} rejected"] if info.rejected else []
        words += ["yours"] if not info.built_in else []
        words += [info.colour] if info.colour else []
        words += ["hidden"] if info.hidden else []
        click.echo(f"{safe_text(info.name):{width}}  {', '.join(words)}")


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@library_option
def rename(old: str, new: str) -> None:
    """Rename the tag OLD of your own to NEW, on all videos."""
    with open_library() as library:
        print_step(library.rename_tag(old, new))
        _say_if_to_be_learnt(library, new)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="TAG...")
@click.option("--into", required=True, metavar="TAG", help="The tag that stays; a new name makes a new one.")
@library_option
def merge(sources: tuple[str, ...], into: str) -> None:
    """Make one tag of several of your own; of two decisions about a video the newer one holds."""
    with open_library() as library:
        print_step(library.merge_tags(sources, into))
        _say_if_to_be_learnt(library, into)


def _say_if_to_be_learnt(library: Library, name: str) -> None:
    """Say how a taught tag that has other decisions now is learnt from these."""
    wanted = folded(library.meant_tag(name))
    for tag in library.teaching.tags():
        if folded(tag.name) == wanted and tag.enabled and tag.since:
            shown = safe_text(shlex.quote(tag.name))
            click.echo(f"To learn it from all of its decisions: organizer teach {shown}{library_argument()}")
            return


@click.command()
@click.argument("tag", metavar="TAG")
@library_option
def delete(tag: str) -> None:
    """Take a TAG of your own from all videos."""
    with open_library() as library:
        print_step(library.delete_tag(tag))


@click.command()
@click.argument("tag", metavar="TAG")
@click.argument("colour", required=False, metavar="[COLOUR]")
@library_option
def colour(tag: str, colour: str | None) -> None:
    """Give a TAG a colour, such as #3366cc; without one it has none any more."""
    with open_library() as library:
        print_step(library.colour_tag(tag, colour))


@click.command()
@click.argument("tag", metavar="TAG")
@library_option
def hide(tag: str) -> None:
    """Hide a TAG, such as a built-in label: it is never shown, suggested or counted."""
    with open_library() as library:
        print_step(library.hide_label(tag, hidden=True))


@click.command()
@click.argument("tag", metavar="TAG")
@library_option
def show(tag: str) -> None:
    """Show a hidden TAG again."""
    with open_library() as library:
        print_step(library.hide_label(tag, hidden=False))
