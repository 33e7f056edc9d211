"""A worker process as the scan sees it: started, given files, ended."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from organizer.frames import limits
from organizer.pipeline.decoding.child import Child
from organizer.pipeline.decoding.worker_process import Sign, serve

if TYPE_CHECKING:
    from organizer.errors import OrganizerError
    from organizer.frames.decode import Decoded
    from organizer.pipeline.decoding.worker_process import Work
    from organizer.types import VideoFile


class Worker(Child):
    """One process that decodes files; used by one thread, but ``end`` and ``end_if_late`` by any."""

    def __init__(self, work: Work) -> None:
        """Start a process.

        Args:
            work: what all its files have in common.

        Raises:
            OSError: the system cannot start one.
            EOFError: the fork server cannot.
        """
        super().__init__(serve, work)
        self.files = 0
        """How many it was given."""

    def decode(self, file: VideoFile) -> Decoded | OrganizerError:
        """Have a file decoded; after an error it is of no more use.

        Raises:
            WorkerDiedError: it ended.
            WorkerStalledError: it was ended, for it did not get on in time.
        """
        self.files += 1
        file_due_s = time.monotonic() + limits.FILE_WAIT_S
        self.due_s = min(time.monotonic() + limits.PICTURE_WAIT_S, file_due_s)
        # One that is gone is found so by what is received.
        with suppress(OSError):
            self.connection.send(file)
        while (answer := self.receive()) is Sign.PICTURE:
            self.due_s = min(time.monotonic() + limits.PICTURE_WAIT_S, file_due_s)
        self.due_s = None
        result: Decoded | OrganizerError = answer
        return result
