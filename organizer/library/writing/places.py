"""Roots, the folders that were scanned, and places, the files that videos were found at below them.

Each method that writes is one transaction; those that take any number of files take one for each few hundred,
so that a person's decision meanwhile need not wait.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.library.database.columns import chunks, from_column, marks, now_exactly, now_text, to_column
from organizer.library.database.names import refresh_names
from organizer.library.database.transaction import transaction
from organizer.library.fingerprint import UNREADABLE
from organizer.library.records import FoundFile, KnownPlace, Root
from organizer.library.writing.capture_date import refresh_dates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from organizer.types import VideoFile


class Roots:
    """The roots of a library; each method that writes is one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, path: str) -> Root:
        """Return the root with this absolute path, new or known."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO roots (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING",
                [to_column(path), now_text()],
            )
        return next(root for root in self.all() if root.path == path)

    def all(self) -> list[Root]:
        """Return all roots, in the order they were added."""
        rows = self._db.execute("SELECT id, path, offline FROM roots ORDER BY id").fetchall()
        return [Root(id_, from_column(path), bool(offline)) for id_, path, offline in rows]

    def set_offline(self, root: Root, offline: bool) -> None:
        """Say whether a root's folder is there; its videos are kept either way."""
        with transaction(self._db):
            self._db.execute("UPDATE roots SET offline = ? WHERE id = ?", [offline, root.id])

    def finish(self, root: Root) -> None:
        """Note that a root was scanned to its end."""
        with transaction(self._db):
            self._db.execute("UPDATE roots SET scanned_at = ? WHERE id = ?", [now_exactly(), root.id])


class Places:
    """The places of a library's videos."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, root: Root, relative_path: str, space_id: str) -> KnownPlace | None:
        """Return what is known of a file; ``space_id`` is the feature space that the scan needs."""
        row = self._db.execute(
            """
            SELECT p.id, p.video_id, p.size_bytes, p.mtime_ns, p.missing_since IS NOT NULL,
                   v.status = 'failed', v.fingerprint,
                   EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)
            FROM places p JOIN videos v ON v.id = p.video_id
            WHERE p.root_id = ? AND p.relative_path = ?
            """,
            [space_id, root.id, to_column(relative_path)],
        ).fetchone()
        if row is None:
            return None
        id_, video_id, size, mtime_ns, missing, failed, fingerprint, has_features = row
        return KnownPlace(
            id_, video_id, size, mtime_ns, bool(missing), bool(failed), bool(has_features), fingerprint
        )

    def has_files(self, root: Root) -> bool:
        """Whether the last scan of a root found any file."""
        row = self._db.execute(
            "SELECT 1 FROM places WHERE root_id = ? AND missing_since IS NULL LIMIT 1", [root.id]
        ).fetchone()
        return row is not None

    def present_files(self, root: Root, space_id: str) -> dict[str, tuple[int, int] | None]:
        """Return the files of a root that are not missing, by relative path.

        With size in bytes and modification time in ns; None for one that needs a look whatever these are: its
        video has no features of the space and is not known to be broken. All of a root's at once, for asking
        for each of 100,000 files takes longer than walking over them.
        """
        rows = self._db.execute(
            f"""
            SELECT p.relative_path, p.size_bytes, p.mtime_ns,
                EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)
                OR v.status = 'failed' AND v.fingerprint NOT LIKE '{UNREADABLE}%'
            FROM places p JOIN videos v ON v.id = p.video_id
            WHERE p.root_id = ? AND p.missing_since IS NULL
            """,
            [space_id, root.id],
        )
        return {from_column(path): (size, mtime_ns) if done else None for path, size, mtime_ns, done in rows}

    def failed_files(self, root: Root) -> list[str]:
        """Return the relative paths of the files of a root that are there and could not be read."""
        rows = self._db.execute(
            """
            SELECT p.relative_path FROM videos v INDEXED BY videos_set_aside
            JOIN places p ON p.video_id = v.id
            WHERE (v.status != 'ok' OR v.present_in IS NULL) AND v.status = 'failed'
                AND p.root_id = ? AND p.missing_since IS NULL
            ORDER BY p.relative_path
            """,
            [root.id],
        )
        return [from_column(path) for (path,) in rows]

    def read_files(self, root: Root) -> list[str]:
        """Return the relative paths of files of a root that are there and were read, longest ago first."""
        rows = self._db.execute(
            """
            SELECT p.relative_path FROM places p JOIN videos v ON v.id = p.video_id
            WHERE p.root_id = ? AND p.missing_since IS NULL AND v.status = 'ok'
            ORDER BY v.analysed_at, p.video_id, p.relative_path
            """,
            [root.id],
        )
        return [from_column(path) for (path,) in rows]

    def files_below(self, path: str | None) -> list[FoundFile]:
        """Return the files of readable videos at or below an absolute path that were there at the last scan.

        None as path means all of them.
        """
        found = []
        for root in Roots(self._db).all():
            rows = self._db.execute(
                """
                SELECT p.relative_path, p.id, p.video_id, p.size_bytes, p.mtime_ns, v.fingerprint,
                    EXISTS (SELECT 1 FROM places o WHERE o.video_id = p.video_id AND o.id != p.id)
                FROM places p JOIN videos v ON v.id = p.video_id
                WHERE p.root_id = ? AND p.missing_since IS NULL AND v.status = 'ok' ORDER BY p.id
                """,
                [root.id],
            )
            for column, id_, video_id, size, mtime_ns, fingerprint, is_copy in rows.fetchall():
                relative_path = from_column(column)
                absolute = os.path.join(root.path, relative_path)
                if path is None or absolute == path or absolute.startswith(path.rstrip(os.sep) + os.sep):
                    place = KnownPlace(id_, video_id, size, mtime_ns, False, False, True, fingerprint)
                    found.append(FoundFile(root, relative_path, place, bool(is_copy)))
        return found

    def restore(self, place_ids: Collection[int]) -> None:
        """Files that were missing are there again, unchanged."""
        for ids in chunks(place_ids):
            with transaction(self._db):
                self._db.conn.executemany(
                    "UPDATE places SET missing_since = NULL WHERE id = ?", [(id_,) for id_ in ids]
                )
                rows = self._db.execute(
                    f"SELECT DISTINCT video_id FROM places WHERE id IN ({marks(ids)})", ids
                )
                refresh_dates(self._db, [id_ for (id_,) in rows.fetchall()])

    def forget_vanished(self, root: Root, relative_paths: Iterable[str]) -> list[str]:
        """Note that files of a root are gone.

        A file whose video lies at another place too is forgotten; the last place of a video is marked missing
        and keeps its tags and features.

        Returns:
            Absolute paths of the videos that are missing since now.
        """
        missing = []
        for paths in chunks(relative_paths):
            with transaction(self._db):
                missing += [os.path.join(root.path, path) for path in paths if self._vanish(root, path)]
        return missing

    def _vanish(self, root: Root, relative_path: str) -> bool:
        """Forget a file or mark it missing; tell whether it was marked."""
        row = self._db.execute(
            """
            SELECT id, video_id FROM places
            WHERE root_id = ? AND relative_path = ? AND missing_since IS NULL
            """,
            [root.id, to_column(relative_path)],
        ).fetchone()
        return row is not None and self._leave_place(*row)

    def _leave_place(self, place_id: int, video_id: int) -> bool:
        """Forget a place, or mark it missing where it is the video's last; tell whether it was marked."""
        elsewhere = self._db.execute(
            "SELECT 1 FROM places WHERE video_id = ? AND id != ? AND missing_since IS NULL",
            [video_id, place_id],
        ).fetchone()
        if elsewhere:
            self._db.execute("DELETE FROM places WHERE id = ?", [place_id])
            follow_places(self._db, [video_id])
        else:
            self._db.execute("UPDATE places SET missing_since = ? WHERE id = ?", [now_text(), place_id])
        return not elsewhere

    def beside_pictures(self, root: Root) -> set[str]:
        """Return the relative paths of the files of a root beside which pictures of their names lay."""
        rows = self._db.execute(
            "SELECT relative_path FROM places INDEXED BY places_beside_pictures "
            "WHERE beside_picture AND root_id = ?",
            [root.id],
        )
        return {from_column(path) for (path,) in rows}

    def note_pictures(self, root: Root, beside: Mapping[str, bool]) -> None:
        """Note of files of a root, by relative path, whether pictures of their names lie beside them."""
        for paths in chunks(beside):
            with transaction(self._db):
                self._db.conn.executemany(
                    "UPDATE places SET beside_picture = ? WHERE root_id = ? AND relative_path = ?",
                    [(beside[path], root.id, to_column(path)) for path in paths],
                )

    def look_again(self, place_id: int) -> None:
        """Let the next scan look at a file whatever its date says."""
        with transaction(self._db):
            self._db.execute("UPDATE places SET mtime_ns = -1 WHERE id = ?", [place_id])


def put_place(db: Database, root: Root, file: VideoFile, video_id: int) -> int | None:
    """Point a place at a video; return the video that it pointed at before, if that is another one.

    Call it inside a transaction.
    """
    relative_path = to_column(file.relative_path)
    before = db.execute(
        "SELECT video_id FROM places WHERE root_id = ? AND relative_path = ?", [root.id, relative_path]
    ).fetchone()
    db.execute(
        """
        INSERT INTO places (video_id, root_id, relative_path, size_bytes, mtime_ns, beside_picture)
        VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, 0))
        ON CONFLICT (root_id, relative_path) DO UPDATE SET video_id = excluded.video_id,
            size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, missing_since = NULL,
            beside_picture = coalesce(?6, beside_picture)
        """,
        [video_id, root.id, relative_path, file.size_bytes, file.mtime_ns, file.beside_picture],
    )
    # This file's own date was read with the rest: only its copies may say more.
    (files,) = db.execute("SELECT count(*) FROM places WHERE video_id = ?", [video_id]).fetchone()
    if files > 1:
        refresh_dates(db, [video_id])
    if before is not None and before[0] == video_id:
        return None
    refresh_names(db, [video_id])
    if before is None:
        return None
    follow_places(db, [before[0]])
    # A readable video keeps its row even without a place: its file may come back from a backup.
    db.execute(
        """
        DELETE FROM videos WHERE id = :id AND status = 'failed'
        AND NOT EXISTS (SELECT 1 FROM places WHERE video_id = :id)
        AND NOT EXISTS (SELECT 1 FROM video_tags WHERE video_id = :id)
        """,
        {"id": before[0]},
    )
    return int(before[0])


def follow_places(db: Database, video_ids: Sequence[int]) -> None:
    """Store anew what videos have from their places: names and, where nothing better tells, dates.

    Call it inside a transaction.
    """
    refresh_names(db, video_ids)
    refresh_dates(db, video_ids)


def lies_at(db: Database, root: Root, file: VideoFile, video_id: int) -> bool:
    """Whether a video was known to lie at this file."""
    row = db.execute(
        """
        SELECT 1 FROM places
        WHERE root_id = ? AND relative_path = ? AND video_id = ? AND missing_since IS NULL
        """,
        [root.id, to_column(file.relative_path), video_id],
    ).fetchone()
    return row is not None
