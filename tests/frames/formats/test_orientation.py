"""Every way a display matrix can place a picture, wherever it stands, shown as FFmpeg shows it."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from organizer.frames import probe as probe_module
from organizer.frames.decode import decode
from organizer.frames.formats import orientation as orientation_module
from organizer.frames.formats.iso_boxes import IDENTITY, display_matrix
from organizer.frames.formats.matroska import may_be_projected
from organizer.frames.formats.orientation import Orientation, may_say_its_orientation, orientation_of_matrix
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.streams.demux import FirstPackets
from organizer.types import InputSpec, Resize, VideoFile
from tests import clips

FAULTS = Path(__file__).parents[2] / "faults"
READERS = (KeyFrameReader, PyAvReader)

MATRICES = {
    (1, 0, 0, 1): Orientation(),
    (-1, 0, 0, 1): Orientation(mirrored=True),
    (0, 1, -1, 0): Orientation(90),
    (0, 1, 1, 0): Orientation(90, mirrored=True),
    (-1, 0, 0, -1): Orientation(180),
    (1, 0, 0, -1): Orientation(180, mirrored=True),
    (0, -1, 1, 0): Orientation(270),
    (0, -1, -1, 0): Orientation(270, mirrored=True),
}
"""What the eight matrices a b c d ask for."""


def corners_by(abcd):
    """Where red, green, blue and white of ``quadrants`` go by the meaning of a matrix alone."""
    a, b, c, d = abcd
    stored = {"r": (-1, -1), "g": (1, -1), "b": (-1, 1), "w": (1, 1)}
    shown = {(a * p + c * q, b * p + d * q): name for name, (p, q) in stored.items()}
    return "".join(shown[place] for place in ((-1, -1), (1, -1), (-1, 1), (1, 1)))


def times(first, second):
    """The matrix that places by the first and then by the second."""
    a, b, c, d = first
    e, f, g, h = second
    return (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)


def info_of(path):
    return probe(str(path), mtime_ns=0)


def assert_shown(path, abcd, size=(96, 64)):
    """Fail unless probe, pictures of both readers and the poster show a clip of ``quadrants`` by a matrix."""
    expected = MATRICES[abcd]
    shown = size[::-1] if expected.swaps_sides else size
    info = info_of(path)
    assert Orientation(info.rotation_deg, info.mirrored) == expected
    assert (info.width, info.height, info.stored_width, info.stored_height) == (*shown, *size)
    for make, short_side in product(READERS, (None, 32)):
        frame = next(iter(make().read(str(path), short_side=short_side)))
        assert clips.corners_of(frame.rgb) == corners_by(abcd)
        if short_side is None:
            assert frame.rgb.shape == (*shown[::-1], 3)
    for resize in Resize:
        poster, picture = poster_and_picture(path, InputSpec(64, resize))
        assert poster.shape == (*shown[::-1], 3)
        assert clips.corners_of(poster) == clips.corners_of(picture) == corners_by(abcd)


def poster_and_picture(path, spec):
    status = path.stat()
    file = VideoFile(str(path.parent), path.name, status.st_size, status.st_mtime_ns)
    decoded = decode(file, KeyFrameReader(), spec)
    return np.asarray(Image.open(io.BytesIO(decoded.poster)).convert("RGB")), decoded.pictures[0]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upright")
    pictures = [(index / 10, clips.quadrants()) for index in range(4)]
    return clips.write_clip(folder / "upright.mp4", pictures)


def copy_of(clip, path):
    path.write_bytes(clip.read_bytes())
    return path


@pytest.mark.parametrize("abcd", MATRICES)
@pytest.mark.parametrize("header", [b"tkhd", b"mvhd"])
def test_a_matrix_of_the_track_or_the_movie(clip, tmp_path, abcd, header):
    path = copy_of(clip, tmp_path / "a.mp4")
    clips.set_matrix(path, abcd, header=header)
    assert_shown(path, abcd)


@pytest.mark.parametrize("track", MATRICES)
@pytest.mark.parametrize("movie", [(0, 1, -1, 0), (-1, 0, 0, 1), (0, 1, 1, 0)])
def test_matrices_of_both_are_multiplied(clip, tmp_path, track, movie):
    path = copy_of(clip, tmp_path / "a.mov")
    clips.set_matrix(path, track, header=b"tkhd")
    clips.set_matrix(path, movie, header=b"mvhd")
    assert_shown(path, times(track, movie))


@pytest.mark.parametrize("abcd", MATRICES)
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_projection_of_matroska(clip, tmp_path, abcd, suffix):
    path = tmp_path / f"a{suffix}"
    a, b, c, d = (number << 16 for number in abcd)
    with av.open(str(clip)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        for packet in old.demux(old.streams.video[0]):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    assert_shown(path, abcd)


def note(codec, flips, turn_deg):
    """A unit with a display orientation message: flips first, then the turn, against the clock."""
    bits = f"0{flips}{turn_deg * 65536 // 360:016b}1"
    payload = int((bits + "0" * (codec == "h264") + "1").ljust(24, "0"), 2).to_bytes(3, "big")
    header = b"\x06" if codec == "h264" else b"\x4e\x01"
    # Before it one of 300 bytes of a user's own, for there may be several.
    return header + b"\x05\xff\x2d" + b"u" * 300 + b"\x2f\x03" + payload + b"\x80"


def with_notes(path, unit, codec="libx264"):
    """Write a clip of ``quadrants`` with one more unit in each picture."""
    options = {"x265-params": "log-level=error"} if codec == "libx265" else {"bf": "0"}
    pictures = [(index / 10, clips.quadrants()) for index in range(3)]
    source = clips.write_clip(path.with_name(f"upright{path.suffix}"), pictures, codec=codec, options=options)
    lead = b"\0\0\0\1" if path.suffix == ".ts" else len(unit).to_bytes(4, "big")
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.size:
                noted = av.Packet(lead + unit + bytes(packet))
                noted.pts, noted.dts, noted.time_base = packet.pts, packet.dts, packet.time_base
                noted.is_keyframe, noted.stream = packet.is_keyframe, stream
                new.mux(noted)
    return path


@pytest.mark.parametrize(
    ("flips", "turn_deg", "abcd"),
    [
        ("00", 90, (0, -1, 1, 0)),
        ("00", 180, (-1, 0, 0, -1)),
        ("00", 270, (0, 1, -1, 0)),
        ("10", 0, (-1, 0, 0, 1)),
        ("01", 0, (1, 0, 0, -1)),
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_note_inside_h264(tmp_path, flips, turn_deg, abcd, suffix):
    assert_shown(with_notes(tmp_path / f"a{suffix}", note("h264", flips, turn_deg)), abcd)


@pytest.mark.parametrize(("flips", "turn_deg", "abcd"), [("00", 90, (0, -1, 1, 0)), ("10", 0, (-1, 0, 0, 1))])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_note_inside_hevc(tmp_path, flips, turn_deg, abcd, suffix):
    assert_shown(with_notes(tmp_path / f"a{suffix}", note("hevc", flips, turn_deg), "libx265"), abcd)


def test_the_container_comes_before_a_note_inside(tmp_path):
    path = with_notes(tmp_path / "a.mp4", note("h264", "10", 180))
    clips.set_matrix(path, (0, 1, -1, 0))
    assert_shown(path, (0, 1, -1, 0))


# What cameras write: 1, and after a turn of the camera 6, 3 and 8.
@pytest.mark.parametrize(
    ("number", "abcd"), [(1, (1, 0, 0, 1)), (6, (0, 1, -1, 0)), (3, (-1, 0, 0, -1)), (8, (0, -1, 1, 0))]
)
@pytest.mark.parametrize("suffix", [".avi", ".mov", ".mkv"])
def test_exif_of_motion_jpeg(tmp_path, number, abcd, suffix):
    jpeg, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = number
    Image.fromarray(clips.quadrants()).save(jpeg, "jpeg", exif=exif, quality=95)
    path = tmp_path / f"a{suffix}"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuvj420p"
        for index in range(3):
            packet = av.Packet(jpeg.getvalue())
            packet.pts = packet.dts = index
            packet.time_base, packet.stream, packet.is_keyframe = Fraction(1, 10), stream, True
            output.mux(packet)
    assert_shown(path, abcd)


@pytest.mark.parametrize("suffix", [".mkv", ".avi"])
def test_the_tag_that_ffmpeg_no_longer_heeds(tmp_path, suffix):
    pictures = [(index / 10, clips.quadrants()) for index in range(2)]
    path = clips.write_clip(
        tmp_path / f"a{suffix}", pictures, stream_metadata={"rotate": "90"}, options={"bf": "0"}
    )
    assert_shown(path, (1, 0, 0, 1))


@pytest.mark.parametrize(
    ("name", "abcd"),
    [
        ("06_hflip.mp4", (-1, 0, 0, 1)),
        ("08_transpose.mp4", (0, 1, 1, 0)),
        ("09_rot90_in_mvhd.mp4", (0, 1, -1, 0)),
    ],
)
def test_files_that_once_failed(name, abcd):
    assert_shown(FAULTS / name, abcd, (160, 92))


def test_all_is_ffmpegs_own_turning(tmp_path):
    """The filters that FFmpeg's ``-autorotate`` puts in, applied by FFmpeg, make the same pictures."""
    filters = {
        (1, 0, 0, 1): [],
        (-1, 0, 0, 1): ["hflip"],
        (0, 1, -1, 0): ["transpose=clock"],
        (0, 1, 1, 0): ["transpose=cclock_flip"],
        (-1, 0, 0, -1): ["hflip", "vflip"],
        (1, 0, 0, -1): ["vflip"],
        (0, -1, 1, 0): ["transpose=cclock"],
        (0, -1, -1, 0): ["transpose=clock_flip"],
    }
    picture = np.random.default_rng(5).integers(0, 256, (14, 22, 3), dtype=np.uint8)
    for abcd, names in filters.items():
        graph = av.filter.Graph()
        nodes = [graph.add_buffer(width=22, height=14, format="rgb24", time_base=Fraction(1, 10))]
        nodes += [graph.add(*name.split("=")) for name in names]
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes).configure()
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts = 0
        graph.push(frame)
        assert np.array_equal(MATRICES[abcd].applied_to(picture), graph.pull().to_ndarray())


def matrix_of(*abcd):
    a, b, c, d = (round(number * (1 << 16)) for number in abcd)
    return (a, b, 0, c, d, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize("abcd", MATRICES)
def test_scaled_and_slightly_slanted_matrices(abcd):
    a, b, c, d = abcd
    assert orientation_of_matrix(matrix_of(a, b, c, d)) == MATRICES[abcd]
    assert orientation_of_matrix(matrix_of(3 * a, 3 * b, 0.5 * c, 0.5 * d)) == MATRICES[abcd]
    slant = 0.006  # a third of a degree
    assert (
        orientation_of_matrix(matrix_of(a - slant * b, b + slant * a, c - slant * d, d + slant * c))
        == MATRICES[abcd]
    )


@pytest.mark.parametrize(
    "abcd",
    [(0.7, 0.7, -0.7, 0.7), (-0.7, -0.7, -0.7, 0.7), (0, 0, 0, 0), (1, 0, 0, 0), (0.98, 0.17, -0.17, 0.98)],
)
def test_other_angles_and_nonsense_change_nothing(clip, tmp_path, abcd):
    assert orientation_of_matrix(matrix_of(*abcd)) == Orientation()
    path = copy_of(clip, tmp_path / "a.mp4")
    clips.set_matrix(path, abcd)
    assert_shown(path, (1, 0, 0, 1))


def test_the_matrix_of_another_track_does_not_count(clip, tmp_path):
    path = copy_of(clip, tmp_path / "a.mp4")
    assert display_matrix(str(path), 1) == IDENTITY
    clips.set_matrix(path, (0, 1, -1, 0))
    assert display_matrix(str(path), 1) == matrix_of(0, 1, -1, 0)
    assert display_matrix(str(path), 2) is None


def test_damaged_headers_say_nothing(clip, tmp_path):
    path = tmp_path / "a.mp4"
    data = clip.read_bytes()
    for kind in (b"tkhd", b"mvhd"):
        header = data.index(kind)
        for broken in (data[: header + 20], data[: header - 4] + b"\xff" * 40, b"", bytes(64), data[:7]):
            path.write_bytes(broken)
            assert display_matrix(str(path), 1) is None
    assert display_matrix(str(tmp_path / "missing.mp4"), 1) is None


def test_where_the_headers_are_not_found_the_first_picture_tells(clip, tmp_path, monkeypatch):
    path = copy_of(clip, tmp_path / "a.mp4")
    clips.set_matrix(path, (0, 1, 1, 0))
    monkeypatch.setattr(orientation_module, "display_matrix", lambda *_: None)
    assert_shown(path, (0, 1, 1, 0))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi", ".webm", ".mpg"])
def test_nothing_is_decoded_to_tell_that_a_video_is_upright(tmp_path, monkeypatch, suffix):
    path = clips.make_clip(tmp_path / f"a{suffix}", seconds=1, fps=25)
    monkeypatch.setattr(orientation_module, "first_frame", None)
    assert info_of(path).rotation_deg == 0


def test_nothing_is_decoded_to_tell_how_a_phone_lay(clip, tmp_path, monkeypatch):
    path = copy_of(clip, tmp_path / "a.mp4")
    clips.set_matrix(path, (0, 1, -1, 0))
    monkeypatch.setattr(FirstPackets, "__iter__", None)
    # Looks into the first packets for a date, for the clip has none elsewhere.
    monkeypatch.setattr(probe_module, "date_in_stream", lambda *_: None)
    assert info_of(path).rotation_deg == 90


def test_damaged_matroska_says_nothing_or_that_a_look_is_needed(tmp_path):
    path = clips.make_rotated_clip(tmp_path / "a.mkv", 90)
    data = path.read_bytes()
    tracks = data.index(b"\x76\x70")
    assert may_be_projected(str(path))
    for broken in (
        b"",
        data[:3],
        data[:60],
        data[: tracks - 9],
        bytes(100),
        b"\xff" * 5000,
        data[:4] + b"\1",
    ):
        path.write_bytes(broken)
        assert may_be_projected(str(path)) in (True, False)
    assert not may_be_projected(str(tmp_path / "missing.mkv"))


def test_damaged_messages_say_nothing():
    for seed in range(200):
        noise = np.random.default_rng(seed)
        head = noise.integers(0, 256, 300, dtype=np.uint8).tobytes()
        unit = b"\0\0\0\1\x06" + bytes([255] * (seed % 7)) + head[: seed % 50]
        for codec, extradata in product(("h264", "hevc", "mjpeg", "vp9"), (None, b"", b"\1", b"\1" * 30)):
            assert may_say_its_orientation(codec, head, extradata) in (True, False)
            assert may_say_its_orientation(codec, unit, extradata) in (True, False)
    assert may_say_its_orientation("h264", b"\0\0\1\x06\x2f\x03\x40\0\x20\x80\0\0\1\x65", None)
    assert not may_say_its_orientation("h264", b"\0\0\1\x65\x88\0\0\1\x06\x2f\x03\x40\0\x20\x80", None)
