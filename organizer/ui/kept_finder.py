"""What finds videos that are alike, kept between questions; what it needs is made in a thread of its own.

Most often nothing is to be made, or as good as nothing. The first time in a large library it takes a minute:
the page is told how far it is, and asks again.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from organizer.alike.finder import Finder
from organizer.alike.index import Preparing
from organizer.config import pieces_limit
from organizer.errors import OrganizerError
from organizer.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from organizer.models.bundle import Bundle

PATIENCE_S = 1.0
"""A question waits so long before the page is told how far it is."""


class KeptFinder:
    """The finder of the library and the model that were asked for last; for any thread."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._named: tuple[str, str] | None = None
        self._finder: Finder | None = None
        self._work: _Work | None = None

    def of(self, library: Path, bundle: Bundle) -> Finder:
        """Return the finder for a library and the model in use."""
        named = str(library), bundle.space_id
        with self._lock:
            if self._finder is None or self._named != named:
                keep = pieces_limit() > 0
                self._finder = Finder(library, bundle.space_id, bundle.sampled, keep=keep)
                self._named, self._work = named, None
            return self._finder

    def prepare(self, library: Library, finder: Finder) -> Preparing | None:
        """Bring a finder up to date with a library, or say how far that is; None where it is done.

        Raises:
            OrganizerError: the library cannot be read.
        """
        if finder.is_prepared(library):
            return None
        with self._lock:
            work = self._work
            if work is None or work.finder is not finder or not work.is_alive():
                work = self._work = _Work(library.path, finder)
                work.start()
        work.join(self._patience_s)
        if work.is_alive():
            return work.step
        if work.problem is not None:
            raise work.problem
        return None


class _Work(threading.Thread):
    """One time that something is made; a server that ends does not wait for it."""

    def __init__(self, library: Path, finder: Finder) -> None:
        super().__init__(name="alike", daemon=True)
        self._library = library
        self.finder = finder
        self.step = Preparing(0, 0)
        self.problem: OrganizerError | None = None

    def run(self) -> None:
        try:
            # A connection belongs to its thread.
            with Library.open(self._library, create=False) as library:
                for step in self.finder.prepare(library):
                    self.step = step
        except OrganizerError as error:
            self.problem = error


FINDER = KeptFinder()
"""Of this process, which shows one library."""
