"""Decodes the packets that a plan asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from organizer.frames.picture import RgbConverter
from organizer.frames.plan import Run

if TYPE_CHECKING:
    import numpy as np
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from organizer.frames.packets import Fetch


class RunDecoder:
    """Decodes one run of packets after the other with one decoder.

    Packets that cannot be decoded are passed over, as players do; their pictures are then missing.
    """

    def __init__(
        self, stream: VideoStream, fetch: Fetch, converter: RgbConverter, *, threads: int, rough: bool = False
    ) -> None:
        """Prepare the stream's decoder.

        threads: for decoding; 0 for one for each processor. rough: leave out the smoothing of block edges,
        a fifth of the work where many packets are decoded for one picture. What the next pictures are made
        of is then a little off: by one level of 255 on average over real clips, four in the worst picture.
        """
        from av.codec.context import Flags

        self._fetch = fetch
        self._converter = converter
        self._codec = stream.codec_context
        self._codec.thread_count = threads
        if threads != 1:
            # Several frames at once help where a run is long; a key frame alone gains nothing either way.
            self._codec.thread_type = "AUTO"
        # Frames then tell which packet they were made of: stamps may be missing, doubled or wrong.
        self._codec.flags |= Flags.copy_opaque
        if rough:
            self._codec.options = {**self._codec.options, "skip_loop_filter": "all"}
        self._used = False

    def pictures(self, run: Run) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield position and picture of the run's targets, in the order in which they are shown.

        Nothing is decoded after the last of them, and what no other picture refers to is left out.
        """
        wanted = {target.position for target in run.targets}
        # A target may be a picture that no other refers to.
        needed = wanted | {run.start}
        for position, frame in self._frames(run.start, run.end, needed):
            if position in wanted:
                wanted.discard(position)
                picture = self._picture(frame)
                if picture is not None:
                    yield position, picture
            if not wanted:
                return

    def any_of(self, choices: Collection[int], start: int) -> tuple[int, NDArray[np.uint8]] | None:
        """Decode everything from a key packet on and return the first of some pictures that comes out."""
        for position, frame in self._frames(start, max(choices), None):
            picture = self._picture(frame) if position in choices else None
            if picture is not None:
                return position, picture
        return None

    def _frames(
        self, first: int, last: int, needed: Collection[int] | None
    ) -> Iterator[tuple[int, VideoFrame]]:
        """Decode packets; ``needed``: which may not be left out, None for all."""
        if self._used:
            self._codec.flush_buffers()
        self._used = True
        for position, packet in self._fetch(first, last):
            all_needed = needed is None or position in needed
            self._codec.skip_frame = "DEFAULT" if all_needed else "NONREF"
            packet.opaque = position
            yield from self._decode(packet)
        # What is still inside: decoders look ahead to put pictures in order.
        yield from self._decode(None)

    def _decode(self, packet: Packet[VideoStream] | None) -> Iterator[tuple[int, VideoFrame]]:
        import av

        try:
            frames = self._codec.decode(packet)
        except MemoryError:
            # Says more of the computer than of the packet.
            raise
        except av.error.FFmpegError:
            return
        for frame in frames:
            if isinstance(frame.opaque, int):
                yield frame.opaque, frame

    def _picture(self, frame: VideoFrame) -> NDArray[np.uint8] | None:
        import av

        try:
            return self._converter.rgb(frame)
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError):
            return None
