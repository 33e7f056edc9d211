"""No picture that was not written: over all pixel formats, field orders and sizes that FFmpeg converts."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import av
import numpy as np
import pytest
from av.video.format import names

from organizer.frames.pictures.convert import convert
from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.pictures.resize import limited
from tests.clips import COLOURS
from tests.interlaced_clips import marked, woven

ORDERS = ("prog", "tff", "bff")
# Size and limit of the shorter side.
SIZES = [((64, 48), None), ((66, 50), None), ((66, 50), 24), ((66, 50), 1), ((63, 47), 24), ((67, 51), None)]
SIZES += [((18, 2), None), ((17, 3), None), ((16, 1), None)]


def is_of_hardware(name: str) -> bool:
    try:
        av.VideoFrame(16, 16, name)
    except (ValueError, av.error.FFmpegError):
        return True
    return False


FORMATS = sorted(name for name in names if not is_of_hardware(name))
"""Formats that a decoder can hand out in memory."""


def poison(size: tuple[int, int], level: int) -> None:
    """Leave memory of pictures of a size behind that is full of one number."""
    for name in ("rgb24", "gbrp", "gbrp16le"):
        left = [av.VideoFrame(*size, name) for _ in range(4)]
        for frame in left:
            for plane in frame.planes:
                plane.update(bytes([level]) * plane.buffer_size)


SQUARE_PIXELS = SimpleNamespace(
    sample_aspect_ratio=None, codec_context=SimpleNamespace(sample_aspect_ratio=None)
)
"""All that the converter asks of a stream."""


def filled(name: str, size: tuple[int, int], level: int = 0x4D) -> av.VideoFrame:
    """A picture all of whose bytes are the same; what lies beyond it differs."""
    frame = av.VideoFrame(*size, name)
    for plane in frame.planes:
        plane.update(bytes([level]) * plane.buffer_size)
    frame.pts = 0
    return frame


@cache
def gradient(size: tuple[int, int]) -> np.ndarray:
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    across, down = x * 255 // max(1, width - 1), y * 255 // max(1, height - 1)
    return np.stack([across, down, (across + down) // 2], axis=-1).astype(np.uint8)


def rgb_of(frame: av.VideoFrame, short_side: int | None) -> np.ndarray | None:
    """What the converter makes of a frame; None when it refuses."""
    try:
        return RgbConverter(SQUARE_PIXELS, short_side=short_side, threads=1).rgb(frame)
    except (av.error.FFmpegError, ValueError):
        return None


def test_memory_is_poisoned():
    """The tests below could not fail if new pictures came zeroed."""
    poison((64, 48), 0xA5)
    fresh = av.VideoFrame(64, 48, "rgb24")
    if bytes(fresh.planes[0]).count(0xA5) < 1000:
        pytest.skip("this allocator does not hand out the same memory again")


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_in_memory_before_is_never_seen(name):
    """Twice the same, whatever memory held; and as without the mark of interlacing, for all is one colour."""
    for size, short_side in SIZES:
        case = f"{size}, limit {short_side}"
        small = size if short_side is None else limited(*size, short_side)
        shown = []
        for order in ORDERS:
            for level in (0x00, 0xFF):
                frame = marked(filled(name, size), order)
                poison(small, level)
                shown.append(rgb_of(frame, short_side))
        if any(one is None for one in shown):
            assert all(one is None for one in shown), f"{case}: refused for some orders of fields only"
            continue
        for one, other in zip(shown[::2], shown[1::2], strict=True):
            assert one.shape == (small[1], small[0], 3)
            assert np.array_equal(one, other), f"{case}: holds what was there before"
            # Formats of a few bits are dithered.
            assert np.abs(one.mean((0, 1)) - shown[0].mean((0, 1))).max() < 8, case


def test_nearly_all_formats_are_converted():
    refused = [name for name in FORMATS if rgb_of(filled(name, (64, 48)), None) is None]
    assert len(FORMATS) - len(refused) > 190
    # 4 bits for each pixel, and others that no decoder of FFmpeg gives.
    assert {"rgb4", "bgr4"} <= set(refused)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["rgb4", "bgr4"])
def test_a_conversion_that_does_not_take_place_is_an_error(name, order):
    """PyAV looks at what FFmpeg returns; OpenCV did not."""
    with pytest.raises(av.error.FFmpegError):
        RgbConverter(SQUARE_PIXELS, short_side=None, threads=1).rgb(marked(filled(name, (64, 48)), order))


FEW_COLOURS = {"bgr8", "rgb8", "bgr4_byte", "rgb4_byte", "bgr4", "rgb4"}


@cache
def coloured_formats() -> list[str]:
    """Formats that FFmpeg can make of RGB, and that have its colours."""
    kept = []
    for name in FORMATS:
        try:
            frame = av.VideoFrame.from_ndarray(gradient((64, 48)), format="rgb24").reformat(format=name)
        except av.error.FFmpegError:
            continue
        if len(frame.format.components) >= 3 and name not in FEW_COLOURS:
            kept.append(name)
    return kept


@pytest.mark.parametrize("order", ORDERS)
def test_each_format_gives_the_picture(order):
    tried = 0
    for name in coloured_formats():
        for size in ((64, 48), (66, 50), (67, 51)):
            picture = gradient(size)
            source = av.VideoFrame.from_ndarray(picture, format="rgb24")
            # Made field by field too, as a camera does.
            frame = marked(marked(source, order if size[1] % 4 == 0 else "prog").reformat(format=name), order)
            shown = rgb_of(frame, None)
            assert shown is not None, name
            off = np.abs(shown.astype(int) - picture).mean()
            assert off < 8, f"{name}, {size}: {off:.1f}"
            tried += 1
    assert tried > 400


@pytest.mark.parametrize("order", ORDERS[1:])
@pytest.mark.parametrize(
    "name", ["yuv420p", "yuvj420p", "nv12", "yuv420p10le", "p010le", "yuva420p", "yuv440p"]
)
@pytest.mark.parametrize("short_side", [None, 48])
def test_the_colours_of_two_fields_are_not_mixed(name, order, short_side):
    """With half as many lines of chroma, each field has its own."""
    red, blue = (np.full((96, 128, 3), COLOURS[index], np.uint8) for index in (0, 2))
    frame = marked(av.VideoFrame.from_ndarray(woven(red, blue), format="rgb24"), order)
    shown = rgb_of(marked(frame.reformat(format=name), order), short_side)
    assert shown is not None
    assert np.abs(shown[2:-2:2].astype(int) - COLOURS[0]).max() <= 10
    assert np.abs(shown[3:-2:2].astype(int) - COLOURS[2]).max() <= 10


@pytest.mark.parametrize("order", ORDERS[1:])
@pytest.mark.parametrize("height", [50, 486, 54, 6, 2])
@pytest.mark.parametrize("name", ["yuv420p", "nv12", "yuv420p10le", "yuv410p", "yuv440p"])
def test_no_line_comes_from_beyond_the_picture(name, order, height):
    """Where the lines of chroma do not divide into two fields, FFmpeg takes one of what lies behind them."""
    for _ in range(3):
        poison((160, height), 0xFF)
        shown = rgb_of(marked(filled(name, (160, height), 0x80), order), None)
        assert shown is not None
        assert np.ptp(shown.reshape(-1, 3), axis=0).max() <= 2


@pytest.mark.parametrize(
    ("name", "pixel"),
    [
        ("rgb555be", b"\x7c\x00"),
        ("bgr555be", b"\x00\x1f"),
        ("rgb565be", b"\xf8\x00"),
        ("bgr565be", b"\x00\x1f"),
        ("rgb555le", b"\x00\x7c"),
        ("rgb565le", b"\x00\xf8"),
        ("rgb444be", b"\x0f\x00"),
        ("rgb48be", b"\xff\xff\0\0\0\0"),
    ],
)
@pytest.mark.parametrize("short_side", [None, 8])
def test_bytes_are_not_swapped(name, pixel, short_side):
    """16 bits of RGB, as old QuickTime files store them."""
    frame = av.VideoFrame(32, 16, name)
    frame.planes[0].update(pixel * (frame.planes[0].buffer_size // len(pixel)))
    shown = rgb_of(frame, short_side)
    assert shown is not None
    assert shown[..., 0].min() >= 238
    assert shown[..., 1:].max() <= 2


def test_size_format_and_fields_may_change_from_picture_to_picture():
    converter = RgbConverter(SQUARE_PIXELS, short_side=None, threads=1)
    for round_ in range(3):
        for name in ("yuv420p", "yuv422p10le", "nv12", "gray", "gbrp", "rgb24", "yuv420p"):
            for size in ((64, 48), (66, 50), (176, 144)):
                for order in ORDERS if round_ % 2 else reversed(ORDERS):
                    poison(size, 0xFF * (round_ % 2))
                    level = 40 + 30 * round_
                    shown = converter.rgb(marked(filled(name, size, level), order))
                    assert shown.shape == (size[1], size[0], 3)
                    assert np.ptp(shown.reshape(-1, 3), axis=0).max() <= 2, (name, size, order)


def test_the_frame_itself_is_left_as_it_was():
    frame = marked(filled("yuv420p", (66, 50)), "tff")
    convert(frame, av.video.reformatter.VideoReformatter(), 66, 50, "rgb24")
    assert frame.interlaced_frame
    assert frame.format.name == "yuv420p"
