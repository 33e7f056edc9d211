"""How a video is served: as values that pass between processes and into the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from organizer.playback.grid import CONVERTED, COPIED, Grid


class Way(StrEnum):
    """What becomes of the pictures."""

    COPY = "copy"
    """The coded pictures stay as they are, and get a container that browsers read."""
    CONVERT = "convert"
    """They are decoded and coded anew, as H.264."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one file is served in pieces."""

    way: Way
    media_type: str
    """For the browser's ``MediaSource``."""
    width: int
    """Pixels, as shown."""
    height: int
    duration_s: float | None
    """None where it is not known: it ends with the piece that says so."""
    codec: str
    """Of the original's pictures, as FFmpeg spells it."""
    sound: str
    """Of the original's sound, as FFmpeg spells it; empty where there is none."""
    sound_plays: bool
    """Whether browsers hear the original's sound, or there is none."""

    @property
    def grid(self) -> Grid:
        """Which seconds the pieces hold."""
        return COPIED if self.way is Way.COPY else CONVERTED

    @property
    def count(self) -> int | None:
        """How many pieces there are by the stated length; None where that is not known."""
        return None if self.duration_s is None else self.grid.count(self.duration_s)


@dataclass(frozen=True, slots=True)
class Piece:
    """A few seconds of a video."""

    data: bytes
    """A fragment of MP4; empty where no picture and no sound begins in it."""
    is_last: bool
    """Whether nothing comes after it."""
