"""The folders of this computer, to choose one by browsing: names alone, nothing of a file is read."""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from organizer.frames.folders.extensions import may_be_video
from organizer.frames.folders.left_out import is_hidden_by_attribute, is_system_name
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FOLDERS = 2000
_MOST_ENTRIES = 20_000
"""Looked at in one folder, so that no click takes seconds."""
_MOUNTS = "/proc/self/mounts"
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
_MEDIA = ("/media/", "/run/media/", "/mnt/")
"""Where systems mount what is plugged in."""


@dataclass(frozen=True, slots=True)
class Named:
    """A folder, with what it is called."""

    path: str
    """Absolute."""
    words: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder and what lies in it."""

    path: str
    words: str
    above: tuple[Named, ...]
    """Those it lies in, the outermost first, and itself."""
    folders: tuple[Named, ...]
    videos: int
    """How many files in it, not below, have names of videos."""
    more: bool
    """Whether it holds more than is shown."""
    error: str
    """Why it cannot be looked into, a sentence; empty where it can."""


def open_folder(path: str) -> Opened:
    """Return what a folder holds, without what is hidden; one that is none is as good as empty."""
    path = os.path.abspath(os.path.expanduser(path)) if "\0" not in path else home()
    folders: list[str] = []
    videos, error, entries = 0, "", 0
    try:
        with os.scandir(path) as listed:
            for entry in islice(listed, _MOST_ENTRIES):
                entries += 1
                if _is_folder(entry):
                    folders.append(entry.name)
                elif may_be_video(entry.name) and not entry.name.startswith("."):
                    videos += 1
    except OSError as problem:
        error = f"This folder cannot be opened ({problem.strerror or problem})."
    folders.sort(key=str.casefold)
    return Opened(
        path,
        safe_text(os.path.basename(path) or path),
        tuple(_above(path)),
        tuple(Named(os.path.join(path, name), safe_text(name)) for name in folders[:MOST_FOLDERS]),
        videos,
        len(folders) > MOST_FOLDERS or entries == _MOST_ENTRIES,
        error,
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or is_system_name(entry.name):
        return False
    try:
        return entry.is_dir() and not is_hidden_by_attribute(entry.stat(follow_symlinks=False))
    except OSError:
        return False


def _above(path: str) -> Iterator[Named]:
    parts = [path]
    while (parent := os.path.dirname(parts[-1])) != parts[-1]:
        parts.append(parent)
    for part in reversed(parts):
        yield Named(part, safe_text(os.path.basename(part) or part))


def home() -> str:
    """Return the person's own folder."""
    return os.path.expanduser("~")


def places() -> list[Named]:
    """Return where to begin: the folders of the person, and what is plugged in."""
    found = [Named(home(), "Home")]
    for name in ("Videos", "Movies", "Pictures", "Desktop", "Downloads"):
        path = os.path.join(home(), name)
        if os.path.isdir(path):
            found.append(Named(path, name))
    if os.name == "nt":
        drives = (f"{letter}:\\" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return found + [Named(drive, drive) for drive in drives if os.path.isdir(drive)]
    found += [Named(path, safe_text(os.path.basename(path) or path)) for path in _mounted()]
    return [*found, Named("/", "This computer")]


def _mounted() -> list[str]:
    """Return the folders at which drives are mounted."""
    if sys.platform == "darwin":
        return _folders_in("/Volumes")
    try:
        with open(_MOUNTS, "rb") as file:
            mounted = [line.split(b" ")[1] for line in file if line.count(b" ") >= 2]
    except OSError:
        return []
    # Spaces and the like are written as octal numbers.
    paths = (os.fsdecode(_OCTAL.sub(lambda found: bytes([int(found[1], 8)]), path)) for path in mounted)
    return sorted(path for path in paths if path.startswith(_MEDIA))


def _folders_in(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.path for entry in entries if stat.S_ISDIR(entry.stat().st_mode))
    except OSError:
        return []
