"""Decodes the packets that a plan asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.readers.plan import Run

if TYPE_CHECKING:
    import numpy as np
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from organizer.frames.streams.packets import Fetch
    from organizer.frames.streams.timeline import Timeline


# Each picture of CineForm stands alone too, which FFmpeg does not say.
_ALONE_TOO = frozenset({"cfhd"})
# Of these FFmpeg does not tell which pictures refer to others.
_TELLS_NO_TYPES = frozenset(
    {
        "aasc",
        "cinepak",
        "flashsv",
        "flashsv2",
        "flic",
        "indeo2",
        "indeo3",
        "indeo4",
        "indeo5",
        "msrle",
        "msvideo1",
        "qtrle",
        "roq",
        "rpza",
        "smc",
        "truemotion1",
        "truemotion2",
        "tscc",
        "ultimotion",
    }
)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Goes through the decoder with a packet, to the frame that is made of it.

    An object of its own for each packet: PyAV knows it by its address, and forgets it for all packets of the
    process that share it once one of their frames is gone. A number would be shared.
    """

    position: int


class FalseKeyError(Exception):
    """A packet that the container marks as a key frame is none: decoding cannot begin there."""


class RunDecoder:
    """Decodes one run of packets after the other with one decoder.

    Packets that cannot be decoded are passed over, as players do; their pictures are then missing.
    """

    def __init__(
        self,
        stream: VideoStream,
        fetch: Fetch,
        converter: RgbConverter,
        *,
        timeline: Timeline,
        threads: int,
        rough: bool = False,
    ) -> None:
        """Prepare the stream's decoder.

        Args:
            timeline: of the packets that ``fetch`` fetches.
            threads: for decoding; 0 for one for each processor.
            rough: leave out the smoothing of block edges, a fifth of the work where many packets are decoded
                for one picture. What the next pictures are made of is then a little off: by one level of 255
                on average over real clips, four in the worst picture.
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
        self._timeline = timeline
        codec = self._codec.codec
        self._stands_alone = codec.intra_only or codec.canonical_name in _ALONE_TOO
        self._tells_types = codec.canonical_name not in _TELLS_NO_TYPES
        self._begun_at: set[int] = set()
        self._fed = False

    @property
    def stands_alone(self) -> bool:
        """Whether each picture of this codec can be decoded alone."""
        return self._stands_alone

    def can_begin_at(self, position: int) -> bool:
        """Tell whether decoding is known, and not only said, to be able to begin at a packet."""
        return self._stands_alone or position in self._begun_at

    def pictures(self, run: Run) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield position and picture of the run's targets, in the order in which they are shown.

        Nothing is decoded after the last of them, and what no other picture refers to is left out.

        Raises:
            FalseKeyError: before it yields a picture, when decoding cannot begin where the run does.
        """
        wanted = {target.position for target in run.targets}
        # A target may be a picture that no other refers to.
        needed = wanted | {run.start}
        # What an edit list hides never comes out of the decoder: there is nothing to judge it by.
        begun = self._stands_alone or self._timeline.times_s[run.start] is None
        for position, frame in self._frames(run.start, run.end, needed):
            if not begun:
                begun = self._is_begin(position, frame)
                # No target is shown before the picture that the run begins with.
                if not begun and (position == run.start or position in wanted):
                    raise FalseKeyError
                if begun:
                    self._begun_at.add(position)
            if position in wanted:
                wanted.discard(position)
                picture = self._picture(frame)
                if picture is not None:
                    yield position, picture
            if not wanted:
                return
        if not begun and self._fed and self._timeline.is_doubtful(run.start):
            raise FalseKeyError

    def _is_begin(self, position: int, frame: VideoFrame) -> bool:
        """Tell whether the decoder, too, says that a picture refers to none before it."""
        from av.video.frame import PictureType

        if frame.key_frame or frame.pict_type in (PictureType.I, PictureType.SI):
            return True
        # Decoders that do tell types give none to the grey picture that they put in for a missing one.
        return not self._tells_types and not self._timeline.is_doubtful(position)

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
        self._fed = False
        for position, packet in self._fetch(first, last):
            self._fed = True
            all_needed = needed is None or position in needed
            self._codec.skip_frame = "DEFAULT" if all_needed else "NONREF"
            packet.opaque = _Mark(position)
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
            mark = frame.opaque
            if isinstance(mark, _Mark):
                yield mark.position, frame

    def _picture(self, frame: VideoFrame) -> NDArray[np.uint8] | None:
        import av

        try:
            return self._converter.rgb(frame)
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError):
            return None
