"""Scans, tagging again and searches run as a process of their own: the page stays quick and may be closed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import organizer
from organizer.errors import JobError, JobRunningError
from organizer.library import Library
from organizer.library.jobs import Job, busy_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_START_WAIT_S = 60.0
_END_WAIT_S = 10.0
_running: list[subprocess.Popen[bytes]] = []


def start_scan(
    library: Path, folders: Sequence[str], *, retry_failed: bool = False, detached: bool = False
) -> int:
    """Start a scan and return its id as soon as its row is in the library.

    Args:
        library: the library's file; it is made when missing.
        folders: absolute paths; none means all folders ever scanned.
        retry_failed: whether to try only files again that could not be read; ``folders`` may be files then.
        detached: whether it goes on when the terminal's command ends, whatever happens to the terminal.

    Raises:
        JobRunningError: a job of this library runs already.
        JobError: the process ended at once.
        LibraryError: the library cannot be opened.
    """
    command = ["scan", *["--retry-failed"] * retry_failed]
    return _start(library, "The scan", command, ["--", *folders], detached=detached)


def start_retag(
    library: Path, video_ids: Iterable[int] | None, *, preview: bool = False, asked: str | None = None
) -> int:
    """Start to tag videos again and return the job's id as soon as its row is in the library.

    Args:
        library: the library's file.
        video_ids: the videos; None means all.
        preview: whether only to look what would change.
        asked: the search whose videos these are, for the report; None where they are no search's.

    Raises:
        JobRunningError: a job of this library runs already.
        JobError: the process ended at once.
        LibraryError: the library cannot be opened.
    """
    command = ["retag", *["--preview"] * preview]
    command += [] if asked is None else [f"--asked={asked}"]
    name = "Looking what would change" if preview else "Tagging again"
    if video_ids is None:
        return _start(library, name, command)
    # Not as arguments: no system takes a hundred thousand of them.
    words = "\n".join(map(str, video_ids)).encode("ascii")
    return _start(library, name, [*command, "--stdin"], stdin=words)


def start_doubles(library: Path) -> int:
    """Start to look for doubles and return the job's id as soon as its row is in the library.

    Args:
        library: the library's file.

    Raises:
        JobRunningError: a job of this library runs already.
        JobError: the process ended at once.
        LibraryError: the library cannot be opened.
    """
    return _start(library, "The search for doubles", ["duplicates", "--again", "--json"])


def _start(
    library: Path,
    name: str,
    command: Sequence[str],
    arguments: Sequence[str] = (),
    *,
    stdin: bytes = b"",
    detached: bool = False,
) -> int:
    # Ended ones are asked for their exit code, or they would stay in the table of processes.
    _running[:] = [process for process in _running if process.poll() is None]
    before = newest_job(library)
    if before is not None and not before.finished:
        raise JobRunningError(busy_words(before))
    # -P: without it, Python files that lie in the current folder would be imported before installed ones.
    line = [sys.executable, "-P", "-m", "organizer", *command, "--library", str(library), *arguments]
    package = os.path.dirname(os.path.dirname(os.path.abspath(organizer.__file__)))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        # Otherwise in the group of the server: Ctrl-C in the terminal ends both.
        process = subprocess.Popen(
            line,
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env=environment,
            start_new_session=detached,
        )
        _running.append(process)
        job = _job_of(process, library, before.id if before else 0)
        if job is None:
            words.seek(0)
            reason = words.read().decode("utf-8", "replace").strip().splitlines()
            why = reason[-1].removeprefix("Error: ") if reason else "Try it again."
            raise JobError(f"{name} did not start. {why}")
        return job.id


def newest_job(library: Path) -> Job | None:
    """Return the job of this library that runs, else the one that was started last.

    Raises:
        LibraryError: the library cannot be opened.
    """
    with Library.open(library) as opened:
        return opened.jobs.newest()


def _job_of(process: subprocess.Popen[bytes], library: Path, last_id: int) -> Job | None:
    """Return the job that a process began; None where it began none and has ended.

    Args:
        process: the process; it is ended where it takes too long to begin.
        library: the library's file.
        last_id: the id of the newest job before; 0 where there was none.
    """
    end = time.monotonic() + _START_WAIT_S
    while process.poll() is None and time.monotonic() < end:
        if (job := _newer_job(library, last_id)) is not None:
            return job
        time.sleep(0.1)
    # What says that it did not start must not start later.
    process.terminate()
    try:
        process.wait(_END_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # Only now is it sure: it may have begun after the last look, and then its row says how it ended.
    return _newer_job(library, last_id)


def _newer_job(library: Path, last_id: int) -> Job | None:
    job = newest_job(library)
    return job if job is not None and job.id > last_id else None
