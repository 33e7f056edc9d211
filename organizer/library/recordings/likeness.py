"""How much two videos of a library look alike, by what is stored of them.

Two things can tell: the features of each second, which hardly change when a file is encoded again but do when
it is turned; and the posters, small pictures that can be turned here.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import TYPE_CHECKING

from organizer.library.reading.features import Features
from organizer.library.reading.videos import poster

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from sqlite_utils import Database


_SIDE = 32
"""Pixels of the grey squares that posters are compared as."""
_PLAIN_LEVELS = 5.0
"""Standard deviation of brightness below which a poster says nothing; the clips have 26 and more."""
_REMEMBERED = 8192
"""Videos of which a mean and a grey square are kept: 4 KB each."""
_REMEMBERED_WHOLE = 256
"""Videos of which all features are kept, or a poster in all orientations: 48 KB and 32 KB each."""
_ROUNDING = 0.01
"""Levels by which a mean may be off."""


class Likeness:
    """Compares videos of one library, for one thread; what changes meanwhile it may not see.

    Whoever compares many pairs keeps one for all of them: what it read of a video it remembers, as far as
    there is room. Of features that is the mean of some seconds. The means of two videos are never further
    apart than the seconds themselves are, so most pairs need no more to be told apart.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seconds = lru_cache(_REMEMBERED)(self._read_seconds)
        self._mean = lru_cache(_REMEMBERED)(self._read_mean)
        self._features = lru_cache(_REMEMBERED_WHOLE)(self._read_features)
        self._grey = lru_cache(_REMEMBERED)(self._read_grey)
        self._turned = lru_cache(_REMEMBERED_WHOLE)(self._turn)

    def feature_distance(self, first_id: int, second_id: int, *, most: float = math.inf) -> float | None:
        """Return how far the features of two videos are apart.

        Args:
            first_id: a video.
            second_id: another one.
            most: where they are further apart, it does not matter how far.

        Returns:
            Mean levels of the quantiser's 255 over the seconds that both have: the smallest of all feature
            spaces that both have features of, None where there is no such space.
        """
        import numpy as np

        first_seconds, second_seconds = self._seconds(first_id), self._seconds(second_id)
        distances = []
        for space in first_seconds.keys() & second_seconds.keys():
            seconds = min(first_seconds[space], second_seconds[space])
            if most < math.inf:
                apart = self._mean(first_id, space, seconds) - self._mean(second_id, space, seconds)
                at_least = float(np.abs(apart).sum()) / apart.size - _ROUNDING
                if at_least > most:
                    distances.append(at_least)
                    continue
            first, second = self._features(first_id, space), self._features(second_id, space)
            difference = first[:seconds].astype(np.float32) - second[:seconds]
            distances.append(float(np.abs(difference).mean()))
        return min(distances, default=None)

    def shows_part_of(self, whole_id: int, part_id: int, *, distance: float, least_s: int) -> bool:
        """Tell whether each second of a video is one of another's, in a row.

        Args:
            whole_id: the longer video.
            part_id: the shorter one.
            distance: how far each second may be apart, as mean levels of 255.
            least_s: seconds that the part must have.
        """
        import numpy as np

        whole_seconds, part_seconds = self._seconds(whole_id), self._seconds(part_id)
        for space in whole_seconds.keys() & part_seconds.keys():
            seconds = part_seconds[space]
            if not least_s <= seconds <= whole_seconds[space]:
                continue
            whole = self._features(whole_id, space).astype(np.float32)
            part = self._features(part_id, space).astype(np.float32)
            for start in range(len(whole) - seconds + 1):
                if np.abs(whole[start : start + seconds] - part).mean(axis=1).max() <= distance:
                    return True
        return False

    def posters(self, first_id: int, second_id: int) -> tuple[float, float]:
        """Return how much the posters of two videos are alike, as correlations, at most 1.

        Returns:
            As they are, and in the best of the seven other ways of turning and mirroring one of them; both 0
            where a poster is missing, plain or no picture.
        """
        first, second = self._turned(first_id), self._grey(second_id)
        if first is None or second is None:
            return 0.0, 0.0
        upright, *turned = (first @ second.ravel() / second.size).tolist()
        return upright, max(turned)

    def _read_seconds(self, video_id: int) -> dict[str, int]:
        """Return the seconds that a video has features of, by feature space."""
        return dict(self._db.execute("SELECT space_id, frames FROM features WHERE video_id = ?", [video_id]))

    def _read_features(self, video_id: int, space: str) -> NDArray[np.uint8]:
        ((_, features),) = Features(self._db).of([video_id], space)
        return features.quantised

    def _read_mean(self, video_id: int, space: str, seconds: int) -> NDArray[np.float32]:
        """Return the mean of the first seconds: (dimension,)."""
        import numpy as np

        # Not remembered whole: there are many of these.
        mean: NDArray[np.float32] = self._read_features(video_id, space)[:seconds].mean(
            axis=0, dtype=np.float32
        )
        return mean

    def _read_grey(self, video_id: int) -> NDArray[np.float32] | None:
        return _grey(poster(self._db, video_id))

    def _turn(self, video_id: int) -> NDArray[np.float32] | None:
        """Return a poster in its eight orientations, first as it is: (8, pixels)."""
        import numpy as np

        grey = self._grey(video_id)
        return None if grey is None else np.stack([picture.ravel() for picture in _turns(grey)])


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
