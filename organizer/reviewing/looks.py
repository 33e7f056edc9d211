"""What the videos of suggestions look like, for comparing them with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.teaching.background import View, scale_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.library import Library
    from organizer.models.bundle import Bundle


class Looks:
    """The means of some videos' stored features."""

    def __init__(self, means: Mapping[int, NDArray[np.float32]], scale: NDArray[np.float32]) -> None:
        self._means = means
        self._scale = scale

    def directions(
        self, video_ids: Sequence[int], middle_of: Sequence[int] | None = None
    ) -> NDArray[np.float32]:
        """Return (videos, dimensions): directions from the middle of some videos; 0 where nothing is known.

        Args:
            video_ids: the videos.
            middle_of: those whose middle it is; None means these.
        """
        import numpy as np

        known = [one for one in (video_ids if middle_of is None else middle_of) if one in self._means]
        found = np.zeros((len(video_ids), len(self._scale)), np.float32)
        if known:
            view = View(np.stack([self._means[one] for one in known]).mean(axis=0), self._scale)
            rows = [row for row, one in enumerate(video_ids) if one in self._means]
            if rows:
                found[rows] = view.directions(np.stack([self._means[video_ids[row]] for row in rows]))
        return found


def looks_of(library: Library, bundle: Bundle, video_ids: Sequence[int]) -> Looks:
    """Read what some videos look like, no other video's features.

    Raises:
        BundleError: the model's PCA is missing or damaged.
    """
    import numpy as np

    # In steps of the quantiser: all components have the same ones, so directions are what they are.
    means = {
        video_id: features.quantised.mean(axis=0, dtype=np.float32)
        for video_id, features in library.features.of(video_ids, bundle.space_id)
        if len(features.quantised)
    }
    return Looks(means, scale_of(bundle))
