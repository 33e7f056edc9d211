"""Learning again in a thread: who answers does not wait for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError
from organizer.library import Library
from organizer.reviewing.relearn import due, relearn
from organizer.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from organizer.models.bundle import Bundle


class Relearning:
    """Learns tags of reviews again, one after the other, in a thread with a library of its own.

    Attributes:
        problem: why the last one did not come to its end; empty where it did.
    """

    def __init__(self, library: Path, bundle: Callable[[], Bundle]) -> None:
        """Take what is needed, and start nothing.

        Args:
            library: the library's file.
            bundle: opens the model in use.
        """
        self._library, self._bundle = library, bundle
        self._lock = threading.Lock()
        self._asked: tuple[int, bool] | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.problem = ""

    @property
    def runs(self) -> bool:
        """Whether something is learnt at the moment."""
        return self._thread is not None and self._thread.is_alive()

    def ask(self, review_id: int, *, at_end: bool = False) -> None:
        """Learn what is due, and come back at once; while something is learnt it is looked at after that.

        Args:
            review_id: the review whose answers came.
            at_end: whether the person stops, so that each decision counts.
        """
        with self._lock:
            self._asked = review_id, at_end
            if not self.runs:
                self._thread = threading.Thread(target=self._run, name="relearning", daemon=True)
                self._thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is left to learn; return whether that is so."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return not self.runs

    def end(self) -> None:
        """Stop between two steps; what was learnt until then is stored."""
        self._stop.set()
        self.wait()

    def _run(self) -> None:
        while True:
            with self._lock:
                asked, self._asked = self._asked, None
                if asked is None or self._stop.is_set():
                    self._thread = None
                    return
            try:
                self._learn(*asked)
                self.problem = ""
            except StoppedError:
                pass
            except OrganizerError as error:
                # Answers are stored already; the next ones try again.
                self.problem = str(error)
            except Exception as error:
                self.problem = f"Something unexpected happened ({type(error).__name__})."

    def _learn(self, review_id: int, at_end: bool) -> None:
        with Library.open(self._library, create=False) as library:
            bundle = self._bundle()
            tags = due(library, bundle, review_id, at_end=at_end)
            for _ in relearn(library, bundle, review_id, tags, stop=self._stop):
                pass
