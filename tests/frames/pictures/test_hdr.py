"""HDR clips through every reader: pictures look as what was in front of the camera, not washed out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import Interpolation, VideoReformatter

from organizer.frames.pictures.hdr import Colour, Primaries, Transfer, colour_of, sdr_picture
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import FrameReader
from tests import clips, hdr_clips
from tests.posters import make_poster

READERS: list[Callable[[], FrameReader]] = [KeyFrameReader, PyAvReader]
TOLERANCE = 6
"""How far a channel may be off after a lossy codec."""


@pytest.fixture(params=READERS, ids=lambda make: make.__name__)
def reader(request: pytest.FixtureRequest) -> FrameReader:
    return request.param()


def scene(size: tuple[int, int] = (192, 128)) -> np.ndarray:
    """Grey ramps beside coloured fields, none of them brighter than the curve of highlights leaves alone."""
    width, height = size
    ramp = np.linspace(10, 170, width)[None, :, None]
    picture = np.broadcast_to(ramp, (height, width, 3)).copy()
    for index, colour in enumerate(hdr_clips.COLOURS[:6]):
        left = index * width // 6
        picture[height // 2 :, left : left + width // 6] = colour
    return picture.round().astype(np.uint8)


def saturation(rgb: np.ndarray) -> float:
    values = rgb.astype(float)
    return float((values.max(axis=2) - values.min(axis=2)).mean())


@pytest.mark.parametrize(
    ("name", "transfer", "codec"),
    [
        ("hlg.mp4", "hlg", "libx265"),
        ("pq.mp4", "pq", "libx265"),
        ("hlg.mov", "hlg", "libx265"),
        ("pq.mkv", "pq", "libx265"),
        ("hlg.ts", "hlg", "libx265"),
        ("hlg vp9.webm", "hlg", "libvpx-vp9"),
        ("pq av1.mp4", "pq", "libsvtav1"),
    ],
)
def test_each_second_shows_what_the_camera_saw(reader, tmp_path, name, transfer, codec):
    if codec not in av.codec.codecs_available:
        pytest.skip(f"this build of PyAV has no {codec}")
    path = hdr_clips.make_hdr_clip(tmp_path / name, transfer, seconds=5, codec=codec, key_every=10)
    frames = list(reader.read(str(path)))
    assert [frame.second for frame in frames] == [0, 1, 2, 3, 4]
    # Eight bits leave steps of several levels in the dark half of HLG.
    tolerance = TOLERANCE if codec != "libvpx-vp9" else 2 * TOLERANCE
    for frame in frames:
        assert frame.rgb.dtype == np.uint8
        assert frame.rgb.shape == (64, 96, 3)
        clips.assert_colour(frame.rgb, hdr_clips.colour_of(frame.second), tolerance=tolerance)


@pytest.mark.parametrize("transfer", ["hlg", "pq"])
@pytest.mark.parametrize("short_side", [None, 48])
def test_readers_agree(tmp_path, transfer, short_side):
    path = hdr_clips.write_hdr_clip(tmp_path / "clip.mp4", [scene()] * 12, transfer)
    pictures = [
        [frame.rgb.astype(int) for frame in make().read(str(path), short_side=short_side)] for make in READERS
    ]
    for others in pictures[1:]:
        assert len(others) == len(pictures[0]) == 2
        for picture, other in zip(pictures[0], others, strict=True):
            assert np.abs(picture - other).mean() < 0.5
            assert np.abs(picture - other).max() <= 4


@pytest.mark.parametrize("transfer", ["hlg", "pq"])
def test_posters_are_not_washed_out(reader, tmp_path, transfer):
    path = hdr_clips.write_hdr_clip(tmp_path / "clip.mp4", [scene()] * 3, transfer)
    data = make_poster(frame.rgb for frame in reader.read(str(path)))
    poster = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert np.abs(poster.astype(int) - scene()).mean() < 5
    assert saturation(poster) > 0.9 * saturation(scene())
    # What it would have been: this test can tell.
    with av.open(str(path)) as container:
        raw = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert saturation(raw) < 0.75 * saturation(scene())


@pytest.mark.parametrize("transfer", ["hlg", "pq"])
def test_white_is_bright_and_highlights_are_told_apart(reader, tmp_path, transfer):
    # Twice and four times the light of a white page: reflections, lamps.
    fields = [(255, 255, 255), (344, 344, 344), (465, 465, 465)]
    picture = np.concatenate([np.full((64, 64, 3), field) for field in fields], axis=1)
    path = hdr_clips.write_hdr_clip(tmp_path / "clip.mp4", [picture] * 3, transfer)
    (frame,) = reader.read(str(path))
    levels = [int(frame.rgb[32, 32 + 64 * index].mean()) for index in range(3)]
    assert levels[0] == pytest.approx(229, abs=TOLERANCE)
    assert levels[0] + 8 < levels[1] <= levels[2] <= 255
    assert levels[1] + 2 < levels[2]


def test_an_ordinary_clip_is_left_as_it_is(reader, tmp_path):
    """The same way as for HDR, ten bits and all, but in BT.709: bright colours must not be bent."""
    bright = np.concatenate([np.full((64, 64, 3), colour) for colour in [(250, 250, 250), (240, 130, 20)]], 1)
    path = hdr_clips.write_hdr_clip(tmp_path / "clip.mp4", [bright] * 3, "sdr")
    (frame,) = reader.read(str(path))
    assert np.abs(frame.rgb[16:48, 8:56].astype(int) - (250, 250, 250)).mean() <= 3
    assert np.abs(frame.rgb[16:48, 72:120].astype(int) - (240, 130, 20)).mean() <= 4


@pytest.mark.parametrize("transfer", ["hlg", "pq"])
def test_files_that_state_the_transfer_alone(reader, tmp_path, transfer):
    path = hdr_clips.write_hdr_clip(tmp_path / "clip.mp4", [scene()] * 3, transfer, primaries=None)
    (frame,) = reader.read(str(path))
    assert np.abs(frame.rgb.astype(int) - scene()).mean() < 5


@pytest.mark.parametrize("pixels", ["yuv420p10le", "yuv422p10le", "yuv444p10le", "p010le", "yuv420p"])
def test_every_size_has_the_same_colours(tmp_path, pixels):
    path = hdr_clips.make_hdr_clip(tmp_path / "clip.mp4", "pq", seconds=0.3)
    with av.open(str(path)) as container:
        decoded = next(container.decode(video=0))
    frame = decoded.reformat(format=pixels)
    frame.colorspace, frame.color_trc, frame.color_primaries = 9, 16, 9
    for size in [(96, 64), (95, 64), (96, 63), (48, 64), (48, 32), (47, 31), (192, 128)]:
        rgb = sdr_picture(frame, VideoReformatter(), *size, interpolation=Interpolation.AREA)
        assert rgb.shape == (size[1], size[0], 3)
        clips.assert_colour(rgb, hdr_clips.colour_of(0), tolerance=TOLERANCE)
    assert colour_of(frame) == Colour(Transfer.PQ, Primaries.BT2020), "the frame must be left as it was"


def test_a_matrix_that_is_not_stated_is_that_of_bt2020(tmp_path):
    path = hdr_clips.make_hdr_clip(tmp_path / "clip.mp4", "hlg", seconds=0.3)
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    stated = sdr_picture(frame, VideoReformatter(), 96, 64)
    frame.colorspace = 2
    assert np.array_equal(sdr_picture(frame, VideoReformatter(), 96, 64), stated)


def test_av1_is_read_by_all(reader, tmp_path):
    if "libsvtav1" not in av.codec.codecs_available:
        pytest.skip("this build of PyAV has no libsvtav1")
    frames = list(reader.read(str(clips.make_clip(tmp_path / "clip.mp4", seconds=3, codec="libsvtav1"))))
    assert [frame.second for frame in frames] == [0, 1, 2]
    for frame in frames:
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))


def test_closing_closes_the_file(reader, tmp_path):
    path = hdr_clips.make_hdr_clip(tmp_path / "clip.mp4", "hlg", seconds=3)
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("open files are listed in /proc only")
    frames = reader.read(str(path))
    next(frames)
    assert len(list(holding(path))) == 1
    frames.close()
    assert not list(holding(path))


def holding(path: Path) -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if os.readlink(link) == str(path):
                yield str(link)


def test_rotated_hdr(reader, tmp_path):
    path = hdr_clips.write_hdr_clip(tmp_path / "clip.mp4", [scene()] * 3, "hlg")
    clips.set_rotation(Path(path), 90)
    (frame,) = reader.read(str(path), short_side=64)
    assert frame.rgb.shape == (96, 64, 3)
    upright = cv2.resize(np.rot90(scene(), -1), (64, 96), interpolation=cv2.INTER_AREA)
    assert np.abs(frame.rgb.astype(int) - upright).mean() < 5
