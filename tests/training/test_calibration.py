from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.tags.tagger import NEVER
from organizer.training.calibration import (
    FEWEST,
    calibrate,
    fit_maybe_thresholds,
    fit_thresholds,
    lowest_precise,
)
from tests.training.measure.scores import scored


def label_of(scores, targets, **settings):
    """Give the first label's threshold; the second label is there and easy."""
    both = np.stack([targets, np.tile([0, 1], len(targets))[: len(targets)]], axis=1)
    of_both = np.stack([scores, both[:, 1] * 0.9], axis=1)
    return calibrate(scored(both, of_both), settings.get("precision", 0.9)).labels[0]


def test_thresholds_are_those_of_fit_thresholds_where_these_are_precise_enough():
    rng = np.random.default_rng(0)
    targets = (rng.random((400, 3)) < 0.3).astype(np.float32)
    scores = np.clip(targets * 0.6 + rng.random(targets.shape) * 0.5, 0, 1)
    given = scored(targets, scores)
    found, fitted = calibrate(given, 0.9), fit_thresholds(targets, given.scores, 0.9)
    for row, threshold in zip(found.labels, fitted, strict=True):
        assert row.precision >= 0.9
        assert row.threshold == pytest.approx(threshold, abs=1e-4) or row.threshold > threshold


def test_a_label_that_misses_the_precision_gets_a_higher_threshold():
    # Alone it needs 0.75; drawn to the other label's it would get less and be wrong too often.
    targets = np.array([1] * 6 + [0] * 30)
    scores = np.array([0.95] * 6 + [0.7] * 30)
    row = label_of(scores, targets)
    assert (row.precision, row.recall) == (1, 1)
    assert 0.7 < row.threshold <= 0.95


def test_a_hopeless_label_is_never_suggested():
    rng = np.random.default_rng(0)
    targets = (rng.random(200) < 0.1).astype(int)
    row = label_of(np.where(targets, 0.3, 0.6), targets)
    assert row.threshold is None and "no threshold gave a precision of 0.90" in row.reason
    assert (row.videos, row.precision, row.recall) == (targets.sum(), None, None)


def test_a_good_label_of_few_videos_keeps_a_threshold_above_all_its_scores():
    # Drawn to the pooled threshold, it tags none of these videos; that proves nothing against it.
    rng = np.random.default_rng(0)
    targets = np.zeros((300, 2))
    targets[:3, 0] = targets[:100, 1] = 1
    wrong = rng.random(300) < 0.2
    scores = np.stack(
        [targets[:, 0] * 0.5, np.where(targets[:, 1] > 0, 0.9, np.where(wrong, 0.8, 0.1))], axis=1
    )
    row = calibrate(scored(targets, scores), 0.9).labels[0]
    assert 0.5 < row.threshold < NEVER
    assert (row.precision, row.recall) == (None, 0)


def test_a_label_with_hardly_a_video_is_never_suggested():
    targets = np.zeros(50, int)
    targets[: FEWEST - 1] = 1
    row = label_of(targets * 0.9, targets)
    assert row.threshold is None and "2 videos with it" in row.reason


def test_a_bundle_can_store_what_was_found():
    targets = np.zeros((20, 2))
    targets[:10, 0] = 1
    found = calibrate(scored(targets, targets * 0.8 + 0.1), 0.8)
    assert found.thresholds == {"A": found.labels[0].threshold, "B": NEVER}
    assert [row.label for row in found.abstaining] == ["B"]
    assert found.as_json()["labels"][1]["threshold"] is None


def test_what_is_not_known_counts_neither_way():
    targets, known = np.zeros((40, 1)), np.ones((40, 1), bool)
    targets[:10], known[10:30] = 1, False
    scores = np.where(known, 0.1 + targets * 0.8, 0.99)  # the unknown ones look best
    (row,) = calibrate(scored(targets, scores, known=known), 0.9).labels
    assert (row.precision, row.recall) == (1, 1)


def test_the_tags_are_so_precise_as_asked():
    precisions = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        targets = (rng.random((120, 4)) < 0.15).astype(np.float32)
        scores = np.clip(targets * 0.3 + rng.random(targets.shape) * 0.7, 0, 1)
        given = scored(targets, scores)
        found = calibrate(given, 0.8)
        for column, threshold in enumerate(found.thresholds.values()):
            tagged = replace(given, thresholds=np.full(4, threshold)).tagged[:, column]
            if tagged.any():
                precisions.append(targets[tagged, column].mean())
    assert len(precisions) > 20 and min(precisions) >= 0.8


@pytest.mark.parametrize("precision", [0, 1, 1.5])
def test_a_precision_that_is_no_share_is_refused(precision):
    with pytest.raises(TrainingDataError, match="between 0 and 1"):
        calibrate(scored([[1]], [[0.5]]), precision)


def test_a_label_with_too_few_videos_keeps_the_threshold_of_what_was_corrected():
    targets = np.zeros((40, 2), np.float32)
    targets[:2, 0] = targets[:20, 1] = 1
    scores = 0.9 * targets
    found = calibrate(scored(targets, scores), 0.9, {"A": 0.42})
    first, second = found.labels
    assert (first.label, first.threshold, first.kept, first.reason) == ("A", 0.42, True, "")
    assert (first.precision, first.recall) == (1, 1)
    assert not second.kept and second.threshold is not None and not found.abstaining
    nothing = calibrate(scored(np.zeros((40, 2), np.float32), scores), 0.9, {"A": 0.95}).labels[0]
    assert (nothing.threshold, nothing.precision, nothing.recall) == (0.95, None, None)


def test_what_a_correction_does_not_touch_keeps_its_threshold_however_many_videos_there_are():
    targets = np.zeros((40, 2), np.float32)
    targets[:20] = 1
    found = calibrate(scored(targets, 0.9 * targets), 0.9, {"A": 0.42, "B": 0.42}, untouched=("A",)).labels
    assert [(row.threshold == 0.42, row.kept) for row in found] == [(True, True), (False, False)]


def test_what_was_never_suggested_stays_that():
    targets = np.zeros((40, 2), np.float32)
    targets[:20, 1] = 1
    row = calibrate(scored(targets, 0.9 * targets), 0.9, {"A": NEVER}).labels[0]
    assert row.threshold is None and row.kept and "never suggests" in row.reason


SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5])


@pytest.mark.parametrize(
    ("targets", "precision", "expected"),
    [
        ([1, 1, 1, 1, 1], 0.9, 0.25),  # all right: halfway to 0
        ([1, 1, 0, 0, 0], 0.9, 0.75),  # halfway between the last right and the first wrong
        ([1, 1, 0, 1, 0], 0.75, 0.55),  # 3 of 4 once more
        ([1, 0, 1, 1, 1], 0.8, 0.25),  # 4 of 5 at the end
        ([0, 0, 0, 0, 0], 0.5, 1.0),  # never
    ],
)
def test_finds_the_lowest_score_that_is_precise_enough(targets, precision, expected):
    assert lowest_precise(np.array(targets, np.float32), SCORES, precision) == pytest.approx(expected)


def test_equal_scores_are_not_cut_apart():
    targets, scores = np.array([1, 1, 0, 0], np.float32), np.array([0.9, 0.5, 0.5, 0.5])
    assert lowest_precise(targets, scores, 0.6) == pytest.approx(0.7)


def test_a_rare_label_is_drawn_to_the_pooled_threshold():
    rng = np.random.default_rng(0)
    targets = (rng.random((400, 2)) < [0.3, 0.01]).astype(np.float32)
    noise = rng.random((400, 2)) * 0.4
    scores = np.where(targets > 0, 0.6 + noise, noise)
    rare_scores = scores.copy()
    rare_scores[targets[:, 1] > 0, 1] = 0.05  # alone it would get a threshold of 1 or of nearly 0
    pooled = lowest_precise(targets.ravel(), rare_scores.ravel(), 0.9)
    own = lowest_precise(targets[:, 1], rare_scores[:, 1], 0.9)
    frequent, rare = fit_thresholds(targets, rare_scores, 0.9)
    frequent_own = lowest_precise(targets[:, 0], rare_scores[:, 0], 0.9)
    many, few = targets.sum(axis=0)
    assert many > 90 and 0 < few < 10
    assert frequent == pytest.approx((many * frequent_own + 30 * pooled) / (many + 30))
    assert rare == pytest.approx(np.clip((few * own + 30 * pooled) / (few + 30), 0.05, 0.95))
    assert abs(frequent - frequent_own) < abs(frequent - pooled)
    assert abs(rare - pooled) < abs(rare - own)


def test_thresholds_stay_in_range():
    hopeless = fit_thresholds(np.zeros((50, 3), np.float32), np.random.default_rng(0).random((50, 3)), 0.9)
    assert (hopeless <= 0.95).all()


def honest(videos, labels=4, seed=0):
    """Scores that are probabilities, and targets that keep to them."""
    rng = np.random.default_rng(seed)
    scores = 1 / (1 + np.exp(-rng.normal(-2, 2, (videos, labels))))
    return (rng.random(scores.shape) < scores).astype(np.float32), scores


def share_of_maybes(row, targets, scores):
    given = NEVER if row.threshold is None else row.threshold
    inside = (scores >= row.maybe) & (scores < given)
    return targets[inside].mean()


def test_every_second_maybe_is_right_on_other_videos():
    targets, scores = honest(3000)
    found = calibrate(scored(targets, scores), 0.9)
    others, of_others = honest(20_000, seed=1)
    assert set(found.maybe_thresholds) == set("ABCD")
    for column, row in enumerate(found.labels):
        assert share_of_maybes(row, others[:, column], of_others[:, column]) == pytest.approx(0.5, abs=0.06)


def test_maybes_find_more_when_fewer_of_them_need_to_be_right():
    given = scored(*honest(2000))
    lower, higher = (calibrate(given, 0.9, maybe_precision=share).maybe_thresholds for share in (0.3, 0.5))
    assert all(lower[label] < higher[label] for label in "ABCD")


@pytest.mark.parametrize("seed", range(30))
def test_maybes_begin_below_what_is_given_or_not_at_all(seed):
    rng = np.random.default_rng(seed)
    videos = int(rng.integers(5, 200))
    targets = (rng.random((videos, 5)) < rng.random(5) * 0.4).astype(np.float32)
    scores = np.clip(targets * rng.random() + rng.random(targets.shape) * 0.6, 0, 1).round(2)
    found = calibrate(
        scored(targets, scores, known=rng.random(targets.shape) < 0.8),
        float(rng.uniform(0.1, 0.95)),
        {"A": 0.03, "B": NEVER},
        maybe_precision=float(rng.uniform(0.1, 0.95)),
        base_maybe_thresholds={"A": 0.01, "B": 0.3},
    )
    for row in found.labels:
        if row.maybe is not None:
            assert 0 < row.maybe < found.thresholds[row.label]
    assert set(found.maybe_thresholds) == {row.label for row in found.labels if row.maybe is not None}


def test_a_label_that_is_never_given_may_be_a_maybe():
    # Its best are right three times of five: too seldom to be given.
    targets = np.array([1, 1, 1, 0, 0] * 6 + [0] * 200)
    row = label_of(np.array([0.8] * 30 + [0.1] * 200), targets)
    assert row.threshold is None and 0.1 < row.maybe <= 0.8
    assert row.words == "never given, at most a maybe: no threshold gave a precision of 0.90"


def test_a_label_that_is_seldom_right_is_not_even_a_maybe():
    targets = np.array([1, 0, 0, 0, 0, 0] * 20 + [0] * 200)
    row = label_of(np.array([0.8] * 120 + [0.1] * 200), targets)
    assert (row.threshold, row.maybe) == (None, None)
    assert row.words.startswith("never suggested: ")


def test_a_label_with_hardly_a_video_has_no_maybes():
    targets = np.zeros(50, int)
    targets[: FEWEST - 1] = 1
    assert label_of(np.where(targets, 0.5, 0.4), targets).maybe is None


def test_where_all_is_given_or_left_there_are_no_maybes():
    targets = np.array([1] * 20 + [0] * 100)
    row = label_of(targets * 0.8 + 0.1, targets)
    assert row.threshold is not None and row.maybe is None


def test_scores_that_say_nothing_make_no_maybes():
    targets = np.tile([[1.0], [0.0], [0.0]], (20, 1))
    assert calibrate(scored(targets, 0.9 - 0.5 * targets), 0.9).maybe_thresholds == {}


def test_what_is_not_known_moves_no_maybe():
    targets, scores = honest(400)
    known = np.random.default_rng(2).random(targets.shape) < 0.6
    as_is = calibrate(scored(targets, scores, known=known), 0.9)
    other = np.where(known, targets, 1 - targets), np.where(known, scores, 0.4)
    assert calibrate(scored(*other, known=known), 0.9) == as_is


def test_a_kept_threshold_keeps_its_maybes():
    targets = np.zeros((40, 4), np.float32)
    targets[:20] = 1
    targets[2:, 0] = 0
    base = {"A": 0.5, "B": 0.5, "C": 0.5, "D": NEVER}
    found = calibrate(
        *(scored(targets, 0.9 * targets), 0.9, base, ("B", "C", "D")),
        base_maybe_thresholds={"A": 0.3, "B": 0.2, "D": 0.25},
    )
    assert found.maybe_thresholds == {"A": 0.3, "B": 0.2, "D": 0.25}
    assert found.labels[3].words == "never given, at most a maybe: what it corrects never gives it"


@pytest.mark.parametrize("share", [0, 1])
def test_a_share_of_right_maybes_that_is_none_is_refused(share):
    with pytest.raises(TrainingDataError, match="between 0 and 1"):
        calibrate(scored([[1]], [[0.5]]), 0.9, maybe_precision=share)


def test_maybes_of_a_worked_example():
    # Given from 0.7. Below that 0.6 and 0.5 are 0.55 in the mean, and with 0.4 it is exactly 0.5.
    scores = np.array([[0.9], [0.6], [0.5], [0.4], [0.3]])
    found = fit_maybe_thresholds(
        *(np.array([[1], [0], [0], [0], [0]]), scores),
        known=np.ones((5, 1), bool),
        thresholds=np.array([0.7]),
        chances=scores,
    )
    assert found == pytest.approx([0.35])


def test_what_was_seen_counts_the_more_the_more_of_it_there_is():
    # Probabilities say 0.3; 100 right ones of 100 were seen, which counts half: 0.65.
    def found(videos, precision):
        return fit_maybe_thresholds(
            *(np.ones((videos, 1)), np.full((videos, 1), 0.4)),
            known=np.ones((videos, 1), bool),
            thresholds=np.array([NEVER]),
            chances=np.full((videos, 1), 0.3),
            precision=precision,
        )[0]

    assert found(100, 0.64) == pytest.approx(0.2) and found(100, 0.66) == NEVER
    assert found(5, 0.64) == NEVER
