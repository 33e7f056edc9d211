"""What ``organizer duplicates`` says of originals that it moves: the plan, what was done, the way back."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import click

from organizer.cli.context import EXIT_STOPPED, library_argument, library_path
from organizer.cli.stopping import stop_asked_for
from organizer.doubles.move_lock import is_moving
from organizer.doubles.move_plan import plan_moves
from organizer.doubles.moving import move_away, move_back
from organizer.doubles.settling import settle
from organizer.errors import OutputError
from organizer.library.jobs import JobKind
from organizer.pipeline.job_record import recorded
from organizer.stopping import StoppedError
from organizer.text import count, file_size, safe_text

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from threading import Event

    from organizer.doubles.grouping import Group
    from organizer.doubles.settling import Moved
    from organizer.library import Library


def tell_unsettled(library: Library) -> None:
    """Say that a move runs, or that one was cut off; touch nothing."""
    begun = library.moves.unsettled()
    if not begun:
        return
    if is_moving(library):
        click.echo("A move of files of this library is running.", err=True)
        return
    click.echo(
        f"A move was cut off: {safe_text(begun[0].from_path)}. "
        "The next move, or --undo-move, settles it first.",
        err=True,
    )


def _settle_moves(library: Library) -> None:
    """Bring to an end what an earlier command was ended in, and say so."""
    for moved in settle(library):
        if moved.target is not None:
            click.echo(f"A move that was cut off was brought to its end: {safe_text(moved.target)}", err=True)
        else:
            why = f" ({safe_text(moved.problem)})" if moved.problem else ""
            click.echo(f"A move that was cut off was taken back: {safe_text(moved.source)}{why}", err=True)


def move_doubles(library: Library, groups: Sequence[Group], folder: str, *, yes: bool, unsure: bool) -> None:
    """Say what would be moved, and move it where that is wanted.

    Raises:
        JobRunningError: a job goes through the folders.
        OutputError: what lies there is no folder.
    """
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise OutputError(f"{folder}: this is no folder. Choose another place for --move-to.")
    planned = plan_moves(library, groups, folder, unsure=unsure)
    goes = [each for each in planned if each.target is not None]
    for each in planned:
        if each.target is None:
            click.echo(f"stays  {safe_text(each.source)}: {safe_text(each.problem)}")
        elif not yes:
            click.echo(f"moves  {safe_text(each.source)} -> {safe_text(each.target)}")
    size = file_size(sum(each.size_bytes for each in goes))
    if yes and not goes and library.moves.unsettled():
        with stop_asked_for() as stop:
            _follow(library, move_away(library, [], stop=stop), stop, 0)
    if not goes:
        click.echo("Nothing to move.")
        return
    if not yes:
        click.echo(
            f"{count(len(goes), 'file')}, {size}, would be moved. Nothing was touched. "
            "To move them, the same command with --yes"
        )
        return
    with stop_asked_for() as stop:
        done = _follow(library, move_away(library, planned, stop=stop), stop, len(goes))
    # With nothing moved, that command would take back an earlier move.
    back = f" To move back: organizer duplicates --undo-move{library_argument()}" if done else ""
    click.echo(f"{count(done, 'file')} moved to {safe_text(folder)}.{back}")


def undo_move(library: Library) -> None:
    """Move back what the last command moved, and say so.

    Raises:
        JobRunningError: a job goes through the folders, or another command moves files.
    """
    with stop_asked_for() as stop:
        done = _follow(library, move_back(library, stop=stop), stop, None, JobKind.MOVE_BACK)
    if done:
        click.echo(f"{count(done, 'file')} moved back")
    else:
        stay = library.moves.to_return()
        click.echo("Nothing was moved back: these files stay." if stay else "Nothing to move back.")


def _follow(
    library: Library,
    steps: Generator[Moved, None, None],
    stop: Event,
    to_do: int | None,
    kind: JobKind = JobKind.MOVE,
) -> int:
    """Move files as a job, so that no scan goes through the folders meanwhile; return how many went."""
    done = 0
    try:
        with (
            closing(steps),
            recorded(library_path(), [], stop, kind, alone=True) as record,
        ):
            _settle_moves(library)
            record.to_do = to_do
            for moved in steps:
                if moved.target is None:
                    record.failed += 1
                    click.echo(f"stays  {safe_text(moved.source)}: {safe_text(moved.problem)}", err=True)
                else:
                    done += 1
                    record.done = done
                    click.echo(f"moved  {safe_text(moved.source)} -> {safe_text(moved.target)}")
    except (StoppedError, KeyboardInterrupt):
        click.echo(
            f"Stopped after {count(done, 'file')}. The same command goes on from there.",
            err=True,
        )
        raise SystemExit(EXIT_STOPPED) from None
    return done
