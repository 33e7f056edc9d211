"""From scores to probabilities, with and without answers."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.teaching.probability import ProbabilityMap, answered_map, log_share_above, usual_map

SCORES = np.random.default_rng(0).normal(size=1500)
NOBODY = (np.zeros(0), np.zeros(0, bool))
USUAL = ProbabilityMap(0.9, -4.0)


def test_a_rare_tag_is_less_likely():
    common, rare = (usual_map(np.full(5, score), SCORES) for score in (1.0, 3.0))
    assert rare.slope == common.slope
    assert rare.offset < common.offset - 2


def test_the_share_above_is_known_beyond_the_highest_score():
    assert log_share_above(SCORES, 1.0) == pytest.approx(np.log((SCORES > 1).mean()), abs=0.5)
    assert log_share_above(SCORES, 9.0) < log_share_above(SCORES, 3.5) < np.log(5 / len(SCORES))
    # A handful of videos does not tell how rare the rarest is.
    assert log_share_above(SCORES[:30], 9.0) >= np.log(0.5 / 31)


@pytest.mark.parametrize("scores", [np.zeros(1), np.zeros(3), np.zeros(500), np.array([5.0, 1.0])])
def test_few_or_equal_scores_are_no_error(scores):
    assert np.isfinite(usual_map(np.ones(3), scores).offset)


def test_without_answers_the_usual_holds():
    found = answered_map(USUAL, *NOBODY)
    assert (found.slope, found.offset) == pytest.approx((USUAL.slope, USUAL.offset))


def test_answers_move_it_to_where_they_change_from_no_to_yes():
    scores = np.linspace(0, 4, 60)
    found = answered_map(USUAL, scores, scores > 2)
    assert -found.offset / found.slope == pytest.approx(2, abs=0.5)
    few = answered_map(USUAL, scores[::12], scores[::12] > 2)
    assert found.offset + 2 * found.slope > few.offset + 2 * few.slope


@pytest.mark.parametrize("said", [True, False])
def test_answers_that_all_agree_lead_nowhere_far(said):
    found = answered_map(USUAL, np.linspace(2, 5, 200), np.full(200, said))
    assert 0 < found.slope < 5
    assert (found.offset > USUAL.offset) is said
