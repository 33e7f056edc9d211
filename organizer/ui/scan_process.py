"""Scans run as a process of their own, so that the page stays quick and may be closed meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import organizer
from organizer.errors import GalleryError, ScanRunningError
from organizer.library import scans
from organizer.library.database import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_START_WAIT_S = 60.0
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
        ScanRunningError: a scan runs already.
        GalleryError: the process ended at once.
        LibraryError: the library cannot be opened.
    """
    # Ended ones are asked for their exit code, or they would stay in the table of processes.
    _running[:] = [process for process in _running if process.poll() is None]
    before = newest_scan(library)
    if before is not None and not before.finished:
        raise ScanRunningError("A scan is running already. Wait for its end or stop it.")
    # -P: without it, Python files that lie in the current folder would be imported before installed ones.
    command = [sys.executable, "-P", "-m", "organizer", "scan", "--library", str(library)]
    command += ["--retry-failed"] * retry_failed + ["--", *folders]
    package = os.path.dirname(os.path.dirname(os.path.abspath(organizer.__file__)))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with tempfile.TemporaryFile() as words:
        # Otherwise in the group of the server: Ctrl-C in the terminal ends both.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env=environment,
            start_new_session=detached,
        )
        _running.append(process)
        _wait_for_row(process, library, before.id if before else 0)
        scan = newest_scan(library)
        if scan is None or scan.id == (before.id if before else 0):
            words.seek(0)
            reason = words.read().decode("utf-8", "replace").strip().splitlines()
            raise GalleryError(f"The scan did not start. {reason[-1] if reason else 'Try it again.'}")
        return scan.id


def newest_scan(library: Path) -> scans.ScanRow | None:
    """Return the scan of this library that was started last.

    Raises:
        LibraryError: the library cannot be opened.
    """
    with opened(library) as db:
        return scans.newest(db)


def _wait_for_row(process: subprocess.Popen[bytes], library: Path, last_id: int) -> None:
    end = time.monotonic() + _START_WAIT_S
    while process.poll() is None and time.monotonic() < end:
        scan = newest_scan(library)
        if scan is not None and scan.id > last_id:
            return
        time.sleep(0.1)
