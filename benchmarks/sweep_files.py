"""The files of the sweep: small clips in every container, codec and form that FFmpeg can make here.

Each shows a clock: a bar moves across the picture once a second, and half-way through each the background
takes another colour. So whoever leaves pictures out that others refer to keeps a background that is long
gone. Interlaced ones show two moments in each picture, as cameras write them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tests.clips import colour_of

RATE = 25
SECONDS = 5
FRAMES = RATE * SECONDS
KEY_EVERY = 60
"""Pictures from one key frame to the next: most seconds have none."""

PROGRESSIVE, TOP_FIRST, BOTTOM_FIRST = "progressive", "top field first", "bottom field first"


@dataclass(frozen=True, slots=True)
class Codec:
    """An encoder and what it can do."""

    encoder: str
    pix_fmt: str = "yuv420p"
    size: tuple[int, int] = (176, 144)
    """(width, height) in pixels."""
    b_frames: bool = False
    interlaced: tuple[str, ...] = ()
    """Field orders that it can mark."""
    options: tuple[tuple[str, str], ...] = ()
    turns: bool = True
    """Whether turned and non-square files are made with it too."""
    own_aspect: Fraction = Fraction(1)
    """Shape of its pixels where nothing else is asked for: H.263 and DV know no squares."""
    aspects: tuple[Fraction, ...] = (Fraction(16, 15), Fraction(64, 45), Fraction(4, 3))
    """Shapes of pixels that it can state in its own bits; not one: only a container could."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file."""

    container: str
    """Its extension, with the dot."""
    codec: Codec
    fields: str = PROGRESSIVE
    b_frames: int = 0
    turn_deg: int = 0
    """How far a player turns it clockwise."""
    aspect: Fraction = Fraction(1)
    """Width of a pixel by its height."""
    index: str = ""
    """What is odd about the container's index or key flags; nothing where it is as FFmpeg writes it."""

    @property
    def name(self) -> str:
        """A name for the file and the table."""
        parts = [self.codec.encoder.removeprefix("lib"), self.codec.pix_fmt]
        if self.fields != PROGRESSIVE:
            parts.append("tff" if self.fields == TOP_FIRST else "bff")
        if self.b_frames:
            parts.append(f"b{self.b_frames}")
        if self.turn_deg:
            parts.append(f"turn{self.turn_deg}")
        if self.aspect != 1:
            parts.append(f"sar{self.aspect.numerator}-{self.aspect.denominator}")
        if self.index:
            parts.append(self.index.replace(" ", "-"))
        return "_".join(parts) + self.container

    @property
    def shown_size(self) -> tuple[int, int]:
        """(width, height) in square pixels, as a player shows it."""
        width, height = self.codec.size
        width = round(width * (self.codec.own_aspect if self.aspect == 1 else self.aspect))
        return (height, width) if self.turn_deg in (90, 270) else (width, height)


_FIELDS = (TOP_FIRST, BOTTOM_FIRST)
_X264 = Codec("libx264", b_frames=True, interlaced=_FIELDS, options=(("preset", "veryfast"), ("crf", "18")))
_X265 = Codec(
    "libx265",
    b_frames=True,
    options=(("preset", "ultrafast"), ("crf", "18"), ("x265-params", "log-level=error")),
)
# Whole pictures of 4:3 and 16:9 are all that it can state.
_MPEG2 = Codec(
    "mpeg2video",
    b_frames=True,
    interlaced=_FIELDS,
    options=(("qscale", "3"),),
    aspects=(Fraction(12, 11), Fraction(16, 11)),
)
_MPEG4 = Codec("mpeg4", b_frames=True, interlaced=(TOP_FIRST,), options=(("qscale", "3"),))
_VP9 = Codec("libvpx-vp9", options=(("deadline", "realtime"), ("cpu-used", "8"), ("crf", "20"), ("b", "0")))
_VP8 = Codec("libvpx", options=(("deadline", "realtime"), ("cpu-used", "8"), ("b", "600k")), aspects=())
_AV1 = Codec("libsvtav1", options=(("preset", "12"), ("crf", "25")))
_DV = Codec("dvvideo", size=(720, 576), turns=False, own_aspect=Fraction(16, 15))
_PRORES = Codec("prores_ks", "yuv422p10le", interlaced=_FIELDS)
_FFV1 = Codec("ffv1", interlaced=_FIELDS)
_MJPEG = Codec("mjpeg", "yuvj420p")

CONTAINERS: dict[str, tuple[Codec, ...]] = {
    ".mp4": (
        _X264,
        replace(_X264, pix_fmt="yuv422p"),
        replace(_X264, pix_fmt="yuv444p"),
        replace(_X264, pix_fmt="yuv420p10le"),
        replace(_X264, pix_fmt="gray"),
        _X265,
        replace(_X265, pix_fmt="yuv420p10le"),
        _MPEG4,
        _MPEG2,
        _VP9,
        _AV1,
        _MJPEG,
    ),
    ".mov": (
        _X264,
        _X265,
        _PRORES,
        replace(_PRORES, pix_fmt="yuva444p10le"),
        Codec("dnxhd", "yuv422p", (1280, 720), options=(("profile", "dnxhr_sq"),), turns=False),
        _DV,
        Codec("qtrle", "rgb24"),
        Codec("svq1", "yuv410p"),
        Codec("png", "rgb24", turns=False),
        Codec("cfhd", "yuv422p10le", (192, 144), turns=False),
        Codec("rpza", "rgb555le", turns=False),
        Codec("rawvideo", "uyvy422", interlaced=_FIELDS, turns=False),
        Codec("v210", "yuv422p10le", (192, 144), interlaced=_FIELDS, turns=False),
        Codec("jpeg2000", "yuv420p", turns=False),
        _MJPEG,
    ),
    ".mkv": (
        _X264,
        _X265,
        _MPEG2,
        _MPEG4,
        _VP8,
        _VP9,
        _AV1,
        _FFV1,
        replace(_FFV1, pix_fmt="yuv422p10le"),
        replace(_FFV1, pix_fmt="bgr0"),
        _PRORES,
        _MJPEG,
    ),
    ".avi": (
        _X264,
        _MPEG4,
        _MPEG2,
        Codec("msmpeg4", aspects=()),
        Codec("msmpeg4v2", aspects=()),
        Codec("wmv1"),
        Codec("wmv2"),
        Codec("flv"),
        Codec("h263p", turns=False, own_aspect=Fraction(12, 11)),
        Codec("mpeg1video", b_frames=True, turns=False),
        Codec("cinepak", "rgb24"),
        Codec("msvideo1", "rgb555le"),
        Codec("zmbv", "bgr0"),
        Codec("ffv1", interlaced=_FIELDS),
        Codec("huffyuv", "yuv422p", interlaced=_FIELDS),
        Codec("utvideo", "yuv420p", interlaced=_FIELDS),
        Codec("magicyuv", "gbrp", turns=False),
        Codec("asv1", turns=False),
        Codec("asv2", turns=False),
        Codec("rawvideo", "bgr24", turns=False),
        Codec("rawvideo", "yuyv422", interlaced=_FIELDS, turns=False),
        Codec("vp8", turns=False),
        Codec("cfhd", "yuv422p10le", (192, 144), turns=False),
        _DV,
        _MJPEG,
    ),
    ".wmv": (Codec("wmv1"), Codec("wmv2"), Codec("msmpeg4", aspects=()), _MPEG4, _X264),
    ".flv": (Codec("flv"), _X264, Codec("flashsv", "bgr24"), _VP9, _AV1, _X265),
    ".mpg": (_MPEG2, Codec("mpeg1video", b_frames=True, options=(("qscale", "3"),)), _X264),
    ".vob": (_MPEG2,),
    ".ts": (_X264, _X265, _MPEG2, _MPEG4),
    ".m2ts": (_X264, _MPEG2),
    ".webm": (_VP8, _VP9, _AV1),
    ".3gp": (Codec("h263", options=(("qscale", "3"),), own_aspect=Fraction(12, 11)), _MPEG4, _X264),
    ".dv": (_DV,),
    ".mxf": (_MPEG2, _X264, _DV),
    ".rm": (Codec("rv10"), Codec("rv20")),
    ".ogv": (_VP8,),
    ".m4v": (_X264,),
}

_FORMATS = {".m2ts": "mpegts", ".vob": "vob", ".ogv": "ogg", ".m4v": "mp4"}
_TURNED = {".mp4", ".mov", ".mkv"}
_SQUEEZED = {".mp4", ".mov", ".mkv", ".avi", ".mpg", ".vob", ".ts", ".m2ts"}
NO_INDEX, NO_SYNC_TABLE, ALL_KEYS, FRAGMENTED, LIVE = "no index", "no stss", "all keys", "fragmented", "live"
_INDEXES = {
    ".avi": (NO_INDEX,),
    ".mp4": (NO_SYNC_TABLE, FRAGMENTED),
    ".mov": (NO_SYNC_TABLE,),
    ".flv": (ALL_KEYS,),
    ".wmv": (ALL_KEYS,),
    ".mkv": (LIVE,),
    ".webm": (LIVE,),
}


def cases() -> Iterator[Case]:
    """Yield every file of the sweep."""
    for container, codecs in CONTAINERS.items():
        for number, codec in enumerate(codecs):
            plain = Case(container, codec)
            yield plain
            if codec.b_frames:
                yield replace(plain, b_frames=2)
            for fields in codec.interlaced:
                yield replace(plain, fields=fields)
                if codec.b_frames:
                    yield replace(plain, fields=fields, b_frames=2)
            for index in _INDEXES.get(container, ()):
                yield replace(plain, index=index)
                if codec.b_frames:
                    yield replace(plain, index=index, b_frames=2)
            if not codec.turns:
                continue
            if container in _TURNED and number < 6:
                for turn in (90, 180, 270) if number == 0 else (90,):
                    yield replace(plain, turn_deg=turn)
            if container in _SQUEEZED and number < 5:
                for aspect in codec.aspects if number == 0 else codec.aspects[1:2]:
                    yield replace(plain, aspect=aspect)
                if number == 0 and container in _TURNED:
                    yield replace(plain, aspect=codec.aspects[1], turn_deg=90)


def clock(moment: float, size: tuple[int, int]) -> np.ndarray:
    """Return what the clock shows at a moment in seconds: (height, width, 3), 0..255, RGB."""
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = colour_of(int(moment + 0.5 + 1e-6))
    # One corner is always dark, one always light, so that turned pictures differ.
    picture[: height // 4, : width // 4] = 16
    picture[-height // 4 :, : width // 4] = 235
    thick = width // 8
    left = round((moment % 1) * (width - thick))
    picture[height // 3 : height - height // 3, left : left + thick] = (245, 245, 245)
    return picture


def pictures(case: Case) -> Iterator[np.ndarray]:
    """Yield the pictures of a case, in full size."""
    for number in range(FRAMES):
        now = clock(number / RATE, case.codec.size)
        if case.fields != PROGRESSIVE:
            later = clock(min((number + 0.5) / RATE, number // RATE + 1 - 1e-3), case.codec.size)
            second_field = 1 if case.fields == TOP_FIRST else 0
            now[second_field::2] = later[second_field::2]
        yield now


class CannotMakeError(Exception):
    """FFmpeg does not make this combination here."""


def make(case: Case, folder: Path) -> Path:
    """Write the file of a case and return it.

    Raises:
        CannotMakeError: FFmpeg refuses the combination.
    """
    path = folder / case.name
    try:
        _write(case, path)
    except (OSError, ValueError, RuntimeError, TypeError, NotImplementedError) as error:
        path.unlink(missing_ok=True)
        raise CannotMakeError(str(error)) from error
    if case.index:
        path.write_bytes(_without_index(path.read_bytes(), case.index))
    return path


def _write(case: Case, path: Path) -> None:
    import av

    codec = case.codec
    options = {FRAGMENTED: {"movflags": "frag_keyframe+empty_moov"}, LIVE: {"live": "1"}}.get(case.index, {})
    with av.open(str(path), "w", format=_FORMATS.get(case.container), options=options) as output:
        stream: Any = output.add_stream(codec.encoder, rate=RATE, options=_options(case))
        context = stream.codec_context
        stream.width, stream.height = codec.size
        stream.pix_fmt = codec.pix_fmt
        context.gop_size = KEY_EVERY
        context.max_b_frames = case.b_frames
        if case.aspect != 1:
            context.sample_aspect_ratio = case.aspect
            stream.sample_aspect_ratio = case.aspect
        if case.turn_deg:
            stream.set_display_rotation(-case.turn_deg)
        marked = _field_marker(case)
        for number, picture in enumerate(pictures(case)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            output.mux(stream.encode(marked(frame)))
        output.mux(stream.encode())


def _options(case: Case) -> dict[str, str]:
    options = dict(case.codec.options)
    interlaced = case.fields != PROGRESSIVE
    if case.codec.encoder == "libx264":
        order = {PROGRESSIVE: "", TOP_FIRST: ":tff=1", BOTTOM_FIRST: ":bff=1"}[case.fields]
        options["x264-params"] = f"bframes={case.b_frames}:keyint={KEY_EVERY}:scenecut=0{order}"
    elif case.codec.encoder == "libx265":
        options["x265-params"] += f":bframes={case.b_frames}:keyint={KEY_EVERY}:scenecut=0"
    elif interlaced and case.codec.encoder in ("mpeg2video", "mpeg4", "prores_ks", "dnxhd"):
        options["flags"] = "+ildct+ilme"
    if interlaced and case.codec.encoder != "libx264":
        options["field_order"] = "tt" if case.fields == TOP_FIRST else "bb"
    return options


def _field_marker(case: Case) -> Any:
    """Return what converts a picture to the encoder's format and marks its fields."""
    import av

    graph: Any = None

    def marked(frame: av.VideoFrame) -> av.VideoFrame:
        nonlocal graph
        converted = frame.reformat(format=case.codec.pix_fmt)
        converted.pts, converted.time_base = frame.pts, frame.time_base
        if case.fields == PROGRESSIVE:
            return converted
        if graph is None:
            graph = av.filter.Graph()
            source = graph.add_buffer(
                width=converted.width,
                height=converted.height,
                format=converted.format,
                time_base=converted.time_base,
            )
            mode = graph.add("setfield", "tff" if case.fields == TOP_FIRST else "bff")
            sink = graph.add("buffersink")
            source.link_to(mode)
            mode.link_to(sink)
            graph.configure()
        graph.push(converted)
        result = graph.pull()
        result.pts, result.time_base = converted.pts, converted.time_base
        return result

    return marked


def _without_index(data: bytes, how: str) -> bytes:
    """Return a file as a camera that died, or a program that does not know better, left it."""
    if how == NO_INDEX:
        return data[: data.rindex(b"idx1")]
    if how == NO_SYNC_TABLE:
        return data.replace(b"stss", b"free")
    if how == ALL_KEYS and data.startswith(b"FLV"):
        return _flv_all_keys(data)
    if how == ALL_KEYS:
        return _asf_all_keys(data)
    return data


def _flv_all_keys(data: bytes) -> bytes:
    result, at = bytearray(data), 13
    while at + 11 < len(result):
        size = int.from_bytes(result[at + 1 : at + 4], "big")
        if result[at] == 9 and size:
            first = result[at + 11]
            # Enhanced FLV keeps its own bit, the frame type has three bits then.
            result[at + 11] = (first & 0x8F) | 0x10
        at += 11 + size + 4
    return bytes(result)


_ASF_DATA = bytes.fromhex("3626B2758E66CF11A6D900AA0062CE6C")


def _asf_all_keys(data: bytes) -> bytes:
    """Set the key bit of every payload in the packets of an ASF file, as FFmpeg writes them."""
    result = bytearray(data)
    (packet_size,) = struct.unpack_from(
        "<I", data, data.index(bytes.fromhex("A1DCAB8C47A9CF118EE400C00C205365")) + 92
    )
    start = data.index(_ASF_DATA) + 50
    for packet in range(start, len(result) - packet_size + 1, packet_size):
        at = packet
        if result[at] & 0x80:
            at += 1 + (result[at] & 0x0F)
        length_flags, property_flags = result[at], result[at + 1]
        at += 2
        many = length_flags & 1
        for shift in (5, 1, 3):
            at += {0: 0, 1: 1, 2: 2, 3: 4}[length_flags >> shift & 3]
        at += 6
        payloads, payload_length_size = 1, 0
        if many:
            payloads, payload_length_size = result[at] & 0x3F, {0: 0, 1: 1, 2: 2, 3: 4}[result[at] >> 6]
            at += 1
        for _ in range(payloads):
            if at >= packet + packet_size:
                break
            result[at] |= 0x80
            at += 1
            for shift in (4, 2):
                at += {0: 0, 1: 1, 2: 2, 3: 4}[property_flags >> shift & 3]
            replicated_size = {0: 0, 1: 1, 2: 2, 3: 4}[property_flags & 3]
            replicated = int.from_bytes(result[at : at + replicated_size], "little")
            at += replicated_size + replicated
            if not many:
                break
            length = int.from_bytes(result[at : at + payload_length_size], "little")
            at += payload_length_size + length
    return bytes(result)
