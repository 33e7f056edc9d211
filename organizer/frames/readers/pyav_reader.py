"""Frames through PyAV: every picture is decoded, and the first one of each second that is wanted is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.formats.format_names import has_format
from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.readers.reader import check_request, nothing_decoded, second_of
from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.demux import demux
from organizer.frames.streams.rates import frame_rate, tick_of
from organizer.frames.streams.timeline import FrameClock, longest_still_s
from organizer.types import EVERY_SECOND, MAX_SECONDS, Frame, SampledSeconds

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray


class PyAvReader:
    """The exact reader; FrameReader says what it promises.

    It needs nothing of a file but pictures that can be decoded one after the other: no index, no key frames,
    no stamps. What cannot be decoded or converted is passed over, as players do.
    """

    name = "pyav"

    def __init__(self, *, threads: int = 0) -> None:
        """Prepare; nothing is opened.

        Args:
            threads: decoding threads for each video; 0 leaves it to FFmpeg (one for each processor).
        """
        self._threads = threads

    def read(
        self,
        path: str,
        *,
        max_seconds: int = MAX_SECONDS,
        short_side: int | None = None,
        sampled: SampledSeconds = EVERY_SECOND,
    ) -> Iterator[Frame]:
        """See ``FrameReader.read``."""
        check_request(path, max_seconds, short_side)
        return self._frames(path, max_seconds, short_side, sampled)

    def _frames(
        self, path: str, max_seconds: int, short_side: int | None, sampled: SampledSeconds
    ) -> Iterator[Frame]:
        second = 0
        with open_container(path) as container:
            stream = picture_stream(container, path)
            pictures = _Pictures(stream, short_side=short_side, threads=self._threads)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = self._threads
            tick_s = tick_of(stream, path)
            clock = FrameClock(frame_rate(stream), longest_still_s=longest_still_s(container.format.name))
            shown: VideoFrame | None = None
            shown_s = 0.0
            for frame in _decoded(container, stream):
                stamp = stamp_of(frame, stream)
                time_s = clock.time_of(None if stamp is None else stamp * tick_s)
                begins = second_of(time_s)
                # Nothing begins in these seconds: what came before is still on screen.
                while shown is not None and second < min(begins, max_seconds):
                    rgb = pictures.rgb(shown)
                    if rgb is None:
                        break
                    yield Frame(second, shown_s, rgb)
                    second = sampled.after(second)
                # More than one only where what came before could not be shown.
                while second <= begins and second < max_seconds:
                    rgb = pictures.rgb(frame)
                    if rgb is None:
                        break
                    yield Frame(second, time_s, rgb)
                    second = sampled.after(second)
                if second >= max_seconds:
                    return
                shown, shown_s = frame, time_s
            if not second:
                raise pictures.refusal(path)


class _Pictures:
    """The frames of one video as RGB, as far as FFmpeg can convert them."""

    def __init__(self, stream: VideoStream, *, short_side: int | None, threads: int) -> None:
        self._converter = RgbConverter(stream, short_side=short_side, threads=threads)
        self._refused: str | None = None

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8] | None:
        """Return a new array, (height, width, 3), 0..255, RGB; None when FFmpeg cannot convert the frame."""
        from av.error import FFmpegError

        try:
            return self._converter.rgb(frame)
        except MemoryError:
            raise
        except (FFmpegError, ValueError):
            self._refused = frame.format.name
            return None

    def refusal(self, path: str) -> UnreadableVideoError:
        """Return the error for a video of which not one picture could be shown."""
        if self._refused is None:
            return nothing_decoded(path)
        return UnreadableVideoError(
            path,
            f"its pictures are stored in a way that cannot be shown ({self._refused})",
            "Convert a copy of it to H.264 and add that.",
        )


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield each picture that can be decoded, up to where the file breaks off."""
    for packet in demux(container, stream):
        yield from frames_of(stream, packet)
    # What is still inside: decoders look ahead to put pictures in order.
    yield from frames_of(stream, None)


def frames_of(stream: VideoStream, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
    """Return the pictures that a packet completes, or with None what is still inside; none of damage."""
    from av.error import FFmpegError

    try:
        return stream.codec_context.decode(packet)
    except MemoryError:
        raise
    except FFmpegError:
        # Damage in one place, or nothing left inside; what comes after it may be whole.
        return []


def stamp_of(frame: VideoFrame, stream: VideoStream) -> int | None:
    """Return when a picture is shown, in the stream's ticks from anywhere; None when nothing tells it."""
    # AVI knows only when packets are decoded. What FFmpeg makes of that for H.264's and DivX's B-frames is
    # shuffled; pictures, though, come out in order, one for each packet that goes in.
    return frame.dts if has_format(stream.container, "avi") else frame.pts
