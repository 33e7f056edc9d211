"""Nothing of a fold is seen by what is fitted without it."""

from pathlib import Path

import numpy as np
import pytest

from organizer.features.quantiser import Quantiser, Rounding
from organizer.training.lite.corpus import Clip, Corpus, Picture
from organizer.training.lite.corpus_features import CorpusFeatures
from organizer.training.lite.frame_ensemble import FrameEnsembleSettings
from organizer.training.lite.recipe import CLIP_WEIGHT, KeptSpace, LiteRecipe, group_weights
from organizer.types import LABELS

FOLDS = 3
SETTINGS = FrameEnsembleSettings(members=1, hidden=8, epochs=2, batch=64, learning_rate=1e-2)
DIMENSIONS = 16


def small_corpus(rng, spoilt_fold=None):
    """60 photographs and 36 clips of three seconds; in a spoilt fold all labels and features are others."""
    pictures = tuple(
        Picture(Path(f"{n}.jpg"), frozenset({LABELS[n % 10]}), f"g{n % 7}", 1 if n == 0 else None, "", "")
        for n in range(60)
    )
    clips = []
    for n in range(36):
        label = LABELS[(n + 1 if n % FOLDS == spoilt_fold else n) % 10]
        frames = tuple(Path(f"{n}/{second}.jpg") for second in range(3))
        clips.append(Clip(f"c{n}", frames, frozenset({label}), f"r{n % 9}", n % FOLDS, n != 5, "test"))
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


def recipe(spoilt_fold=None, kept=None, **settings):
    return LiteRecipe(*small_corpus(np.random.default_rng(0), spoilt_fold), SETTINGS, kept, **settings)


@pytest.fixture(scope="module")
def trained():
    """A recipe; it remembers what it trained, so tests that ask for the same share it."""
    return recipe()


@pytest.fixture(scope="module")
def honest(trained):
    return trained.fit({0}, FOLDS)


def outputs(fit):
    return fit.model.evidence(np.eye(DIMENSIONS, dtype=np.float32))


def test_a_left_out_fold_changes_nothing(honest):
    other = recipe(spoilt_fold=0).fit({0}, FOLDS)
    assert other.inner_map == honest.inner_map
    assert np.array_equal(other.thresholds, honest.thresholds)
    assert np.array_equal(other.model.pca.components, honest.model.pca.components)
    assert other.model.quantiser == honest.model.quantiser
    assert np.allclose(outputs(other), outputs(honest), atol=1e-6)


def test_a_fold_that_is_not_left_out_does(honest):
    other = recipe(spoilt_fold=1).fit({0}, FOLDS)
    assert not np.allclose(outputs(other), outputs(honest), atol=1e-3)
    assert other.model.quantiser != honest.model.quantiser
    assert other.inner_map != honest.inner_map


def test_scores_only_the_clips_of_the_folds_left_out(trained, honest):
    scores = trained.score_clips(frozenset({0, 2}))
    of_fold = trained.clip_folds != 1
    assert (scores[of_fold] > 0).all() and not scores[~of_fold].any()


def test_a_picture_that_shares_a_source_with_a_fold_is_left_out_with_it(trained, honest):
    with_it, without = trained, recipe()
    without.features.pictures[0] += 100
    same, changed = frozenset({1}), frozenset({0})
    assert np.allclose(with_it.train(same).pca.mean, without.train(same).pca.mean)
    assert not np.allclose(with_it.train(changed).pca.mean, without.train(changed).pca.mean)


def test_a_kept_space_is_that_of_the_final_model_alone(trained, honest):
    kept = KeptSpace(honest.model.pca, Quantiser(-9.0, 9.0, Rounding.NEAREST))
    keeping = recipe(kept=kept)
    final = keeping.train(frozenset())
    assert (final.pca, final.quantiser) == (kept.pca, kept.quantiser)
    of_fold, without = keeping.train(frozenset({0})), trained.train(frozenset({0}))
    assert np.array_equal(of_fold.pca.components, without.pca.components)
    assert of_fold.quantiser == without.quantiser


def test_a_large_source_counts_less_per_picture():
    assert group_weights(["large"] * 400 + ["small"] * 4, 100)[[0, -1]].tolist() == [0.5, 1.0]


def test_pictures_of_a_narrow_source_count_little():
    trained = recipe(narrow_sources={"g3": 0.1})
    counts = trained.picture_weights.max(axis=1)
    narrow = np.array([picture.group == "g3" for picture in trained.corpus.pictures])
    assert counts[narrow] == pytest.approx(np.full(narrow.sum(), 0.1))
    assert counts[~narrow] == pytest.approx(np.ones((~narrow).sum()))


def test_labels_that_may_be_seen_but_are_not_said_do_not_count():
    weights = recipe().picture_weights
    animal, dance = LABELS.index("Animal"), LABELS.index("Dance")
    nature, concert = LABELS.index("Nature"), LABELS.index("Concert")
    assert weights[animal, nature] == 0 and weights[animal, concert] > 0
    assert weights[dance, concert] == 0 and weights[dance, nature] > 0


def test_the_seconds_of_a_clip_share_its_weight():
    trained = recipe()
    by_clip = np.bincount(trained.features.frame_clip, trained.frame_weights[:, 0])
    assert by_clip == pytest.approx(np.full(36, CLIP_WEIGHT))
