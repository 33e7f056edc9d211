"""More like this: the videos of a library that are most like one of them, or like one second of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.alike.measure import unit
from organizer.alike.vectors import scene_direction, whole_direction
from organizer.errors import NotLookedAtError
from organizer.features.processor import single_threaded_blas
from organizer.text import clock_time, safe_text
from organizer.types import EVERY_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.alike.index import Gathered
    from organizer.alike.measure import Measure
    from organizer.library import Library
    from organizer.types import SampledSeconds

LIMIT = 24
LEAST = 0.1
"""Below this likeness, videos have no more in common than any two of a library (``benchmarks alike``)."""
_LOOKED_AT = 200
"""Videos that are looked at closely, by all their seconds."""
_TOGETHER = 20
"""Videos whose seconds are compared in one product, of 2 MB: what lies in the processor's own memory."""
_MORE = 4
"""Times as many where that leaves too few, as when most are hidden."""


@dataclass(frozen=True, slots=True)
class Match:
    """A video that is like the one that was asked about."""

    video_id: int
    likeness: float
    """-1..1; 1 where they are the same, about 0 where they have nothing in common."""
    second: int
    """Of the one that was asked about: that which was named, else that which is most like one of theirs."""
    their_second: int
    """The one that is most like it."""


def most_alike(
    library: Library,
    gathered: Gathered | None,
    space_id: str,
    video_id: int,
    *,
    second: int | None = None,
    limit: int = LIMIT,
    sampled: SampledSeconds = EVERY_SECOND,
) -> list[Match]:
    """Return the videos that are most like one, best first; never itself, and of equal recordings one.

    All videos are compared by a few short vectors each, and the best of them again by what is stored of all
    their seconds. Only videos are offered that lists show and that lie somewhere.

    Args:
        library: the library.
        gathered: its vectors, up to date; None where there are none.
        space_id: the feature space in which they are compared.
        video_id: the video.
        second: the second of it that the others are to be like; None takes the video as a whole.
        limit: how many to return at most.
        sampled: the seconds that the model of the space looks at.

    Raises:
        NotLookedAtError: it has no features of the space, or nobody looked at that second.
        UnknownVideoError: there is no such video.
    """
    own = _features(library, space_id, video_id)
    row = None if second is None else _row_of(library, video_id, second, len(own), sampled)
    if gathered is None:
        return []
    asked = gathered.measure.directions(own)
    if row is None:
        ids, _ = gathered.by_whole(whole_direction(gathered.measure, asked))
    else:
        asked = asked[row : row + 1]
        ids, _ = gathered.by_scene(scene_direction(gathered.measure, asked[0]))
    found: dict[bytes, Match] = {}
    for candidates in _some_at_a_time(ids[ids != video_id].tolist(), max(_LOOKED_AT, 2 * limit)):
        offered = library.features.offered(candidates)
        stored = dict(library.features.of(sorted(offered), space_id))
        if stored:
            rows = {id_: features.quantised for id_, features in stored.items() if len(features.quantised)}
            with single_threaded_blas():
                compared = _compare(gathered.measure, asked, rows, sampled, row)
            for match, digest in compared:
                found.setdefault(digest, match)
        if len(found) >= limit:
            break
    best = sorted(found.values(), key=lambda match: (-match.likeness, match.video_id))
    return best[:limit]


def _some_at_a_time(ids: Sequence[int], many: int) -> Iterator[Sequence[int]]:
    start = 0
    while start < len(ids):
        yield ids[start : start + many]
        start, many = start + many, many * _MORE


def _features(library: Library, space_id: str, video_id: int) -> NDArray[np.uint8]:
    for _, features in library.features.of([video_id], space_id):
        if len(features.quantised):
            return features.quantised
    record = library.video(video_id)
    path = safe_text(record.path)
    if record.error:
        reason = f"it could not be read ({safe_text(record.error)}), so nothing is known of it."
        raise NotLookedAtError(path, reason, "Mend the file and scan its folder again.")
    if library.features.spaces_of(video_id):
        reason = "another model looked at it than the one in use, and what two models see cannot be compared."
        advice = "Scan its folder with the model in use: organizer scan FOLDER"
    else:
        reason, advice = "no model has looked at it yet.", "Scan its folder: organizer scan FOLDER"
    raise NotLookedAtError(path, reason, advice, ends_in_command=True)


def _row_of(library: Library, video_id: int, second: int, rows: int, sampled: SampledSeconds) -> int:
    """Return the row that stands for a second: its own, or that of the last second before it."""
    seconds = sampled.seconds_of(rows)
    if 0 <= second < sampled.after(seconds[-1]):
        return max(row for row, one in enumerate(seconds) if one <= second)
    path = safe_text(library.video(video_id).path)
    reason = (
        f"nobody looked at {clock_time(second)} of it, only at its seconds from 0:00 to "
        f"{clock_time(seconds[-1])}."
    )
    raise NotLookedAtError(path, reason, "Choose one of these.")


def _compare(
    measure: Measure,
    asked: NDArray[np.float32],
    rows: dict[int, NDArray[np.uint8]],
    sampled: SampledSeconds,
    row: int | None,
) -> list[tuple[Match, bytes]]:
    """Return for each video how alike it is, best first, and a digest of its features.

    Args:
        measure: of the library.
        asked: (rows, dimensions) directions of what is asked about.
        rows: by id the features of the others.
        sampled: the seconds that their rows stand for.
        row: the row of ours that ``asked`` is; None where it is all of them.
    """
    import numpy as np

    whole = unit(asked.mean(axis=0))
    matches = []
    ids = list(rows)
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        directions = measure.directions(np.concatenate([rows[id_] for id_ in some]))
        pairs = asked @ directions.T
        ends = np.cumsum([len(rows[id_]) for id_ in some]).tolist()
        for id_, end in zip(some, ends, strict=True):
            first = end - len(rows[id_])
            ours, best = divmod(int(pairs[:, first:end].argmax()), end - first)
            theirs = directions[first:end]
            alike = float(whole @ unit(theirs.mean(axis=0)) if row is None else pairs[0, first + best])
            match = Match(
                id_,
                min(1.0, max(-1.0, alike)),
                sampled.second_of(ours if row is None else row),
                sampled.second_of(best),
            )
            matches.append((match, hashlib.blake2b(rows[id_].tobytes(), digest_size=16).digest()))
    return sorted(matches, key=lambda one: (-one[0].likeness, one[0].video_id))
