"""How much two videos of a library look alike, by what is stored of them.

Two things can tell: the features of each second, which hardly change when a file is encoded again but do when
it is turned; and the posters, small pictures that can be turned here.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from organizer.library.reading.features import Features
from organizer.library.reading.videos import poster
from organizer.types import EVERY_SECOND, MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from sqlite_utils import Database

    from organizer.types import SampledSeconds


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
        self._rows = lru_cache(_REMEMBERED)(self._read_rows)
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

        first_rows, second_rows = self._rows(first_id), self._rows(second_id)
        distances = []
        for space in first_rows.keys() & second_rows.keys():
            # In a space, a row stands for the same second of every video.
            rows = min(first_rows[space], second_rows[space])
            if most < math.inf:
                apart = self._mean(first_id, space, rows) - self._mean(second_id, space, rows)
                at_least = float(np.abs(apart).sum()) / apart.size - _ROUNDING
                if at_least > most:
                    distances.append(at_least)
                    continue
            first, second = self._features(first_id, space), self._features(second_id, space)
            difference = first[:rows].astype(np.float32) - second[:rows]
            distances.append(float(np.abs(difference).mean()))
        return min(distances, default=None)

    def shows_part_of(
        self,
        whole_id: int,
        part_id: int,
        *,
        distance: float,
        least_s: int,
        least_share: float,
        sampled: Mapping[str, SampledSeconds] = MappingProxyType({}),
    ) -> bool:
        """Tell whether each second of a video is one of another's, in a row, as far as both were looked at.

        Args:
            whole_id: the longer video.
            part_id: the shorter one.
            distance: how far each second may be apart, as mean levels of 255.
            least_s: seconds that must have been looked at in both,
            least_share: and what share (0..1) they must be of those that were looked at in the part.
            sampled: by feature space, the seconds that were looked at; every second where it is not named.
        """
        import numpy as np

        whole_rows, part_rows = self._rows(whole_id), self._rows(part_id)
        for space in whole_rows.keys() & part_rows.keys():
            whole = self._features(whole_id, space).astype(np.float32)
            part = self._features(part_id, space).astype(np.float32)
            for of_whole, of_part in _places(len(whole), len(part), sampled.get(space, EVERY_SECOND)):
                if len(of_part) < max(least_s, least_share * len(part)):
                    continue
                if np.abs(whole[of_whole] - part[of_part]).mean(axis=1).max() <= distance:
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

    def _read_rows(self, video_id: int) -> dict[str, int]:
        """Return how many rows of features a video has, by feature space."""
        return dict(self._db.execute("SELECT space_id, frames FROM features WHERE video_id = ?", [video_id]))

    def _read_features(self, video_id: int, space: str) -> NDArray[np.uint8]:
        ((_, features),) = Features(self._db).of([video_id], space)
        return features.quantised

    def _read_mean(self, video_id: int, space: str, rows: int) -> NDArray[np.float32]:
        """Return the mean of the first rows: (dimension,)."""
        import numpy as np

        # Not remembered whole: there are many of these.
        mean: NDArray[np.float32] = self._read_features(video_id, space)[:rows].mean(axis=0, dtype=np.float32)
        return mean

    def _read_grey(self, video_id: int) -> NDArray[np.float32] | None:
        return _grey(poster(self._db, video_id))

    def _turn(self, video_id: int) -> NDArray[np.float32] | None:
        """Return a poster in its eight orientations, first as it is: (8, pixels)."""
        import numpy as np

        grey = self._grey(video_id)
        return None if grey is None else np.stack([picture.ravel() for picture in _turns(grey)])


def _places(
    whole_rows: int, part_rows: int, sampled: SampledSeconds
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield for each place in a video where a shorter one may lie the rows of both that show the same second.

    Args:
        whole_rows: of the longer one's features.
        part_rows: of the shorter one's.
        sampled: which seconds the rows stand for.
    """
    row_at = {second: row for row, second in enumerate(sampled.seconds_of(whole_rows))}
    part_seconds = sampled.seconds_of(part_rows)
    # Not beyond the second that would have been looked at next.
    end = min(sampled.second_of(whole_rows), MAX_SECONDS)
    for start in range(end - part_seconds[-1]):
        of_part = [row for row, second in enumerate(part_seconds) if start + second in row_at]
        yield [row_at[start + part_seconds[row]] for row in of_part], of_part


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
