"""The frames of a video together with the squares that a network takes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.resize import squash
from organizer.types import Resize

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from organizer.frames.reader import FrameReader
    from organizer.types import Frame, InputSpec


def network_pictures(
    reader: FrameReader, path: str, spec: InputSpec, *, short_side: int = 1
) -> Iterator[tuple[Frame, NDArray[np.uint8]]]:
    """Yield each second's frame and its picture, one by one; this is the one way from a video to a network.

    Args:
        reader: decodes the video.
        path: absolute; the file is only read.
        spec: the pictures to make.
        short_side: pixels of the frames' shorter side that are needed besides; they may have more.

    Yields:
        The frame, made small and in square pixels where the spec allows it, else with every pixel as it was
        recorded, and uint8 (size, size, 3), RGB, 0..255. Keep only the latter: a frame may have its full
        size.

    Raises:
        What ``FrameReader.read`` raises.
    """
    # Made small by the reader where areas are averaged: converting all of a 4K picture costs as much as
    # decoding it. Bilinear picks single pixels: it must have those of the recording, neither averages of them
    # nor stretched ones. That they may be no squares does not matter where all becomes a square.
    limit = max(spec.size, short_side) if spec.resize is Resize.AREA else None
    for frame in reader.read(path, short_side=limit):
        yield frame, squash(frame.rgb, spec)
