"""How often a tag's suggestions are right, told from a person's answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizer.library.reviews import Tally

_Z = 1.959964
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of suggestions that are right, with 95 % interval; all 0..1."""

    share: float
    low: float
    high: float


def precision_of(right: int, wrong: int) -> Precision:
    """Return what answers say of a tag's suggestions; without any, everything is possible.

    The interval is Wilson's ("Probable inference, the law of succession, and statistical inference", 1927),
    which keeps its promise with few answers too.
    """
    answers = right + wrong
    if not answers:
        return Precision(0.0, 0.0, 1.0)
    share = right / answers
    part = _Z**2 / answers
    middle = (share + part / 2) / (1 + part)
    half = math.sqrt(share * (1 - share) * part + part**2 / 4) / (1 + part)
    return Precision(share, max(0.0, middle - half), min(1.0, middle + half))


def precision_words(tally: Tally) -> str:
    """Return ``Dance: 9 of 11 right (52 to 95 %)``; empty before the first answer."""
    answers = tally.right + tally.wrong
    if not answers:
        return ""
    found = precision_of(tally.right, tally.wrong)
    span = f"{found.low * 100:.0f} to {found.high * 100:.0f} %"
    return f"{tally.tag}: {tally.right} of {answers} right ({span})"
