"""What a running scan says of itself, for whoever shows it: another process reads and stops it here.

A scan writes its row every second. A row that still says ``running`` but was not written for a while belongs
to a process that died.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from organizer.library.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

DIED_AFTER_S = 45.0
"""How long a row may stay silent; a busy disk and a waiting writer take a part of it."""
_KEPT = 20


class ScanState(StrEnum):
    """How a scan stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    DIED = "died"
    """Its process ended without a word; never stored, it shows from the row's age."""


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One run of a scan."""

    id: int
    folders: tuple[str, ...]
    """Absolute paths; empty where all known folders are scanned."""
    state: ScanState
    stop_requested: bool
    to_do: int | None
    """Files to look at; None while folders are walked."""
    done: int
    failed: int
    message: str | None
    """Why it failed, or why a running one does not get on; a sentence."""
    finished: bool
    silent_s: float
    """Seconds since it last wrote its row; since its end, when it has finished."""


def begin(db: Database, folders: Sequence[str]) -> int:
    """Store that a scan starts and return its id; only the newest rows are kept."""
    now = time.time()
    with transaction(db):
        cursor = db.execute(
            "INSERT INTO scans (folders, state, started_at, beat_at) VALUES (?, 'running', ?, ?)",
            [json.dumps(list(folders)), now, now],
        )
        db.execute("DELETE FROM scans WHERE id <= ?", [(cursor.lastrowid or 0) - _KEPT])
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def beat(
    db: Database, scan_id: int, *, to_do: int | None, done: int, failed: int, message: str | None = None
) -> bool:
    """Store how far a scan is, and why it does not get on; return whether it was asked to stop."""
    with transaction(db):
        db.execute(
            "UPDATE scans SET beat_at = ?, to_do = ?, done = ?, failed = ?, message = ? WHERE id = ?",
            [time.time(), to_do, done, failed, message, scan_id],
        )
    row = db.execute("SELECT stop_requested FROM scans WHERE id = ?", [scan_id]).fetchone()
    return bool(row and row[0])


def finish(db: Database, scan_id: int, state: ScanState, message: str | None = None) -> None:
    """Store how a scan ended."""
    text = None if message is None else message.encode("utf-8", "backslashreplace").decode("utf-8")
    with transaction(db):
        db.execute(
            "UPDATE scans SET state = ?, message = ?, beat_at = ? WHERE id = ?",
            [state.value, text, time.time(), scan_id],
        )


def request_stop(db: Database, scan_id: int) -> None:
    """Ask a running scan to stop; it does so within a second or two."""
    with transaction(db):
        db.execute("UPDATE scans SET stop_requested = 1 WHERE id = ?", [scan_id])


def newest(db: Database, now: float | None = None) -> ScanRow | None:
    """Return the scan that was started last; ``now`` is in seconds since 1970, by default the present."""
    row = db.execute(
        """
        SELECT id, folders, state, stop_requested, to_do, done, failed, message, beat_at
        FROM scans ORDER BY id DESC LIMIT 1
        """
    ).fetchone()
    return None if row is None else _scan_row(row, time.time() if now is None else now)


def _scan_row(row: tuple[Any, ...], now: float) -> ScanRow:
    id_, folders, state, stop, to_do, done, failed, message, beat_at = row
    current = ScanState(state)
    if current is ScanState.RUNNING and now - beat_at > DIED_AFTER_S:
        current = ScanState.DIED
    return ScanRow(
        id=id_,
        folders=tuple(json.loads(folders)),
        state=current,
        stop_requested=bool(stop),
        to_do=to_do,
        done=done,
        failed=failed,
        message=message,
        finished=current is not ScanState.RUNNING,
        silent_s=now - beat_at,
    )
