"""What people read when no reader could make anything of a file."""

from __future__ import annotations

import os

import av
import pytest

from organizer.errors import NotNowError, UnreadableVideoError
from organizer.frames.decode import decode
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.sampling import AutoReader
from organizer.types import InputSpec, VideoFile
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
