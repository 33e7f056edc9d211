"""See that a classifier scores what its bundle promises: before it is installed, and when one is verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import BundleError
from organizer.tags.tagger import Tagger
from organizer.types import MAX_SECONDS, VideoFeatures

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle
    from organizer.types import VideoScores

PROVEN_LENGTHS_S = (1, 7, MAX_SECONDS)
"""Of the made-up videos."""


def prove_classifier(
    bundle: Bundle, advice: str = "Get the model again, or another one."
) -> list[VideoScores]:
    """Score made-up videos of several lengths. A bundle without classifier passes.

    Args:
        bundle: the model.
        advice: what to do where the classifier fails, a full sentence.

    Returns:
        The scores of the same videos each time; empty without a classifier.

    Raises:
        BundleError: the classifier does not run, or gives something else than one score from 0 to 1 for each
            label and second.
    """
    if not bundle.has_classifier:
        return []
    import numpy as np

    rng = np.random.default_rng(1)
    videos = [
        VideoFeatures(bundle.space_id, rng.integers(0, 256, (seconds, bundle.dimensions), np.uint8))
        for seconds in PROVEN_LENGTHS_S
    ]
    labels = len(bundle.labels)
    try:
        found = Tagger(bundle).score(videos)
        for seconds, scored in zip(PROVEN_LENGTHS_S, found, strict=True):
            scores = np.array(scored.scores)
            if scores.shape != (labels,) or scored.evidence.shape != (seconds, labels):
                raise ValueError(
                    f"it gives {scores.shape[0]} scores and evidence of {scored.evidence.shape} for {labels} "
                    f"labels and {seconds} s"
                )
            for values in (scores, scored.evidence):
                if not ((values >= 0) & (values <= 1)).all():
                    raise ValueError("it gives something that is no score from 0 to 1")
    except (ValueError, TypeError, LookupError, RuntimeError) as error:
        raise BundleError(
            f"{bundle.folder}: the classifier of this model does not do what its labels say "
            f"({str(error)[:300]}). {advice}"
        ) from error
    return found
