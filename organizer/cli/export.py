"""``organizer export``."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from organizer.cli.chosen import Chosen, chosen_videos
from organizer.cli.context import EXIT_STOPPED, library_option, open_library
from organizer.cli.parameters import enum_option
from organizer.cli.stopping import stop_asked_for
from organizer.errors import OutputError
from organizer.pipeline.export import ExportFormat, copy_originals, records_of, write_facts
from organizer.stopping import StoppedError
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.library.records import VideoRecord


@click.command()
@enum_option(
    "--format", "format_", enum=ExportFormat, help="A table or objects. [default: as FILE ends, or csv]"
)
@click.option(
    "--to", "file", metavar="FILE", help="Where to write what is known of them. [default: standard output]"
)
@click.option("--copy-to", "folder", metavar="FOLDER", help="Copy their files there, and write nothing else.")
@chosen_videos
@library_option
def export(format_: ExportFormat | None, file: str | None, folder: str | None, chosen: Chosen) -> None:
    """Write what is known of videos as a table or as JSON, or copy their files into a folder.

    Without a VIDEO or an option, all of them. Originals are only read. A file that is there is never
    overwritten: copies of one name get numbers.
    """
    if folder is not None and (format_ is not None or file is not None):
        raise click.UsageError("--copy-to copies files; it goes without --format and --to.")
    with open_library() as library:
        records = records_of(library, chosen.ids(library, needed=False))
    if folder is not None:
        _copy(records, folder)
        return
    if format_ is None:
        ends_in_json = file is not None and file.lower().endswith(".json")
        format_ = ExportFormat.JSON if ends_in_json else ExportFormat.CSV
    if file is None:
        write_facts(records, sys.stdout, format_)
        return
    try:
        with open(file, "x", encoding="utf-8", newline="") as written:
            write_facts(records, written, format_)
    except FileExistsError:
        raise OutputError(f"{file}: it is there already. Name another file, or take that one away.") from None
    except OSError as error:
        raise OutputError(f"{file}: it cannot be written ({error.strerror}).") from error
    click.echo(f"{count(len(records), 'video')} written to {safe_text(file)}")


def _copy(records: Sequence[VideoRecord], folder: str) -> None:
    copied = there = left = 0
    with stop_asked_for() as stop, closing(copy_originals(records, folder, stop=stop)) as copies:
        try:
            for copy in copies:
                if copy.target is None:
                    left += 1
                    click.echo(f"{safe_text(copy.path)}: not copied, {safe_text(copy.problem)}", err=True)
                elif copy.was_there:
                    there += 1
                else:
                    copied += 1
        except (StoppedError, KeyboardInterrupt):
            click.echo(
                f"Stopped after {count(copied, 'copy')}. The same command goes on from there.", err=True
            )
            raise SystemExit(EXIT_STOPPED) from None
    words = [f"{copied} copied to {safe_text(folder)}"]
    words += [f"{there} there already"] if there else []
    words += [f"{left} not copied"] if left else []
    click.echo(", ".join(words))
