"""The same file under another path on another computer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PathMap:
    """Where a folder of this computer is seen on others."""

    here: str
    """Absolute path, without a separator at its end."""
    there: str
    node: str | None = None
    """The computer that is meant, by its name or address; None for all of them."""

    def apply(self, path: str) -> str | None:
        """Return the other path of a file or folder; None where it does not lie in the folder."""
        if path == self.here:
            return self.there
        # Also below the root, which ends in a separator.
        prefix = self.here.rstrip("/\\")
        rest = path[len(prefix) :]
        if not path.startswith(prefix) or not rest.startswith(("/", "\\")):
            return None
        return _joined(self.there, rest)


def parse_path_map(text: str) -> PathMap:
    """Read ``/mnt/nas=/Volumes/nas``, or with the computer that is meant ``macbook:/mnt/nas=/Volumes/nas``.

    Raises:
        ClusterError: it has not this form, or a path of it is not absolute.
    """
    here, separator, there = text.partition("=")
    node = None
    name, colon, path = here.partition(":")
    # A letter alone is a drive of Windows.
    if colon and len(name) > 1 and not name.startswith("/"):
        node, here = name, path
    if not separator or not _is_absolute(here) or not _is_absolute(there):
        raise ClusterError(
            f"{text}: this does not say where a folder is seen elsewhere. Write /here=/there, or for one "
            "computer NAME:/here=/there, with whole paths."
        )
    return PathMap(_without_end(here), _without_end(there), node)


def paths_there(path: str, maps: Sequence[PathMap], names: Sequence[str]) -> list[str]:
    """Return where a file may be seen on a computer, the likeliest first: mapped paths, then its own.

    Args:
        path: as it is called here.
        maps: in the order in which a person gave them.
        names: what the computer is called.
    """
    meant = [one for one in maps if one.node is None or one.node in names]
    # What is said of one computer counts more than what is said of all.
    meant.sort(key=lambda one: one.node is None)
    mapped = [there for one in meant if (there := one.apply(path)) is not None]
    return list(dict.fromkeys([*mapped, path]))


def _is_absolute(path: str) -> bool:
    drive = path[:1].isalpha() and path[1:3] in (":\\", ":/")
    return path.startswith(("/", "\\\\")) or drive


def _without_end(path: str) -> str:
    return path.rstrip("/\\") or path[:1]


def _joined(folder: str, rest: str) -> str:
    """Join in the manner of the other computer, which may have another separator."""
    windows = "\\" in folder or folder[1:2] == ":"
    return (
        folder.rstrip("/\\") + rest.replace("/", "\\")
        if windows
        else folder.rstrip("/") + rest.replace("\\", "/")
    )
