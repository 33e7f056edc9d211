"""Undo and redo what a step did beside decisions and marks, as its details tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.library.actions import StepKind
from organizer.library.deciding import retagging, steps, tag_changes, unlearning
from organizer.library.history import folders, hiding, naming

if TYPE_CHECKING:
    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.history.tally import Tally


def undo_details(db: Database, step: Step, tally: Tally) -> None:
    """Undo what a step did beside decisions and marks."""
    details = steps.details_of(db, step.id)
    match step.kind:
        case StepKind.RENAME_TAG:
            naming.name_back(db, step, details, tally)
        case StepKind.MERGE_TAGS:
            tally.done |= hiding.unmerge(db, step.id, details)
        case StepKind.DELETE_TAG if _is_touched(tally):
            tally.done = True
            hiding.show_deleted(db, details)
        case StepKind.COLOUR_TAG:
            _colour_again(db, details["tag_id"], details["after"], details["before"], tally)
        case StepKind.HIDE_LABEL:
            _hide_again(db, step, details, tally, hidden=not details["hidden"])
        case StepKind.UNLEARN_TAG:
            unlearning.know_again(db, details, tally)
        case StepKind.TAG if tally.restored:
            hiding.withdraw(db, step.id, details)
        case StepKind.FORGET_FOLDER | StepKind.EXCLUDE if step.undone:
            folders.try_again(db, step.id, tally)
        case StepKind.FORGET_FOLDER:
            folders.take_back(db, step.id, details, tally)
        case StepKind.EXCLUDE | StepKind.INCLUDE:
            excluded = step.kind is StepKind.INCLUDE
            folders.set_excluded(db, step.id, details["pattern"], tally, excluded=excluded)
        case StepKind.RETAG:
            retagging.swap(db, step.id, tally, undo=True)


def redo_details(db: Database, step: Step, tally: Tally) -> None:
    """Do it again."""
    details = steps.details_of(db, step.id)
    match step.kind:
        case StepKind.RENAME_TAG:
            naming.name_again(db, step, details, tally)
        case StepKind.MERGE_TAGS:
            hiding.merge_again(db, step.id, details)
            tally.done = True
        case StepKind.DELETE_TAG if _is_touched(tally):
            tally.done = True
            hiding.hide_deleted(db, step.id, details, tally)
        case StepKind.COLOUR_TAG:
            _colour_again(db, details["tag_id"], details["before"], details["after"], tally)
        case StepKind.HIDE_LABEL:
            _hide_again(db, step, details, tally, hidden=details["hidden"])
        case StepKind.UNLEARN_TAG:
            unlearning.unlearn_again(db, step.id, details, tally)
        case StepKind.TAG if tally.restored:
            hiding.bring_back(db, step.id, details)
        case StepKind.FORGET_FOLDER:
            folders.forget_again(db, step.id, details, tally)
        case StepKind.EXCLUDE | StepKind.INCLUDE:
            excluded = step.kind is StepKind.EXCLUDE
            folders.set_excluded(db, step.id, details["pattern"], tally, excluded=excluded)
        case StepKind.RETAG:
            retagging.swap(db, step.id, tally, undo=False)
        case StepKind.MERGE:
            tally.done = True


def _is_touched(tally: Tally) -> bool:
    """Whether something of a step's decisions was restored, or it had none: else nothing of it is done."""
    return bool(tally.restored) or not tally.kept


def _colour_again(db: Database, tag_id: int, now: str | None, wanted: str | None, tally: Tally) -> None:
    (colour,) = db.execute("SELECT colour FROM tags WHERE id = ?", [tag_id]).fetchone()
    if colour != now:
        tally.reasons.append("The tag has another colour since.")
        return
    tag_changes.set_colour(db, tag_id, wanted)
    tally.done = True


def _hide_again(db: Database, step: Step, details: dict[str, Any], tally: Tally, *, hidden: bool) -> None:
    if tag_changes.is_hidden(db, details["tag_id"]) is hidden:
        tally.reasons.append(f"{details['tag']} is {'hidden' if hidden else 'shown'} already.")
        return
    tag_changes.set_hidden(db, details["tag_id"], hidden=hidden)
    tally.done = True
    tally.videos = step.videos
