"""What one file may cost, on files that would cost more."""

from __future__ import annotations

import os
import struct
import time
import zlib
from functools import partial

import numpy as np
import pytest

from organizer.errors import UnreadableVideoError
from organizer.frames import limits
from organizer.frames.formats import bounded_file
from organizer.frames.formats.bounded_file import BoundedFile
from organizer.frames.limits import MAX_PIXELS, check_size, worker_memory
from organizer.frames.probe import probe
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.frames.streams import container
from tests.clips import assert_colour, colour_of, make_clip, plain, write_clip

GIB = 2**30


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        ((7680, 4320), True),
        ((10560, 5280), True),
        ((8192, 8192), True),
        ((8192, 8193), False),
        ((16385, 16), False),
        ((16, 16385), False),
        ((65535, 65535), False),
    ],
)
def test_pictures_of_all_cameras_fit(size, fits):
    if fits:
        check_size("/v.mp4", *size)
        return
    with pytest.raises(UnreadableVideoError, match=f"too large \\({size[0]} x {size[1]}"):
        check_size("/v.mp4", *size)


def png(width, height):
    """A black picture of one bit, a few kilobytes for any size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress(bytes((1 + (width + 7) // 8) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def write_packets(path, packets, *, size):
    """A clip of PNG pictures, whatever they hold; size: what the container says."""
    import av

    with av.open(str(path), "w") as output:
        stream = output.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = *size, "gray"
        for index, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.pts, packet.dts, packet.is_keyframe = stream, index, index, True
            output.mux(packet)
    return path


def test_a_small_file_with_huge_pictures_is_refused_before_they_are_decoded(tmp_path):
    path = write_packets(tmp_path / "a.mov", [png(12000, 12000)], size=(12000, 12000))
    assert path.stat().st_size < 100_000
    with pytest.raises(UnreadableVideoError, match=r"too large|the size of its picture is unknown"):
        probe(str(path), mtime_ns=0)


@pytest.mark.parametrize("sampling", list(Sampling))
def test_a_picture_that_is_larger_than_the_container_says_is_not_decoded(tmp_path, sampling):
    packets = [png(64, 48), png(12000, 12000), png(64, 48)]
    path = write_packets(tmp_path / "a.mov", packets, size=(64, 48))
    frames = list(reader_for(sampling, threads=1).read(str(path)))
    assert {frame.rgb.shape for frame in frames} == {(48, 64, 3)}


def test_pictures_up_to_the_limit_are_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "MAX_PIXELS", 64 * 48)
    path = make_clip(tmp_path / "a.mkv", seconds=2)
    assert len(list(reader_for(Sampling.EXACT, threads=1).read(str(path)))) == 2


def test_more_threads_may_take_more_memory():
    assert 2 * GIB < worker_memory(1) < 3 * GIB
    assert worker_memory(16) < 9 * GIB
    assert MAX_PIXELS * 4 <= limits.MAX_RUN_BYTES


# Reading


def test_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 100)
    file = BoundedFile(str(path))
    assert file.name == f"file:{path}"
    assert file.read(5) == bytes(range(5))
    assert (file.seek(-1, os.SEEK_END), file.tell(), file.read(9), file.read(9)) == (
        25599,
        25599,
        b"\xff",
        b"",
    )
    assert file.seek(-7) < 0
    assert not file.ends_early
    file.close()
    file.close()


@pytest.mark.parametrize("value", [b"\0", b"\xff", b"a"])
def test_a_long_run_of_one_byte_ends_a_file(tmp_path, value):
    path = tmp_path / "a"
    path.write_bytes(b"begin" + value * 1000 + b"end")
    file = BoundedFile(str(path), max_run=600)
    parts = []
    while part := file.read(100):
        parts.append(part)
    assert file.ends_early
    assert 600 <= len(b"".join(parts)) <= 800


def test_a_run_is_broken_by_anything_else(tmp_path):
    path = tmp_path / "a"
    path.write_bytes((b"\0" * 500 + b"x") * 20)
    file = BoundedFile(str(path), max_run=600)
    assert len(b"".join(iter(lambda: file.read(100), b""))) == 20 * 501
    assert not file.ends_early


def test_after_a_run_another_place_can_be_read(tmp_path):
    """Some formats are looked at from their end first."""
    path = tmp_path / "a"
    path.write_bytes(b"begin" + b"\0" * 5000)
    file = BoundedFile(str(path), max_run=600)
    file.seek(1000)
    assert len(b"".join(iter(lambda: file.read(300), b""))) == 600
    file.seek(0)
    assert file.read(5) == b"begin"


def test_a_file_ends_when_enough_of_it_was_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(os.urandom(5000))
    file = BoundedFile(str(path), max_read=2000)
    assert 2000 <= len(b"".join(iter(lambda: file.read(300), b""))) < 2300
    assert file.ends_early


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        BoundedFile(str(tmp_path / "gone"))


def limit(monkeypatch, **bounds):
    """Open files with other limits, which a BoundedFile takes."""
    monkeypatch.setattr(container, "BoundedFile", partial(BoundedFile, **bounds))


SUFFIXES = [".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".mpg", ".flv", ".wmv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_recording_that_ends_in_a_hole_is_read_up_to_it(tmp_path, suffix, monkeypatch):
    """A copy that was broken off, of the size that the whole one has: a hundred gigabytes of nothing."""
    limit(monkeypatch, **SHORT)
    path = make_clip(tmp_path / f"a{suffix}", seconds=4, fps=25)
    os.truncate(path, 100 * GIB)
    started = time.process_time()
    frames = list(reader_for(Sampling.AUTO, threads=1).read(str(path)))
    # The last second may hold what a decoder makes of zeros.
    assert len(frames) >= 3
    for frame in frames[:3]:
        assert_colour(frame.rgb, colour_of(frame.second))
    assert time.process_time() - started < 20


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".avi", ".ts", ".mts", ".mpg", ".flv", ".wmv"])
def test_a_recording_that_is_mostly_a_hole_costs_little(tmp_path, suffix, monkeypatch):
    limit(monkeypatch, **SHORT)
    path = make_clip(tmp_path / f"a{suffix}", seconds=8, fps=25, size=(320, 240))
    os.truncate(path, path.stat().st_size // 2)
    os.truncate(path, 100 * GIB)
    started = time.process_time()
    assert list(reader_for(Sampling.AUTO, threads=1).read(str(path)))
    assert time.process_time() - started < 20


SHORT = {"max_run": 16 * 2**20}
"""The same for a test that takes less time."""


def test_black_pictures_without_compression_are_no_hole(tmp_path):
    """Each frame is nothing but zeros, as in a film that begins in the dark."""
    black = plain((0, 0, 0), (640, 480))
    path = write_clip(
        tmp_path / "a.avi",
        ((index / 5, black) for index in range(15)),
        fps=5,
        codec="rawvideo",
        pix_fmt="bgr24",
    )
    frames = list(reader_for(Sampling.AUTO, threads=1).read(str(path)))
    assert [frame.second for frame in frames] == [0, 1, 2]


@pytest.mark.parametrize("sampling", list(Sampling))
@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".mp4"])
def test_however_much_its_pictures_take_a_video_is_read_on(tmp_path, suffix, sampling, monkeypatch):
    """Cameras for films record a gigabit and more a second."""
    path = clip_of_noise(tmp_path / f"a{suffix}", seconds=12)
    size = path.stat().st_size
    limit(monkeypatch, max_read=size // 3)
    assert len(list(reader_for(sampling, threads=1).read(str(path)))) == 12


@pytest.mark.parametrize("sampling", list(Sampling))
def test_without_one_more_picture_a_file_ends(tmp_path, sampling, monkeypatch):
    """Whatever else there is in it: it is gone through byte by byte."""
    path = make_clip(tmp_path / "a.mkv", seconds=4, fps=25)
    with open(path, "ab") as file:
        for _ in range(8):
            file.write(os.urandom(2**20))
    read = 0

    class Counting(bounded_file.io.FileIO):
        def read(self, count=-1):
            nonlocal read
            data = super().read(count)
            read = max(read, self.tell())
            return data

    monkeypatch.setattr(bounded_file.io, "FileIO", Counting)
    limit(monkeypatch, max_run=2**20, max_read=2**21)
    assert len(list(reader_for(sampling, threads=1).read(str(path)))) == 4
    assert read < 4 * 2**20


def clip_of_noise(path, *, seconds):
    random = np.random.default_rng(1)
    pictures = (
        (index / 10, random.integers(0, 256, (96, 128, 3), dtype=np.uint8)) for index in range(10 * seconds)
    )
    return write_clip(path, pictures, fps=10, key_every=10)
