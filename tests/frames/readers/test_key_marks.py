"""Packets that the container marks as key frames, but that are none: decoding must not begin there."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from organizer.frames.readers import keyframe_reader
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.sampling import Sampling, reader_for
from tests import clips
from tests.frames.full_decode import assert_as_decoded, full_decode

SCENES = {"msmpeg4", "msmpeg4v2", "mpeg4", "wmv1", "wmv2", "flv", "h263", "h263p", "mpeg2video"}
FAULTS = Path(__file__).parents[2] / "faults"


_STRIPS = 8


def scene(time_s: float, size: tuple[int, int]) -> np.ndarray:
    """Strips, one of which changes every half second: who leaves packets out misses half of the changes."""
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    change = int(2 * time_s)
    for strip in range(_STRIPS):
        last = change - (change - strip) % _STRIPS
        left, right = (width * edge // _STRIPS for edge in (strip, strip + 1))
        picture[:, left:right] = clips.colour_of(last)
    return picture


def make(
    path: Path,
    codec: str,
    *,
    size: tuple[int, int] = (128, 96),
    key_every: int = 25,
    fps: int = 10,
    **settings,
) -> Path:
    """8 s. Where the encoder would begin anew with a change, it is told not to."""
    if codec in SCENES:
        settings["options"] = {"sc_threshold": "1000000000", **settings.get("options", {})}
    pictures = ((index / fps, scene(index / fps, size)) for index in range(8 * fps))
    return clips.write_clip(path, pictures, codec=codec, key_every=key_every, fps=fps, **settings)


def without_index(path: Path) -> Path:
    """Make an AVI as a camera leaves it that ran out of power."""
    data = path.read_bytes().replace(b"indx", b"JUNK")
    path.write_bytes(data[: data.rindex(b"idx1")])
    return path


@pytest.fixture
def decoded_fully(monkeypatch) -> list[str]:
    """Files that the key-frame reader gave up to decode them fully."""
    paths: list[str] = []

    class Reader(PyAvReader):
        def read(self, path, **settings):
            paths.append(path)
            return super().read(path, **settings)

    monkeypatch.setattr(keyframe_reader, "PyAvReader", Reader)
    return paths


X265 = {"options": {"x265-params": "log-level=error:scenecut=0"}}
RGB555 = {"pix_fmt": "rgb555le", "options": {"strict": "-2"}}
RGB = {"pix_fmt": "rgb24"}
BGR = {"pix_fmt": "bgr24"}
AVI = [
    ("msmpeg4v2", {}),
    ("msmpeg4", {}),
    ("wmv1", {}),
    ("wmv2", {}),
    ("flv", {}),
    ("h263p", {}),
    ("snow", {"options": {"strict": "-2"}}),
    ("cinepak", RGB),
    ("msvideo1", RGB555),
    ("zmbv", {"pix_fmt": "bgr0"}),
    ("mpeg4", {}),
    ("mpeg4", {"options": {"bf": "2"}}),
    ("libx264", {"options": {"bf": "0"}}),
    ("libvpx", {}),
    ("ffv1", {}),
    ("mjpeg", {"pix_fmt": "yuvj420p"}),
    ("huffyuv", {"pix_fmt": "yuv422p"}),
]
MARKED = [
    ("a.flv", "flv", {}),
    ("a.flv", "flashsv", BGR),
    ("a.flv", "flashsv2", BGR),
    ("a.flv", "libx264", {}),
    ("a.wmv", "wmv1", {}),
    ("a.wmv", "wmv2", {}),
    ("a.wmv", "msmpeg4", {}),
    ("a.mp4", "libx265", X265),
    ("a.mov", "libx265", X265),
    ("a.mp4", "libx264", {}),
    ("a.mp4", "mpeg4", {}),
    ("a.mp4", "mpeg4", {"options": {"bf": "2"}}),
    ("a.mp4", "mpeg2video", {"options": {"bf": "2"}}),
    ("a.mp4", "libvpx-vp9", {}),
    ("a.3gp", "h263", {}),
    ("a.mov", "qtrle", RGB),
    ("a.mov", "rpza", RGB555),
    ("a.mov", "svq1", {"pix_fmt": "yuv410p"}),
    ("a.mkv", "libx265", X265),
    ("a.mkv", "libx264", {}),
    ("a.webm", "libvpx", {}),
]


def assert_right(path: Path) -> None:
    seconds = full_decode(path)
    assert len(seconds) == 8
    assert_as_decoded(list(KeyFrameReader().read(str(path))), seconds, exact=False)


@pytest.mark.parametrize("sampling", [Sampling.KEYFRAME, Sampling.AUTO])
def test_the_fault(sampling):
    path = FAULTS / "03_noindex_msmpeg4.avi"
    frames = list(reader_for(sampling, threads=1).read(str(path)))
    assert_as_decoded(frames, full_decode(path), exact=False)


@pytest.mark.parametrize(("codec", "settings"), AVI, ids=[codec for codec, _ in AVI])
def test_an_avi_without_an_index(tmp_path, codec, settings):
    assert_right(without_index(make(tmp_path / "a.avi", codec, **settings)))


@pytest.mark.parametrize(
    ("name", "codec", "settings"), MARKED, ids=[f"{codec} {name}" for name, codec, _ in MARKED]
)
def test_all_packets_marked(tmp_path, name, codec, settings):
    """In MP4 and MOV that is a file without a table of key frames (stss)."""
    whole = make(tmp_path / name, codec, **settings)
    path = clips.rewrap(whole, tmp_path / f"marked {name}", keys=lambda position: True)
    assert b"stss" not in path.read_bytes()
    assert_right(path)


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("codec", ["libx265", "libx264", "mpeg4"])
@pytest.mark.parametrize("marked", [{0, 7, 17, 31, 47, 53, 61, 77}, {5, 15, 25, 35}, {7}])
def test_the_wrong_packets_marked(tmp_path, codec, b_frames, marked):
    options = {"bf": str(b_frames)}
    if codec == "libx265":
        options = {"x265-params": f"log-level=error:scenecut=0:bframes={b_frames}"}
    whole = make(tmp_path / "a.mp4", codec, options=options)
    path = clips.rewrap(whole, tmp_path / "b.mp4", keys=lambda position: position in marked)
    seconds = full_decode(path)
    assert_as_decoded(list(reader_for(Sampling.AUTO, threads=1).read(str(path))), seconds, exact=False)


def test_an_index_that_ends_early(tmp_path, decoded_fully):
    """The first packets are marked rightly, all later ones are marked."""
    whole = make(tmp_path / "a.wmv", "wmv2", key_every=12)
    path = clips.rewrap(whole, tmp_path / "b.wmv", keys=lambda position: position >= 40 or position % 12 == 0)
    frames = list(KeyFrameReader().read(str(path)))
    assert_as_decoded(frames, full_decode(path), exact=False)
    assert decoded_fully == [str(path)]


def test_settings_hold_for_what_is_decoded_fully_too(tmp_path):
    path = without_index(make(tmp_path / "a.avi", "msmpeg4"))
    frames = KeyFrameReader().read(str(path), max_seconds=6, short_side=48)
    assert [(frame.second, frame.rgb.shape) for frame in frames] == [(at, (48, 64, 3)) for at in range(6)]


@pytest.mark.parametrize(
    ("name", "codec", "settings"),
    [
        ("a.avi", "mjpeg", {"pix_fmt": "yuvj420p"}),
        ("a.avi", "huffyuv", {"pix_fmt": "yuv422p"}),
        ("a.avi", "msmpeg4", {}),
        ("a.avi", "cinepak", RGB),
        ("a.avi", "msvideo1", RGB555),
        ("a.avi", "zmbv", {"pix_fmt": "bgr0"}),
        ("a.mov", "prores_ks", {"pix_fmt": "yuv422p10le"}),
        ("a.mov", "cfhd", {"pix_fmt": "yuv422p10le"}),
        ("a.mov", "qtrle", RGB),
        ("a.mov", "svq1", {"pix_fmt": "yuv410p"}),
        ("a.mov", "png", RGB),
        ("a.wmv", "wmv2", {}),
        ("a.flv", "flv", {}),
        ("a.mp4", "libx264", {}),
        ("a.mp4", "libx264", {"key_every": 1}),
        ("a.mp4", "libx264", {"options": {"x264-params": "open-gop=1:bframes=3:b-adapt=0"}}),
        ("a.ts", "libx264", {"options": {"x264-params": "open-gop=1:bframes=3:b-adapt=0"}}),
        ("a.mp4", "libx265", X265),
        ("a.ts", "libx265", {"options": {"x265-params": "log-level=error:open-gop=1:bframes=4"}}),
        ("a.webm", "libvpx-vp9", {}),
        ("a.webm", "libvpx", {}),
        ("a.mpg", "mpeg2video", {"fps": 25, "key_every": 12, "options": {"bf": "2"}}),
        ("a.ts", "mpeg2video", {"fps": 25, "key_every": 12, "options": {"flags": "+ildct+ilme", "bf": "2"}}),
    ],
)
def test_marks_that_are_right_are_relied_upon(tmp_path, name, codec, settings, decoded_fully):
    path = make(tmp_path / name, codec, **settings)
    frames = list(KeyFrameReader().read(str(path)))
    assert_as_decoded(frames, full_decode(path), exact=False)
    assert decoded_fully == []


# Rates that cannot be: an AVI has no other clock.


@pytest.mark.parametrize(
    ("scale", "rate", "per_second"), [(1, 1_000_000, 10), (1, 2**32 - 1, 10), (2**31 - 1, 1, 25)]
)
def test_an_avi_with_an_absurd_rate(tmp_path, scale, rate, per_second):
    path = clips.make_numbered_clip(tmp_path / "a.avi", 120, key_every=20)
    data = bytearray(path.read_bytes())
    struct.pack_into("<II", data, data.index(b"strh") + 8 + 20, scale, rate)
    path.write_bytes(data)
    for reader in (KeyFrameReader(), PyAvReader(threads=1)):
        frames = list(reader.read(str(path)))
        assert [clips.number_on(frame.rgb) // per_second for frame in frames] == list(
            range(-(-120 // per_second))
        )
