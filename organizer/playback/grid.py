"""Which seconds each piece of a video holds."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """A short first piece, for the first picture's sake, and then pieces of one length."""

    first_s: float
    step_s: float

    def begins(self, number: int) -> float:
        """Return the second at which a piece begins; numbers count from 0."""
        return 0.0 if number == 0 else self.first_s + (number - 1) * self.step_s

    def ends(self, number: int) -> float:
        """Return the second at which the next one begins."""
        return self.begins(number + 1)

    def count(self, duration_s: float) -> int:
        """Return how many pieces hold so many seconds, at least 1."""
        if duration_s <= self.first_s:
            return 1
        return 1 + math.ceil((duration_s - self.first_s) / self.step_s - 1e-6)


CONVERTED = Grid(first_s=0.5, step_s=1.0)
"""Of what is coded anew: whoever jumps waits for one of them."""
COPIED = Grid(first_s=2.0, step_s=4.0)
"""Of what is copied, from key frame to key frame."""
