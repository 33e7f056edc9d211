"""What is stored of doubles, and of originals that were moved, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class PairKind(StrEnum):
    """How two videos show the same film."""

    COPY = "copy"
    """As far as both are known they show all of it."""
    FIRST_IN_SECOND = "first in second"
    """The first one is a part of the second."""
    SECOND_IN_FIRST = "second in first"
    OVERLAP = "overlap"
    """Each shows something that the other does not: the end of one is the beginning of the other."""


@dataclass(frozen=True, slots=True)
class DoublePair:
    """Two videos that show the same film."""

    first_id: int
    """The smaller of both ids."""
    second_id: int
    kind: PairKind
    offset_s: float
    """Where in the first video the second one begins; negative where it begins before it."""
    overlap_s: float
    """How long both show the same, as far as they are known."""
    likeness: float
    """How much these seconds are alike, at most 1."""
    timing: float | None = None
    """How much of what changes in them changes in both at the same time, about 1 of a copy; None where too
    little changes to tell."""

    @property
    def sure(self) -> bool:
        """Whether they are told from another take of the same scene."""
        return self.timing is not None


@dataclass(frozen=True, slots=True, eq=False)
class VideoRows:
    """What the search for doubles reads of a video."""

    id: int
    duration_s: float | None
    rows: NDArray[np.uint8]
    """uint8 (rows, dimension): its features in the space that was asked about."""


@dataclass(frozen=True, slots=True)
class SearchState:
    """Of which videos a search for doubles knew, to tell whether there are others by now."""

    videos: int
    newest_id: int
    found_at: str = ""
    """ISO 8601 in UTC."""

    def knows_as_much_as(self, now: SearchState) -> bool:
        """Whether there are no other videos by now."""
        return (self.videos, self.newest_id) == (now.videos, now.newest_id)


class MoveState(StrEnum):
    """How far the move of an original has come; it is stored before its file is touched."""

    BEGUN = "begun"
    MOVED = "moved"
    RETURNING = "returning"
    RETURNED = "returned"
    LEFT = "left"
    """Given up: the original lies where it lay, or a person took it away from where it was moved to."""


@dataclass(frozen=True, slots=True)
class MadeFolder:
    """A folder that a move made for the files it moves."""

    path: str
    """Absolute."""
    number: int
    """Its number on its disk: another folder of this name has another one."""


@dataclass(frozen=True, slots=True)
class MovedAway:
    """What one command moved away and is not back."""

    files: int
    folder: str
    """Absolute, where it moved them to."""
    at: str
    """ISO 8601 in UTC: when it began."""


@dataclass(frozen=True, slots=True)
class Move:
    """An original that was moved, or is about to be."""

    id: int
    batch: int
    """Those that were moved by one command have one number."""
    video_id: int | None
    """None where the library forgot the video since."""
    from_path: str
    """Absolute."""
    to_path: str
    """Absolute."""
    size_bytes: int
    mtime_ns: int
    state: MoveState
    sha256: str | None = None
    """Of the original, where it was copied to another disk."""
