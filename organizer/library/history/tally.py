"""What becomes of the videos of a step that is undone or redone, counted."""

from __future__ import annotations

from collections import defaultdict

from organizer.library.actions import StepOutcome
from organizer.text import count


class Tally:
    """What became of the videos of a step."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.restored: set[int] = set()
        """Ids of the videos of which something was restored."""
        self.kept: dict[str, set[int]] = defaultdict(set)
        """By the reason, ids of the videos of which something was not."""
        self.reasons: list[str] = []
        """More sentences."""
        self.done = False
        """Whether something was restored that is of no video."""
        self.videos = 0
        """How many videos that concerns."""

    def outcome(self) -> StepOutcome:
        """Return it as a value."""
        kept = set[int]().union(*self.kept.values())
        words = [
            f"{count(len(videos), 'video')} left alone: {reason}." for reason, videos in self.kept.items()
        ]
        done = self.done or bool(self.restored)
        return StepOutcome(done, self.videos or len(self.restored), len(kept), (*words, *self.reasons))
