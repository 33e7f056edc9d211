"""What a model says of labelled videos, scored as tagging would score them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.tags.tagger import Tagger
from organizer.training.measure.scored import Scored
from organizer.types import VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle
    from organizer.training.engine.data import MemoryVideos, TrainingData

_BATCH = 64


def score_videos(bundle: Bundle, videos: MemoryVideos, labels: tuple[str, ...]) -> Scored:
    """Return what a model says of videos; labels that it does not know are left out.

    Args:
        bundle: the model.
        videos: features of its space; of each the first view counts.
        labels: the columns of the videos' targets.

    Raises:
        TrainingDataError: it knows none of the labels.
        BundleError: the classifier is missing or damaged.
    """
    tagger = Tagger(bundle)
    scores = [
        row
        for start in range(0, len(videos.names), _BATCH)
        for row in _scores(tagger, [views[0] for views in videos.features[start : start + _BATCH]])
    ]
    return _scored(
        bundle,
        labels,
        _Rows(videos.names, videos.groups, videos.targets, videos.weights > 0),
        scores,
    )


def score_held_out(bundle: Bundle, data: TrainingData) -> Scored:
    """Return what a model says of the held-out videos of a source, a batch in memory at a time.

    Each goes through the quantiser again, which gives what was stored, and is scored without padding: as
    tagging would.

    Raises:
        FeatureSpaceError: the data's features are of another space.
        TrainingDataError: nothing is held out.
    """
    import numpy as np

    bundle.check_space(VideoFeatures(data.space_id, np.zeros((1, data.dimensions), np.uint8)))
    tagger, scores = Tagger(bundle), list[tuple[float, ...]]()
    targets: list[NDArray[np.float32]] = []
    known: list[NDArray[np.bool_]] = []
    for batch in data.validation(_BATCH):
        features, of_batch, weights = (tensor.numpy() for tensor in batch)
        scores += _scores(tagger, [bundle.quantiser.quantise(_unpadded(video)) for video in features])
        targets.append(of_batch)
        known.append(weights > 0)
    if not scores:
        raise TrainingDataError("Nothing is held out to measure on. Add validation videos or shards.")
    names = data.validation_names or tuple(f"video {number}" for number in range(1, len(scores) + 1))
    # Where nothing tells the sources, each video is one.
    groups = data.validation_groups or names
    rows = _Rows(names, groups, np.concatenate(targets), np.concatenate(known))
    return _scored(bundle, tuple(data.labels), rows, scores)


@dataclass(frozen=True, eq=False)
class _Rows:
    """What is known of videos, (videos,) and (videos, labels)."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    targets: NDArray[np.float32]
    known: NDArray[np.bool_]


def _scores(tagger: Tagger, videos: Sequence[NDArray[np.uint8]]) -> list[tuple[float, ...]]:
    import numpy as np

    features = [VideoFeatures(tagger.bundle.space_id, np.ascontiguousarray(video)) for video in videos]
    return [video.scores for video in tagger.score(features)]


def _scored(
    bundle: Bundle, labels: tuple[str, ...], rows: _Rows, scores: Sequence[tuple[float, ...]]
) -> Scored:
    """Put together the labels that both the data and the model know, in the model's order."""
    import numpy as np

    kept = [column for column, label in enumerate(bundle.labels) if label in labels]
    if not kept:
        raise TrainingDataError(f"{bundle.name} knows none of the labels {', '.join(labels)}.")
    columns = [labels.index(bundle.labels[column]) for column in kept]
    return Scored(
        labels=tuple(bundle.labels[column] for column in kept),
        names=rows.names,
        groups=rows.groups,
        targets=rows.targets[:, columns],
        known=rows.known[:, columns],
        scores=np.array(scores, np.float64)[:, kept],
        thresholds=np.array(bundle.thresholds)[kept],
    )


def _unpadded(video: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the seconds that are there: one that is padding is all zeros, and stands at the end."""
    import numpy as np

    real = np.flatnonzero(video.any(axis=1))
    return video[: int(real[-1]) + 1] if len(real) else video[:1]
