"""From one pixel format and size to another: a picture that was written whole, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

# FFmpeg's short cut from these to 24 bits of RGB takes their two bytes the wrong way round: QuickTime stores
# 16-bit RGB so. By way of planes they come out right.
_SWAPPED_ON_THE_WAY = frozenset({"rgb555be", "bgr555be", "rgb565be", "bgr565be"})
_BY_WAY_OF = "gbrp"
# Grey and alpha in floating point end the process, by an assertion of FFmpeg's; so does half a Bayer pattern.
_DEADLY = frozenset({"yaf32be", "yaf32le"})
# FFmpeg cannot convert a field of a line or two in every format.
_LEAST_HEIGHT = 4


def convert(
    frame: VideoFrame,
    reformatter: VideoReformatter,
    width: int,
    height: int,
    pixel_format: str,
    **how: Any,
) -> VideoFrame:
    """Return a decoded frame in another pixel format and size.

    The two fields of an interlaced frame are converted each by itself: they are of different moments, and
    their colours must not be mixed.

    Args:
        width, height: in pixels, at least 1.
        how: further settings of ``VideoReformatter.reformat``. The frame itself may be returned when nothing
            is to be done.

    Raises:
        av.error.FFmpegError: FFmpeg cannot convert the frame. The memory that it would have written to is
            never handed out: it may hold pictures of another video.
        ValueError: FFmpeg cannot convert the frame. The memory that it would have written to is never handed
            out: it may hold pictures of another video.
    """
    if frame.format.name in _DEADLY or (frame.format.name.startswith("bayer_") and frame.height < 2):
        raise ValueError(f"FFmpeg cannot convert {frame.format.name}")
    if frame.interlaced_frame and not _fields_divide(frame, height):
        frame = _as_progressive(frame)
    if frame.format.name in _SWAPPED_ON_THE_WAY:
        frame = reformatter.reformat(frame, format=_BY_WAY_OF, **how)
    # PyAV raises when FFmpeg refuses; OpenCV, for one, takes its silence for a picture.
    return reformatter.reformat(frame, width, height, pixel_format, **how)


def _fields_divide(frame: VideoFrame, height: int) -> bool:
    """Tell whether both fields have all their lines, and a line each in a result of that height.

    Where the height in lines of chroma is odd, as in 720 x 486 with 4:2:0, FFmpeg takes the last line of the
    second field from beyond the picture.
    """
    if min(height, frame.height) < _LEAST_HEIGHT:
        return False
    chroma_height = frame.format.chroma_height
    lines = chroma_height((frame.height + 1) // 2) + chroma_height(frame.height // 2)
    return lines <= chroma_height(frame.height)


def _as_progressive(frame: VideoFrame) -> VideoFrame:
    """Return the same picture marked as one that is not interlaced."""
    from fractions import Fraction

    from av.filter import Graph

    graph = Graph()
    graph.link_nodes(
        # Its time means nothing here.
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1)
        ),
        graph.add("setfield", "mode=prog"),
        graph.add("buffersink"),
    ).configure()
    graph.vpush(frame)
    return graph.vpull()
