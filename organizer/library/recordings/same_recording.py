"""Whether two videos of different content, byte for byte, are one recording: packed, turned or encoded anew.

Features and posters tell; ``likeness.py`` compares them. Measured with lite 2.0.0 on 21 real
clips, and on three photographs filmed twice, each time with other noise; as distance of features in the
quantiser's 255 levels and correlation of posters:

===================================================  ===============  =================
the two files are                                    features         posters
===================================================  ===============  =================
one, packed again (MKV, MOV)                         0 (39 of 41)     1 (39 of 41)
one, its turn corrected (90, 180, 270 degrees)       9.5 to 20        0.998 to 1, turned
one, encoded again at low quality                    4.3 to 11.7      0.69 to 1
consecutive parts of equal length of one scene       5.3 and more     0.996 and less
a motionless scene, filmed twice                     2.3 and more     0.9997 and more
different clips                                      16.1 and more    0.65 and less
===================================================  ===============  =================
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from organizer.dates.shown import utc_seconds, wall_seconds
from organizer.library.database.columns import chunks, marks
from organizer.library.recordings.likeness import Likeness
from organizer.library.records import Status
from organizer.stopping import check
from organizer.types import DateClock, DateSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from threading import Event

    from sqlite_utils import Database

    from organizer.types import SampledSeconds

SAME_LENGTH_S = 0.25
"""Packed again, a video is up to 0.13 s longer or shorter: its sound may be."""

_REWRITTEN_LENGTH_S = 1.0
"""A file in the place of another may be cut to whole groups of pictures."""
_TURNED_LENGTH_S = 0.1
"""What is only turned keeps its length."""
_PACKED_LEVELS = 1.0
_REWRITTEN_LEVELS = 8.0
_ENCODED_AGAIN_LEVELS = 12.0
_LEAST_PART_S = 3
"""Fewer seconds of one film may be found in another by chance: black, a title."""
_LEAST_PART_SHARE = 0.25
"""Where few of a long part's seconds were looked at in the film, all of these are at its beginning, and that
may be a title of several films."""
_SAME_POSTER = 0.98
_SAME_POSTER_TURNED = 0.99
"""Of a file of another name, where features cannot tell: the best of a clip that is not turned has 0.95."""
_TURNED_SIZE, _TURNED_BYTES = 0.02, 64 * 1024
"""What is turned elsewhere keeps its size, up to this share or so many bytes: a header is written anew."""
_SAME_MOMENT_S = 2.0
_TELLING_DATES = (DateSource.CONTAINER, DateSource.NAME)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a library knows of a video, but for its pictures."""

    status: str
    size_bytes: int
    duration_s: float | None
    codec: str | None
    taken_source: str | None
    taken_s: float | None
    """When it was taken, in seconds since 1970: of an instant in UTC, else on the clock that it shows."""
    taken_on: str | None
    """Which clock that is; None where the date says nothing. Dates of different clocks do not compare."""

    def length_differs_by(self, other: _Facts) -> float:
        """Seconds; infinite where a length is unknown."""
        if self.duration_s is None or other.duration_s is None:
            return float("inf")
        return abs(self.duration_s - other.duration_s)

    def is_longer_than(self, other: _Facts) -> bool:
        """Whether it is; False where a length is unknown."""
        return self.duration_s is not None and self.duration_s > (other.duration_s or float("inf"))

    def weighs_as(self, other: _Facts) -> bool:
        """Whether the coded pictures may be the very same, whatever is written around them."""
        larger = max(self.size_bytes, other.size_bytes)
        return abs(self.size_bytes - other.size_bytes) <= max(_TURNED_BYTES, _TURNED_SIZE * larger)

    def was_taken_when(self, other: _Facts) -> bool:
        """Whether nothing says that the two were taken at different moments."""
        if self.taken_source != other.taken_source or self.taken_on != other.taken_on:
            return True
        if self.taken_s is None or other.taken_s is None:
            return True
        return abs(self.taken_s - other.taken_s) <= _SAME_MOMENT_S


def rewrites(
    db: Database, old_id: int, new_id: int, sampled: Mapping[str, SampledSeconds] = MappingProxyType({})
) -> bool:
    """Tell whether a video that took the place of another one, under the same name, is the same recording.

    The name speaks for it, so re-encoding and turning are allowed, and so is cutting it down to a part. What
    could not be read at all is the same recording, complete now.

    Args:
        db: the library.
        old_id: the video that was there.
        new_id: the one that is there now.
        sampled: by feature space, the seconds that were looked at; every second where it is not named.
    """
    facts = _facts(db, [old_id, new_id])
    if old_id not in facts or new_id not in facts:
        return False
    old, new = facts[old_id], facts[new_id]
    if old.status == Status.FAILED:
        return True
    likeness = Likeness(db)
    length = old.length_differs_by(new)
    distance = likeness.feature_distance(old_id, new_id)
    if length <= _REWRITTEN_LENGTH_S and distance is not None and distance <= _REWRITTEN_LEVELS:
        return True
    if length > _TURNED_LENGTH_S:
        return old.is_longer_than(new) and likeness.shows_part_of(
            old_id,
            new_id,
            distance=_PACKED_LEVELS,
            least_s=_LEAST_PART_S,
            least_share=_LEAST_PART_SHARE,
            sampled=sampled,
        )
    upright, turned = likeness.posters(old_id, new_id)
    # The same first picture, a title, may stand for films that go on differently.
    if upright >= _SAME_POSTER and (distance is None or distance <= _ENCODED_AGAIN_LEVELS):
        return True
    return turned >= _SAME_POSTER


def same_recordings(
    db: Database, old_ids: Collection[int], new_ids: Collection[int], *, stop: Event | None = None
) -> list[tuple[int, int]]:
    """Return all pairs of an old and a new video, of any name, that are the same recording, in order.

    Packed again, or turned. Nothing but what the two show and say speaks for it, so all of that must: codec,
    length, date and pictures. Packed again, those are the very same; encoded again, they are no more like the
    old ones than those of another clip of the same scene.

    Of most pairs, what rows of the library say is enough to tell. Pictures are read for the others alone.

    Args:
        db: the library.
        old_ids: the old videos.
        new_ids: the new ones.
        stop: to be set when the search shall end.

    Returns:
        (old id, new id) of each pair.

    Raises:
        StoppedError: ``stop`` was set.
    """
    likeness = Likeness(db)
    old_facts, new_facts = _facts(db, sorted(old_ids)), _facts(db, sorted(new_ids))
    found = []
    for old_id, new_id in _as_long(old_facts, new_facts):
        check(stop)
        old, new = old_facts[old_id], new_facts[new_id]
        if old.was_taken_when(new) and _show_the_same(likeness, (old_id, old), (new_id, new)):
            found.append((old_id, new_id))
    return sorted(found)


def _show_the_same(likeness: Likeness, old: tuple[int, _Facts], new: tuple[int, _Facts]) -> bool:
    """Whether pictures say of two videos, whose lengths, codecs and dates agree, that one is the other."""
    (old_id, old_facts), (new_id, new_facts) = old, new
    distance = likeness.feature_distance(old_id, new_id, most=_PACKED_LEVELS)
    packed = distance is not None and distance <= _PACKED_LEVELS
    turned = old_facts.length_differs_by(new_facts) <= _TURNED_LENGTH_S and old_facts.weighs_as(new_facts)
    if not packed and not turned:
        return False
    upright_likeness, turned_likeness = likeness.posters(old_id, new_id)
    return (packed and upright_likeness >= _SAME_POSTER) or (
        turned and turned_likeness >= _SAME_POSTER_TURNED
    )


def _as_long(old: dict[int, _Facts], new: dict[int, _Facts]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of videos that were read, have the same codec and about the same length."""
    by_codec: dict[str | None, list[tuple[float, int]]] = {}
    for id_, facts in new.items():
        if facts.status != Status.FAILED and facts.duration_s is not None:
            by_codec.setdefault(facts.codec, []).append((facts.duration_s, id_))
    for videos in by_codec.values():
        videos.sort()
    for old_id, facts in old.items():
        if facts.status == Status.FAILED or facts.duration_s is None:
            continue
        videos = by_codec.get(facts.codec, [])
        first = bisect_left(videos, facts.duration_s - SAME_LENGTH_S, key=lambda video: video[0])
        end = bisect_right(videos, facts.duration_s + SAME_LENGTH_S, key=lambda video: video[0])
        yield from ((old_id, new_id) for _, new_id in videos[first:end])


def _facts(db: Database, video_ids: Iterable[int]) -> dict[int, _Facts]:
    """Return what is known of the videos, as far as there are such."""
    facts = {}
    for chunk in chunks(video_ids):
        rows = db.execute(
            f"""
            SELECT id, status, size_bytes, duration_s, codec, taken_source, taken_at, taken_clock
            FROM videos WHERE id IN ({marks(chunk)})
            """,
            chunk,
        )
        for id_, status, size_bytes, duration_s, codec, source, taken_at, clock in rows:
            taken_s, taken_on = _moment(taken_at, clock) if source in _TELLING_DATES else (None, None)
            facts[id_] = _Facts(status, size_bytes, duration_s, codec, source, taken_s, taken_on)
    return facts


def _moment(taken_at: str | None, clock: str | None) -> tuple[float | None, str | None]:
    """Return a date as seconds since 1970 and what these count on: the instant, or the clock on the wall."""
    if taken_at is None or clock is None:
        return None, None
    moment = datetime.fromisoformat(taken_at)
    # A zone is that of the place or UTC; either way the instant is known.
    if clock in (DateClock.UTC, DateClock.PLACE):
        return utc_seconds(moment), "instant"
    return wall_seconds(moment), clock
