"""What was decided about doubles goes to the one that is kept, as a step of the history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.library.actions import StepKind
from organizer.library.database import mark_bits
from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.deciding import journal, steps
from organizer.library.deciding import marks as deciding_marks
from organizer.library.records import TagRow
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.deciding.journal import StoredRow, TagEntry

_DECIDED = (TagState.CONFIRMED, TagState.REJECTED)


def keep_decisions(
    db: Database, groups: Iterable[tuple[int, Sequence[int]]], parts: Collection[int] = frozenset()
) -> Step:
    """Carry decisions as one step; call it inside a transaction. See ``Doubles.keep_decisions``."""
    step_id = steps.begin(db, StepKind.KEEP_DECISIONS, {})
    tags: list[TagEntry] = []
    marked: list[tuple[int, int, int, int]] = []
    for kept, others in groups:
        if kept in set(steps.known(db, [kept, *others])):
            tags += _tags(db, kept, others, parts)
            marked += _marks(db, kept, others)
    rows: list[StoredRow] = [(video_id, tag_id, after) for video_id, tag_id, _, after in tags]
    journal.put_all(db, rows)
    journal.note(db, step_id, tags)
    deciding_marks.put(db, [(video_id, bits, after) for video_id, bits, _, after in marked])
    deciding_marks.note(db, step_id, marked)
    changed = {entry[0] for entry in tags} | {entry[0] for entry in marked}
    return steps.end(db, step_id, len(changed)) if changed else steps.drop(db, step_id)


def _tags(db: Database, kept: int, others: Sequence[int], parts: Collection[int]) -> list[TagEntry]:
    """Return the decisions that the video takes over; where others disagree, the newest."""
    newest: dict[int, tuple[str, TagState]] = {}
    for chunk in chunks(others):
        decided = db.execute(
            f"""
            SELECT video_id, tag_id, state, changed_at FROM video_tags
            WHERE video_id IN ({marks(chunk)}) AND state IN (?, ?) ORDER BY video_id
            """,
            [*chunk, *_DECIDED],
        )
        for video_id, tag_id, state, changed_at in decided.fetchall():
            if video_id in parts and state == TagState.REJECTED:
                # What a part does not show may be to be seen in the rest.
                continue
            if tag_id not in newest or changed_at > newest[tag_id][0]:
                newest[tag_id] = (changed_at, TagState(state))
    now = now_text()
    entries: list[TagEntry] = []
    for tag_id, (_, state) in sorted(newest.items()):
        before = journal.tag_row(db, kept, tag_id)
        if before is None:
            # A tag that no model would give needs no decision that keeps it away.
            if state is TagState.REJECTED and journal.score(db, kept, tag_id) is None:
                continue
            after = TagRow(state, journal.score(db, kept, tag_id), "[]", None, now)
        elif before.state in _DECIDED:
            continue
        else:
            after = replace(before, state=state, changed_at=now)
        entries.append((kept, tag_id, before, after))
    return entries


def _marks(db: Database, kept: int, others: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Return the marks that the video takes over: favourite, and the best rating where it has none."""
    found: dict[int, int] = {}
    for chunk in chunks([kept, *others]):
        found |= dict(
            db.execute(f"SELECT id, marks FROM videos WHERE id IN ({marks(chunk)})", chunk).fetchall()
        )
    own = found.pop(kept)
    wanted = {mark_bits.FAVOURITE: max((bits & mark_bits.FAVOURITE for bits in found.values()), default=0)}
    if not own & mark_bits.RATING:
        wanted[mark_bits.RATING] = max((bits & mark_bits.RATING for bits in found.values()), default=0)
    return [
        (kept, bits, own & bits, after) for bits, after in wanted.items() if after and own & bits != after
    ]
