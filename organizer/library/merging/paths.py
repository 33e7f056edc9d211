"""Where the files of another library lie for this one: paths are mapped, and folders become roots here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.path_maps import (
    PathMap,
    absolute,
    below,
    is_inside,
    is_inside_or_same,
    tidied,
    with_separators,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from organizer.library.records import Root


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
            PathMapError: a map's path is not absolute.
        """
        maps = [PathMap(tidied(one.old), tidied(one.new)) for one in maps]
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
            base, mapped = plain
            rest = with_separators(relative_path, root, mapped)
            return MappedPlace(base, below(absolute(mapped, rest), base) if mapped != base else rest)
        return self._located(self._mapped(absolute(root, relative_path)))

    def _located(self, path: str) -> MappedPlace:
        base = next(base for base in self._roots if is_inside(path, base))
        return MappedPlace(base, below(path, base))

    def _plainly(self, root: str) -> tuple[str, str] | None:
        """Return how all files of a root are mapped: the root here, and where in it they come to lie.

        None where that differs from file to file, for a map or a root here lies below it.
        """
        mapped = self._mapped(root)
        if any(is_inside(one.old, root) for one in self._maps):
            return None
        if any(is_inside(base, mapped) for base in self._roots):
            return None
        base = next(base for base in self._roots if is_inside_or_same(mapped, base))
        return base, mapped

    def _mapped(self, path: str) -> str:
        fitting = (there for one in self._maps if (there := one.apply(path)) is not None)
        return next(fitting, path)
