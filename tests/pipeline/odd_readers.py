"""Readers that misbehave; worker processes import them from here."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from organizer.errors import MissingDependencyError, UnreadableVideoError
from organizer.frames.pyav_reader import PyAvReader


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
        if name.startswith("hang"):
            time.sleep(1000)
        if name.startswith("refuse"):
            raise UnreadableVideoError(path, "it is cut off", "Copy it again.")
        if name.startswith("install"):
            raise MissingDependencyError("OpenCV is not installed")
        return PyAvReader(threads=1).read(path, **settings)
