"""The shape of a video's pixels: those of DVDs, DV, HDV and much television are no squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from av.video.stream import VideoStream

# No format is further from a square than 4:1; beyond this it is a damaged header.
_MOST = 10


class PixelAspect:
    """Tells how much wider than high the pixels of a stream's pictures are.

    What the container says (``pasp`` of MP4, ``DisplayWidth`` of Matroska, ``vprp`` of AVI) comes before what
    the codec says, as in FFmpeg. Where only the codec says it, it may change in the middle, and then counts
    for the pictures from there on: television goes from 4:3 to 16:9 so.
    """

    def __init__(self, stream: VideoStream) -> None:
        """Begin.

        Args:
            stream: of an opened file, with nothing of it decoded yet.
        """
        self._stream = stream
        self._codecs = stream.sample_aspect_ratio == stream.codec_context.sample_aspect_ratio

    @property
    def now(self) -> float:
        """Width of a pixel over its height, for the picture decoded last or, before, for the first one.

        1.0 where neither says it, or where it is nonsense.
        """
        return _sane(
            self._stream.codec_context.sample_aspect_ratio
            if self._codecs
            else self._stream.sample_aspect_ratio
        )


def square_size(width: int, height: int, pixel_aspect: float) -> tuple[int, int]:
    """Return the size, (width, height), of the same picture in square pixels.

    The height is kept, as by FFmpeg and players: 720 x 576 with pixels of 64:45 is 1024 x 576. A width that
    would change by a pixel at most is kept too: programs that make videos smaller note so what they rounded.
    """
    shown = width * pixel_aspect
    return (width if abs(shown - width) <= 1 else max(1, round(shown))), height


def _sane(aspect: Fraction | None) -> float:
    if aspect is None or aspect <= 0 or max(aspect, 1 / aspect) > _MOST:
        return 1.0
    return float(aspect)
