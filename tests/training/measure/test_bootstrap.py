import numpy as np
import pytest

from organizer.training.measure.bootstrap import group_draws, interval

GROUPS = ["a", "a", "b", "c", "c", "c"]


def draws(**settings):
    return np.concatenate(list(group_draws(GROUPS, **settings)))


def test_sources_are_drawn_and_not_videos():
    drawn = draws(repeats=200)
    assert drawn.shape == (200, 6)
    # Videos of one source come and go together, and three sources are drawn each time.
    assert (drawn[:, 0] == drawn[:, 1]).all() and (drawn[:, 3] == drawn[:, 5]).all()
    assert (drawn[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert drawn[:, 0].mean() == pytest.approx(1, abs=0.2)


def test_the_same_seed_draws_the_same_whatever_comes_at_once():
    assert np.array_equal(draws(repeats=50, seed=4), draws(repeats=50, seed=4, width=100_000))
    assert not np.array_equal(draws(repeats=50, seed=4), draws(repeats=50, seed=5))


def test_draws_that_are_refused_are_drawn_again():
    drawn = draws(repeats=300, accepts=lambda weights: weights[:, 2] > 0)
    assert len(drawn) == 300 and (drawn[:, 2] > 0).all()


def test_it_gives_up_where_none_is_accepted():
    assert not list(group_draws(GROUPS, repeats=10, accepts=lambda weights: weights[:, 0] < 0))


def test_an_interval_holds_the_middle_of_the_draws():
    found = interval(np.append(np.arange(1001) / 1000, [np.nan] * 50))
    assert (found.low, found.high) == (pytest.approx(0.025), pytest.approx(0.975))


def test_a_few_draws_tell_nothing():
    assert interval(np.append(np.arange(99), [np.nan] * 900)) is None
