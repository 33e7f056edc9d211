"""Files and folders that nobody may write, for a user as for root."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

_DROP_FROM_BOUNDING_SET, _DAC_OVERRIDE, _NO_CHANGE = 24, 1, 0


def obeying() -> Callable[[], None] | None:
    """Return what makes a new process obey the permissions of files, to be given as ``preexec_fn``.

    Only root does not by itself; its right to pass over them is taken from the new process.
    """
    if os.name != "posix":
        pytest.skip("the permissions are POSIX's")
    if os.geteuid() != 0:
        return None
    if not sys.platform.startswith("linux"):
        pytest.skip("root obeys permissions on no other system than Linux")
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def drop() -> None:
        if prctl(_DROP_FROM_BOUNDING_SET, _DAC_OVERRIDE, 0, 0, 0) != 0:
            os._exit(77)

    return drop


def run_obeying(*arguments: str | os.PathLike[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``organizer`` in a process that obeys permissions."""
    return subprocess.run(
        [sys.executable, "-m", "organizer", *map(str, arguments)],
        preexec_fn=obeying(),
        env=os.environ | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
