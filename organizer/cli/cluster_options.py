"""The options of commands that other computers may share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from organizer.cluster.address import parse_address
from organizer.cluster.node_paths import parse_node_path_map
from organizer.cluster.ray_cluster import RayCluster, SharedWork, connected

Command = TypeVar("Command", bound=Callable[..., object])


def cluster_options(command: Command) -> Command:
    """Add ``--cluster`` and ``--map-path``; the command gets ``cluster`` and ``maps``."""
    shared = click.option(
        "--cluster",
        metavar="auto|HOST:PORT|local:N",
        help="Share the work among computers that Ray connects: those of the cluster that this one belongs "
        "to (auto, or HOST:PORT where there are several), or N workers on this one. See docs/scale.md.",
    )
    mapped = click.option(
        "--map-path",
        "maps",
        multiple=True,
        metavar="[NODE:]HERE=THERE",
        help="With --cluster: under which path the other computers, or the one that is called NODE, see a "
        "folder of this one. May be repeated.",
    )
    return shared(mapped(command))


@contextmanager
def computers(
    cluster: str | None, maps: tuple[str, ...], most_sent_bytes: int = 0
) -> Iterator[RayCluster | None]:
    """Give the computers that share a command's work for as long as it takes; None where it works alone.

    Enter it before signals are followed: Ray sets up its own.

    Raises:
        ClusterError: the address has not the form that it should have, or the cluster cannot be used.
        PathMapError: a map has not the form that it should have.
    """
    if cluster is None:
        if maps:
            raise click.UsageError("--map-path is for --cluster.")
        yield None
        return
    path_maps = tuple(parse_node_path_map(text) for text in maps)
    with connected(SharedWork(parse_address(cluster), path_maps, most_sent_bytes)) as connection:
        yield connection
