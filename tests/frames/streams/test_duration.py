"""How long videos are whose headers say nothing, or nonsense, or whose clock was set again."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from organizer.frames.formats import bounded_file
from organizer.frames.probe import probe
from organizer.frames.streams import duration
from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.duration import LengthLimits, duration_s
from tests import clips

FAULTS = Path(__file__).parents[2] / "faults"
WRAPS_S = 2**33 / 90_000
"""When the clock of program and transport streams begins anew."""


def length_of(path: Path) -> float | None:
    return probe(str(path), mtime_ns=0).duration_s


def length_within(limits: LengthLimits, path: Path) -> float | None:
    with open_container(str(path)) as container:
        return duration_s(container, picture_stream(container, str(path)), str(path), limits=limits)


@pytest.fixture
def not_counted(monkeypatch):
    """Fails a test that reads packets to know a length."""

    def count(path, limits):
        pytest.fail(f"{path} was read")

    monkeypatch.setattr(duration, "count_packets", count)


@pytest.mark.parametrize(
    ("name", "seconds"), [("21_avi_length_absurd.avi", 12), ("23_vob_clock_restarts.vob", 18)]
)
def test_faults(name, seconds):
    assert length_of(FAULTS / name) == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize(
    "name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi", "a.wmv", "a.flv", "fragments.mp4"]
)
def test_of_a_file_with_a_true_header_nothing_is_read(tmp_path, name, not_counted):
    path = clips.make_clip(tmp_path / name, seconds=12)
    if name == "fragments.mp4":
        path = clips.rewrap(path, tmp_path / "b.mp4", options={"movflags": "frag_keyframe+empty_moov"})
    assert length_of(path) == pytest.approx(12, abs=0.25)


# AVI.

MOST = 2**31 - 1
AVI_HEADERS = {
    "no frames": {"frames": 0},
    "most frames": {"frames": MOST},
    "more than most": {"frames": 2**32 - 1},
    "a sixth": {"frames": 20},
    "ten times as many": {"frames": 1200},
    "a million a second": {"scale": 1, "rate": 1_000_000},
    "a million a second everywhere": {"scale": 1, "rate": 1_000_000, "frame_us": 1},
    "most a second": {"scale": 1, "rate": 2**32 - 1},
    "no rate": {"rate": 0},
    "no scale": {"scale": 0},
    "no time for a frame": {"frame_us": 0},
    "an absurd start": {"start": MOST},
    "a day a frame": {"scale": 86_400, "rate": 1, "frame_us": 0},
}


def avi(path: Path, *, index: bool, **header: int) -> Path:
    """12 s of ten frames each; header: what to write over it."""
    data = bytearray(clips.make_numbered_clip(path, 120, key_every=20).read_bytes())
    main, stream = data.index(b"avih") + 8, data.index(b"strh") + 8
    places = {
        "frame_us": [main],
        "frames": [main + 16, stream + 32],
        "scale": [stream + 20],
        "rate": [stream + 24],
        "start": [stream + 28],
    }
    for name, value in header.items():
        for at in places[name]:
            struct.pack_into("<I", data, at, value)
    if not index:
        # As a camera leaves it that ran out of power.
        data = data.replace(b"indx", b"JUNK")[: data.rindex(b"idx1")]
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("header", AVI_HEADERS.values(), ids=AVI_HEADERS)
def test_avi_headers(tmp_path, header, index):
    # Where no rate is left at all, players take 25 frames a second.
    seconds = 4.8 if header.get("scale") == 86_400 else 12
    assert length_of(avi(tmp_path / "a.avi", index=index, **header)) == pytest.approx(seconds, abs=0.11)


def test_a_broken_off_avi(tmp_path):
    path = clips.cut(avi(tmp_path / "a.avi", index=False), tmp_path / "b.avi", 0.6)
    with av.open(str(path)) as video:
        frames = sum(1 for packet in video.demux(video=0) if packet.size)
    assert 20 < frames < 120
    assert length_of(path) == pytest.approx(frames / 10, abs=0.11)


def test_the_index_tells_the_length_of_an_avi_too_big_to_count(tmp_path):
    limits = LengthLimits(most_read=1000)
    indexed = avi(tmp_path / "a.avi", index=True, frames=MOST)
    assert length_within(limits, indexed) == pytest.approx(12, abs=0.11)
    assert length_within(limits, avi(tmp_path / "b.avi", index=False, frames=MOST)) is None


@pytest.fixture
def slow_drive(monkeypatch):
    """One that takes a second for each 32 KB, by a clock that nobody has to wait for."""
    now_s = 0.0

    class Slow(io.FileIO):
        def read(self, count=-1):
            nonlocal now_s
            now_s += 1
            return super().read(count)

    monkeypatch.setattr(bounded_file, "time", SimpleNamespace(monotonic=lambda: now_s))
    monkeypatch.setattr(bounded_file.io, "FileIO", Slow)
    return lambda: now_s


def test_counting_on_a_slow_drive_ends(tmp_path, slow_drive):
    """Else it would take longer than a picture may, at each scan anew."""
    path = tmp_path / "a.avi"
    noise = np.random.default_rng(1).integers(0, 256, (20, 96, 128, 3), dtype=np.uint8)
    clips.write_clip(path, ((index / 10, noise[index % 20]) for index in range(1200)), fps=10, key_every=20)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"indx", b"JUNK")[: data.rindex(b"idx1")])
    whole_s = len(data) / 2**15
    assert whole_s > 80
    before_s = slow_drive()
    assert length_within(LengthLimits(count_s=30.0), path) == pytest.approx(120, rel=0.05)
    assert slow_drive() - before_s < 60
    assert length_within(LengthLimits(count_s=10_000.0), path) == pytest.approx(120, abs=0.11)


# Headers that were never filled in.


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("a.mp4", "matroska"),
        ("a.webm", "webm"),
        ("a.mpg", "matroska"),
        ("a.flv", "flv"),
        ("a.wmv", "asf"),
        ("a.mp4", "mpegts"),
        ("a.mp4", "mp4"),
    ],
)
def test_live_recordings(tmp_path, source, target):
    whole = clips.make_clip(tmp_path / source, seconds=12, fps=25)
    suffix = {"matroska": "mkv", "asf": "wmv", "mpegts": "ts"}.get(target, target)
    options = {"mp4": {"movflags": "frag_keyframe+empty_moov"}, "flv": {"flvflags": "no_duration_filesize"}}
    path = clips.rewrap(whole, tmp_path / f"live.{suffix}", live=target, options=options.get(target))
    assert length_of(path) == pytest.approx(12, abs=0.25)


def test_a_killed_recorder(tmp_path):
    whole = clips.make_numbered_clip(tmp_path / "a.mp4", 120, key_every=20)
    live = clips.rewrap(whole, tmp_path / "live.mkv", live="matroska")
    path = clips.cut(live, tmp_path / "killed.mkv", 0.5)
    assert 3 < length_of(path) < 9


def test_a_length_that_cannot_be_known(tmp_path):
    whole = clips.make_numbered_clip(tmp_path / "a.mp4", 120, key_every=20)
    path = clips.rewrap(whole, tmp_path / "live.mkv", live="matroska")
    assert length_within(LengthLimits(most_read=1000), path) is None


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_slides_that_stay_for_hours(tmp_path, suffix):
    """Little is stored for so long a time; what the packets say is believed."""
    path = clips.make_timed_clip(tmp_path / f"a{suffix}", [0, 3600, 7200, 9000])
    assert length_of(path) == pytest.approx(9000, abs=1801)


# Clocks that are set again.


def joined(folder: Path, suffix: str, *later_s: float, seconds: int = 10) -> Path:
    """Recordings of ten seconds, one behind the other, the clock of each so much later than at its start."""
    settings = {"codec": "mpeg2video"} if suffix != ".ts" else {}
    parts = []
    for number, later in enumerate(later_s):
        first = number * seconds
        pictures = (
            (index / 25, clips.plain(clips.colour_of(first + index // 25))) for index in range(25 * seconds)
        )
        part = clips.write_clip(folder / f"part{number}.mp4", pictures, fps=25, key_every=12, **settings)
        parts.append(clips.rewrap(part, folder / f"part{number}{suffix}", later_s=later).read_bytes())
    path = folder / f"joined{suffix}"
    path.write_bytes(b"".join(parts))
    return path


CLOCKS = {
    "set back": (3600, 10),
    "set back by little": (20, 10),
    "set forward": (0, 50),
    "set forward by hours": (0, 7200),
    "set back, then forward": (5000, 10, 9000),
    "beginning anew": (WRAPS_S - 5, 20),
    "beginning anew within": (WRAPS_S - 5,),
}


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
@pytest.mark.parametrize("suffix", [".ts", ".vob", ".mpg"])
def test_joined_recordings(tmp_path, suffix, clock):
    path = joined(tmp_path, suffix, *clock)
    assert length_of(path) == pytest.approx(10 * len(clock), abs=0.3)


def test_a_stream_that_appears_late(tmp_path):
    """PyAV does not expect it; a file is not refused for want of its length."""
    one = clips.make_clip(tmp_path / "one.ts", seconds=10, fps=25)
    other = clips.rewrap(one, tmp_path / "other.ts", options={"mpegts_start_pid": "512"})
    path = tmp_path / "both.ts"
    # Farther from the beginning, and from the end, than FFmpeg looks for streams.
    stuffing = b"\x47\x1f\xff\x10".ljust(188, b"\xff") * 40_000
    path.write_bytes(stuffing.join([one.read_bytes(), other.read_bytes(), one.read_bytes()]))
    with av.open(str(path)) as video:
        assert len(video.streams) == 1
    assert length_of(path) > 9


IN_PLACES = LengthLimits(small=1000, place_every=100_000, close=20_000, tail=50_000)
"""Small files are looked at as big ones are."""


def big(folder: Path, suffix: str, *later_s: float) -> Path:
    """Recordings of forty seconds and more than a megabyte, one behind the other, as in ``joined``."""
    noise = np.random.default_rng(1).integers(0, 256, (25, 96, 128, 3), dtype=np.uint8)
    parts = []
    for number, later in enumerate(later_s):
        pictures = ((index / 25, noise[index % 25]) for index in range(1000))
        part = clips.write_clip(
            folder / f"{number}.mkv",
            pictures,
            fps=25,
            codec="mpeg2video",
            key_every=12,
            options={"qmax": "6"},
        )
        whole = clips.rewrap(part, folder / f"{number}{suffix}", later_s=later)
        parts.append(whole.read_bytes())
    path = folder / f"big{suffix}"
    path.write_bytes(b"".join(parts))
    assert path.stat().st_size > 1_000_000 * len(later_s)
    return path


@pytest.mark.parametrize("suffix", [".ts", ".vob"])
@pytest.mark.parametrize("clock", [(0,), (3600, 10), (0, 7200), (WRAPS_S - 20,)])
def test_big_recordings_are_looked_at_in_places(tmp_path, suffix, clock, not_counted):
    path = big(tmp_path, suffix, *clock)
    assert length_within(IN_PLACES, path) == pytest.approx(40 * len(clock), abs=1.5 * len(clock))


def test_looking_at_places_on_a_slow_drive_ends(tmp_path, slow_drive):
    limits = replace(IN_PLACES, place_every=30_000)
    path = big(tmp_path, ".ts", 0)
    before_s = slow_drive()
    # What FFmpeg says is all that is known then.
    assert length_within(replace(limits, count_s=10.0), path) == pytest.approx(40, abs=1.5)
    took_s = slow_drive() - before_s
    before_s = slow_drive()
    assert length_within(replace(limits, count_s=10_000.0), path) == pytest.approx(40, abs=1.5)
    assert took_s < slow_drive() - before_s - 20
