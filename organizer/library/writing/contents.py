"""Videos by what they contain: what a scan stores of each, once, wherever it lies.

A video is content (one fingerprint), found at places (root, relative path). Each method is one transaction.
Models never touch what a person decided: a suggestion only ever replaces a suggestion.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from organizer.library.changes import Placed
from organizer.library.database.columns import from_column, marks, now_exactly, now_text, to_column
from organizer.library.database.names import names_of
from organizer.library.database.transaction import transaction
from organizer.library.deciding import retagging
from organizer.library.reading.videos import tags_of
from organizer.library.recordings.adoption import inherit
from organizer.library.recordings.same_recording import rewrites
from organizer.library.records import Facts
from organizer.library.writing.capture_date import date_columns, follow_zone, refresh_dates, with_known_zone
from organizer.library.writing.places import follow_places, lies_at, put_place
from organizer.library.writing.taggings import changes_of, put_taggings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

    from organizer.library.changes import Analysis, SuggestionChange, Tagging
    from organizer.library.records import Root, TagRecord
    from organizer.types import VideoFeatures, VideoFile, VideoInfo

_CACHE_KB = 32_000
_CHECKPOINT_PAGES = 8000


class Contents:
    """The videos of a library, for those who look at files; for one thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, fingerprint: str, space_id: str) -> int | None:
        """Return the id of the readable video with this content and features of this space, if any."""
        row = self._db.execute(
            """
            SELECT v.id FROM videos v JOIN features f ON f.video_id = v.id AND f.space_id = ?
            WHERE v.fingerprint = ? AND v.status = 'ok'
            """,
            [space_id, fingerprint],
        ).fetchone()
        return None if row is None else int(row[0])

    def place(self, root: Root, file: VideoFile, video_id: int, exists: Callable[[str], bool]) -> Placed:
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
            lay_here = lies_at(self._db, root, file, video_id)
            put_place(self._db, root, file, video_id)
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
            follow_places(self._db, [video_id])
        if lay_here:
            return Placed.HERE
        return Placed.COPY if kept else Placed.MOVED

    def has_copies(self, video_id: int) -> bool:
        """Whether a video lies at more than one file, as far as is known."""
        (files,) = self._db.execute(
            "SELECT count(*) FROM places WHERE video_id = ? AND missing_since IS NULL", [video_id]
        ).fetchone()
        return bool(files > 1)

    def store(self, root: Root, file: VideoFile, fingerprint: str, analysis: Analysis) -> int:
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
                    **(date_columns(with_known_zone(self._db, known[0], analysis.info)) if known else {}),
                    "metadata_digest": analysis.metadata_digest,
                },
            )
            self._put_features(video_id, analysis.features)
            if analysis.poster is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO posters (video_id, webp) VALUES (?, ?)",
                    [video_id, analysis.poster],
                )
            replaced = put_place(self._db, root, file, video_id)
            if known:
                refresh_dates(self._db, [video_id])
            sampled = {analysis.features.space_id: analysis.sampled}
            if replaced is not None and rewrites(self._db, replaced, video_id, sampled):
                inherit(self._db, replaced, video_id)
            # Last, for it gives inherited decisions their scores.
            put_taggings(self._db, [(video_id, analysis.tagging)])
        return video_id

    def tags(self, video_id: int) -> tuple[TagRecord, ...]:
        """Return a video's tags, in the order of ``VideoRecord.tags``; also where no file has it any more."""
        return tags_of(self._db, video_id)

    def add_features(self, video_id: int, features: VideoFeatures, tagging: Tagging | None) -> None:
        """Store features of a known video for another model; those that are there already stay.

        Args:
            video_id: the video.
            features: of a space that it may have no features of yet.
            tagging: what a classifier says of it; None leaves scores and suggestions as they are.
        """
        with transaction(self._db):
            self._put_features(video_id, features, keep=True)
            if tagging is not None:
                put_taggings(self._db, [(video_id, tagging)])

    def _put_features(self, video_id: int, features: VideoFeatures, *, keep: bool = False) -> None:
        quantised = features.quantised
        self._db.execute(
            f"""
            INSERT OR {"IGNORE" if keep else "REPLACE"} INTO features
                (video_id, space_id, frames, dimension, data) VALUES (?, ?, ?, ?, ?)
            """,
            [video_id, features.space_id, *quantised.shape, quantised.tobytes()],
        )

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
                **date_columns(with_known_zone(self._db, video_id, info)),
                "fingerprint": fingerprint,
                "metadata_digest": metadata_digest,
            }
            assignments = ", ".join(f"{column} = ?" for column in columns)
            self._db.execute(f"UPDATE videos SET {assignments} WHERE id = ?", [*columns.values(), video_id])
            put_place(self._db, root, file, video_id)
        return True

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
            put_place(self._db, root, file, video_id)
        return video_id

    def store_tagging(
        self, taggings: Iterable[tuple[int, Tagging]], *, step_id: int | None = None
    ) -> list[SuggestionChange]:
        """Store new scores and suggestions for many videos in one transaction.

        Args:
            taggings: ids of the videos, and what a model says of them.
            step_id: as ``begin_retag`` returned it, where this is to be undone as a part of that step.

        Returns:
            The videos whose tags or maybes changed.
        """
        rows = list(taggings)
        self._take_room()
        with transaction(self._db):
            changes = put_taggings(self._db, rows, step_id=step_id)
        return [change for change in changes if not change.is_empty]

    def changes_of(self, taggings: Iterable[tuple[int, Tagging]]) -> list[SuggestionChange]:
        """Return what ``store_tagging`` would change, and what a decision keeps from it; store nothing."""
        changes = changes_of(self._db, list(taggings))
        return [change for change in changes if change.kept or not change.is_empty]

    def begin_retag(self, bundle: str) -> int:
        """Begin a step of the history that many calls of ``store_tagging`` are parts of; return its id.

        Args:
            bundle: name and version of the model.
        """
        with transaction(self._db):
            return retagging.begin(self._db, bundle)

    def end_retag(self, step_id: int) -> None:
        """End it; one that changed nothing leaves the history."""
        with transaction(self._db):
            retagging.end(self._db, step_id)

    def _take_room(self) -> None:
        """Let the connection keep more pages: what is written for a video spreads over ten indexes.

        Not for reading: a list passes over one index once, and is faster with few pages. The log is copied
        into the library at 32 MB, not at SQLite's 4 MB: a page that many videos change is copied once.
        """
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")

    def _put_video(self, root: Root, file: VideoFile, fingerprint: str, found: dict[str, Any]) -> int:
        columns = {**found, "analysed_at": now_text()}
        row = self._db.execute("SELECT id FROM videos WHERE fingerprint = ?", [fingerprint]).fetchone()
        if row is not None:
            assignments = ", ".join(f"{column} = ?" for column in columns)
            self._db.execute(f"UPDATE videos SET {assignments} WHERE id = ?", [*columns.values(), row[0]])
            return int(row[0])
        columns |= {"fingerprint": fingerprint, "key": secrets.token_urlsafe(16)}
        columns["added_at"] = now_exactly()
        # At once, for every list is kept in the order of one of these.
        columns["sort_name"], columns["search_text"] = names_of([(root.id, file.relative_path)])
        values = list(columns.values())
        cursor = self._db.execute(
            f"INSERT INTO videos ({', '.join(columns)}) VALUES ({marks(values)})", values
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


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
        **date_columns(info.taken_at),
    }
