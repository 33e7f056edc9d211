"""What a scan writes: roots, places, videos, features, posters, scores and suggested tags.

A video is content (one fingerprint), found at places (root, relative path). Each public method is one
transaction; those that take any number of files take one for each few hundred, so that a person's decision
meanwhile need not wait. Models never touch what a person decided: a suggestion only ever replaces a
suggestion.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from organizer.library import journal
from organizer.library.fingerprint import UNREADABLE
from organizer.library.names import names_of, refresh_names
from organizer.library.paths import from_column, to_column
from organizer.library.queries import stored_features
from organizer.library.records import KnownPlace, Root
from organizer.library.taggings import TagChange, Tagging, now_text, put_taggings
from organizer.library.transaction import transaction
from organizer.types import TagState, VideoFeatures, VideoFile, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlite_utils import Database

__all__ = ["Analysis", "Store", "TagChange", "Tagging"]

_Value = TypeVar("_Value")

_STEP = 500
_CACHE_KB = 32_000
_CHECKPOINT_PAGES = 8000
_SAME_LENGTH_S = 1.0
_SAME_PICTURE_LEVELS = 8.0
"""Up to this mean difference of their features, in the quantiser's 255 levels, two videos are one recording.

Measured with the bundled model: 0 for a repacked file, 3 to 5 for one encoded again at low quality, 14.5 and
more between any two of 21 real clips.
"""
_DECIDED = (TagState.CONFIRMED.value, TagState.REJECTED.value)


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that a scan found out about one readable video."""

    info: VideoInfo
    features: VideoFeatures
    poster: bytes
    """WebP."""
    tagging: Tagging


class Store:
    """The writing side of a library, for one thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # Roots

    def add_root(self, path: str) -> Root:
        """Return the root with this absolute path, new or known."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO roots (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING",
                [to_column(path), now_text()],
            )
        return next(root for root in self.roots() if root.path == path)

    def roots(self) -> list[Root]:
        """Return all roots, in the order they were added."""
        rows = self._db.execute("SELECT id, path, offline FROM roots ORDER BY id").fetchall()
        return [Root(id_, from_column(path), bool(offline)) for id_, path, offline in rows]

    def set_offline(self, root: Root, offline: bool) -> None:
        """Say whether a root's folder is there; its videos are kept either way."""
        with transaction(self._db):
            self._db.execute("UPDATE roots SET offline = ? WHERE id = ?", [offline, root.id])

    def finish_root(self, root: Root) -> None:
        """Note that a root was scanned to its end."""
        with transaction(self._db):
            self._db.execute("UPDATE roots SET scanned_at = ? WHERE id = ?", [now_text(), root.id])

    # Places

    def place(self, root: Root, relative_path: str, space_id: str) -> KnownPlace | None:
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

    def spaces(self) -> list[str]:
        """Return the feature spaces that the library has features of."""
        # From one to the next along the index: DISTINCT would pass over all videos.
        rows = self._db.execute(
            """
            WITH RECURSIVE spaces (id) AS (
                SELECT min(space_id) FROM features UNION ALL
                SELECT (SELECT min(space_id) FROM features WHERE space_id > spaces.id) FROM spaces
                WHERE spaces.id IS NOT NULL
            )
            SELECT id FROM spaces WHERE id IS NOT NULL
            """
        )
        return [id_ for (id_,) in rows]

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

    def restore_places(self, place_ids: Collection[int]) -> None:
        """Files that were missing are there again, unchanged."""
        for ids in _steps(place_ids):
            with transaction(self._db):
                self._db.conn.executemany(
                    "UPDATE places SET missing_since = NULL WHERE id = ?", [(id_,) for id_ in ids]
                )

    def forget_vanished(self, root: Root, relative_paths: Iterable[str]) -> list[str]:
        """Note that files of a root are gone.

        A file whose video lies at another place too is forgotten; the last place of a video is marked missing
        and keeps its tags and features.

        Returns:
            Absolute paths of the videos that are missing since now.
        """
        missing = []
        for paths in _steps(relative_paths):
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
            refresh_names(self._db, [video_id])
        else:
            self._db.execute("UPDATE places SET missing_since = ? WHERE id = ?", [now_text(), place_id])
        return not elsewhere

    # Videos

    def find_video(self, fingerprint: str, space_id: str) -> int | None:
        """Return the id of the readable video with this content and features of this space, if any."""
        row = self._db.execute(
            """
            SELECT v.id FROM videos v JOIN features f ON f.video_id = v.id AND f.space_id = ?
            WHERE v.fingerprint = ? AND v.status = 'ok'
            """,
            [space_id, fingerprint],
        ).fetchone()
        return None if row is None else int(row[0])

    def place_video(self, root: Root, file: VideoFile, video_id: int, exists: Callable[[str], bool]) -> bool:
        """Store that a known video lies at this file too.

        Args:
            root: the file's root.
            file: where the video was found.
            video_id: the known video.
            exists: whether a file is there; asked for the video's other places in roots that are online.

        Returns:
            True when the video moved here: the other places that it had, if any, are gone.
        """
        kept = 0
        with transaction(self._db):
            self._put_place(root, file, video_id)
            others = self._db.execute(
                """
                SELECT p.id, r.path, p.relative_path, r.offline FROM places p JOIN roots r ON r.id = p.root_id
                WHERE p.video_id = ? AND NOT (p.root_id = ? AND p.relative_path = ?)
                """,
                [video_id, root.id, to_column(file.relative_path)],
            ).fetchall()
            for id_, root_path, relative_path, offline in others:
                if offline or exists(os.path.join(from_column(root_path), from_column(relative_path))):
                    kept += 1
                else:
                    self._db.execute("DELETE FROM places WHERE id = ?", [id_])
            refresh_names(self._db, [video_id])
        return kept == 0

    def store_video(self, root: Root, file: VideoFile, fingerprint: str, analysis: Analysis) -> int:
        """Store everything about a readable video and return its id.

        Where the file replaces the same recording at the same place (its metadata was edited, it was packed
        again), what the person decided about the old one is kept for the new one; so it is where the old file
        could not be read at all (a download that is complete now).
        """
        self._take_room()
        info, taken_at = analysis.info, analysis.info.taken_at
        with transaction(self._db):
            video_id = self._put_video(
                root,
                file,
                fingerprint,
                {
                    "status": "ok",
                    "error": None,
                    "size_bytes": file.size_bytes,
                    "duration_s": info.duration_s,
                    "width": info.width,
                    "height": info.height,
                    "codec": info.codec,
                    "frame_rate": info.frame_rate,
                    "rotation_deg": info.rotation_deg,
                    "taken_at": taken_at.moment.isoformat(),
                    "taken_source": taken_at.source.value,
                    # A naive moment counts as local time of this computer.
                    "taken_utc": taken_at.moment.timestamp(),
                },
            )
            quantised = analysis.features.quantised
            self._db.execute(
                """
                INSERT OR REPLACE INTO features (video_id, space_id, frames, dimension, data)
                VALUES (?, ?, ?, ?, ?)
                """,
                [video_id, analysis.features.space_id, *quantised.shape, quantised.tobytes()],
            )
            self._db.execute(
                "INSERT OR REPLACE INTO posters (video_id, webp) VALUES (?, ?)", [video_id, analysis.poster]
            )
            replaced = self._put_place(root, file, video_id)
            if replaced is not None and self._was_same_recording(replaced, analysis):
                self._inherit_decisions(replaced, video_id)
            # Last, for it gives inherited decisions their scores.
            put_taggings(self._db, [(video_id, analysis.tagging)])
        return video_id

    def store_failure(self, root: Root, file: VideoFile, fingerprint: str, reason: str) -> int:
        """Store that a file could not be read and why; return the id of its video.

        Content that was read before is not broken: where another file with the same content was readable,
        this one becomes a place of that video.
        """
        # Words of a decoder may quote a file name that is not UTF-8.
        error = reason.encode("utf-8", "backslashreplace").decode("utf-8")
        with transaction(self._db):
            readable = self._db.execute(
                "SELECT id FROM videos WHERE fingerprint = ? AND status = 'ok'", [fingerprint]
            ).fetchone()
            video_id = (
                int(readable[0])
                if readable
                else self._put_video(
                    root,
                    file,
                    fingerprint,
                    {"status": "failed", "error": error, "size_bytes": file.size_bytes},
                )
            )
            self._put_place(root, file, video_id)
        return video_id

    def store_tagging(self, taggings: Iterable[tuple[int, Tagging]]) -> list[TagChange]:
        """Store new scores and suggestions for many videos in one transaction.

        Returns:
            The videos whose shown tags changed.
        """
        rows = list(taggings)
        self._take_room()
        with transaction(self._db):
            changes = put_taggings(self._db, rows)
        return [change for change in changes if change.added or change.removed]

    def _take_room(self) -> None:
        """Let the connection keep more pages: what is written for a video spreads over ten indexes.

        Not for reading: a list passes over one index once, and is faster with few pages. The log is copied
        into the library at 32 MB, not at SQLite's 4 MB: a page that many videos change is copied once.
        """
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")

    def _put_video(self, root: Root, file: VideoFile, fingerprint: str, values: dict[str, Any]) -> int:
        now = now_text()
        columns = {**values, "analysed_at": now}
        row = self._db.execute("SELECT id FROM videos WHERE fingerprint = ?", [fingerprint]).fetchone()
        if row is not None:
            assignments = ", ".join(f"{column} = ?" for column in columns)
            self._db.execute(f"UPDATE videos SET {assignments} WHERE id = ?", [*columns.values(), row[0]])
            return int(row[0])
        columns |= {"fingerprint": fingerprint, "key": secrets.token_urlsafe(16), "added_at": now}
        # At once, for every list is kept in the order of one of these.
        columns["sort_name"], columns["search_text"] = names_of([(root.id, file.relative_path)])
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        cursor = self._db.execute(f"INSERT INTO videos ({names}) VALUES ({marks})", list(columns.values()))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _put_place(self, root: Root, file: VideoFile, video_id: int) -> int | None:
        """Point a place at a video; return the video that it pointed at before, if that is another one."""
        relative_path = to_column(file.relative_path)
        before = self._db.execute(
            "SELECT video_id FROM places WHERE root_id = ? AND relative_path = ?", [root.id, relative_path]
        ).fetchone()
        self._db.execute(
            """
            INSERT INTO places (video_id, root_id, relative_path, size_bytes, mtime_ns)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (root_id, relative_path) DO UPDATE SET video_id = excluded.video_id,
                size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, missing_since = NULL
            """,
            [video_id, root.id, relative_path, file.size_bytes, file.mtime_ns],
        )
        if before is not None and before[0] == video_id:
            return None
        refresh_names(self._db, [video_id] if before is None else [video_id, before[0]])
        if before is None:
            return None
        # A readable video keeps its row even without a place: its file may come back from a backup.
        self._db.execute(
            """
            DELETE FROM videos WHERE id = :id AND status = 'failed'
            AND NOT EXISTS (SELECT 1 FROM places WHERE video_id = :id)
            AND NOT EXISTS (SELECT 1 FROM video_tags WHERE video_id = :id)
            """,
            {"id": before[0]},
        )
        return int(before[0])

    def _was_same_recording(self, old_id: int, analysis: Analysis) -> bool:
        """Whether a video that was overwritten shows what its file shows now: same length, same features."""
        import numpy as np

        row = self._db.execute("SELECT status, duration_s FROM videos WHERE id = ?", [old_id]).fetchone()
        if row is None or row[0] == "failed":
            return row is not None
        old_s, new_s = row[1], analysis.info.duration_s
        if old_s is None or new_s is None or abs(old_s - new_s) > _SAME_LENGTH_S:
            return False
        new = analysis.features
        for _, old in stored_features(self._db, [old_id], new.space_id):
            seconds = min(len(old.quantised), len(new.quantised))
            difference = old.quantised[:seconds].astype(np.float32) - new.quantised[:seconds]
            return float(np.abs(difference).mean()) <= _SAME_PICTURE_LEVELS
        return False

    def _inherit_decisions(self, old_id: int, new_id: int) -> None:
        journal.inherit(self._db, old_id, new_id)
        self._db.execute(
            """
            INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at)
            SELECT new.id, t.tag_id, t.state, NULL, '[]', NULL, t.changed_at
            FROM video_tags t JOIN videos old ON old.id = t.video_id JOIN videos new ON new.id = :new
            WHERE old.id = :old AND t.state IN (:confirmed, :rejected)
            ON CONFLICT (video_id, tag_id) DO UPDATE
                SET state = excluded.state, changed_at = excluded.changed_at
                WHERE video_tags.state NOT IN (:confirmed, :rejected)
            """,
            {
                "old": old_id,
                "new": new_id,
                "confirmed": _DECIDED[0],
                "rejected": _DECIDED[1],
            },
        )


def _steps(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    rest = iter(values)
    while step := list(islice(rest, _STEP)):
        yield step
