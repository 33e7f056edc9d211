"""Bring the library up to date with folders."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING

from organizer.errors import BundleError, MissingDependencyError, NotNowError, VideoError
from organizer.frames.decode import Decoded, FileChangedError
from organizer.frames.formats.metadata_digest import metadata_digest
from organizer.frames.probe import probe
from organizer.frames.readers.sampling import Sampling
from organizer.library.fingerprint import fingerprint, unreadable_fingerprint
from organizer.library.store import Placed
from organizer.pipeline.analyse import analyse
from organizer.pipeline.decoding.decoders import default_workers, start_decoders
from organizer.pipeline.listing import Job, absent_roots, areas_of, is_gone, list_jobs, without_done
from organizer.pipeline.look_ahead import look_ahead
from organizer.pipeline.progress import (
    FileOutcome,
    LeftBehind,
    ModelUnusable,
    OutcomeKind,
    Rejoined,
    RootOffline,
    ScanEvent,
    Stored,
    Undecided,
    Vanished,
)
from organizer.pipeline.refresh import changed_facts, is_better_dated
from organizer.pipeline.retrying import known_areas, list_known
from organizer.stopping import StoppedError, check
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping, Sequence

    from organizer.frames.readers.reader import FrameReader
    from organizer.library.records import Facts
    from organizer.library.store import Analysis, Store
    from organizer.pipeline.decoding.decoders import Decoders
    from organizer.pipeline.listing import Area
    from organizer.tags.tagger import Tagger

_FINGERPRINT_THREADS = 4
"""Waiting for a network drive, which answers several questions as quickly as one."""
_LOOK_AT_STOP_S = 0.1
_KIND_OF = {
    Placed.MOVED: OutcomeKind.MOVED,
    Placed.COPY: OutcomeKind.COPY,
    # Another scan that runs at the same time stored it after this one had listed it.
    Placed.HERE: OutcomeKind.UNCHANGED,
}
_FULL_BATCHES = 4
"""Pictures are collected until a network's batch is filled so often: the last, unfilled one counts less."""


def scan(
    store: Store,
    tagger: Tagger,
    reader: FrameReader | Sampling = Sampling.AUTO,
    folders: Sequence[str] = (),
    *,
    exclude: Sequence[str] = (),
    workers: int | None = None,
    isolated: bool = True,
    only: Collection[str] | None = None,
    retry_failed: bool = False,
    again: bool = False,
    stop: Event | None = None,
    fallback: Tagger | None = None,
    unusable: str | None = None,
) -> Generator[ScanEvent, None, None]:
    """Find new, changed, moved and vanished videos below folders and store what they show.

    Every file is one transaction, so the generator may be closed at any point: the next scan goes on from
    there. Unchanged files cost one ``stat``. A file that cannot be used is stored with its reason and tried
    again only when it changes. Originals are only ever read.

    A script that calls this with ``isolated`` does so below ``if __name__ == "__main__":``, as all that
    starts processes does.

    Args:
        store: the library.
        tagger: scores and tags with the bundle to use.
        reader: which frames are looked at, or a reader of one's own to decode them.
        folders: folders to scan; none means all folders ever scanned.
        exclude: globs of names or relative paths to leave alone, see ``Walk``.
        workers: files decoded at the same time; None takes as many as processors and memory carry.
        isolated: whether each worker is a process of its own, so that a codec that crashes takes one file
            with it and not the scan.
        only: absolute paths of the files to look at, where the folders hold others to be left as they are.
        retry_failed: whether to look, instead of at what is new or changed, at files that could not be read,
            changed or not. Then ``folders`` may be files too; none means all that failed.
        again: whether to look, instead, at files that were read before, changed or not: for what an older
            organizer read wrongly. ``folders`` as for ``retry_failed``. Decisions stay. What was looked at
            longest ago comes first, so one that stopped begins with the rest when it is begun anew.
        stop: to be set, by a signal or another thread, when the scan shall end after the step at hand.
        fallback: takes the place of ``tagger`` where its backbone or classifier cannot be run.
        unusable: why the model in use cannot even be opened, where ``tagger`` is in its place already. What
            takes another's place looks at new and changed files only, whatever model saw the others.

    Yields:
        A ``RootOffline`` for each root to scan that is absent, one ``Listed``, perhaps a ``ModelUnusable``,
        a ``Stored`` for each file that is not known unchanged, in the order they are done, and at the end a
        ``Rejoined`` for each video that is gone but lives on in a new file, an ``Undecided`` for each that
        may live on in several, a ``LeftBehind`` for each that was overwritten, and one ``Vanished``.

    Raises:
        StoppedError: ``stop`` was set.
        FolderError: a folder is missing and was never scanned, or is no folder. Nothing was scanned.
        BundleError: the model is missing or damaged, and there is no other.
        MissingDependencyError: what runs the model is not installed, and there is no other.
        LibraryError: the library cannot be written.
        ScanError: no process to decode in can be started.
    """
    store.follow_zone()
    known = retry_failed or again
    areas = known_areas(store, folders, failed=retry_failed) if known else areas_of(store, folders)
    absent = absent_roots(store)
    for path in dict.fromkeys(area.root.path for area in areas if area.root.id in absent):
        yield RootOffline(path)
    present = [area for area in areas if area.root.id not in absent]
    listing = list_known if known else partial(list_jobs, exclude=exclude)
    listed, jobs = listing(store, present, tagger.bundle.space_id, stop=stop)
    if only is not None:
        jobs = [job for job in jobs if job.file.path in only]
        listed = replace(listed, to_do=len(jobs))
    yield listed
    if jobs and fallback is not None and unusable is None:
        # Loaded before anything is decoded, for its pictures have a size of their own.
        try:
            _ = tagger.bundle.space
            tagger.load()
        except (BundleError, MissingDependencyError) as error:
            tagger, unusable = fallback, str(error)
    spaces = [tagger.bundle.space_id]
    if again and unusable is not None:
        raise BundleError(f"{unusable} Videos are looked at again only with the model they were tagged with.")
    if unusable is not None:
        spaces += [space for space in store.spaces() if space not in spaces]
        for space in spaces if not known else ():
            jobs = without_done(store, jobs, space)
        yield ModelUnusable(unusable, len(jobs))
    stored: Sequence[int] = ()
    replaced: Mapping[int, tuple[int, str]] = {}
    if jobs:
        vanished = {os.path.join(area.root.path, path) for area in present for path in area.vanished}
        away = {os.path.join(area.root.path, path) for area in present for path in area.cloud_only}
        workers = workers or default_workers()
        spec = tagger.bundle.input_spec
        decoders = start_decoders(reader, spec, workers=workers, files=len(jobs), isolated=isolated)
        with closing(decoders):
            work = _Work(
                store,
                tagger,
                decoders,
                vanished=vanished - away,
                away=away,
                stop=stop or Event(),
                spaces=spaces,
            )
            for done, outcome in enumerate(work.outcomes(jobs, in_flight=2 * workers), start=1):
                yield Stored(outcome, done, len(jobs))
            stored, replaced = work.stored, work.replaced
    check(stop)
    missing: list[str] = []
    for area in present:
        missing += store.forget_vanished(area.root, area.vanished)
    rejoined = yield from _follow_recordings(store, stored, replaced, present, stop=stop)
    for area in present:
        if not area.below and not known:
            store.finish_root(area.root)
    yield Vanished(tuple(path for path in missing if path not in rejoined), store.with_decisions())


def _follow_recordings(
    store: Store,
    stored: Sequence[int],
    replaced: Mapping[int, tuple[int, str]],
    areas: Sequence[Area],
    *,
    stop: Event | None,
) -> Generator[ScanEvent, None, set[str]]:
    """Let decisions follow recordings to new videos, and say where they did not; return the paths they left.

    stored: the new videos. replaced: as of ``_Work``. Raises StoppedError when ``stop`` is set.
    """
    left = {old: path for old, (new, path) in replaced.items() if store.is_left_behind(old, new)}
    roots = [area.root for area in areas]
    try:
        adopted, alike = store.adopt_recordings(stored, roots, overwritten=left, stop=stop)
    except StoppedError:
        # The next scan compares the missing videos, but does not know any more what was overwritten.
        yield from (LeftBehind(old, path) for old, path in left.items())
        raise
    yield from (Rejoined(one) for one in adopted)
    yield from (Undecided(one) for one in alike)
    moved = {one.old_id for one in adopted}
    yield from (LeftBehind(old, path) for old, path in left.items() if old not in moved)
    return {one.old_path for one in adopted}


class _Work:
    """Takes jobs through fingerprint, decoding, networks and library; only this thread writes."""

    def __init__(
        self,
        store: Store,
        tagger: Tagger,
        decoders: Decoders,
        *,
        vanished: set[str],
        away: set[str],
        stop: Event,
        spaces: Sequence[str],
    ) -> None:
        """Prepare for some jobs.

        vanished: known files that the walk did not meet. away: files that lie only in a cloud, which may show
        under another name or not at all. spaces: content with features of any of these is known and not
        decoded.
        """
        self._store = store
        self._tagger = tagger
        self._decoders = decoders
        self._vanished = vanished
        self._away = away
        self._stop = stop
        self._spaces = spaces
        self.stored: list[int] = []
        """The videos that were not known before, or not readable, and were stored so far."""
        self.replaced: dict[int, tuple[int, str]] = {}
        """Videos in whose place another was found, with that one and its absolute path."""

    def outcomes(self, jobs: list[Job], *, in_flight: int) -> Iterator[FileOutcome]:
        """Yield what became of each job; at most ``in_flight`` are with the decoders at any time."""
        flying: dict[Future[Decoded], Job] = {}
        landed: list[tuple[Job, Future[Decoded]]] = []
        with closing(self._identified(jobs)) as identified:
            while True:
                check(self._stop)
                taken = 0
                for job in islice(identified, in_flight - len(flying)):
                    taken += 1
                    if job.error is not None or job.video_id is not None:
                        yield self._finish_undecoded(job)
                    else:
                        flying[self._decoders.submit(job.file)] = job
                if not taken and not flying and not landed:
                    return
                # Known files may have left room: then the next ones are taken at once.
                room = taken and len(flying) < in_flight
                wait(flying, timeout=0 if room else _LOOK_AT_STOP_S, return_when=FIRST_COMPLETED)
                landed += [(flying.pop(future), future) for future in list(flying) if future.done()]
                if len(landed) >= self._videos_a_batch or not flying:
                    yield from self._finish_decoded(landed)
                    landed.clear()

    @cached_property
    def _videos_a_batch(self) -> int:
        """Return how many decoded videos to wait for before the network runs."""
        pictures = self._tagger.bundle.space.backbone.batch_size
        return 1 if pictures == 1 else -(-pictures * _FULL_BATCHES // MAX_SECONDS)

    def _identified(self, jobs: list[Job]) -> Generator[Job, None, None]:
        """Yield the jobs with fingerprints, and the videos that are known by them."""
        ahead = look_ahead(_with_fingerprint, jobs, workers=_FINGERPRINT_THREADS)
        with closing(ahead):
            for job, future in ahead:
                try:
                    read = future.result()
                except OSError as error:
                    yield replace(job, fingerprint=unreadable_fingerprint(job.file.path), error=error)
                else:
                    known = None if read.again and read.is_as_known else self._find_video(read.fingerprint)
                    yield replace(read, video_id=known)

    def _finish_undecoded(self, job: Job) -> FileOutcome:
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

    def _finish_known(self, job: Job, video_id: int) -> FileOutcome:
        before = self._store.facts(video_id)
        placed = self._store.place_video(job.root, job.file, video_id, self._exists)
        self._note_replaced(job, video_id)
        is_news = _is_news(before.metadata_digest, job.metadata_digest, written_to=job.is_as_known)
        if is_news:
            self._store_facts(job, video_id, before, is_copy=self._store.has_copies(video_id))
        changes = changed_facts(before, self._store.facts(video_id))
        if job.is_as_known:
            kind = OutcomeKind.UPDATED if is_news and changes else OutcomeKind.UNCHANGED
        else:
            kind = _KIND_OF[placed]
        return FileOutcome(job.file.path, kind, changes=changes)

    def _store_facts(self, job: Job, video_id: int, before: Facts, *, is_copy: bool) -> None:
        """Store what a known video's file says in its header, which somebody changed; nothing is decoded."""
        try:
            info = probe(job.file.path, mtime_ns=job.file.mtime_ns)
        except NotNowError:
            if job.known is not None:
                self._store.look_again(job.known.id)
            return
        except VideoError:
            # Its pictures are known all the same.
            return
        # Of two files with the same pictures, one that tells when they were taken is the better one.
        if is_copy and not is_better_dated(info.taken_at.source, before.taken_source):
            return
        self._store.store_facts(
            job.root,
            job.file,
            video_id,
            info,
            fingerprint=job.fingerprint,
            metadata_digest=job.metadata_digest,
        )

    def _finish_decoded(self, landed: list[tuple[Job, Future[Decoded]]]) -> Iterator[FileOutcome]:
        """Store what came out of the decoders, the sound videos together through the networks."""
        decoded: dict[int, Decoded] = {}
        errors: dict[int, VideoError] = {}
        for index, (_, future) in enumerate(landed):
            try:
                decoded[index] = future.result()
            except VideoError as error:
                errors[index] = error
        analyses = dict(zip(decoded, analyse(list(decoded.values()), self._tagger), strict=True))
        for index, (job, _) in enumerate(landed):
            check(self._stop)
            if index in analyses:
                yield self._finish_analysed(job, analyses[index])
                continue
            failure = errors[index]
            # What may be read the next time is not stored: it must be tried again whatever its date says.
            reason = failure.reason
            if not isinstance(failure, NotNowError):
                self._store_failure(job, reason)
            elif not isinstance(failure, FileChangedError):
                reason += "; the next scan tries it again"
            yield FileOutcome(job.file.path, OutcomeKind.FAILED, reason)

    def _finish_analysed(self, job: Job, analysis: Analysis) -> FileOutcome:
        # Looked up again: a copy of the same content may have been stored since this one was submitted.
        video_id = self._find_video(job.fingerprint)
        if video_id is not None and not (job.again and job.is_as_known):
            return self._finish_known(job, video_id)
        analysis = replace(analysis, metadata_digest=job.metadata_digest)
        video_id = self._store.store_video(job.root, job.file, job.fingerprint, analysis)
        if job.known is None or job.known.failed or not job.is_as_known:
            self.stored.append(video_id)
        self._note_replaced(job, video_id)
        tags = tuple(tag.name for tag in analysis.tagging.suggestions)
        return FileOutcome(job.file.path, OutcomeKind.CHANGED if job.known else OutcomeKind.NEW, tags=tags)

    def _store_failure(self, job: Job, reason: str) -> None:
        """Store that a file is broken, unless that would hide a video that was read before.

        A file that could not even be opened may hold what it always held; and content that was once read does
        not break. Such a file is tried again at the next scan, for its place in the library is as it was.
        """
        known = job.known
        if known is None or known.failed or (job.error is None and known.fingerprint != job.fingerprint):
            self._note_replaced(job, self._store.store_failure(job.root, job.file, job.fingerprint, reason))

    def _note_replaced(self, job: Job, video_id: int) -> None:
        if job.known is not None and job.known.video_id != video_id:
            self.replaced[job.known.video_id] = video_id, job.file.path

    def _find_video(self, digest: str) -> int | None:
        found = (self._store.find_video(digest, space) for space in self._spaces)
        return next((video_id for video_id in found if video_id is not None), None)

    def _exists(self, path: str) -> bool:
        return path in self._away or (path not in self._vanished and not is_gone(path))


def _with_fingerprint(job: Job) -> Job:
    """Read what tells a job's file from others. Raises OSError where it cannot be read."""
    path = job.file.path
    return replace(
        job, fingerprint=fingerprint(path, job.file.size_bytes), metadata_digest=metadata_digest(path)
    )


def _is_news(stored: str | None, found: str, *, written_to: bool) -> bool:
    """Whether a header says other things than when it was last looked at.

    Of a library of before nobody knows what it said: then a file is looked at that was written to.
    """
    return written_to if stored is None else stored != found
