"""Made-up videos as means of YouTube-8M's features: each label has a direction of its own."""

from __future__ import annotations

import numpy as np

from organizer.features.quantiser import YT8M_QUANTISER
from organizer.training.yt8m.video_means import VideoMeans
from organizer.types import LABELS

DIMENSIONS = 64


def made_up_means(
    videos: int = 600, dimensions: int = DIMENSIONS, *, seed: int = 3, noise: float = 0.35
) -> VideoMeans:
    """Return videos of which two thirds have a label, in five folds; two other classes follow labels."""
    rng = np.random.default_rng(seed)
    targets = np.zeros((videos, len(LABELS)), np.float32)
    shown = rng.integers(0, len(LABELS) * 3 // 2, videos)
    labelled = shown < len(LABELS)
    targets[labelled, shown[labelled]] = 1
    # The same ones whatever the seed: other videos of the same labels.
    directions = np.random.default_rng(0).normal(0, 0.55, (len(LABELS), dimensions)).astype(np.float32)
    features = targets @ directions + rng.normal(0, noise, (videos, dimensions)).astype(np.float32)
    return VideoMeans(
        ids=tuple(f"v{number:04}" for number in range(videos)),
        features=features.astype(np.float32),
        targets=targets,
        others=targets[:, :2].copy(),
        folds=np.arange(videos) % 5,
    )


def save_means(file, means: VideoMeans, *, dimensions: int = 1024) -> None:
    """Write the file that ``read_video_means`` reads; features are filled up with zeros."""
    features = np.zeros((len(means.ids), dimensions), np.float32)
    features[:, : means.features.shape[1]] = means.features
    classes = [",".join(map(str, np.flatnonzero(row))) or "99" for row in means.targets]
    np.savez(
        file,
        id=np.array([id_.encode() for id_ in means.ids]),
        labels=np.array(classes),
        ten=means.targets > 0,
        ten_names=np.array(LABELS),
        rgb=YT8M_QUANTISER.quantise(features),
        fold=means.folds.astype(np.uint8),
    )
