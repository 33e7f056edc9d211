"""Readers that are asked for some seconds only: the frames of these are what they would be among all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from organizer.frames.readers import keyframe_reader, pyav_reader
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.plan import plan
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import FrameReader
from organizer.frames.readers.run_decoder import FalseKeyError
from organizer.frames.readers.sampling import AutoReader
from organizer.frames.streams.packets import WrongIndexError
from organizer.types import EVERY_SECOND, Frame, SampledSeconds
from tests import clips
from tests.frames.readers.test_key_marks import without_index
from tests.frames.readers.test_plan import timeline

READERS: list[Callable[[], FrameReader]] = [PyAvReader, KeyFrameReader, AutoReader]
RULES = [SampledSeconds(8, 2), SampledSeconds(3, 2), SampledSeconds(0, 3), SampledSeconds(1, 45)]
ROUGH = 4
"""Levels by which a picture may be off whose neighbours were decoded without smoothing of block edges."""


@pytest.fixture(params=READERS, ids=lambda make: make.__name__)
def reader(request: pytest.FixtureRequest) -> FrameReader:
    return request.param()


@pytest.fixture(params=RULES, ids=lambda rule: f"{rule.every_second_until}-{rule.then_every}")
def rule(request: pytest.FixtureRequest) -> SampledSeconds:
    return request.param


def read(reader: FrameReader, path: Path, **settings) -> list[Frame]:
    return list(reader.read(str(path), **settings))


def assert_chosen(reader: FrameReader, path: Path, rule: SampledSeconds, seconds: int, **settings) -> None:
    """Fail unless the frames are those of the rule's seconds among all frames."""
    frames = read(reader, path, **settings)
    assert [frame.second for frame in frames] == list(range(seconds))
    expected = [frame for frame in frames if frame.second in rule]
    chosen = read(reader, path, sampled=rule, **settings)
    assert [(one.second, one.time_s) for one in chosen] == [(one.second, one.time_s) for one in expected]
    for one, other in zip(chosen, expected, strict=True):
        assert np.abs(one.rgb.astype(int) - other.rgb.astype(int)).mean() <= ROUGH


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("a key frame a second.mp4", {"key_every": 10}),
        ("a key frame in 25.mp4", {"key_every": 25}),
        ("few key frames.mkv", {"key_every": 1000}),
        ("b-frames.avi", {"options": {"bf": "2"}}),
        ("transport.ts", {"key_every": 15}),
        ("vp9.webm", {"key_every": 30}),
    ],
)
def test_the_frames_of_the_chosen_seconds(reader, rule, tmp_path, name, settings):
    path = clips.make_numbered_clip(tmp_path / name, 130, **settings)
    assert_chosen(reader, path, rule, 13)
    assert_chosen(reader, path, rule, 6, max_seconds=6, short_side=32)


def test_a_second_in_which_nothing_begins_shows_what_is_on_screen(reader, rule, tmp_path):
    times = [0, 0.5, 2.5, 6.1, 6.9, 7.2, 12.5]
    assert_chosen(reader, clips.make_timed_clip(tmp_path / "clip.mkv", times), rule, 13)


def test_what_is_shown_may_have_begun_in_a_second_that_is_not_looked_at(reader, tmp_path):
    path = clips.make_timed_clip(tmp_path / "clip.mkv", [0, 1.5, 5])
    frames = read(reader, path, sampled=SampledSeconds(0, 2))
    assert [(frame.second, round(frame.time_s, 1)) for frame in frames] == [(0, 0.0), (2, 1.5), (4, 1.5)]


def test_one_that_lasts_on_ends_at_the_limit(reader, tmp_path):
    path = clips.make_timed_clip(tmp_path / "clip.mkv", [0, 0.5, 100])
    frames = read(reader, path, sampled=SampledSeconds(8, 2))
    assert [frame.second for frame in frames] == list(SampledSeconds(8, 2).all)


@pytest.mark.parametrize("frames", [1, 9, 10, 11, 85, 95])
def test_short_clips(reader, rule, tmp_path, frames):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", frames)
    assert_chosen(reader, path, rule, -(-frames // 10))


def test_only_key_frames_of_the_chosen_seconds_are_decoded(tmp_path, monkeypatch):
    decoded = []
    real = keyframe_reader.fetcher

    def fetcher(*how):
        fetch = real(*how)

        def noted(first, last):
            for position, packet in fetch(first, last):
                decoded.append(position)
                yield position, packet

        return noted

    monkeypatch.setattr(keyframe_reader, "fetcher", fetcher)
    options = {"codec": "libx264", "options": {"x264-params": "scenecut=0"}}
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 140, key_every=10, **options)
    read(KeyFrameReader(), path, sampled=SampledSeconds(8, 2))
    assert decoded == [10 * second for second in (*range(9), 10, 12)]


def test_the_exact_reader_stops_at_the_last_chosen_second(tmp_path, monkeypatch):
    decoded = []
    real = pyav_reader.stamp_of

    def noted(frame, stream):
        decoded.append(clips.number_on(frame.to_ndarray(format="rgb24")))
        return real(frame, stream)

    monkeypatch.setattr(pyav_reader, "stamp_of", noted)
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 600)
    frames = read(PyAvReader(), path, sampled=SampledSeconds(1, 40))
    assert ([frame.second for frame in frames], max(decoded)) == ([0, 1, 41], 410)


@pytest.mark.parametrize("error", [FalseKeyError, WrongIndexError])
def test_the_way_on_begins_with_the_next_second_that_is_wanted(tmp_path, monkeypatch, error):
    """Marks of key frames, or an index, that turn out to be wrong in the middle."""
    real, opened = keyframe_reader.fetcher, []

    def fetcher(*how):
        fetch = real(*how)
        opened.append(how)
        breaks = len(opened) == 1

        def failing(first, last):
            if breaks and first >= 120:
                raise error
            yield from fetch(first, last)

        return failing

    monkeypatch.setattr(keyframe_reader, "fetcher", fetcher)
    options = {"codec": "libx264", "options": {"x264-params": "scenecut=0"}}
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 150, key_every=10, **options)
    frames = read(KeyFrameReader(), path, sampled=SampledSeconds(8, 2))
    assert [frame.second for frame in frames] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14]


def test_marks_of_key_frames_that_are_wrong(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.avi", 130, codec="msmpeg4", key_every=25)
    rule = SampledSeconds(8, 2)
    assert_chosen(KeyFrameReader(), without_index(path), rule, 13)


@pytest.mark.parametrize("done", [0, 1, 10])
def test_where_the_quick_reader_breaks_off_the_exact_one_goes_on(tmp_path, monkeypatch, done):
    rule = SampledSeconds(8, 2)
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 170)
    quick = read(KeyFrameReader(), path, sampled=rule)[:done]

    def breaking(self, path, **settings):
        yield from quick
        raise IndexError

    monkeypatch.setattr(KeyFrameReader, "read", breaking)
    frames = read(AutoReader(), path, sampled=rule)
    assert [frame.second for frame in frames] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16]


def test_a_broken_off_file_gives_what_could_be_decoded(reader, rule, tmp_path):
    whole = clips.make_numbered_clip(tmp_path / "whole.ts", 130)
    path = clips.cut(whole, tmp_path / "cut.ts", 0.6)
    frames = read(reader, path)
    assert 5 < len(frames) < 13
    chosen = [frame.second for frame in read(reader, path, sampled=rule)]
    assert chosen == [frame.second for frame in frames if frame.second in rule]


# Four frames a second; runs of the seconds 0, 2 and 4.
@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ("0K 1 2 3 4K 5 6 7 8K 9 10 11 12K 13 14 15 16K", [(0, [0]), (8, [8]), (16, [16])]),
        # The way to a second without a key frame begins in one that is not wanted.
        ("0K 1 2 3 4K 5 6 7 8 9 10 11", [(0, [0]), (4, [8])]),
        ("0K 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", [(0, [0, 8, 16])]),
        # On screen since a second that is not wanted.
        ("0K 5K 17K", [(0, [0]), (1, [1]), (2, [2])]),
    ],
)
def test_plan(frames, expected):
    runs = plan(timeline(frames), max_seconds=45, sampled=SampledSeconds(0, 2))
    assert [(run.start, [target.position for target in run.targets]) for run in runs] == expected


def test_every_second_is_the_same_as_saying_nothing():
    frames = timeline("0K 1 2 3 4 5K 6 7 8 9 10 11 12K")
    assert plan(frames, max_seconds=45, sampled=EVERY_SECOND) == plan(frames, max_seconds=45)
