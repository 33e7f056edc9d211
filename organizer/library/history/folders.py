"""Folders forgotten, and left out of scans, as steps: the places of videos go, and come back when undone.

A video that lies nowhere is listed nowhere. What is known of it waits for the day that a scan finds its
content again. Every function is called inside a transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import FolderError, JobRunningError, OrganizerError
from organizer.library.actions import StepKind
from organizer.library.database import mark_bits
from organizer.library.database.columns import chunks, from_column, marks, now_text, to_column
from organizer.library.deciding import journal, steps
from organizer.library.deciding import marks as marking
from organizer.library.exclusions import (
    Exclusion,
    LeftOut,
    clean_pattern,
    is_at_or_below,
    is_meant,
    is_path,
)
from organizer.library.history.tally import Tally
from organizer.library.jobs import Jobs, busy_words
from organizer.library.writing.places import follow_places
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step

_TAKEN = "another video lies there now"


def forget(db: Database, path: str, *, keep_tags: bool) -> Step:
    """Forget a folder that was scanned; see ``Library.forget_folder``."""
    _check_no_job(db)
    row = db.execute(
        "SELECT id, added_at, scanned_at, offline FROM roots WHERE path = ?", [to_column(path)]
    ).fetchone()
    if row is None:
        raise FolderError(
            f"{path}: no scanned folder of this library. See: organizer folders", ends_in_command=True
        )
    root_id, added_at, scanned_at, offline = row
    step_id = steps.begin(
        db,
        StepKind.FORGET_FOLDER,
        {
            "path": path,
            "root_id": root_id,
            "keep_tags": keep_tags,
            "added_at": added_at,
            "scanned_at": scanned_at,
            "offline": offline,
        },
    )
    videos = _forget_places(db, step_id, root_id)
    if not keep_tags:
        _forget_decisions(db, step_id, videos)
    return steps.end(db, step_id, len(videos))


def forget_again(db: Database, step_id: int, details: dict[str, Any], tally: Tally) -> None:
    """Redo it; what was decided about its videos is another part of the step."""
    _check_no_job(db)
    row = db.execute("SELECT id FROM roots WHERE path = ?", [to_column(details["path"])]).fetchone()
    tally.done = True
    if row is not None:
        tally.restored |= set(_forget_places(db, step_id, row[0]))


def take_back(db: Database, step_id: int, details: dict[str, Any], tally: Tally) -> None:
    """Undo it."""
    _check_no_job(db)
    # By the number that it had, where that was not given to another one since.
    db.execute(
        """
        INSERT INTO roots (id, path, added_at, scanned_at, offline)
        SELECT iif(EXISTS (SELECT 1 FROM roots WHERE id = ?1), NULL, ?1), ?2, ?3, ?4, ?5
        WHERE NOT EXISTS (SELECT 1 FROM roots WHERE path = ?2)
        """,
        [
            details["root_id"],
            to_column(details["path"]),
            details["added_at"],
            details["scanned_at"],
            details["offline"],
        ],
    )
    tally.done = True
    _places_back(db, step_id, tally)
    _waiting_back(db, tally)


def try_again(db: Database, step_id: int, tally: Tally) -> None:
    """Put back what could not be put back when a step was undone."""
    if db.execute("SELECT 1 FROM step_places WHERE step_id = ? LIMIT 1", [step_id]).fetchone():
        _check_no_job(db)
        _places_back(db, step_id, tally)


def exclude(db: Database, pattern: str) -> Step:
    """Leave something out of scans from now on; see ``Library.exclude``."""
    _check_no_job(db)
    clean = clean_pattern(pattern)
    roots = [from_column(path) for (path,) in db.execute("SELECT path FROM roots")]
    for root in roots:
        if is_path(clean) and is_at_or_below(root, clean):
            raise OrganizerError(
                f"{root} was scanned as a folder of its own. To let go of it: organizer folders forget",
                ends_in_command=True,
            )
    step_id = steps.begin(db, StepKind.EXCLUDE, {"pattern": clean})
    if any(is_meant(known.pattern, clean) for known in exclusions(db)):
        return steps.drop(db, step_id)
    return steps.end(db, step_id, len(_leave_out(db, step_id, clean)))


def include(db: Database, pattern: str) -> Step:
    """Leave it out no longer; see ``Library.include``."""
    _check_no_job(db)
    meant = next((one.pattern for one in exclusions(db) if is_meant(one.pattern, pattern)), None)
    if meant is None:
        raise OrganizerError(
            f"{clean_pattern(pattern)} is not left out of scans. See: organizer folders", ends_in_command=True
        )
    step_id = steps.begin(db, StepKind.INCLUDE, {"pattern": meant})
    db.execute("DELETE FROM exclusions WHERE pattern = ?", [meant])
    return steps.end(db, step_id, 0)


def set_excluded(db: Database, step_id: int, pattern: str, tally: Tally, *, excluded: bool) -> None:
    """Undo or redo either: leave something out, or take it in again with the files that the step let go."""
    _check_no_job(db)
    if (pattern in {known.pattern for known in exclusions(db)}) is excluded:
        tally.reasons.append(f"{pattern} is {'left out' if excluded else 'not left out'} already.")
        return
    tally.done = True
    if excluded:
        tally.restored |= set(_leave_out(db, step_id, pattern))
    else:
        db.execute("DELETE FROM exclusions WHERE pattern = ?", [pattern])
        _places_back(db, step_id, tally)
        _waiting_back(db, tally)


def exclusions(db: Database) -> list[Exclusion]:
    """Return what scans leave out, in the order it was said."""
    return [Exclusion(*row) for row in db.execute("SELECT pattern, added_at FROM exclusions ORDER BY id")]


def _check_no_job(db: Database) -> None:
    """Refuse to change folders below a job that goes through them.

    Raises:
        JobRunningError: one runs.
    """
    job = Jobs(db).newest()
    if job is not None and not job.finished:
        raise JobRunningError(busy_words(job))


def _leave_out(db: Database, step_id: int, pattern: str) -> list[int]:
    db.execute("INSERT INTO exclusions (pattern, added_at) VALUES (?, ?)", [pattern, now_text()])
    leaves_out = LeftOut([pattern])
    ids = [
        id_
        for id_, root, path in db.execute(
            "SELECT p.id, r.path, p.relative_path FROM places p JOIN roots r ON r.id = p.root_id"
        )
        if leaves_out(from_column(root), from_column(path))
    ]
    return _let_go(db, step_id, ids)


def _forget_places(db: Database, step_id: int, root_id: int) -> list[int]:
    ids = [id_ for (id_,) in db.execute("SELECT id FROM places WHERE root_id = ?", [root_id])]
    videos = _let_go(db, step_id, ids)
    db.execute("DELETE FROM roots WHERE id = ?", [root_id])
    return videos


def _let_go(db: Database, step_id: int, place_ids: Iterable[int]) -> list[int]:
    """Let places go, and keep them for the day that the step is undone; return the ids of their videos."""
    videos: dict[int, None] = {}
    for chunk in chunks(place_ids):
        rows = db.execute(f"SELECT DISTINCT video_id FROM places WHERE id IN ({marks(chunk)})", chunk)
        videos |= {id_: None for (id_,) in rows}
        db.execute(
            f"""
            INSERT OR REPLACE INTO step_places
                (step_id, video_id, root_path, relative_path, size_bytes, mtime_ns, missing_since,
                beside_picture)
            SELECT ?, p.video_id, r.path, p.relative_path, p.size_bytes, p.mtime_ns, p.missing_since,
                p.beside_picture
            FROM places p JOIN roots r ON r.id = p.root_id WHERE p.id IN ({marks(chunk)})
            """,
            [step_id, *chunk],
        )
        db.execute(f"DELETE FROM places WHERE id IN ({marks(chunk)})", chunk)
    follow_places(db, list(videos))
    return list(videos)


def _places_back(db: Database, step_id: int, tally: Tally) -> None:
    """Put places back where nothing lies now; the others wait, such as those whose folder is no root now."""
    rows = db.execute(
        """
        SELECT s.video_id, s.root_path, r.id, s.relative_path, s.size_bytes, s.mtime_ns, s.missing_since,
            s.beside_picture, p.video_id
        FROM step_places s LEFT JOIN roots r ON r.path = s.root_path
            LEFT JOIN places p ON p.root_id = r.id AND p.relative_path = s.relative_path
        WHERE s.step_id = ? ORDER BY s.video_id
        """,
        [step_id],
    ).fetchall()
    leaves_out = LeftOut(one.pattern for one in exclusions(db))
    free, done = [], []
    for video_id, root_path, root_id, relative_path, *place, taken_by in rows:
        if root_id is None:
            tally.kept["their folder is not in this library any more"].add(video_id)
        elif taken_by not in {None, video_id}:
            tally.kept[_TAKEN].add(video_id)
        elif leaves_out(from_column(root_path), from_column(relative_path)):
            tally.kept["scans leave it out"].add(video_id)
        else:
            tally.restored.add(video_id)
            done.append((step_id, root_path, relative_path))
            if taken_by is None:
                free.append((video_id, root_id, relative_path, *place))
    db.conn.executemany(
        """
        INSERT INTO places
            (video_id, root_id, relative_path, size_bytes, mtime_ns, missing_since, beside_picture)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        free,
    )
    follow_places(db, list({video_id for video_id, *_ in free}))
    db.conn.executemany(
        "DELETE FROM step_places WHERE step_id = ? AND root_path = ? AND relative_path = ?", done
    )


def _waiting_back(db: Database, tally: Tally) -> None:
    """Put back what other steps, undone before, could not: their folder may be there again by now."""
    others = db.execute(
        """
        SELECT id FROM steps s
        WHERE (kind IN (?, ?) AND undone_at IS NOT NULL OR kind = ? AND undone_at IS NULL)
            AND EXISTS (SELECT 1 FROM step_places p WHERE p.step_id = s.id)
        ORDER BY id
        """,
        [StepKind.EXCLUDE.value, StepKind.FORGET_FOLDER.value, StepKind.INCLUDE.value],
    ).fetchall()
    for (step_id,) in others:
        of_other = Tally()
        _places_back(db, step_id, of_other)
        tally.restored |= of_other.restored


def _forget_decisions(db: Database, step_id: int, video_ids: Sequence[int]) -> None:
    """Forget what was decided about those of some videos that lie nowhere now."""
    gone = _lying_nowhere(db, video_ids)
    by_tag: dict[int, list[int]] = {}
    for chunk in chunks(gone):
        rows = db.execute(
            f"""
            SELECT video_id, tag_id FROM video_tags
            WHERE state != 'suggested' AND video_id IN ({marks(chunk)})
            """,
            chunk,
        )
        for video_id, tag_id in rows:
            by_tag.setdefault(tag_id, []).append(video_id)
    now = now_text()
    for tag_id, videos in by_tag.items():
        changes = [
            (video_id, tag_id, row, journal.as_the_model_says(row, now))
            for video_id, row in journal.tag_rows(db, videos, tag_id).items()
            if row.state is not TagState.SUGGESTED
        ]
        journal.put_all(db, [(video_id, tag_id, after) for video_id, _, _, after in changes])
        journal.note(db, step_id, changes)
    marked = []
    for chunk in chunks(gone):
        rows = db.execute(f"SELECT id, marks FROM videos WHERE id IN ({marks(chunk)})", chunk)
        marked += [
            (id_, bits, all_bits & bits, 0)
            for id_, all_bits in rows
            for bits in (mark_bits.FAVOURITE, mark_bits.HIDDEN, mark_bits.RATING)
            if all_bits & bits
        ]
    marking.put(db, [(id_, bits, after) for id_, bits, _, after in marked])
    marking.note(db, step_id, marked)


def _lying_nowhere(db: Database, video_ids: Collection[int]) -> list[int]:
    gone = []
    for chunk in chunks(video_ids):
        rows = db.execute(f"SELECT id FROM videos WHERE present_in IS NULL AND id IN ({marks(chunk)})", chunk)
        gone += [id_ for (id_,) in rows]
    return gone
