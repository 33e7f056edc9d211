"""Keeps a job's row in the library up to date, so that the gallery can show and stop the job."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.errors import LibraryError, OrganizerError, OutputClosedError
from organizer.frames.limits import FILE_WAIT_S
from organizer.library import Library
from organizer.library.jobs import JobKind, JobNow, JobState
from organizer.library.retag_report import RetagReport
from organizer.memory import TOO_LITTLE_MEMORY, lacks_memory
from organizer.pipeline.pace import Pace
from organizer.pipeline.progress import AtHand, OutcomeKind
from organizer.pipeline.scan_summary import ScanSummary
from organizer.stopping import StoppedError, Wishes
from organizer.text import lite_meanwhile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from organizer.pipeline.progress import ScanEvent

BEAT_S = 1.0
"""Seconds between two looks at the row."""
STUCK_AFTER_S = FILE_WAIT_S + 60.0
"""Seconds without a file done: every one in work should have been done, or given up, in that time."""


class JobRecord:
    """The numbers of a running job; the job's thread writes them, the beating thread reads them."""

    def __init__(self) -> None:
        self.to_do: int | None = None
        self.done = 0
        self.failed = 0
        self.fresh = 0
        self.at_hand = AtHand()
        self.message: str | None = None
        self.report: RetagReport | None = None
        """What tagging again did so far."""
        self._moved_s = time.monotonic()
        self._done_then = 0
        self._pace = Pace()

    def now(self, wishes: Wishes | None = None) -> JobNow:
        """Return what it does at the moment, and note for how long it did not stand still.

        Args:
            wishes: whether it does; None where it cannot.
        """
        paused = wishes is not None and wishes.waits
        if paused:
            self._moved_s = time.monotonic()
        waited_s = 0.0 if wishes is None else wishes.waited_s()
        self._pace.look(time.monotonic() - waited_s, self.done, self.to_do)
        return JobNow(self.at_hand.path, None if paused else self._pace.left_s(), self.fresh, paused)

    def stuck(self, now_s: float | None = None) -> str | None:
        """Return a sentence when no file was done for longer than any may take, None otherwise.

        While folders are walked there is nothing to tell by, for some hold a million files.

        Args:
            now_s: of ``time.monotonic``, by default the present.
        """
        now_s = time.monotonic() if now_s is None else now_s
        if self.done != self._done_then:
            self._done_then, self._moved_s = self.done, now_s
        silent_s = now_s - self._moved_s
        if not self.to_do or self.done >= self.to_do or silent_s <= STUCK_AFTER_S:
            return None
        return (
            f"The scan is stuck: no file was done for {silent_s / 60:.0f} minutes. "
            "Look whether the disk answers; stop it and scan again, it goes on from there."
        )

    def following(
        self, events: Iterator[ScanEvent], summary: ScanSummary | None = None
    ) -> Iterator[ScanEvent]:
        """Yield the events of a scan, each added to a summary, whose numbers go into the row."""
        summary = summary or ScanSummary()
        for event in events:
            self._moved_s = time.monotonic()
            summary.add(event)
            self.fresh = summary.kinds[OutcomeKind.NEW]
            self.to_do, self.done, self.failed = summary.to_do, summary.done, len(summary.failures)
            if summary.unusable_model is not None:
                self.message = lite_meanwhile(summary.unusable_model)
            yield event


@contextmanager
def recorded(
    library: Path,
    folders: Sequence[str],
    stop: threading.Event,
    kind: JobKind = JobKind.SCAN,
    *,
    alone: bool = False,
) -> Iterator[JobRecord]:
    """Record a job for the length of a block; set ``stop`` when another process asks for its end.

    Where ``stop`` is of the class ``Wishes``, other processes can ask the job to wait, and to go on.

    Args:
        library: the library's file.
        folders: the folders of a scan.
        stop: is set when the page asks for the end.
        kind: what the job does.
        alone: whether it is refused while another job of this library runs.

    Raises:
        LibraryError: the library cannot be written.
        JobRunningError: another job runs.
    """
    with Library.open(library) as opened:
        job_id = opened.jobs.begin(folders, kind, alone=alone)
    record, ended = JobRecord(), threading.Event()
    beating = threading.Thread(target=_beat, args=(library, job_id, record, stop, ended), daemon=True)
    beating.start()
    state, message = JobState.FAILED, None
    try:
        yield record
        state, message = JobState.DONE, record.message
    except (StoppedError, KeyboardInterrupt, OutputClosedError):
        state = JobState.STOPPED
        raise
    except OrganizerError as error:
        message = str(error)
        raise
    except Exception as error:
        message = (
            f"{TOO_LITTLE_MEMORY}."
            if lacks_memory(error)
            else f"Something unexpected happened ({type(error).__name__})."
        )
        raise
    finally:
        ended.set()
        beating.join()
        with Library.open(library) as opened:
            opened.jobs.beat(
                job_id, to_do=record.to_do, done=record.done, failed=record.failed, now=record.now()
            )
            opened.jobs.finish(job_id, state, message, record.report)


def _beat(
    library: Path, job_id: int, record: JobRecord, stop: threading.Event, ended: threading.Event
) -> None:
    wishes = stop if isinstance(stop, Wishes) else None
    while not ended.wait(BEAT_S):
        try:
            with Library.open(library, create=False) as opened:
                asked = opened.jobs.beat(
                    job_id,
                    to_do=record.to_do,
                    done=record.done,
                    failed=record.failed,
                    message=record.stuck(),
                    now=record.now(wishes),
                )
                paused = wishes is not None and opened.jobs.asked_to_pause(job_id)
        except (LibraryError, MemoryError):
            # The job itself finds out and says so.
            continue
        if asked:
            stop.set()
        if wishes is not None:
            (wishes.pause.set if paused else wishes.pause.clear)()
