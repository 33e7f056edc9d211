"""What a file shows in each second: every picture of it decoded in software, with nothing of the product.

The reference that readers are held against: read with PyAV from the first packet to the last, Y, Cb and Cr
made RGB here by the formulas of BT.601 and BT.709, and resized to 32 x 24.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from organizer.types import MAX_SECONDS, Frame

SIZE = (32, 24)
"""Width and height at which pictures are compared."""
LEVELS = 8.0
"""How far two pictures of the same moment may be apart: mean absolute difference, of 255 levels."""

# Stamps that go back by more than a second, or forward by more than ten, are of a clock that was set again.
_BACK_S, _FORWARD_S = 1.0, 10.0
_PLANAR = {
    "yuv420p": (2, 2),
    "yuvj420p": (2, 2),
    "yuv422p": (1, 2),
    "yuvj422p": (1, 2),
    "yuv444p": (1, 1),
    "yuvj444p": (1, 1),
    "yuv411p": (1, 4),
    "yuv410p": (4, 4),
}
"""Formats that are converted here: rows and columns of Y for one of Cb and Cr."""
_BT709, _FULL_RANGE = 1, 2


def full_decode(
    path: Path | str, *, max_seconds: int = MAX_SECONDS, stream: int | None = None
) -> list[list[np.ndarray]]:
    """Decode everything; return for each second its small pictures, uint8 (24, 32, 3), in order.

    stream: its index in the file; by default the film: the default stream, else the largest.
    A second in which no picture begins has the one that is still shown. Nothing is turned or mirrored.
    """
    import av

    seconds: list[list[np.ndarray]] = []
    with av.open(str(path), metadata_errors="replace") as container:
        video = container.streams[stream] if stream is not None else _film(container)
        rate = video.average_rate or video.guessed_rate
        interval_s = 1 / float(rate) if rate and rate < 1000 else 0.04
        time_s, zero_s, shown = 0.0, None, None
        for frame in _decoded(container, video):
            due_s = time_s + interval_s if zero_s is not None else 0.0
            # AVI has no time of showing; what is made up for it is shuffled.
            stamp = frame.dts if container.format.name == "avi" else frame.pts
            stamp_s = float(stamp * video.time_base) if stamp is not None else None
            if stamp_s is None:
                time_s = due_s
            else:
                if zero_s is None or not -_BACK_S < stamp_s - zero_s - time_s < _FORWARD_S:
                    zero_s = stamp_s - due_s
                time_s = max(time_s, stamp_s - zero_s)
            second = math.floor(time_s + 1e-6)
            if second >= max_seconds:
                return seconds
            while len(seconds) < second and shown is not None:
                seconds.append([shown])
            shown = small(_rgb(frame))
            if len(seconds) == second:
                seconds.append([])
            seconds[second].append(shown)
    return seconds


def small(rgb: np.ndarray) -> np.ndarray:
    """Resize a picture to 32 x 24."""
    return cv2.resize(rgb, SIZE, interpolation=cv2.INTER_AREA)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean absolute difference of two small pictures in levels."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def assert_as_decoded(
    frames: Sequence[Frame], seconds: Sequence[Sequence[np.ndarray]], *, exact: bool, levels: float = LEVELS
) -> None:
    """Fail unless there is a frame for each second, and it shows what a full decode shows there.

    exact: the first picture of the second; else any of them.
    """
    assert seconds, "nothing was decoded to compare with"
    assert [frame.second for frame in frames] == list(range(len(seconds)))
    for frame, pictures in zip(frames, seconds, strict=True):
        choices = pictures[:1] if exact else pictures
        off = min(apart(small(frame.rgb), picture) for picture in choices)
        assert off < levels, f"second {frame.second} is {off:.1f} levels off"


def _film(container):
    from av.stream import Disposition

    videos = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    chosen = [one for one in videos if one.disposition & Disposition.default]
    return max(chosen if len(chosen) == 1 else videos, key=lambda one: one.width * one.height)


def _decoded(container, video):
    import av

    # PyAV ends with an IndexError where a stream appeared after the file was opened.
    with suppress(av.error.FFmpegError, IndexError):
        for packet in container.demux(video):
            if packet.size:
                yield from _frames(video, packet)
    # What the decoder still holds.
    yield from _frames(video, None)


def _frames(video, packet):
    import av

    try:
        return video.codec_context.decode(packet)
    except av.error.FFmpegError:
        return []


def _rgb(frame) -> np.ndarray:
    if frame.format.name not in _PLANAR:
        return frame.reformat(format="gbrp").to_ndarray()
    rows, columns = _PLANAR[frame.format.name]
    planes = []
    for plane in frame.planes:
        lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        planes.append(lines[:, : plane.width].astype(np.float32))
    y, blue, red = planes
    blue, red = (
        plane.repeat(rows, 0).repeat(columns, 1)[: frame.height, : frame.width] for plane in (blue, red)
    )
    if frame.format.name.startswith("yuvj") or frame.color_range == _FULL_RANGE:
        y, blue, red = y / 255, (blue - 128) / 255, (red - 128) / 255
    else:
        y, blue, red = (y - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    of_red, of_blue = (0.2126, 0.0722) if frame.colorspace == _BT709 else (0.299, 0.114)
    r, b = y + 2 * (1 - of_red) * red, y + 2 * (1 - of_blue) * blue
    g = (y - of_red * r - of_blue * b) / (1 - of_red - of_blue)
    return (np.clip(np.stack([r, g, b], axis=-1), 0, 1) * 255 + 0.5).astype(np.uint8)
