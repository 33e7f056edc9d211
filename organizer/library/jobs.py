"""What a running job says of itself, for whoever shows it: another process reads and stops it here.

A job is a scan, a run of tagging again, a merge of other libraries, a search for doubles, or a move of
originals. It writes its row every second. A row that still says ``running`` but was not written for a while
belongs to a process that died.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from organizer.errors import JobRunningError
from organizer.library.database.columns import time_text
from organizer.library.database.transaction import transaction
from organizer.library.retag_report import report_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.library.retag_report import RetagReport

DIED_AFTER_S = 45.0
"""How long a row may stay silent; a busy disk and a waiting writer take a part of it."""
_QUIET_AFTER_S = 10.0
"""It is heard of each second; a busy library and a busy disk may make it some more."""
_KEPT = 20
_ENOUGH_VIDEOS = 10
"""To tell the speed of a scan by; fewer are looked at in seconds."""
_LOOKED_THROUGH = 3
"""Scans, to find one that tells the speed: each is a pass over all videos, 30 ms for 100,000."""


class JobKind(StrEnum):
    """What a job does."""

    SCAN = "scan"
    RETAG = "retag"
    PREVIEW = "preview"
    """Looks what tagging again would change, and changes nothing."""
    MERGE = "merge"
    DOUBLES = "doubles"
    """Looks for videos that show the same film."""
    MOVE = "move"
    """Moves originals away; no other job begins meanwhile."""
    MOVE_BACK = "move_back"
    """Moves them back, with nothing else meanwhile either."""


class JobState(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    DIED = "died"
    """Its process ended without a word; never stored, it shows from the row's age."""


@dataclass(frozen=True, slots=True)
class JobNow:
    """What a running job does at the moment."""

    current: str | None = None
    """Absolute path of the file at hand."""
    left_s: float | None = None
    """How long it still takes."""
    fresh: int = 0
    """Files done that were not known before."""
    paused: bool = False
    """Whether it waits."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a scan, of tagging again, or of a merge."""

    id: int
    kind: JobKind
    folders: tuple[str, ...]
    """Absolute paths; empty where all known folders are scanned."""
    state: JobState
    stop_requested: bool
    pause_requested: bool
    paused: bool
    """Whether it waits now; it does so within a second or two, when what is at hand is done."""
    to_do: int | None
    """Files to look at, or videos to tag; None while folders are walked."""
    done: int
    failed: int
    fresh: int
    """Files done that were not known before."""
    current: str | None
    """Absolute path of the file at hand, in printable characters; None between two, or when it is unknown."""
    left_s: float | None
    """How long it still takes, told from the last minutes; None where that is not known yet, or it waits."""
    message: str | None
    """Why it failed, or why a running one does not get on; a sentence."""
    finished: bool
    silent_s: float
    """Seconds since it last wrote its row; since its end, when it has finished."""
    report: RetagReport | None
    """What tagging again did; None while it runs, and for a scan."""


def busy_words(job: Job, then: str = "") -> str:
    """Return sentences: this job is in the way, and what to do about it.

    Args:
        job: it runs, or is paused.
        then: what can be done after its end, such as ``, then try again``.
    """
    running, paused = _IN_THE_WAY[job.kind]
    words = f"{running} Wait for its end or stop it{then}."
    if job.pause_requested:
        words = f"{paused} Let it go on or stop it{then}."
    return " ".join(filter(None, [words, quiet_words(job)]))


def quiet_words(job: Job) -> str:
    """Return a sentence where a job that should be heard of each second is not: it may have been killed."""
    if job.finished or job.silent_s < _QUIET_AFTER_S:
        return ""
    left_s = math.ceil(DIED_AFTER_S - job.silent_s)
    return (
        f"Nothing was heard of it for {job.silent_s:.0f} s: if it was killed, there is nothing to stop, and "
        f"another job can begin in {max(left_s, 1)} s."
    )


_IN_THE_WAY = {
    JobKind.SCAN: ("A scan of this library is running.", "A scan of this library is paused."),
    JobKind.RETAG: ("Videos of this library are being tagged again.", "Tagging again is paused."),
    JobKind.PREVIEW: (
        "It is being looked what tagging again would change.",
        "Looking what tagging again would change is paused.",
    ),
    JobKind.MERGE: ("Another library is being merged into this one.", "A merge into this library is paused."),
    JobKind.DOUBLES: ("Doubles are being looked for in this library.", "Looking for doubles is paused."),
    JobKind.MOVE: ("Files of this library are being moved.", "A move of files of this library is paused."),
    JobKind.MOVE_BACK: (
        "Files of this library are being moved back.",
        "A move of files of this library is paused.",
    ),
}
"""What is said of a job of each kind while it runs, and while it is paused."""
_MOVES = {JobKind.MOVE, JobKind.MOVE_BACK}


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
            JobRunningError: another job runs, and this one is to be alone, or that one moves originals.
        """
        now = time.time()
        with transaction(self._db):
            other = self.newest(now)
            if other is not None and not other.finished and (alone or other.kind in _MOVES):
                raise JobRunningError(busy_words(other, ", then try again"))
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
        self,
        job_id: int,
        *,
        to_do: int | None,
        done: int,
        failed: int,
        message: str | None = None,
        now: JobNow | None = None,
    ) -> bool:
        """Store how far a job is, and why it does not get on; return whether it was asked to stop.

        Args:
            job_id: the job.
            to_do: files to look at, or videos to tag; None while folders are walked.
            done: of them.
            failed: of them.
            message: a sentence.
            now: what it does at the moment; None where it does not say.
        """
        now = now or JobNow()
        with transaction(self._db):
            self._db.execute(
                """
                UPDATE scans SET beat_at = ?, to_do = ?, done = ?, failed = ?, message = ?,
                    current = ?, left_s = ?, fresh = ?, paused = ? WHERE id = ?
                """,
                [
                    *(time.time(), to_do, done, failed, message),
                    *(_printable(now.current), now.left_s, now.fresh, now.paused, job_id),
                ],
            )
        row = self._db.execute("SELECT stop_requested FROM scans WHERE id = ?", [job_id]).fetchone()
        return bool(row and row[0])

    def asked_to_pause(self, job_id: int) -> bool:
        """Whether a job shall wait until it is asked to go on."""
        row = self._db.execute("SELECT pause_requested FROM scans WHERE id = ?", [job_id]).fetchone()
        return bool(row and row[0])

    def finish(
        self,
        job_id: int,
        state: JobState,
        message: str | None = None,
        report: RetagReport | None = None,
    ) -> None:
        """Store how a job ended."""
        with transaction(self._db):
            self._db.execute(
                """
                UPDATE scans SET state = ?, message = ?, report = ?, beat_at = ?,
                    current = NULL, left_s = NULL, paused = 0 WHERE id = ?
                """,
                [
                    *(state.value, _printable(message), report and json.dumps(asdict(report))),
                    *(time.time(), job_id),
                ],
            )

    def request_stop(self, job_id: int) -> None:
        """Ask a running job to stop; it does so within a second or two."""
        with transaction(self._db):
            self._db.execute("UPDATE scans SET stop_requested = 1 WHERE id = ?", [job_id])

    def request_pause(self, job_id: int, paused: bool = True) -> None:
        """Ask a running job to wait, or to go on; it does so within a second or two."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE scans SET pause_requested = ? WHERE id = ? AND state = 'running'", [paused, job_id]
            )

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
            SELECT id, kind, folders, state, stop_requested, pause_requested, paused, to_do, done, failed,
                fresh, current, left_s, message, beat_at, report
            FROM scans ORDER BY state = 'running' AND beat_at >= ? DESC, id DESC LIMIT 1
            """,
            [now - DIED_AFTER_S],
        ).fetchone()
        return None if row is None else _job(row, now)


def _job(row: tuple[Any, ...], now: float) -> Job:
    id_, kind, folders, state, stop, pause, paused, to_do, done, failed, *rest = row
    fresh, current, left_s, message, beat_at, report = rest
    now_state = JobState(state)
    if now_state is JobState.RUNNING and now - beat_at > DIED_AFTER_S:
        now_state = JobState.DIED
    return Job(
        id=id_,
        kind=JobKind(kind),
        folders=tuple(json.loads(folders)),
        state=now_state,
        stop_requested=bool(stop),
        pause_requested=bool(pause),
        paused=bool(paused),
        to_do=to_do,
        done=done,
        failed=failed,
        fresh=fresh,
        current=current,
        left_s=left_s,
        message=message,
        finished=now_state is not JobState.RUNNING,
        silent_s=now - beat_at,
        report=None if report is None else report_of(json.loads(report)),
    )


def _printable(text: str | None) -> str | None:
    """Return a text that may quote a name which is no UTF-8 as one that is."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
