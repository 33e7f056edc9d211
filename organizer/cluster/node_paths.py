"""Where computers of a cluster see a file of this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import PathMapError
from organizer.path_maps import PathMap, parse_path_map

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class NodePathMap:
    """Where a folder of this computer is seen on others."""

    paths: PathMap
    """From here to there."""
    node: str | None = None
    """The computer that is meant, by its name or address; None for all of them."""


def parse_node_path_map(text: str) -> NodePathMap:
    """Read ``/mnt/nas=/Volumes/nas``, or with the computer that is meant ``macbook:/mnt/nas=/Volumes/nas``.

    Raises:
        PathMapError: it has not this form, or a path of it is not absolute.
    """
    node, colon, rest = text.partition(":")
    # A letter alone is a drive of Windows, and a colon that comes later is part of a path.
    names_a_node = bool(colon) and len(node) > 1 and not set(node) & set("/\\=")
    try:
        return NodePathMap(parse_path_map(rest if names_a_node else text), node if names_a_node else None)
    except PathMapError as error:
        raise PathMapError(
            f"{text}: this does not say where a folder is seen elsewhere. Write /here=/there, or for one "
            "computer NAME:/here=/there, with whole paths."
        ) from error


def paths_there(path: str, maps: Sequence[NodePathMap], names: Sequence[str]) -> list[str]:
    """Return where a file may be seen on a computer, the likeliest first: mapped paths, then its own.

    Args:
        path: as it is called here.
        maps: in the order in which a person gave them.
        names: what the computer is called.
    """
    meant = [one for one in maps if one.node is None or one.node in names]
    # What is said of one computer counts more than what is said of all.
    meant.sort(key=lambda one: one.node is None)
    mapped = [there for one in meant if (there := one.paths.apply(path)) is not None]
    return list(dict.fromkeys([*mapped, path]))
