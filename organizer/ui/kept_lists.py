"""Lists as they were when a page asked for them: what it scrolls through does not move under the hand.

The routes of lists and the page's script run in one process, so a list has one name for both: a part of it is
cut out of its ids, however deep it lies, and what a person chose of it is exactly what they saw.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizer.library import Library
    from organizer.library.filters import VideoFilter
    from organizer.library.records import ListedVideos

MOST_LISTS = 24
MOST_VIDEOS = 3_000_000
"""In all kept lists together, 8 bytes each; the newest list is kept whatever its length."""


@dataclass(frozen=True, slots=True)
class KeptList:
    """A whole list at one moment."""

    version: str
    """Its unguessable name."""
    chosen: VideoFilter
    listed: ListedVideos
    stamp: str
    """Of the library, before it was read."""
    moment: str
    """Where and when it is what the filter chooses."""


class KeptLists:
    """The lists that pages asked for last; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, KeptList] = OrderedDict()

    def newest(self, library: Library, chosen: VideoFilter) -> KeptList:
        """Return the list of what a filter chooses now."""
        # The day belongs to it: a search may ask for yesterday.
        stamp = library.stamp()
        moment = f"{library.path} {stamp} {date.today()}"
        with self._lock:
            for kept in reversed(self._kept.values()):
                if kept.chosen == chosen and kept.moment == moment:
                    self._kept.move_to_end(kept.version)
                    return kept
        kept = KeptList(secrets.token_urlsafe(12), chosen, library.listed(chosen), stamp, moment)
        with self._lock:
            self._kept[kept.version] = kept
            self._forget()
        return kept

    def latest(self, chosen: VideoFilter) -> KeptList | None:
        """Return the list of a filter that a page used last, as it was then; None where none is kept."""
        with self._lock:
            return next((kept for kept in reversed(self._kept.values()) if kept.chosen == chosen), None)

    def get(self, version: str) -> KeptList | None:
        """Return the list with this name, None where it is not kept any more."""
        with self._lock:
            if version in self._kept:
                self._kept.move_to_end(version)
            return self._kept.get(version)

    def _forget(self) -> None:
        videos = sum(len(kept.listed.ids) for kept in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > MOST_LISTS or videos > MOST_VIDEOS):
            _, oldest = self._kept.popitem(last=False)
            videos -= len(oldest.listed.ids)


LISTS = KeptLists()
"""Of this process, which shows one library."""
