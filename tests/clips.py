"""Video files made in code, with known answers: which colour is on screen in which second."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

COLOURS = (
    (220, 30, 30),
    (30, 200, 30),
    (30, 30, 220),
    (220, 220, 30),
    (30, 210, 210),
    (210, 30, 210),
    (235, 235, 235),
    (20, 20, 20),
    (240, 130, 20),
    (120, 120, 120),
    (110, 20, 140),
)
"""RGB of second k is COLOURS[k % 11]: a prime number, so that a slip of ten seconds or of a minute shows."""

TOLERANCE = 24
"""How far a channel may be off after a lossy codec and limited-range YUV."""

CODECS = {
    ".mp4": "libx264",
    ".m4v": "libx264",
    ".mov": "libx264",
    ".mkv": "libx264",
    ".webm": "libvpx-vp9",
    ".avi": "mpeg4",
    ".ts": "libx264",
    ".mts": "libx264",
    ".mpg": "mpeg2video",
    ".flv": "flv",
    ".wmv": "wmv2",
}
"""The codec that make_clip takes for a file name's extension."""

_OPTIONS = {
    "libx264": {"preset": "veryfast", "crf": "16"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "500k"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "20"},
}
# Ticks a second of clips with times of their own: fine enough for any time in a test.
_TICKS = 1000


def colour_of(second: int) -> tuple[int, int, int]:
    """RGB that a clip shows in a second."""
    return COLOURS[second % len(COLOURS)]


def assert_colour(rgb: np.ndarray, colour: tuple[int, int, int], *, tolerance: int = TOLERANCE) -> None:
    """Fail unless the mean colour of a picture, its borders left out, is the given one."""
    height, width = rgb.shape[:2]
    middle = rgb[height // 4 : height - height // 4, width // 4 : width - width // 4]
    mean = middle.reshape(-1, 3).astype(float).mean(axis=0)
    assert np.abs(mean - colour).max() <= tolerance, f"expected {colour}, got {mean.round()}"


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """A picture of one colour; size is (width, height)."""
    return np.full((size[1], size[0], 3), colour, np.uint8)


def quadrants(size: tuple[int, int] = (96, 64)) -> np.ndarray:
    """A picture that looks different however it is turned: red and green above, blue and white below."""
    width, height = size
    picture = plain((235, 235, 235), size)
    picture[: height // 2, : width // 2] = (220, 30, 30)
    picture[: height // 2, width // 2 :] = (30, 200, 30)
    picture[height // 2 :, : width // 2] = (30, 30, 220)
    return picture


_DIGITS = 10


def numbered(number: int, size: tuple[int, int] = (160, 64)) -> np.ndarray:
    """A picture that carries its number, 0..1023, as black and white columns; size is (width, height)."""
    picture = plain((235, 235, 235), size)
    column = size[0] // _DIGITS
    for digit in range(_DIGITS):
        if number >> digit & 1:
            picture[:, digit * column : (digit + 1) * column] = 20
    return picture


def number_on(rgb: np.ndarray) -> int:
    """Read the number off a picture made by ``numbered``, of any size."""
    height, width = rgb.shape[:2]
    at = (np.arange(_DIGITS) + 0.5) * (width // _DIGITS * _DIGITS) / _DIGITS
    levels = rgb[height // 2, at.astype(int)].mean(axis=-1)
    assert not ((levels > 80) & (levels < 180)).any(), f"cannot be read: {levels.round()}"
    return int(((levels < 128) << np.arange(_DIGITS)).sum())


def make_numbered_clip(
    path: Path,
    frames: int,
    *,
    fps: int = 10,
    size: tuple[int, int] = (160, 64),
    **settings: Any,
) -> Path:
    """A clip whose frame number i begins at i / fps and carries the number i."""
    return write_clip(
        path, ((index / fps, numbered(index, size)) for index in range(frames)), fps=fps, **settings
    )


def write_clip(
    path: Path,
    pictures: Iterable[tuple[float, np.ndarray]],
    *,
    fps: int = 10,
    codec: str | None = None,
    pix_fmt: str = "yuv420p",
    own_times: bool = False,
    metadata: Mapping[str, str] | None = None,
    stream_metadata: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    key_every: int | None = None,
    container: str | None = None,
    pixel_aspect: Fraction | None = None,
    first: int = 0,
) -> Path:
    """Encode pictures, each with its time in seconds, ascending.

    own_times: store the times as given (variable frame rate) instead of counting frames.
    container: FFmpeg's name of the format, where the extension does not tell it.
    pixel_aspect: width of a pixel over its height, as the codec is told it.
    first: number of the first picture, where times are counted.
    """
    import av

    codec = codec or CODECS[path.suffix.lower()]
    container_options = {"movflags": "use_metadata_tags"} if metadata and path.suffix == ".mov" else {}
    with av.open(str(path), "w", format=container, options=container_options) as output:
        output.metadata.update(metadata or {})
        stream: Any = None
        for index, (time_s, picture) in enumerate(pictures):
            if stream is None:
                stream = output.add_stream(
                    codec, rate=fps, options={**_OPTIONS.get(codec, {}), **(options or {})}
                )
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = pix_fmt
                stream.metadata.update(stream_metadata or {})
                if pixel_aspect is not None:
                    stream.codec_context.sample_aspect_ratio = pixel_aspect
                if key_every is not None:
                    stream.codec_context.gop_size = key_every
                if own_times:
                    stream.codec_context.time_base = Fraction(1, _TICKS)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.time_base = Fraction(1, _TICKS) if own_times else Fraction(1, fps)
            frame.pts = round(time_s * _TICKS) if own_times else first + index
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def make_clip(
    path: Path, *, seconds: float = 3.0, fps: int = 10, size: tuple[int, int] = (64, 48), **settings: Any
) -> Path:
    """A clip of ``seconds * fps`` frames (at least one) that shows colour_of(k) in second k."""
    count = max(1, round(seconds * fps))
    pictures = ((index / fps, plain(colour_of(index // fps), size)) for index in range(count))
    return write_clip(path, pictures, fps=fps, **settings)


def make_timed_clip(
    path: Path, times: Iterable[float], *, size: tuple[int, int] = (64, 48), **settings: Any
) -> Path:
    """A clip whose frame number i begins at times[i] and shows colour_of(i), a colour of its own."""
    pictures = ((time_s, plain(colour_of(index), size)) for index, time_s in enumerate(times))
    return write_clip(path, pictures, own_times=True, **settings)


_LIT = {(True, False, False): "r", (False, True, False): "g", (False, False, True): "b", (True,) * 3: "w"}


def corners_of(rgb: np.ndarray) -> str:
    """Name the colours of a picture of ``quadrants``: above left, above right, below left, below right."""
    height, width = rgb.shape[:2]
    found = ""
    for row in (height // 4, height - 1 - height // 4):
        for column in (width // 4, width - 1 - width // 4):
            around = rgb[row - 1 : row + 2, column - 1 : column + 2]
            red, green, blue = around.reshape(-1, 3).mean(axis=0) > 100
            found += _LIT[bool(red), bool(green), bool(blue)]
    return found


def make_rotated_clip(
    path: Path, degrees: int, *, seconds: float = 1.0, size: tuple[int, int] = (96, 64)
) -> Path:
    """A clip that stores ``quadrants`` and asks players to turn it clockwise by 0, 90, 180 or 270 degrees."""
    pictures = ((index / 10, quadrants(size)) for index in range(round(seconds * 10)))
    if path.suffix in (".mp4", ".mov"):
        write_clip(path, pictures)
        set_rotation(path, degrees)
        return path
    upright = write_clip(path.with_name(f"upright {path.name}"), pictures)
    rewrap(upright, path, turn=degrees)
    upright.unlink()
    return path


def rewrap(
    source: Path,
    target: Path,
    *,
    turn: int = 0,
    options: Mapping[str, str] | None = None,
    keys: Callable[[int], bool] | None = None,
    later_s: float = 0.0,
    live: str | None = None,
) -> Path:
    """Copy the coded pictures of a clip into another container, unchanged.

    turn: degrees clockwise by which players are asked to turn the picture.
    options: for the container, as FFmpeg names them.
    keys: tells by its number whether to mark a packet as a key frame, be it one or not.
    later_s: moves all stamps.
    live: FFmpeg's name of the format, written as into a pipe: nothing at the front is filled in at the end.
    """
    import av

    with ExitStack() as stack:
        pipe = _Pipe(stack.enter_context(open(target, "wb"))) if live else str(target)
        old = stack.enter_context(av.open(str(source)))
        new = stack.enter_context(av.open(pipe, "w", format=live, options=dict(options or {})))
        stream: Any = new.add_stream_from_template(old.streams.video[0])
        if turn:
            stream.set_display_rotation(-turn)
        for position, packet in enumerate(old.demux(old.streams.video[0])):
            if packet.size:
                packet.stream = stream
                if later_s:
                    ticks = round(later_s / packet.time_base)
                    packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
                if keys is not None:
                    packet.is_keyframe = keys(position)
                new.mux(packet)
    return target


class _Pipe:
    """A file that can be written to, and nothing else."""

    def __init__(self, file: BinaryIO) -> None:
        self.write = file.write


def write_planes(
    path: Path,
    levels: tuple[int, int, int],
    *,
    size: tuple[int, int],
    matrix: int | None = None,
    colour_range: int | None = None,
) -> Path:
    """Encode one H.264 frame of one colour, given as it is stored.

    levels: Y, Cb and Cr. matrix, colour_range: as FFmpeg numbers them; None to state nothing.
    """
    import av

    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=10, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, level in zip(frame.planes, levels, strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        for of in (stream.codec_context, frame):
            if matrix is not None:
                of.colorspace = matrix
            if colour_range is not None:
                of.color_range = colour_range
        output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def set_rotation(path: Path, degrees: int) -> None:
    """Write a turn clockwise into the track header of an MP4 or MOV file, in place."""
    set_matrix(path, {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees])


def set_matrix(path: Path, abcd: tuple[float, float, float, float], *, header: bytes = b"tkhd") -> None:
    """Write a display matrix into the track's (``tkhd``) or movie's (``mvhd``) header of an MP4, in place.

    abcd: a point (p, q) of the stored picture is shown at (a p + c q, b p + d q).
    """
    a, b, c, d = (round(number * (1 << 16)) for number in abcd)
    data = bytearray(path.read_bytes())
    matrix_at = data.index(header) + 4 + {b"tkhd": 40, b"mvhd": 36}[header]
    struct.pack_into(">9i", data, matrix_at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def make_sound(path: Path, *, seconds: float = 1.0, cover: bool = False) -> Path:
    """A file with sound but no moving picture; cover: with a picture attached, as songs have."""
    import av
    from av.stream import Disposition

    with av.open(str(path), "w") as output:
        sound: Any = output.add_stream("aac", rate=44100)
        if cover:
            picture: Any = output.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuvj420p"
            picture.disposition = Disposition.attached_pic
            output.mux(
                picture.encode(av.VideoFrame.from_ndarray(plain((9, 99, 199), (64, 64)), format="rgb24"))
            )
            output.mux(picture.encode())
        for index in range(max(1, round(seconds * 44100 / 1024))):
            frame = av.AudioFrame.from_ndarray(
                np.zeros((2, 1024), np.float32), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts = 44100, index * 1024
            output.mux(sound.encode(frame))
        output.mux(sound.encode())
    return path


def cut(source: Path, target: Path, keep: float) -> Path:
    """A copy of the first part of a file, as a copy that was interrupted; keep: 0..1 of its bytes."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * keep)])
    return target
