"""The other library of a merge is only read: older ones through a copy, newer ones not at all."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing

import pytest

from organizer.errors import JobRunningError, LibraryError, LibraryTooNewError
from organizer.library import Library
from organizer.library.jobs import JobState
from organizer.library.migrations.apply import MIGRATIONS
from tests.library.build import add
from tests.library.merged import merge, view
from tests.library.test_migrations import add_loudness, open_later, restore
from tests.permissions import run_obeying


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_an_older_library_is_brought_over_and_left_alone(tmp_path, library, version):
    old = restore(version, tmp_path / "old" / "old.db")
    before = old.read_bytes()
    merged = merge(library, old)
    assert merged.counts.videos_new == (4 if version == 1 else 5)
    assert old.read_bytes() == before
    assert os.listdir(old.parent) == ["old.db"]
    assert not list(tmp_path.glob("*.merging*"))
    found = view(library)
    Library.open(old).close()
    with Library.open(old) as migrated:
        assert found == view(migrated)
    assert merge(library, old).counts.is_empty


@pytest.fixture(autouse=True)
def old_folder(tmp_path):
    (tmp_path / "old").mkdir()


def test_a_newer_library_is_refused(tmp_path, library):
    open_later(tmp_path / "new.db", add_loudness).close()
    before = (tmp_path / "new.db").read_bytes()
    with pytest.raises(LibraryTooNewError, match=r"new\.db: .*Update organizer here"):
        merge(library, tmp_path / "new.db")
    assert (tmp_path / "new.db").read_bytes() == before
    assert view(library) == {}


def test_what_is_no_library_is_refused(tmp_path, library):
    with pytest.raises(LibraryError, match="no such library"):
        merge(library, tmp_path / "nothing.db")
    assert not (tmp_path / "nothing.db").exists()
    (tmp_path / "text.db").write_text("something else")
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE recipes (name)")
    for name in ("text.db", "foreign.db"):
        with pytest.raises(LibraryError, match="no library of organizer"):
            merge(library, tmp_path / name)


def test_a_library_that_is_written_is_waited_for(tmp_path, library):
    with Library.open(tmp_path / "other.db") as other:
        add(other, "/v", "a.mp4")
        job = other.jobs.begin(["/v"])
        with pytest.raises(JobRunningError, match=r"other\.db: .*is running"):
            merge(library, other)
        other.jobs.finish(job, JobState.DONE)
        merge(library, other)
    assert library.count() == 1


def test_what_lies_in_its_log_comes_too(tmp_path, library):
    with Library.open(tmp_path / "other.db") as other:
        add(other, "/v", "a.mp4")
        assert (tmp_path / "other.db-wal").stat().st_size
        merge(library, tmp_path / "other.db")
    assert library.count() == 1


def test_a_library_on_a_read_only_disk_can_be_merged(tmp_path, library):
    folder = tmp_path / "disk"
    with Library.open(folder / "other.db") as other:
        add(other, "/v", "a.mp4")
    before = (folder / "other.db").read_bytes()
    (folder / "other.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        ran = run_obeying("merge", folder / "other.db", ORGANIZER_LIBRARY=str(library.path))
        assert (ran.returncode, ran.stderr) == (0, "")
        assert os.listdir(folder) == ["other.db"]
    finally:
        folder.chmod(0o700)
    assert library.count() == 1
    assert (folder / "other.db").read_bytes() == before


def test_no_statement_can_write_to_it(tmp_path, library):
    with Library.open(tmp_path / "other.db") as other:
        add(other, "/v", "a.mp4")
    steps = library.merges.merge([tmp_path / "other.db"])
    next(steps)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        library._database.conn.execute("DELETE FROM other.videos")
    library._database.conn.rollback()
    assert len(list(steps)) == 1


@pytest.mark.parametrize("name", ["library.db.merging", "library.db.merging-0a1b2c3d"])
def test_the_copy_of_a_merge_that_was_killed_is_taken_away(tmp_path, library, name):
    left = library.path.with_name(name)
    left.write_bytes(b"half a library")
    with Library.open(tmp_path / "other.db") as other:
        add(other, "/v", "a.mp4")
    merge(library, tmp_path / "other.db")
    assert not left.exists()


def test_two_merges_have_a_copy_each(tmp_path, library):
    old = restore(1, tmp_path / "old" / "old.db")
    steps = library.merges.merge([old])
    next(steps)
    (first,) = _copies(library)
    with Library.open(library.path) as again:
        other_steps = again.merges.merge([old], dry_run=True)
        next(other_steps)
        assert first in _copies(library) and len(_copies(library)) == 2
        other_steps.close()
    assert _copies(library) == [first]
    assert sum(step.counts.videos_new for step in steps) == 4
    assert not list(tmp_path.glob("*.merging*"))


def _copies(library) -> list[str]:
    return [name for name in os.listdir(library.path.parent) if re.fullmatch(r".*\.merging(-\w+)?", name)]
