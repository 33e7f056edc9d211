"""The history: steps, each of which may be undone and redone, whatever was done since.

Every function that writes is called inside a transaction. What a step did stands elsewhere: decisions and
marks in their journals (``entries.py``), the rest in ``steps.details``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from organizer.errors import UnknownVideoError
from organizer.library.actions import Step, StepKind
from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.deciding.words import step_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

_UNDOABLE = """
CASE kind
    WHEN 'retag' THEN EXISTS (SELECT 1 FROM step_taggings t WHERE t.step_id = steps.id)
    WHEN 'move' THEN EXISTS (
        SELECT 1 FROM moves m
        WHERE m.state IN ('begun', 'moved', 'returning') AND m.batch = json_extract(details, '$.batch'))
    ELSE 1 END
"""
"""Of runs of tagging again, what undoing takes is kept for the newest alone; of moves, as long as a file is
still to be moved back."""
_VIDEO = """
CASE WHEN videos = 1 THEN coalesce(
    (SELECT video_id FROM decision_journal j WHERE j.step_id = steps.id LIMIT 1),
    (SELECT video_id FROM mark_journal j WHERE j.step_id = steps.id LIMIT 1)) END
"""
_COLUMNS = f"id, kind, details, videos, at, undone_at, {_UNDOABLE}, {_VIDEO}"
_SHOWN = "(videos OR kind NOT IN ('retag', 'move'))"
"""A run of tagging again that has just begun is no step yet, and may become none; so may a move."""


def begin(db: Database, kind: StepKind, details: Mapping[str, Any]) -> int:
    """Note a step that is about to be done, and return its id."""
    id_ = db.execute(
        "INSERT INTO steps (kind, details, videos, at) VALUES (?, ?, 0, ?)",
        [kind.value, json.dumps(details), now_text()],
    ).lastrowid
    assert id_ is not None
    return id_


def end(db: Database, step_id: int, videos: int) -> Step:
    """Note how many videos a step changed, and return it."""
    db.execute("UPDATE steps SET videos = ? WHERE id = ?", [videos, step_id])
    step = find(db, step_id)
    assert step is not None
    return step


def drop(db: Database, step_id: int) -> Step:
    """Take a step that changed nothing out of the history again, and return it with 0 as its id."""
    step = find(db, step_id)
    assert step is not None
    db.execute("DELETE FROM steps WHERE id = ?", [step_id])
    return Step(0, step.kind, step.words, 0, step.at, undone=False)


def find(db: Database, step_id: int) -> Step | None:
    """Return a step, None where there is none with this id."""
    row = db.execute(f"SELECT {_COLUMNS} FROM steps WHERE id = ?", [step_id]).fetchone()
    return None if row is None else _step(row)


def details_of(db: Database, step_id: int) -> dict[str, Any]:
    """Return what is stored of a step beside its kind."""
    row = db.execute("SELECT details FROM steps WHERE id = ?", [step_id]).fetchone()
    details: dict[str, Any] = json.loads(row[0])
    return details


def add_details(db: Database, step_id: int, **more: Any) -> None:
    """Store more of a step."""
    details = details_of(db, step_id) | more
    db.execute("UPDATE steps SET details = ? WHERE id = ?", [json.dumps(details), step_id])


def steps(db: Database, limit: int, before: int | None = None) -> list[Step]:
    """Return the newest steps, the newest first.

    Args:
        db: the library.
        limit: how many at most.
        before: only those older than the step with this id.
    """
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM steps WHERE {_SHOWN} AND id < ? ORDER BY id DESC LIMIT ?",
        [2**62 if before is None else before, limit],
    )
    return [_step(row) for row in rows]


def last(db: Database, *, undone: bool, moves: bool = True) -> int | None:
    """Return the step that undo, or redo, without a word of which one, means.

    Undo: the newest that stands. Redo: the oldest of those that were undone and have no later one that
    stands; moves of files are passed over, for they are not done again. Those of which nothing is kept are
    neither.

    Args:
        db: the library.
        undone: whether it is redo that is meant.
        moves: whether undo may mean a move of files.
    """
    if not undone:
        (id_,) = db.execute(
            f"""
            SELECT max(id) FROM steps
            WHERE undone_at IS NULL AND (? OR kind != 'move') AND {_SHOWN} AND {_UNDOABLE}
            """,
            [moves],
        ).fetchone()
    else:
        (id_,) = db.execute(
            f"""
            SELECT min(id) FROM steps
            WHERE kind != 'move' AND {_UNDOABLE} AND id > coalesce(
                (SELECT max(id) FROM steps WHERE undone_at IS NULL AND kind != 'move'), 0)
            """
        ).fetchone()
    return None if id_ is None else int(id_)


def set_undone(db: Database, step_id: int, *, undone: bool) -> None:
    """Note that a step was undone, or done again."""
    db.execute("UPDATE steps SET undone_at = ? WHERE id = ?", [now_text() if undone else None, step_id])


def known(db: Database, video_ids: Sequence[int]) -> list[int]:
    """Return those of the videos that are in the library, each once, in their order.

    Raises:
        UnknownVideoError: none of them is.
    """
    wanted = list(dict.fromkeys(video_ids))
    found = set()
    for chunk in chunks(wanted):
        found |= {id_ for (id_,) in db.execute(f"SELECT id FROM videos WHERE id IN ({marks(chunk)})", chunk)}
    if wanted and not found:
        raise UnknownVideoError(
            f"There is no video {wanted[0]} in this library. See: organizer list", ends_in_command=True
        )
    return [id_ for id_ in wanted if id_ in found]


def _step(row: tuple[Any, ...]) -> Step:
    id_, kind, details, videos, at, undone_at, undoable, video_id = row
    known = StepKind(kind)
    words = step_words(known, json.loads(details))
    return Step(id_, known, words, videos, at, undone_at is not None, bool(undoable), video_id)
