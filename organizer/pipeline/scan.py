"""Bring the library up to date with folders."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from organizer.errors import BundleError
from organizer.frames.readers.sampling import Sampling
from organizer.library import Library
from organizer.library.fingerprint import fingerprint
from organizer.pipeline.decoding.decoders import StartDecoders, start_decoders
from organizer.pipeline.decoding.worker_count import default_workers
from organizer.pipeline.file_work import FileWork, Replaced
from organizer.pipeline.fingerprints import Fingerprint
from organizer.pipeline.listing import absent_roots, areas_of, list_jobs, without_done
from organizer.pipeline.looking_cost import looking_cost
from organizer.pipeline.progress import (
    AtHand,
    LeftBehind,
    ModelUnusable,
    NewForModel,
    Rejoined,
    RootOffline,
    ScanEvent,
    Stored,
    Undecided,
    Vanished,
)
from organizer.pipeline.retrying import known_areas, list_known
from organizer.pipeline.usable_model import UsableModel
from organizer.stopping import StoppedError, check

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence

    from organizer.frames.readers.reader import FrameReader
    from organizer.pipeline.decoding.decoders import Decoders
    from organizer.pipeline.listing import Area, FileJob
    from organizer.tags.tagger import Tagger


@dataclass(frozen=True, slots=True)
class FileAccess:
    """How a scan gets at files: from disk, decoded in processes; another way for tests and other programs."""

    fingerprint: Fingerprint = fingerprint
    start_decoders: StartDecoders = start_decoders


def scan(
    library: Library,
    model: Tagger | UsableModel,
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
    access: FileAccess | None = None,
    at_hand: AtHand | None = None,
) -> Generator[ScanEvent, None, None]:
    """Find new, changed, moved and vanished videos below folders and store what they show.

    Every file is one transaction, so the generator may be closed at any point: the next scan goes on from
    there. Unchanged files cost one ``stat``. A file that cannot be used is stored with its reason and tried
    again only when it changes. Originals are only ever read.

    A script that gives this a reader which is defined in the script itself, with ``isolated``, calls it below
    ``if __name__ == "__main__":``: workers import the script for it.

    Args:
        library: the library.
        model: scores and tags with the bundle to use; a ``UsableModel`` may have another in its place. What
            takes another's place looks at new and changed files only, whatever model saw the others.
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
        access: how files are told apart and decoded, where that is not the usual way.
        at_hand: is told which file is looked at, for whoever shows the scan.

    Yields:
        A ``RootOffline`` for each root to scan that is absent, one ``Listed``, perhaps a ``ModelUnusable``,
        a ``NewForModel`` where other models saw videos that this one did not, a ``Stored`` for each file
        that is not known unchanged, in the order they are done, among them a
        ``WorkersEvent`` for what happens to the computers that look, and at the end a
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
    access = access or FileAccess()
    model = model if isinstance(model, UsableModel) else UsableModel(model)
    library.contents.follow_zone()
    known = retry_failed or again
    areas = known_areas(library, folders, failed=retry_failed) if known else areas_of(library, folders)
    absent = absent_roots(library)
    for path in dict.fromkeys(area.root.path for area in areas if area.root.id in absent):
        yield RootOffline(path)
    present = [area for area in areas if area.root.id not in absent]
    list_files = list_known if known else partial(list_jobs, exclude=exclude)
    listing = list_files(library, present, model.tagger.bundle.space_id, stop=stop)
    listed = listing.found
    jobs: Sequence[FileJob] = listing.jobs
    if only is not None:
        jobs = [job for job in jobs if job.file.path in only]
        listed = replace(listed, to_do=len(jobs))
    yield listed
    if jobs:
        # Before anything is decoded, for its pictures have a size of their own.
        model = model.loaded()
    tagger, unusable = model.tagger, model.unusable
    spaces = [tagger.bundle.space_id]
    if again and unusable is not None:
        raise BundleError(f"{unusable} Videos are looked at again only with the model they were tagged with.")
    if unusable is not None:
        spaces += [space for space in library.features.spaces() if space not in spaces]
        for space in spaces if not known else ():
            jobs = without_done(library, jobs, space)
        yield ModelUnusable(unusable, len(jobs))
    if again_ids := {job.known.video_id for job in jobs if job.known is not None and job.is_new_for_model}:
        yield NewForModel(tagger.bundle.id, looking_cost(library, tagger.bundle, len(again_ids)))
    stored: Sequence[int] = ()
    replaced: Sequence[Replaced] = ()
    if jobs:
        workers = workers or default_workers()
        decoders = access.start_decoders(
            reader, tagger.bundle, workers=workers, files=len(jobs), isolated=isolated
        )
        with closing(decoders):
            work = FileWork(
                library,
                tagger,
                decoders,
                access.fingerprint,
                vanished=listing.vanished - listing.cloud_only,
                away=listing.cloud_only,
                stop=stop or Event(),
                spaces=spaces,
                at_hand=at_hand,
            )
            yield from _outcomes(work, decoders, jobs)
            stored, replaced = work.stored, work.replaced
    check(stop)
    missing: list[str] = []
    for walked in listing.walked:
        missing += library.places.forget_vanished(walked.root, walked.vanished)
    rejoined = yield from _follow_recordings(library, stored, replaced, present, stop=stop)
    for area in present:
        if not area.below and not known:
            library.roots.finish(area.root)
    yield Vanished(
        tuple(path for path in missing if path not in rejoined), library.recordings.count_stranded()
    )


def _outcomes(
    work: FileWork, decoders: Decoders, jobs: Sequence[FileJob]
) -> Generator[ScanEvent, None, None]:
    done = 0
    for outcome in work.outcomes(jobs):
        yield from decoders.news()
        if outcome is not None:
            done += 1
            yield Stored(outcome, done, len(jobs))
    yield from decoders.news()


def _follow_recordings(
    library: Library,
    stored: Sequence[int],
    replaced: Sequence[Replaced],
    areas: Sequence[Area],
    *,
    stop: Event | None,
) -> Generator[ScanEvent, None, set[str]]:
    """Let decisions follow recordings to new videos, and say where they did not; return the paths they left.

    Args:
        library: the library.
        stored: the new videos.
        replaced: as of ``FileWork``.
        areas: what was scanned.
        stop: looked at between two comparisons.

    Raises:
        StoppedError: ``stop`` was set.
    """
    left = {
        one.old_id: one.path for one in replaced if library.recordings.is_left_behind(one.old_id, one.new_id)
    }
    roots = [area.root for area in areas]
    try:
        adopted, alike = library.recordings.follow(stored, roots, overwritten=left, stop=stop)
    except StoppedError:
        # The next scan compares the missing videos, but does not know any more what was overwritten.
        yield from (LeftBehind(old, path) for old, path in left.items())
        raise
    yield from (Rejoined(one) for one in adopted)
    yield from (Undecided(one) for one in alike)
    moved = {one.old_id for one in adopted}
    yield from (LeftBehind(old, path) for old, path in left.items() if old not in moved)
    return {one.old_path for one in adopted}
