"""From a decoded frame to the RGB picture that a player would show, made smaller on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.resize import limited
from organizer.frames.tone_map import sdr_picture

if TYPE_CHECKING:
    import numpy as np
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray


class RgbConverter:
    """Turns decoded frames into RGB.

    The colour matrix and range are those that the frame states; BT.601 where it states none. With full
    precision in the chroma channels the result is within half a level of the exact formula; without, it is 1
    to 1.5 levels too dark.
    """

    def __init__(self, *, short_side: int | None, threads: int) -> None:
        """short_side: see FrameReader.read. threads: for converting one frame; 0 for one a processor."""
        from av.video.reformatter import Interpolation, VideoReformatter

        self._short_side = short_side
        self._threads = threads
        self._reformatter = VideoReformatter()
        self._how = Interpolation.AREA | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return a new array (height, width, 3), 0..255, RGB, rotation applied.

        Raises av.error.FFmpegError or ValueError when FFmpeg cannot convert the frame.
        """
        import numpy as np

        width, height = limited(frame.width, frame.height, self._short_side)
        # Scaling before the rotation and in one pass with the colours: 4K pictures are not touched twice.
        rgb = sdr_picture(
            frame, self._reformatter, width, height, interpolation=self._how, threads=self._threads
        )
        # Counted the other way round, and in quarters: what else a display matrix may say, players ignore.
        turned = np.rot90(rgb, round(frame.rotation / 90))
        return np.array(turned, order="C")
