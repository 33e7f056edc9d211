"""``organizer history``, ``undo`` and ``redo``: what was done, and how to take it back."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument, library_option, open_library
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from organizer.library.actions import Step, StepOutcome

UNDO_MOVE = "organizer duplicates --undo-move"


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most.")
@click.option("--before", type=click.IntRange(1), metavar="STEP", help="Only steps older than this one.")
@library_option
def history(limit: int, before: int | None) -> None:
    """List what was done to videos, tags and folders, the newest first.

    Moves of files are listed too, with the command that moves them back.
    """
    with open_library() as library:
        steps = library.steps(limit, before)
        about = library.records([step.video_id for step in steps if step.video_id is not None])
        paths = {video.id: video.path for video in about}
    if not steps:
        click.echo("Nothing was done yet that could be undone.", err=True)
    for step in steps:
        at = datetime.fromisoformat(step.at).astimezone().strftime("%Y-%m-%d %H:%M")
        path = "" if step.video_id not in paths else f": {safe_text(paths[step.video_id])}"
        click.echo(f"{step.id:5}  {at}  {_words(step)}{path}{_standing(step)}")


@click.command()
@click.argument("step", type=click.IntRange(1), required=False, metavar="[STEP]")
@library_option
def undo(step: int | None) -> None:
    """Undo the last STEP of the history, or the one with this number: all is as it was before.

    A move of files is not undone here: "organizer duplicates --undo-move" moves them back.
    """
    _again(step, redo=False)


@click.command()
@click.argument("step", type=click.IntRange(1), required=False, metavar="[STEP]")
@library_option
def redo(step: int | None) -> None:
    """Do again what was undone last, or the STEP with this number."""
    _again(step, redo=True)


def print_step(step: Step) -> None:
    """Say what was done, and how to undo it."""
    if not step.id:
        click.echo("Nothing changed: all was so before.")
        return
    click.echo(f"{_words(step)}. To undo: organizer undo {step.id}{library_argument()}")


def _again(number: int | None, *, redo: bool) -> None:
    with open_library() as library:
        named = number is not None
        if number is None:
            last = library.last_step(undone=redo)
            if last is None:
                click.echo(f"There is nothing to {'redo' if redo else 'undo'}.", err=True)
                raise SystemExit(1)
            number = last.id
        step = next(iter(library.steps(1, before=number + 1)), None)
        if step is not None and step.id == number and step.moves_files and step.undoable and not redo:
            there = any(os.path.lexists(move.to_path) for move in library.moves.away_by(number))
            _tell_move(step, None if named else library.last_step(moves=False), there=there)
            raise SystemExit(1)
        outcome = library.redo_step(number) if redo else library.undo_step(number)
    _print_outcome(step if step is not None and step.id == number else None, outcome, redo=redo)


def _tell_move(move: Step, other: Step | None, *, there: bool) -> None:
    """Say that a step is a move of files, which is not undone here, and how to go on.

    Args:
        move: the step.
        other: the last step that is none, where nobody named the move.
        there: whether a file of it lies where it was moved to.
    """
    click.echo(f"Nothing was undone: step {move.id} is a move of files. {_words(move)}.", err=True)
    if there:
        click.echo(f"To move back, the last move first: {UNDO_MOVE}{library_argument()}", err=True)
    else:
        click.echo(
            "Nothing of it lies there now, so nothing can be moved back. "
            f"If its disk is away, connect it, then: {UNDO_MOVE}{library_argument()}",
            err=True,
        )
    if other is not None:
        click.echo(
            f"To undo what was done before: organizer undo {other.id}{library_argument()} ({_words(other)})",
            err=True,
        )


def _standing(step: Step) -> str:
    """Return what a line of the history says of a step that cannot simply be undone; empty where it can."""
    if step.moves_files:
        words = f"to move back: {UNDO_MOVE}{library_argument()}" if step.undoable else "taken away since"
        return "  (moved back)" if step.undone else f"  ({words})"
    undone = "  (undone)" if step.undone else ""
    return undone if step.undoable else f"{undone}  (too long ago to undo)"


def _print_outcome(step: Step | None, outcome: StepOutcome, *, redo: bool) -> None:
    if outcome and step is not None:
        what = "Done again" if redo else "Undone"
        videos = f" ({count(outcome.videos, 'video')})" if outcome.videos else ""
        click.echo(f"{what}: {safe_text(step.words)}{videos}")
    for reason in outcome.reasons:
        click.echo(safe_text(reason), err=True)
    if not outcome:
        raise SystemExit(1)


def _words(step: Step) -> str:
    videos = f", {count(step.videos, step.noun)}" if step.videos else ""
    return f"{safe_text(step.words)}{videos}"
