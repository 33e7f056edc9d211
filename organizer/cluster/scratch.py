"""Temporary folders that say whose they are, so that those of processes that were killed can be removed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def scratch_folder(prefix: str, parent: str | None = None) -> Path:
    """Make a folder that only this user can read, with this process's number in its name.

    Args:
        prefix: begins its name.
        parent: where; None means the system's place for such folders.
    """
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))


def remove_left_behind(prefix: str, parent: str | None = None) -> None:
    """Remove the folders of processes that have ended: nobody else would, and they hold private things.

    Args:
        prefix: as for ``scratch_folder``.
        parent: as for ``scratch_folder``.
    """
    import psutil

    for folder in Path(parent or tempfile.gettempdir()).glob(f"{prefix}*-*"):
        number = folder.name.removeprefix(prefix).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
