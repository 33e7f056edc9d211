"""The most memory that a program and all processes it starts hold at one time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Peak:
    """What one run of a program needed."""

    seconds: float
    resident_mb: float
    """Sum over the processes of what each has in memory; what they share counts once for each."""
    processes: int
    """How many there were at most."""


def peak_of(command: Sequence[str]) -> Peak:
    """Run a command to its end and watch it and its children, twenty times a second.

    Raises:
        CalledProcessError: it failed.
    """
    resident = processes = 0
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        root = psutil.Process(child.pid)
        while child.poll() is None:
            sizes = []
            with suppress(psutil.NoSuchProcess):
                for process in (root, *root.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        sizes.append(process.memory_info().rss)
            resident, processes = max(resident, sum(sizes)), max(processes, len(sizes))
            time.sleep(_EVERY_S)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Peak(time.perf_counter() - started, resident / 1e6, processes)
