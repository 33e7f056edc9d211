"""The order of suggestions: typical ones first, then unsure ones, those that look alike apart."""

from __future__ import annotations

import numpy as np

from organizer.reviewing.order import ALIKE, APART, BLOCK, FIRST, interleaved, order_of_tag, spread


def unit(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def groups(sizes, dimensions=16, noise=0.02, seed=1):
    """Return directions of groups that look alike, and the group of each."""
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(dimensions, dimensions)))[0][: len(sizes)]
    group = np.repeat(np.arange(len(sizes)), sizes)
    return unit(centres[group] + noise * rng.normal(size=(len(group), dimensions))), group


def test_every_suggestion_is_asked_about_once_and_always_in_the_same_order():
    directions, _ = groups([20, 30, 14])
    probabilities = np.random.default_rng(2).uniform(size=64)
    order = order_of_tag(probabilities, directions)
    assert sorted(order) == list(range(64))
    assert order == order_of_tag(probabilities, directions)


def test_one_of_each_kind_comes_before_the_second_of_any():
    directions, group = groups([40, 10, 5, 20])
    order = order_of_tag(np.full(75, 0.5), directions)
    assert [int(group[one]) for one in order[:4]] == [0, 3, 1, 2]


def test_after_the_typical_ones_come_those_it_is_least_sure_of():
    directions, _ = groups([1] * 60, dimensions=60)
    probabilities = np.linspace(0.01, 0.99, 60)
    order = order_of_tag(probabilities, directions)
    doubt = np.abs(probabilities[order[FIRST:]] - 0.5)
    assert (np.diff(doubt) >= -1e-9).all()
    # Once enough were answered, these come at once.
    asked = np.zeros((FIRST, 60), np.float32)
    assert abs(probabilities[order_of_tag(probabilities, directions, asked=asked)[0]] - 0.5) < 0.01


def test_what_was_answered_stands_for_what_looks_like_it():
    directions, group = groups([40, 30, 20])
    asked = directions[:1]
    order = order_of_tag(np.full(90, 0.5), directions, asked=asked)
    assert [int(group[one]) for one in order[:2]] == [1, 2]


def test_new_folders_come_early():
    directions, _ = groups([1] * 40, dimensions=40)
    folders = ["much"] * 38 + ["little", "least"]
    order = order_of_tag(np.full(40, 0.5), directions, folders)
    assert {folders[one] for one in order[:3]} == {"much", "little", "least"}


def test_those_that_look_alike_stand_apart():
    directions, group = groups([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
    order = spread(range(120), directions)
    assert sorted(order) == list(range(120))
    assert [int(group[one]) for one in order[:4]] == [0, 1, 2, 3]
    for start in range(100):
        assert group[order[start]] != group[order[start + 1]]
    assert float((directions[0] * directions[1]).sum()) > ALIKE
    # Where there is nothing else, they come all the same.
    assert spread(range(APART), directions[:APART]) == list(range(APART))


def test_nothing_is_known_of_some():
    order = order_of_tag(np.array([0.2, 0.9, 0.5]), np.zeros((3, 4), np.float32))
    assert sorted(order) == [0, 1, 2]
    assert order_of_tag(np.zeros(0), np.zeros((0, 4), np.float32)) == []
    assert order_of_tag(np.array([0.4]), np.zeros((1, 4), np.float32)) == [0]


def test_tags_take_turns_new_ones_first():
    order = interleaved({"Animal": range(12), "Sunset": range(7)}, {"Animal": 40, "Sunset": 5})
    assert [tag for tag, _ in order] == [
        *["Sunset"] * BLOCK,
        *["Animal"] * BLOCK,
        *["Sunset"] * 2,
        *["Animal"] * 7,
    ]
    assert [one for tag, one in order if tag == "Animal"] == list(range(12))
    assert interleaved({}, {}) == []


def test_of_a_label_that_a_model_knows_the_least_sure_come_first():
    probabilities = np.array([0.99, 0.98, 0.55, 0.3])
    directions = np.eye(4, dtype=np.float32)
    assert order_of_tag(probabilities, directions, first=0) == [2, 3, 1, 0]
    assert order_of_tag(probabilities, directions)[:2] != [2, 3]
