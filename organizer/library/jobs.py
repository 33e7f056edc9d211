"""What a running job says of itself, for whoever shows it: another process reads and stops it here.

A job is a scan, a run of tagging again, or a merge of other libraries. It writes its row every second. A row
that still says ``running`` but was not written for a while belongs to a process that died.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from organizer.errors import JobRunningError
from organizer.library.database.columns import time_text
from organizer.library.database.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

DIED_AFTER_S = 45.0
"""How long a row may stay silent; a busy disk and a waiting writer take a part of it."""
_KEPT = 20
_ENOUGH_VIDEOS = 10
"""To tell the speed of a scan by; fewer are looked at in seconds."""
_LOOKED_THROUGH = 3
"""Scans, to find one that tells the speed: each is a pass over all videos, 30 ms for 100,000."""


class JobKind(StrEnum):
    """What a job does."""

    SCAN = "scan"
    RETAG = "retag"
    MERGE = "merge"


class JobState(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    DIED = "died"
    """Its process ended without a word; never stored, it shows from the row's age."""


@dataclass(frozen=True, slots=True)
class RetagChange:
    """What tagging again changed of one video."""

    title: str
    """The name of one of its files."""
    added: tuple[str, ...]
    """Tags that are given now and were not."""
    removed: tuple[str, ...]
    maybes_added: tuple[str, ...] = ()
    """Maybes now; reports of before there were any do not say it."""
    maybes_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetagReport:
    """What a run of tagging again did."""

    asked: int
    tagged: int
    """Videos that have features for this model; the others need a scan."""
    changed: int
    changes: tuple[RetagChange, ...]
    """The first hundred of the changed videos."""

    MAX_CHANGES: ClassVar[int] = 100


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a scan, of tagging again, or of a merge."""

    id: int
    kind: JobKind
    folders: tuple[str, ...]
    """Absolute paths; empty where all known folders are scanned."""
    state: JobState
    stop_requested: bool
    to_do: int | None
    """Files to look at, or videos to tag; None while folders are walked."""
    done: int
    failed: int
    message: str | None
    """Why it failed, or why a running one does not get on; a sentence."""
    finished: bool
    silent_s: float
    """Seconds since it last wrote its row; since its end, when it has finished."""
    report: RetagReport | None
    """What tagging again did; None while it runs, and for a scan."""


def running_words(kind: JobKind) -> str:
    """Return a sentence: a job of this kind runs."""
    return {
        JobKind.SCAN: "A scan of this library is running.",
        JobKind.RETAG: "Videos of this library are being tagged again.",
        JobKind.MERGE: "Another library is being merged into this one.",
    }[kind]


class Jobs:
    """The jobs of a library; only the newest rows are kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, folders: Sequence[str], kind: JobKind = JobKind.SCAN, *, alone: bool = False) -> int:
        """Store that a job starts and return its id; only the newest rows are kept.

        Args:
            folders: absolute paths of a scan's folders.
            kind: what the job does.
            alone: whether it is refused while another job of this library runs.

        Raises:
            JobRunningError: another job runs.
        """
        now = time.time()
        with transaction(self._db):
            if alone and (other := self.newest(now)) is not None and not other.finished:
                raise JobRunningError(
                    f"{running_words(other.kind)} Wait for its end or stop it, then try again."
                )
            cursor = self._db.execute(
                """
                INSERT INTO scans (folders, kind, state, started_at, beat_at)
                VALUES (?, ?, 'running', ?, ?)
                """,
                [json.dumps(list(folders)), kind.value, now, now],
            )
            self._db.execute("DELETE FROM scans WHERE id <= ?", [(cursor.lastrowid or 0) - _KEPT])
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def beat(
        self, job_id: int, *, to_do: int | None, done: int, failed: int, message: str | None = None
    ) -> bool:
        """Store how far a job is, and why it does not get on; return whether it was asked to stop."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE scans SET beat_at = ?, to_do = ?, done = ?, failed = ?, message = ? WHERE id = ?",
                [time.time(), to_do, done, failed, message, job_id],
            )
        row = self._db.execute("SELECT stop_requested FROM scans WHERE id = ?", [job_id]).fetchone()
        return bool(row and row[0])

    def finish(
        self,
        job_id: int,
        state: JobState,
        message: str | None = None,
        report: RetagReport | None = None,
    ) -> None:
        """Store how a job ended."""
        text = None if message is None else message.encode("utf-8", "backslashreplace").decode("utf-8")
        with transaction(self._db):
            self._db.execute(
                "UPDATE scans SET state = ?, message = ?, report = ?, beat_at = ? WHERE id = ?",
                [state.value, text, report and json.dumps(asdict(report)), time.time(), job_id],
            )

    def request_stop(self, job_id: int) -> None:
        """Ask a running job to stop; it does so within a second or two."""
        with transaction(self._db):
            self._db.execute("UPDATE scans SET stop_requested = 1 WHERE id = ?", [job_id])

    def seconds_a_video(self) -> float | None:
        """Return how long a scan takes for a video, told from the newest one that looked at enough of them.

        Videos that the scan only had to recognise, and its way through the folders, do not count.

        Returns:
            Seconds, a little too many rather than too few, for times are stored to the second; None where
            none of the newest scans with much to do looked at ten videos, or others looked at them since.
        """
        scans = self._db.execute(
            """
            SELECT started_at, beat_at FROM scans
            WHERE kind = ? AND state IN (?, ?) AND done >= ? ORDER BY id DESC LIMIT ?
            """,
            [
                JobKind.SCAN.value,
                JobState.DONE.value,
                JobState.STOPPED.value,
                _ENOUGH_VIDEOS,
                _LOOKED_THROUGH,
            ],
        ).fetchall()
        for began_s, ended_s in scans:
            videos, first, last = self._db.execute(
                "SELECT count(*), min(analysed_at), max(analysed_at) FROM videos "
                "WHERE analysed_at BETWEEN ? AND ?",
                [time_text(began_s), time_text(ended_s)],
            ).fetchone()
            if videos >= _ENOUGH_VIDEOS:
                took: timedelta = datetime.fromisoformat(last) - datetime.fromisoformat(first)
                return (took.total_seconds() + 1) / int(videos)
        return None

    def newest(self, now: float | None = None) -> Job | None:
        """Return the job that runs, else the one that was started last.

        Args:
            now: in seconds since 1970, by default the present.
        """
        now = time.time() if now is None else now
        row = self._db.execute(
            """
            SELECT id, kind, folders, state, stop_requested, to_do, done, failed, message, beat_at, report
            FROM scans ORDER BY state = 'running' AND beat_at >= ? DESC, id DESC LIMIT 1
            """,
            [now - DIED_AFTER_S],
        ).fetchone()
        return None if row is None else _job(row, now)


def _job(row: tuple[Any, ...], now: float) -> Job:
    id_, kind, folders, state, stop, to_do, done, failed, message, beat_at, report = row
    current = JobState(state)
    if current is JobState.RUNNING and now - beat_at > DIED_AFTER_S:
        current = JobState.DIED
    return Job(
        id=id_,
        kind=JobKind(kind),
        folders=tuple(json.loads(folders)),
        state=current,
        stop_requested=bool(stop),
        to_do=to_do,
        done=done,
        failed=failed,
        message=message,
        finished=current is not JobState.RUNNING,
        silent_s=now - beat_at,
        report=None if report is None else _report(json.loads(report)),
    )


def _report(values: dict[str, Any]) -> RetagReport:
    changes = tuple(
        RetagChange(
            change["title"],
            tuple(change["added"]),
            tuple(change["removed"]),
            tuple(change.get("maybes_added", ())),
            tuple(change.get("maybes_removed", ())),
        )
        for change in values["changes"]
    )
    return RetagReport(**values | {"changes": changes})
