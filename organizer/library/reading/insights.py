"""What a library shows as a whole: what was filmed when, how much is reviewed, how often models err.

Each question is one pass over one narrow index, for it is asked whenever the page of insights is drawn. What
lists leave out, hidden videos and clips of Live Photos, counts for nothing here either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.mark_bits import SET_APART
from organizer.library.reading.sql import SHARED_BIT
from organizer.library.records import Answers, MonthTags, Reviewed
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_SHOWN = f"v.present_in IS NOT NULL AND v.marks & {SET_APART} = 0"
_MONTH = "strftime('%Y-%m', v.taken_wall, 'unixepoch')"


class Insights:
    """What is told of all videos of a library at once."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def months(self, tags: Sequence[str] = ()) -> list[MonthTags]:
        """Return how many videos were taken in each month that has any, and how many carry which tag.

        Args:
            tags: the tags to count; those that nothing carries, and hidden ones, count 0.

        Returns:
            The earliest month first; the videos without a date come last, as a month of None.
        """
        ids = {name: id_ for id_, name in self._db.execute("SELECT id, name FROM tags WHERE NOT hidden")}
        counts = [_carried(ids[tag]) if tag in ids else "0" for tag in tags]
        rows = self._db.execute(
            f"""
            SELECT {", ".join([_MONTH, "count(*)", *(f"sum({carried})" for carried in counts)])}
            FROM videos v INDEXED BY lists_by_taken WHERE {_SHOWN} GROUP BY 1
            """
        ).fetchall()
        months = [
            MonthTags(month, videos, dict(zip(tags, carried, strict=True)))
            for month, videos, *carried in rows
        ]
        return sorted(months, key=lambda month: (month.month is None, month.month or ""))

    def reviewed(self) -> Reviewed:
        """Return how much a person has looked through."""
        row = self._db.execute(
            f"""
            SELECT count(*), coalesce(sum(v.confirmed | v.rejected != 0), 0),
                coalesce(sum(v.suggested | v.maybe != 0), 0),
                coalesce(sum(v.suggested | v.maybe != 0 AND v.confirmed | v.rejected != 0), 0),
                coalesce(sum(v.suggested | v.confirmed = 0), 0)
            FROM videos v INDEXED BY lists_by_added WHERE {_SHOWN} AND v.status = 'ok'
            """
        ).fetchone()
        videos, decided, open_, begun, untagged = row
        return Reviewed(videos, decided - begun, begun, open_ - begun, untagged)

    def answers(self) -> list[Answers]:
        """Return, for each tag that a model suggested, what the person answered to what it suggests now.

        A decision counts as an answer to the newest tagging: what a model does not suggest any more, it is
        not blamed for. By name.
        """
        rows = self._db.execute(
            f"""
            SELECT t.name, t.built_in, vt.state, vt.tier, vt.bundle IS NOT NULL, count(*)
            FROM tags t CROSS JOIN video_tags vt INDEXED BY video_tags_by_tag
                ON vt.tag_id = t.id AND vt.state IN ('confirmed', 'rejected')
            CROSS JOIN videos v ON v.id = vt.video_id
            WHERE NOT t.hidden AND {_SHOWN} GROUP BY t.id, vt.state, vt.tier, vt.bundle IS NOT NULL
            ORDER BY t.name COLLATE NOCASE
            """
        )
        found: dict[str, dict[str, int]] = {}
        for name, built_in, state, tier, suggested, videos in rows:
            counts = found.setdefault(name, {"built_in": built_in})
            kind = _kind(TagState(state), Tier(tier), suggested=bool(suggested))
            counts[kind] = counts.get(kind, 0) + videos
        return [
            Answers(
                name,
                right=counts.get("right", 0),
                wrong=counts.get("wrong", 0),
                maybe_right=counts.get("maybe_right", 0),
                maybe_wrong=counts.get("maybe_wrong", 0),
                missed=counts.get("missed", 0),
            )
            for name, counts in found.items()
            # What no model knows, it cannot have missed.
            if counts["built_in"] or counts.keys() & {"right", "wrong", "maybe_right", "maybe_wrong"}
        ]


def _kind(state: TagState, tier: Tier, *, suggested: bool) -> str:
    """Return what a decision says of the newest tagging."""
    fits = state is TagState.CONFIRMED
    if not suggested:
        return "missed" if fits else "left_out"
    kind = "right" if fits else "wrong"
    return f"maybe_{kind}" if tier is Tier.MAYBE else kind


def _carried(tag_id: int) -> str:
    """Return whether ``videos v`` carries a tag, given or confirmed, as 1 or 0."""
    bits = "v.suggested | v.confirmed"
    if tag_id <= SHARED_BIT:
        return f"(({bits}) & {1 << (tag_id - 1)}) != 0"
    return f"""
        (({bits}) >> {SHARED_BIT} AND EXISTS (
            SELECT 1 FROM video_tags vt WHERE vt.video_id = v.id AND vt.tag_id = {tag_id}
            AND (vt.state = 'confirmed' OR vt.state = 'suggested' AND vt.tier = 'given')))
    """.strip()
