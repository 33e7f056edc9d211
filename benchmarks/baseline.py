"""How the published notebook tags a video: what organizer is compared with.

Every picture is read with OpenCV as it comes, one is kept of each second that the model looks at, each goes
through the network by itself, and then PCA, quantiser and classifier follow. Nothing here is slow on purpose:
OpenCV decodes with its own number of threads, only the kept pictures are shrunk, and reading ends with the
last one needed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from organizer.tags.tagger import Tagger
from organizer.types import EVERY_SECOND, SampledSeconds, VideoFeatures, VideoScores

Extract = Callable[[np.ndarray], np.ndarray]
"""uint8 (1, size, size, 3), RGB -> float32 (1, feature_dim)."""


def read_frames(path: Path, size: int, sampled: SampledSeconds = EVERY_SECOND) -> list[np.ndarray]:
    """Return one picture, uint8 (size, size, 3), RGB, of each second that the model looks at."""
    capture = cv2.VideoCapture(str(path))
    every = max(1, round(capture.get(cv2.CAP_PROP_FPS)))
    kept: list[np.ndarray] = []
    number = 0
    while number <= sampled.all[-1] * every:
        done, bgr = capture.read()
        if not done:
            break
        if number % every == 0 and number // every in sampled:
            small = cv2.resize(bgr, (size, size), interpolation=cv2.INTER_LINEAR)
            kept.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
        number += 1
    capture.release()
    return kept


def tag_video(path: Path, tagger: Tagger, extract: Extract) -> VideoScores:
    """Score and tag one video; ``extract`` runs the network on one picture."""
    space = tagger.bundle.space
    pictures = read_frames(path, tagger.bundle.input_size, tagger.bundle.sampled)
    vectors = [extract(picture[np.newaxis]) for picture in pictures]
    projected = space.pca.project(np.concatenate(vectors))
    features = VideoFeatures(space.id, space.quantiser.quantise(projected))
    (scores,) = tagger.score([features])
    tagger.suggest(scores)
    return scores


def one_by_one(module: Path) -> Extract:
    """Return the network of a TF Hub module as the notebook runs it: in float32, as TensorFlow loads it."""
    import tensorflow as tf

    network = tf.saved_model.load(str(module))

    def extract(picture: np.ndarray) -> np.ndarray:
        pixels = (picture.astype(np.float32) - 128) / 128
        return np.asarray(network(tf.constant(pixels))["pool_3"], np.float32)

    return extract
