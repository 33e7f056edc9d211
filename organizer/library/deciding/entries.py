"""The entries of both journals, of tags and of marks, as the parts of steps.

An entry stands until it is undone. What a step did to a tag or a mark of a video is undone only where no
later step stands there: who decided since then decided last. Redoing writes a new entry of the same step,
since what was before may be something else by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Journal:
    """Where entries stand."""

    table: str
    key: str
    """The column that, with the video, says what an entry is about."""
    before: str
    after: str


TAGS = Journal("decision_journal", "tag_id", "before_row", "after_row")
MARKS = Journal("mark_journal", "bits", "before_bits", "after_bits")


@dataclass(frozen=True, slots=True)
class Item:
    """What a step did to one tag, or one mark, of one video."""

    video_id: int
    key: int
    """Id of the tag, or bits of the mark."""
    before: Any
    """As the column holds it."""
    after: Any
    entry_ids: tuple[int, ...]
    merge_id: int | None
    is_last: bool
    """Whether no later step stands there."""


def standing(db: Database, journal: Journal, step_id: int) -> list[Item]:
    """Return what a step did and what was not undone."""
    return _items(db, journal, step_id, "j.undone_at IS NULL", before_of=0)


def undone(db: Database, journal: Journal, step_id: int) -> list[Item]:
    """Return what was undone when the step was, and not done again."""
    return _items(
        db,
        journal,
        step_id,
        f"""
        j.undone_with_step AND NOT EXISTS (
            SELECT 1 FROM {journal.table} s WHERE +s.step_id = j.step_id AND s.video_id = j.video_id
                AND s.{journal.key} = j.{journal.key} AND s.undone_at IS NULL)
        """,
        # Of a step that was done, undone, and done again, what was before the last time.
        before_of=-1,
    )


def end(db: Database, journal: Journal, items: Iterable[Item], now: str, *, with_step: bool) -> None:
    """Note that entries are undone.

    Args:
        db: the library.
        journal: where they stand.
        items: what they did.
        now: when it is.
        with_step: whether the whole step is undone, and not these entries alone.
    """
    db.conn.executemany(
        f"UPDATE {journal.table} SET undone_at = ?, undone_with_step = ? WHERE id = ?",
        [(now, with_step, id_) for item in items for id_ in item.entry_ids],
    )


def end_one(db: Database, id_: int, now: str) -> None:
    """Note that one decision about a tag is undone; its step is, where nothing else of it stands."""
    db.execute("UPDATE decision_journal SET undone_at = ? WHERE id = ?", [now, id_])
    (step_id,) = db.execute("SELECT step_id FROM decision_journal WHERE id = ?", [id_]).fetchone()
    if step_id is None or has_standing(db, step_id):
        return
    rows = db.execute(
        "UPDATE steps SET undone_at = ? WHERE id = ? AND kind = 'tag' RETURNING id", [now, step_id]
    ).fetchall()
    if rows:
        db.execute("UPDATE decision_journal SET undone_with_step = 1 WHERE step_id = ?", [step_id])


def has_standing(db: Database, step_id: int) -> bool:
    """Whether anything that a step did to tags and marks was not undone."""
    return any(
        db.execute(
            f"SELECT 1 FROM {journal.table} WHERE step_id = ? AND undone_at IS NULL LIMIT 1", [step_id]
        ).fetchone()
        for journal in (TAGS, MARKS)
    )


def _items(db: Database, journal: Journal, step_id: int, which: str, *, before_of: int) -> list[Item]:
    # The plus signs: along the entries of the video, which are few, and not along those of the step.
    # Not the greatest id: an entry that is done again is younger than those of later steps.
    rows = db.execute(
        f"""
        SELECT j.video_id, j.{journal.key}, j.{journal.before}, j.{journal.after}, j.id, j.merge_id,
            NOT EXISTS (
                SELECT 1 FROM {journal.table} l WHERE l.video_id = j.video_id
                    AND l.{journal.key} = j.{journal.key} AND l.undone_at IS NULL AND +l.step_id > j.step_id)
        FROM {journal.table} j WHERE j.step_id = ? AND {which}
        ORDER BY j.video_id, j.{journal.key}, j.id
        """,
        [step_id],
    ).fetchall()
    items = []
    for (video_id, key), group in groupby(rows, key=lambda row: (row[0], row[1])):
        entries = list(group)
        ids = tuple(entry[4] for entry in entries)
        items.append(
            Item(
                video_id,
                key,
                entries[before_of][2],
                entries[-1][3],
                ids,
                entries[-1][5],
                bool(entries[-1][6]),
            )
        )
    return items
