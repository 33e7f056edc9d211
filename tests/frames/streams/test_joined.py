"""Recordings joined to one: pictures of all parts, whatever their clocks say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from tests import clips
from tests.frames.full_decode import assert_as_decoded, full_decode
from tests.frames.streams.test_duration import CLOCKS, joined

READERS = [KeyFrameReader(), PyAvReader(threads=1)]
FAULTS = Path(__file__).parents[2] / "faults"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_the_fault(reader):
    path = FAULTS / "23_vob_clock_restarts.vob"
    frames = list(reader.read(str(path)))
    assert len(frames) == 18
    assert_as_decoded(frames, full_decode(path), exact=reader.name == "pyav")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
@pytest.mark.parametrize("suffix", [".ts", ".vob"])
def test_all_parts_are_looked_at(tmp_path, suffix, clock, reader):
    path = joined(tmp_path, suffix, *clock)
    frames = list(reader.read(str(path)))
    seconds = 10 * len(clock)
    # A decoder that is fed the joint may leave out a picture or two.
    assert len(frames) in (seconds, seconds - 1)
    for frame in frames:
        # FFmpeg writes program streams whose stamps are a frame off at times.
        near = {clips.colour_of(second) for second in (frame.second, int(frame.time_s - 0.05))}
        assert min(np.abs(frame.rgb.mean(axis=(0, 1)) - colour).max() for colour in near) < clips.TOLERANCE


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".wmv"])
def test_elsewhere_a_still_is_a_still(tmp_path, suffix, reader):
    times = [0, 1, 2, 32, 33]
    if suffix == ".avi":
        pictures = (
            (at, clips.plain(clips.colour_of(min(at, 2) if at < 32 else at - 29))) for at in range(34)
        )
        path = clips.write_clip(tmp_path / "a.avi", pictures, fps=1)
    else:
        path = clips.make_timed_clip(tmp_path / f"a{suffix}", times)
    frames = list(reader.read(str(path)))
    assert len(frames) == 34
    clips.assert_colour(frames[31].rgb, clips.colour_of(2))
    clips.assert_colour(frames[32].rgb, clips.colour_of(3))
