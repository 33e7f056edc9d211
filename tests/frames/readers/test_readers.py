"""What every reader promises, over every kind of clip."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from organizer.errors import MissingDependencyError, NotAVideoError, UnreadableVideoError
from organizer.features.processor import processors
from organizer.frames.loading import load_cv2
from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.readers import pyav_reader
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import FrameReader, second_of
from organizer.frames.readers.sampling import AutoReader
from organizer.types import Frame
from tests import clips

READERS: list[Callable[[], FrameReader]] = [PyAvReader, KeyFrameReader, AutoReader]
EXACT = (PyAvReader,)
"""Those that promise the first frame of each second."""


@pytest.fixture(params=READERS, ids=lambda make: make.__name__)
def reader(request: pytest.FixtureRequest) -> FrameReader:
    return request.param()


def read(reader: FrameReader, path: Path, **settings: int | None) -> list[Frame]:
    return list(reader.read(str(path), **settings))


def assert_seconds(frames: list[Frame], expected: int) -> None:
    assert [frame.second for frame in frames] == list(range(expected))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("h264.mp4", {}),
        ("no b-frames.mp4", {"options": {"bf": "0"}}),
        ("few key frames.mp4", {"key_every": 1000}),
        ("h264.mov", {}),
        ("h264.mkv", {}),
        ("vp9.webm", {}),
        ("vp8.webm", {"codec": "libvpx"}),
        ("mpeg4.avi", {}),
        ("b-frames.avi", {"options": {"bf": "2"}}),
        ("mpeg4.mp4", {"codec": "mpeg4"}),
        ("transport.ts", {}),
        ("camcorder.mts", {"container": "mpegts"}),
        ("mpeg2.mpg", {"fps": 25}),
        ("flash.flv", {}),
        ("windows.wmv", {}),
        ("16 bits of rgb.mov", {"codec": "rawvideo", "pix_fmt": "rgb555be"}),
    ],
)
def test_each_second_shows_its_colour(reader, tmp_path, name, settings):
    frames = read(reader, clips.make_clip(tmp_path / name, seconds=4, **settings))
    assert_seconds(frames, 4)
    for frame in frames:
        assert frame.rgb.dtype == np.uint8
        assert frame.rgb.shape == (48, 64, 3)
        assert second_of(frame.time_s) == frame.second
        if isinstance(reader, EXACT):
            assert frame.time_s == pytest.approx(frame.second, abs=0.051)
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))


@pytest.mark.parametrize(
    ("seconds", "fps", "expected"),
    [(0.1, 10, 1), (0.5, 10, 1), (1.0, 10, 1), (1.1, 10, 2), (2.0, 30, 2), (3.04, 25, 4), (50, 5, 45)],
)
def test_number_of_frames(reader, tmp_path, seconds, fps, expected):
    frames = read(reader, clips.make_clip(tmp_path / "clip.mp4", seconds=seconds, fps=fps))
    assert_seconds(frames, expected)
    assert frames[0].time_s == 0.0
    for frame in frames:
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))


# Each case: when the frames begin, and per second which of them (counted from 0) is expected.
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0, 3, 6], [0, 0, 0, 1, 1, 1, 2]),
        ([0, 0.2, 0.4, 2.5, 2.7, 3.1], [0, 2, 3, 5]),
        ([0, 0.9, 1.95, 3.05, 3.5, 6.2, 6.4], [0, 2, 2, 3, 4, 4, 5]),
        ([0, 5.5], [0, 0, 0, 0, 0, 1]),
        ([0, 0.04, 0.08, 1.5], [0, 3]),
        ([0, 1, 2, 3], [0, 1, 2, 3]),
    ],
)
def test_variable_frame_rate(reader, tmp_path, suffix, times, expected):
    frames = read(reader, clips.make_timed_clip(tmp_path / f"clip{suffix}", times))
    assert_seconds(frames, len(expected))
    for frame, first in zip(frames, expected, strict=True):
        chosen = first
        if not isinstance(reader, EXACT):
            beginning = [at for at, time_s in enumerate(times) if second_of(time_s) == frame.second]
            if beginning:
                chosen = min(beginning, key=lambda at: abs(times[at] - frame.time_s))
        assert frame.time_s == pytest.approx(times[chosen], abs=0.002)
        clips.assert_colour(frame.rgb, clips.colour_of(chosen))


def test_a_gap_that_outlasts_the_limit_ends_at_the_limit(reader, tmp_path):
    path = clips.make_timed_clip(tmp_path / "clip.mkv", [0, 0.5, 100])
    frames = read(reader, path)
    assert_seconds(frames, 45)
    clips.assert_colour(frames[44].rgb, clips.colour_of(1))


def test_max_seconds(reader, tmp_path):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    assert_seconds(read(reader, path, max_seconds=2), 2)
    with pytest.raises(ValueError, match="max_seconds"):
        read(reader, path, max_seconds=0)


# Where red, green, blue and white (above left, above right, below left, below right) go.
@pytest.mark.parametrize(("degrees", "corners"), [(0, "rgbw"), (90, "brwg"), (180, "wbgr"), (270, "gwrb")])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("short_side", [None, 32])
def test_rotation_is_applied(reader, tmp_path, degrees, corners, suffix, short_side):
    (frame,) = read(
        reader, clips.make_rotated_clip(tmp_path / f"clip{suffix}", degrees), short_side=short_side
    )
    long, short = (48, 32) if short_side else (96, 64)
    assert frame.rgb.shape == ((long, short, 3) if degrees in (90, 270) else (short, long, 3))
    height, width = frame.rgb.shape[:2]
    colours = {"r": (220, 30, 30), "g": (30, 200, 30), "b": (30, 30, 220), "w": (235, 235, 235)}
    halves = (
        [slice(0, height // 2), slice(height // 2, None)],
        [slice(0, width // 2), slice(width // 2, None)],
    )
    for index, letter in enumerate(corners):
        part = frame.rgb[halves[0][index // 2], halves[1][index % 2]]
        clips.assert_colour(part, colours[letter])


@pytest.mark.parametrize("size", [(63, 47), (97, 33), (16, 16), (2, 2)])
def test_odd_sizes(reader, tmp_path, size):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=2, size=size, pix_fmt="yuv444p")
    frames = read(reader, path)
    assert [frame.rgb.shape for frame in frames] == [(size[1], size[0], 3)] * 2
    clips.assert_colour(frames[1].rgb, clips.colour_of(1))


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((320, 180), None, (320, 180)),
        ((320, 180), 180, (320, 180)),
        ((320, 180), 500, (320, 180)),
        ((320, 180), 90, (160, 90)),
        ((180, 320), 90, (90, 160)),
        ((320, 180), 50, (89, 50)),
        ((66, 66), 65, (65, 65)),
        ((640, 16), 1, (40, 1)),
    ],
)
def test_the_shorter_side_can_be_limited(reader, tmp_path, size, short_side, expected):
    pictures = [(0, clips.quadrants(size)), (0.1, clips.quadrants(size))]
    path = clips.write_clip(tmp_path / "clip.mp4", pictures)
    (frame,) = read(reader, path, short_side=short_side)
    width, height = expected
    assert frame.rgb.shape == (height, width, 3)
    assert frame.rgb.dtype == np.uint8
    if min(expected) > 10:
        clips.assert_colour(frame.rgb[: height // 2, : width // 2], (220, 30, 30))
        clips.assert_colour(frame.rgb[height - height // 2 :, : width // 2], (30, 30, 220))


def test_limiting_averages_areas(reader, tmp_path):
    fine = np.zeros((480, 480, 3), np.uint8)
    fine[::2] = 200
    path = clips.write_clip(tmp_path / "clip.mp4", [(0, fine)], options={"crf": "1"}, pix_fmt="yuv444p")
    (full,) = read(reader, path)
    (small,) = read(reader, path, short_side=60)
    assert np.ptp(full.rgb[200:280, 200:280].astype(int)) > 150
    assert np.abs(small.rgb[20:40, 20:40].astype(int) - 100).max() <= 8


def test_a_limit_of_nothing_is_refused(reader, tmp_path):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=1)
    with pytest.raises(ValueError, match="short_side"):
        read(reader, path, short_side=0)


# BT.601 and BT.709, limited and full range, as FFmpeg numbers them; None where the file states nothing.
@pytest.mark.parametrize("matrix", [None, 1, 6])
@pytest.mark.parametrize("colour_range", [None, 1, 2])
@pytest.mark.parametrize("short_side", [None, 60])
def test_colours_follow_what_the_file_states(reader, tmp_path, matrix, colour_range, short_side):
    luma, blue, red = 120, 90, 180
    path = clips.write_planes(
        tmp_path / "clip.mp4", (luma, blue, red), size=(320, 240), matrix=matrix, colour_range=colour_range
    )
    (frame,) = read(reader, path, short_side=short_side)
    red_share, blue_share = (0.2126, 0.0722) if matrix == 1 else (0.299, 0.114)
    if colour_range == 2:
        y, u, v = luma / 255, (blue - 128) / 255, (red - 128) / 255
    else:
        y, u, v = (luma - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    r, b = y + 2 * (1 - red_share) * v, y + 2 * (1 - blue_share) * u
    g = (y - red_share * r - blue_share * b) / (1 - red_share - blue_share)
    colour = [round(255 * channel) for channel in (r, g, b)]
    clips.assert_colour(frame.rgb, colour, tolerance=3)


NAMES = [
    b"plain.mp4",
    "日本 Ünïcode e\u0301 😀.mp4".encode(),
    b"new\nline.mp4",
    b"100%.mp4",
    b"img_%02d.mp4",
    b"-leading-dash.mp4",
    b"http:example.mp4",
    b"file:x.mp4",
    b"concat:a|b.mp4",
    b"a;b&c 'd' \"e\".mp4",
    b"back\\slash.mp4",
    b"[1-3]*?.mp4",
    b"not utf-8 \xff\xfe.mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_only_names(reader, tmp_path, name):
    source = clips.make_clip(tmp_path / "source.mp4", seconds=2)
    path = tmp_path / os.fsdecode(name)
    try:
        shutil.copy(source, path)
    except OSError as error:
        pytest.skip(f"this file system refuses the name {name!r}: {error}")
    frames = read(reader, path)
    assert_seconds(frames, 2)
    clips.assert_colour(frames[1].rgb, clips.colour_of(1))


def test_a_pattern_does_not_open_its_neighbours(reader, tmp_path):
    for index in range(3):
        clips.make_clip(tmp_path / f"img_{index:02d}.mp4", seconds=3)
    clips.write_clip(tmp_path / "img_%02d.mp4", [(0, clips.plain((240, 130, 20)))])
    (frame,) = read(reader, tmp_path / "img_%02d.mp4")
    clips.assert_colour(frame.rgb, (240, 130, 20))


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\ngood.ts\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", "the file is empty"),
        ("zeros.mp4", bytes(50_000), "it holds nothing but zeros"),
        ("text.mp4", b"just some words\n", "its content is text, not a video"),
        ("playlist.mp4", PLAYLIST.encode(), "its content is text, not a video"),
        ("playlist.ts", PLAYLIST.encode(), "its content is text, not a video"),
        ("concat.mp4", b"ffconcat version 1.0\nfile good.ts\n", "its content is text, not a video"),
        ("img_%02d.png", b"broken", "its content is text, not a video"),
        ("picture.mp4", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99), "its content is a picture, not a video"),
        ("random.mp4", bytes(range(256)) * 9, "its content is not a known video format"),
    ],
)
def test_other_content_is_refused_with_its_reason(reader, tmp_path, name, content, reason):
    clips.make_clip(tmp_path / "good.ts")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotAVideoError) as caught:
        read(reader, path)
    assert caught.value.reason == reason
    assert caught.value.path == str(path)


@pytest.mark.parametrize("cover", [False, True], ids=["sound", "sound and cover"])
def test_sound_alone_is_not_a_video(reader, tmp_path, cover):
    with pytest.raises(NotAVideoError, match="sound but no picture"):
        read(reader, clips.make_sound(tmp_path / "song.mp4", cover=cover))


def test_a_missing_index_is_named(reader, tmp_path, capfd):
    whole = clips.make_clip(tmp_path / "whole.mp4", seconds=2)
    with pytest.raises(UnreadableVideoError, match="its index is missing"):
        read(reader, clips.cut(whole, tmp_path / "cut.mp4", 0.5))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".avi", ".mpg"])
def test_a_stream_that_breaks_off_yields_its_beginning(reader, tmp_path, suffix, capfd):
    whole = clips.make_clip(tmp_path / f"whole{suffix}", seconds=8, fps=25, key_every=10)
    frames = read(reader, clips.cut(whole, tmp_path / f"cut{suffix}", 0.5))
    assert 2 <= len(frames) <= 6
    assert_seconds(frames, len(frames))
    for frame in frames[:-1]:
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))
    assert capfd.readouterr() == ("", "")


def test_garbage_in_the_middle_does_not_stop_what_can_be_decoded(reader, tmp_path):
    path = clips.make_clip(tmp_path / "clip.ts", seconds=6, key_every=5)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(600)
    path.write_bytes(data)
    frames = read(reader, path)
    assert_seconds(frames, 6)
    clips.assert_colour(frames[0].rgb, clips.colour_of(0))


def test_a_video_without_one_whole_picture_is_unreadable(reader, tmp_path):
    whole = clips.make_clip(tmp_path / "whole.mkv", seconds=2, size=(320, 240))
    data = whole.read_bytes()
    head = data.index(b"\x1f\x43\xb6\x75")
    path = tmp_path / "head.mkv"
    path.write_bytes(data[: head + 20])
    with pytest.raises(UnreadableVideoError):
        read(reader, path)


def test_missing_files_and_relative_paths(reader, tmp_path, monkeypatch):
    with pytest.raises(UnreadableVideoError, match="cannot be read"):
        read(reader, tmp_path / "missing.mp4")
    clips.make_clip(tmp_path / "clip.mp4", seconds=1)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="absolute"):
        read(reader, Path("clip.mp4"))


def test_frames_own_their_memory(reader, tmp_path):
    path = clips.make_timed_clip(tmp_path / "clip.mp4", [0, 0.4, 3, 3.5])
    frames = []
    for frame in reader.read(str(path)):
        frames.append(frame.rgb.copy())
        assert frame.rgb.flags.writeable
        frame.rgb[:] = 255
    for rgb, index in zip(frames, [0, 1, 1, 2], strict=True):
        clips.assert_colour(rgb, clips.colour_of(index))


def test_closing_the_iterator_closes_the_file(reader, tmp_path):
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("open files are listed in /proc only")
    path = clips.make_timed_clip(tmp_path / "clip.mkv", [0, 0.4, 3, 3.5, 9])
    frames = reader.read(str(path))
    for _ in range(3):
        next(frames)
    assert str(path) in open_files()
    frames.close()
    assert str(path) not in open_files()


def open_files() -> list[str]:
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.append(os.readlink(link))
        except OSError:
            continue
    return found


def test_the_original_is_left_as_it_was(reader, tmp_path):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=2)
    path.chmod(0o444)
    os.utime(path, ns=(10**18, 10**18 + 7))
    before = path.read_bytes(), path.stat().st_mtime_ns
    read(reader, path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert os.listdir(tmp_path) == ["clip.mp4"]


def test_what_was_decoded_before_a_picture_broke_counts(tmp_path, monkeypatch):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    real, made = RgbConverter.rgb, []

    def breaking(self, frame):
        made.append(frame)
        if len(made) > 2:
            raise av.error.ArgumentError(22, "Invalid argument")
        return real(self, frame)

    monkeypatch.setattr(RgbConverter, "rgb", breaking)
    assert_seconds(read(PyAvReader(), path), 2)


def test_a_picture_that_cannot_be_converted_is_passed_over(tmp_path, monkeypatch):
    path = clips.make_timed_clip(tmp_path / "clip.mkv", [0, 0.5, 1, 1.5, 4, 4.5, 5])
    real = RgbConverter.rgb

    def breaking(self, frame):
        # The first of all, and the one that should stay on screen until second 4.
        if frame.pts in (0, 1500):
            raise av.error.ArgumentError(22, "Invalid argument")
        return real(self, frame)

    monkeypatch.setattr(RgbConverter, "rgb", breaking)
    frames = read(PyAvReader(), path)
    assert_seconds(frames, 6)
    for frame, index in zip(frames, [1, 2, 4, 4, 4, 6], strict=True):
        clips.assert_colour(frame.rgb, clips.colour_of(index))


def test_pictures_that_cannot_be_converted_are_named(tmp_path, monkeypatch):
    def broken(self, frame):
        raise av.error.ArgumentError(22, "Invalid argument")

    monkeypatch.setattr(RgbConverter, "rgb", broken)
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=1)
    with pytest.raises(UnreadableVideoError, match=r"cannot be shown \(yuv420p\)\. Convert a copy"):
        read(PyAvReader(), path)


@pytest.mark.parametrize("missing", [5, 15, 25])
def test_a_frame_without_a_stamp_does_not_move_the_others(tmp_path, monkeypatch, missing):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    real, stamps = pyav_reader.stamp_of, []

    def forgetful(frame, stream):
        stamps.append(real(frame, stream))
        return None if len(stamps) == missing else stamps[-1]

    monkeypatch.setattr(pyav_reader, "stamp_of", forgetful)
    frames = read(PyAvReader(), path)
    assert_seconds(frames, 4)
    assert [frame.time_s for frame in frames] == pytest.approx([0, 1, 2, 3])


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
@pytest.mark.parametrize("make", [PyAvReader, KeyFrameReader])
def test_a_video_is_decoded_by_as_many_threads_as_asked_and_looks_the_same(tmp_path, make, threads):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=3, key_every=10)
    alone = read(make(threads=1), path)
    if Path("/proc/self/task").is_dir():
        before, frames = decoding_threads(), make(threads=threads).read(str(path))
        next(frames)
        # FFmpeg decodes in the calling thread where one is enough, and takes one more than there are
        # processors, 16 at most, where the number is left to it.
        left_to_it = min(processors() + 1, 16) if processors() > 1 else 0
        assert decoding_threads() - before == {0: left_to_it, 1: 0}.get(threads, threads)
        frames.close()
        assert decoding_threads() == before
    shown = read(make(threads=threads), path)
    assert [(frame.second, frame.time_s) for frame in shown] == [(0, 0.0), (1, 1.0), (2, 2.0)]
    for frame, other in zip(shown, alone, strict=True):
        assert np.array_equal(frame.rgb, other.rgb)


def decoding_threads():
    """How many threads FFmpeg has in this process for H.264; it gives them names."""
    names = [file.read_text() for file in Path("/proc/self/task").glob("*/comm")]
    return sum(name.startswith("av:h264") for name in names)


@pytest.mark.parametrize(
    ("module", "message", "advice"),
    [
        (
            "cv2",
            "libGL.so.1: cannot open shared object file: No such file or directory",
            "apt install libgl1",
        ),
        ("cv2", "No module named 'cv2'", "pip install opencv-python"),
        ("av", "No module named 'av'", "pip install --force-reinstall av"),
    ],
)
def test_a_missing_library_is_named_with_its_remedy(reader, tmp_path, monkeypatch, module, message, advice):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=1)
    real_import = __import__

    def fail(name, *args, **kwargs):
        if name == module:
            raise ImportError(message)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr("builtins.__import__", fail)
    with pytest.raises(MissingDependencyError, match=advice):
        load_cv2() if module == "cv2" else read(reader, path)
