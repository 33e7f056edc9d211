"""The simulated review of all tags at once."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.few_shot import Videos
from benchmarks.review import together_table
from benchmarks.review_tags import reviewed, teachers
from benchmarks.review_together import TURNS, measure_together

LABELS = ("Often", "Seldom", "Never")


@pytest.fixture(scope="module")
def videos():
    """600 videos about three things that lie apart, one of them in no video of the fold that is held out."""
    rng = np.random.default_rng(1)
    kind = np.repeat([0, 1, 2, 3], [200, 60, 20, 320])
    folds = np.arange(600) % 5
    kind[(kind == 2) & (folds == 0)] = 3
    centres = rng.normal(0, 1, (4, 16))
    means = (centres[kind] + rng.normal(0, 0.7, (600, 16))).astype(np.float32)
    shows = {label: kind == number for number, label in enumerate(LABELS)}
    known = dict.fromkeys(LABELS, np.ones(600, bool))
    return Videos(means, None, folds, known, shows, np.ones(16, np.float32))


@pytest.fixture(scope="module")
def repeat(videos):
    (found,) = measure_together(videos, LABELS, repeats=1)
    return found


def test_a_tag_that_nothing_can_be_measured_of_is_left_out(repeat):
    assert repeat.labels == ["Often", "Seldom"]
    assert repeat.review.shape == repeat.random.shape == repeat.twice.shape == (2, len(TURNS))


def test_tags_take_turns_until_nothing_of_them_is_left(repeat):
    assert repeat.answers[0] == 2 * TURNS[0]
    assert all(before <= after for before, after in zip(repeat.answers, repeat.answers[1:], strict=False))
    assert repeat.answers[-1] <= repeat.suggestions


def test_the_table_says_how_much_better_a_review_is(repeat):
    table = together_table([repeat, repeat])
    row = table["rows"][0]
    assert row["answers"] == repeat.answers[0]
    assert row["review"] == pytest.approx(repeat.review[:, 0].mean(), abs=1e-4)
    assert row["random_twice_the_answers"] == pytest.approx(repeat.twice[:, 0].mean(), abs=1e-4)
    assert row["better_than_twice_by"] == pytest.approx(
        repeat.review[:, 0].mean() - repeat.twice[:, 0].mean(), abs=2e-4
    )
    low, high = row["better_than_twice_by_interval"]
    assert low <= row["better_than_twice_by"] + 1e-4
    assert high >= row["better_than_twice_by"] - 1e-4


def test_a_review_ends_where_nothing_is_left_to_ask(videos):
    ((_, by_label, _),) = teachers(videos, LABELS, repeats=1, seed=3)
    teacher = by_label["Often"]
    tag = teacher.learn()
    found = reviewed(teacher, tag, teacher.unlabelled()[:7], videos, (5, 10, 20))
    assert [count for count, _ in found] == [5, 7, 7]
    assert found[1] == found[2]
    assert reviewed(teacher, tag, teacher.unlabelled()[:0], videos, (5,)) == [(0, teacher.precision(tag))]
