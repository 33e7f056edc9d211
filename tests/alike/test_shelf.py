"""What is kept: whole or not at all, never believed without a look, and made anew whenever it is gone."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from organizer.alike import shelf as shelves
from organizer.alike.finder import Finder
from organizer.alike.vector_file import VectorWriter
from organizer.library import Library
from tests.alike.library_of import SPACE, crowd, film, store


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as opened:
        crowd(opened, 20)
        yield opened


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "vectors"


def finder_of(library, folder):
    return Finder(library.path, SPACE, folder=folder)


def made(library, folder):
    steps = list(finder_of(library, folder).prepare(library))
    return steps[-1].total if steps else 0


def only_file(folder) -> Path:
    (file,) = folder.iterdir()
    return file


def test_what_is_kept_is_used_by_the_next_process(library, folder):
    assert made(library, folder) == 20
    assert made(library, folder) == 0


def test_it_is_for_the_person_alone(library, folder):
    made(library, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


def _cut(file):
    os.truncate(file, file.stat().st_size - 100)


def _cut_to_the_head(file):
    os.truncate(file, 4096)


def _cut_in_the_head(file):
    os.truncate(file, 50)


def _longer(file):
    with file.open("ab") as opened:
        opened.write(b"more")


def _one_bit(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _other_bounds(file):
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"scenes": [4096,', b'"scenes": [4097,'))


CHANGES = {
    "empty": lambda file: file.write_bytes(b""),
    "cut": _cut,
    "cut to its head": _cut_to_the_head,
    "cut in its head": _cut_in_the_head,
    "longer": _longer,
    "one bit": _one_bit,
    "bounds": _other_bounds,
    "a picture": lambda file: file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(10_000)),
    "words": lambda file: file.write_bytes(b"organizer vectors 1\n" + b"{not json" * 600),
    "no object": lambda file: file.write_bytes(b"organizer vectors 1\n" + b"[1, 2]".ljust(5000)),
    "of a later day": lambda file: file.write_bytes(
        file.read_bytes().replace(b"organizer vectors 1\n", b"organizer vectors 2\n")
    ),
    "deleted": Path.unlink,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_damaged_or_foreign_file_is_made_anew(library, folder, change):
    expected = finder_of(library, folder).like(library, 3)
    change(only_file(folder))
    assert made(library, folder) == 20
    assert finder_of(library, folder).like(library, 3) == expected
    assert made(library, folder) == 0


def test_a_folder_in_its_place(library, folder):
    made(library, folder)
    file = only_file(folder)
    file.unlink()
    file.mkdir()
    assert len(finder_of(library, folder).like(library, 3)) == 19


def test_the_file_of_another_library(library, folder, tmp_path):
    made(library, folder)
    file = only_file(folder)
    with Library.open(tmp_path / "second.db") as second:
        crowd(second, 4, first=900)
        made(second, folder)
        (other,) = set(folder.iterdir()) - {file}
        shutil.copy(file, other)
        assert made(second, folder) == 4


def test_a_tail_of_another_base_is_passed_over(library, folder):
    made(library, folder)
    base = only_file(folder)
    crowd(library, 1, first=600)
    assert made(library, folder) == 1
    tail = base.with_suffix(".tail")
    kept = tail.read_bytes()
    base.unlink()
    made(library, folder)
    tail.write_bytes(kept)
    crowd(library, 1, first=700)
    assert made(library, folder) == 1
    assert len(finder_of(library, folder).like(library, 3)) == 21


def test_nothing_can_be_written(library, folder, monkeypatch):
    def refuse(*_arguments, **_settings):
        raise PermissionError(errno.EACCES, "read-only")

    monkeypatch.setattr(shelves.tempfile, "mkstemp", refuse)
    finder = finder_of(library, folder)
    assert len(finder.like(library, 3)) == 19
    assert list(finder.prepare(library)) == []
    (new,) = crowd(library, 1, first=500)
    assert len(finder.like(library, new)) == 20


def test_the_cache_folder_is_a_file(library, tmp_path):
    (tmp_path / "cache").write_bytes(b"")
    assert len(finder_of(library, tmp_path / "cache" / "vectors").like(library, 3)) == 19


def test_a_full_disk(library, folder, monkeypatch):
    add, calls = VectorWriter.add, []

    def full(self, part):
        calls.append(part)
        if len(calls) == 1:
            raise OSError(errno.ENOSPC, "no space")
        add(self, part)

    monkeypatch.setattr(VectorWriter, "add", full)
    assert len(finder_of(library, folder).like(library, 3)) == 19
    assert list(folder.iterdir()) == []


def test_a_disk_with_little_room_is_left_alone(library, folder, monkeypatch):
    usage = shutil.disk_usage(folder.parents[1])
    monkeypatch.setattr(shelves.shutil, "disk_usage", lambda _: usage._replace(free=2**30))
    assert len(finder_of(library, folder).like(library, 3)) == 19
    assert list(folder.iterdir()) == []


def test_one_that_is_broken_off_leaves_nothing(library, folder):
    steps = finder_of(library, folder).prepare(library)
    next(steps)
    assert [file.suffix for file in folder.iterdir()] == [".part"]
    steps.close()
    assert list(folder.iterdir()) == []
    assert made(library, folder) == 20


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    from organizer.alike.finder import Finder
    from organizer.library import Library

    with Library.open(sys.argv[1]) as library:
        for _ in Finder(library.path, sys.argv[2], folder=Path(sys.argv[3])).prepare(library):
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="NEEDS SIGKILL")
def test_one_that_is_killed_is_made_anew(library, folder):
    command = [sys.executable, "-c", textwrap.dedent(_KILLED), str(library.path), SPACE, str(folder)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    left = only_file(folder)
    assert left.suffix == ".part"
    assert made(library, folder) == 20
    # Another process may be at it still; after a day it is not.
    assert left.exists()
    os.utime(left, (1, 1))
    crowd(library, 1, first=800)
    assert made(library, folder) == 1
    assert not left.exists()


def test_two_at_the_same_time(library, folder):
    first, second = finder_of(library, folder), finder_of(library, folder)
    steps, others = first.prepare(library), second.prepare(library)
    next(steps)
    next(others)
    assert list(steps) == list(others) == []
    assert first.like(library, 3) == second.like(library, 3)
    assert made(library, folder) == 0
    # And each goes on after the other has written a tail, or another base.
    crowd(library, 1, first=500)
    assert list(first.prepare(library))
    assert list(second.prepare(library)) == []
    store(library, "one.mp4", film(1))
    list(second.prepare(library))
    assert first.like(library, 3, limit=50) == second.like(library, 3, limit=50)


def test_it_may_be_emptied_under_the_hand(library, folder):
    finder = finder_of(library, folder)
    expected = finder.like(library, 3)
    assert shelves.clear(folder)[0] == 1
    assert shelves.kept_size(folder) == (0, 0)
    assert finder.like(library, 3) == expected
    crowd(library, 1, first=500)
    assert len(finder.like(library, 3)) == 20


def test_what_nobody_asked_for_is_forgotten(library, folder, tmp_path):
    made(library, folder)
    old = only_file(folder)
    os.utime(old, (1, 1))
    (folder / "notes.txt").write_text("mine")
    os.utime(folder / "notes.txt", (1, 1))
    with Library.open(tmp_path / "second.db") as second:
        crowd(second, 2)
        made(second, folder)
    assert not old.exists()
    assert (folder / "notes.txt").exists()
