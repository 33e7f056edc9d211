"""``organizer adopt``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument, library_option, open_library
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.library.records import TagRecord


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
    if not adopted.tags:
        click.echo(f"{safe_text(adopted.old_path)}: it has no tags of yours; nothing was moved.")
        return
    click.echo(f"Moved to {safe_text(adopted.new_path)}: {decided(adopted.tags)}")
    click.echo(f"To see it: organizer show {new_id}{library_argument()}")


def decided(tags: Sequence[TagRecord]) -> str:
    """Return decisions as ``Holiday, not Dance``."""
    return ", ".join(("not " if tag.state == "rejected" else "") + safe_text(tag.name) for tag in tags)
