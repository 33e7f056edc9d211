"""What taught tags say of a video."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from organizer.teaching.background import View
from organizer.types import SuggestedTag, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.library.taught import TaughtTag
    from organizer.types import VideoFeatures

TOP_SHARE = 0.25
"""The best quarter of a video's seconds speaks for a tag, as much as the whole video does."""
NEVER = 1.0
"""A threshold that means that a tag is not given, at most a maybe."""
_EDGE = 1e-6


class TaughtTags:
    """The taught tags of one feature space."""

    def __init__(self, tags: Sequence[TaughtTag], quantiser: Quantiser) -> None:
        self._tags = tuple(tags)
        self._quantiser = quantiser

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._tags)

    def says(
        self, features: VideoFeatures, seconds: Sequence[int], scores: Mapping[str, float]
    ) -> dict[str, SuggestedTag | None]:
        """Return by name of each tag its suggestion for a video, None where it is below both thresholds.

        Args:
            features: of the video; a video without any second has no tags.
            seconds: what the rows of its features stand for.
            scores: what a model says of its labels, 0..1, for those that were refined.
        """
        if not self._tags or not len(features.quantised):
            return {}
        rows = self._quantiser.dequantise(features.quantised)
        said: dict[str, SuggestedTag | None] = {}
        for tag in self._tags:
            if tag.refines is None:
                said[tag.name] = suggestion(tag, rows, seconds)
            elif (score := tag.score_in(scores)) is not None:
                said[tag.name] = suggestion(tag, rows, seconds, score)
        return said


def suggestion(
    tag: TaughtTag, rows: NDArray[np.float32], seconds: Sequence[int], score: float | None = None
) -> SuggestedTag | None:
    """Return what one tag says of a video.

    Args:
        tag: the tag.
        rows: (seconds, dimensions) of its features, one second or more.
        seconds: what the rows stand for.
        score: of the model, for a refined label, 0..1.
    """
    import numpy as np

    probability, of_seconds = looked_at(tag, rows, score)
    if probability < tag.maybe:
        return None
    tier = Tier.GIVEN if tag.given < NEVER and probability >= tag.given else Tier.MAYBE
    wanted = logit(tag.given if tier is Tier.GIVEN else tag.maybe)
    strong = tuple(second for second, alone in zip(seconds, of_seconds, strict=True) if alone >= wanted)
    return SuggestedTag(tag.name, probability, strong or (seconds[int(np.argmax(of_seconds))],), tier)


def looked_at(
    tag: TaughtTag, rows: NDArray[np.float32], score: float | None = None
) -> tuple[float, NDArray[np.floating]]:
    """Return the probability (0..1) that a video shows a tag, and the logits (seconds,) of its seconds alone.

    Args:
        tag: the tag.
        rows: (seconds, dimensions) of the video's features, one second or more.
        score: of the model, for a refined label, 0..1.
    """
    added = tag.offset + (0.0 if score is None else tag.score_slope * logit(score))
    view = View(tag.centre, tag.scale)
    scores = view.directions(rows) @ tag.weights
    of_seconds = tag.slope * scores + added
    probability = sigmoid(tag.slope * pooled(scores, float(whole(rows, view) @ tag.weights)) + added)
    return probability, of_seconds


def whole(rows: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Return the direction (dimensions,) of a video as a whole, of features (seconds, dimensions)."""
    direction: NDArray[np.float32] = view.directions(rows.mean(axis=0, keepdims=True))[0]
    return direction


def pooled(of_seconds: NDArray[np.floating], of_whole: float) -> float:
    """Return the score of a video: the mean of that of the whole and of its best quarter of seconds.

    Args:
        of_seconds: (seconds,) scores.
        of_whole: that of the video's direction.
    """
    import numpy as np

    best = np.sort(of_seconds)[::-1][: max(1, math.ceil(len(of_seconds) * TOP_SHARE))]
    return (of_whole + float(best.mean())) / 2


def logit(probability: float) -> float:
    """Return the logit of a probability, of the ends what is a millionth inside."""
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def sigmoid(value: float) -> float:
    """Return the probability of a logit."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else 1 - 1 / (1 + math.exp(value))
