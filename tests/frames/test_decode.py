"""One file's pictures, and what people read when no reader could make anything of it."""

from __future__ import annotations

import os

import av
import pytest

from organizer.errors import NotNowError, UnreadableVideoError
from organizer.frames.decode import decode, network_pictures
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.sampling import AutoReader
from organizer.types import InputSpec, SampledSeconds, VideoFile
from tests import clips


def file_at(path):
    status = os.stat(path)
    return VideoFile(str(path.parent), path.name, status.st_size, status.st_mtime_ns)


@pytest.fixture
def failing(tmp_path, monkeypatch):
    """Make both readers fail with an error and return what decode raises then."""

    def fail(error):
        def read(self, path, **settings):
            raise error
            yield

        monkeypatch.setattr(KeyFrameReader, "read", read)
        monkeypatch.setattr(PyAvReader, "read", read)
        path = clips.make_clip(tmp_path / "clip.mp4", seconds=1)
        with pytest.raises(UnreadableVideoError) as caught:
            decode(file_at(path), AutoReader(), InputSpec(32))
        assert caught.value.path == str(path)
        return caught.value

    return fail


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (av.error.InvalidDataError(1094995529, "Invalid data found when processing input"), "Invalid data"),
        (av.error.PatchWelcomeError(1163346256, "Not yet implemented in FFmpeg"), "Not yet implemented"),
        (IndexError("list index out of range"), "list index out of range"),
        (ValueError("Unexpected numpy array shape"), "Unexpected numpy array shape"),
        (OverflowError("value too large to convert to int"), "value too large"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_of_the_codec_are_said_in_plain_words(failing, error, words):
    said = str(failing(error))
    assert words in said
    assert "convert a copy of it to H.264" in said
    assert "report" not in said


def test_what_nobody_foresaw_is_asked_to_be_reported(failing):
    assert "please report it" in str(failing(AttributeError("'NoneType' object has no attribute 'x'")))


@pytest.mark.parametrize("error", [MemoryError(), av.error.MemoryError(12, "Cannot allocate memory")])
def test_too_little_memory_is_not_the_files_fault(failing, error):
    assert isinstance(failing(error), NotNowError)


def test_there_is_a_picture_of_each_second_that_the_network_looks_at(tmp_path):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=12, fps=5)
    decoded = decode(file_at(path), AutoReader(), InputSpec(32, sampled=SampledSeconds(8, 2)))
    seconds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
    assert decoded.pictures.shape == (len(seconds), 32, 32, 3)
    for picture, second in zip(decoded.pictures, seconds, strict=True):
        clips.assert_colour(picture, clips.colour_of(second))


def test_a_reader_that_knows_nothing_of_seconds_does_where_all_are_looked_at(tmp_path):
    class Older:
        def read(self, path, *, max_seconds=45, short_side=None):
            return PyAvReader().read(path, max_seconds=max_seconds, short_side=short_side)

    path = clips.make_clip(tmp_path / "clip.mp4", seconds=3)
    shown = network_pictures(Older(), str(path), InputSpec(32))
    assert [frame.second for frame, _ in shown] == [0, 1, 2]
