"""Nothing of a fold is seen by what is fitted without it."""

import numpy as np
import pytest

from organizer.features.quantiser import Quantiser, Rounding
from organizer.training.lite.corpus_features import CorpusFeatures
from organizer.training.lite.recipe import CLIP_WEIGHT, SAMPLED, KeptSpace, LiteRecipe, group_weights
from organizer.training.lite.second_classifier import pool, sigmoid
from organizer.types import LABELS
from tests.training.lite.small_corpus import DIMENSIONS, FOLDS, recipe, small_corpus


@pytest.fixture(scope="module")
def trained():
    """A recipe; it remembers what it trained, so tests that ask for the same share it."""
    return recipe()


@pytest.fixture(scope="module")
def honest(trained):
    return trained.fit({0}, FOLDS)


def outputs(fit):
    return fit.model.logits(np.eye(DIMENSIONS, dtype=np.float32))


def test_a_left_out_fold_changes_nothing(honest):
    other = recipe(spoilt_fold=0).fit({0}, FOLDS)
    assert other.inner_map == honest.inner_map
    assert (other.thresholds, other.score_map) == (honest.thresholds, honest.score_map)
    assert np.array_equal(other.model.pca.components, honest.model.pca.components)
    assert other.model.quantiser == honest.model.quantiser
    assert np.allclose(outputs(other), outputs(honest), atol=1e-6)


def test_a_fold_that_is_not_left_out_does(honest):
    other = recipe(spoilt_fold=1).fit({0}, FOLDS)
    assert not np.allclose(outputs(other), outputs(honest), atol=1e-3)
    assert other.model.quantiser != honest.model.quantiser
    assert other.inner_map != honest.inner_map
    assert other.score_map != honest.score_map


def test_scores_only_the_clips_of_the_folds_left_out(trained, honest):
    scores = trained.score_clips(frozenset({0, 2}))
    of_fold = trained.clip_folds != 1
    assert (scores[of_fold] > 0).all() and not scores[~of_fold].any()


def test_a_fit_maps_the_scores_of_what_was_trained(trained, honest):
    plain = trained.train(frozenset({0}))
    raw = trained.clip_features(0)
    scores = sigmoid(pool(honest.model.logits(raw)))
    # Shares below 1e-4 have no exact logit, see ``calibration_map.LEAST``.
    assert np.allclose(scores, honest.score_map.apply(sigmoid(pool(plain.logits(raw)))), rtol=0, atol=5e-4)
    assert 0 < honest.thresholds.maybe <= honest.thresholds.given <= 1
    # Scores that are kept are those before the map.
    assert np.allclose(trained.score_clips(frozenset({0}))[0], sigmoid(pool(plain.logits(raw))))


def test_the_model_sees_features_as_they_come_back_from_storage(honest):
    model, raw = honest.model, np.random.default_rng(1).normal(size=(5, DIMENSIONS)).astype(np.float32)
    stored = model.quantiser.quantise(model.pca.project(raw))
    assert stored.dtype == np.uint8
    assert np.array_equal(model.stored(raw), model.quantiser.dequantise(stored))
    assert np.array_equal(model.logits(raw), model.weights.logits(model.stored(raw)))
    assert not np.allclose(model.stored(raw), model.pca.project(raw), atol=1e-4)


def test_the_mean_of_the_photographs_is_taken_off_before_likeness_is_told(trained, honest):
    model = trained.train(frozenset({1}))
    seen = model.stored(trained.features.pictures[1:, 0])  # the first one goes with fold 1
    assert np.allclose(model.weights.centre, seen.mean(axis=0), atol=1e-6)


def test_prototypes_are_made_of_photographs_and_every_third_second(honest):
    kept = KeptSpace(honest.model.pca, honest.model.quantiser)
    one, two = recipe(kept=kept), recipe(kept=kept)
    later = np.flatnonzero(np.arange(108) % 3)
    two.features.frames[later] = one.features.frames[later[::-1]]
    same, other = one.train(frozenset()).weights, two.train(frozenset()).weights
    assert np.array_equal(same.prototypes, other.prototypes) and np.array_equal(same.shows, other.shows)
    assert not np.allclose(same.linear_kernel, other.linear_kernel, atol=1e-3)
    two.features.frames[0] += 1
    changed = LiteRecipe(two.corpus, two.features, kept).train(frozenset()).weights
    assert not np.array_equal(changed.shows, same.shows)


def test_of_a_clip_the_seconds_are_scored_that_a_scan_looks_at():
    corpus, _ = small_corpus(np.random.default_rng(0))
    seconds = np.arange(20, dtype=np.float32)
    frames = np.stack([seconds, -seconds], axis=1)[..., np.newaxis]
    long = CorpusFeatures(np.zeros((60, 2, 1), np.float32), frames, np.zeros(20, np.int64))
    seen = LiteRecipe(corpus, long).clip_features(0)[:, 0].tolist()
    assert seen == [second for second in range(20) if second in SAMPLED]
    assert seen[:9] == list(range(9)) and len(seen) < 20


def numbers_of(fit):
    """All that was chosen by cross-validation inside the training part."""
    a, b, offsets = fit.score_map.a, fit.score_map.b, fit.score_map.offsets
    return np.array([a, b, *offsets, fit.thresholds.given, fit.thresholds.maybe, fit.inner_map])


def test_a_doubt_is_neither_trained_nor_chosen_by():
    """What a clip is said to show does not matter where nobody can tell."""
    clips = (3, 4, 7, 11)

    def fitted(doubtful, *, spoilt):
        of = recipe(doubtful=dict.fromkeys(clips, doubtful))
        if spoilt:
            of.corpus.clip_targets[clips, :] = 1 - of.corpus.clip_targets[clips, :]
        return of.fit({0}, FOLDS)

    one, two = fitted(LABELS, spoilt=False), fitted(LABELS, spoilt=True)
    assert numbers_of(two) == pytest.approx(numbers_of(one), abs=1e-3)
    assert np.allclose(outputs(two), outputs(one), atol=1e-3)
    sure = fitted((), spoilt=True)
    assert numbers_of(sure) != pytest.approx(numbers_of(one), abs=1e-2)
    assert not np.allclose(outputs(sure), outputs(one), atol=1e-2)


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


def test_the_seconds_of_a_clip_weigh_nothing_for_labels_in_doubt():
    weights = recipe(doubtful={4: ("Food", "Dance")}).frame_weights
    of_clip = weights[12:15]
    doubted = [LABELS.index("Dance"), LABELS.index("Food")]
    assert not of_clip[:, doubted].any()
    assert (np.delete(of_clip, doubted, axis=1) == pytest.approx(CLIP_WEIGHT / 3)) and weights[:12].all()
