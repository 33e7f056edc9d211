"""``organizer history``, ``undo`` and ``redo``: what was done, and how to take it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument, library_option, open_library
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from organizer.library.actions import Step, StepOutcome


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most.")
@click.option("--before", type=click.IntRange(1), metavar="STEP", help="Only steps older than this one.")
@library_option
def history(limit: int, before: int | None) -> None:
    """List what was done to videos, tags and folders, the newest first."""
    with open_library() as library:
        steps = library.steps(limit, before)
        about = library.records([step.video_id for step in steps if step.video_id is not None])
        paths = {video.id: video.path for video in about}
    if not steps:
        click.echo("Nothing was done yet that could be undone.", err=True)
    for step in steps:
        at = datetime.fromisoformat(step.at).astimezone().strftime("%Y-%m-%d %H:%M")
        undone = "  (undone)" if step.undone else ""
        gone = "" if step.undoable else "  (too long ago to undo)"
        path = "" if step.video_id not in paths else f": {safe_text(paths[step.video_id])}"
        click.echo(f"{step.id:5}  {at}  {_words(step)}{path}{undone}{gone}")


@click.command()
@click.argument("step", type=click.IntRange(1), required=False, metavar="[STEP]")
@library_option
def undo(step: int | None) -> None:
    """Undo the last STEP of the history, or the one with this number: all is as it was before."""
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
        if number is None:
            last = library.last_step(undone=redo)
            if last is None:
                click.echo(f"There is nothing to {'redo' if redo else 'undo'}.", err=True)
                raise SystemExit(1)
            number = last.id
        step = next(iter(library.steps(1, before=number + 1)), None)
        outcome = library.redo_step(number) if redo else library.undo_step(number)
    _print_outcome(step if step is not None and step.id == number else None, outcome, redo=redo)


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
    videos = f", {count(step.videos, 'video')}" if step.videos else ""
    return f"{safe_text(step.words)}{videos}"
