"""Damaged shards: moved aside, each into a folder of its own, and deleted when its records are written again.

Their videos may lie in folders that nobody named this time, or be gone. So what can still be read of such a
shard stays, under ``features-00003.damaged``, where no reader of the folder takes it for one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from organizer.dataset.shard_files import (
    DamagedShardError,
    move_shard,
    read_manifest_of,
    read_rows,
    remove_shard,
    shard_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from organizer.dataset.description import Description
    from organizer.dataset.plan import ShardWork
    from organizer.dataset.shard_files import ShardReport

_FOLDER = re.compile(r"features-(\d{5,})\.damaged(-\d+)?")


def set_aside(folder: Path, number: int) -> None:
    """Move the files of a shard into a folder of their own, so that its number is free.

    Raises:
        OSError: one cannot be moved; begun again, it goes on.
    """
    names = (f"{shard_name(number)}.damaged" + (f"-{again}" if again else "") for again in count())
    aside = next(path for name in names if not (path := folder / name).exists())
    aside.mkdir()
    move_shard(folder, number, aside)


@dataclass(slots=True)
class _Aside:
    folder: Path
    number: int
    digest: str | None
    """Of its work; None where its manifest does not tell."""
    missing: set[bytes] | None
    """Ids of its records that no complete shard has; None where nobody knows its records."""
    written: bool = False


class DamagedShards:
    """The damaged shards of a folder, and which of their records are written again."""

    def __init__(self, folder: Path, description: Description) -> None:
        """Look what lies aside, also since a run of before.

        Raises:
            DatasetError: something cannot be read for now.
        """
        self._aside: list[_Aside] = []
        for path in sorted(folder.iterdir()):
            if (found := _FOLDER.fullmatch(path.name)) and path.is_dir():
                self._aside.append(_look(path, int(found[1]), description))
        self._planned: dict[int, tuple[str, dict[str, bytes]]] = {}

    def note_written(self, ids: Collection[bytes]) -> None:
        """Note which records complete shards have."""
        for one in self._aside:
            if one.missing is not None:
                one.missing.difference_update([id_ for id_ in one.missing if id_ in ids])

    def note_planned(self, work: ShardWork) -> None:
        """Note what a shard is to hold of what lies aside."""
        if self._aside:
            missing: set[bytes] = set().union(*(one.missing or () for one in self._aside))
            ids = ((video.file.path, bytes.fromhex(video.id)) for video in work.videos)
            self._planned[work.number] = (work.digest, {path: id_ for path, id_ in ids if id_ in missing})

    def note_report(self, report: ShardReport) -> None:
        """Note what became of a shard that was planned."""
        if report.number not in self._planned:
            return
        digest, ids = self._planned.pop(report.number)
        failed = {one.path for one in report.failed}
        self.note_written({id_ for path, id_ in ids.items() if path not in failed})
        for one in self._aside:
            # Of a video that cannot be read any more, what lies aside is all there is.
            one.written |= one.digest == digest and not failed

    def remove_written(self) -> Sequence[str]:
        """Delete what is written again, and return the names of the folders that stay.

        Raises:
            OSError: one cannot be deleted.
        """
        for one in self._aside:
            if one.written or (one.missing is not None and not one.missing):
                remove_shard(one.folder, one.number)
                with suppress(OSError):
                    # Unless a person put something there.
                    one.folder.rmdir()
                one.written = True
        return [one.folder.name for one in self._aside if not one.written]


def _look(aside: Path, number: int, description: Description) -> _Aside:
    report = read_manifest_of(aside, number)
    digest = None if report is None else report.digest
    try:
        ids = {bytes.fromhex(row.id) for row in read_rows(aside, number, description) if not row.copy}
    except DamagedShardError:
        return _Aside(aside, number, digest, None)
    # A table that was cut may have lost rows.
    known = report is None or len(ids) == report.records
    return _Aside(aside, number, digest, ids if known else None)
