"""The search for doubles in a whole library: read once in short, then the likely pairs in full."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from organizer.doubles.candidates import Candidates, candidates
from organizer.doubles.deciding import decide
from organizer.doubles.matching import align
from organizer.doubles.seconds import seconds_of
from organizer.doubles.sketches import sketches_of
from organizer.features.processor import single_threaded_blas
from organizer.library.doubles import DoublePair
from organizer.stopping import check
from organizer.types import EVERY_SECOND

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from threading import Event

    import numpy as np
    from numpy.typing import NDArray

    from organizer.doubles.seconds import Seconds
    from organizer.library import Library
    from organizer.library.doubles import VideoRows
    from organizer.types import SampledSeconds

_MEAN_OF = 2000
"""Videos that tell the mean of a library."""
_NO_NEWS = 127.0
"""The mean of the features that a model was made with, in levels."""
_BELIEVED = 30
"""Videos of which the mean is believed as much as that: in a small library all may show one thing."""
_TOGETHER = 500
"""Pairs between two looks at the stop."""
_READING, _CHOOSING = 0.35, 0.4
"""Which parts of the time reading and choosing pairs take."""


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a search for doubles has come."""

    share: float
    """Which part of the work is done, 0..1."""
    pairs: int = 0
    """Doubles found so far."""


def find_doubles(
    library: Library,
    space_id: str,
    sampled: SampledSeconds = EVERY_SECOND,
    *,
    stop: Event | None = None,
) -> Generator[SearchProgress, None, None]:
    """Look for videos that show the same film, and store the pairs in the library at the end.

    No video is opened: what a scan stored of each second is compared. Nothing is stored where it is stopped.

    Args:
        library: the library.
        space_id: the feature space in which videos are compared; those without features of it are left out.
        sampled: which seconds its rows stand for.
        stop: looked at often.

    Raises:
        StoppedError: ``stop`` was set.
    """
    doubles = library.doubles
    state = doubles.state(space_id)
    yield SearchProgress(0.0)
    mean = mean_of(doubles.some_videos(space_id, _MEAN_OF))
    done: list[DoublePair] = []
    read = 0

    def reading() -> Iterator[tuple[int, NDArray[np.uint8]]]:
        nonlocal read
        for video in doubles.videos(space_id):
            check(stop)
            read += 1
            yield video.id, video.rows

    sketches = sketches_of(reading(), mean, sampled)
    yield SearchProgress(_READING)
    chosen: Candidates | None = None
    for step in candidates(sketches, stop):
        if isinstance(step, Candidates):
            chosen = step
        else:
            yield SearchProgress(_READING + _CHOOSING * step)
    assert chosen is not None
    ids = sketches.ids
    pairs = [(ids[one], ids[other]) for one, other in zip(chosen.first, chosen.second, strict=True)]
    del sketches, chosen
    begun = _READING + _CHOOSING
    for start in range(0, len(pairs), _TOGETHER):
        check(stop)
        done += compared(library, space_id, mean, pairs[start : start + _TOGETHER], sampled)
        share = begun + (1 - begun) * min(1.0, (start + _TOGETHER) / len(pairs))
        yield SearchProgress(share, len(done))
    doubles.store(space_id, state, done)
    yield SearchProgress(1.0, len(done))


def compared(
    library: Library,
    space_id: str,
    mean: NDArray[np.float32],
    pairs: Iterable[tuple[int, int]],
    sampled: SampledSeconds = EVERY_SECOND,
) -> list[DoublePair]:
    """Return those of some pairs of videos that show the same film.

    Args:
        library: the library.
        space_id: the feature space in which they are compared.
        mean: float32 (dimension,), see ``mean_of``.
        pairs: ids, the smaller one first.
        sampled: which seconds its rows stand for.
    """
    wanted = list(pairs)
    ids = {id_ for pair in wanted for id_ in pair}
    seconds = {video.id: _seconds(video, mean, sampled) for video in library.doubles.videos_of(ids, space_id)}
    found = []
    with single_threaded_blas():
        for one, other in wanted:
            if one not in seconds or other not in seconds:
                continue
            alignment = align(seconds[one], seconds[other])
            posters = partial(library.doubles.posters_alike, one, other)
            kind = decide(seconds[one], seconds[other], alignment, posters)
            if alignment is not None and kind is not None:
                timing = None if alignment.timing is None else round(alignment.timing, 4)
                found.append(
                    DoublePair(
                        *(one, other, kind, float(alignment.offset_s), round(alignment.overlap_s, 2)),
                        likeness=round(alignment.likeness, 4),
                        timing=timing,
                    )
                )
    return found


def mean_of(videos: Iterable[VideoRows]) -> NDArray[np.float32]:
    """Return what second of a library is like on the average, float32 (dimension,), in levels.

    Each video counts the same. Of a small library's few videos not all is believed.
    """
    import numpy as np

    total, count = None, 0
    for video in videos:
        if len(video.rows):
            own = video.rows.mean(axis=0, dtype=np.float32)
            total = own if total is None else total + own
            count += 1
    if total is None:
        return np.full(1, _NO_NEWS, np.float32)
    mean: NDArray[np.float32] = (total + _BELIEVED * _NO_NEWS) / (count + _BELIEVED)
    return mean


def _seconds(video: VideoRows, mean: NDArray[np.float32], sampled: SampledSeconds) -> Seconds:
    return seconds_of(video.rows, mean, video.duration_s, sampled)
