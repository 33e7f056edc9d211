"""Favourites, hidden videos and ratings: what a person says of whole videos."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError
from organizer.library.actions import StepKind
from organizer.library.database import mark_bits
from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.deciding import steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import MarkChange, Step
    from organizer.library.deciding.entries import Item


def mark(db: Database, change: MarkChange, video_ids: Sequence[int]) -> Step:
    """Set marks of videos as one step; call it inside a transaction.

    Raises:
        OrganizerError: the rating is none.
        UnknownVideoError: none of the videos is in the library.
    """
    details = {name: value for name, value in asdict(change).items() if value is not None}
    step_id = steps.begin(db, StepKind.MARK, details)
    wanted = _wanted(change)
    entries = []
    for chunk in chunks(steps.known(db, video_ids)):
        rows = db.execute(f"SELECT id, marks FROM videos WHERE id IN ({marks(chunk)})", chunk)
        entries += [
            (id_, bits, now & bits, after)
            for id_, now in rows
            for bits, after in wanted.items()
            if now & bits != after
        ]
    put(db, [(id_, bits, after) for id_, bits, _, after in entries])
    note(db, step_id, entries)
    changed = {id_ for id_, *_ in entries}
    return steps.end(db, step_id, len(changed)) if changed else steps.drop(db, step_id)


def put(db: Database, rows: Iterable[tuple[int, int, int]]) -> None:
    """Store marks: id of the video, which bits, and what they are; call it inside a transaction."""
    # A video once, for each change of it goes into every index.
    by_video: dict[int, tuple[int, int]] = {}
    for id_, bits, value in rows:
        other_bits, others = by_video.get(id_, (0, 0))
        by_video[id_] = (other_bits | bits, others & ~bits | value)
    db.conn.executemany(
        "UPDATE videos SET marks = marks & ~?2 | ?3 WHERE id = ?1 AND marks & ?2 != ?3",
        [(id_, *values) for id_, values in by_video.items()],
    )


def bits_of(db: Database, items: Sequence[Item]) -> list[int]:
    """Return of each item what its bits are now."""
    found: dict[int, int] = {}
    for chunk in chunks(item.video_id for item in items):
        found |= dict(
            db.execute(f"SELECT id, marks FROM videos WHERE id IN ({marks(chunk)})", chunk).fetchall()
        )
    return [found[item.video_id] & item.key for item in items]


def note(
    db: Database,
    step_id: int,
    entries: Iterable[tuple[int, int, int, int]],
    *,
    merge_id: int | None = None,
) -> None:
    """Note marks of one step in their journal; call it inside the transaction that stores them.

    Args:
        db: the library.
        step_id: the step.
        entries: id of the video, which bits, and what they were before and after.
        merge_id: the merge that the step is, if it is one.
    """
    now = now_text()
    db.conn.executemany(
        """
        INSERT INTO mark_journal (video_id, bits, before_bits, after_bits, decided_at, step_id, merge_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [(*entry, now, step_id, merge_id) for entry in entries],
    )


def _wanted(change: MarkChange) -> dict[int, int]:
    """Return by the bits of each mark that changes what they shall be."""
    wanted = {}
    for bit, value in ((mark_bits.FAVOURITE, change.favourite), (mark_bits.HIDDEN, change.hidden)):
        if value is not None:
            wanted[bit] = bit if value else 0
    if change.rating is not None:
        if not 0 <= change.rating <= mark_bits.MOST_STARS:
            raise OrganizerError(
                f"A rating is 1 to {mark_bits.MOST_STARS}, or 0 for none, and not {change.rating}."
            )
        wanted[mark_bits.RATING] = change.rating << mark_bits.RATING_SHIFT
    return wanted
