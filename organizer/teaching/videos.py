"""Videos as learning sees them: their stored features, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.teaching.taught_tags import pooled, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.models.bundle import Bundle
    from organizer.teaching.background import View
    from organizer.teaching.direction import Direction
    from organizer.types import VideoFeatures


class Videos:
    """Features of some videos, kept in 8 bits: dequantised they take four times the room."""

    def __init__(self, features: Mapping[int, VideoFeatures], bundle: Bundle) -> None:
        self._features = features
        self._bundle = bundle

    def having(self, video_ids: Sequence[int]) -> tuple[int, ...]:
        """Return those of which a second was seen."""
        return tuple(one for one in video_ids if one in self._features and len(self._rows(one)))

    def means(self, video_ids: Sequence[int]) -> NDArray[np.float32]:
        """Return (videos, dimensions): the mean of each, of those of which a second was seen."""
        import numpy as np

        return np.stack([self._rows(one).mean(axis=0) for one in self.having(video_ids)])

    def seen_by(self, view: View) -> Seen:
        """Return them as a library's background lets them be seen."""
        rows = {one: features.quantised for one, features in self._features.items()}
        return Seen(self._bundle.space_id, rows, self._bundle.quantiser, view)

    def _rows(self, video_id: int) -> NDArray[np.float32]:
        return self._bundle.quantiser.dequantise(self._features[video_id].quantised)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Videos, as directions from the middle of a library."""

    space_id: str
    """The feature space of all of them."""
    quantised: Mapping[int, NDArray[np.uint8]]
    """By video, (seconds, dimensions)."""
    quantiser: Quantiser
    view: View

    def wholes(self, video_ids: Sequence[int]) -> NDArray[np.float32]:
        """Return (videos, dimensions): the direction of each."""
        import numpy as np

        rows = [whole(self._rows(one), self.view) for one in video_ids]
        return np.stack(rows) if rows else np.zeros((0, len(self.view.centre)), np.float32)

    def score(self, video_id: int, direction: Direction) -> float:
        """Return how far a video lies in a direction."""
        rows = self._rows(video_id)
        of_whole = float(direction.of(whole(rows, self.view)[None])[0])
        return pooled(direction.of(self.view.directions(rows)), of_whole)

    def _rows(self, video_id: int) -> NDArray[np.float32]:
        return self.quantiser.dequantise(self.quantised[video_id])
