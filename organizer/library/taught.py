"""What a library keeps of a tag that a person taught, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

TAUGHT = "taught"
"""Who suggests a tag that was taught, where a model's name stands for other tags."""


@dataclass(frozen=True, slots=True)
class TaughtReport:
    """How sure a taught tag is, measured when it was learnt.

    Each example is scored by what was learnt without it, so these are no figures of what it was fitted to.
    """

    given: int
    """Examples that would be given the tag."""
    suggested: int
    """Examples that would be given it or be a maybe."""
    wrong: int
    """Of the videos that do not show it, those that would be given it or be a maybe."""
    expected: float
    """Share (0..1) of the library's videos that are expected to show it."""
    answers: int
    """Suggestions of it that were answered; how sure it is follows them."""


@dataclass(frozen=True, slots=True, eq=False)
class TaughtTag:
    """A tag that was learnt from a person's decisions, for the features of one space.

    A second of a video, or the mean of its seconds, with features ``f``, has the direction
    ``u = (f - centre) * scale``, made of length 1, and the probability of the logit
    ``slope * (u @ weights) + offset``, to which a refined label adds ``score_slope`` times the logit of the
    score that the model gives the whole video.
    """

    name: str
    space_id: str
    centre: NDArray[np.float32]
    """(dimensions,)."""
    scale: NDArray[np.float32]
    """(dimensions,)."""
    weights: NDArray[np.float32]
    """(dimensions,)."""
    slope: float
    offset: float
    given: float
    """From which probability (0..1) on it is given."""
    maybe: float
    """From which on it is a maybe; at most ``given``."""
    shown: int
    """Videos that show it, it was learnt from."""
    not_shown: int
    """Videos that do not."""
    report: TaughtReport
    score_slope: float = 0.0
    refines: str | None = None
    """Name and version of the model whose label it refines; None for a tag of the person's own."""
    once: frozenset[str] = frozenset()
    """Of a label that was refined, the folded names of tags that became this one: the model knows it so."""
    enabled: bool = True
    """Whether it is suggested."""
    last_decision: int = 0
    """Number of the newest decision in the journal when it was learnt."""
    taught_at: str = ""
    """ISO 8601 in UTC; empty where it was not stored yet."""
    since: int = 0
    """Decisions about the tag since then; 0 where it was not stored yet."""

    def score_in(self, scores: Mapping[str, float]) -> float | None:
        """Return what a model says of the label that it refines, None where it does not know it.

        Args:
            scores: of its labels, 0..1.
        """
        if not self.once:
            return scores.get(self.name)
        names = {folded(self.name), *self.once}
        return max((score for label, score in scores.items() if folded(label) in names), default=None)
