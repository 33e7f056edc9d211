"""How the bundled classifier is trained on the corpus; everything is fitted on the training part alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from organizer.features.pca import Pca, fit_pca
from organizer.features.quantiser import Quantiser, fit_quantiser
from organizer.training.calibration_map import fit_score_map
from organizer.training.lite.out_of_fold import mean_average_precision
from organizer.training.lite.second_classifier import Examples, fit, mapped, pool, sigmoid
from organizer.training.lite.tiers import fit_tiers
from organizer.types import LABELS, SampledSeconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.calibration_map import ScoreMap
    from organizer.training.evidence_weights import EvidenceWeights
    from organizer.training.lite.corpus import Corpus
    from organizer.training.lite.corpus_features import CorpusFeatures
    from organizer.training.lite.tiers import TierThresholds

POOLINGS = ("mean", "gem3")
"""What is kept of the feature map, see ``features.litert``."""
DIMENSIONS = 1024
WHITENING = 0.25
"""Strength of whitening, see ``fit_pca``.

Of 0.25, 0.5 and 1 every fold chose 0.25 when 1.0.0 was built; another would be another feature space.
"""
SAMPLED = SampledSeconds(every_second_until=8, then_every=2)
"""The seconds that are looked at: beyond the first ones every other one tells as much, and costs half."""
PLAIN = 0
"""The view of a picture that is trained on: as scanning sees it. Altered ones bring nothing here."""
RANGE_QUANTILE = 0.9995
"""The quantiser's range covers this share of the training features."""
PROTOTYPE_EVERY = 3
"""Prototypes are made of one second of so many of a clip: neighbours hardly differ."""
CLIP_WEIGHT = 15.0
"""How much all seconds of a clip count together, against 1 for a photograph."""
PICTURE_GROUP_FULL, CLIP_GROUP_FULL = 100, 8
"""A larger source repository counts less per item (with the square root), so that none dominates.

One repository is one person's idea of a label.
"""
NARROW_SOURCES = {"Mrutyunjay01/Identify-the-dance-form": 0.1}
"""Repositories that show a label in one way alone, and what their pictures count beside others.

A third of the Dance pictures are portraits in the costumes of Indian stages: counted in full they teach
costume and ornament, and statues and jewellery score higher for Dance than people who dance.
"""

# Photographs are labelled by class folder: where the first is the label, the second may well be seen too.
MAY_ALSO_SHOW = {
    "Animal": ("Nature",),
    "Dance": ("Concert",),
    "Football": ("Nature",),
    "Outdoor recreation": ("Nature",),
    "Vehicle": ("Nature",),
    "Cooking": ("Food",),
}


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """What one training gives."""

    pca: Pca
    quantiser: Quantiser
    clipped_share: float
    """Share of the training features outside the quantiser's range."""
    weights: EvidenceWeights

    def logits(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (seconds, labels) of raw backbone features (seconds, feature_dim)."""
        return self.weights.logits(self.stored(raw))

    def stored(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return raw features as they come back from storage: projected, quantised, dequantised."""
        return self.quantiser.dequantise(self.quantiser.quantise(self.pca.project(raw)))

    def mapped(self, score_map: ScoreMap) -> TrainedModel:
        """Return it with scores that are probabilities."""
        return replace(self, weights=mapped(self.weights, score_map))


@dataclass(frozen=True, eq=False)
class KeptSpace:
    """A feature space that is not fitted but taken over, so that features stored before stay valid."""

    pca: Pca
    quantiser: Quantiser


@dataclass(frozen=True, eq=False)
class Fit:
    """A model with the map and thresholds that a cross-validation inside its training part chose for it."""

    model: TrainedModel
    """Its scores are probabilities."""
    score_map: ScoreMap
    thresholds: TierThresholds
    inner_map: float
    """Mean average precision of the cross-validation inside the training part."""


class LiteRecipe:
    """Trains and evaluates on parts of one corpus; a training is remembered by the folds it leaves out."""

    def __init__(
        self,
        corpus: Corpus,
        features: CorpusFeatures,
        kept: KeptSpace | None = None,
        narrow_sources: Mapping[str, float] = NARROW_SOURCES,
    ) -> None:
        """Take what is trained on.

        Args:
            corpus: what to train on and measure with.
            features: of its pictures and frames.
            kept: space of the model that leaves no fold out. With a fold left out it is always fitted.
            narrow_sources: what pictures of some repositories count beside others, 0..1.
        """
        self.corpus = corpus
        self.features = features
        self.kept = kept
        self.narrow_sources = narrow_sources
        self._trained: dict[frozenset[int], TrainedModel] = {}
        self._scored: dict[frozenset[int], NDArray[np.float64]] = {}

    @cached_property
    def clip_folds(self) -> NDArray[np.int64]:
        """(clips,) the fold of each clip."""
        import numpy as np

        return np.array([clip.fold for clip in self.corpus.clips])

    @cached_property
    def measured(self) -> NDArray[np.bool_]:
        """(clips,) whether a clip counts in a figure."""
        import numpy as np

        return np.array([clip.counts for clip in self.corpus.clips])

    def fit(self, left_out: Iterable[int], folds: int) -> Fit:
        """Choose map and thresholds by cross-validation over the other folds, then train on these."""
        left_out = frozenset(left_out)
        inner = [fold for fold in range(folds) if fold not in left_out]
        inside = self.measured & ~self._is_in(left_out)
        targets, known = self.corpus.clip_targets[inside], self.corpus.clip_known[inside] > 0
        scores = self._out_of_fold(left_out, inner)[inside]
        score_map = fit_score_map(targets, scores, known)
        thresholds = fit_tiers(targets, score_map.apply(scores), known)
        return Fit(
            self.train(left_out).mapped(score_map),
            score_map,
            thresholds,
            mean_average_precision(targets, scores, known),
        )

    def train(self, left_out: frozenset[int]) -> TrainedModel:
        """Train on all clips and pictures outside some folds."""
        if left_out not in self._trained:
            self._trained[left_out] = self._train(left_out)
        return self._trained[left_out]

    def score_clips(self, left_out: frozenset[int]) -> NDArray[np.float64]:
        """Return (clips, labels): scores of the clips in the folds a model left out, zeros for all others.

        They are not mapped: no probabilities yet.
        """
        import numpy as np

        if left_out not in self._scored:
            model = self.train(left_out)
            scores = np.zeros(self.corpus.clip_targets.shape)
            for clip in np.flatnonzero(self._is_in(left_out)):
                scores[clip] = sigmoid(pool(model.logits(self.clip_features(int(clip)))))
            self._scored[left_out] = scores
        return self._scored[left_out]

    def clip_features(self, clip: int) -> NDArray[np.float32]:
        """Return the raw backbone features (seconds, feature_dim) of one clip as a scan sees them."""
        of_clip: NDArray[np.float32] = self.features.frames[self.features.frame_clip == clip, PLAIN]
        return of_clip[[second for second in SAMPLED.all if second < len(of_clip)]]

    def _out_of_fold(self, left_out: frozenset[int], inner: list[int]) -> NDArray[np.float64]:
        import numpy as np

        scores = np.zeros(self.corpus.clip_targets.shape)
        for fold in inner:
            of_fold = self.clip_folds == fold
            scores[of_fold] = self.score_clips(left_out | {fold})[of_fold]
        return scores

    def _is_in(self, folds: frozenset[int]) -> NDArray[np.bool_]:
        import numpy as np

        return np.isin(self.clip_folds, list(folds))

    def _train(self, left_out: frozenset[int]) -> TrainedModel:
        import numpy as np

        pictures = np.array([picture.fold not in left_out for picture in self.corpus.pictures])
        frames = ~self._is_in(left_out)[self.features.frame_clip]
        raw = np.concatenate([self.features.pictures[pictures, PLAIN], self.features.frames[frames, PLAIN]])
        kept = None if left_out else self.kept
        pca = kept.pca if kept else fit_pca(raw, DIMENSIONS, WHITENING).rounded()
        projected = pca.project(raw)
        quantiser = kept.quantiser if kept else fit_quantiser(projected[::7], RANGE_QUANTILE)
        stored = quantiser.dequantise(quantiser.quantise(projected))
        of_clips = self.features.frame_clip[frames]
        photographs = int(pictures.sum())
        examples = Examples(
            stored,
            np.concatenate([self.corpus.picture_targets[pictures], self.corpus.clip_targets[of_clips]]),
            np.concatenate([self.picture_weights[pictures], self.frame_weights[frames]]),
            np.append(
                np.arange(photographs),
                np.where(self._seconds[frames] % PROTOTYPE_EVERY == 0, photographs + of_clips, -1),
            ),
            stored[:photographs].mean(axis=0),
        )
        return TrainedModel(pca, quantiser, quantiser.clipped_share(projected), fit(examples))

    @cached_property
    def _seconds(self) -> NDArray[np.int64]:
        """(frames,) the second of its clip that each frame shows."""
        import numpy as np

        return np.concatenate([np.arange(len(clip.frames)) for clip in self.corpus.clips])

    @cached_property
    def picture_weights(self) -> NDArray[np.float32]:
        """(pictures, labels): less for large sources, 0 for labels that may be seen but are not said."""
        import numpy as np

        groups = [picture.group for picture in self.corpus.pictures]
        weights = np.repeat(group_weights(groups, PICTURE_GROUP_FULL)[:, np.newaxis], len(LABELS), axis=1)
        for row, picture in zip(weights, self.corpus.pictures, strict=True):
            np.multiply(row, self.narrow_sources.get(picture.group, 1.0), out=row)
            for label in picture.labels:
                for other in MAY_ALSO_SHOW.get(label, ()):
                    if other not in picture.labels:
                        row[LABELS.index(other)] = 0
        return weights

    @cached_property
    def frame_weights(self) -> NDArray[np.float32]:
        """(frames, labels): the seconds of a clip share its weight; 0 for labels in doubt."""
        import numpy as np

        clips = self.corpus.clips
        lengths = np.array([len(clip.frames) for clip in clips])
        of_clip = CLIP_WEIGHT * group_weights([clip.group for clip in clips], CLIP_GROUP_FULL) / lengths
        of_frame = of_clip[self.features.frame_clip].astype(np.float32)
        known: NDArray[np.float32] = self.corpus.clip_known[self.features.frame_clip]
        weights: NDArray[np.float32] = of_frame[:, np.newaxis] * known
        return weights


def group_weights(groups: list[str], full: int) -> NDArray[np.float32]:
    """Return what each item of large sources counts beside others.

    Args:
        groups: (items,) the source of each.
        full: a source with no more items than this counts in full; of larger ones each item less.

    Returns:
        (items,), 0..1.
    """
    import numpy as np

    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return np.minimum(1.0, np.sqrt(full / sizes[group])).astype(np.float32)
