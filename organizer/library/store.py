"""What a scan writes: roots, places, videos, features, posters, scores and suggested tags.

A video is content (one fingerprint), found at places (root, relative path). Each public method is one
transaction; those that take any number of files take one for each few hundred, so that a person's decision
meanwhile need not wait. Models never touch what a person decided: a suggestion only ever replaces a
suggestion.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from organizer.library.adoption import (
    Adopted,
    Alike,
    adopt_recordings,
    inherit,
    is_left_behind,
    new_since_the_last_scan,
    stranded_videos,
)
from organizer.library.capture_date import follow_zone, refresh_dates, taken_columns, with_known_zone
from organizer.library.fingerprint import UNREADABLE
from organizer.library.names import names_of, refresh_names
from organizer.library.paths import from_column, to_column
from organizer.library.records import Facts, FoundFile, KnownPlace, Root
from organizer.library.same_recording import rewrites
from organizer.library.taggings import TagChange, Tagging, now_text, put_taggings
from organizer.library.transaction import transaction
from organizer.types import VideoFeatures, VideoFile, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from threading import Event

    from sqlite_utils import Database

__all__ = ["Analysis", "Placed", "Store", "TagChange", "Tagging"]

_Value = TypeVar("_Value")

_STEP = 500
_CACHE_KB = 32_000
_CHECKPOINT_PAGES = 8000


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that a scan found out about one readable video."""

    info: VideoInfo
    features: VideoFeatures
    poster: bytes
    """WebP."""
    tagging: Tagging
    metadata_digest: str | None = None
    """Of what its container says; None where nobody looked."""


class Placed(Enum):
    """What it means that a known video was found at a file."""

    MOVED = "moved"
    """It lay elsewhere, and is not there any more."""
    COPY = "copy"
    """It lies elsewhere too."""
    HERE = "here"
    """It was known to lie here: another scan was quicker, or only the file's date is another."""


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
            self._db.execute("UPDATE roots SET scanned_at = ? WHERE id = ?", [_now_exactly(), root.id])

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
        for root in self.roots():
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

    def restore_places(self, place_ids: Collection[int]) -> None:
        """Files that were missing are there again, unchanged."""
        for ids in _steps(place_ids):
            with transaction(self._db):
                self._db.conn.executemany(
                    "UPDATE places SET missing_since = NULL WHERE id = ?", [(id_,) for id_ in ids]
                )
                marks = ", ".join("?" * len(ids))
                rows = self._db.execute(f"SELECT DISTINCT video_id FROM places WHERE id IN ({marks})", ids)
                refresh_dates(self._db, [id_ for (id_,) in rows.fetchall()])

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
            self._follow_places([video_id])
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

    def place_video(
        self, root: Root, file: VideoFile, video_id: int, exists: Callable[[str], bool]
    ) -> Placed:
        """Store that a known video lies at this file too.

        Args:
            root: the file's root.
            file: where the video was found.
            video_id: the known video.
            exists: whether a file is there; asked for the video's other places in roots that are online.

        Returns:
            Whether the video moved here, for the other places that it had, if any, are gone; or is a copy of
            one that is still there; or lay here before.
        """
        kept = 0
        with transaction(self._db):
            lay_here = self._lies_at(root, file, video_id)
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
            self._follow_places([video_id])
        if lay_here:
            return Placed.HERE
        return Placed.COPY if kept else Placed.MOVED

    def has_copies(self, video_id: int) -> bool:
        """Whether a video lies at more than one file, as far as is known."""
        (files,) = self._db.execute(
            "SELECT count(*) FROM places WHERE video_id = ? AND missing_since IS NULL", [video_id]
        ).fetchone()
        return bool(files > 1)

    def _lies_at(self, root: Root, file: VideoFile, video_id: int) -> bool:
        row = self._db.execute(
            """
            SELECT 1 FROM places
            WHERE root_id = ? AND relative_path = ? AND video_id = ? AND missing_since IS NULL
            """,
            [root.id, to_column(file.relative_path), video_id],
        ).fetchone()
        return row is not None

    def store_video(self, root: Root, file: VideoFile, fingerprint: str, analysis: Analysis) -> int:
        """Store everything about a readable video and return its id.

        Where the file replaces the same recording at the same place (its metadata was edited, its turn
        corrected, it was packed again or cut down to a part), what the person decided about the old one is
        kept for the new one; so it is where the old file could not be read at all (a download that is
        complete now).
        """
        self._take_room()
        with transaction(self._db):
            known = self._db.execute("SELECT id FROM videos WHERE fingerprint = ?", [fingerprint]).fetchone()
            video_id = self._put_video(
                root,
                file,
                fingerprint,
                {
                    "status": "ok",
                    "error": None,
                    "size_bytes": file.size_bytes,
                    **_facts(analysis.info),
                    # A zone that an earlier name gave away is still that of the place.
                    **(taken_columns(with_known_zone(self._db, known[0], analysis.info)) if known else {}),
                    "metadata_digest": analysis.metadata_digest,
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
            if known:
                refresh_dates(self._db, [video_id])
            if replaced is not None and rewrites(self._db, replaced, video_id):
                inherit(self._db, replaced, video_id)
            # Last, for it gives inherited decisions their scores.
            put_taggings(self._db, [(video_id, analysis.tagging)])
        return video_id

    def adopt_recordings(
        self,
        stored: Iterable[int],
        roots: Iterable[Root],
        *,
        overwritten: Iterable[int] = (),
        stop: Event | None = None,
    ) -> tuple[list[Adopted], list[Alike]]:
        """Move decisions from missing videos to new ones that are the same recordings, where that is sure.

        Args:
            stored: the videos that this scan stored.
            roots: those that it looked at. What an earlier scan added to them and then stopped may be the
                same, too.
            overwritten: more videos with decisions, which lie nowhere any more.
            stop: to be set when the search shall end; the next scan makes up for it.

        Raises:
            StoppedError: ``stop`` was set.
        """
        stranded = {*stranded_videos(self._db), *overwritten}
        if not stranded:
            return [], []
        new = {*stored, *new_since_the_last_scan(self._db, [root.id for root in roots])}
        return adopt_recordings(self._db, stranded, new, stop=stop)

    def is_left_behind(self, old_id: int, new_id: int) -> bool:
        """Whether a video lies nowhere and holds decisions that the one in its place did not inherit."""
        return is_left_behind(self._db, old_id, new_id)

    def with_decisions(self) -> int:
        """Return how many missing videos hold decisions of the person."""
        return len(stranded_videos(self._db))

    def facts(self, video_id: int) -> Facts:
        """Return what is stored of a video's container."""
        columns = [field.name for field in fields(Facts)]
        row = self._db.execute(f"SELECT {', '.join(columns)} FROM videos WHERE id = ?", [video_id]).fetchone()
        return Facts(*row)

    def store_facts(
        self,
        root: Root,
        file: VideoFile,
        video_id: int,
        info: VideoInfo,
        *,
        fingerprint: str,
        metadata_digest: str,
    ) -> bool:
        """Store what the container of a known video's file says now; pictures, features and tags stay.

        Args:
            root: the file's root.
            file: where the video lies.
            video_id: the known video.
            info: what a probe of the file tells.
            fingerprint: of the file's content. Where it is not the video's, the header was changed in place,
                and the video gets it.
            metadata_digest: of the file's container.

        Returns:
            False, and nothing is stored, where the fingerprint is another's, or where the video has other
            files, which still hold what they held.
        """
        with transaction(self._db):
            (before,) = self._db.execute("SELECT fingerprint FROM videos WHERE id = ?", [video_id]).fetchone()
            if before != fingerprint:
                others = self._db.execute(
                    """SELECT (SELECT count(*) FROM places WHERE video_id = ?)
                        + (SELECT count(*) FROM videos WHERE fingerprint = ?)""",
                    [video_id, fingerprint],
                ).fetchone()
                if others[0] > 1:
                    return False
            columns = {
                **_facts(info),
                # A zone that an earlier name gave away is still that of the place.
                **taken_columns(with_known_zone(self._db, video_id, info)),
                "fingerprint": fingerprint,
                "metadata_digest": metadata_digest,
            }
            assignments = ", ".join(f"{column} = ?" for column in columns)
            self._db.execute(f"UPDATE videos SET {assignments} WHERE id = ?", [*columns.values(), video_id])
            self._put_place(root, file, video_id)
        return True

    def look_again(self, place_id: int) -> None:
        """Let the next scan look at a file whatever its date says."""
        with transaction(self._db):
            self._db.execute("UPDATE places SET mtime_ns = -1 WHERE id = ?", [place_id])

    def follow_zone(self) -> None:
        """Sort dates by the zone of this machine, which may be another one than at the last scan."""
        with transaction(self._db):
            follow_zone(self._db)

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
        columns |= {"fingerprint": fingerprint, "key": secrets.token_urlsafe(16)}
        columns["added_at"] = _now_exactly()
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
        # This file's own date was read with the rest: only its copies may say more.
        (files,) = self._db.execute("SELECT count(*) FROM places WHERE video_id = ?", [video_id]).fetchone()
        if files > 1:
            refresh_dates(self._db, [video_id])
        if before is not None and before[0] == video_id:
            return None
        refresh_names(self._db, [video_id])
        if before is None:
            return None
        self._follow_places([before[0]])
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

    def _follow_places(self, video_ids: Sequence[int]) -> None:
        """Store anew what videos have from their places: names and, where nothing better tells, dates."""
        refresh_names(self._db, video_ids)
        refresh_dates(self._db, video_ids)


def _facts(info: VideoInfo) -> dict[str, Any]:
    """Return the columns of what a container says of its video."""
    return {
        "duration_s": info.duration_s,
        "width": info.width,
        "height": info.height,
        "codec": info.codec,
        "frame_rate": info.frame_rate,
        "rotation_deg": info.rotation_deg,
        "mirrored": info.mirrored,
        "stored_width": info.stored_width,
        "stored_height": info.stored_height,
        **taken_columns(info.taken_at),
    }


def _now_exactly() -> str:
    """Return the present such that what is stored in the same second has an order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _steps(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    rest = iter(values)
    while step := list(islice(rest, _STEP)):
        yield step
