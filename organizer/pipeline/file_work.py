"""From files that are new or changed to what the library stores of them."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from organizer.errors import NotNowError, VideoError
from organizer.frames.decode import Decoded, FileChangedError
from organizer.frames.probe import probe
from organizer.library import Library
from organizer.library.changes import Analysis, Placed
from organizer.pipeline.analyse import Looked, analyse, is_a_batch, taught_tags
from organizer.pipeline.fingerprints import with_fingerprints
from organizer.pipeline.listing import FileJob, is_gone
from organizer.pipeline.progress import AtHand, FileOutcome, OutcomeKind
from organizer.pipeline.refresh import changed_facts, is_better_dated
from organizer.stopping import check
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from threading import Event

    from organizer.library.records import Facts
    from organizer.pipeline.decoding.decoders import Decoders
    from organizer.pipeline.fingerprints import Fingerprint
    from organizer.tags.tagger import Tagger

_LOOK_AT_STOP_S = 0.1
_KIND_OF = {
    Placed.MOVED: OutcomeKind.MOVED,
    Placed.COPY: OutcomeKind.COPY,
    # Another scan that runs at the same time stored it after this one had listed it.
    Placed.HERE: OutcomeKind.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class Replaced:
    """A video in whose place another was found."""

    old_id: int
    new_id: int
    path: str
    """Absolute path of the place."""


class FileWork:
    """Takes jobs through fingerprint, decoding, networks and library; only this thread writes."""

    def __init__(
        self,
        library: Library,
        tagger: Tagger,
        decoders: Decoders,
        fingerprint: Fingerprint,
        *,
        vanished: set[str],
        away: set[str],
        stop: Event,
        spaces: Sequence[str],
        at_hand: AtHand | None = None,
    ) -> None:
        """Prepare for some jobs.

        Args:
            library: the library.
            tagger: the model.
            decoders: where videos are decoded; closed by the caller.
            fingerprint: tells files apart by their content.
            vanished: absolute paths of known files that the walk did not meet.
            away: absolute paths of files that lie only in a cloud, which may show under another name or not
                at all.
            stop: looked at between two files.
            spaces: content with features of any of these feature spaces is known and not decoded.
            at_hand: is told which file is looked at.
        """
        self._library = library
        self._tagger = tagger
        self._decoders = decoders
        self._fingerprint = fingerprint
        self._vanished = vanished
        self._away = away
        self._stop = stop
        self._spaces = spaces
        self._at_hand = at_hand or AtHand()
        self.stored: list[int] = []
        """The videos that were not known before, or not readable, and were stored so far."""
        self._replaced: dict[int, Replaced] = {}
        """By the old video's id."""

    @property
    def replaced(self) -> Sequence[Replaced]:
        """Return the videos in whose place another was found so far, each with the last one found."""
        return list(self._replaced.values())

    def outcomes(self, jobs: Sequence[FileJob]) -> Iterator[FileOutcome | None]:
        """Yield what became of each job, and None now and then while nothing is done.

        At any time the decoders have no more jobs than they want.
        """
        running: dict[Future[Decoded | Looked], FileJob] = {}
        finished: list[tuple[FileJob, Future[Decoded | Looked]]] = []
        held: deque[FileJob] = deque()
        with closing(self._identified(jobs)) as identified:
            while True:
                check(self._stop)
                started = 0
                wanted = self._decoders.room
                under_way = {job.fingerprint for job in [*running.values(), *(job for job, _ in finished)]}
                startable = self._startable(identified, held, under_way, most_held=wanted)
                for job in islice(startable, max(0, wanted - len(running))):
                    started += 1
                    if job.error is not None or job.video_id is not None:
                        yield self._finish_undecoded(job)
                    else:
                        running[self._decoders.submit(job.file, job.fingerprint)] = job
                        under_way.add(job.fingerprint)
                if not started and not running and not finished:
                    return
                # Known files may have left room: then the next ones are started at once.
                room = started and len(running) < wanted
                wait(running, timeout=0 if room else _LOOK_AT_STOP_S, return_when=FIRST_COMPLETED)
                in_work = (job.file.path for future, job in running.items() if not future.done())
                self._at_hand.path = next(in_work, self._at_hand.path)
                finished += [(running.pop(future), future) for future in list(running) if future.done()]
                if is_a_batch([future for _, future in finished], self._tagger.bundle) or not running:
                    yield from self._finish_decoded(finished)
                    finished.clear()
                yield None

    def _identified(self, jobs: Sequence[FileJob]) -> Generator[FileJob, None, None]:
        """Yield the jobs with fingerprints, and the videos that are known by them."""
        with closing(with_fingerprints(jobs, self._fingerprint)) as ahead:
            for job in ahead:
                yield self._looked_up(job)

    def _startable(
        self, identified: Iterator[FileJob], held: deque[FileJob], under_way: set[str], *, most_held: int
    ) -> Iterator[FileJob]:
        """Yield jobs whose content nobody looks at now: of two copies, the second waits for the first.

        Args:
            identified: jobs with fingerprints.
            held: those that wait.
            under_way: fingerprints of what is being looked at, and not stored yet.
            most_held: no more jobs are taken while so many wait.
        """
        for _ in range(len(held)):
            job = held.popleft()
            if job.fingerprint in under_way:
                held.append(job)
            else:
                yield self._looked_up(job)
        while len(held) < most_held and (new := next(identified, None)) is not None:
            if new.error is None and new.video_id is None and new.fingerprint in under_way:
                held.append(new)
            else:
                yield new

    def _looked_up(self, job: FileJob) -> FileJob:
        """Return a job with the video that is known by its fingerprint."""
        if job.error is not None or (job.again and job.is_as_known):
            return job
        return replace(job, video_id=self._find_video(job.fingerprint))

    def _finish_undecoded(self, job: FileJob) -> FileOutcome:
        """Store a file whose content is known or cannot be read at all."""
        if job.video_id is not None:
            return self._finish_known(job, job.video_id)
        error = job.error
        assert error is not None
        if isinstance(error, FileNotFoundError):
            return FileOutcome(job.file.path, OutcomeKind.FAILED, "it disappeared during the scan")
        reason = f"it cannot be opened ({error.strerror or error})"
        self._store_failure(job, reason)
        return FileOutcome(job.file.path, OutcomeKind.FAILED, reason)

    def _finish_known(self, job: FileJob, video_id: int) -> FileOutcome:
        before = self._library.contents.facts(video_id)
        placed = self._library.contents.place(job.root, job.file, video_id, self._exists)
        self._note_replaced(job, video_id)
        is_news = _is_news(before.metadata_digest, job.metadata_digest, written_to=job.is_as_known)
        if is_news:
            self._store_facts(job, video_id, before, is_copy=self._library.contents.has_copies(video_id))
        changes = changed_facts(before, self._library.contents.facts(video_id))
        if job.is_as_known:
            kind = OutcomeKind.UPDATED if is_news and changes else OutcomeKind.UNCHANGED
        else:
            kind = _KIND_OF[placed]
        return FileOutcome(job.file.path, kind, changes=changes)

    def _store_facts(self, job: FileJob, video_id: int, before: Facts, *, is_copy: bool) -> None:
        """Store what a known video's file says in its header, which somebody changed; nothing is decoded."""
        try:
            info = probe(job.file.path, mtime_ns=job.file.mtime_ns)
        except NotNowError:
            if job.known is not None:
                self._library.places.look_again(job.known.id)
            return
        except VideoError:
            # Its pictures are known all the same.
            return
        # Of two files with the same pictures, one that tells when they were taken is the better one.
        if is_copy and not is_better_dated(info.taken_at.source, before.taken_source):
            return
        self._library.contents.store_facts(
            job.root,
            job.file,
            video_id,
            info,
            fingerprint=job.fingerprint,
            metadata_digest=job.metadata_digest,
        )

    def _finish_decoded(
        self, finished: list[tuple[FileJob, Future[Decoded | Looked]]]
    ) -> Iterator[FileOutcome]:
        """Store what came out of the decoders, the sound videos together through the networks."""
        decoded: dict[int, Decoded | Looked] = {}
        errors: dict[int, VideoError] = {}
        for index, (_, future) in enumerate(finished):
            try:
                decoded[index] = future.result()
            except VideoError as error:
                errors[index] = error
        # Read anew for each batch: somebody may be teaching while this runs.
        taught = taught_tags(self._library, self._tagger.bundle)
        analyses = dict(zip(decoded, analyse(list(decoded.values()), self._tagger, taught), strict=True))
        for index, (job, _) in enumerate(finished):
            check(self._stop)
            if index in analyses:
                outcome = self._finish_analysed(job, analyses[index])
                video = decoded[index]
                yield replace(outcome, where=video.where) if isinstance(video, Looked) else outcome
                continue
            failure = errors[index]
            # What may be read the next time is not stored: it must be tried again whatever its date says.
            reason = failure.reason
            if not isinstance(failure, NotNowError):
                self._store_failure(job, reason)
            elif not isinstance(failure, FileChangedError):
                reason += "; the next scan tries it again"
            yield FileOutcome(job.file.path, OutcomeKind.FAILED, reason)

    def _finish_analysed(self, job: FileJob, analysis: Analysis) -> FileOutcome:
        # Looked up again: a copy of the same content may have been stored since this one was submitted.
        video_id = self._find_video(job.fingerprint)
        if video_id is not None and not (job.again and job.is_as_known):
            return self._finish_known(job, video_id)
        analysis = replace(analysis, metadata_digest=job.metadata_digest)
        video_id = self._library.contents.store(job.root, job.file, job.fingerprint, analysis)
        if job.known is None or job.known.failed or not job.is_as_known:
            self.stored.append(video_id)
        self._note_replaced(job, video_id)
        # As stored, for a person may have decided otherwise than the model suggests.
        suggested = [tag for tag in self._library.contents.tags(video_id) if tag.tier is not None]
        tags = tuple(tag.name for tag in suggested if tag.state is not TagState.REJECTED and not tag.is_maybe)
        maybes = tuple(tag.name for tag in suggested if tag.is_maybe)
        kind = OutcomeKind.CHANGED if job.known else OutcomeKind.NEW
        if job.is_as_known and job.known is not None and not job.known.failed:
            kind = OutcomeKind.LOOKED_AT_AGAIN
        return FileOutcome(job.file.path, kind, tags=tags, maybes=maybes)

    def _store_failure(self, job: FileJob, reason: str) -> None:
        """Store that a file is broken, unless that would hide a video that was read before.

        A file that could not even be opened may hold what it always held; and content that was once read does
        not break. Such a file is tried again at the next scan, for its place in the library is as it was.
        """
        known = job.known
        if known is None or known.failed or (job.error is None and known.fingerprint != job.fingerprint):
            self._note_replaced(
                job, self._library.contents.store_failure(job.root, job.file, job.fingerprint, reason)
            )

    def _note_replaced(self, job: FileJob, video_id: int) -> None:
        if job.known is not None and job.known.video_id != video_id:
            old_id = job.known.video_id
            self._replaced[old_id] = Replaced(old_id, video_id, job.file.path)

    def _find_video(self, digest: str) -> int | None:
        found = (self._library.contents.find(digest, space) for space in self._spaces)
        return next((video_id for video_id in found if video_id is not None), None)

    def _exists(self, path: str) -> bool:
        return path in self._away or (path not in self._vanished and not is_gone(path))


def _is_news(stored: str | None, found: str, *, written_to: bool) -> bool:
    """Whether a header says other things than when it was last looked at.

    Of a library of before nobody knows what it said: then a file is looked at that was written to.
    """
    return written_to if stored is None else stored != found
