"""Where the files of another library lie for this one: paths are mapped, and folders become roots here."""

from __future__ import annotations

import ntpath
import os
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import LibraryError
from organizer.library.changes import PathMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

    from organizer.library.records import Root

_OF_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, slots=True)
class MappedPlace:
    """Where a file of the other library lies here."""

    root: str
    """Absolute path of its root."""
    relative_path: str

    @property
    def path(self) -> str:
        """Absolute path of the file."""
        return absolute(self.root, self.relative_path)


class PlaceMap:
    """Maps places of another library into roots of this one.

    A file belongs to the innermost root here that it lies below, else to the mapped root of the other
    library, which is new here. The other library may come from another system: paths that are mapped get the
    separators of where they lie now.
    """

    def __init__(self, here: Iterable[Root], others: Iterable[str], maps: Sequence[PathMap]) -> None:
        """Find out what becomes of each root.

        Args:
            here: the roots of this library.
            others: absolute paths of the other library's roots.
            maps: what lies where; of several that fit, the longest counts.

        Raises:
            LibraryError: a map's path is not absolute.
        """
        maps = [PathMap(_tidy(one.old), _tidy(one.new)) for one in maps]
        self._maps = sorted(maps, key=lambda one: -len(one.old))
        known = [root.path for root in here]
        others = list(others)
        coming = [self._mapped(path) for path in others]
        coming += [one.new for one in maps if any(is_inside(one.old, path) for path in others)]
        new = {path for path in coming if not any(is_inside_or_same(path, root) for root in known)}
        self._roots = sorted([*known, *new], key=lambda path: -len(path))
        self.unused = tuple(
            one
            for one in maps
            if not any(is_inside_or_same(path, one.old) or is_inside(one.old, path) for path in others)
        )
        """Maps of folders of which the other library knows nothing."""
        self._plain = {path: self._plainly(path) for path in others}

    def place(self, root: str, relative_path: str) -> MappedPlace:
        """Return where a file of the other library lies here.

        Args:
            root: one of the other library's roots.
            relative_path: of the file, below it.
        """
        plain = self._plain[root]
        if plain is not None:
            base, prefix, other, own = plain
            below = relative_path if other is own else _with_separators(relative_path, other, own)
            return MappedPlace(base, own.join(prefix, below) if prefix else below)
        return self._located(self._mapped(absolute(root, relative_path)))

    def _located(self, path: str) -> MappedPlace:
        base = next(base for base in self._roots if is_inside(path, base))
        return MappedPlace(base, _below(path, base))

    def _plainly(self, root: str) -> tuple[str, str, ModuleType, ModuleType] | None:
        """Return how all files of a root are mapped: base, prefix, separators there and here.

        None where that differs from file to file, for a map or a root here lies below it.
        """
        mapped = self._mapped(root)
        if any(is_inside(one.old, root) for one in self._maps):
            return None
        if any(is_inside(base, mapped) for base in self._roots):
            return None
        base = next(base for base in self._roots if is_inside_or_same(mapped, base))
        return base, _below(mapped, base), _flavour(root), _flavour(mapped)

    def _mapped(self, path: str) -> str:
        for one in self._maps:
            if is_inside_or_same(path, one.old):
                below = _below(path, one.old)
                if not below:
                    return one.new
                return absolute(one.new, _with_separators(below, _flavour(one.old), _flavour(one.new)))
        return path


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


def absolute(root: str, relative_path: str) -> str:
    """Return the path of a file, with the separators of the system that its root is of."""
    joined: str = _flavour(root).join(root, relative_path)
    return joined


def _tidy(path: str) -> str:
    """Return the path of a map without separators at its end or doubled ones."""
    flavour = _flavour(path)
    if not flavour.isabs(path):
        raise LibraryError(f"{path}: a folder is mapped by its absolute path. Write it out from its root.")
    tidied: str = flavour.normpath(path)
    return tidied


def _below(path: str, folder: str) -> str:
    return path[len(folder) :].lstrip(_flavour(folder).sep)


def _flavour(path: str) -> ModuleType:
    """Return the functions for paths of the system that an absolute path looks to be of."""
    if _OF_WINDOWS.match(path):
        return ntpath
    return posixpath if path.startswith("/") else os.path


def _with_separators(below: str, other: ModuleType, own: ModuleType) -> str:
    replaced: str = below if other.sep == own.sep else below.replace(other.sep, own.sep)
    return replaced
