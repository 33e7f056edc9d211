"""Interlaced video files made in code: two fields of different moments in each picture."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tests import clips

ORDERS = ("tff", "bff")
"""Top field first, bottom field first."""

CODECS = {
    "h264": ("libx264", "yuv420p", {"preset": "ultrafast", "bf": "0"}),
    "h264 with B-frames": ("libx264", "yuv420p", {"preset": "veryfast", "bf": "2"}),
    "mpeg2": ("mpeg2video", "yuv420p", {}),
    "mpeg2 4:2:2": ("mpeg2video", "yuv422p", {}),
    "mpeg4": ("mpeg4", "yuv420p", {}),
    "ffv1": ("ffv1", "yuv420p", {}),
    "prores": ("prores_ks", "yuv422p10le", {}),
    "dv": ("dvvideo", "yuv420p", {}),
}
"""Name: encoder, pixel format, options."""


def marked(frame: Any, order: str) -> Any:
    """The same picture marked as interlaced (``tff``, ``bff``) or not (``prog``)."""
    from av.filter import Graph

    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1)),
        graph.add("setfield", f"mode={order}"),
        graph.add("buffersink"),
    ).configure()
    graph.push(frame)
    result = graph.pull()
    assert result.interlaced_frame == (order != "prog")
    return result


def woven(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """A picture of two fields: even lines of one, odd lines of the other."""
    picture = top.copy()
    picture[1::2] = bottom[1::2]
    return picture


def moving(index: int, size: tuple[int, int]) -> np.ndarray:
    """Bars that move a little with each field, in colours that change each second; 25 pictures a second."""
    width, height = size
    fields = []
    for half in (0, 1):
        at = (np.arange(width) + 2 * (2 * index + half)) // (width // 6)
        fields.append(np.array([clips.colour_of(index // 25 + bar) for bar in range(40)], np.uint8)[at % 40])
    return woven(*(np.broadcast_to(field, (height, width, 3)) for field in fields))


def write_interlaced_clip(
    path: Path,
    codec: str,
    *,
    order: str = "tff",
    seconds: float = 3.0,
    size: tuple[int, int] = (160, 96),
    orders: Iterable[str] | None = None,
) -> Path:
    """Encode ``moving`` with one of CODECS, 25 pictures a second.

    orders: of each picture, for clips that change in the middle; all have ``order`` when None.
    """
    import av
    from av.codec.context import Flags

    encoder, pixel_format, options = CODECS[codec]
    if encoder == "dvvideo":
        size = (720, 576)
    if encoder == "libx264":
        options = {**options, "x264-params": "tff=1" if order == "tff" else "bff=1"}
    count = round(seconds * 25)
    chosen = list(orders) if orders is not None else [order] * count
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(encoder, rate=25, options=dict(options))
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        stream.codec_context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        stream.codec_context.gop_size = 12
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(moving(index, size), format="rgb24")
            frame = marked(marked(frame, chosen[index]).reformat(format=pixel_format), chosen[index])
            frame.pts, frame.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path
