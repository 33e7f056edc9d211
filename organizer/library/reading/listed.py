"""A whole list at one moment: which videos, in which order, and in which months they were taken.

It is read along one index, in one statement: what changes meanwhile is in it or is not.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from organizer.library.filters import Sort
from organizer.library.reading.asked import ask
from organizer.library.reading.sql import order_by
from organizer.library.reading.videos import source_of
from organizer.library.records import ListedVideos, Month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.library.filters import VideoFilter

_EPOCH = datetime(1970, 1, 1)


def listed_videos(db: Database, filter_: VideoFilter) -> ListedVideos:
    """Return all videos that a filter chooses, in its order, whatever its limit.

    Only an order by date has months: in it, those of one month stand together.
    """
    sql, values = listed_sql(db, filter_)
    ids, walls = array("q"), []
    for id_, wall_s in db.execute(sql, values):
        ids.append(id_)
        walls.append(wall_s)
    months = _months(walls, filter_.descending) if filter_.sort is Sort.TAKEN else _one_group(len(ids))
    return ListedVideos(ids, tuple(months))


def listed_sql(db: Database, filter_: VideoFilter) -> tuple[str, tuple[object, ...]]:
    """Return the statement that reads a list, and the values bound in it."""
    source, values = source_of(db, filter_, filter_.sort, ask(db, filter_))
    wall = "v.taken_wall" if filter_.sort is Sort.TAKEN else "NULL"
    return f"SELECT v.id, {wall} {source} ORDER BY {order_by(filter_)}", values


def count_newer(db: Database, filter_: VideoFilter, video_id: int) -> int:
    """Return how many of the videos that a filter chooses were added after one of them."""
    # Of the index by the order they were added in, only its end is read.
    source, values = source_of(db, filter_, Sort.ADDED, ask(db, filter_))
    return int(db.execute(f"SELECT count(*) {source} AND v.id > ?", [*values, video_id]).fetchone()[0])


def _one_group(videos: int) -> list[Month]:
    return [Month(None, videos)] if videos else []


def _months(walls: Sequence[float | None], descending: bool) -> list[Month]:
    """Return the months of ordered dates; what has none comes last either way.

    Args:
        walls: what the clock showed, as seconds since 1970 on that same clock.
        descending: whether the newest comes first.
    """
    dated = bisect_left(walls, True, key=lambda wall_s: wall_s is None)
    months: list[Month] = []
    at = 0
    while at < dated:
        wall_s = walls[at]
        assert wall_s is not None
        first = (_EPOCH + timedelta(seconds=wall_s)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = _end_of_month(walls, at, dated, first, descending)
        months.append(Month(f"{first.year:04}-{first.month:02}", end - at))
        at = end
    return [*months, *_one_group(len(walls) - dated)]


def _end_of_month(
    walls: Sequence[float | None], at: int, dated: int, first: datetime, descending: bool
) -> int:
    """Return where the dates of a month end that begin at ``at``."""
    begins_s = _seconds(first)
    if descending:
        return bisect_left(walls, True, at, dated, key=lambda wall_s: (wall_s or 0.0) < begins_s)
    ends_s = _seconds((first + timedelta(days=31)).replace(day=1)) if first.year < 9999 else float("inf")
    return bisect_left(walls, True, at, dated, key=lambda wall_s: (wall_s or 0.0) >= ends_s)


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
