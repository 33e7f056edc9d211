"""Which decisions were answers to a suggestion, told from the journal.

A tag that was merged into another one, or moved to a new name, takes along what its decisions were.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from organizer.library.database.columns import marks
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


def answered(db: Database, tag_id: int) -> frozenset[int]:
    """Return the videos whose last decision about a tag was an answer to a suggestion."""
    tags, moves = _those_that_became(db, tag_id)
    rows = db.execute(
        f"""
        SELECT coalesce(step_id, -id), tag_id, video_id, before_row, after_row IS NULL FROM decision_journal
        WHERE tag_id IN ({marks(tags)}) AND undone_at IS NULL ORDER BY id
        """,
        tags,
    )
    # Whoever changes their mind answers the suggestion that it was.
    was: dict[tuple[int, int], bool] = {}
    for step_id, entries in groupby(rows, key=lambda row: row[0]):
        if step_id in moves:
            _move(was, [entry[1:] for entry in entries])
            continue
        for _, of, video_id, before, _ in entries:
            state = None if before is None else json.loads(before)["state"]
            earlier = state is not None and was.get((of, video_id), False)
            was[of, video_id] = state == TagState.SUGGESTED or earlier
    return frozenset(video_id for (of, video_id), suggested in was.items() if of == tag_id and suggested)


def _move(was: dict[tuple[int, int], bool], entries: Sequence[tuple[int, int, str | None, int]]) -> None:
    """Let the decisions of a step go from tags to the one that they became."""
    taken = {video_id for of, video_id, _, is_gone in entries if is_gone and was.pop((of, video_id), False)}
    for of, video_id, _, is_gone in entries:
        if not is_gone:
            was[of, video_id] = was.get((of, video_id), False) or video_id in taken


def _those_that_became(db: Database, tag_id: int) -> tuple[list[int], set[int]]:
    """Return a tag and those that became it, and the steps in which they did."""
    tags, moves = [tag_id], set[int]()
    for one in tags:
        steps = db.execute(
            """
            SELECT id, details FROM steps
            WHERE kind IN ('merge_tags', 'rename_tag')
                AND id IN (SELECT step_id FROM decision_journal WHERE tag_id = ? AND undone_at IS NULL)
            """,
            [one],
        )
        for step_id, text in steps.fetchall():
            details = json.loads(text)
            merged = details.get("merged_into") or {}
            sources = map(int, merged) if "into_id" in details else [details["tag"]]
            moves.add(step_id)
            tags += [source for source in sources if source not in tags]
    return tags, moves
