"""Frames through OpenCV: every picture is decoded, but only the needed ones are converted to RGB."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError
from organizer.frames.clock import FrameClock
from organizer.frames.colour import colour_of
from organizer.frames.container import open_container, picture_stream
from organizer.frames.load_cv2 import load_cv2
from organizer.frames.pyav_reader import PyAvReader
from organizer.frames.reader import check_request, nothing_decoded, second_of
from organizer.frames.resize import limited
from organizer.types import MAX_SECONDS, Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OpenCvReader:
    """The reader that decodes with OpenCV; FrameReader says what it promises."""

    name = "opencv"

    def __init__(self, *, threads: int = 0) -> None:
        """threads: decoding threads for each video; 0 leaves it to OpenCV (one for each processor)."""
        self._threads = threads

    def read(
        self, path: str, *, max_seconds: int = MAX_SECONDS, short_side: int | None = None
    ) -> Iterator[Frame]:
        """Yield one frame for each second; see FrameReader.read."""
        check_request(path, max_seconds, short_side)
        return self._frames(path, max_seconds, short_side)

    def _frames(self, path: str, max_seconds: int, short_side: int | None) -> Iterator[Frame]:
        # OpenCV gives no reasons, takes a song's cover for a video and follows playlists: look first.
        if _is_beyond_opencv(path):
            other = PyAvReader(threads=self._threads)
            yield from other.read(path, max_seconds=max_seconds, short_side=short_side)
            return
        found = False
        with closing(self._decoded(path, max_seconds, short_side)) as frames, suppress(_BrokenStream):
            for frame in frames:
                found = True
                yield frame
        if not found:
            raise nothing_decoded(path)

    def _decoded(self, path: str, max_seconds: int, short_side: int | None) -> Generator[Frame, None, None]:
        with ExitStack() as stack:
            lead = stack.enter_context(closing(_Capture(path, self._threads, short_side)))
            # Decodes a second time, one frame behind, from the first gap on: that a picture stayed on screen
            # is known only when the next one is there, and then OpenCV has dropped it.
            trail: _Capture | None = None
            second, before_s = 0, 0.0
            while second < max_seconds and lead.grab():
                begins = second_of(lead.time_s)
                while second < min(begins, max_seconds):
                    trail = trail or stack.enter_context(closing(_Capture(path, self._threads, short_side)))
                    yield Frame(second, before_s, trail.picture_at(lead.frames - 1))
                    second += 1
                if second == begins and second < max_seconds:
                    yield Frame(second, lead.time_s, lead.picture())
                    second += 1
                before_s = lead.time_s


def _is_beyond_opencv(path: str) -> bool:
    """Whether OpenCV would show the wrong colours, or nothing.

    It gives 8 bits and, depending on its version, the bare numbers of HDR or all highlights cut off. The
    FFmpeg inside it has no decoder for AV1.
    """
    with open_container(path) as container:
        codec = picture_stream(container, path).codec_context
        return codec.codec.canonical_name == "av1" or not colour_of(codec).is_plain


class _BrokenStream(Exception):
    """From here on nothing can be decoded; what came before counts."""


class _Capture:
    """One pass of OpenCV over a video file."""

    def __init__(self, path: str, threads: int, short_side: int | None) -> None:
        self._short_side = short_side
        self._cv2 = cv2 = load_cv2()
        if not cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG):
            raise MissingDependencyError(
                "This build of OpenCV has no FFmpeg. Run: pip install --force-reinstall opencv-python"
            )
        settings = [cv2.CAP_PROP_HW_ACCELERATION, cv2.VIDEO_ACCELERATION_NONE]
        if threads > 0:
            settings += [cv2.CAP_PROP_N_THREADS, threads]
        # Bytes, for a str that is not valid UTF-8 crashes the process inside OpenCV.
        self._capture = cv2.VideoCapture(os.fsencode(path), cv2.CAP_FFMPEG, settings)
        if not self._capture.isOpened():
            raise _BrokenStream
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        self._clock = FrameClock(self._capture.get(cv2.CAP_PROP_FPS))
        self.frames = 0
        """How many frames were decoded so far."""
        self.time_s = 0.0
        """Time of the frame decoded last, in seconds from the first."""

    def grab(self) -> bool:
        """Decode the next frame; False at the end and where the stream breaks."""
        if not self._capture.grab():
            return False
        self.frames += 1
        stamp_ms = self._capture.get(self._cv2.CAP_PROP_POS_MSEC)
        # OpenCV says 0 for a frame that has no stamp.
        missing = stamp_ms == 0 and self.frames > 1
        self.time_s = self._clock.time_of(None if missing else stamp_ms / 1000)
        return True

    def picture(self) -> NDArray[np.uint8]:
        """Return the frame decoded last as a new array, (height, width, 3), 0..255, RGB."""
        cv2 = self._cv2
        try:
            done, bgr = self._capture.retrieve()
        except cv2.error as error:
            raise _BrokenStream from error
        if not done or bgr is None or bgr.size == 0:
            raise _BrokenStream
        height, width = bgr.shape[:2]
        size = limited(width, height, self._short_side)
        if size != (width, height):
            bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
        rgb: NDArray[np.uint8] = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        return rgb

    def picture_at(self, frames: int) -> NDArray[np.uint8]:
        """Decode on until ``frames`` frames were decoded and return the last of them."""
        while self.frames < frames:
            if not self.grab():
                raise _BrokenStream
        return self.picture()

    def close(self) -> None:
        """Close the file."""
        self._capture.release()
