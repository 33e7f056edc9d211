"""Files that cannot be read in their middle: a network stands still, a drive is gone, a sector is bad."""

from __future__ import annotations

import errno
import io
import os

import numpy as np
import pytest

from organizer.errors import NotNowError, UnreadableVideoError
from organizer.frames.dates import container_dates
from organizer.frames.decode import decode
from organizer.frames.formats import bounded_file
from organizer.frames.probe import probe
from organizer.frames.read_errors import all_is_read, note
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.stopping import StoppedError
from organizer.types import InputSpec, VideoFile
from tests.clips import write_clip

SECONDS = 20
SUFFIXES = [".mp4", ".mkv", ".ts", ".avi"]


def noise(path):
    random = np.random.default_rng(1)
    frames = (
        (index / 10, random.integers(0, 255, (96, 128, 3)).astype(np.uint8)) for index in range(10 * SECONDS)
    )
    path = write_clip(path, frames, fps=10, key_every=10)
    assert path.stat().st_size > 500_000
    return path


def break_between(monkeypatch, path, number, begin, end):
    """Let reads of a file fail with an error between two shares of its size."""
    size = path.stat().st_size

    class Broken(io.FileIO):
        def read(self, count=-1):
            if size * begin <= self.tell() < size * end:
                raise OSError(number, os.strerror(number))
            return super().read(count)

    monkeypatch.setattr(bounded_file.io, "FileIO", Broken)


def decoded(path, sampling):
    status = path.stat()
    file = VideoFile(str(path.parent), path.name, status.st_size, status.st_mtime_ns)
    return decode(file, reader_for(sampling, threads=1), InputSpec(32))


@pytest.mark.parametrize("sampling", list(Sampling))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_part_of_a_video_is_not_taken_for_all_of_it(tmp_path, monkeypatch, capfd, suffix, sampling):
    path = noise(tmp_path / f"a{suffix}")
    assert len(decoded(path, sampling).pictures) == SECONDS
    break_between(monkeypatch, path, errno.ETIMEDOUT, 0.3, 0.8)
    with pytest.raises(NotNowError, match=r"a\.\w+: it could not be read on \(.*\)\. Scan again later\."):
        decoded(path, sampling)
    assert capfd.readouterr().err == ""
    monkeypatch.undo()
    assert len(decoded(path, sampling).pictures) == SECONDS


@pytest.mark.parametrize("number", [errno.ESTALE, errno.ENODEV, errno.EHOSTDOWN, errno.ENOTCONN, errno.ENXIO])
def test_drives_and_servers_that_are_gone(tmp_path, monkeypatch, number):
    path = noise(tmp_path / "a.mkv")
    break_between(monkeypatch, path, number, 0.3, 1)
    with pytest.raises(NotNowError):
        decoded(path, Sampling.AUTO)


@pytest.mark.parametrize("sampling", list(Sampling))
def test_up_to_a_bad_sector_a_video_counts(tmp_path, monkeypatch, capfd, sampling):
    path = noise(tmp_path / "a.mkv")
    break_between(monkeypatch, path, errno.EIO, 0.5, 0.8)
    assert SECONDS * 0.3 < len(decoded(path, sampling).pictures) < SECONDS * 0.6
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_cannot_be_read_is_not_called_damaged(tmp_path, monkeypatch, suffix):
    path = noise(tmp_path / f"a{suffix}")
    break_between(monkeypatch, path, errno.EIO, 0, 1)
    with pytest.raises(UnreadableVideoError) as caught:
        probe(str(path), mtime_ns=0)
    assert type(caught.value) is UnreadableVideoError
    assert "cannot be opened" in caught.value.reason
    assert os.strerror(errno.EIO) in caught.value.reason
    monkeypatch.undo()
    break_between(monkeypatch, path, errno.ETIMEDOUT, 0, 1)
    with pytest.raises(NotNowError):
        probe(str(path), mtime_ns=0)


def test_a_length_that_was_counted_in_part_is_none(tmp_path, monkeypatch):
    path = noise(tmp_path / "a.ts")
    break_between(monkeypatch, path, errno.ETIMEDOUT, 0.8, 0.9)
    with pytest.raises(NotNowError):
        probe(str(path), mtime_ns=0)


def test_a_date_that_could_not_be_read_is_not_taken_for_none(tmp_path, monkeypatch):
    path = noise(tmp_path / "a.mp4")

    def fail(*_):
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(container_dates, "iso_boxes", fail)
    with pytest.raises(NotNowError):
        probe(str(path), mtime_ns=0)


def test_only_what_is_read_within_counts():
    stale = OSError(errno.ESTALE, "Stale file handle")
    note(stale)
    with all_is_read("/v/a.mp4"):
        note(OSError(errno.EIO, "Input/output error"))
    with pytest.raises(NotNowError, match="Stale file handle"), all_is_read("/v/a.mp4"):
        note(stale)
    with all_is_read("/v/a.mp4"):
        pass


@pytest.mark.parametrize("error", [StoppedError(), MemoryError()])
def test_what_is_no_files_failure_stays_as_it_is(error):
    with pytest.raises(type(error)), all_is_read("/v/a.mp4"):
        note(OSError(errno.ESTALE, "Stale file handle"))
        raise error
