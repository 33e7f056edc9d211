"""A corpus of photographs and clips that are numbers from a seed, and its recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from organizer.training.lite.corpus import Clip, Corpus, Picture
from organizer.training.lite.corpus_features import CorpusFeatures
from organizer.training.lite.recipe import LiteRecipe
from organizer.types import LABELS

FOLDS = 3
DIMENSIONS = 16


def small_corpus(rng, spoilt_fold=None, doubtful=None):
    """60 photographs and 36 clips of three seconds; in a spoilt fold all labels and features are others.

    doubtful: by the number of a clip, labels that it may show.
    """
    pictures = tuple(
        Picture(Path(f"{n}.jpg"), frozenset({LABELS[n % 10]}), f"g{n % 7}", 1 if n == 0 else None, "", "")
        for n in range(60)
    )
    clips = []
    for n in range(36):
        label = LABELS[(n + 1 if n % FOLDS == spoilt_fold else n) % 10]
        frames = tuple(Path(f"{n}/{second}.jpg") for second in range(3))
        doubts = frozenset((doubtful or {}).get(n, ()))
        clips.append(
            Clip(f"c{n}", frames, frozenset({label}), f"r{n % 9}", n % FOLDS, n != 5, "test", doubts)
        )
    corpus = Corpus(pictures, tuple(clips))
    directions = np.eye(10, DIMENSIONS) * 3
    frame_clip = np.repeat(np.arange(36), 3)
    picture_features = rng.normal(size=(60, 2, DIMENSIONS)) + (corpus.picture_targets @ directions)[:, None]
    of_frames = (corpus.clip_targets @ directions)[frame_clip, None]
    frame_features = rng.normal(size=(108, 2, DIMENSIONS)) + of_frames
    if spoilt_fold is not None:
        frame_features[frame_clip % FOLDS == spoilt_fold] *= 5
    features = CorpusFeatures(
        picture_features.astype(np.float32), frame_features.astype(np.float32), frame_clip
    )
    return corpus, features


def recipe(spoilt_fold=None, kept=None, doubtful=None, **settings):
    return LiteRecipe(*small_corpus(np.random.default_rng(0), spoilt_fold, doubtful), kept, **settings)
