"""The journal of originals that were moved away: what was about to be done is there before it is done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column, now_text, to_column
from organizer.library.database.transaction import transaction
from organizer.library.doubles import Move, MoveState
from organizer.library.doubling import move_steps
from organizer.library.writing.places import Places, Roots, put_place
from organizer.types import VideoFile

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlite_utils import Database

    from organizer.library.doubles import MadeFolder, MovedAway
    from organizer.library.records import Root

_COLUMNS = "id, batch, video_id, from_path, to_path, size_bytes, mtime_ns, state, sha256"


class Moves:
    """The journal of moves; each method that writes is on the disk when it returns."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def next_batch(self) -> int:
        """Return the number for the moves of one more command."""
        (last,) = self._db.execute("SELECT coalesce(max(batch), 0) FROM moves").fetchone()
        return int(last) + 1

    def begin(
        self,
        batch: int,
        video_id: int,
        from_path: str,
        to_path: str,
        *,
        size_bytes: int,
        mtime_ns: int,
        folder: str | None = None,
    ) -> Move:
        """Note that an original is about to be moved, here and in the history.

        Args:
            batch: the number of the command.
            video_id: the video.
            from_path: absolute, where its file lies.
            to_path: absolute, where it shall lie; nothing lies there.
            size_bytes: of the file.
            mtime_ns: of the file.
            folder: absolute, where the command moves files to; by default where this one shall lie.
        """
        with transaction(self._db, durable=True):
            move_steps.count_one_more(self._db, batch, folder or os.path.dirname(to_path))
            id_ = self._db.execute(
                """
                INSERT INTO moves (batch, video_id, from_path, to_path, size_bytes, mtime_ns, state, began_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    *(batch, video_id, to_column(from_path), to_column(to_path), size_bytes, mtime_ns),
                    *(MoveState.BEGUN.value, now_text()),
                ],
            ).lastrowid
        assert id_ is not None
        return Move(id_, batch, video_id, from_path, to_path, size_bytes, mtime_ns, MoveState.BEGUN)

    def set_state(self, move_id: int, state: MoveState) -> None:
        """Note how far a move has come."""
        with transaction(self._db, durable=True):
            (move,) = self._moves(f"id = {move_id:d}")
            self._db.execute("UPDATE moves SET state = ? WHERE id = ?", [state.value, move_id])
            move_steps.follow(self._db, move, state)

    def set_sha256(self, move_id: int, sha256: str) -> None:
        """Note the checksum of an original that is copied to another disk."""
        with transaction(self._db, durable=True):
            self._db.execute("UPDATE moves SET sha256 = ? WHERE id = ?", [sha256, move_id])

    def unsettled(self) -> list[Move]:
        """Return the moves that were begun and not ended, forth or back: a command was ended meanwhile."""
        return self._moves("state IN ('begun', 'returning') ORDER BY id")

    def is_returning(self, move_id: int) -> bool:
        """Whether a move was on its way back when it was last noted."""
        return bool(self._moves(f"id = {move_id:d} AND state = 'returning'"))

    def to_return(self) -> list[Move]:
        """Return what was moved and not moved back since, the last one first."""
        return self._moves("state IN ('moved', 'returning') ORDER BY batch DESC, id DESC")

    def away(self, batch: int) -> list[Move]:
        """Return what a command moved, or is moving, that is not back."""
        return self._moves(f"state IN ('begun', 'moved', 'returning') AND batch = {batch:d}")

    def away_by(self, step_id: int) -> list[Move]:
        """Return what a step of the history, a move, moved that is not back."""
        return self.away(move_steps.batch_of(self._db, step_id))

    def made(self, batch: int) -> list[MadeFolder]:
        """Return the folders that a command made for files which it moved, the outermost first."""
        return move_steps.made(self._db, batch)

    def set_made(self, batch: int, folders: Sequence[MadeFolder]) -> None:
        """Note which folders a command made that are there yet; its first move was begun before."""
        with transaction(self._db, durable=True):
            move_steps.set_made(self._db, batch, folders)

    def last_away(self) -> MovedAway | None:
        """Return what the last command moved away of which something is not back; None where all is."""
        return move_steps.last_away(self._db)

    def root_of(self, path: str) -> Root | None:
        """Return the innermost folder of the library that a path lies in."""
        below = _below(Roots(self._db).all(), path)
        return None if below is None else below[0]

    def looks_offline(self, root: Root) -> bool:
        """Whether a folder is empty although files shall be there: its disk is not."""
        try:
            with os.scandir(root.path) as entries:
                return next(entries, None) is None and Places(self._db).has_files(root)
        except OSError:
            return True

    def follow(self, video_id: int | None, from_path: str, to_path: str) -> None:
        """Let a video lie where its file lies now: there, where that is in a folder of the library.

        Else it is missing where it lay, and keeps all that is known of it.
        """
        roots = Roots(self._db).all()
        there = _below(roots, to_path)
        if there is not None and video_id is not None:
            root, relative_path = there
            status = os.stat(to_path)
            with transaction(self._db, durable=True):
                known = self._db.execute("SELECT 1 FROM videos WHERE id = ?", [video_id]).fetchone()
                if known is not None:
                    file = VideoFile(root.path, relative_path, status.st_size, status.st_mtime_ns)
                    put_place(self._db, root, file, video_id)
        here = _below(roots, from_path)
        if here is not None:
            root, relative_path = here
            Places(self._db).forget_vanished(root, [relative_path])

    def place_of(self, path: str) -> tuple[int, int] | None:
        """Return size and modification time, in ns, of a file as the library knows it, else None."""
        here = _below(Roots(self._db).all(), path)
        if here is None:
            return None
        root, relative_path = here
        row = self._db.execute(
            """
            SELECT size_bytes, mtime_ns FROM places
            WHERE root_id = ? AND relative_path = ? AND missing_since IS NULL
            """,
            [root.id, to_column(relative_path)],
        ).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def _moves(self, which: str) -> list[Move]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM moves WHERE {which}")
        return [
            Move(
                id_,
                batch,
                video_id,
                from_column(from_path),
                from_column(to_path),
                size_bytes,
                mtime_ns,
                MoveState(state),
                sha256,
            )
            for id_, batch, video_id, from_path, to_path, size_bytes, mtime_ns, state, sha256 in rows
        ]


def _below(roots: Collection[Root], path: str) -> tuple[Root, str] | None:
    """Return the innermost folder of the library that a path lies in, and the path from there."""
    within = [root for root in roots if path.startswith(root.path.rstrip(os.sep) + os.sep)]
    if not within:
        return None
    root = max(within, key=lambda each: len(each.path))
    return root, os.path.relpath(path, root.path)
