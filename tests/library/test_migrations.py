from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from organizer.errors import LibraryError, LibraryTooNewError
from organizer.library import database, migrations, queries, scans
from organizer.library.database import open_database, opened
from organizer.library.decisions import undo
from organizer.library.filters import Sort, VideoFilter
from organizer.library.store import Store
from organizer.types import LABELS
from tests.library.build import add

SAVED = Path(__file__).parent / "saved"


def restore(version: int, path: Path) -> Path:
    """Write a library that an older organizer left behind."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SAVED / f"version_{version}.sql").read_text(encoding="utf-8"))
    return path


def schema(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def add_loudness(db) -> None:
    db.execute("ALTER TABLE videos ADD COLUMN loudness REAL")
    db.execute("UPDATE videos SET loudness = 0.5")


def fail_in_the_middle(db) -> None:
    db.execute("ALTER TABLE videos ADD COLUMN colour TEXT")
    raise sqlite3.OperationalError("disk I/O error")


@pytest.fixture
def append(monkeypatch):
    def append(*functions):
        monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, *functions))

    return append


def test_a_new_library_has_every_migration_and_no_backup(tmp_path):
    with opened(tmp_path / "new" / "library.db") as db:
        applied = [migration.name for migration in migrations.migration_set().applied(db)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert applied == [migration.__name__ for migration in migrations.MIGRATIONS]
    assert os.listdir(tmp_path / "new") == ["library.db"]


def test_every_older_version_is_saved():
    for version in range(1, len(migrations.MIGRATIONS)):
        assert (SAVED / f"version_{version}.sql").is_file()


@pytest.mark.parametrize("version", range(1, len(list(SAVED.glob("version_*.sql"))) + 1))
def test_a_saved_library_migrates_to_the_schema_of_a_new_one(tmp_path, version):
    open_database(restore(version, tmp_path / "old.db")).close()
    open_database(tmp_path / "new.db").close()
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")


@pytest.mark.parametrize("version", range(1, len(list(SAVED.glob("version_*.sql"))) + 1))
def test_a_saved_library_keeps_its_rows(tmp_path, version):
    with opened(restore(version, tmp_path / "old.db")) as db:
        videos = list(queries.videos(db, VideoFilter(sort=Sort.ADDED, descending=False)))
        features = dict(queries.stored_features(db, [1, 2, 3, 4], "lite-space"))
        assert [(root.path, root.offline) for root in Store(db).roots()] == [
            ("/videos", False),
            ("/usb/dcim", True),
        ]
        place = Store(db).place(Store(db).roots()[0], "2024/cat.mp4", "lite-space")
        assert queries.poster(db, 1) == b"webp"
    assert [(video.id, video.status, [place.path for place in video.places]) for video in videos] == [
        (1, "ok", ["/videos/2024/cat.mp4", "/videos/2024/copy of cat.mp4"]),
        (2, "offline", ["/usb/dcim/band.mov"]),
        (3, "failed", ["/videos/broken.mp4"]),
        (4, "missing", [os.fsdecode(b"/videos/caf\xe9.mp4")]),
    ]
    cat, band, broken, cafe = videos
    assert [(tag.name, tag.state, tag.score, tag.seconds) for tag in cat.tags] == [
        ("Animal", "confirmed", 0.9, (0,)),
        ("Gran's cat", "confirmed", None, ()),
        ("Nature", "rejected", 0.9, (1,)),
    ]
    assert [(tag.name, tag.state) for tag in band.tags] == [("Concert", "suggested")]
    assert (cat.key, cat.duration_s, cat.taken_at, cat.taken_source, cat.bundle) == (
        "key0000000000000000001",
        10.0,
        "2024-05-01T12:00:00+00:00",
        "container",
        "lite 1",
    )
    assert cat.scores == {label: 0.9 if label in ("Animal", "Nature") else 0.1 for label in LABELS}
    assert broken.error == "the file is cut off or damaged (its index is missing)"
    assert (broken.scores, cafe.duration_s) == ({}, None)
    assert sorted(features) == [1, 2, 4]
    assert features[1].quantised.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (place.size_bytes, place.mtime_ns, place.has_features) == (5000, 1700000000123456789, True)


def test_a_decision_names_a_bundle_only_where_that_suggests_the_tag(tmp_path):
    path = restore(4, tmp_path / "old.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        # As older versions left a decision whose suggestion a newer model took back.
        connection.execute(
            "UPDATE video_tags SET seconds = '[]' WHERE video_id = 1 "
            "AND tag_id = (SELECT id FROM tags WHERE name = 'Nature')"
        )
    with opened(path) as db:
        bundles = db.execute(
            "SELECT t.name, vt.bundle FROM video_tags vt JOIN tags t ON t.id = vt.tag_id "
            "WHERE vt.video_id IN (1, 2) ORDER BY t.name"
        ).fetchall()
        assert dict(bundles) == {"Animal": "lite 1", "Concert": "lite 1", "Gran's cat": None, "Nature": None}
        assert undo(db, 1, "Nature")
        assert undo(db, 1, "Animal")
        assert [(tag.name, tag.state) for tag in queries.video(db, 1).tags] == [
            ("Animal", "suggested"),
            ("Gran's cat", "confirmed"),
        ]


def test_jobs_of_older_versions_are_scans(tmp_path):
    with opened(restore(4, tmp_path / "old.db")) as db:
        job = scans.newest(db)
    assert (job.kind, job.state, job.done, job.report) == ("scan", "done", 4, None)


def test_opening_again_changes_nothing(tmp_path):
    path = tmp_path / "library.db"
    with opened(path) as db:
        video = add(Store(db), "/v", "a.mp4", "Animal")
        before = list(db.conn.iterdump())
    with opened(path) as db:
        assert list(db.conn.iterdump()) == before
        assert queries.video(db, video).tags[0].name == "Animal"
    assert os.listdir(tmp_path) == ["library.db"]


def test_a_pending_migration_runs_once_after_a_backup(tmp_path, append):
    path = restore(1, tmp_path / "library.db")
    append(add_loudness)
    for _ in range(2):
        with opened(path) as db:
            assert db.execute("SELECT DISTINCT loudness FROM videos").fetchall() == [(0.5,)]
    assert sorted(os.listdir(tmp_path)) == ["library.db", "library.db.before-update"]
    with closing(sqlite3.connect(tmp_path / "library.db.before-update")) as backup:
        assert backup.execute("SELECT count(*) FROM videos").fetchone() == (4,)
        assert backup.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("first_schema",)]
        with pytest.raises(sqlite3.OperationalError, match="loudness"):
            backup.execute("SELECT loudness FROM videos")


def test_the_backup_holds_what_is_still_in_the_write_ahead_log(tmp_path, append):
    path = tmp_path / "library.db"
    with opened(path) as writer:
        add(Store(writer), "/v", "a.mp4")
        append(add_loudness)
        open_database(path).close()
    with closing(sqlite3.connect(tmp_path / "library.db.before-update")) as backup:
        assert backup.execute("SELECT count(*) FROM videos").fetchone() == (1,)


def test_a_migration_that_fails_changes_nothing(tmp_path, append):
    path = restore(1, tmp_path / "library.db")
    before = schema(path)
    append(add_loudness, fail_in_the_middle)
    with pytest.raises(LibraryError, match=r"library\.db: .*disk I/O error"):
        open_database(path)
    assert schema(path) == before


def test_a_library_of_a_newer_organizer_is_refused_and_left_alone(tmp_path, append, monkeypatch):
    path = tmp_path / "library.db"
    released = migrations.MIGRATIONS
    append(add_loudness)
    open_database(path).close()
    monkeypatch.setattr(migrations, "MIGRATIONS", released)
    before = path.read_bytes()
    with pytest.raises(LibraryTooNewError, match="add_loudness"):
        open_database(path)
    assert path.read_bytes() == before


def test_a_missing_library_is_made_only_when_asked_for(tmp_path):
    path = tmp_path / "folder" / "library.db"
    with pytest.raises(LibraryError, match="no library here"):
        open_database(path, create=False)
    assert not path.parent.exists()
    open_database(path).close()
    open_database(path, create=False).close()


def test_other_files_are_refused_and_left_alone(tmp_path):
    text, other = tmp_path / "notes.txt", tmp_path / "history.sqlite"
    text.write_bytes(b"These are notes, not a database. " * 50)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE urls (url TEXT)")
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(LibraryError, match="no library of organizer"):
            open_database(path)
        assert path.read_bytes() == before


def test_a_damaged_library_raises_a_library_error(tmp_path):
    path = tmp_path / "library.db"
    open_database(path).close()
    data = bytearray(path.read_bytes())
    data[100:] = b"\x7f" * (len(data) - 100)
    path.write_bytes(data)
    with pytest.raises(LibraryError, match=r"library\.db"):
        open_database(path)


@pytest.mark.parametrize("path", ["a file/library.db", "folder", "a file/deeper/library.db"])
def test_a_path_that_cannot_be_a_library_raises_a_library_error(tmp_path, path):
    (tmp_path / "a file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for create in (True, False):
        with pytest.raises(LibraryError):
            open_database(tmp_path / path, create=create)


def test_what_fails_inside_the_block_is_a_library_error_and_closes(tmp_path):
    with (
        pytest.raises(LibraryError, match=r"library\.db: .*no such table"),
        opened(tmp_path / "library.db") as db,
    ):
        db.execute("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


@pytest.mark.parametrize("round_", range(5))
def test_many_threads_open_a_new_library_at_once(tmp_path, round_):
    barrier, errors = threading.Barrier(6), []

    def open_it():
        barrier.wait()
        try:
            open_database(tmp_path / "library.db").close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert not (tmp_path / "library.db.before-update").exists()
    with opened(tmp_path / "library.db", create=False) as db:
        assert len(migrations.migration_set().applied(db)) == len(migrations.MIGRATIONS)


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
    database._write_ahead(connection)
    assert connection.times == 0
    with pytest.raises(sqlite3.OperationalError):
        database._write_ahead(BusyConnection(sqlite3.SQLITE_IOERR, times=1))


OPEN_WHEN_TOLD = """
import sys
from pathlib import Path
import sqlite_utils
from organizer.library.database import open_database
print("ready", flush=True)
sys.stdin.readline()
open_database(Path(sys.argv[1])).close()
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
        process.communicate(timeout=30)
    assert [process.returncode for process in processes] == [0, 0]
    with opened(tmp_path / "library.db", create=False) as db:
        assert len(migrations.migration_set().applied(db)) == len(migrations.MIGRATIONS)


def test_two_that_update_at_once_leave_the_backup_of_the_old_library(tmp_path, append):
    path = restore(1, tmp_path / "library.db")
    append(add_loudness)
    threads = [threading.Thread(target=lambda: open_database(path).close()) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(sqlite3.connect(tmp_path / "library.db.before-update")) as backup:
        assert backup.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("first_schema",)]
