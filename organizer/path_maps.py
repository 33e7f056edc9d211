"""The same folder under another path: on another computer, or in what another computer wrote.

Paths may be of another system than this one: Windows has its own separators, and does not tell upper from
lower case.
"""

from __future__ import annotations

import ntpath
import os
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import PathMapError

if TYPE_CHECKING:
    from types import ModuleType

_OF_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, slots=True)
class PathMap:
    """What lies below one folder lies below another one elsewhere."""

    old: str
    """Absolute path."""
    new: str
    """Absolute path, elsewhere."""

    def apply(self, path: str) -> str | None:
        """Return where a file or folder lies elsewhere; None where it does not lie in the folder."""
        if not is_inside_or_same(path, self.old):
            return None
        rest = below(path, self.old)
        return absolute(self.new, with_separators(rest, self.old, self.new)) if rest else self.new


def parse_path_map(text: str) -> PathMap:
    """Read ``/mnt/nas=/Volumes/nas``.

    Raises:
        PathMapError: it has not this form, or a path of it is not absolute.
    """
    old, equals, new = text.partition("=")
    if not (equals and old and new):
        raise PathMapError(
            f"{text}: this does not say where a folder lies elsewhere. It has the form OLD=NEW, such as "
            "/mnt/nas=/Volumes/nas."
        )
    return PathMap(tidied(old), tidied(new))


def tidied(path: str) -> str:
    """Return the path of a map without separators at its end or doubled ones.

    Raises:
        PathMapError: it is not absolute.
    """
    flavour = _flavour(path)
    if not is_absolute(path):
        raise PathMapError(f"{path}: a folder is mapped by its absolute path. Write it out from its root.")
    normal: str = flavour.normpath(path)
    # POSIX leaves two at the beginning to each system; those that we run on take them for one.
    return "/" + normal.lstrip("/") if flavour is posixpath else normal


def is_absolute(path: str) -> bool:
    """Whether a path is one from its root, of whatever system."""
    return bool(_flavour(path).isabs(path))


def is_inside(path: str, folder: str) -> bool:
    """Whether an absolute path lies below a folder, as the system that it is of tells names apart."""
    flavour = _flavour(folder)
    if flavour is not _flavour(path):
        return False
    path, folder = flavour.normcase(path), flavour.normcase(folder)
    return path != folder and path.startswith(folder.rstrip(flavour.sep) + flavour.sep)


def is_inside_or_same(path: str, folder: str) -> bool:
    """Whether an absolute path is a folder or lies below it."""
    flavour = _flavour(folder)
    same = flavour is _flavour(path) and flavour.normcase(path) == flavour.normcase(folder)
    return same or is_inside(path, folder)


def absolute(folder: str, relative_path: str) -> str:
    """Return the path of a file, with the separators of the system that its folder is of."""
    joined: str = _flavour(folder).join(folder, relative_path)
    return joined


def below(path: str, folder: str) -> str:
    """Return an absolute path as seen from a folder that it lies in; nothing for the folder itself."""
    flavour = _flavour(folder)
    return path[len(folder) :].lstrip(flavour.sep + (flavour.altsep or ""))


def with_separators(relative_path: str, old: str, new: str) -> str:
    """Return a relative path with the separators of another system.

    Args:
        relative_path: below ``old``.
        old: an absolute path of the system that it is of.
        new: an absolute path of the system that it is for.
    """
    written, wanted = _flavour(old).sep, _flavour(new).sep
    return relative_path if written == wanted else relative_path.replace(written, wanted)


def _flavour(path: str) -> ModuleType:
    """Return the functions for paths of the system that an absolute path looks to be of."""
    if _OF_WINDOWS.match(path):
        return ntpath
    return posixpath if path.startswith("/") else os.path
