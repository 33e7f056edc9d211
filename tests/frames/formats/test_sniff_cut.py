"""Recordings whose beginning was cut off are read from where they can be; nothing else is taken for one."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from organizer.errors import NotAVideoError
from organizer.frames.formats.sniff import CUT, CUT_HEAD_BYTES, cut_format, sniff
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.frames.streams.container import open_container
from tests import clips
from tests.frames.full_decode import assert_as_decoded, full_decode

FAULTS = Path(__file__).parents[2] / "faults"


def scenes(seconds: float, size: tuple[int, int]):
    """Coarse noise that changes each second, so that a recording has some data."""
    for index in range(round(25 * seconds)):
        rng = np.random.default_rng(index // 25)
        yield (
            index / 25,
            rng.integers(0, 256, (12, 12, 3), np.uint8).repeat(size[1] // 12, 0).repeat(size[0] // 12, 1),
        )


def recording(folder: Path, kind: str) -> Path:
    """Six seconds in a format that can be read from anywhere."""
    size = (720, 576) if kind == "dv" else (192, 144)
    codec = {
        "vob": "mpeg2video",
        "mpg": "mpeg1video",
        "m2v": "mpeg2video",
        "dv": "dvvideo",
        "ts": "libx264",
        "m2ts": "libx264",
    }
    key_every = None if kind == "dv" else 12
    seconds = 1.2 if kind == "dv" else 6
    return clips.write_clip(
        folder / f"whole.{kind}", scenes(seconds, size), fps=25, codec=codec[kind], key_every=key_every
    )


def assert_read(path: Path) -> int:
    """Fail unless list and every reader agree with a full decode; return the seconds there are."""
    seconds = full_decode(path)
    assert probe(str(path), mtime_ns=0).width > 0
    for sampling in Sampling:
        try:
            frames = list(reader_for(sampling, threads=1).read(str(path)))
        except CannotPlanError:
            assert sampling is Sampling.KEYFRAME
            continue
        assert_as_decoded(frames, seconds, exact=sampling is Sampling.EXACT)
    return len(seconds)


@pytest.mark.parametrize("kind", ["vob", "mpg", "m2v", "dv", "ts", "m2ts"])
def test_cut_anywhere(tmp_path, kind):
    data = recording(tmp_path, kind).read_bytes()
    places = random.Random(kind).sample(range(200, len(data) // 2), 2 if kind == "dv" else 5)
    path = tmp_path / f"cut.{kind}"
    for at in [1, *places]:
        path.write_bytes(data[at:])
        if (kind, at) == ("dv", 1):
            # FFmpeg finds no frame in what lost a byte of its very first mark, but those that follow.
            assert sniff(str(path)) == "cut from:dv"
            continue
        assert assert_read(path) >= (1 if kind == "dv" else 3), f"cut at {at}"


@pytest.mark.parametrize("name", ["02_interlaced_mpeg2_exact.mpg", "23_vob_clock_restarts.vob"])
def test_inputs_of_others_cut_anywhere(tmp_path, name):
    data = (FAULTS / name).read_bytes()
    path = tmp_path / "cut.mpg"
    for at in random.Random(name).sample(range(1, len(data) // 3), 8):
        path.write_bytes(data[at:])
        assert sniff(str(path)) == "cut from:mpeg", f"cut at {at}"
        with open_container(str(path)) as container:
            assert container.format.name == "mpeg"
    assert_read(path)


def test_cut_within_what_only_fills_up(tmp_path):
    path = tmp_path / "cut.vob"
    path.write_bytes(b"\xff" * 1500 + (FAULTS / "02_interlaced_mpeg2_exact.mpg").read_bytes())
    assert sniff(str(path)) == "cut from:mpeg"
    assert assert_read(path) == 4


def test_what_it_was_cut_from_is_told_to_ffmpeg(tmp_path):
    """FFmpeg would follow what the first bytes say, a list of other files; the rest is a program stream."""
    clips.make_clip(tmp_path / "other.mp4")
    path = tmp_path / "clip.mpg"
    list_of_files = b"ffconcat version 1.0\nfile other.mp4\n\0\0\0"
    path.write_bytes(list_of_files + (FAULTS / "02_interlaced_mpeg2_exact.mpg").read_bytes()[1000:])
    with open_container(str(path)) as container:
        assert container.format.name == "mpeg"


PACK = (FAULTS / "02_interlaced_mpeg2_exact.mpg").read_bytes()[:8192]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe1\0\x10Exif" + bytes(60) + PACK,
        b"ID3\x04\0" + bytes(60) + PACK,
        b"PK\x03\x04" + bytes(60) + PACK,
        b"<html>\n" + b"words " * 500 + PACK,
        bytes(range(256)) * 40,
        b"\x7fELF" + bytes(CUT_HEAD_BYTES) + PACK,
        b"\x7fELF" + b"\0\0\x01\xba" * 1000,
        b"\x7fELF" + b"\0\0\x01\xb3" * 1000,
        b"\x7fELF" + b"".join(b"\0\0\x01" + bytes([code]) for code in range(0, 256, 2)) * 9,
    ],
)
def test_nothing_else_is_taken_for_one(tmp_path, content):
    path = tmp_path / "clip.mpg"
    path.write_bytes(content)
    with pytest.raises(NotAVideoError):
        sniff(str(path))


def test_noise_is_no_recording():
    noise = np.random.default_rng(5)
    assert not any(cut_format(noise.bytes(CUT_HEAD_BYTES)) for _ in range(200))


def test_whole_recordings_keep_their_names(tmp_path):
    for kind in ("vob", "m2v", "dv", "ts"):
        assert not sniff(str(recording(tmp_path, kind))).startswith(CUT)
