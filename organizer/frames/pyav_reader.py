"""Frames through PyAV: every picture is decoded, and each second's first one is taken.

Slower than the key-frame reader and as exact as OpenCV, for files that OpenCV cannot read rightly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from organizer.frames.clock import FrameClock
from organizer.frames.container import open_container, picture_stream
from organizer.frames.picture import RgbConverter
from organizer.frames.reader import check_request, nothing_decoded, second_of
from organizer.types import MAX_SECONDS, Frame

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


class PyAvReader:
    """The exact reader that decodes with PyAV; FrameReader says what it promises."""

    name = "pyav"

    def __init__(self, *, threads: int = 0) -> None:
        """threads: decoding threads for each video; 0 leaves it to FFmpeg (one for each processor)."""
        self._threads = threads

    def read(
        self, path: str, *, max_seconds: int = MAX_SECONDS, short_side: int | None = None
    ) -> Iterator[Frame]:
        """Yield one frame for each second; see FrameReader.read."""
        check_request(path, max_seconds, short_side)
        return self._frames(path, max_seconds, short_side)

    def _frames(self, path: str, max_seconds: int, short_side: int | None) -> Iterator[Frame]:
        converter = RgbConverter(short_side=short_side, threads=self._threads)
        second = 0
        with open_container(path) as container:
            stream = picture_stream(container, path)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = self._threads
            rate = stream.average_rate or stream.guessed_rate
            clock = FrameClock(float(rate) if rate else None)
            shown: VideoFrame | None = None
            shown_s = 0.0
            for frame in _decoded(container, stream):
                time_s = clock.time_of(frame.time)
                begins = second_of(time_s)
                while shown is not None and second < min(begins, max_seconds):
                    yield Frame(second, shown_s, converter.rgb(shown))
                    second += 1
                if second == begins and second < max_seconds:
                    yield Frame(second, time_s, converter.rgb(frame))
                    second += 1
                if second >= max_seconds:
                    return
                shown, shown_s = frame, time_s
        if not second:
            raise nothing_decoded(path)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield each picture that can be decoded, up to where the file breaks off."""
    from av.error import FFmpegError

    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except MemoryError:
                raise
            except FFmpegError:
                # Damage in one place; what comes after it may be whole.
                continue
            yield from frames
    except MemoryError:
        # Says more of the computer than of the file: what is left out for it would look like the end.
        raise
    except (FFmpegError, OSError):
        return
