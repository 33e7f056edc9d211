"""What alike means, and how videos are cut into scenes and become vectors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from organizer.alike.measure import fit_measure, unit
from organizer.alike.scenes import MOST_SCENES, scene_ends
from organizer.alike.vectors import SCENE_DIMENSIONS, WHOLE_DIMENSIONS, in_bytes, vectors_of
from tests.alike.library_of import film, scene


def means(count: int) -> list[np.ndarray]:
    return [film(number).mean(axis=0, dtype=np.float32) for number in range(count)]


def test_what_all_have_in_common_is_taken_off():
    common = np.zeros(1024, np.float32)
    common[:512] = 90
    plain = [np.clip(mean * 0.3 + common, 0, 255) for mean in means(200)]
    measure = fit_measure(plain)
    directions = measure.directions(np.stack(plain).round().astype(np.uint8))
    alike = directions @ directions.T
    others = alike[~np.eye(200, dtype=bool)]
    assert abs(others.mean()) < 0.1
    raw = unit(np.stack(plain) - 127.5)
    assert (raw @ raw.T).mean() > 0.4


def test_directions_in_which_videos_differ_weigh_more():
    spread = np.stack(means(200))
    spread[:, 600:] = (spread[:, 600:] - 127.5) * 0.2 + 127.5
    measure = fit_measure(list(spread))
    assert measure.weight[:600].min() > 2 * measure.weight[600:].max()
    assert set(measure.order[:600].tolist()) == set(range(600))


@pytest.mark.parametrize("count", [1, 2])
def test_few_videos_say_little(count):
    measure = fit_measure(means(count))
    assert (measure.weight > 0).all()
    assert np.isfinite(measure.weight).all()
    assert measure.weight.max() / measure.weight.min() < 2
    assert np.abs(measure.centre - 127.5).max() < 30


def test_directions_have_length_one_or_none():
    measure = fit_measure(means(5))
    lengths = np.linalg.norm(measure.directions(film(1, 2)), axis=1)
    assert lengths == pytest.approx(np.ones(8), abs=1e-5)
    assert unit(np.zeros((2, 3), np.float32)).tolist() == [[0, 0, 0], [0, 0, 0]]


def directions(*films: np.ndarray) -> list[np.ndarray]:
    measure = fit_measure(means(30))
    return [measure.directions(one) for one in films]


def test_a_film_is_cut_where_its_scenes_change():
    parts = np.concatenate([scene(1, 5), scene(2, 3), scene(3, 6)])
    assert scene_ends(directions(parts)[0][None]) == [[5, 8, 14]]


def test_one_scene_is_not_cut():
    assert scene_ends(directions(scene(1, 20, apart=10))[0][None]) == [[20]]


def test_no_more_cuts_than_there_may_be():
    (rows,) = directions(film(*range(12), rows=2))
    (ends,) = scene_ends(rows[None])
    assert (len(ends), ends[-1]) == (MOST_SCENES, 24)


def test_a_row_alone_is_a_scene():
    assert scene_ends(directions(scene(1))[0][None]) == [[1]]


@pytest.mark.parametrize("seed", range(5))
def test_cuts_leave_the_least_spread_of_all_ways_to_cut(seed):
    draw = np.random.default_rng(seed)
    rows = unit(draw.normal(size=(9, 8)).astype(np.float32))
    (ends,) = scene_ends(rows[None], most=4, spread_left=-1.0)

    def spread(cuts):
        around = itertools.pairwise([0, *cuts, len(rows)])
        return sum(((rows[a:b] - rows[a:b].mean(axis=0)) ** 2).sum() for a, b in around)

    ways = itertools.combinations(range(1, len(rows)), 3)
    assert spread(ends[:-1]) == pytest.approx(min(map(spread, ways)), rel=1e-4)


def test_many_are_cut_as_each_alone():
    films = directions(film(1, 2), film(3, rows=8), film(4, 5, rows=4))
    assert scene_ends(np.stack(films)) == [scene_ends(one[None])[0] for one in films]


def test_vectors_are_small_and_find_their_own():
    measure = fit_measure(means(40))
    videos = [(number, 7, film(number, number + 50)) for number in range(40)]
    vectors = vectors_of(measure, videos)
    assert vectors.wholes.shape == (40, WHOLE_DIMENSIONS)
    assert vectors.scenes.shape == (80, SCENE_DIMENSIONS)
    assert vectors.starts.tolist() == list(range(0, 80, 2))
    asked = measure.directions(scene(63, noise=9))[0]
    alike = vectors.by_scene(asked[measure.order[:SCENE_DIMENSIONS]])
    assert int(alike.argmax()) == 13
    whole = measure.directions(film(13, 63, noise=5)).mean(axis=0)
    assert int(vectors.by_whole(whole[measure.order[:WHOLE_DIMENSIONS]]).argmax()) == 13


def test_eight_bits_are_near_the_truth():
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(50, 256)).astype(np.float32)
    asked = draw.normal(size=256).astype(np.float32)
    from organizer.alike.vectors import _cosines

    assert _cosines(asked, in_bytes(rows)) == pytest.approx(unit(rows) @ unit(asked[None])[0], abs=0.01)


def test_some_of_the_vectors():
    measure = fit_measure(means(6))
    vectors = vectors_of(measure, [(number, number, film(number, 9)) for number in range(6)])
    chosen = vectors.only(np.array([True, False, False, True, True, False]))
    assert chosen.ids.tolist() == [0, 3, 4]
    again = vectors_of(measure, [(number, number, film(number, 9)) for number in (0, 3, 4)])
    assert (chosen.scenes == again.scenes).all()
    assert chosen.starts.tolist() == again.starts.tolist()
