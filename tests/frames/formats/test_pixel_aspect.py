"""Videos whose pixels are no squares are shown, and looked at, in squares."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from organizer.frames.decode import decode
from organizer.frames.formats.pixel_aspect import square_size
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.types import InputSpec, Resize, VideoFile
from tests import clips

FAULTS = Path(__file__).parents[2] / "faults"
READERS = (KeyFrameReader, PyAvReader)

WIDE_PAL, PAL = Fraction(64, 45), Fraction(16, 15)


def info_of(path):
    return probe(str(path), mtime_ns=0)


def poster_and_picture(path, spec, reader):
    status = path.stat()
    file = VideoFile(str(path.parent), path.name, status.st_size, status.st_mtime_ns)
    decoded = decode(file, reader, spec)
    return np.asarray(Image.open(io.BytesIO(decoded.poster)).convert("RGB")), decoded.pictures[0]


def assert_shown(path, stored, shown):
    """Fail unless probe, frames of both readers and posters of both specs have the shape that is shown."""
    info = info_of(path)
    assert (info.width, info.height) == shown
    assert (info.stored_width, info.stored_height) == stored
    short = min(shown) // 4
    limited = (round(shown[0] / min(shown) * short), round(shown[1] / min(shown) * short))
    turned = info.rotation_deg in (90, 270)
    for make in READERS:
        frame = next(iter(make().read(str(path), short_side=short)))
        assert frame.rgb.shape == (*limited[::-1], 3)
        frame = next(iter(make().read(str(path), short_side=None)))
        assert frame.rgb.shape == (*(stored if turned else stored[::-1]), 3)
        for resize in Resize:
            poster, picture = poster_and_picture(path, InputSpec(64, resize), make())
            assert picture.shape == (64, 64, 3)
            assert poster.shape[0] / poster.shape[1] == pytest.approx(shown[1] / shown[0], rel=0.01)


def circle(size, pixel_aspect):
    """A white circle on black, as stored in pixels of an aspect; size is (width, height)."""
    across = (np.arange(size[0]) - (size[0] - 1) / 2) * float(pixel_aspect)
    down = np.arange(size[1]) - (size[1] - 1) / 2
    inside = np.hypot(across, down[:, np.newaxis]) < size[1] * 0.4
    return np.repeat((inside * 235).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def make(path, size=(720, 576), pixel_aspect=WIDE_PAL, **settings):
    """A clip of three pictures with a circle."""
    picture = circle(size, pixel_aspect)
    settings.setdefault("fps", 25)
    return clips.write_clip(path, [(0, picture)] * 3, pixel_aspect=pixel_aspect, **settings)


@pytest.mark.parametrize(
    ("name", "size", "pixel_aspect", "shown", "settings"),
    [
        ("dvd.mpg", (720, 576), WIDE_PAL, (1024, 576), {}),
        ("dvd 4 to 3.mpg", (720, 576), PAL, (768, 576), {}),
        ("ntsc.mpg", (720, 480), Fraction(8, 9), (640, 480), {}),
        ("svcd.mpg", (480, 576), Fraction(8, 5), (768, 576), {}),
        ("television.ts", (544, 576), Fraction(32, 17), (1024, 576), {"codec": "mpeg2video"}),
        ("hdv.ts", (1440, 1080), Fraction(4, 3), (1920, 1080), {"codec": "mpeg2video"}),
        ("avchd.mts", (1440, 1080), Fraction(4, 3), (1920, 1080), {"container": "mpegts"}),
        ("dv.avi", (720, 576), WIDE_PAL, (1024, 576), {"codec": "dvvideo"}),
        ("dv 4 to 3.avi", (720, 576), PAL, (768, 576), {"codec": "dvvideo"}),
        ("dv.mov", (720, 576), WIDE_PAL, (1024, 576), {"codec": "dvvideo"}),
        ("vui.mkv", (720, 576), WIDE_PAL, (1024, 576), {}),
        ("pasp.mp4", (720, 576), WIDE_PAL, (1024, 576), {}),
        ("pasp.mov", (720, 576), WIDE_PAL, (1024, 576), {"codec": "mpeg4"}),
        ("hevc.mp4", (720, 576), WIDE_PAL, (1024, 576), {"codec": "libx265"}),
        ("divx.avi", (720, 576), WIDE_PAL, (1024, 576), {}),
        ("windows.wmv", (720, 576), WIDE_PAL, (1024, 576), {}),
        ("square.mp4", (720, 576), None, (720, 576), {}),
    ],
)
def test_what_container_or_codec_say(tmp_path, name, size, pixel_aspect, shown, settings):
    if settings.get("codec") == "libx265":
        settings = {**settings, "options": {"x265-params": "log-level=error"}}
    pictures = [(0, circle(size, pixel_aspect or 1))] * 3
    settings.setdefault("fps", 25)
    path = clips.write_clip(tmp_path / name, pictures, pixel_aspect=pixel_aspect, **settings)
    assert_shown(path, size, shown)


@pytest.mark.parametrize("make_reader", READERS)
@pytest.mark.parametrize("resize", Resize)
def test_a_circle_is_round_in_the_poster(make_reader, resize):
    """Of the same width and height, to a pixel or two; averaged pictures are no larger than the network's."""
    poster, _ = poster_and_picture(FAULTS / "11_sar_64_45_circle.mp4", InputSpec(299, resize), make_reader())
    assert poster.shape == ((299, 532, 3) if resize is Resize.AREA else (360, 640, 3))
    lit = np.abs(poster.astype(int) - poster[0, 0]).max(axis=-1) > 60
    across, down = np.flatnonzero(lit.any(axis=0)), np.flatnonzero(lit.any(axis=1))
    assert np.ptp(across) == pytest.approx(np.ptp(down), abs=2)
    assert np.ptp(down) > 50


def test_the_file_that_once_failed():
    assert_shown(FAULTS / "11_sar_64_45_circle.mp4", (720, 576), (1024, 576))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pixels_are_stretched_before_the_turn(tmp_path, degrees):
    path = make(tmp_path / "a.mp4")
    clips.set_rotation(path, degrees)
    assert_shown(path, (720, 576), (1024, 576) if degrees == 180 else (576, 1024))


def test_the_recipe_gets_the_pixels_that_were_recorded(tmp_path):
    """Bilinear picks single pixels: those of the same video that says nothing of their shape."""
    stretched = make(tmp_path / "a.mp4")
    plain = clips.write_clip(tmp_path / "b.mp4", [(0, circle((720, 576), WIDE_PAL))] * 3, fps=25)
    spec = InputSpec(299, Resize.BILINEAR)
    for make_reader in READERS:
        pictures = [poster_and_picture(path, spec, make_reader())[1] for path in (stretched, plain)]
        assert np.array_equal(*pictures)


def test_the_container_comes_before_the_codec(tmp_path):
    path = make(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    at = data.index(b"pasp") + 4
    assert struct.unpack_from(">II", data, at) == (64, 45)
    struct.pack_into(">II", data, at, 16, 15)
    path.write_bytes(data)
    assert_shown(path, (720, 576), (768, 576))


def test_a_container_that_says_square_comes_before_the_codec_too(tmp_path):
    path = make(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    struct.pack_into(">II", data, data.index(b"pasp") + 4, 1, 1)
    path.write_bytes(data)
    assert_shown(path, (720, 576), (720, 576))


def test_display_width_of_matroska(tmp_path):
    path = make(tmp_path / "plain.mkv", pixel_aspect=Fraction(1), codec="ffv1")
    # Written as for a live broadcast, the segment has no size of its own that would have to fit.
    target = clips.rewrap(path, tmp_path / "a.mkv", options={"live": "1"})
    size = b"\x54\xb0\x82" + (1024).to_bytes(2, "big") + b"\x54\xba\x82" + (576).to_bytes(2, "big")
    video_settings(target, size)
    unit = b"\x54\xb2\x81"
    # Not in units unknown, but in pixels.
    assert unit + b"\4" in target.read_bytes()
    target.write_bytes(target.read_bytes().replace(unit + b"\4", unit + b"\0"))
    assert_shown(target, (720, 576), (1024, 576))


def video_settings(path, elements):
    """Put elements among the video settings of a Matroska file's only track."""
    data = path.read_bytes()
    at = data.rindex(b"\x16\x54\xae\x6b", 0, data.index(b"\x1f\x43\xb6\x75"))
    path.write_bytes(data[:at] + put_inside(data[at:], [b"\x16\x54\xae\x6b", b"\xae", b"\xe0"], elements))


def put_inside(data, identifiers, elements):
    """Append elements to what the first element with the last identifier holds; parents come first."""
    if not identifiers:
        return data + elements
    at = 0
    while not data.startswith(identifiers[0], at):
        at = content_of(data, at)[1]
    begin, end = content_of(data, at)
    content = put_inside(data[begin:end], identifiers[1:], elements)
    return data[:at] + identifiers[0] + b"\1" + len(content).to_bytes(7, "big") + content + data[end:]


def content_of(data, at):
    """Return where the content of the element at a place begins and ends."""
    at += 9 - data[at].bit_length()
    length = 9 - data[at].bit_length()
    size = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
    return at + length, at + length + size


def test_video_properties_of_avi(tmp_path):
    path = make(tmp_path / "a.avi", pixel_aspect=Fraction(1), codec="mjpeg", pix_fmt="yuvj420p")
    data = bytearray(path.read_bytes())
    at = data.index(b"JUNK")
    room = int.from_bytes(data[at + 4 : at + 8], "little")
    # Format, standard, refresh rate, total width and height; 16:9 of the picture; its width and height.
    properties = struct.pack("<5I2H4I", 0, 0, 25, 720, 576, 9, 16, 720, 576, 1, 0) + bytes(24)
    chunk = b"vprp" + struct.pack("<I", len(properties)) + properties
    rest = b"JUNK" + struct.pack("<I", room - len(chunk)) + bytes(room - len(chunk))
    data[at : at + 8 + room] = chunk + rest
    path.write_bytes(data)
    assert_shown(path, (720, 576), (1024, 576))


@pytest.mark.parametrize(
    "pasp", [(0, 1), (1, 0), (0, 0), (11, 1), (1, 11), (0x7FFFFFFF, 1), (0xFFFFFFF0, 16)]
)
def test_nonsense_counts_as_square(tmp_path, pasp):
    path = make(tmp_path / "a.mp4", pixel_aspect=Fraction(1))
    data = bytearray(path.read_bytes())
    struct.pack_into(">II", data, data.index(b"pasp") + 4, *pasp)
    path.write_bytes(data)
    assert_shown(path, (720, 576), (720, 576))


@pytest.mark.parametrize("codec", ["mpeg2video", "libx264"])
@pytest.mark.parametrize("make_reader", READERS)
def test_television_that_changes_in_the_middle(tmp_path, codec, make_reader):
    parts = [
        make_part(tmp_path / f"{first}.ts", aspect, first, codec)
        for first, aspect in ((0, PAL), (50, WIDE_PAL))
    ]
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames = list(make_reader().read(str(path), short_side=72))
    assert [frame.rgb.shape[1] for frame in frames] == [96, 96, 128, 128]


def make_part(path, aspect, first, codec):
    picture = circle((720, 576), aspect)
    return clips.write_clip(
        path, [(0, picture)] * 50, fps=25, codec=codec, pixel_aspect=aspect, first=first, key_every=25
    )


@pytest.mark.parametrize(
    ("size", "pixel_aspect", "expected"),
    [
        ((720, 576), 64 / 45, (1024, 576)),
        ((720, 576), 1.0, (720, 576)),
        ((720, 480), 8 / 9, (640, 480)),
        ((1440, 1080), 4 / 3, (1920, 1080)),
        # What is left of making 853.33 even.
        ((426, 240), 640 / 639, (426, 240)),
        ((854, 480), 1280 / 1281, (854, 480)),
        ((1, 576), 0.1, (1, 576)),
        ((4, 2), 0.1, (1, 2)),
    ],
)
def test_sizes_in_square_pixels(size, pixel_aspect, expected):
    assert square_size(*size, pixel_aspect) == expected
