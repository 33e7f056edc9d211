"""How long a job still takes, told from how fast it was in its last minutes."""

from __future__ import annotations

from collections import deque

_WINDOW = 180
"""Looks that count: with one a second, the last three minutes."""
_ENOUGH_S = 4.0
_ENOUGH_DONE = 2
"""What it takes to say anything: the first file also waits for decoders to start."""


class Pace:
    """Looks at a job's numbers now and then."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque(maxlen=_WINDOW)
        self._to_do: int | None = None

    def look(self, worked_s: float, done: int, to_do: int | None) -> None:
        """Note how far the job is.

        Args:
            worked_s: seconds since some moment, without those in which the job stood still.
            done: what is done.
            to_do: of how many; None where that is not known yet. A new number begins the count anew.
        """
        if to_do != self._to_do:
            self._to_do = to_do
            self._looks.clear()
        if to_do is not None:
            self._looks.append((worked_s, done))

    def left_s(self) -> float | None:
        """Return how many seconds the rest takes at this pace; None where there is no telling yet."""
        if not self._to_do or not self._looks:
            return None
        (first_s, first), (last_s, last) = self._looks[0], self._looks[-1]
        took_s, done = last_s - first_s, last - first
        if took_s < _ENOUGH_S or done < _ENOUGH_DONE:
            return None
        return max(0, self._to_do - last) * took_s / done
