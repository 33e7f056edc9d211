"""The choice between the readers."""

from __future__ import annotations

import pickle
from itertools import islice

import av
import cv2
import pytest

from organizer.errors import MissingDependencyError, NotAVideoError, UnreadableVideoError
from organizer.frames.readers.keyframe_reader import CannotPlanError, KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.sampling import AutoReader, Sampling, reader_for
from organizer.stopping import StoppedError
from tests import clips

KINDS = {Sampling.EXACT: PyAvReader, Sampling.KEYFRAME: KeyFrameReader, Sampling.AUTO: AutoReader}


@pytest.mark.parametrize("sampling", Sampling)
def test_each_sampling_has_its_reader(tmp_path, sampling):
    reader = reader_for(sampling, threads=1)
    assert isinstance(reader, KINDS[sampling])
    sent = pickle.loads(pickle.dumps(reader))
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=3)
    assert [frame.second for frame in sent.read(str(path))] == [0, 1, 2]


def test_names():
    names = {str(sampling): reader_for(sampling, threads=1).name for sampling in Sampling}
    assert names == {"exact": "pyav", "keyframe": "keyframe", "auto": "auto"}


def test_auto_takes_key_frames_where_it_can(tmp_path, monkeypatch):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 40, key_every=7)
    expected = [frame.time_s for frame in KeyFrameReader().read(str(path))]
    monkeypatch.setattr(PyAvReader, "read", None)
    assert [frame.time_s for frame in AutoReader().read(str(path))] == expected


def test_auto_reads_exactly_what_cannot_be_planned(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.avi", 40, codec="libx264", options={"bf": "3"})
    with pytest.raises(CannotPlanError):
        list(KeyFrameReader().read(str(path)))
    frames = list(AutoReader().read(str(path), short_side=32))
    assert [frame.second for frame in frames] == [0, 1, 2, 3]
    assert [clips.number_on(frame.rgb) // 10 for frame in frames] == [0, 1, 2, 3]
    assert frames[0].rgb.shape == (32, 80, 3)


def breaking_after(frames, error):
    """A reader's ``read`` that yields some frames and raises."""

    def read(self, path, **settings):
        yield from frames
        raise error

    return read


# What PyAV, NumPy and OpenCV raise where a file is not as they expect it.
ODD_ERRORS = [
    UnreadableVideoError("/clip.mp4", "it broke", "Mend it."),
    av.error.InvalidDataError(1, "Invalid data found when processing input"),
    IndexError("list index out of range"),
    ValueError("not enough values to unpack"),
    OverflowError("Python int too large to convert to C long"),
    cv2.error("resize"),
    AssertionError(),
]


@pytest.mark.parametrize("error", ODD_ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("done", [0, 1, 3])
def test_whatever_the_quick_reader_fails_with_the_exact_one_goes_on(tmp_path, monkeypatch, error, done):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=5)
    quick = list(KeyFrameReader().read(str(path)))[:done]
    monkeypatch.setattr(KeyFrameReader, "read", breaking_after(quick, error))
    frames = list(AutoReader().read(str(path), short_side=32))
    assert [frame.second for frame in frames] == [0, 1, 2, 3, 4]
    assert all(one is other for one, other in zip(frames, quick, strict=False))
    for frame in frames:
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))
    assert [frame.rgb.shape for frame in frames[done:]] == [(32, 43, 3)] * (5 - done)


@pytest.mark.parametrize(
    "error",
    [
        NotAVideoError("/clip.mp4", "its content is text", "Exclude it."),
        MissingDependencyError("OpenCV is not installed"),
        MemoryError(),
        av.error.MemoryError(12, "Cannot allocate memory"),
        StoppedError(),
        KeyboardInterrupt(),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("done", [0, 2])
def test_what_no_other_reader_helps_against_is_raised(tmp_path, monkeypatch, error, done):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    quick = list(KeyFrameReader().read(str(path)))[:done]
    monkeypatch.setattr(KeyFrameReader, "read", breaking_after(quick, error))
    frames = AutoReader().read(str(path))
    assert list(islice(frames, done)) == quick
    with pytest.raises(type(error)) as caught:
        next(frames)
    assert caught.value is error


def test_what_the_quick_reader_got_counts_where_the_exact_one_gets_nothing(tmp_path, monkeypatch):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    quick = list(KeyFrameReader().read(str(path)))[:2]
    monkeypatch.setattr(KeyFrameReader, "read", breaking_after(quick, IndexError()))
    monkeypatch.setattr(PyAvReader, "read", breaking_after([], ValueError()))
    assert list(AutoReader().read(str(path))) == quick
    monkeypatch.setattr(PyAvReader, "read", breaking_after([], MemoryError()))
    with pytest.raises(MemoryError):
        list(AutoReader().read(str(path)))


def test_closing_it_early_does_not_start_the_other_reader(tmp_path, monkeypatch):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    monkeypatch.setattr(PyAvReader, "read", None)
    frames = AutoReader().read(str(path))
    assert next(frames).second == 0
    frames.close()


@pytest.mark.parametrize("content", [b"", b"just some words\n"])
def test_what_neither_can_read_is_refused_in_the_same_words(tmp_path, content):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    messages = set()
    for sampling in Sampling:
        with pytest.raises(NotAVideoError) as caught:
            list(reader_for(sampling, threads=1).read(str(path)))
        messages.add(str(caught.value))
    assert len(messages) == 1
