"""The face of this room: which videos are like one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from organizer.alike.index import Index
from organizer.alike.neighbours import LIMIT, most_alike
from organizer.config import vectors_folder
from organizer.types import EVERY_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from organizer.alike.index import Preparing
    from organizer.alike.neighbours import Match
    from organizer.library import Library
    from organizer.types import SampledSeconds


class Finder:
    """Finds videos that are like one of a library, by what one model stored of them.

    It belongs to no thread; each call is given the library as the thread has it open::

        bundle = open_bundle()
        with Library.open("library.db") as library:
            finder = Finder(library.path, bundle.space_id, bundle.sampled)
            for match in finder.like(library, library.find("cat.mp4"), second=12):
                print(library.video(match.video_id).path, match.likeness, match.their_second)
    """

    def __init__(
        self,
        library: Path,
        space_id: str,
        sampled: SampledSeconds = EVERY_SECOND,
        *,
        folder: Path | None = None,
        keep: bool = True,
    ) -> None:
        """Read nothing yet.

        Args:
            library: the library's file.
            space_id: the feature space in which videos are compared: that of a model.
            sampled: the seconds that this model looks at.
            folder: where vectors are kept between runs; None takes the platform's cache folder.
            keep: whether they are kept at all.
        """
        self.space_id = space_id
        self._sampled = sampled
        self._index = Index((folder or vectors_folder()) if keep else None, library, space_id)
        self._lock = threading.Lock()

    def is_prepared(self, library: Library) -> bool:
        """Whether there is nothing to prepare."""
        return self._index.is_current(library)

    def prepare(self, library: Library) -> Iterator[Preparing]:
        """Bring what is kept up to date with the library; yields how far it is where that takes work.

        Raises:
            sqlite3.Error: the library cannot be read.
        """
        with self._lock:
            yield from self._index.refresh(library)

    def like(
        self, library: Library, video_id: int, *, second: int | None = None, limit: int = LIMIT
    ) -> Sequence[Match]:
        """Return the videos that are most like one, best first, after preparing where that is needed.

        Args:
            library: the library.
            video_id: the video.
            second: the second of it that the others are to be like; None takes the video as a whole.
            limit: how many to return at most.

        Raises:
            NotLookedAtError: it has no features of the space, or nobody looked at that second.
            UnknownVideoError: there is no such video.
        """
        for _ in self.prepare(library):
            pass
        return self.like_now(library, video_id, second=second, limit=limit)

    def like_now(
        self, library: Library, video_id: int, *, second: int | None = None, limit: int = LIMIT
    ) -> Sequence[Match]:
        """Do the same by what was prepared last."""
        return most_alike(
            library,
            self._index.now,
            self.space_id,
            video_id,
            second=second,
            limit=limit,
            sampled=self._sampled,
        )
