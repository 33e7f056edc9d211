"""What the face of a library does as steps: each function is one transaction, on the disk when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.actions import MarkChange
from organizer.library.database.transaction import transaction, with_room
from organizer.library.deciding.decisions import decide
from organizer.library.deciding.marks import mark
from organizer.library.history import undo as undoing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Change, Step, StepOutcome


def apply(db: Database, change: Change, video_ids: Sequence[int]) -> Step:
    """Do something to videos as one step; see ``Library.apply``."""
    with with_room(db), transaction(db, durable=True):
        if isinstance(change, MarkChange):
            return mark(db, change, video_ids)
        return decide(db, change, video_ids)


def in_one(db: Database, change: Callable[[Database], Step]) -> Step:
    """Do something as one step; see ``Library.rename_tag`` and those after it."""
    with with_room(db), transaction(db, durable=True):
        return change(db)


def undo(db: Database, step_id: int) -> StepOutcome:
    """Undo a step; see ``Library.undo_step``."""
    with with_room(db), transaction(db, durable=True):
        return undoing.undo_step(db, step_id)


def redo(db: Database, step_id: int) -> StepOutcome:
    """Do a step again; see ``Library.redo_step``."""
    with with_room(db), transaction(db, durable=True):
        return undoing.redo_step(db, step_id)
