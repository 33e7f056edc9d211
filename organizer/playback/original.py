"""Which file is played: a path, and what tells that it is still the same file that was looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.features.processor import processors

if TYPE_CHECKING:
    import os

PLAYBACK_VERSION = 1
"""Of all that is made and kept; another one where the same file would give other pieces or pictures."""


_FEW = 4


def are_few(threads: int) -> bool:
    """Tell whether so many threads have to work with less care to be in time."""
    return threads < _FEW


@dataclass(frozen=True, slots=True)
class Original:
    """A video's file, in the state in which it was opened; can be pickled."""

    path: str
    """Absolute."""
    content: str
    """What names its content, whatever its path."""
    device: int
    inode: int
    size: int
    """Bytes."""
    mtime_ns: int
    duration_s: float | None = None
    """As the library knows it, None where it does not."""

    @classmethod
    def of(cls, path: str, content: str, status: os.stat_result, duration_s: float | None = None) -> Original:
        """Return the file with this state."""
        return cls(
            path, content, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, duration_s
        )

    @property
    def name_of_pieces(self) -> str:
        """Under which name pieces of it are kept: by its content and state, not by where it lies.

        Pieces that were made with other care do not fit to each other: see ``looking.preset``.
        """
        made = f"{PLAYBACK_VERSION}|{are_few(processors())}"
        told = f"{made}|{self.content}|{self.size}|{self.mtime_ns}|{self.duration_s}"
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def is_in_state(self, status: os.stat_result) -> bool:
        """Tell whether a file that was opened is this one, unchanged."""
        return (self.device, self.inode, self.size, self.mtime_ns) == (
            status.st_dev,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
        )
