"""The packets of a stream as the container gives them, up to where the file ends or breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.bounded_file import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream


def demux(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Yield the packets from where the file stands to its end, or to where it cannot be read on.

    container: as ``open_container`` returns it. What kept it from being read is noted; see read_errors.

    Raises MemoryError.
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
