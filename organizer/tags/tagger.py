"""From stored features to tags."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from organizer.models.cnn_lstm_weights import load_cnn_lstm_weights
from organizer.models.manifest import ClassifierKind
from organizer.tags.classifier import LiteRtClassifier
from organizer.tags.cnn_lstm import CnnLstmClassifier
from organizer.types import SuggestedTag, Tier, VideoFeatures, VideoScores

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle
    from organizer.tags.classifier import Classifier

MAX_BATCH = 64
"""Videos of one length that are classified at once: 64 x 45 x 1024 floats are 12 MB."""


NEVER = 1.0
"""A threshold that means that a label is never suggested: a score rounded to 1 does not reach it either."""


class Tagger:
    """Scores and tags videos with the classifier of one bundle; needs neither its backbone nor a video."""

    def __init__(self, bundle: Bundle, classifier: Classifier | None = None) -> None:
        """Prepare; nothing is loaded yet.

        Args:
            bundle: the model.
            classifier: what scores in place of the bundle's own classifier; None loads that one when needed.
        """
        self.bundle = bundle
        self._given = classifier

    @cached_property
    def _classifier(self) -> Classifier:
        return self._given or open_classifier(self.bundle)

    def load(self) -> None:
        """Load the classifier now, and not with the first score.

        Raises:
            BundleError: the classifier is missing or damaged.
        """
        _ = self._classifier

    def score(self, videos: Sequence[VideoFeatures]) -> list[VideoScores]:
        """Score many videos; those of equal length run through the classifier together.

        Raises:
            FeatureSpaceError: features were made in another space than the bundle's.
            BundleError: the classifier is missing or damaged.
        """
        import numpy as np

        by_length: dict[int, list[int]] = {}
        for index, features in enumerate(videos):
            self.bundle.check_space(features)
            by_length.setdefault(len(features.quantised), []).append(index)
        scored: dict[int, VideoScores] = {}
        for indices in by_length.values():
            for start in range(0, len(indices), MAX_BATCH):
                batch = indices[start : start + MAX_BATCH]
                quantised = np.stack([videos[index].quantised for index in batch])
                scores, evidence = self._classifier.classify(self.bundle.quantiser.dequantise(quantised))
                for index, video_scores, video_evidence in zip(batch, scores, evidence, strict=True):
                    scored[index] = VideoScores(
                        tuple(video_scores.tolist()), video_evidence, self.bundle.sampled
                    )
        return [scored[index] for index in range(len(videos))]

    def suggest(self, video: VideoScores) -> tuple[SuggestedTag, ...]:
        """Return the tags that are given, then those that may be, each best first.

        A label is given where its score reaches the label's threshold; else it is a maybe where that reaches
        the label's maybe threshold. A threshold of 1 is never reached: such a label is at most a maybe.
        """
        bundle = self.bundle
        columns = zip(
            bundle.labels,
            video.scores,
            bundle.thresholds,
            bundle.maybe_thresholds,
            video.evidence.T,
            strict=True,
        )
        tags = [
            SuggestedTag(
                label,
                score,
                _seconds(video.seconds, evidence, given if tier is Tier.GIVEN else maybe),
                tier,
            )
            for label, score, given, maybe, evidence in columns
            if (tier := tier_of(score, given, maybe)) is not None
        ]
        return tuple(sorted(tags, key=lambda tag: (tag.tier is Tier.MAYBE, -tag.score)))


def open_classifier(bundle: Bundle) -> Classifier:
    """Load the classifier of a bundle.

    Raises:
        BundleError: it is missing or damaged.
    """
    if bundle.classifier_kind is ClassifierKind.CNN_LSTM:
        return CnnLstmClassifier(load_cnn_lstm_weights(bundle.classifier_file), bundle.quantiser)
    return LiteRtClassifier(bundle.classifier_file)


def tier_of(score: float, given: float, maybe: float) -> Tier | None:
    """Return what a score makes of a label with these thresholds, None where it makes nothing of it.

    Args:
        score: 0..1.
        given: from which score on the label is given; 1 means never.
        maybe: from which score on it is a maybe, at most ``given``.
    """
    if given <= score and given < NEVER:
        return Tier.GIVEN
    return Tier.MAYBE if maybe <= score and maybe < NEVER else None


def _seconds(looked_at: Sequence[int], evidence: NDArray[np.float32], threshold: float) -> tuple[int, ...]:
    """The seconds that would carry the tag alone; the strongest one where none would."""
    strong = tuple(second for second, alone in zip(looked_at, evidence, strict=True) if alone >= threshold)
    return strong or (looked_at[int(evidence.argmax())],)
