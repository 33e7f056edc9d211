"""A computer that sees no folder of others; what is sent to it it can look at."""

from organizer.cluster.node import Answer, Node, NotSeen
from organizer.types import VideoFile


class Blind(Node):
    """See above."""

    def look(self, file: VideoFile, fingerprint: str) -> Answer:
        return NotSeen(root_is_there=False)


class FarAway(Node):
    """A computer on which folders of others are mounted below a folder that is called so."""

    def _same(self, path: str, file: VideoFile, fingerprint: str) -> VideoFile | None:
        return super()._same(path, file, fingerprint) if "/far away/" in path else None
