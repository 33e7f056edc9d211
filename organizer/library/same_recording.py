"""Whether two videos of different content, byte for byte, are one recording: packed, turned or encoded anew.

Two things can tell: the features of each second, which hardly change when a file is encoded again but do when
it is turned; and the posters, small pictures that can be turned here. Measured with lite 2.0.0 on 21 real
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

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.queries import poster, stored_features

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from sqlite_utils import Database

SAME_LENGTH_S = 0.25
"""Packed again, a video is up to 0.13 s longer or shorter: its sound may be."""

_REWRITTEN_LENGTH_S = 1.0
"""A file in the place of another may be cut to whole groups of pictures."""
_TURNED_LENGTH_S = 0.1
"""What is only turned keeps its length."""
_PACKED_LEVELS = 1.0
_REWRITTEN_LEVELS = 8.0
_ENCODED_AGAIN_LEVELS = 12.0
_SAME_POSTER = 0.98
_SAME_POSTER_TURNED = 0.99
"""Of a file of another name, where features cannot tell: the best of a clip that is not turned has 0.95."""
_SIDE = 32
"""Pixels of the grey squares that posters are compared as."""
_PLAIN_LEVELS = 5.0
"""Standard deviation of brightness below which a poster says nothing; the clips have 26 and more."""
_TURNED_SIZE, _TURNED_BYTES = 0.02, 64 * 1024
"""What is turned elsewhere keeps its size, up to this share or so many bytes: a header is written anew."""
_SAME_MOMENT_S = 2.0
_TELLING_DATES = ("container", "name")


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a library knows of a video, but for its pictures."""

    status: str
    size_bytes: int
    duration_s: float | None
    codec: str | None
    taken_utc: float | None
    taken_source: str | None

    def length_differs_by(self, other: _Facts) -> float:
        """Seconds; infinite where a length is unknown."""
        if self.duration_s is None or other.duration_s is None:
            return float("inf")
        return abs(self.duration_s - other.duration_s)

    def weighs_as(self, other: _Facts) -> bool:
        """Whether the coded pictures may be the very same, whatever is written around them."""
        larger = max(self.size_bytes, other.size_bytes)
        return abs(self.size_bytes - other.size_bytes) <= max(_TURNED_BYTES, _TURNED_SIZE * larger)

    def was_taken_when(self, other: _Facts) -> bool:
        """Whether nothing says that the two were taken at different moments."""
        if self.taken_source != other.taken_source or self.taken_source not in _TELLING_DATES:
            return True
        if self.taken_utc is None or other.taken_utc is None:
            return True
        return abs(self.taken_utc - other.taken_utc) <= _SAME_MOMENT_S


def rewrites(db: Database, old_id: int, new_id: int) -> bool:
    """Tell whether a video that took the place of another one, under the same name, is the same recording.

    The name speaks for it, so re-encoding and turning are allowed. What could not be read at all is the same
    recording, complete now.
    """
    old, new = _facts(db, old_id), _facts(db, new_id)
    if old is None or new is None:
        return False
    if old.status == "failed":
        return True
    length = old.length_differs_by(new)
    levels = feature_distance(db, old_id, new_id)
    if length <= _REWRITTEN_LENGTH_S and levels is not None and levels <= _REWRITTEN_LEVELS:
        return True
    if length > _TURNED_LENGTH_S:
        return False
    upright, turned = poster_likeness(db, old_id, new_id)
    # The same first picture, a title, may stand for films that go on differently.
    if upright >= _SAME_POSTER and (levels is None or levels <= _ENCODED_AGAIN_LEVELS):
        return True
    return turned >= _SAME_POSTER


def lives_on(db: Database, old_id: int, new_id: int) -> bool:
    """Tell whether a video of any name is the same recording as one that is gone: packed again, or turned.

    Nothing but what the two show and say speaks for it, so all of that must: codec, length, date and
    pictures. Packed again, those are the very same; encoded again, they are no more like the old ones than
    those of another clip of the same scene.
    """
    old, new = _facts(db, old_id), _facts(db, new_id)
    if old is None or new is None or "failed" in (old.status, new.status):
        return False
    length = old.length_differs_by(new)
    if old.codec != new.codec or length > SAME_LENGTH_S or not old.was_taken_when(new):
        return False
    levels = feature_distance(db, old_id, new_id)
    upright, turned = poster_likeness(db, old_id, new_id)
    if levels is not None and levels <= _PACKED_LEVELS and upright >= _SAME_POSTER:
        return True
    return length <= _TURNED_LENGTH_S and old.weighs_as(new) and turned >= _SAME_POSTER_TURNED


def feature_distance(db: Database, first_id: int, second_id: int) -> float | None:
    """Return how far the features of two videos are apart, as mean levels of 255 over their common seconds.

    The smallest of all feature spaces that both have features of; None where there is no such space.
    """
    import numpy as np

    spaces = db.execute(
        "SELECT space_id FROM features WHERE video_id = ? INTERSECT SELECT space_id FROM features "
        "WHERE video_id = ?",
        [first_id, second_id],
    ).fetchall()
    distances = []
    for (space,) in spaces:
        stored = dict(stored_features(db, [first_id, second_id], space))
        first, second = stored[first_id].quantised, stored[second_id].quantised
        seconds = min(len(first), len(second))
        difference = first[:seconds].astype(np.float32) - second[:seconds]
        distances.append(float(np.abs(difference).mean()))
    return min(distances, default=None)


def poster_likeness(db: Database, first_id: int, second_id: int) -> tuple[float, float]:
    """Return how much the posters of two videos are alike, as correlations, at most 1.

    Returns:
        As they are, and in the best of the seven other ways of turning and mirroring one of them; both 0
        where a poster is missing, plain or no picture.
    """
    first, second = _grey(poster(db, first_id)), _grey(poster(db, second_id))
    if first is None or second is None:
        return 0.0, 0.0
    upright, *turned = (float((first * other).mean()) for other in _turns(second))
    return upright, max(turned)


def _facts(db: Database, video_id: int) -> _Facts | None:
    row = db.execute(
        "SELECT status, size_bytes, duration_s, codec, taken_utc, taken_source FROM videos WHERE id = ?",
        [video_id],
    ).fetchone()
    return None if row is None else _Facts(*row)


def _grey(webp: bytes | None) -> NDArray[np.float32] | None:
    """Return a poster as a grey square, its mean 0 and its standard deviation 1; None where it shows nothing.

    Squashed: so a quarter turn of the square is the square of the turned poster.
    """
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    if webp is None:
        return None
    try:
        with Image.open(io.BytesIO(webp)) as image:
            small = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError):
        return None
    grey = np.asarray(small, np.float32)
    deviation = grey.std()
    if deviation < _PLAIN_LEVELS:
        return None
    normalised: NDArray[np.float32] = (grey - grey.mean()) / deviation
    return normalised


def _turns(square: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield a square in its eight orientations, first as it is."""
    import numpy as np

    for picture in (square, np.fliplr(square)):
        for quarters in range(4):
            yield np.rot90(picture, quarters)
