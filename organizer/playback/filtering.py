"""Decoded pictures made such that H.264 in any browser can hold them: size, turn, fields, HDR."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from organizer.frames.pictures.hdr import Colour, tone_map
from organizer.playback.muxing import TICKS
from organizer.playback.pictures import Picture

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame

    from organizer.playback.looking import Shape

_UNSPECIFIED = 2
_BT2020_MATRIX = 9
_CUBE = 33
"""Steps of each colour in the table that maps HDR."""
_LEVELS = 65535


class Filter:
    """Takes pictures in and gives them out as ``shape`` says; interlaced ones a moment later."""

    def __init__(self, shape: Shape) -> None:
        """Prepare nothing yet: pictures tell how they come."""
        self._shape = shape
        self._form: tuple[object, ...] | None = None
        self._graph: Graph | None = None

    def push(self, picture: Picture) -> Iterator[Picture]:
        """Take the next picture and yield what is ready."""
        frame = picture.frame
        form = (frame.width, frame.height, frame.format.name)
        if form != self._form:
            yield from self.rest()
            self._form = form
            self._graph = self._graph_for(frame)
        if self._shape.colour.is_hdr:
            if frame.colorspace == _UNSPECIFIED:
                frame.colorspace = _BT2020_MATRIX
            # Else FFmpeg would do a part of what the table does.
            frame.color_trc = frame.color_primaries = _UNSPECIFIED
        frame.pts = round(picture.time_s * TICKS)
        frame.time_base = Fraction(1, TICKS)
        assert self._graph is not None
        self._graph.vpush(frame)
        yield from self._ready()

    def rest(self) -> Iterator[Picture]:
        """Yield what is still inside; the next picture begins anew."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from self._ready()
        self._graph = self._form = None

    def _ready(self) -> Iterator[Picture]:
        from av.error import BlockingIOError as NotReadyError
        from av.error import EOFError as NoMoreError

        assert self._graph is not None
        while True:
            try:
                frame = self._graph.vpull()
            except (NotReadyError, NoMoreError):
                return
            assert frame.pts is not None
            yield Picture(frame.pts * float(frame.time_base or 0), frame)

    def _graph_for(self, frame: VideoFrame) -> Graph:
        from av.filter import Graph

        shape = self._shape
        width, height = shape.width, shape.height
        if shape.orientation.swaps_sides:
            width, height = height, width
        graph = Graph()
        nodes = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, TICKS)
            )
        ]
        if shape.interlaced:
            nodes.append(graph.add("yadif", "deint=interlaced"))
        level = "full" if shape.full_range else "limited"
        if shape.colour.is_hdr:
            nodes.append(graph.add("scale", f"{width}:{height}:flags=bilinear"))
            nodes.append(graph.add("format", "gbrp10le"))
            with _cube_file(shape.colour) as file:
                nodes.append(graph.add("lut3d", f"file={file}"))
            nodes.append(graph.add("scale", f"out_color_matrix=bt709:out_range={level}"))
        else:
            matrix = "bt709" if shape.matrix == 1 else "bt601"
            how = f":out_range={level}"
            if frame.format.is_rgb:
                how += f":out_color_matrix={matrix}"
            nodes.append(graph.add("scale", f"{width}:{height}:flags=bilinear{how}"))
        turn = {90: ["transpose=clock"], 180: ["hflip", "vflip"], 270: ["transpose=cclock"]}
        for step in [*turn.get(shape.orientation.turn_deg, []), *["hflip"] * shape.orientation.mirrored]:
            name, _, how = step.partition("=")
            nodes.append(graph.add(name, how) if how else graph.add(name))
        nodes.append(graph.add("format", "yuv420p"))
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes).configure()
        return graph


@contextmanager
def _cube_file(colour: Colour) -> Iterator[str]:
    """Give the name of a file with the table of a colour, as it is written for FFmpeg's filters.

    They read it when they are made; then it is gone.
    """
    handle, path = tempfile.mkstemp(".cube", "organizer-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(cube(colour))
        yield path.replace("\\", "/").replace(":", "\\:").replace("'", "\\'")
    finally:
        os.unlink(path)


@cache
def cube(colour: Colour, size: int = _CUBE) -> str:
    """Return a table, in the form of a ``.cube`` file, of what ``tone_map`` makes of each colour.

    Args:
        colour: how the pictures are recorded.
        size: steps of each of red, which changes fastest, green and blue.
    """
    import numpy as np

    steps = np.rint(np.linspace(0, _LEVELS, size)).astype(np.uint16)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    rgb = np.stack([red, green, blue], axis=-1).reshape(1, -1, 3)
    mapped = tone_map(rgb, colour)[0].astype(float) / 255
    rows = "\n".join(f"{r:.4f} {g:.4f} {b:.4f}" for r, g, b in mapped)
    return f"LUT_3D_SIZE {size}\n{rows}\n"
