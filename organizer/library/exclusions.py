"""What a library's scans leave out: folders by their path, and globs of names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError
from organizer.library.spelling import composed, is_same_path

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something that scans leave out."""

    pattern: str
    """An absolute path, of a folder or a file; or a glob, matched against the name of each file and folder
    and against its path below the scanned folder, with ``/`` between the parts."""
    added_at: str
    """ISO 8601 in UTC."""


def clean_pattern(pattern: str) -> str:
    """Return a pattern as it is stored: a path as roots are, with no link in it, where it exists.

    Raises:
        OrganizerError: it is empty, or would leave out everything.
    """
    path = os.path.expanduser(pattern)
    if os.path.isabs(path):
        return os.path.realpath(path) if os.path.exists(path) else os.path.normpath(path)
    clean = pattern.strip().strip("/")
    if not clean or re.fullmatch(r"[*?/]+", clean):
        raise OrganizerError(
            f"{pattern!r} would leave out everything. "
            "Give a folder's path, or a pattern such as '*.mts' or 'Old*'."
        )
    return clean


def is_meant(stored: str, pattern: str) -> bool:
    """Whether a stored pattern is what a person means, who may name a path as it is or as it was stored."""
    path = os.path.expanduser(pattern)
    spellings = [clean_pattern(pattern), *([os.path.normpath(path)] if os.path.isabs(path) else [])]
    if not is_path(stored):
        return any(composed(stored) == composed(spelling) for spelling in spellings)
    return any(is_same_path(stored, spelling) for spelling in spellings)


def is_path(pattern: str) -> bool:
    """Whether a pattern is a path and no glob."""
    return os.path.isabs(pattern)


def is_at_or_below(path: str, folder: str) -> bool:
    """Whether an absolute path is a folder's, or of something in it, however its accents are composed."""
    folder = folder.rstrip(os.sep)
    if path == folder or path.startswith(folder + os.sep):
        return True
    if path.isascii() or folder.isascii():
        return False
    parts = path.split(os.sep)[: folder.count(os.sep) + 1]
    return is_same_path(os.sep.join(parts), folder)


class LeftOut:
    """Tells what some patterns leave out, as a walk of the folders does."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Take patterns as they are stored."""
        patterns = tuple(patterns)
        self.paths = [pattern for pattern in patterns if is_path(pattern)]
        """Those that are paths."""
        self.globs = [pattern for pattern in patterns if not is_path(pattern)]
        """The others."""
        self._globs = [re.compile(translate(composed(pattern))) for pattern in self.globs]

    def __call__(self, root: str, relative_path: str) -> bool:
        """Whether a file is left out.

        Args:
            root: absolute path of the scanned folder that it lies in.
            relative_path: its path below that.
        """
        path = os.path.join(root, relative_path)
        if any(is_at_or_below(path, folder) for folder in self.paths):
            return True
        if not self._globs:
            return False
        parts = composed(relative_path).split(os.sep)
        names = {*parts, *("/".join(parts[: end + 1]) for end in range(len(parts)))}
        return any(glob.match(name) for glob in self._globs for name in names)
