"""Download a part of a model: resumed where it stopped, tried again, from mirrors, proven, then in place.

Bytes go to ``NAME.part``. A later run asks only for those that are missing (``Range``), and only as long as
the content is still the same (``If-Range``, ``ETag``, sizes). What has its final name is whole and proven.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.errors import DownloadError
from organizer.models.download.connection import (
    TryAgainError,
    UnusableError,
    answer_of,
    asking,
    blocks,
    open_session,
)
from organizer.models.download.partial import AGAIN, Joint, Origin, PartialFile, joint, request_headers
from organizer.models.download.sources import host_of
from organizer.models.safe_write import check_room, storing

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from threading import Event

    from requests import Session

    from organizer.models.download.partial import Answer
    from organizer.models.download.sources import Part

_BLOCK_BYTES = 1 << 18
_MOST_BYTES = 4 << 30
"""No part is as large; a server without an end must not fill the disk."""
_MOST_RESTARTS = 2
"""A file that changes again and again, or never fits together, is not begun anew for ever."""
_LOOK_AT_LOCK_S = 0.2


class FetchStoppedError(Exception):
    """The download was asked to stop; nothing is wrong, and what came so far is kept."""


class FetchStep(StrEnum):
    """What a download is doing."""

    QUEUED = "queued"
    """Another process downloads the same file."""
    RECEIVING = "receiving"
    WAITING = "waiting"
    """Before it tries again."""
    CHECKING = "checking"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far a download is."""

    part: str
    """Name of the part."""
    host: str
    """The server that is asked; empty before one is."""
    step: FetchStep
    done: int
    """Bytes that are there; falls back to 0 where a download has to begin anew."""
    total: int | None
    """Bytes of the whole file, where that is known."""
    note: str = ""
    """Why it waits or begins anew, for people; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long one address is tried."""

    attempts: int = 4
    """In a row without a single new byte."""
    first_wait_s: float = 1.0
    """Doubled each time."""
    longest_wait_s: float = 60.0
    """A server that asks for more is left for the next one."""

    def wait_s(self, failures: int) -> float:
        """Return the seconds to wait after so many failures in a row, at least one."""
        return min(self.first_wait_s * 2.0 ** (failures - 1), self.longest_wait_s)


def fetch(
    part: Part, folder: Path, *, stop: Event | None = None, patience: Patience | None = None
) -> Generator[FetchProgress, None, None]:
    """Download a part to ``folder / part.file_name``.

    The generator may be closed at any point; the next call goes on from there. A file that is already in
    place and proven is not downloaded again. Two processes may ask for the same part: one downloads, the
    other waits and finds it done.

    Args:
        part: what to download.
        folder: where to; it is made when it is not there.
        stop: to be set, by a signal or another thread, when the download shall end soon. It is looked at
            between blocks; a server that says nothing holds it up for 30 s at most.
        patience: how often to try; None is right for people.

    Yields:
        Progress; the last one has the step DONE.

    Raises:
        FetchStoppedError: ``stop`` was set.
        DownloadError: no address gave the right file.
        StorageError: there is no room, or the folder cannot be written. What came so far is kept.
    """
    from filelock import FileLock, Timeout

    with storing(folder, AGAIN):
        folder.mkdir(parents=True, exist_ok=True)
    fetching = _Fetching(part, folder, stop, patience or Patience())
    # The kernel holds this lock and lets go when a process dies: none is left behind to be cleared by hand.
    lock = FileLock(folder / f"{part.file_name}.lock", thread_local=False)
    while True:
        fetching.check_stop()
        with storing(folder, AGAIN), suppress(Timeout):
            lock.acquire(blocking=False)
        if lock.is_locked:
            break
        yield fetching.progress(FetchStep.QUEUED, "another process downloads it")
        fetching.pause(_LOOK_AT_LOCK_S)
    try:
        yield from fetching.run()
    finally:
        lock.release()


def announced_size(part: Part) -> int | None:
    """Ask the servers how large a part is, in bytes; None where none of them says so now.

    Once and without patience: it is for telling a person before anything is downloaded.
    """
    with open_session() as session:
        for url in part.urls:
            try:
                # Not HEAD: addresses that storage services sign are signed for GET only.
                with asking(session, url, {}) as response:
                    if response.status_code == 200 and (size := answer_of(response).length) is not None:
                        return size
            except (TryAgainError, UnusableError):
                continue
    return None


class _Fetching:
    """One download, while this process holds its lock."""

    def __init__(self, part: Part, folder: Path, stop: Event | None, patience: Patience) -> None:
        self._part = part
        self._target = folder / part.file_name
        self._partial = PartialFile(self._target)
        self._stop = stop
        self._patience = patience
        self._host = ""
        self._total = part.size
        self._best = 0
        """Bytes there ever were of the content at hand."""
        self._restarts = 0
        self._joined = False
        """Whether the bytes came in pieces, so that a wrong checksum may be the fault of a joint."""

    def progress(self, step: FetchStep, note: str = "") -> FetchProgress:
        return FetchProgress(self._part.name, self._host, step, self._partial.size, self._total, note)

    def check_stop(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise FetchStoppedError

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until ``stop`` is set."""
        if self._stop is None:
            time.sleep(seconds)
        elif self._stop.wait(seconds):
            raise FetchStoppedError

    def run(self) -> Generator[FetchProgress, None, None]:
        """Try one address after the other."""
        if self._in_place():
            yield self._done()
            return
        failures: list[str] = []
        with open_session() as session:
            for url in self._part.urls:
                self._host = host_of(url)
                try:
                    yield from self._from(session, url)
                except UnusableError as error:
                    failures.append(f"{self._host}: {error}")
                else:
                    self._partial.finish()
                    yield self._done()
                    return
        again = "it goes on where it stopped" if self._partial.size else "it begins anew"
        raise DownloadError(
            f"{self._part.title} ({self._part.file_name}) cannot be downloaded. {'; '.join(failures)}. "
            f"Check the connection and run the command again: {again}. "
            "For a machine without network: organizer models import PATH"
        )

    def _done(self) -> FetchProgress:
        with storing(self._target, AGAIN):
            size = self._target.stat().st_size
        return FetchProgress(self._part.name, self._host, FetchStep.DONE, size, size)

    def _in_place(self) -> bool:
        """Whether the file is there already; a wrong one is taken away."""
        if not self._target.exists():
            return False
        with storing(self._target, AGAIN):
            pin = self._part.checksum
            if pin is None or pin.of(self._target) == pin:
                return True
            self._target.unlink()
        return False

    def _from(self, session: Session, url: str) -> Generator[FetchProgress, None, None]:
        """Bring the whole, right file from one address to the partial file."""
        failures, self._best = 0, self._partial.size
        while True:
            try:
                yield from self._receive(session, url)
                yield self.progress(FetchStep.CHECKING)
                self._prove()
                return
            except TryAgainError as error:
                # More bytes than ever are progress; the same ones once more are not.
                if self._partial.size > self._best:
                    failures, self._best = 0, self._partial.size
                failures += 1
                if failures >= self._patience.attempts:
                    raise UnusableError(str(error)) from error
                wait_s = self._patience.wait_s(failures) if error.after_s is None else error.after_s
                if wait_s > self._patience.longest_wait_s:
                    raise UnusableError(f"{error} and asks to wait for {wait_s:,.0f} s") from error
                yield self.progress(FetchStep.WAITING, f"{error}; trying again in {wait_s:.0f} s")
                self.pause(wait_s)

    def _receive(self, session: Session, url: str) -> Generator[FetchProgress, None, None]:
        """Ask once for the bytes that are missing and store what comes."""
        partial = self._partial
        headers = request_headers(partial.origin, partial.size, url, pinned=self._part.checksum is not None)
        if headers is None:
            self._total, self._joined = partial.size, True
            return
        with asking(session, url, headers) as response:
            answer = answer_of(response)
            if self._begin(answer, url) is Joint.COMPLETE:
                return
            if answer.length is not None:
                check_room(partial.target.parent, answer.length, AGAIN)
            yield self.progress(FetchStep.RECEIVING)
            with partial.appending() as write:
                for block in blocks(response, _BLOCK_BYTES):
                    write(block)
                    if partial.size > (self._total or _MOST_BYTES):
                        partial.discard()
                        raise UnusableError("it sends more than the whole file")
                    yield self.progress(FetchStep.RECEIVING)
                    self.check_stop()
        if self._total is not None and partial.size < self._total:
            raise TryAgainError(f"the connection ended after {partial.size:,} of {self._total:,} bytes")

    def _begin(self, answer: Answer, url: str) -> Joint:
        """Make the partial file ready for the body of an answer."""
        partial, known = self._partial, self._part.size
        fits = joint(answer, partial.origin, partial.size, url, known)
        if fits is Joint.CHANGED:
            raise self._anew("the file there is another than before")
        if fits is Joint.ANEW:
            if known is not None and answer.length is not None and answer.length != known:
                raise UnusableError(f"its file has {answer.length:,} bytes instead of {known:,}")
            partial.begin(Origin(url, answer.etag, answer.last_modified, answer.length))
            self._total, self._joined = answer.length or known, False
        else:
            self._total, self._joined = answer.whole or known, True
        return fits

    def _prove(self) -> None:
        """Hold the whole file against its checksum; a wrong one is deleted."""
        pin = self._part.checksum
        if pin is None:
            return
        with storing(self._partial.path, AGAIN):
            found = pin.of(self._partial.path)
        if found == pin:
            return
        if self._joined and self._restarts < _MOST_RESTARTS:
            raise self._anew("the pieces do not fit together")
        self._partial.discard()
        raise UnusableError(f"its file is a wrong one and was deleted (checksum {found}, not {pin})")

    def _anew(self, reason: str) -> TryAgainError | UnusableError:
        self._partial.discard()
        self._best = 0
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            return UnusableError(reason)
        return TryAgainError(f"{reason}, so it begins anew", after_s=0)
