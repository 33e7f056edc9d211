"""What there are names for in the library, kept a while: completion asks at every letter that is typed."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.query import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.library import Library

KEPT_S = 20.0
"""How old folders and years may be where the library changes all the time, as while it is scanned."""


class KnownNames:
    """The names of one library at a time; for any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[str, str, float, Names] | None = None

    def of(self, library: Library) -> Names:
        """Return the names of a library; kept searches are those of now."""
        path, stamp = str(library.path), library.stamp()
        with self._lock:
            kept = self._kept
            if kept is None or kept[0] != path or (kept[1] != stamp and self._clock() - kept[2] >= KEPT_S):
                kept = (path, stamp, self._clock(), library.search_names())
                self._kept = kept
        return replace(kept[3], saved=tuple(library.saved_searches()))


NAMES = KnownNames()
"""Of this process, which shows one library."""
