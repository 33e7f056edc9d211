"""What it costs to look at videos of a library with a model that has not seen them yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.text import file_size, long_time

if TYPE_CHECKING:
    from organizer.library import Library
    from organizer.models.bundle import Bundle


@dataclass(frozen=True, slots=True)
class LookingCost:
    """What is known of it before it begins."""

    videos: int
    estimated_s: float | None
    """How long it takes, in seconds, if each video takes as long as in the newest scan of the library that
    looked at enough of them, whatever model that one had; None where there was none."""
    most_bytes: int
    """By how much the library grows at most: features of other models stay."""

    @property
    def words(self) -> str:
        """Return time and room, where time is known, as words.

        As ``about 12 minutes if it goes as in the last larger scan, up to 83.0 MB more in the library``.
        """
        room = f"up to {file_size(self.most_bytes)} more in the library"
        if self.estimated_s is None:
            return room
        return f"about {long_time(self.estimated_s)} if it goes as in the last larger scan, {room}"


def looking_cost(library: Library, bundle: Bundle, videos: int) -> LookingCost:
    """Return what it costs to look at some known videos with a model."""
    each_s = library.jobs.seconds_a_video()
    return LookingCost(
        videos,
        None if each_s is None else each_s * videos,
        videos * len(bundle.sampled.all) * bundle.dimensions,
    )
