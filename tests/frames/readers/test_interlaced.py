"""Interlaced videos show their pictures, not what memory held before, whichever reader decodes them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.sampling import Sampling, reader_for
from tests import clips
from tests.frames.full_decode import assert_as_decoded, full_decode
from tests.interlaced_clips import CODECS, ORDERS, write_interlaced_clip

FAULTS = Path(__file__).parents[2] / "faults"
SHORT_SIDES = (None, 64)

CASES = [
    ("h264", ".mts"),
    ("h264", ".avi"),
    ("h264 with B-frames", ".avi"),
    ("h264 with B-frames", ".mp4"),
    ("h264 with B-frames", ".mkv"),
    ("mpeg2", ".mpg"),
    ("mpeg2", ".avi"),
    ("mpeg2", ".vob"),
    ("mpeg2 4:2:2", ".mov"),
    ("mpeg4", ".avi"),
    ("ffv1", ".mkv"),
    ("prores", ".mov"),
    ("dv", ".dv"),
    ("dv", ".avi"),
]


def read(sampling, path, short_side=None):
    return list(reader_for(sampling, threads=1).read(str(path), short_side=short_side))


def leave_pictures_in_memory(path):
    """Decode another video of the same size first, as a worker does: its memory is used again."""
    with av.open(str(path)) as video:
        size = video.streams.video[0].width, video.streams.video[0].height
    other = clips.make_clip(path.with_name("other.mp4"), seconds=1, size=size)
    read(Sampling.EXACT, other)


def assert_shows_its_pictures(path, samplings=Sampling):
    seconds = full_decode(path)
    leave_pictures_in_memory(path)
    for sampling in samplings:
        for short_side in SHORT_SIDES:
            try:
                frames = read(sampling, path, short_side)
            except CannotPlanError:
                assert sampling is Sampling.KEYFRAME
                continue
            assert_as_decoded(frames, seconds, exact=sampling is Sampling.EXACT)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("codec", "suffix"), CASES)
def test_each_second_shows_its_picture(tmp_path, codec, suffix, order):
    path = write_interlaced_clip(tmp_path / f"clip{suffix}", codec, order=order)
    with av.open(str(path)) as video:
        assert next(video.decode(video=0)).interlaced_frame, "not an interlaced clip"
    assert_shows_its_pictures(path)


@pytest.mark.parametrize("codec", ["mpeg2", "mpeg4", "ffv1"])
def test_a_height_that_does_not_divide_into_fields(tmp_path, codec):
    """720 x 486 is the size of NTSC on tape: 243 lines of chroma."""
    path = write_interlaced_clip(tmp_path / "clip.mkv", codec, size=(720, 486), seconds=1)
    assert_shows_its_pictures(path)
    (frame,) = read(Sampling.EXACT, path)
    # The bars stand upright: the last line has the colours of those above it.
    off = np.abs(frame.rgb[-1].astype(int) - frame.rgb[-7]).max(axis=-1)
    assert np.median(off) <= 4


@pytest.mark.parametrize(("codec", "unmarked"), [("mpeg2", 0), ("ffv1", 30)])
def test_interlacing_may_begin_in_the_middle(tmp_path, codec, unmarked):
    """What the stream's header says of it is not enough: broadcasts change with the programme."""
    orders = ["prog"] * 30 + ["tff"] * 20 + ["bff"] * 25
    path = write_interlaced_clip(tmp_path / "clip.mkv", codec, orders=orders)
    with av.open(str(path)) as video:
        marks = [frame.interlaced_frame for frame in video.decode(video=0)]
    # MPEG-2's encoder marks all of them, whether they have fields or not.
    assert marks == [False] * unmarked + [True] * (75 - unmarked)
    assert_shows_its_pictures(path)


def test_the_size_may_change_in_the_middle(tmp_path):
    """Transport streams are joined as they are; interlaced and not, small and large."""
    parts = [
        write_interlaced_clip(tmp_path / "one.ts", "h264", seconds=2),
        clips.make_clip(tmp_path / "two.ts", seconds=2, fps=25, size=(320, 180)),
        write_interlaced_clip(tmp_path / "three.ts", "h264", seconds=2, order="bff", size=(96, 128)),
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    seconds = [second for part in parts for second in full_decode(part)]
    frames = read(Sampling.EXACT, path)
    assert [frame.rgb.shape[:2] for frame in frames] == [(96, 160)] * 2 + [(180, 320)] * 2 + [(128, 96)] * 2
    assert_as_decoded(frames, seconds, exact=False)


@pytest.mark.parametrize("name", ["01_interlaced_h264_bframes.avi", "02_interlaced_mpeg2_exact.mpg"])
def test_inputs_that_failed(name):
    assert_shows_its_pictures(FAULTS / name)


def test_theora_with_rare_key_frames_is_seen_to_its_end():
    path = FAULTS / "04_theora_exact.ogv"
    exact, default = read(Sampling.EXACT, path), read(Sampling.AUTO, path)
    assert len(exact) == len(default) >= 14
    assert_shows_its_pictures(path)


def test_all_codecs_are_tried():
    assert {codec for codec, _ in CASES} == set(CODECS)
