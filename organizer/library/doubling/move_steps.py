"""The moves of one command as a step of the history: how many files, where to, and whether they are back.

The step tells of them, and undoes nothing: originals are moved, forth and back, by one command alone. Every
function that writes is called inside a transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.actions import StepKind
from organizer.library.deciding import steps
from organizer.library.doubles import MadeFolder, MovedAway, MoveState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.library.doubles import Move


def count_one_more(db: Database, batch: int, folder: str) -> None:
    """Count a file that a command is about to move; with its first one the step begins.

    Args:
        db: the library.
        batch: the number of the command.
        folder: absolute, where it moves files to.
    """
    step_id = _step_of(db, batch)
    if step_id is None:
        step_id = steps.begin(db, StepKind.MOVE, {"batch": batch, "folder": folder})
    db.execute("UPDATE steps SET videos = videos + 1 WHERE id = ?", [step_id])


def follow(db: Database, move: Move, state: MoveState) -> None:
    """Let a step follow one of its moves, whose new state is stored.

    One that was given up is not counted. When no file is left to be moved back, and one was, it is undone.

    Args:
        db: the library.
        move: as it was before.
        state: what it is in now.
    """
    step_id = _step_of(db, move.batch)
    if step_id is None:
        return
    if move.state is MoveState.BEGUN and state is MoveState.LEFT:
        db.execute("UPDATE steps SET videos = videos - 1 WHERE id = ?", [step_id])
    away, returned = db.execute(
        """
        SELECT EXISTS (SELECT 1 FROM moves WHERE state IN ('begun', 'moved', 'returning') AND batch = ?1),
            EXISTS (SELECT 1 FROM moves WHERE state = 'returned' AND batch = ?1)
        """,
        [move.batch],
    ).fetchone()
    if returned and not away:
        steps.set_undone(db, step_id, undone=True)


def batch_of(db: Database, step_id: int) -> int:
    """Return the number of the command that a step is."""
    return int(steps.details_of(db, step_id)["batch"])


def made(db: Database, batch: int) -> list[MadeFolder]:
    """Return the folders that a command made, the outermost first."""
    step_id = _step_of(db, batch)
    details = {} if step_id is None else steps.details_of(db, step_id)
    return [MadeFolder(path, number) for path, number in details.get("made", ())]


def set_made(db: Database, batch: int, folders: Sequence[MadeFolder]) -> None:
    """Store which folders a command made that are there yet."""
    step_id = _step_of(db, batch)
    if step_id is not None:
        steps.add_details(db, step_id, made=[(folder.path, folder.number) for folder in folders])


def last_away(db: Database) -> MovedAway | None:
    """Return what the last command moved away of which something is not back; None where all is."""
    row = db.execute(
        """
        SELECT m.batch, count(*) FROM moves m WHERE m.state IN ('begun', 'moved', 'returning')
        GROUP BY m.batch ORDER BY m.batch DESC LIMIT 1
        """
    ).fetchone()
    step_id = None if row is None else _step_of(db, row[0])
    step = None if step_id is None else steps.find(db, step_id)
    if step is None:
        return None
    return MovedAway(row[1], steps.details_of(db, step.id)["folder"], step.at)


def _step_of(db: Database, batch: int) -> int | None:
    row = db.execute(
        """
        SELECT id FROM steps WHERE kind = 'move' AND json_extract(details, '$.batch') = ?
        ORDER BY id DESC LIMIT 1
        """,
        [batch],
    ).fetchone()
    return None if row is None else int(row[0])
