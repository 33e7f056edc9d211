"""What is asked of the computers of a cluster, whatever connects them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from organizer.cluster.node import Answer
    from organizer.dataset.plan import ShardWork
    from organizer.types import VideoFile


class CannotSendError(Exception):
    """A file cannot be read here to be sent elsewhere."""


class NodeGoneError(Exception):
    """A computer, or the process on it that looks at videos, has ended."""


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A computer that could take part."""

    id: str
    name: str
    """Not that of another one that is there."""
    names: tuple[str, ...]
    """All that it is called by, for path maps."""
    workers: int
    """How many videos it can decode at once."""


class NodeHandle(Protocol):
    """A computer that takes part. What it is asked raises NodeGoneError where it has ended."""

    workers: int
    """How many videos it decodes at once, which its memory may limit."""

    def look(self, file: VideoFile, fingerprint: str) -> Future[Answer]:
        """Have it look at a file that it sees; see ``Node.look``."""
        ...

    def send(self, file: VideoFile, fingerprint: str) -> Future[Answer]:
        """Send it the whole file and have it look at that; raises CannotSendError."""
        ...

    def write(self, work: ShardWork, folder: str) -> Future[Answer]:
        """Have it write a shard of features; see ``Node.write``."""
        ...

    def close(self) -> None:
        """End what it does."""
        ...


class Nodes(Protocol):
    """The computers of a cluster."""

    def there(self) -> Sequence[NodeInfo]:
        """Return those that could take part now."""
        ...

    def start(self, info: NodeInfo) -> NodeHandle:
        """Make one ready; it takes as long as that takes.

        Raises:
            ClusterError: it can take no part; the message says why.
            NodeGoneError: it ended meanwhile.
        """
        ...

    def close(self) -> None:
        """End what is being made ready."""
        ...
