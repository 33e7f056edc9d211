"""One video along another: at which offset, and what makes them doubles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from organizer.doubles.deciding import decide
from organizer.doubles.matching import align
from organizer.doubles.seconds import seconds_of
from organizer.library.doubles import PairKind
from organizer.types import EVERY_SECOND, SampledSeconds
from tests.doubles.films import DIMENSIONS, encoded_again, film, levels

MEAN = np.full(DIMENSIONS, 127, np.float32)


class Found(NamedTuple):
    kind: PairKind
    offset_s: float
    overlap_s: float
    likeness: float
    timing: float | None


def pair(first, second, *, lengths=(None, None), sampled=EVERY_SECOND, posters=1.0):
    """What is said of two videos; lengths are those of their features where they are not given."""
    one, other = (
        seconds_of(rows, MEAN, len(rows) if length is None else length, sampled)
        for rows, length in zip((first, second), lengths, strict=True)
    )
    alignment = align(one, other)
    kind = decide(one, other, alignment, lambda: posters)
    return (
        None
        if kind is None
        else Found(kind, alignment.offset_s, alignment.overlap_s, alignment.likeness, alignment.timing)
    )


@pytest.mark.parametrize("cut", [0, 1, 3, 7])
def test_a_trimmed_copy_is_found_at_its_offset(cut):
    whole = film(1, 30)
    found = pair(whole, encoded_again(whole)[cut:])
    assert abs(found.offset_s - cut) <= 1
    assert found.kind is (PairKind.COPY if cut <= 2 else PairKind.SECOND_IN_FIRST)
    assert found.likeness > 0.7


def test_seconds_may_be_another_ones_frames():
    whole = film(1, 30, changes=0.2)
    between = (whole[:-1].astype(float) + whole[1:]) / 2
    found = pair(whole, encoded_again(between.astype(np.uint8)))
    assert found is not None
    assert abs(found.offset_s) <= 1


def test_both_clips_of_a_joined_video_are_parts_of_it():
    one, other = film(1, 15), film(2, 20)
    joined = encoded_again(np.concatenate([one, other]))
    first, second = pair(joined, one), pair(joined, other)
    assert first.kind is second.kind is PairKind.SECOND_IN_FIRST
    assert abs(first.offset_s) <= 1
    assert abs(second.offset_s - 15) <= 1


def test_a_clip_of_which_the_joined_video_is_known_only_in_part():
    one, other = film(1, 30), film(2, 25)
    joined = np.concatenate([one, other])[:45]
    found = pair(encoded_again(joined), other, lengths=(55.0, None))
    assert found.kind is PairKind.SECOND_IN_FIRST
    assert found.overlap_s == pytest.approx(15, abs=1)


def test_the_end_of_one_is_the_beginning_of_the_other():
    whole = film(1, 40)
    found = pair(whole[:32], encoded_again(whole[6:]))
    assert found.kind is PairKind.OVERLAP
    assert abs(found.offset_s - 6) <= 1


@pytest.mark.parametrize("seconds", [5, 20, 45])
def test_another_film_is_no_double(seconds):
    assert pair(film(1, seconds), film(2, seconds)) is None


def test_two_takes_of_one_scene_are_no_doubles():
    """Half of what a second shows is the scene; what happens in it is something else."""
    draw = np.random.default_rng(5)
    scene = draw.standard_normal(DIMENSIONS)
    takes = [
        np.clip(127 + 32 * (scene + np.random.default_rng(seed).standard_normal((20, DIMENSIONS))), 0, 255)
        for seed in (1, 2)
    ]
    assert pair(*(take.astype(np.uint8) for take in takes)) is None


def test_two_halves_of_one_scene_are_no_doubles():
    """Each second of both looks nearly the same; but what changes does not change at the same time."""
    scene = np.random.default_rng(8).standard_normal(DIMENSIONS)
    changing = (film(1, 40, changes=0.9).astype(float) - 127) / 45
    rows = levels(scene + 0.4 * changing)
    first, second = rows[:20], rows[20:]
    found = pair(first, encoded_again(first, noise=4.0))
    assert found.kind is PairKind.COPY
    assert found.timing > 0.5
    alike = align(seconds_of(first, MEAN, 20.0), seconds_of(second, MEAN, 20.0))
    assert alike.likeness > 0.8
    assert alike.timing < 0.15
    assert pair(first, second, posters=1.0) is None


def test_of_a_motionless_scene_nothing_is_sure():
    scene = np.repeat(film(1, 1), 20, axis=0)
    found = pair(scene, encoded_again(scene, noise=3.0))
    assert found.kind is PairKind.COPY
    assert found.timing is None


def test_of_a_short_clip_the_poster_has_the_last_word():
    short = film(1, 2)
    copy = encoded_again(short, noise=55.0)
    assert 0.5 < align(seconds_of(short, MEAN, 2.0), seconds_of(copy, MEAN, 2.0)).likeness < 0.66
    assert pair(short, copy, posters=0.9).kind is PairKind.COPY
    assert pair(short, copy, posters=0.3) is None


def test_the_order_of_seconds_matters():
    whole = film(1, 30)
    shuffled = whole[np.random.default_rng(3).permutation(30)]
    assert pair(whole, encoded_again(shuffled)) is None


def test_seconds_that_were_left_out_are_bridged():
    """A model may look at one second of two: what lies side by side is up to a second off then."""
    sampled = SampledSeconds(8, 2)
    whole = film(1, 45, changes=0.15)
    rows = whole[list(sampled.all)]
    copy = encoded_again(whole[5:])[[second for second in sampled.all if second < 40]]
    found = pair(rows, copy, lengths=(45.0, 40.0), sampled=sampled)
    assert abs(found.offset_s - 5) <= 1


def test_a_length_that_is_not_known_is_what_was_seen():
    whole = film(1, 20)
    one = seconds_of(whole, MEAN, None)
    other = seconds_of(encoded_again(whole), MEAN, None)
    assert decide(one, other, align(one, other), lambda: 0.0) is PairKind.COPY
