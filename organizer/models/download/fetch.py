"""Download a part of a model: resumed where it stopped, tried again, from mirrors, proven, then in place.

Bytes go to ``NAME.part``. A later run asks only for those that are missing (``Range``), and only as long as
the content is still the same (``If-Range``, ``ETag``, sizes). What has its final name is whole and proven.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from organizer import stopping
from organizer.errors import DownloadError
from organizer.models.download.connection import (
    TryAgainError,
    UnusableError,
    body_blocks,
    open_response,
    open_session,
    response_info,
)
from organizer.models.download.partial import Origin, PartialFile, Resumption, request_headers, resumption
from organizer.models.download.sources import host_of
from organizer.models.safe_write import RESUME, check_free_space, storage_errors

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from threading import Event

    from filelock import FileLock
    from requests import Session

    from organizer.models.download.partial import ResponseInfo
    from organizer.models.download.sources import Part

_BLOCK_BYTES = 1 << 18
_MOST_BYTES = 4 << 30
"""No part is as large; a server without an end must not fill the disk."""
_MOST_RESTARTS = 2
"""A file that changes again and again, or never fits together, is not begun anew for ever."""
_LOCK_POLL_S = 0.2


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
    silence_s: float = 30.0
    """Without a byte, after which a connection counts as broken."""

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
            between blocks; a server that says nothing holds it up until ``Patience.silence_s`` is over.
        patience: how often to try; None is right for people.

    Yields:
        Progress; the last one has the step DONE.

    Raises:
        StoppedError: ``stop`` was set.
        DownloadError: no address gave the right file.
        StorageError: there is no room, or the folder cannot be written. What came so far is kept.
    """
    from filelock import FileLock

    with storage_errors(folder, RESUME):
        folder.mkdir(parents=True, exist_ok=True)
    download = _Download(part, folder, stop, patience or Patience())
    # The kernel holds this lock and lets go when a process dies: none is left behind to be cleared by hand.
    lock = FileLock(folder / f"{part.file_name}.lock", thread_local=False)
    for _ in wait_for_lock(lock, stop):
        yield download.progress(FetchStep.QUEUED, "another process downloads it")
    try:
        yield from download.run()
    finally:
        lock.release()


def wait_for_lock(lock: FileLock, stop: Event | None) -> Iterator[None]:
    """Take a lock, and yield as often as it is found to be another process's.

    Raises:
        StoppedError: ``stop`` was set.
        StorageError: the lock's file cannot be written.
    """
    from filelock import Timeout

    while True:
        stopping.check(stop)
        with storage_errors(Path(lock.lock_file).parent, RESUME), suppress(Timeout):
            lock.acquire(blocking=False)
            return
        yield
        stopping.pause(_LOCK_POLL_S, stop)


def announced_size(part: Part) -> int | None:
    """Ask the servers how large a part is, in bytes; None where none of them says so now.

    Once and without patience: it is for telling a person before anything is downloaded.
    """
    with open_session() as session:
        for url in part.urls:
            try:
                # Not HEAD: addresses that storage services sign are signed for GET only.
                with open_response(session, url, {}, silence_s=Patience().silence_s) as response:
                    info = response_info(response)
                    if info.status == 200 and info.length is not None:
                        return info.length
            except (TryAgainError, UnusableError):
                continue
    return None


class _Download:
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
        self._resumed = False
        """Whether the bytes came in pieces, so that a wrong checksum may be the fault of a seam."""

    def progress(self, step: FetchStep, note: str = "") -> FetchProgress:
        return FetchProgress(self._part.name, self._host, step, self._partial.size, self._total, note)

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
                    yield from self._fetch_from(session, url)
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
        with storage_errors(self._target, RESUME):
            size = self._target.stat().st_size
        return FetchProgress(self._part.name, self._host, FetchStep.DONE, size, size)

    def _in_place(self) -> bool:
        """Whether the file is there already; a wrong one is taken away."""
        if not self._target.exists():
            return False
        with storage_errors(self._target, RESUME):
            pin = self._part.checksum
            if pin is None or pin.of(self._target) == pin:
                return True
            self._target.unlink()
        return False

    def _fetch_from(self, session: Session, url: str) -> Generator[FetchProgress, None, None]:
        """Bring the whole, right file from one address to the partial file."""
        failures, self._best = 0, self._partial.size
        while True:
            try:
                yield from self._receive(session, url)
                yield self.progress(FetchStep.CHECKING)
                self._verify()
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
                stopping.pause(wait_s, self._stop)

    def _receive(self, session: Session, url: str) -> Generator[FetchProgress, None, None]:
        """Request the bytes that are missing, once, and store what comes."""
        partial = self._partial
        headers = request_headers(partial.origin, partial.size, url, pinned=self._part.checksum is not None)
        if headers is None:
            self._total, self._resumed = partial.size, True
            return
        with open_response(session, url, headers, silence_s=self._patience.silence_s) as response:
            info = response_info(response)
            if self._prepare(info, url) is Resumption.COMPLETE:
                return
            if info.length is not None:
                check_free_space(partial.target.parent, info.length, RESUME)
            yield self.progress(FetchStep.RECEIVING)
            with partial.open_to_append() as write:
                for block in body_blocks(response, _BLOCK_BYTES):
                    write(block)
                    if partial.size > (self._total or _MOST_BYTES):
                        partial.discard()
                        raise UnusableError("it sends more than the whole file")
                    yield self.progress(FetchStep.RECEIVING)
                    stopping.check(self._stop)
        if self._total is not None and partial.size < self._total:
            raise TryAgainError(f"the connection ended after {partial.size:,} of {self._total:,} bytes")

    def _prepare(self, info: ResponseInfo, url: str) -> Resumption:
        """Make the partial file ready for the body of a response."""
        partial, known = self._partial, self._part.size
        found = resumption(info, partial.origin, partial.size, url, known)
        if found is Resumption.CHANGED:
            raise self._restart("the file there is another than before")
        if found is Resumption.RESTART:
            if known is not None and info.length is not None and info.length != known:
                raise UnusableError(f"its file has {info.length:,} bytes instead of {known:,}")
            partial.restart(Origin(url, info.etag, info.last_modified, info.length))
            self._total, self._resumed = info.length or known, False
        else:
            self._total, self._resumed = info.total or known, True
        return found

    def _verify(self) -> None:
        """Hold the whole file against its checksum; a wrong one is deleted."""
        pin = self._part.checksum
        if pin is None:
            return
        with storage_errors(self._partial.path, RESUME):
            found = pin.of(self._partial.path)
        if found == pin:
            return
        if self._resumed and self._restarts < _MOST_RESTARTS:
            raise self._restart("the pieces do not fit together")
        self._partial.discard()
        raise UnusableError(f"its file is a wrong one and was deleted (checksum {found}, not {pin})")

    def _restart(self, reason: str) -> TryAgainError | UnusableError:
        """Discard what came, and return the error that makes it begin anew, unless it did so too often."""
        self._partial.discard()
        self._best = 0
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            return UnusableError(reason)
        return TryAgainError(f"{reason}, so it begins anew", after_s=0)
