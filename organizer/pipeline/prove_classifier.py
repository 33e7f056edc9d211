"""See that a classifier from elsewhere scores what its bundle promises, before it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import BundleError
from organizer.tags.tagger import Tagger
from organizer.types import MAX_SECONDS, VideoFeatures

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle

_LENGTHS_S = (1, 7, MAX_SECONDS)


def prove_classifier(bundle: Bundle) -> None:
    """Score made-up videos of several lengths. A bundle without classifier passes.

    Raises:
        BundleError: the classifier does not run, or gives something else than one score from 0 to 1 for each
            label and second.
    """
    if not bundle.has_classifier:
        return
    import numpy as np

    rng = np.random.default_rng(1)
    videos = [
        VideoFeatures(bundle.space_id, rng.integers(0, 256, (seconds, bundle.dimensions), np.uint8))
        for seconds in _LENGTHS_S
    ]
    labels = len(bundle.labels)
    try:
        for seconds, scored in zip(_LENGTHS_S, Tagger(bundle).score(videos), strict=True):
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
            f"({str(error)[:300]}). Get the model again, or another one."
        ) from error
