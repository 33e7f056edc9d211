"""Streams that the beginning of a file does not show: joined recordings, and those that begin with sound."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from organizer.errors import NotAVideoError
from organizer.frames.formats.bounded_file import BoundedFile
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.frames.streams import container as container_module
from organizer.frames.streams.container import open_container
from tests import clips

SIZE = (160, 96)
OTHER_PID = {"mpegts_start_pid": "512"}
THIRD_PID = {"mpegts_start_pid": "768"}
NOTHING_TS = b"\x47\x1f\xff\x10" + b"\xff" * 184
NOTHING_PS = b"\0\0\x01\xbe" + struct.pack(">H", 2042) + b"\xff" * 2042
# FFmpeg looks at the last 250,000 bytes of a file when it opens it.
UNSEEN = 600_000


def video(
    path: Path,
    *,
    seconds: int = 3,
    options: dict[str, str] | None = None,
    first: int = 0,
    **settings: Any,
) -> bytes:
    """Seconds of colours, from the given one on, in a container with options of its own."""
    size = settings.pop("size", SIZE)
    pictures = (
        (index / 25, clips.plain(clips.colour_of(first + index // 25), size)) for index in range(25 * seconds)
    )
    made = clips.write_clip(path.with_stem("part"), pictures, fps=25, key_every=12, **settings)
    return clips.rewrap(made, path, options=options).read_bytes()


def sound(
    path: Path, *, seconds: int = 4, options: dict[str, str] | None = None, codec: str = "mp2"
) -> bytes:
    with av.open(str(path), "w", options=options or {}) as output:
        stream: Any = output.add_stream(codec, rate=44100)
        for index in range(seconds * 44100 // 1152):
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, 2 * 1152), np.int16), format="s16", layout="stereo"
            )
            frame.sample_rate, frame.pts = 44100, index * 1152
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path.read_bytes()


def padded(*parts: bytes, nothing: bytes) -> bytes:
    """Parts one after the other, with so much between them that no look at either end sees those within."""
    return (nothing * (UNSEEN // len(nothing))).join(parts)


def assert_colours(path: Path, expected: list[int], *, size: tuple[int, int] = SIZE) -> None:
    """Fail unless each reader shows these colours, one a second, and the list has the size."""
    info = probe(str(path), mtime_ns=0)
    assert (info.width, info.height) == size
    for sampling in Sampling:
        try:
            frames = list(reader_for(sampling, threads=1).read(str(path)))
        except CannotPlanError:
            assert sampling is Sampling.KEYFRAME
            continue
        assert [frame.second for frame in frames] == list(range(len(expected))), sampling
        for frame, colour in zip(frames, expected, strict=True):
            clips.assert_colour(frame.rgb, clips.colour_of(colour))


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
@pytest.mark.parametrize("size", [SIZE, (320, 192)])
def test_the_second_part_has_another_number(tmp_path, codec, size):
    """Each part of a transport stream names its packets anew."""
    path = tmp_path / "clip.ts"
    parts = [
        video(tmp_path / "one.ts", codec=codec),
        video(tmp_path / "two.ts", codec=codec, options=OTHER_PID, first=3, size=size),
    ]
    path.write_bytes(b"".join(parts))
    assert_colours(path, [0, 1, 2, 3, 4, 5])
    path.write_bytes(padded(*parts, nothing=NOTHING_TS))
    assert_colours(path, [0, 1, 2, 3, 4, 5])


def test_the_second_part_is_coded_otherwise(tmp_path):
    """What the film's decoder does not understand is left out, and nothing is refused."""
    path = tmp_path / "clip.ts"
    one = video(tmp_path / "one.ts", codec="mpeg2video")
    path.write_bytes(one + video(tmp_path / "two.ts", codec="libx264", options=OTHER_PID, first=3))
    assert_colours(path, [0, 1, 2])
    path.write_bytes(one + video(tmp_path / "two.ts", codec="libx264", first=3))
    frames = list(reader_for(Sampling.AUTO, threads=1).read(str(path)))
    for frame in frames[:3]:
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))


@pytest.mark.parametrize("late", ["sound", "film", "other film"])
def test_a_stream_that_is_there_in_the_middle_only(tmp_path, late):
    """PyAV ends such files with an IndexError of its own."""
    middle = {
        "sound": lambda: sound(tmp_path / "m.ts", options=THIRD_PID),
        "film": lambda: video(tmp_path / "m.ts", options=THIRD_PID, first=7),
        "other film": lambda: video(tmp_path / "m.ts", codec="mpeg2video", options=THIRD_PID, first=7),
    }[late]()
    path = tmp_path / "clip.ts"
    one, two = video(tmp_path / "one.ts"), video(tmp_path / "two.ts", first=3)
    path.write_bytes(padded(one, middle, two, nothing=NOTHING_TS))
    assert_colours(path, [0, 1, 2, 3, 4, 5])


def test_sound_that_appears_in_the_middle_of_a_program_stream(tmp_path):
    path = tmp_path / "clip.mpg"
    # FFmpeg looks at the first seven seconds when it opens it.
    one, two = video(tmp_path / "one.mpg", seconds=9), video(tmp_path / "two.mpg", first=9)
    path.write_bytes(padded(one, sound(tmp_path / "m.mpg"), two, nothing=NOTHING_PS))
    assert_colours(path, list(range(12)))


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_a_transport_stream_that_begins_with_sound(tmp_path, codec):
    path = tmp_path / "clip.ts"
    parts = sound(tmp_path / "s.ts", options=OTHER_PID), video(tmp_path / "v.ts", codec=codec)
    path.write_bytes(b"".join(parts))
    assert_colours(path, [0, 1, 2])
    path.write_bytes(padded(*parts, nothing=NOTHING_TS))
    assert_colours(path, [0, 1, 2])


def test_a_program_stream_that_begins_with_sound(tmp_path):
    path = tmp_path / "clip.mpg"
    parts = sound(tmp_path / "s.mpg", seconds=10), video(tmp_path / "v.mpg")
    path.write_bytes(b"".join(parts))
    assert_colours(path, [0, 1, 2])
    path.write_bytes(padded(*parts, nothing=NOTHING_PS))
    assert_colours(path, [0, 1, 2])


def test_a_flash_video_that_begins_with_sound(tmp_path):
    """Streams that were recorded live: the header promises no picture, and none comes for a while."""
    heard = flash_tags(sound(tmp_path / "s.flv", codec="libmp3lame", seconds=8))
    seen = flash_tags(video(tmp_path / "v.flv"))
    data = b"FLV\x01\x04" + struct.pack(">II", 9, 0)
    for tag in heard + [later(tag, 8000) for tag in seen]:
        data += tag + struct.pack(">I", len(tag))
    path = tmp_path / "clip.flv"
    path.write_bytes(data)
    assert_colours(path, [0, 1, 2])


def flash_tags(data: bytes) -> list[bytes]:
    """The tags of a Flash video, without its list of facts."""
    tags, at = [], 13
    while at < len(data):
        size = 11 + int.from_bytes(data[at + 1 : at + 4], "big")
        tags.append(data[at : at + size])
        at += size + 4
    return [tag for tag in tags if tag[0] != 18]


def later(tag: bytes, by_ms: int) -> bytes:
    at_ms = int.from_bytes(tag[7:8] + tag[4:7], "big") + by_ms
    stamp = at_ms.to_bytes(4, "big")
    return tag[:4] + stamp[1:] + stamp[:1] + tag[8:]


@pytest.mark.parametrize("suffix", [".ts", ".mpg", ".flv"])
def test_sound_alone_is_still_no_video(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    sound(path, codec="libmp3lame" if suffix == ".flv" else "mp2")
    with pytest.raises(NotAVideoError, match="sound but no picture"):
        probe(str(path), mtime_ns=0)
    for sampling in Sampling:
        with pytest.raises(NotAVideoError, match="sound but no picture"):
            list(reader_for(sampling, threads=1).read(str(path)))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi", ".ts", ".mpg", ".flv", ".wmv"])
def test_ordinary_files_are_opened_once(tmp_path, monkeypatch, suffix):
    path = clips.make_clip(tmp_path / f"clip{suffix}", fps=25)
    opened = []

    class Counted(BoundedFile):
        def __init__(self, path):
            opened.append(path)
            super().__init__(path)

    monkeypatch.setattr(container_module, "BoundedFile", Counted)
    with open_container(str(path)) as container:
        assert container.streams.video
    assert len(opened) == 1


def test_nothing_is_left_open(tmp_path):
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("open files are listed in /proc only")
    path = tmp_path / "clip.ts"
    path.write_bytes(sound(tmp_path / "s.ts", options=OTHER_PID) + video(tmp_path / "v.ts"))
    before = len(list(descriptors.iterdir()))
    with open_container(str(path)):
        assert len(list(descriptors.iterdir())) == before + 1
    assert len(list(descriptors.iterdir())) == before
