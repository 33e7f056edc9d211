"""How a stored picture lies, and how a player turns it: the eight ways of a display matrix."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Orientation:
    """What a player does to the stored picture: first the turn, then the mirror."""

    turn_deg: int = 0
    """Clockwise: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether left and right are exchanged after the turn."""

    @property
    def swaps_sides(self) -> bool:
        """Whether the stored picture's width becomes its height."""
        return self.turn_deg in (90, 270)

    def applied_to(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture as it is shown: (height, width, 3) of a stored one, as a view of it."""
        import numpy as np

        turned = np.rot90(rgb, -(self.turn_deg // 90))
        return turned[:, ::-1] if self.mirrored else turned


UPRIGHT = Orientation()
"""Shown as it is stored."""


def orientation_of_matrix(matrix: Sequence[int]) -> Orientation:
    """Tell what FFmpeg's own ``-autorotate`` does for a display matrix.

    matrix: its nine fixed-point numbers a b u, c d v, x y w, row by row: a point (p, q) of the stored
    picture is shown at (a p + c q, b p + d q).

    Of other angles than quarters, within half a degree, FFmpeg makes a slanted picture with black corners and
    browsers none: they are ignored, the mirror with them, as browsers do it.
    """
    a, b, _, c, d = matrix[:5]
    across, down = math.hypot(a, c), math.hypot(b, d)
    if not across or not down:
        return UPRIGHT
    # FFmpeg's angle, in whole degrees clockwise; a mirror shows only in what the angle does not explain.
    angle = round(math.degrees(math.atan2(b / down, a / across))) % 360
    if angle == 0:
        return Orientation(180, mirrored=True) if d < 0 else UPRIGHT
    if angle == 90:
        return Orientation(90, mirrored=c > 0)
    if angle == 180:
        return Orientation(180) if d < 0 else Orientation(0, mirrored=True)
    if angle == 270:
        return Orientation(270, mirrored=c < 0)
    return UPRIGHT


def orientation_of(frame: VideoFrame) -> Orientation:
    """Tell how a decoded frame is to be shown.

    FFmpeg gives each frame the container's matrix (MP4, MOV, Matroska); without one, what the coded pictures
    themselves say (H.264 and HEVC in a display orientation message, Motion JPEG in Exif).
    """
    from av.sidedata.sidedata import SideDataContainer, Type

    try:
        # Not ``frame.side_data``: that one refers to its frame and the frame to it, so that all the large
        # frames stay in memory until Python looks for such circles.
        notes = list(SideDataContainer(frame))  # type: ignore[call-arg]
    except ValueError:
        # PyAV gives none of them where it does not know one, such as Exif; then the angle has to do.
        return _turned_by(-frame.rotation)
    # The first one counts, as in FFmpeg: a frame may carry the container's and, after it, its own.
    for note in notes:
        if note.type == Type.DISPLAYMATRIX:
            return orientation_of_matrix(struct.unpack("=9i", bytes(note)))
    return UPRIGHT


def _turned_by(angle: int) -> Orientation:
    """Return a turn by degrees clockwise, cut to whole ones; none for an angle that is no quarter."""
    quarters = round(angle / 90)
    return Orientation(quarters % 4 * 90) if abs(angle - quarters * 90) <= 1 else UPRIGHT
