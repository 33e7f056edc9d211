"""Pictures of network size from some videos, for looking at a model instead of at the videos."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from organizer.errors import VideoError
from organizer.frames.decode import network_pictures
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.types import InputSpec

Item = TypeVar("Item")


def pictures_of(
    paths: Sequence[str], spec: InputSpec, *, frames: int = MAX_SECONDS
) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures of each video that can be read; the others are passed over.

    Args:
        paths: absolute; the files are only read.
        spec: the pictures to make, as a scan makes them for the same network.
        frames: at most so many of each video, one a second, spread evenly over what is looked at.

    Yields:
        uint8 (frames, size, size, 3), RGB, at least one frame.
    """
    import numpy as np

    reader = reader_for(Sampling.AUTO, threads=0)
    for path in paths:
        try:
            pictures = [picture for _, picture in network_pictures(reader, path, spec)]
        except (VideoError, OSError):
            continue
        kept = np.linspace(0, len(pictures) - 1, min(frames, len(pictures))).round().astype(int)
        yield np.stack([pictures[at] for at in kept])


def videos_at_hand(library: Library, count: int) -> list[str]:
    """Return the paths of videos of a library that can be read now, spread evenly over all by their age.

    Those that are long enough for ten frames come before shorter ones.
    """
    ids = library.ids(VideoFilter())
    records = [library.video(id_) for id_ in _spread(ids, 20 * count)]
    found = [
        (record.duration_s or 0, record.places[0].path)
        for record in records
        if record.status is Status.OK and os.path.exists(record.places[0].path)
    ]
    long = [path for duration, path in found if duration >= 10]
    short = [path for duration, path in found if duration < 10]
    return (_spread(long, count) + short)[:count]


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    if len(items) <= count:
        return list(items)
    return [items[number * len(items) // count] for number in range(count)]
