"""Videos with scores, and what thresholds make of them."""

from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.measure.figures import figures_of
from tests.training.measure.scores import random_scored, scored


def test_a_label_is_given_or_a_maybe_or_nothing():
    given = scored([[1]] * 4, [[0.2], [0.3], [0.6], [0.9]], thresholds=0.6, maybes=0.3)
    assert given.tagged[:, 0].tolist() == [False, False, True, True]
    assert given.maybes[:, 0].tolist() == [False, True, False, False]
    assert given.has_maybes


@pytest.mark.parametrize(("threshold", "maybe", "expected"), [(1.0, 0.5, True), (1.0, 1.0, False)])
def test_a_threshold_of_one_is_reached_by_no_score(threshold, maybe, expected):
    given = scored([[1]], [[1.0]], thresholds=threshold, maybes=maybe)
    assert not given.tagged.any() and given.maybes.any() == given.has_maybes == expected


def test_what_is_not_known_is_no_maybe():
    assert not scored([[1]], [[0.4]], known=[[0]], maybes=0.3).maybes.any()


def test_without_thresholds_for_maybes_there_are_none():
    given = scored([[1]], [[0.4]])
    assert not given.maybes.any() and not given.has_maybes
    named = given.with_thresholds({"A": 0.5})
    assert not named.maybes.any() and not named.has_maybes
    assert given.with_thresholds({"A": 0.5}, {"A": 0.3}).maybes.all()


def test_other_labels_may_be_named_beside_those_that_are_there():
    named = scored([[1, 1]], [[0.4, 0.4]]).with_thresholds({"A": 0.5, "B": 0.5}, {"A": 0.3, "Z": 0.1})
    assert named.maybes.tolist() == [[True, False]]


@pytest.mark.parametrize("by_video", [False, True])
def test_some_of_the_videos_and_labels_keep_their_maybes(by_video):
    given = random_scored(videos=30, labels=4, maybes=[0.1, 0.2, 0.3, 0.4])
    if by_video:
        moved = np.linspace(0, 0.09, 30)[:, np.newaxis]
        given = replace(
            given,
            thresholds=np.full((30, 4), 0.5),
            maybe_thresholds=given.maybe_thresholds + moved,
        )
    names = ("v7", "v3", "v21")
    picked, some = given.pick(names), given.only(("D", "B"))
    assert (picked.maybes == given.maybes[[7, 3, 21]]).all()
    assert (some.maybes == given.maybes[:, [3, 1]]).all()


def test_labels_rank_videos_by_ranks_where_these_are_given_and_tags_go_by_scores():
    by_score = scored([[1], [0], [1]], [[0.9], [0.6], [0.5]], thresholds=0.6)
    by_rank = replace(by_score, ranks=np.array([[0.3], [0.1], [0.2]]))
    assert figures_of(by_score, repeats=0).labels[0].average_precision.value == pytest.approx(5 / 6)
    figures = figures_of(by_rank, repeats=0)
    assert figures.labels[0].average_precision.value == 1
    assert figures.headline["precision"].value == 0.5
    assert figures.reliability == figures_of(by_score, repeats=0).reliability
    kept = by_rank.pick(("v2", "v1")).only(("A",))
    assert kept.ranks.tolist() == [[0.2], [0.1]]


def test_ranks_that_do_not_fit_are_refused():
    with pytest.raises(TrainingDataError, match="nothing to measure"):
        replace(scored([[1]], [[0.4]]), ranks=np.array([[0.1, 0.2]]))


def test_thresholds_of_maybes_that_do_not_fit_are_refused():
    with pytest.raises(TrainingDataError, match="nothing to measure"):
        replace(scored([[1]], [[0.4]]), maybe_thresholds=np.array([0.1, 0.2]))
