"""Up to ten pictures of a video in a row, to be looked through while the pointer moves over its card."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from organizer.errors import OutOfMemoryError
from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.pictures.resize import fit_within
from organizer.frames.readers.reader import nothing_decoded
from organizer.playback.pictures import Picture, key_at, pictures_from
from organizer.playback.track import Track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.playback.original import Original

MOST = 10
"""Pictures of a strip."""
LONG_SIDE = 320
"""Pixels of each picture's longer side."""
_QUALITY, _METHOD = 60, 2
"""Of WebP."""
_LEAST_APART_S = 0.5
"""A video of two seconds has four pictures."""
_SHORT_S = 12.0
"""A video of that length is decoded through where it has fewer key frames than ``_ENOUGH``."""
_ENOUGH = 6
_MOST_S = 4.0
"""By the clock; what was not found until then is left out."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Pictures in a row, from left to right, all of one size."""

    webp: bytes
    seconds: tuple[float, ...]
    """When each is shown, ascending."""
    width: int
    """Pixels of each."""
    height: int


def places(duration_s: float) -> list[float]:
    """Return the seconds that are wanted of a video: the middles of equal parts."""
    count = min(MOST, max(1, int(duration_s / _LEAST_APART_S)))
    return [duration_s * (index + 0.5) / count for index in range(count)]


def make_strip(
    original: Original, *, threads: int, on_picture: Callable[[], None], most_s: float = _MOST_S
) -> Strip:
    """Make the strip of a video.

    Args:
        original: the file.
        threads: for decoding.
        on_picture: called for each picture that is decoded; may raise StoppedError.
        most_s: seconds by the clock after which no further picture is looked for.

    Raises:
        VideoError: nothing of it can be shown.
    """
    due_s = time.monotonic() + most_s
    found: list[tuple[float, NDArray[np.uint8]]] = []
    with ExitStack() as stack:
        track = stack.enter_context(Track(original))
        converter = RgbConverter(track.film, short_side=LONG_SIDE, threads=1)

        def keep(picture: Picture) -> None:
            if not found or picture.time_s > found[-1][0]:
                found.append((picture.time_s, fit_within(converter.rgb(picture.frame), LONG_SIDE)))

        length_s = original.duration_s or _stated_s(track) or 0.0
        if length_s <= _SHORT_S and _keys(track) < min(_ENOUGH, len(places(length_s))):
            _walk_through(
                pictures_from(track, 0.0, threads=threads, on_picture=on_picture), length_s, keep, due_s
            )
        else:
            for at_s in places(length_s):
                if found and time.monotonic() > due_s:
                    break
                if picture := _key_at(track, at_s, threads, on_picture):
                    keep(picture)
    if not found:
        raise nothing_decoded(original.path)
    return _joined(original.path, found)


def _stated_s(track: Track) -> float | None:
    length = track.container.duration
    return length / 1_000_000 if length and length > 0 else None


def _keys(track: Track) -> int:
    """Return how many key frames a film has, without decoding one; no more than are needed."""
    keys = (timed for timed in track.packets_from(0.0) if timed.packet.is_keyframe)
    return sum(1 for _ in islice(keys, _ENOUGH))


def _walk_through(
    pictures: Iterator[Picture], length_s: float, keep: Callable[[Picture], None], due_s: float
) -> None:
    wanted = places(length_s)
    last: Picture | None = None
    for picture in pictures:
        last = last or picture
        if wanted and picture.time_s > wanted[0]:
            keep(last)
            wanted = [at_s for at_s in wanted if at_s >= picture.time_s]
        last = picture
        if not wanted or time.monotonic() > due_s:
            break
    if last is not None and wanted:
        keep(last)


def _key_at(track: Track, at_s: float, threads: int, on_picture: Callable[[], None]) -> Picture | None:
    """Return the key frame at a second or before, None where none can be decoded."""
    alone = key_at(track, at_s, threads=threads)
    if alone is not None:
        on_picture()
        return alone
    return next(pictures_from(track, at_s, threads=threads, on_picture=on_picture, only_keys=True), None)


def _joined(path: str, found: list[tuple[float, NDArray[np.uint8]]]) -> Strip:
    import numpy as np
    from PIL import Image

    height, width = found[0][1].shape[:2]
    # The size of pictures may change on the way; those of another one do not fit.
    fitting = [(at_s, rgb) for at_s, rgb in found if rgb.shape[:2] == (height, width)]
    file = io.BytesIO()
    try:
        row = np.concatenate([rgb for _, rgb in fitting], axis=1)
        Image.fromarray(row).save(file, "webp", quality=_QUALITY, method=_METHOD)
    except MemoryError as error:
        raise OutOfMemoryError(path, "there was not enough memory", "Close other programs.") from error
    return Strip(file.getvalue(), tuple(round(at_s, 3) for at_s, _ in fitting), width, height)
