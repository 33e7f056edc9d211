"""Values that pass between the stages."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.types import EVERY_SECOND, MAX_SECONDS, SampledSeconds, VideoScores

RULES = [
    (SampledSeconds(8, 2), [*range(8), *range(8, 45, 2)]),
    (SampledSeconds(9, 2), [*range(9), *range(9, 45, 2)]),
    (SampledSeconds(0, 3), list(range(0, 45, 3))),
    (SampledSeconds(1, 45), [0, 1]),
    (SampledSeconds(0, 45), [0]),
    (SampledSeconds(44, 7), list(range(45))),
    (SampledSeconds(20, 1), list(range(45))),
    (EVERY_SECOND, list(range(45))),
]


@pytest.mark.parametrize(("rule", "seconds"), RULES)
def test_the_seconds_that_are_looked_at(rule, seconds):
    assert list(rule.all) == seconds
    assert [second for second in range(-50, 100) if second in rule] == seconds
    assert list(rule.seconds_of(len(seconds))) == seconds
    assert [rule.second_of(row) for row in range(len(seconds))] == seconds


@pytest.mark.parametrize(("rule", "seconds"), RULES)
def test_what_comes_after_a_second(rule, seconds):
    for second in range(MAX_SECONDS):
        later = [other for other in seconds if other > second]
        after = rule.after(second)
        assert after == later[0] if later else after >= MAX_SECONDS


@pytest.mark.parametrize(("until", "every"), [(-1, 2), (46, 1), (8, 0), (8, -2), (8, 46)])
def test_numbers_out_of_range_are_refused(until, every):
    with pytest.raises(ValueError, match=r"(every_second_until|then_every) is -?\d+, not from [01] to 45"):
        SampledSeconds(until, every)


def test_evidence_names_its_seconds():
    evidence = np.zeros((11, 3), np.float32)
    assert VideoScores((0.0,) * 3, evidence).seconds == tuple(range(11))
    sampled = VideoScores((0.0,) * 3, evidence, SampledSeconds(8, 2))
    assert sampled.seconds == (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12)
