import numpy as np
import pytest

from organizer.tags.tagger import NEVER
from organizer.training.lite.tiers import BOTH_PRECISION, GIVEN_PRECISION, TierThresholds, fit_tiers


def pairs(right, probabilities):
    """One label: the pairs in the order given, all of them known."""
    targets = np.array(right, np.float32)[:, np.newaxis]
    return targets, np.array(probabilities)[:, np.newaxis], np.ones(targets.shape, bool)


def test_the_aims_are_nine_of_ten_and_seven_of_ten():
    aims = GIVEN_PRECISION, BOTH_PRECISION
    assert aims == pytest.approx((0.9, 0.7), abs=0.011)


def test_thresholds_of_a_worked_example():
    # 9 of 10 are right down to 0.5, 10 of 14 down to 0.3, and 10 of 15 after that.
    right = [*[1] * 9, 0, 0, 0, 0, 1, 0, 0, 0]
    probabilities = [*np.linspace(0.95, 0.55, 9), 0.5, 0.4, 0.35, 0.33, 0.3, 0.1, 0.09, 0.08]
    assert fit_tiers(*pairs(right, probabilities)) == TierThresholds(
        pytest.approx((0.5 + 0.4) / 2), pytest.approx((0.3 + 0.1) / 2)
    )


def test_all_labels_have_one_pair():
    rng = np.random.default_rng(0)
    probabilities = rng.random((400, 5))
    targets = (rng.random(probabilities.shape) < probabilities).astype(np.float32)
    known = np.ones(targets.shape, bool)
    flat = fit_tiers(targets.reshape(-1, 1), probabilities.reshape(-1, 1), known.reshape(-1, 1))
    found = fit_tiers(targets, probabilities, known)
    assert found == flat and 0 < found.maybe < found.given < 1
    for threshold, aim in ((found.given, GIVEN_PRECISION), (found.maybe, BOTH_PRECISION)):
        assert aim <= targets[probabilities >= threshold].mean() < aim + 0.02


def test_pairs_in_doubt_do_not_count():
    rng = np.random.default_rng(1)
    probabilities = rng.random((300, 3))
    targets = (rng.random(probabilities.shape) < probabilities).astype(np.float32)
    known = rng.random(targets.shape) < 0.7
    expected = fit_tiers(targets, probabilities, known)
    spoilt, moved = np.where(known, targets, 1 - targets), np.where(known, probabilities, 0.99)
    assert fit_tiers(spoilt, moved, known) == expected
    assert fit_tiers(spoilt, moved, np.ones_like(known)) != expected


def test_what_is_right_throughout_is_given_throughout_and_never_a_maybe():
    found = fit_tiers(*pairs([1, 1, 1], [0.9, 0.5, 0.2]))
    assert found.maybe == found.given == pytest.approx(0.1)


def test_what_is_precise_nowhere_is_never_given_but_may_be_a_maybe():
    found = fit_tiers(*pairs([0, 1, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.1]))
    assert found == TierThresholds(NEVER, pytest.approx(0.35))
    assert fit_tiers(*pairs([0, 0, 1], [0.9, 0.8, 0.7])) == TierThresholds(NEVER, NEVER)
