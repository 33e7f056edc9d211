import time

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.measure.bootstrap import group_draws
from organizer.training.measure.figures import HEADLINE, Measures
from organizer.training.metrics import average_precisions
from tests.training.measure.scores import random_scored, scored


def once(videos):
    return np.ones((1, videos), np.int64)


def headline(given):
    return {name: values[0] for name, values in Measures(given).headline(once(len(given.names))).items()}


def test_gap_of_a_worked_example():
    # One ranking of all: 0.9 right, 0.8 wrong, 0.7 right, 0.6 wrong, 0.3 right, 0.2 wrong; 3 are due.
    given = scored([[1, 0, 1], [0, 1, 0]], [[0.9, 0.8, 0.3], [0.6, 0.7, 0.2]])
    assert headline(given)["gap20"] == pytest.approx((1 / 1 + 2 / 3 + 3 / 5) / 3)


def test_gap_looks_at_twenty_predictions_of_a_video():
    # The only right label is the 21st of its video: it is due, and never found.
    targets = np.zeros((1, 21))
    targets[0, 20] = 1
    falling = scored(targets, np.linspace(0.9, 0.1, 21)[np.newaxis], labels=tuple(map(str, range(21))))
    rising = scored(targets, np.linspace(0.1, 0.9, 21)[np.newaxis], labels=tuple(map(str, range(21))))
    assert headline(falling)["gap20"] == 0
    assert headline(rising)["gap20"] == 1


def test_gap_holds_videos_against_each_other():
    # Each video alone is perfect; in one ranking the sure wrong prediction of the second comes second.
    given = scored([[1, 0], [0, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.1], [0.1, 0.5]])
    assert headline(given)["gap20"] == pytest.approx((1 + 2 / 3) / 2)


def test_top1_and_hit1_differ_by_the_videos_without_a_label():
    given = scored([[1, 0], [0, 1], [0, 0], [1, 1]], [[0.9, 0.1], [0.6, 0.5], [0.9, 0.1], [0.1, 0.2]])
    figures = headline(given)
    assert figures["top1"] == pytest.approx(2 / 3)
    assert figures["hit1"] == pytest.approx(2 / 4)


def test_a_label_with_few_videos_is_not_in_the_mean():
    targets = np.zeros((20, 2))
    targets[:6, 0] = targets[6:10, 1] = 1
    scores = np.stack([targets[:, 0] * 0.9, 1 - targets[:, 1]], axis=1)
    figures = headline(scored(targets, scores))
    assert figures["map"] == 1
    # The four of the second label come last: 1/17, 2/18, 3/19, 4/20, all with one score, so 4/20 each.
    assert figures["map_all"] == pytest.approx((1 + 4 / 20) / 2)


def test_what_is_not_known_counts_nowhere():
    known = [[1, 1], [1, 0], [1, 1]]
    with_it = scored([[1, 0], [0, 1], [0, 1]], [[0.9, 0.2], [0.3, 0.99], [0.2, 0.8]], known=known)
    other = scored([[1, 0], [0, 0], [0, 1]], [[0.9, 0.2], [0.3, 0.0], [0.2, 0.8]], known=known)
    assert headline(with_it) == pytest.approx(headline(other), nan_ok=True)
    assert headline(with_it)["recall"] == 1 and headline(with_it)["hit1"] == pytest.approx(2 / 3)


def test_figures_are_those_of_their_definitions():
    given = random_scored()
    figures, right, tagged = headline(given), given.targets > 0, given.scores >= 0.5
    precisions = average_precisions(right, given.scores)
    assert figures["map"] == figures["map_all"] == pytest.approx(np.mean(precisions))
    assert Measures(given).label_precisions(once(250))[0] == pytest.approx(precisions)
    best = [fits[scores.argmax()] for fits, scores in zip(right, given.scores, strict=True)]
    assert figures["top1"] == pytest.approx(sum(best) / right.any(axis=1).sum())
    assert figures["precision"] == pytest.approx(right[tagged].mean())
    assert figures["recall"] == pytest.approx(tagged[right].mean())


def test_a_weight_is_so_many_copies():
    given = random_scored(videos=30, sources=6)
    for weights in group_draws(given.groups, repeats=5, seed=3):
        for draw in weights:
            copies = np.repeat(np.arange(30), draw)
            repeated = scored(given.targets[copies], given.scores[copies], maybes=0.45)
            weighted, plain = Measures(given).headline(draw[np.newaxis]), headline(repeated)
            for name in HEADLINE:
                if name != "map":  # which labels are in its mean is told from the videos, not from a draw
                    assert weighted[name][0] == pytest.approx(plain[name])


def test_nothing_given_and_nothing_due_is_not_a_number():
    given = scored([[0, 0]], [[0.1, 0.2]])
    figures = headline(given)
    assert figures["hit1"] == 0
    assert all(np.isnan(figures[name]) for name in ("map", "top1", "gap20", "precision", "recall"))


def test_a_threshold_of_one_is_never_reached():
    given = scored([[1, 1]], [[1.0, 1.0]], thresholds=[1.0, 0.99])
    assert given.tagged.tolist() == [[False, True]]


@pytest.mark.parametrize("scores", [[[0.5, float("nan")]], [[0.5, 1.1]], [[0.5, -0.1]]])
def test_scores_that_are_none_are_refused(scores):
    with pytest.raises(TrainingDataError, match="0 to 1"):
        scored([[1, 0]], scores)


def test_a_thousand_draws_take_seconds():
    given = random_scored()
    measures = Measures(given)
    began = time.process_time()
    for weights in group_draws(given.groups, repeats=1000, width=10):
        measures.headline(weights)
    assert time.process_time() - began < 15
