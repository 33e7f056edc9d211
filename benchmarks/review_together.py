"""A review of all tags at once: what is learnt of all, in its order and in random order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.few_shot import Videos
from benchmarks.review_tags import Teacher, reviewed, teachers
from organizer.library.taught import TaughtTag
from organizer.reviewing.queue import MOST

TURNS = (5, 10, 20, 40, 80)
"""Answers about each tag, where so many are suggested."""
ORDERS = 2
_SEED = 20261201


@dataclass(frozen=True)
class Repeat:
    """Average precisions of all tags; a column for each of ``TURNS``."""

    suggestions: int
    """Of all tags, before any answer."""
    answers: list[int]
    """In all, after each."""
    labels: list[str]
    before: NDArray[np.floating]
    """(labels,): with no answer."""
    review: NDArray[np.floating]
    """(labels, columns)."""
    random: NDArray[np.floating]
    """(labels, columns): as many answers, of the same suggestions in random order."""
    twice: NDArray[np.floating]
    """(labels, columns): twice as many of these."""


def measure_together(videos: Videos, labels: Sequence[str], repeats: int) -> list[Repeat]:
    """Return what reviews of all that is suggested teach, each with its own examples and folds."""
    found = []
    for repeat, by_label, rng in teachers(videos, labels, repeats, _SEED):
        first = {label: teacher.learn() for label, teacher in by_label.items()}
        suggested = {label: _suggested(teacher, first[label]) for label, teacher in by_label.items()}
        most = MOST // len(by_label)
        asked = {
            label: reviewed(teacher, first[label], suggested[label][:most], videos, TURNS)
            for label, teacher in by_label.items()
        }
        answers = [sum(own[turn][0] for own in asked.values()) for turn in range(len(TURNS))]
        found.append(
            Repeat(
                sum(map(len, suggested.values())),
                answers,
                list(by_label),
                np.array([teacher.precision(first[label]) for label, teacher in by_label.items()]),
                np.array([[precision for _, precision in own] for own in asked.values()]),
                _by_chance(by_label, first, suggested, answers, rng),
                _by_chance(by_label, first, suggested, [2 * count for count in answers], rng),
            )
        )
        print(repeat, found[-1].suggestions, "suggestions", answers, flush=True)
        for name in ("review", "random", "twice"):
            print(" ", name, getattr(found[-1], name).mean(axis=0).round(4).tolist(), flush=True)
    return found


def _suggested(teacher: Teacher, tag: TaughtTag) -> NDArray[np.int64]:
    """Return what the tag suggests, the least sure first: these stay where a review cannot hold all."""
    unlabelled = teacher.unlabelled()
    probabilities = 1 / (1 + np.exp(-teacher.logits(tag, unlabelled)))
    suggested = np.flatnonzero(probabilities >= tag.maybe)
    order = np.argsort(np.abs(probabilities[suggested] - 0.5), kind="stable")
    return unlabelled[suggested[order]]


def _by_chance(
    by_label: Mapping[str, Teacher],
    first: Mapping[str, TaughtTag],
    suggested: Mapping[str, NDArray[np.int64]],
    answers: Sequence[int],
    rng: np.random.Generator,
) -> NDArray[np.floating]:
    """Return (labels, columns) precisions after so many answers, all tags' suggestions in random order."""
    place = {label: number for number, label in enumerate(by_label)}
    items = [(label, int(video)) for label, own in suggested.items() for video in own]
    found = np.zeros((len(by_label), len(answers)))
    for _ in range(ORDERS):
        order = rng.permutation(len(items))
        for column, count in enumerate(answers):
            answered: dict[str, list[int]] = {label: [] for label in by_label}
            for index in order[:count]:
                label, video = items[index]
                answered[label].append(video)
            for label, own in answered.items():
                tag = by_label[label].learn(own) if own else first[label]
                found[place[label], column] += by_label[label].precision(tag) / ORDERS
    return found
