"""A library that cannot be written is read all the same, and says so when it should be written."""

import os
import shutil
import sqlite3
from contextlib import contextmanager

import pytest

from organizer.errors import LibraryError
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.opening import open_read_only
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of
from tests.library.test_migrations import restore
from tests.permissions import run_obeying


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "a folder? #1%"
    folder.mkdir()
    seed(folder / "library.db", tmp_path, [SeedVideo("cat.mp4", ("Animal",)), SeedVideo("wall.mp4")])
    return folder / "library.db"


@contextmanager
def locked(library, *, file=0o444, folder=0o555):
    """Take the right to write away, as a medium that is mounted read-only does."""
    for path in library.parent.iterdir():
        path.chmod(file)
    library.parent.chmod(folder)
    try:
        yield
    finally:
        library.parent.chmod(0o755)
        for path in library.parent.iterdir():
            path.chmod(0o644)


PLACES = pytest.mark.parametrize(
    "rights",
    [{}, {"file": 0o644}, {"folder": 0o755}],
    ids=["file and folder", "folder only", "file only"],
)


@PLACES
def test_it_is_listed_and_shown(library, rights):
    with locked(library, **rights):
        listed = run_obeying("list", "--library", library)
        shown = run_obeying("show", "cat.mp4", "--library", library)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "cat.mp4" in listed.stdout and "Animal 0.90" in listed.stdout
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Animal 0.90, given" in shown.stdout


@PLACES
@pytest.mark.parametrize("command", [["tag", "cat.mp4", "Mine"], ["untag", "cat.mp4", "Animal"], ["scan"]])
def test_commands_that_write_say_so_in_words(library, command, rights):
    before = library.read_bytes()
    with locked(library, **rights):
        result = run_obeying(*command, "--library", library)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {library}: the library is read-only")
    assert result.stderr.count("\n") == 1
    assert library.read_bytes() == before


def test_nothing_appears_beside_it(library):
    with locked(library):
        run_obeying("list", "--library", library)
    assert os.listdir(library.parent) == ["library.db"]


def test_an_older_library_is_to_be_updated_on_a_disk_that_can_be_written(tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    library = restore(3, folder / "library.db")
    with locked(library):
        result = run_obeying("list", "--library", library)
    assert result.returncode == 1
    assert "written by an older organizer and must be brought up to date" in result.stderr
    assert "Copy it to a disk that can be written" in result.stderr


def test_changes_that_lie_beside_it_are_never_left_out_in_silence(library, tmp_path):
    copied = tmp_path / "copied" / "library.db"
    copied.parent.mkdir()
    with Library.open(library) as opened:
        database_of(opened).execute(
            "UPDATE places SET relative_path = 'new name.mp4' WHERE relative_path = 'wall.mp4'"
        )
        for name in ("library.db", "library.db-wal"):
            shutil.copy(library.with_name(name), copied.with_name(name))
    with locked(copied):
        result = run_obeying("list", "--library", copied)
    assert result.returncode == 1
    assert "the newest changes lie beside it in library.db-wal" in result.stderr
    assert "new name.mp4" in run_obeying("list", "--library", copied).stdout


def test_one_that_another_process_has_open_is_read_with_its_newest_changes(library):
    with Library.open(library) as opened:
        database_of(opened).execute(
            "UPDATE places SET relative_path = 'new name.mp4' WHERE relative_path = 'wall.mp4'"
        )
        with locked(library):
            result = run_obeying("list", "--library", library)
    assert result.returncode == 0
    assert "new name.mp4" in result.stdout


def test_only_what_nobody_writes_is_taken_for_unchanging(library):
    tried = []

    def connect(address, **options):
        tried.append(address.rpartition("?")[2])
        return sqlite3.connect(address, **options)

    open_read_only(library, connect=connect).close()
    assert tried == ["mode=ro"]


def test_a_read_only_connection_cannot_write(library):
    opened = Library.open(library, read_only=True)
    assert opened.count(VideoFilter()) == 2
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database_of(opened).execute("DELETE FROM videos")
    opened.close()


def test_one_that_is_to_be_read_only_is_never_made_nor_written(tmp_path, library):
    with pytest.raises(LibraryError, match="no library here"):
        Library.open(tmp_path / "none" / "library.db", read_only=True)
    assert not (tmp_path / "none").exists()
    before = library.read_bytes()
    with pytest.raises(LibraryError, match="read-only"), Library.open(library, read_only=True) as opened:
        opened.confirm(1, "Mine")
    assert library.read_bytes() == before


def test_a_file_that_is_no_library_stays_none(library):
    library.write_text("These are notes. " * 100)
    with pytest.raises(LibraryError, match="no library of organizer"):
        open_read_only(library)


@pytest.mark.skipif(os.name != "posix", reason="the permissions are POSIX's")
def test_a_missing_one_in_a_folder_that_is_read_only_is_said_in_words(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    result = run_obeying("scan", tmp_path, "--library", folder / "library.db")
    assert result.returncode == 1
    assert f"{folder}/library.db: the library cannot be opened" in result.stderr
    assert "Traceback" not in result.stderr
