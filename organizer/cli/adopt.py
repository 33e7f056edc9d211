"""``organizer adopt``."""

from __future__ import annotations

import click

from organizer.cli.context import library_argument, library_option, open_library
from organizer.cli.text import decided
from organizer.text import safe_text


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@library_option
def adopt(old: str, new: str) -> None:
    """Move your tags from the missing video OLD to NEW.

    For a video that lives on in another file, encoded again or cut. Each is given as its path, its file name,
    or its id. What you decided about NEW itself stays. OLD is not listed any more; should its file come back,
    it has its tags again.
    """
    with open_library() as library:
        new_id = library.find(new)
        adopted = library.adopt(library.find_missing(old), new_id)
    if not (adopted.tags or adopted.kept):
        click.echo(f"{safe_text(adopted.old_path)}: it has no tags of yours; nothing was moved.")
        return
    new_path = safe_text(adopted.new_path)
    if adopted.tags:
        click.echo(f"Moved to {new_path}: {decided(adopted.tags)}")
    if adopted.kept:
        names = ", ".join(safe_text(tag.name) for tag in adopted.kept)
        click.echo(f"Not moved, for {new_path} has decisions of its own about it: {names}")
    click.echo(f"To see it: organizer show {new_id}{library_argument()}")
