"""From a decoded frame to the RGB picture that a player would show, made smaller on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.formats.orientation import orientation_of
from organizer.frames.formats.pixel_aspect import PixelAspect, square_size
from organizer.frames.pictures.hdr import sdr_picture
from organizer.frames.pictures.resize import limited

if TYPE_CHECKING:
    import numpy as np
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray


class RgbConverter:
    """Turns decoded frames into RGB.

    The colour matrix and range are those that the frame states; BT.601 where it states none. With full
    precision in the chroma channels the result is within half a level of the exact formula; without, it is 1
    to 1.5 levels too dark.
    """

    def __init__(self, stream: VideoStream, *, short_side: int | None, threads: int) -> None:
        """Prepare to convert the frames of a stream of which nothing is decoded yet.

        Args:
            short_side: see FrameReader.read.
            threads: for converting one frame; 0 for one a processor.
        """
        from av.video.reformatter import Interpolation, VideoReformatter

        self._aspect = PixelAspect(stream)
        self._short_side = short_side
        self._threads = threads
        self._reformatter = VideoReformatter()
        self._how = Interpolation.AREA | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return a new array (height, width, 3), 0..255, RGB, turned and mirrored as a player shows it.

        Args:
            frame: the one that the stream's decoder gave last. The pixels of the result are squares; without
                ``short_side`` they are those of the frame, whatever their shape.

        Raises:
            av.error.FFmpegError: FFmpeg cannot convert the frame.
            ValueError: FFmpeg cannot convert the frame.
        """
        import numpy as np

        width, height = frame.width, frame.height
        if self._short_side is not None:
            width, height = limited(*square_size(width, height, self._aspect.now), self._short_side)
        # Scaling before the turn and in one pass with the colours: 4K pictures are not touched twice.
        rgb = sdr_picture(
            frame, self._reformatter, width, height, interpolation=self._how, threads=self._threads
        )
        return np.array(orientation_of(frame).applied_to(rgb), order="C")
