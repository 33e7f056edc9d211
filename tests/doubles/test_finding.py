"""The search through a library: everything there twice is found, whatever else lies there."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from organizer.doubles.candidates import Candidates, candidates
from organizer.doubles.finding import find_doubles, mean_of
from organizer.doubles.sketches import sketches_of
from organizer.library.doubles import PairKind, VideoRows
from organizer.stopping import StoppedError
from tests.doubles.films import DIMENSIONS, SPACE, encoded_again, film, still, store


def search(library, **settings):
    steps = list(find_doubles(library, SPACE, **settings))
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return {(pair.first_id, pair.second_id): pair for pair in library.doubles.pairs()}


def fill(library, number=120):
    """Store films that are no doubles; ten each are of one place."""
    for seed in range(number):
        rows = film(1000 + seed, 12 + seed % 30)
        place = film(5000 + seed // 10, 1)[0].astype(float) - 127
        store(library, f"other {seed}.mp4", np.clip(rows + 0.5 * place, 0, 255).astype(np.uint8))


def test_copies_parts_and_joined_videos_are_found_among_others(library):
    fill(library)
    one, other = film(1, 20), film(2, 18)
    whole = store(library, "whole.mp4", one)
    copy = store(library, "copy.mp4", encoded_again(one, 1))
    part = store(library, "part.mp4", encoded_again(one[4:17], 2))
    second = store(library, "second.mp4", other)
    joined = store(library, "joined.mp4", encoded_again(np.concatenate([one, other]), 3))
    found = search(library)
    assert found.keys() == {
        (whole, copy),
        (whole, part),
        (copy, part),
        (whole, joined),
        (copy, joined),
        (part, joined),
        (second, joined),
    }
    assert found[whole, copy].kind is PairKind.COPY
    assert found[whole, part].kind is PairKind.SECOND_IN_FIRST
    assert found[second, joined].kind is PairKind.FIRST_IN_SECOND
    assert abs(found[whole, part].offset_s - 4) <= 1
    assert abs(found[second, joined].offset_s + 20) <= 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_small_libraries(library, number):
    for each in range(number):
        store(library, f"{each}.mp4", encoded_again(film(1, 10), each))
    assert len(search(library)) == number // 2


def test_one_second_is_enough_to_be_compared(library):
    scene = film(1, 1)
    for each in range(2):
        store(library, f"{each}.mp4", encoded_again(scene, each, noise=5.0), duration_s=0.8)
    fill(library, 10)
    assert len(search(library)) == 1


def test_many_copies_of_one_film(library):
    whole = film(1, 15)
    ids = [store(library, f"{each}.mp4", encoded_again(whole, each)) for each in range(30)]
    found = search(library)
    together = {ids[0]}
    for _ in ids:
        together |= {id_ for pair in found if together & set(pair) for id_ in pair}
    assert together == set(ids)


def test_missing_videos_and_other_spaces_are_left_out(library):
    whole = film(1, 10)
    store(library, "here.mp4", whole)
    store(library, "gone.mp4", encoded_again(whole))
    (root,) = library.roots.all()
    library.places.forget_vanished(root, ["gone.mp4"])
    assert search(library) == {}
    assert list(library.doubles.videos("no such space")) == []


def test_what_was_found_is_as_old_as_its_videos(library):
    store(library, "one.mp4", film(1, 10))
    search(library)
    space, state = library.doubles.last_search()
    assert space == SPACE
    assert state.knows_as_much_as(library.doubles.state(SPACE))
    store(library, "two.mp4", film(2, 10))
    assert not state.knows_as_much_as(library.doubles.state(SPACE))


def test_an_answer_survives_the_next_search(library):
    one = store(library, "one.mp4", film(1, 10))
    other = store(library, "two.mp4", encoded_again(film(1, 10)))
    assert search(library).keys() == {(one, other)}
    library.doubles.say_not_the_same(other, [one])
    assert library.doubles.pairs() == []
    assert search(library) == {}
    library.doubles.forget_not_the_same(one, [other])
    assert len(library.doubles.pairs()) == 1


def test_a_search_that_is_stopped_leaves_what_the_last_one_found(library):
    store(library, "one.mp4", film(1, 10))
    store(library, "two.mp4", encoded_again(film(1, 10)))
    before = search(library)
    stop = threading.Event()
    steps = find_doubles(library, SPACE, stop=stop)
    next(steps)
    stop.set()
    with pytest.raises(StoppedError):
        list(steps)
    assert {(pair.first_id, pair.second_id): pair for pair in library.doubles.pairs()} == before


def test_the_mean_of_few_videos_is_not_believed():
    """Else two copies in an empty library would lie at the mean themselves, and be like nothing."""
    rows = film(1, 10)
    mean = mean_of([VideoRows(1, 10.0, rows)])
    assert np.abs(mean - 127).mean() < np.abs(rows.mean(axis=0) - 127).mean() / 10


def test_candidates_are_the_same_each_time_and_few():
    videos = [(seed, film(seed, 20)) for seed in range(300)]
    videos += [(300 + seed, encoded_again(film(seed, 20), seed)) for seed in range(20)]
    mean = np.full(DIMENSIONS, 127, np.float32)

    def chosen():
        (*_, last) = candidates(sketches_of(videos, mean))
        assert isinstance(last, Candidates)
        return list(zip(last.first.tolist(), last.second.tolist(), strict=True))

    first = chosen()
    assert first == chosen() == sorted(first)
    assert {(seed, 300 + seed) for seed in range(20)} <= set(first)
    assert len(first) < 2000


def test_a_camera_that_never_moves_does_not_cost_all_pairs():
    videos = [(number, still(1, 20)) for number in range(700)]
    (*_, last) = candidates(sketches_of(videos, np.full(DIMENSIONS, 127, np.float32)))
    assert len(last.first) <= 700 * 20
