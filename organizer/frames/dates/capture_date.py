"""When a video was shot: what its container says, else its name, else when the file was last changed.

Of the container's dates those of the recording come before those of the file: a tape that was digitised, or
a film that was packed anew, has both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from organizer.dates.believable import believable
from organizer.dates.best import DatedFile, best_date
from organizer.dates.in_names import date_in_name
from organizer.frames.dates.date_text import WrittenDate, ticks_date, written_date
from organizer.types import CaptureDate, DateSource

if TYPE_CHECKING:
    from organizer.frames.dates.container_dates import HeaderDate

_RECORDED = (
    # Local time with the offset of the place: says more than the same moment in UTC.
    "com.apple.quicktime.creationdate",
    "date_recorded",
    "datetimeoriginal",
    "dtim",
    "idit",
)
_CONTENT = ("date",)
"""When the content was made, as people and programs write it; MP4's ``©day``, AVI's ``ICRD``."""
_HEADER = ("creation_time",)
_FILE = ("date_digitized", "creationdate", "modification_date")
_SAME_DAY = timedelta(hours=36)
"""What lies so close to the noon of a day may be a moment of it, in whatever zone."""
_AT_ONCE = timedelta(days=2)


def capture_date(
    metadata: Mapping[str, str],
    path: str,
    mtime_ns: int,
    *,
    stream_metadata: Mapping[str, str] | None = None,
    headers: Sequence[HeaderDate] | None = None,
    in_stream: Callable[[], WrittenDate | None] | None = None,
    duration_s: float | None = None,
    now: datetime | None = None,
) -> CaptureDate:
    """Return when a video was shot, from the best source that gives a believable moment.

    Args:
        metadata: the container's tags as FFmpeg names them.
        path: only its last part is looked at.
        mtime_ns: nanoseconds since 1970.
        stream_metadata: the tags of the stream of pictures.
        headers: the dates in the headers of an MP4 or MOV file, in place of ``creation_time``; None for other
            files.
        in_stream: looks for a date among the pictures; called where nothing better is known.
        duration_s: of the video, None when unknown.
        now: aware, for tests; moments more than a day after it are not believed.
    """
    now = now or datetime.now(UTC)
    file = DatedFile(path, mtime_ns)
    tags = [_lower(metadata), _lower(stream_metadata or {})]
    found = (date for date in _candidates(tags, headers, in_stream, _hints(file, now)) if _is_true(date, now))
    return best_date(_best(found), [file], duration_s, now)


def _lower(metadata: Mapping[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in metadata.items()}


def _is_true(date: WrittenDate, now: datetime) -> bool:
    return believable(date.moment, now)


def _best(found: Iterator[WrittenDate]) -> CaptureDate | None:
    """Return the first date; of a day alone the first moment that may lie in it."""
    best = next(found, None)
    if best is None:
        return None
    if best.day_only:
        noon = best.moment.replace(hour=12)
        same_day = (date for date in found if not date.day_only and _apart(date.moment, noon) <= _SAME_DAY)
        best = next(same_day, best)
    return CaptureDate(best.moment, DateSource.CONTAINER, day_only=best.day_only, zone_known=best.zone_known)


def _candidates(
    tags: Sequence[Mapping[str, str]],
    headers: Sequence[HeaderDate] | None,
    in_stream: Callable[[], WrittenDate | None] | None,
    hints: Sequence[datetime],
) -> Iterator[WrittenDate]:
    """Yield the dates of a container, best first, believable or not."""
    yield from _tagged(tags, _RECORDED)
    # A header of MP4 notes when the recording began or ended, and costs less to look at; elsewhere it says
    # when the file was put together.
    if headers is None and in_stream is not None and (date := in_stream()):
        yield date
    yield from _tagged(tags, _CONTENT)
    if headers is None:
        yield from _tagged(tags, _HEADER)
    else:
        yield from (_header_date(header, hints) for header in headers)
        if in_stream is not None and (date := in_stream()):
            yield date
    yield from _tagged(tags, _FILE)


def _tagged(tags: Sequence[Mapping[str, str]], keys: Sequence[str]) -> Iterator[WrittenDate]:
    for key in keys:
        for some in tags:
            text = some.get(key, "")
            if date := ticks_date(text) if key == "dtim" else written_date(text):
                yield date


def _header_date(header: HeaderDate, hints: Sequence[datetime]) -> WrittenDate:
    """Return a header's date as the standard has it, else as devices count where their file agrees."""
    moment = header.moment
    if header.if_unix and any(_apart(header.if_unix, hint) <= _AT_ONCE for hint in hints):
        moment = header.if_unix
    return WrittenDate(moment, day_only=False, zone_known=False)


def _hints(file: DatedFile, now: datetime) -> list[datetime]:
    """Return what a file tells of its date from outside."""
    named = date_in_name(file.name, now)
    changed = best_date(None, [DatedFile("", file.mtime_ns)], None, now)
    return [changed.moment, *([named.moment] if named else [])]


def _apart(one: datetime, other: datetime) -> timedelta:
    return abs(_aware(one) - _aware(other))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
