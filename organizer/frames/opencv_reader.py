"""Frames through OpenCV: every picture is decoded, but only the needed ones are converted to RGB."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError, UnreadableVideoError
from organizer.frames.clock import FrameClock
from organizer.frames.container import open_container, picture_stream
from organizer.frames.load_cv2 import load_cv2
from organizer.frames.reader import second_of
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

    def read(self, path: str, *, max_seconds: int = MAX_SECONDS) -> Iterator[Frame]:
        """Yield one frame for each second; see FrameReader.read."""
        if not os.path.isabs(path):
            raise ValueError(f"not an absolute path: {path!r}")
        if max_seconds < 1:
            raise ValueError(f"max_seconds must be at least 1, not {max_seconds}")
        return self._frames(path, max_seconds)

    def _frames(self, path: str, max_seconds: int) -> Iterator[Frame]:
        # OpenCV gives no reasons, takes a song's cover for a video and follows playlists: look first.
        with open_container(path) as container:
            picture_stream(container, path)
        found = False
        with closing(self._decoded(path, max_seconds)) as frames, suppress(_BrokenStream):
            for frame in frames:
                found = True
                yield frame
        if not found:
            raise UnreadableVideoError(
                path,
                "not one picture of it can be decoded",
                "Copy it again from the camera or a backup, or try a repair tool on a copy.",
            )

    def _decoded(self, path: str, max_seconds: int) -> Generator[Frame, None, None]:
        with ExitStack() as stack:
            lead = stack.enter_context(closing(_Capture(path, self._threads)))
            # Decodes a second time, one frame behind, from the first gap on: that a picture stayed on screen
            # is known only when the next one is there, and then OpenCV has dropped it.
            trail: _Capture | None = None
            second, before_s = 0, 0.0
            while second < max_seconds and lead.grab():
                begins = second_of(lead.time_s)
                while second < min(begins, max_seconds):
                    trail = trail or stack.enter_context(closing(_Capture(path, self._threads)))
                    yield Frame(second, before_s, trail.picture_at(lead.frames - 1))
                    second += 1
                if second == begins and second < max_seconds:
                    yield Frame(second, lead.time_s, lead.picture())
                    second += 1
                before_s = lead.time_s


class _BrokenStream(Exception):
    """From here on nothing can be decoded; what came before counts."""


class _Capture:
    """One pass of OpenCV over a video file."""

    def __init__(self, path: str, threads: int) -> None:
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
        try:
            done, bgr = self._capture.retrieve()
        except self._cv2.error as error:
            raise _BrokenStream from error
        if not done or bgr is None or bgr.size == 0:
            raise _BrokenStream
        rgb: NDArray[np.uint8] = self._cv2.cvtColor(bgr, self._cv2.COLOR_BGR2RGB)
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
