"""Merge other libraries into this one, a batch of videos at a time: each batch is one transaction.

Nothing is noted of how far a merge came: one that is begun again finds what is here already and goes on.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.library.actions import StepKind
from organizer.library.changes import MergeCounts, MergeProgress
from organizer.library.database.columns import now_text
from organizer.library.database.transaction import transaction
from organizer.library.deciding import steps
from organizer.library.merging import contents, decisions, marks, staging
from organizer.library.merging.other import attached
from organizer.library.merging.paths import PlaceMap
from organizer.library.merging.undo import undo_last
from organizer.library.writing.places import Roots
from organizer.path_maps import absolute
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from threading import Event

    from sqlite_utils import Database

    from organizer.library.changes import MergeUndone
    from organizer.path_maps import PathMap

BATCH = 1000
"""Videos of a transaction: half a second, for which a person's decision may have to wait."""
_BREATH_S = 0.05
"""Between two transactions, so that others get to write."""
_CACHE_KB = 128_000
_CHECKPOINT_PAGES = 8000


class Merges:
    """Merges of other libraries into this one."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path

    def merge(
        self,
        others: Sequence[Path],
        maps: Sequence[PathMap] = (),
        *,
        dry_run: bool = False,
        stop: Event | None = None,
        batch: int = BATCH,
    ) -> Generator[MergeProgress, None, None]:
        """Bring what other libraries hold into this one; nothing is written to them.

        Videos are known by their content. A known one gets what it lacks; of facts, suggestions and decisions
        the newer holds, and what lies at a path here stays. Each batch of videos is one transaction, so a
        merge may be left at any point: begun again, it goes on from there.

        Args:
            others: the files of the other libraries, one after the other.
            maps: which of their folders lie elsewhere here.
            dry_run: whether to tell what would happen and write nothing. Each of several libraries is held
                against this one as it is now.
            stop: looked at between two batches.
            batch: videos of a step.

        Yields:
            For each library a first step, without videos, and one for each batch.

        Raises:
            PathMapError: a map's path is not absolute.
            LibraryError: another library is none, or cannot be read.
            LibraryTooNewError: a newer organizer wrote it.
            JobRunningError: a job writes to another library.
            StoppedError: ``stop`` was set; what was merged until then is stored.
        """
        sources = [os.path.abspath(other) for other in others]
        run = _Run(self._db, sources, dry_run=dry_run)
        before = {name: self._pragma(name) for name in ("cache_size", "wal_autocheckpoint")}
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        try:
            for other in others:
                if other.exists() and other.samefile(self._path):
                    yield MergeProgress(str(other), 0, 0, MergeCounts())
                    continue
                with attached(self._db, self._path, other):
                    yield from run.merge(str(other), maps, stop, batch)
            run.end()
        finally:
            for name, value in before.items():
                self._db.execute(f"PRAGMA {name} = {value}")

    def place_map(self, others: Iterable[str], maps: Sequence[PathMap] = ()) -> PlaceMap:
        """Return what maps places of elsewhere into roots of this library, as a merge maps them.

        Args:
            others: absolute paths of the roots there.
            maps: which of their folders lie elsewhere here.

        Raises:
            PathMapError: a map's path is not absolute.
        """
        return PlaceMap(Roots(self._db).all(), others, maps)

    def undo(self) -> MergeUndone | None:
        """Take back the decisions that the last merge brought; videos, files and suggestions stay.

        Returns:
            What became of them; None where there is no merge to undo.
        """
        return undo_last(self._db)

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def _looking(db: Database) -> Iterator[None]:
    """Run a block that reads the libraries as they are at its begin, and leaves nothing behind."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.rollback()


class _Run:
    """One merge of one or several libraries."""

    def __init__(self, db: Database, sources: Sequence[str], *, dry_run: bool) -> None:
        self._db, self._sources, self._dry_run = db, json.dumps(list(sources)), dry_run
        self._merge_id: int | None = None
        self._root_ids: dict[str, int] = {}
        self._new_roots: list[str] = []
        self._told: set[str] = set()

    def merge(
        self, other: str, maps: Sequence[PathMap], stop: Event | None, size: int
    ) -> Iterator[MergeProgress]:
        """Merge the library that is attached."""
        place_map = PlaceMap(Roots(self._db).all(), staging.other_roots(self._db), maps)
        (total,) = self._db.execute("SELECT count(*) FROM other.videos").fetchone()
        staging.make_tables(self._db)
        decisions.make_tables(self._db)
        marks.make_table(self._db)
        contents.add_functions(self._db)
        try:
            with self._transaction():
                # Again at each batch of a dry run, for that leaves nothing behind.
                staging.stage_tags(self._db, create=not self._dry_run)
                if not self._dry_run:
                    staging.store_saved_searches(self._db)
            yield MergeProgress(other, 0, total, MergeCounts(), unused_maps=place_map.unused)
            done = after = 0
            while True:
                check(stop)
                read = staging.read_batch(self._db, place_map, after, size)
                if read is None:
                    break
                step = self._step(read)
                done, after = done + read.videos, read.last
                yield replace(step, other=other, done=done, total=total)
                if not self._dry_run:
                    time.sleep(_BREATH_S)
        finally:
            self._db.rollback()
            staging.drop_tables(self._db)
            decisions.drop_tables(self._db)
            marks.drop_table(self._db)

    def end(self) -> None:
        """Note the end, and have all of it on the disk, for decisions came with it."""
        if not self._dry_run:
            with transaction(self._db, durable=True):
                # Also of one that stopped when there was nothing left but this.
                self._db.execute(
                    "UPDATE merges SET ended_at = ? WHERE ended_at IS NULL AND sources = ?",
                    [now_text(), self._sources],
                )
                if self._merge_id is not None:
                    step_id = decisions.step_of(self._db, self._merge_id)
                    steps.end(self._db, step_id, decisions.count_videos(self._db, step_id))

    def _step(self, batch: staging.Batch) -> MergeProgress:
        self._new_roots = []
        # Others may have added or dropped one since.
        self._root_ids = {}
        with self._transaction():
            if self._dry_run:
                staging.stage_tags(self._db, create=False)
            self._root_ids = {root.path: root.id for root in Roots(self._db).all()}
            staging.stage(self._db, batch, self._root_id)
            counts = contents.count_contents(self._db)
            counts.decisions, notes = decisions.weigh(self._db)
            new_marks = marks.weigh(self._db)
            counts.decisions += new_marks
            conflicts = decisions.conflicts(self._db)
            counts.conflicts = len(conflicts)
            clashes = tuple(absolute(*path) for path in staging.clashes(self._db))
            if not self._dry_run:
                if not counts.is_empty:
                    # Also without decisions: who takes the last merge back means this one.
                    self._id()
                self._db.execute("PRAGMA defer_foreign_keys = ON")
                contents.store_data(self._db)
                decisions.store_tags(self._db, self._id, notes=notes)
                marks.note_said(self._db)
                if new_marks:
                    merge_id = self._id()
                    marks.store(self._db, merge_id, decisions.step_of(self._db, merge_id))
                contents.store_videos(self._db)
        new_roots = tuple(path for path in self._new_roots if path not in self._told)
        self._told.update(new_roots)
        return MergeProgress("", 0, 0, counts, conflicts, new_roots, clashes)

    def _transaction(self) -> AbstractContextManager[None]:
        return _looking(self._db) if self._dry_run else transaction(self._db)

    def _root_id(self, path: str) -> int:
        if path not in self._root_ids:
            self._new_roots.append(path)
            self._root_ids[path] = (
                -len(self._new_roots)
                if self._dry_run
                else staging.add_root(self._db, path, offline=not os.path.isdir(path))
            )
        return self._root_ids[path]

    def _id(self) -> int:
        """Return the id of this merge; one of the same libraries that did not end goes on."""
        if self._merge_id is None:
            last = self._db.execute(
                "SELECT id, sources, ended_at IS NULL AND undone_at IS NULL FROM merges "
                "ORDER BY id DESC LIMIT 1"
            ).fetchone()
            if last is not None and last[1] == self._sources and last[2]:
                self._merge_id = int(last[0])
            else:
                self._merge_id = self._db.execute(
                    "INSERT INTO merges (sources, began_at) VALUES (?, ?)", [self._sources, now_text()]
                ).lastrowid
                steps.begin(
                    self._db,
                    StepKind.MERGE,
                    {"merge": self._merge_id, "sources": json.loads(self._sources)},
                )
        assert self._merge_id is not None
        return self._merge_id
