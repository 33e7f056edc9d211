"""The packets of a stream as the container gives them, up to where the file ends or breaks off.

Those that a video begins with are kept, for all who look into them before it is decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.formats.bounded_file import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

# A recording of television may begin in the middle; its first picture comes with the next key frame.
MOST_PACKETS = 300
MOST_BYTES = 2**25


def demux(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Yield the packets from where the file stands to its end, or to where it cannot be read on.

    Args:
        container: as ``open_container`` returns it. What kept it from being read is noted; see read_errors.

    Raises:
        MemoryError: FFmpeg had too little.
    """
    from av.error import FFmpegError

    file = file_of(container)
    try:
        for packet in container.demux(stream):
            # Empty ones stand for "as before", or end the stream: nothing can be decoded from them.
            if packet.size:
                file.allow_more()
                yield packet
    except MemoryError:
        raise
    # With IndexError PyAV ends files in which a stream appeared after they were opened; all was read by then.
    except (FFmpegError, OSError, IndexError):
        return


class FirstPackets:
    """Iterates over the packets that a stream begins with, as often as one likes.

    They are read as they are asked for, and kept: a container gives each of them only once. There are no more
    than a few hundred, and they end where the file breaks off.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        *,
        most_packets: int = MOST_PACKETS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Read nothing yet.

        Args:
            container: just opened; nobody else may read from it.
            stream: whose packets they are.
            most_packets: that are kept.
            most_bytes: that are kept; the packet with which there are more is the last one.
        """
        self._coming = demux(container, stream)
        self._kept: list[Packet[VideoStream]] = []
        self._bytes = 0
        self._most_packets = most_packets
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[Packet[VideoStream]]:
        """Yield the packets from the first one on."""
        at = 0
        while at < len(self._kept) or self._read():
            yield self._kept[at]
            at += 1

    def _read(self) -> bool:
        """Read one more packet; False when there is none, or when enough are kept."""
        if len(self._kept) == self._most_packets or self._bytes >= self._most_bytes:
            return False
        packet = next(self._coming, None)
        if packet is None:
            return False
        self._kept.append(packet)
        self._bytes += packet.size
        return True
