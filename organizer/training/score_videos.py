"""What a model says of labelled videos: a bundle, as tagging would score them, or a network by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.tags.tagger import Tagger
from organizer.training.architectures.architecture import scorer_of
from organizer.training.measure.scored import Scored
from organizer.types import VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle
    from organizer.training.engine.data import MemoryVideos, TrainingData

_BATCH = 64


def score_videos(bundle: Bundle, videos: MemoryVideos, labels: tuple[str, ...]) -> Scored:
    """Return what a bundle says of videos; labels that it does not know are left out.

    Args:
        bundle: the model.
        videos: features of its space; of each the first view counts.
        labels: the columns of the videos' targets.

    Raises:
        TrainingDataError: it knows none of the labels.
        BundleError: the classifier is missing or damaged.
    """
    import numpy as np

    tagger = Tagger(bundle)
    scores = [
        _tagger_scores(tagger, [views[0] for views in videos.features[start : start + _BATCH]])
        for start in range(0, len(videos.names), _BATCH)
    ]
    labelled = _Labelled(videos.names, videos.groups, videos.targets, videos.weights > 0)
    nothing = np.empty((0, len(bundle.labels)))
    return _with_labels_of(bundle, labels, labelled, np.concatenate([nothing, *scores]))


def score_held_out(bundle: Bundle, data: TrainingData) -> Scored:
    """Return what a bundle says of the held-out videos of a source, a batch in memory at a time.

    Each goes through the quantiser again, which gives what was stored, and is scored without padding: as
    tagging would.

    Raises:
        FeatureSpaceError: the data's features are of another space.
        TrainingDataError: nothing is held out, or the model knows none of its labels.
        BundleError: the classifier is missing or damaged.
    """
    import numpy as np

    bundle.check_space(VideoFeatures(data.space_id, np.zeros((1, data.dimensions), np.uint8)))
    tagger = Tagger(bundle)

    def score(features: Any) -> NDArray[np.float64]:
        videos = [bundle.quantiser.quantise(_unpadded(video)) for video in features.numpy()]
        return _tagger_scores(tagger, videos)

    labelled, scores = _score_held_out(data, score)
    return _with_labels_of(bundle, tuple(data.labels), labelled, scores)


def score_network(model: Any, data: TrainingData, thresholds: Mapping[str, float]) -> Scored:
    """Return what a network says of the held-out videos of a source.

    Args:
        model: built by an ``Architecture`` for the data's labels.
        data: what is held out in it is scored, padded as in training.
        thresholds: by label, in the order of the network's columns.

    Raises:
        TrainingDataError: nothing is held out.
    """
    import numpy as np

    scorer = scorer_of(model)
    labelled, scores = _score_held_out(
        data, lambda features: np.asarray(scorer(features, training=False), np.float64)
    )
    return Scored(
        labels=tuple(thresholds),
        names=labelled.names,
        groups=labelled.groups,
        targets=labelled.targets,
        known=labelled.known,
        scores=scores,
        thresholds=np.array(list(thresholds.values())),
    )


@dataclass(frozen=True, eq=False)
class _Labelled:
    """What is known of videos, (videos,) and (videos, labels); see ``Scored``."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    targets: NDArray[np.float32]
    known: NDArray[np.bool_]


def _score_held_out(
    data: TrainingData, score: Callable[[Any], NDArray[np.float64]]
) -> tuple[_Labelled, NDArray[np.float64]]:
    """Return all held-out videos of a source and their scores.

    Args:
        data: the source.
        score: takes a batch of features as ``TrainingData`` has them, gives (videos, columns).

    Raises:
        TrainingDataError: nothing is held out.
    """
    import numpy as np

    scores, targets, known = [], [], []
    for features, of_batch, weights in data.validation(_BATCH):
        scores.append(score(features))
        targets.append(of_batch.numpy())
        known.append(weights.numpy() > 0)
    if not scores:
        raise TrainingDataError("Nothing is held out to measure on. Add validation videos or shards.")
    videos = sum(len(batch) for batch in scores)
    names = data.validation_names or tuple(f"video {number}" for number in range(1, videos + 1))
    # Where nothing tells the sources, each video is one.
    groups = data.validation_groups or names
    labelled = _Labelled(names, groups, np.concatenate(targets), np.concatenate(known))
    return labelled, np.concatenate(scores)


def _tagger_scores(tagger: Tagger, videos: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """Return (videos, labels of the bundle) of videos (seconds, dimensions) each."""
    import numpy as np

    features = [VideoFeatures(tagger.bundle.space_id, np.ascontiguousarray(video)) for video in videos]
    return np.array([video.scores for video in tagger.score(features)], np.float64)


def _with_labels_of(
    bundle: Bundle, labels: tuple[str, ...], labelled: _Labelled, scores: NDArray[np.float64]
) -> Scored:
    """Put together the labels that both the data and the model know, in the model's order."""
    import numpy as np

    kept = [column for column, label in enumerate(bundle.labels) if label in labels]
    if not kept:
        raise TrainingDataError(f"{bundle.name} knows none of the labels {', '.join(labels)}.")
    columns = [labels.index(bundle.labels[column]) for column in kept]
    return Scored(
        labels=tuple(bundle.labels[column] for column in kept),
        names=labelled.names,
        groups=labelled.groups,
        targets=labelled.targets[:, columns],
        known=labelled.known[:, columns],
        scores=scores[:, kept],
        thresholds=np.array(bundle.thresholds)[kept],
        maybe_thresholds=np.array(bundle.maybe_thresholds)[kept],
    )


def _unpadded(video: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the seconds that are there: one that is padding is all zeros, and stands at the end."""
    import numpy as np

    real = np.flatnonzero(video.any(axis=1))
    return video[: int(real[-1]) + 1] if len(real) else video[:1]
