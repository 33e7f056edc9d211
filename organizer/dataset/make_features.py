"""Write the features of all videos in some folders: complete shards stay, the rest is planned and written."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from organizer.dataset.description import (
    DESCRIPTION,
    DatasetFormat,
    check_same,
    read_description,
    write_description,
)
from organizer.dataset.plan import SHARD_VIDEOS, Planning, plan_shards
from organizer.dataset.set_aside import DamagedShards, set_aside
from organizer.dataset.shard_files import (
    ENDING,
    MANIFEST,
    DamagedShardError,
    complete_shards,
    read_manifest,
    read_rows,
    remove_parts,
    remove_shard,
    shard_name,
    shard_numbers,
)
from organizer.dataset.write_shard import FileDone
from organizer.errors import DatasetError, FolderError
from organizer.frames.folders.walk import Walk
from organizer.frames.readers.sampling import Sampling
from organizer.models.safe_write import storage_errors
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path
    from threading import Event

    from organizer.dataset.description import Description
    from organizer.dataset.plan import ShardWork
    from organizer.dataset.rows import VideoRow
    from organizer.dataset.runner import ShardRunner
    from organizer.dataset.shard_files import FailedFile, ShardReport
    from organizer.library import Library
    from organizer.types import VideoFile

    _State = tuple[int, int]
    """Size in bytes and date in ns of a file."""

_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write."""

    folders: tuple[str, ...]
    """Whose videos."""
    description: Description
    """What to write of them; labels of before are kept in front."""
    exclude: tuple[str, ...] = ()
    """Globs of names or relative paths to leave alone, see ``Walk``."""
    sampling: Sampling = Sampling.AUTO
    shard_videos: int = SHARD_VIDEOS
    retry_failed: bool = False
    """Whether files are tried again that could not be read, changed or not."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What stands in the folder already, and what there is to do."""

    complete: int
    """Shards."""
    records: int
    """In these."""
    damaged: tuple[str, ...]
    """Names of shards that were left halfway, or damaged since: their videos are written anew."""
    videos: int
    """Files in the folders to look through."""
    to_do: int
    """Of these, files that have no record yet."""
    unreadable: tuple[str, ...]
    """Folders that could not be read."""


@dataclass(frozen=True, slots=True)
class Written:
    """A shard is complete."""

    report: ShardReport
    shards: int
    """How many were written so far."""


@dataclass(frozen=True, slots=True)
class AllWritten:
    """All that could be written is; always the last event."""

    shards: int
    """Complete ones in the folder, also of before."""
    records: int
    failed: tuple[FailedFile, ...]
    """Of the whole folder, also of before."""
    aside: tuple[str, ...] = ()
    """Folders with damaged shards, not all of whose records could be written again."""


@dataclass
class _Standing:
    """The complete shards of a folder."""

    reports: dict[int, ShardReport] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    ids: set[bytes] = field(default_factory=set)
    """Of all records; those that are planned are added."""
    done: dict[str, _State] = field(default_factory=dict)
    """The files that have a record, or whose content has one, by path."""
    failed: dict[str, FailedFile] = field(default_factory=dict)
    """The files that have none, by path."""


def make_features(
    folder: Path,
    wanted: Wanted,
    runner: ShardRunner,
    *,
    library: Library | None = None,
    stop: Event | None = None,
) -> Generator[Compared | FileDone | Written | AllWritten, None, None]:
    """Write features to a folder.

    The generator may be closed at any point, and the process be ended: the next call goes on from the shards
    that are complete. A file that changed gets another record; the old one stays.

    Args:
        folder: where; made when it is not there.
        wanted: what to write.
        runner: who writes the shards.
        library: whose features are taken, where it knows a file's content, and whose decisions are labels.
        stop: looked at between two files.

    Yields:
        One ``Compared``, a ``Written`` for each shard that is complete now, what the runner tells between
        them, and one ``AllWritten``.

    Raises:
        FolderError: a folder is missing or is none.
        DatasetError: the folder holds other features, another process writes to it, or a record is there
            twice in the end.
        StorageError: the folder cannot be written.
        StoppedError: ``stop`` was set.
        OrganizerError: what the runner raises.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        description = _prepare(folder, wanted)
        standing = _standing(folder, description, stop)
        with storage_errors(folder):
            damaged = DamagedShards(folder, description)
        damaged.note_written(standing.ids)
        videos, unreadable = _videos(wanted, stop)
        to_do: list[VideoFile] = []
        # What is said in the end is about the files as they are now.
        failed: dict[str, FailedFile] = {}
        for file in videos:
            if not _is_done(standing, file, wanted):
                to_do.append(file)
            elif file.path in standing.failed:
                failed[file.path] = standing.failed[file.path]
        yield Compared(
            len(standing.reports),
            len(standing.ids),
            tuple(standing.damaged),
            len(videos),
            len(to_do),
            unreadable,
        )
        # For millions of videos their memory is worth something.
        standing.done.clear()
        standing.failed.clear()
        del videos
        planned: dict[int, str] = {}
        shards = 0
        plan = plan_shards(
            Planning(description, wanted.sampling, wanted.shard_videos),
            to_do,
            seen=standing.ids,
            numbers=standing.reports.keys(),
            library=library,
            stop=stop,
        )
        with closing(plan), closing(runner.run(_noted(plan, planned, damaged), folder)) as events:
            for event in events:
                if isinstance(event, FileDone):
                    yield event
                    continue
                standing.reports[event.number] = event
                damaged.note_report(event)
                failed.update((one.path, one) for one in event.failed)
                shards += 1
                yield Written(event, shards)
        _check_written(folder, planned)
        with storage_errors(folder):
            aside = damaged.remove_written()
        reports = standing.reports.values()
        yield AllWritten(
            len(reports), sum(report.records for report in reports), tuple(failed.values()), tuple(aside)
        )


def _prepare(folder: Path, wanted: Wanted) -> Description:
    """Write what the folder holds, or hold it against what is wanted; return it with all labels."""
    before, description = read_description(folder), wanted.description
    if before is not None:
        check_same(folder, before, description)
        description = before.with_labels(description.labels)
    elif any(folder.glob(f"*{ENDING[DatasetFormat.YT8M]}")) or shard_numbers(folder):
        # Nobody knows of which model these are, and with a description they would pass for this one's.
        raise DatasetError(
            f"{folder}: it holds shards, and no {DESCRIPTION} that says of which model they are. Name "
            "another folder."
        )
    if description != before:
        write_description(folder, description)
    with storage_errors(folder):
        remove_parts(folder)
    return description


def _standing(folder: Path, description: Description, stop: Event | None) -> _Standing:
    """Look which shards are complete; others are moved aside, or deleted where they were left halfway.

    Raises:
        DatasetError: a file is there and cannot be read.
    """
    standing = _Standing()
    # The content of each with what stands for it; all else of a row is dropped.
    copies: list[tuple[bytes, tuple[str, _State]]] = []
    for number, found in complete_shards(folder):
        check(stop)
        report, rows = found, []
        try:
            rows = read_rows(folder, number, description) if found is not None else []
        except DamagedShardError:
            # What was written was read by nobody; its sum says no more.
            report = None
        ids = {bytes.fromhex(row.id) for row in rows if not row.copy}
        # A record that two writers wrote, of which one was thought to be dead, stays in the first shard.
        broken = report is None or not standing.ids.isdisjoint(ids)
        if broken:
            standing.damaged.append(shard_name(number))
        if report is None or broken or _says_nothing(report):
            halfway = not (folder / f"{shard_name(number)}{MANIFEST}").exists()
            with storage_errors(folder):
                # A shard that was never complete is nobody's only one; of another one its videos may be gone.
                (set_aside if broken and not halfway else remove_shard)(folder, number)
            continue
        standing.reports[number] = report
        standing.ids |= ids
        copies += [(bytes.fromhex(row.id), _state_of(row)) for row in rows if row.copy]
        standing.done.update(_state_of(row) for row in rows if not row.copy)
        standing.failed.update((failed.path, failed) for failed in report.failed)
    # A copy of what is in no shard any more, or could not be read, is a video like any other.
    standing.done.update(state for id_, state in copies if id_ in standing.ids)
    return standing


def _state_of(row: VideoRow) -> tuple[str, _State]:
    return row.file.path, (row.file.size_bytes, row.file.mtime_ns)


def _is_done(standing: _Standing, file: VideoFile, wanted: Wanted) -> bool:
    state = (file.size_bytes, file.mtime_ns)
    if standing.done.get(file.path) == state:
        standing.failed.pop(file.path, None)
        return True
    failed = standing.failed.get(file.path)
    if failed is None or failed.again or wanted.retry_failed:
        return False
    return (failed.size_bytes, failed.mtime_ns) == state


def _videos(wanted: Wanted, stop: Event | None) -> tuple[list[VideoFile], tuple[str, ...]]:
    """Return the videos below the folders, each once, and the folders that could not be read."""
    found: dict[str, VideoFile] = {}
    unreadable: list[str] = []
    for folder in wanted.folders:
        if not os.path.isdir(folder):
            raise FolderError(f"{folder}: it is not a folder that is there. Give a folder that holds videos.")
        walk = Walk(os.path.realpath(folder), exclude=wanted.exclude)
        for file in walk:
            check(stop)
            found.setdefault(file.path, file)
        unreadable += [os.path.join(walk.root, one) for one in walk.unreadable]
    return list(found.values()), tuple(unreadable)


def _noted(plan: Iterator[ShardWork], planned: dict[int, str], damaged: DamagedShards) -> Iterator[ShardWork]:
    for work in plan:
        planned[work.number] = work.digest
        damaged.note_planned(work)
        yield work


def _says_nothing(report: ShardReport) -> bool:
    """Whether a shard has nothing but files that are tried again anyway."""
    return not report.records and not report.copies and all(failed.again for failed in report.failed)


def _check_written(folder: Path, planned: Mapping[int, str]) -> None:
    """Look whether each shard that was planned is there as it was planned.

    Raises:
        DatasetError: one is not.
    """
    for number, digest in planned.items():
        file = folder / f"{shard_name(number)}{MANIFEST}"
        try:
            found = read_manifest(file).digest
        except (OSError, ValueError) as error:
            raise DatasetError(
                f"{file}: this shard was written and is not there. Run the command again."
            ) from error
        if found != digest:
            raise DatasetError(f"{file}: another process wrote this shard. Run the command again.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other commands from planning shards of the same folder.

    Raises:
        DatasetError: one does already.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK, timeout=0)
    with storage_errors(folder):
        try:
            lock.acquire()
        except Timeout as error:
            raise DatasetError(
                f"{folder}: another command writes features there. Wait for it, or name another folder."
            ) from error
    try:
        yield
    finally:
        lock.release()
