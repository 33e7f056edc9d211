"""Open a library: what is made, what is refused, and whose eyes it is for."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from organizer.errors import LibraryError
from organizer.library import Library
from organizer.library.migrations.apply import MIGRATIONS, migration_set
from organizer.library.opening import turn_write_ahead_on
from tests.gallery_server.process import PATIENCE_S
from tests.library.build import add
from tests.library.sql import database_of


def test_a_missing_library_is_made_only_when_asked_for(tmp_path):
    path = tmp_path / "folder" / "library.db"
    with pytest.raises(LibraryError, match="no library here"):
        Library.open(path, create=False)
    assert not path.parent.exists()
    Library.open(path).close()
    Library.open(path, create=False).close()


def test_other_files_are_refused_and_left_alone(tmp_path):
    text, other = tmp_path / "notes.txt", tmp_path / "history.sqlite"
    text.write_bytes(b"These are notes, not a database. " * 50)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE urls (url TEXT)")
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(LibraryError, match="no library of organizer"):
            Library.open(path)
        assert path.read_bytes() == before


def test_a_damaged_library_raises_a_library_error(tmp_path):
    path = tmp_path / "library.db"
    Library.open(path).close()
    data = bytearray(path.read_bytes())
    data[100:] = b"\x7f" * (len(data) - 100)
    path.write_bytes(data)
    with pytest.raises(LibraryError, match=r"library\.db"):
        Library.open(path)


@pytest.mark.parametrize("path", ["a file/library.db", "folder", "a file/deeper/library.db"])
def test_a_path_that_cannot_be_a_library_raises_a_library_error(tmp_path, path):
    (tmp_path / "a file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for create in (True, False):
        with pytest.raises(LibraryError):
            Library.open(tmp_path / path, create=create)


def test_what_fails_inside_the_block_is_a_library_error_and_closes(tmp_path):
    with (
        pytest.raises(LibraryError, match=r"library\.db: .*no such table"),
        Library.open(tmp_path / "library.db") as library,
    ):
        database_of(library).execute("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database_of(library).execute("SELECT 1")


@pytest.mark.parametrize("round_", range(5))
def test_many_threads_open_a_new_library_at_once(tmp_path, round_):
    barrier, errors = threading.Barrier(6), []

    def open_it():
        barrier.wait()
        try:
            Library.open(tmp_path / "library.db").close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert not (tmp_path / "library.db.before-update").exists()
    with Library.open(tmp_path / "library.db", create=False) as library:
        assert len(migration_set().applied(database_of(library))) == len(MIGRATIONS)


class BusyConnection:
    """A connection to a library that other processes are opening too."""

    def __init__(self, code: int, times: int) -> None:
        self.code, self.times = code, times

    def execute(self, _sql: str) -> None:
        if self.times:
            self.times -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error


def test_turning_the_write_ahead_log_on_waits_for_others_who_do():
    connection = BusyConnection(sqlite3.SQLITE_BUSY, times=3)
    turn_write_ahead_on(connection)
    assert connection.times == 0
    with pytest.raises(sqlite3.OperationalError):
        turn_write_ahead_on(BusyConnection(sqlite3.SQLITE_IOERR, times=1))


OPEN_WHEN_TOLD = """
import sys
import sqlite_utils
from organizer.library import Library
import organizer.library.library
print("ready", flush=True)
sys.stdin.readline()
Library.open(sys.argv[1]).close()
"""


def test_two_processes_open_a_new_library_at_once(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD, str(tmp_path / "library.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=PATIENCE_S)
    assert [process.returncode for process in processes] == [0, 0]
    with Library.open(tmp_path / "library.db", create=False) as library:
        assert len(migration_set().applied(database_of(library))) == len(MIGRATIONS)


def test_a_log_beside_the_library_has_the_library_s_rights(tmp_path):
    mask = os.umask(0)
    try:
        with Library.open(tmp_path / "library.db") as library:
            add(library, "/v", "a.mp4")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(mask)
    assert modes == {"library.db": 0o600, "library.db-wal": 0o600, "library.db-shm": 0o600}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_new_library_is_for_its_owner_alone(tmp_path):
    previous = os.umask(0o022)
    try:
        with Library.open(tmp_path / "library.db") as opened:
            database_of(opened).execute("SELECT 1")
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    finally:
        os.umask(previous)
    assert set(modes.values()) == {0o600} and "library.db" in modes


def test_the_mode_that_a_person_chose_stays(tmp_path):
    library = tmp_path / "library.db"
    library.touch()
    library.chmod(0o640)
    with Library.open(library):
        pass
    assert stat.S_IMODE(library.stat().st_mode) == 0o640
