"""The exact reader through PyAV: which frame it takes, and how it ends."""

from __future__ import annotations

import pytest

from organizer.errors import NotAVideoError, UnreadableVideoError
from organizer.frames.readers.pyav_reader import PyAvReader
from tests import clips


def read(path, **settings):
    return list(PyAvReader().read(str(path), **settings))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0, 3, 6], [0, 0, 0, 1, 1, 1, 2]),
        ([0, 0.2, 0.4, 2.5, 2.7, 3.1], [0, 2, 3, 5]),
        ([0, 0.9, 1.95, 3.05, 3.5, 6.2, 6.4], [0, 2, 2, 3, 4, 4, 5]),
        ([0, 1, 2, 3], [0, 1, 2, 3]),
    ],
)
def test_the_first_frame_of_each_second_or_the_one_still_shown(tmp_path, times, expected):
    frames = read(clips.make_timed_clip(tmp_path / "clip.mkv", times))
    assert [frame.second for frame in frames] == list(range(len(expected)))
    for frame, index in zip(frames, expected, strict=True):
        assert frame.time_s == pytest.approx(times[index], abs=0.002)
        clips.assert_colour(frame.rgb, clips.colour_of(index))


def test_limits(tmp_path):
    path = clips.make_timed_clip(tmp_path / "clip.mkv", [0, 0.5, 100], size=(96, 64))
    frames = read(path, short_side=16)
    assert len(frames) == 45
    assert frames[44].rgb.shape == (16, 24, 3)
    clips.assert_colour(frames[44].rgb, clips.colour_of(1))
    assert len(read(path, max_seconds=2)) == 2


def test_damage_in_the_middle_costs_only_what_it_touches(tmp_path):
    path = clips.make_clip(tmp_path / "clip.ts", seconds=6, key_every=5)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 600] = bytes(600)
    path.write_bytes(data)
    frames = read(path)
    assert [frame.second for frame in frames] == list(range(6))
    clips.assert_colour(frames[5].rgb, clips.colour_of(5))


def test_what_cannot_be_read(tmp_path):
    whole = clips.make_clip(tmp_path / "whole.mkv", seconds=2, size=(320, 240))
    data = whole.read_bytes()
    (tmp_path / "head.mkv").write_bytes(data[: data.index(b"\x1f\x43\xb6\x75") + 20])
    with pytest.raises(UnreadableVideoError):
        read(tmp_path / "head.mkv")
    with pytest.raises(UnreadableVideoError):
        read(tmp_path / "missing.mp4")
    with pytest.raises(NotAVideoError):
        read(clips.make_sound(tmp_path / "sound.m4v"))
    with pytest.raises(ValueError, match="absolute"):
        read("clip.mp4")
