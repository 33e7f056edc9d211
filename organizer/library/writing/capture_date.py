"""How the library keeps when a video was taken, and keeps it up to date with the video's files.

``taken_at`` is the date as ISO 8601 and ``taken_clock`` what is known of its clock (``DateClock``). For
lists there are two numbers that every index holds. ``taken_wall`` is what the clock shows, as seconds since
1970 on that clock: lists are sorted by it. ``taken_utc`` is the instant, only where whoever looks decides
which day that was; for these, ``taken_wall`` is what the clock of the last scan's machine shows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from organizer.dates.best import DatedFile, best_date
from organizer.dates.shown import here, utc_seconds, wall_seconds
from organizer.library.database.columns import chunks, from_column, marks
from organizer.types import CaptureDate, DateClock, DateSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.types import VideoInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKED_AT = 200
LOCAL_WALL = "CAST(strftime('%s', taken_utc, 'unixepoch', 'localtime') AS REAL)"
"""What the clock of this machine shows at ``taken_utc``, from 1970 on."""


def date_columns(date: CaptureDate) -> dict[str, str | float | None]:
    """Return the columns of a video that hold its date."""
    clock = date.clock
    instant = clock is DateClock.UTC
    return {
        "taken_at": date.moment.isoformat(),
        "taken_source": date.source.value,
        "taken_clock": clock.value,
        "taken_wall": wall_seconds(here(date.moment) if instant else date.moment),
        "taken_utc": utc_seconds(date.moment) if instant else None,
    }


def stored_date(taken_at: str, source: str, clock: str) -> CaptureDate:
    """Return what these columns hold."""
    return CaptureDate(
        datetime.fromisoformat(taken_at),
        DateSource(source),
        day_only=clock == DateClock.DAY,
        zone_known=clock == DateClock.PLACE,
    )


def refresh_dates(db: Database, video_ids: Sequence[int]) -> None:
    """Store the dates of videos anew after their files changed; call it inside a transaction.

    What the video itself says stays; a name or a file's date counts as long as the file has it.
    """
    for chunk in chunks(video_ids):
        _refresh(db, chunk)


def _refresh(db: Database, video_ids: Sequence[int]) -> None:
    rows = db.execute(
        f"""
        SELECT v.id, v.taken_at, v.taken_source, v.taken_clock, v.duration_s,
            p.relative_path, p.mtime_ns, p.missing_since IS NOT NULL
        FROM videos v JOIN places p ON p.video_id = v.id
        WHERE v.id IN ({marks(video_ids)}) AND v.taken_at IS NOT NULL
            AND NOT (v.taken_source = 'container' AND v.taken_clock IN ('place', 'local'))
        ORDER BY v.id, p.id
        """,
        list(video_ids),
    ).fetchall()
    now = datetime.now(UTC)
    for (id_, *columns, duration_s), places in groupby(rows, key=lambda row: row[:5]):
        files = [(DatedFile(from_column(path), mtime_ns), missing) for *_, path, mtime_ns, missing in places]
        # A file that is gone says nothing, unless it is all there ever was.
        there = [file for file, missing in files if not missing] or [file for file, _ in files]
        before = stored_date(*columns)
        container = before if before.source is DateSource.CONTAINER else None
        best = best_date(container, there, duration_s, now)
        if best != before:
            _store_date(db, id_, best)


def _store_date(db: Database, video_id: int, date: CaptureDate) -> None:
    columns = date_columns(date)
    db.execute(
        f"UPDATE videos SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?",
        [*columns.values(), video_id],
    )


def with_known_zone(db: Database, video_id: int, info: VideoInfo) -> CaptureDate:
    """Return the date that a probe found, in the zone of the place where the library knows that already."""
    found = info.taken_at
    row = db.execute(
        "SELECT taken_at, taken_source, taken_clock FROM videos WHERE id = ? AND taken_at IS NOT NULL",
        [video_id],
    ).fetchone()
    if row is None or found.clock is not DateClock.UTC or found.source is not DateSource.CONTAINER:
        return found
    before = stored_date(*row)
    if before.clock is not DateClock.PLACE or before.source is not DateSource.CONTAINER:
        return found
    # The begin, which a name told, and the end, which the container notes, may be the length apart.
    apart_s = abs((found.moment - before.moment).total_seconds())
    return before if apart_s <= (info.duration_s or 0.0) + 10 else found


def follow_zone(db: Database) -> None:
    """Sort instants by what the clock of this machine shows now; call it inside a transaction.

    A few of them show whether it does so already.
    """
    # SQLite knows no zones of before 1970.
    moved = f"taken_utc >= 0 AND abs(taken_wall - {LOCAL_WALL}) >= 1"
    (away,) = db.execute(
        f"""
        SELECT count(*) FROM (
            SELECT taken_wall, taken_utc FROM videos INDEXED BY lists_by_taken
            WHERE present_in IS NOT NULL AND taken_utc IS NOT NULL ORDER BY taken_wall DESC LIMIT {_LOOKED_AT}
        ) WHERE {moved}
        """
    ).fetchone()
    if not away:
        return
    db.execute(f"UPDATE videos SET taken_wall = {LOCAL_WALL} WHERE {moved}")
    old = db.execute("SELECT id, taken_utc FROM videos WHERE taken_utc < 0").fetchall()
    db.conn.executemany(
        "UPDATE videos SET taken_wall = ? WHERE id = ?",
        [(local_wall(utc_s), id_) for id_, utc_s in old],
    )


def local_wall(utc_s: float) -> float:
    """Return what the clock of this machine shows at an instant, also before 1970; both in seconds."""
    return wall_seconds(here(_EPOCH + timedelta(seconds=utc_s)))
