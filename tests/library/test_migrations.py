"""Saved libraries of every older version are brought up to date, with all that was in them."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from organizer.errors import LibraryError, LibraryTooNewError
from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.library.migrations.apply import MIGRATIONS, migration_set
from organizer.library.opening import open_database
from organizer.types import LABELS
from tests.dates.zones import needs_tzset, zone
from tests.library.build import add, tagging
from tests.library.random_library import check_counts, known_videos
from tests.library.sql import database_of, everything

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


def open_later(path: Path, *more) -> Library:
    """Open a library with an organizer of a later day, which has more migrations."""
    return Library(open_database(path, migrations=(*MIGRATIONS, *more)), path)


def test_a_new_library_has_every_migration_and_no_backup(tmp_path):
    with Library.open(tmp_path / "new" / "library.db") as library:
        applied = [migration.name for migration in migration_set().applied(database_of(library))]
        assert database_of(library).execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database_of(library).execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert applied == [migration.__name__ for migration in MIGRATIONS]
    assert os.listdir(tmp_path / "new") == ["library.db"]


def test_every_older_version_is_saved():
    for version in range(1, len(MIGRATIONS)):
        saved = SAVED / f"version_{version}.sql"
        assert saved.is_file(), "before a migration: python -m tests.library.save_version"


@pytest.mark.parametrize("version", range(1, len(list(SAVED.glob("version_*.sql"))) + 1))
def test_a_saved_library_migrates_to_the_schema_of_a_new_one(tmp_path, version):
    Library.open(restore(version, tmp_path / "old.db")).close()
    Library.open(tmp_path / "new.db").close()
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")


@pytest.mark.parametrize("version", range(1, len(list(SAVED.glob("version_*.sql"))) + 1))
def test_a_saved_library_keeps_its_rows(tmp_path, version):
    with Library.open(restore(version, tmp_path / "old.db")) as library:
        videos = list(library.list(VideoFilter(sort=Sort.ADDED, descending=False)))
        features = dict(library.features.of([1, 2, 3, 4], "lite-space"))
        assert [(root.path, root.offline) for root in library.roots.all()] == [
            ("/videos", False),
            ("/usb/dcim", True),
        ]
        place = library.places.known(library.roots.all()[0], "2024/cat.mp4", "lite-space")
        assert library.media.poster_of(videos[0].key) == b"webp"
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
    # What scans did not note then.
    assert [(video.mirrored, video.stored_width, video.stored_height) for video in (cat, band)] == [
        (False, None, None)
    ] * 2
    assert broken.error == "the file is cut off or damaged (its index is missing)"
    assert (broken.scores, cafe.duration_s) == ({}, None)
    assert sorted(features) == [1, 2, 4]
    assert features[1].quantised.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (place.size_bytes, place.mtime_ns, place.has_features) == (5000, 1700000000123456789, True)


OLD_DATES = [
    # As an older organizer stored it, scanning in Los Angeles: date, source, seconds since 1970 in UTC.
    ("2023-05-01T22:30:00+00:00", "container", 1682980200.0, "utc", "2023-05-02 00:30"),
    ("2023-05-01T12:30:00-07:00", "container", 1682969400.0, "place", "2023-05-01 12:30"),
    ("2023-05-01T12:30:00", "container", 1682969400.0, "local", "2023-05-01 12:30"),
    ("2023-05-01T12:30:00", "name", 1682969400.0, "local", "2023-05-01 12:30"),
    ("2023-05-01T22:30:00+00:00", "name", 1682980200.0, "utc", "2023-05-02 00:30"),
    ("2023-05-01T00:00:00", "name", 1682924400.0, "day", "2023-05-01"),
    ("2023-05-01T15:30:00.123456-07:00", "file", 1682980200.123456, "utc", "2023-05-02 00:30"),
]


@needs_tzset
@pytest.mark.parametrize("version", range(1, 5))
def test_old_dates_keep_the_day_that_they_name(tmp_path, version):
    path = restore(version, tmp_path / "old.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM videos")
        connection.execute("DELETE FROM places")
        for id_, (taken_at, source, taken_utc, *_) in enumerate(OLD_DATES, start=1):
            connection.execute(
                """INSERT INTO videos (id, key, fingerprint, status, size_bytes, taken_at, taken_source,
                taken_utc, added_at, analysed_at) VALUES (?1, ?1, ?1, 'ok', 1, ?2, ?3, ?4, '', '')""",
                [id_, taken_at, source, taken_utc],
            )
            connection.execute(
                "INSERT INTO places (video_id, root_id, relative_path, size_bytes, mtime_ns)"
                " VALUES (?1, 1, ?1 || '.mp4', 1, 1)",
                [id_],
            )
    with zone("Europe/Berlin"), Library.open(path) as library:
        if version < 3:
            # Made by the triggers of later versions.
            database_of(library).execute("UPDATE videos SET present_in = 1")
        records = [library.video(id_) for id_ in range(1, len(OLD_DATES) + 1)]
        assert [(record.taken_clock, record.taken.to_the_minute()) for record in records] == [
            (clock, shown) for *_, clock, shown in OLD_DATES
        ]
        second = VideoFilter(taken_from=datetime(2023, 5, 2), sort=Sort.ADDED, descending=False)
        assert library.ids(second) == [1, 5, 7]


def test_a_decision_names_a_bundle_only_where_that_suggests_the_tag(tmp_path):
    path = restore(4, tmp_path / "old.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        # As older versions left a decision whose suggestion a newer model took back.
        connection.execute(
            "UPDATE video_tags SET seconds = '[]' WHERE video_id = 1 "
            "AND tag_id = (SELECT id FROM tags WHERE name = 'Nature')"
        )
    with Library.open(path) as library:
        bundles = (
            database_of(library)
            .execute(
                "SELECT t.name, vt.bundle FROM video_tags vt JOIN tags t ON t.id = vt.tag_id "
                "WHERE vt.video_id IN (1, 2) ORDER BY t.name"
            )
            .fetchall()
        )
        assert dict(bundles) == {"Animal": "lite 1", "Concert": "lite 1", "Gran's cat": None, "Nature": None}
        assert library.undo(1, "Nature")
        assert library.undo(1, "Animal")
        assert [(tag.name, tag.state) for tag in library.video(1).tags] == [
            ("Animal", "suggested"),
            ("Gran's cat", "confirmed"),
        ]


def test_what_was_suggested_before_there_were_maybes_is_given(tmp_path):
    """As the version before left it: suggestions, decisions, and a journal without a word of tiers."""
    path = restore(8, tmp_path / "old.db")

    def row(state: str) -> str:
        values = {"state": state, "score": 0.7, "seconds": "[0]", "bundle": "lite 1", "changed_at": "then"}
        return json.dumps(values)

    # Concert is suggested. Nature was, and is confirmed; Animal was, was rejected, and is confirmed.
    decisions = [(2, "suggested", "confirmed"), (1, "suggested", "rejected"), (1, "rejected", "confirmed")]
    bits_of_tags = "SELECT suggested, confirmed, rejected FROM videos WHERE id = 2"
    with closing(sqlite3.connect(path)) as old, old:
        old.executemany(
            """
            INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at)
            VALUES (2, ?, 'confirmed', 0.7, '[0]', 'lite 1', 'then')
            """,
            [(1,), (2,)],
        )
        old.executemany(
            """
            INSERT INTO decision_journal (video_id, tag_id, before_row, after_row, decided_at)
            VALUES (2, ?, ?, ?, 'then')
            """,
            [(tag, row(before), row(after)) for tag, before, after in decisions],
        )
        bits = old.execute(bits_of_tags).fetchone()
        counts = dict(old.execute("SELECT name, videos FROM tags WHERE videos > 0"))
    with Library.open(path) as library:
        assert database_of(library).execute(bits_of_tags).fetchone() == bits
        assert database_of(library).execute("SELECT DISTINCT tier FROM video_tags").fetchall() == [("given",)]
        assert (library.tag_counts(), library.maybe_counts()) == (counts, {})
        check_counts(library, known_videos(library))
        # Suggested, and what a decision stands above, as the model had it.
        assert {tag.name: (tag.state, tag.tier) for tag in library.video(2).tags} == {
            "Concert": ("suggested", "given"),
            "Nature": ("confirmed", "given"),
            "Animal": ("confirmed", "given"),
        }
        assert library.undo(2, "Nature")
        # A newer model is less sure, and a decision of before is undone after that.
        library.contents.store_tagging([(2, tagging("Animal?", "Concert?", bundle="lite 3"))])
        for state in ("rejected", "suggested"):
            assert library.undo(2, "Animal")
            assert {tag.name: tag.state for tag in library.video(2).tags}["Animal"] == state
        assert not library.undo(2, "Animal")
        assert [(tag.name, tag.is_maybe) for tag in library.video(2).tags] == [
            ("Animal", True),
            ("Concert", True),
        ]
        check_counts(library, known_videos(library))
        assert library.maybe_counts() == {"Animal": 1, "Concert": 1}


def test_jobs_of_older_versions_are_scans(tmp_path):
    with Library.open(restore(4, tmp_path / "old.db")) as library:
        job = library.jobs.newest()
    assert (job.kind, job.state, job.done, job.report) == ("scan", "done", 4, None)


def test_opening_again_changes_nothing(tmp_path):
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        video = add(library, "/v", "a.mp4", "Animal")
        before = everything(library)
    with Library.open(path) as library:
        assert everything(library) == before
        assert library.video(video).tags[0].name == "Animal"
    assert os.listdir(tmp_path) == ["library.db"]


def test_a_pending_migration_runs_once_after_a_backup(tmp_path):
    path = restore(1, tmp_path / "library.db")
    for _ in range(2):
        with open_later(path, add_loudness) as library:
            assert database_of(library).execute("SELECT DISTINCT loudness FROM videos").fetchall() == [(0.5,)]
    assert sorted(os.listdir(tmp_path)) == ["library.db", "library.db.before-update"]
    with closing(sqlite3.connect(tmp_path / "library.db.before-update")) as backup:
        assert backup.execute("SELECT count(*) FROM videos").fetchone() == (4,)
        assert backup.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("first_schema",)]
        with pytest.raises(sqlite3.OperationalError, match="loudness"):
            backup.execute("SELECT loudness FROM videos")


def test_the_backup_holds_what_is_still_in_the_write_ahead_log(tmp_path):
    path = tmp_path / "library.db"
    with Library.open(path) as writer:
        add(writer, "/v", "a.mp4")
        open_later(path, add_loudness).close()
    with closing(sqlite3.connect(tmp_path / "library.db.before-update")) as backup:
        assert backup.execute("SELECT count(*) FROM videos").fetchone() == (1,)


def test_a_migration_that_fails_changes_nothing(tmp_path):
    path = restore(1, tmp_path / "library.db")
    before = schema(path)
    with pytest.raises(LibraryError, match=r"library\.db: .*disk I/O error"):
        open_later(path, add_loudness, fail_in_the_middle)
    assert schema(path) == before


def test_a_library_of_a_newer_organizer_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "library.db"
    open_later(path, add_loudness).close()
    before = path.read_bytes()
    with pytest.raises(LibraryTooNewError, match="add_loudness"):
        Library.open(path)
    assert path.read_bytes() == before


def test_two_that_update_at_once_leave_the_backup_of_the_old_library(tmp_path):
    path = restore(1, tmp_path / "library.db")
    threads = [threading.Thread(target=lambda: open_later(path, add_loudness).close()) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(sqlite3.connect(tmp_path / "library.db.before-update")) as backup:
        assert backup.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("first_schema",)]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
@pytest.mark.parametrize("before", [None, 0o644, "link"])
def test_the_backup_is_for_the_person_alone(tmp_path, umask, before):
    """Whatever the umask, and whatever lay in its place: it tells what the videos show."""
    path, backup = restore(1, tmp_path / "library.db"), tmp_path / "library.db.before-update"
    if before == "link":
        (tmp_path / "elsewhere").write_bytes(b"mine")
        backup.symlink_to(tmp_path / "elsewhere")
    elif before:
        backup.write_bytes(b"an older one")
        backup.chmod(before)
    mask = os.umask(umask)
    try:
        open_later(path, add_loudness).close()
    finally:
        os.umask(mask)
    assert backup.lstat().st_mode == stat.S_IFREG | 0o600
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT count(*) FROM videos").fetchone() == (4,)
    assert before != "link" or (tmp_path / "elsewhere").read_bytes() == b"mine"
    assert not list(tmp_path.glob("*.part*"))


def test_a_backup_that_fails_leaves_the_one_before(tmp_path, monkeypatch):
    path, backup = restore(1, tmp_path / "library.db"), tmp_path / "library.db.before-update"
    backup.write_bytes(b"an older one")

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(LibraryError, match="No space left"):
        open_later(path, add_loudness)
    assert backup.read_bytes() == b"an older one"
    assert sorted(os.listdir(tmp_path)) == ["library.db", "library.db.before-update"]


def test_tags_that_a_person_takes_for_the_same_become_one(tmp_path):
    """SQLite's NOCASE knows ASCII only: these were tags of their own."""
    path = restore(4, tmp_path / "old.db")
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            """
            INSERT INTO tags (id, name) VALUES
                (71, '\u00c4rger'), (72, '\u00e4rger'), (73, 'A\u0308RGER'), (74, 'Stra\u00dfe');
            INSERT INTO video_tags (video_id, tag_id, state, changed_at) VALUES
                (1, 71, 'confirmed', '2024-01-01T00:00:00+00:00'),
                (1, 72, 'rejected', '2024-02-01T00:00:00+00:00'),
                (2, 71, 'confirmed', '2024-03-01T00:00:00+00:00'),
                (2, 73, 'rejected', '2024-02-01T00:00:00+00:00'),
                (3, 73, 'confirmed', '2024-02-01T00:00:00+00:00'),
                (4, 71, 'rejected', '2024-01-01T00:00:00+00:00'),
                (4, 72, 'suggested', '2024-02-01T00:00:00+00:00'),
                (3, 74, 'confirmed', '2024-02-01T00:00:00+00:00');
            """
        )
    with Library.open(path) as library:
        videos = {
            video.id: {tag.name: tag.state for tag in video.tags if tag.name[0] in "\u00c4S"}
            for video in library.list(VideoFilter())
        }
        assert videos == {
            1: {"\u00c4rger": "rejected"},
            2: {"\u00c4rger": "confirmed"},
            3: {"\u00c4rger": "confirmed", "Stra\u00dfe": "confirmed"},
            4: {"\u00c4rger": "rejected"},
        }
        assert library.tag_counts()["\u00c4rger"] == 2
        assert library.ids(VideoFilter(all_tags=("A\u0308rGer",), sort=Sort.ADDED)) == [3, 2]
        assert database_of(library).execute("SELECT count(*) FROM tags WHERE folded IS NULL").fetchone() == (
            0,
        )


def test_searches_that_were_kept_are_still_there(tmp_path):
    with Library.open(restore(13, tmp_path / "old.db")) as library:
        assert [(saved.name, saved.text) for saved in library.saved_searches()] == [
            ("Summer", "dance summer 2023")
        ]


def test_decisions_and_merges_of_before_are_steps(tmp_path):
    """In the order they were made; each is undone as one that is made today."""
    path = restore(13, tmp_path / "old.db")
    row = {"state": "suggested", "score": 0.9, "seconds": "[1]", "bundle": "lite 1", "changed_at": "then"}
    decided = row | {"state": "confirmed", "changed_at": "2026-02-01"}
    with closing(sqlite3.connect(path)) as old, old:
        tag, video = old.execute(
            "SELECT tag_id, video_id FROM video_tags WHERE state = 'suggested'"
        ).fetchone()
        old.execute(
            "UPDATE video_tags SET state = 'confirmed', changed_at = '2026-02-01', score = 0.9, "
            "seconds = '[1]' WHERE tag_id = ? AND video_id = ?",
            [tag, video],
        )
        old.execute("INSERT INTO merges (sources, began_at) VALUES ('[\"/other.db\"]', '2026-01-15')")
        old.executemany(
            """
            INSERT INTO decision_journal
                (video_id, tag_id, before_row, after_row, decided_at, undone_at, merge_id)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                (video, tag, json.dumps(row), json.dumps(decided), "2026-01-01", "2026-01-02", None),
                (1, 1, None, json.dumps(decided), "2025-12-01", None, 1),
                (video, tag, json.dumps(row), json.dumps(decided), "2026-02-01", None, None),
            ],
        )
    with Library.open(path) as library:
        name = library.video(video).tags[0].name
        assert [(step.words, step.videos, step.undone) for step in library.steps()] == [
            (f"Tagged {name}", 1, False),
            ("Merged /other.db", 1, False),
            (f"Tagged {name}", 1, True),
        ]
        newest, merged, _ = library.steps()
        assert library.undo_step(newest.id)
        assert library.video(video).tags[0].state == "suggested"
        assert library.undo_step(merged.id)
        assert library.redo_step(newest.id)
        assert library.video(video).tags[0].state == "confirmed"
        assert (library.video(1).marks, library.exclusions()) == (0, [])
        check_counts(library, known_videos(library))
