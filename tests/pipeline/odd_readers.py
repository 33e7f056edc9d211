"""Readers that misbehave; worker processes import them from here."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from organizer.errors import MissingDependencyError, UnreadableVideoError
from organizer.frames.limits import worker_memory
from organizer.frames.readers.pyav_reader import PyAvReader

if sys.platform != "win32":
    import resource


def times_read(log, name):
    """How often a file was begun, this time included."""
    return sum(line.rpartition(" ")[0] == name for line in log.read_text().splitlines())


@dataclass(frozen=True)
class OddReader:
    """Does what a file's name says, before it reads the file."""

    name = "odd"
    log: Path
    """Gets a line for each file: its name and the process that reads it."""

    @property
    def paths(self):
        """The files it was asked for are in the log."""
        return []

    def read(self, path, **settings):
        name = os.path.basename(path)
        with self.log.open("a") as log:
            log.write(f"{name} {os.getpid()}\n")
        if name.startswith("crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if name.startswith("killed"):
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("terminated"):
            os.kill(os.getpid(), signal.SIGTERM)
        if name.startswith("exit"):
            os._exit(3)
        if name.startswith("once ") and times_read(self.log, name) == 1:
            os.kill(os.getpid(), getattr(signal, name[:-4].split()[1]))
        if name.startswith("twice ") and times_read(self.log, name) <= 2:
            os.kill(os.getpid(), getattr(signal, name[:-4].split()[1]))
        if name.startswith("greedy"):
            bytearray(worker_memory(1))
        if name.startswith("endless"):
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1, hard))
            while True:
                pass
        if name.startswith("limits"):
            limits = [
                resource.getrlimit(getattr(resource, f"RLIMIT_{of}"))[0] for of in ("AS", "CPU", "CORE")
            ]
            raise UnreadableVideoError(path, f"{limits} {time.process_time():.0f}", "Look.")
        if name.startswith("hang"):
            time.sleep(1000)
        if name.startswith("refuse"):
            raise UnreadableVideoError(path, "it is cut off", "Copy it again.")
        if name.startswith("install"):
            raise MissingDependencyError("OpenCV is not installed")
        return PyAvReader(threads=1).read(path, **settings)
