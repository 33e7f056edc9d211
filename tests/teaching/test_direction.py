"""Where the videos of a tag lie, learnt from a few of them."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.teaching.background import UNWHITENED, background_of, scale_of
from organizer.teaching.direction import direction_of
from organizer.training.metrics import average_precisions
from tests.fakes import colour_bundle

DIMENSIONS = 24
NOTHING = np.zeros((0, DIMENSIONS), np.float32)


def videos(count, *, shown, seed, strength=3.0):
    """Return features of which the tag is in the first two components."""
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    if shown:
        rows[:, :2] += strength
    return rows


@pytest.fixture
def ground():
    return background_of(videos(500, shown=False, seed=1), np.ones(DIMENSIONS, np.float32))


def precision(direction, ground):
    rows = np.concatenate([videos(40, shown=True, seed=2), videos(960, shown=False, seed=3)])
    shows = np.arange(len(rows))[:, np.newaxis] < 40
    scores = direction.of(ground.view.directions(rows))[:, np.newaxis]
    return average_precisions(shows, scores.astype(np.float64))[0]


@pytest.mark.parametrize(("examples", "least"), [(1, 0.2), (5, 0.6), (20, 0.8)])
def test_what_shows_it_comes_first_the_more_the_more_examples(ground, examples, least):
    shown = ground.view.directions(videos(examples, shown=True, seed=4))
    assert precision(direction_of(shown, NOTHING, ground), ground) > least


def test_scores_are_in_standard_deviations_of_the_library(ground):
    shown = ground.view.directions(videos(5, shown=True, seed=4))
    scores = direction_of(shown, NOTHING, ground).of(ground.directions)
    assert scores.mean() == pytest.approx(0, abs=1e-4)
    assert scores.std() == pytest.approx(1, abs=1e-3)


def test_what_was_said_not_to_show_it_is_pushed_away(ground):
    shown = ground.view.directions(videos(6, shown=True, seed=4))
    # Look-alikes: the first component says so too, the third tells them apart.
    alike = videos(12, shown=True, seed=5)
    alike[:, 2] += 3
    alike = ground.view.directions(alike)
    before = direction_of(shown, NOTHING, ground).of(alike).mean()
    after = direction_of(shown, alike[:6], ground).of(alike[6:]).mean()
    assert after < before - 0.3


def test_the_order_of_examples_does_not_matter(ground):
    shown = ground.view.directions(videos(7, shown=True, seed=4))
    one, other = (direction_of(rows, NOTHING, ground) for rows in (shown, shown[::-1]))
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-4)


def test_a_library_of_one_video_is_no_error():
    ground = background_of(videos(1, shown=False, seed=1), np.ones(DIMENSIONS, np.float32))
    shown = ground.view.directions(videos(3, shown=True, seed=4))
    assert np.isfinite(direction_of(shown, NOTHING, ground).weights).all()


def test_whitening_is_taken_back_in_part():
    bundle = colour_bundle()
    bundle.pca.components[:] = np.diag([1.0, 2.0, 4.0])
    np.testing.assert_allclose(scale_of(bundle), np.array([1.0, 0.5, 0.25]) ** UNWHITENED, rtol=1e-6)
