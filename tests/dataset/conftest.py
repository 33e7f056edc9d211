from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from organizer.dataset.description import (
    DatasetFormat,
    LabelsOf,
    describe,
    read_description,
)
from organizer.dataset.make_features import AllWritten, Compared, Wanted, Written, make_features
from organizer.dataset.plan import ShardWork
from organizer.dataset.rows import Record, VideoRow
from organizer.dataset.runner import FileDone
from organizer.dataset.shard_files import (
    ShardReport,
    complete_shards,
    read_records_of,
    read_rows,
)
from organizer.dataset.write_shard import ShardTools, shard_steps
from organizer.library import Library
from organizer.models.bundle import Bundle
from organizer.pipeline.decoding.decoders import ThreadDecoders
from organizer.types import LABELS
from tests.fakes import CountingReader, colour_bundle, show_labels


class Runner:
    """Writes shards in this process, in threads, and remembers what it was given; each is pickled before."""

    def __init__(self, bundle: Bundle, reader: CountingReader, stop: threading.Event) -> None:
        self.bundle, self.reader, self.stop = bundle, reader, stop
        self.works: list[ShardWork] = []

    def start(self, how, bundle, *, workers, files, isolated):
        return ThreadDecoders(self.reader, bundle.input_spec, workers=workers)

    def tools(self, work: ShardWork) -> ShardTools:
        return ShardTools(work.description, work.sampling, bundle=self.bundle, workers=2, start=self.start)

    def run(self, shards: Iterable[ShardWork], folder: Path) -> Iterator[ShardReport | FileDone]:
        for shard in shards:
            work = pickle.loads(pickle.dumps(shard))
            self.works.append(work)
            with self.tools(work) as tools:
                yield (yield from shard_steps(work, folder, tools, stop=self.stop))


@dataclass
class Run:
    """The events of one run, sorted."""

    compared: Compared | None = None
    written: list[ShardReport] = field(default_factory=list)
    files: int = 0
    all: AllWritten | None = None

    @property
    def failed(self) -> dict[str, str]:
        """Reasons by file name."""
        return {os.path.basename(one.path): one.reason for one in self.all.failed}


class World:
    """A folder of videos, a folder for their features, and a model that sees colours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.videos, self.target = folder / "videos", folder / "features"
        self.videos.mkdir()
        self.bundle = colour_bundle()
        self.reader = CountingReader()
        self.stop = threading.Event()
        self.runner = Runner(self.bundle, self.reader, self.stop)
        self.library: Library | None = None

    def show(self, name: str, *labels: str, title: str | None = None) -> Path:
        return show_labels(self.videos / name, *labels, title=title)

    def run(
        self, *, runner=None, format_=DatasetFormat.YT8M, labels_of=LabelsOf.DECISIONS, **settings
    ) -> Run:
        settings.setdefault("shard_videos", 2)
        own = () if self.library is None else self.library.confirmed_tags()
        wanted = Wanted(
            settings.pop("folders", (str(self.videos),)),
            describe(settings.pop("bundle", self.bundle), format_, (*LABELS, *own), labels_of),
            **settings,
        )
        self.reader.paths.clear()
        self.runner.works.clear()
        run = Run()
        for event in make_features(
            self.target, wanted, runner or self.runner, library=self.library, stop=self.stop
        ):
            match event:
                case Compared():
                    run.compared = event
                case Written(report, shards):
                    run.written.append(report)
                    assert shards == len(run.written)
                case AllWritten():
                    run.all = event
                case FileDone():
                    run.files += 1
        assert run.compared is not None and run.all is not None
        # A runner may tell of no files.
        assert run.files in {0, run.compared.to_do}
        return run

    @property
    def decoded(self) -> list[str]:
        """Names of the files that the last run decoded."""
        return sorted(os.path.basename(path) for path in self.reader.paths)

    def records(self) -> dict[str, Record]:
        """All records by file name; fails where one is there twice."""
        found: dict[str, Record] = {}
        ids = set()
        for number, report in complete_shards(self.target):
            assert report is not None
            records = read_records_of(self.target, number, read_description(self.target))
            assert len(records) == report.records
            for record in records:
                name = os.path.basename(record.row.file.path)
                assert record.row.id not in ids
                ids.add(record.row.id)
                found[name] = record
        return found

    def rows(self) -> dict[str, VideoRow]:
        """All rows by file name."""
        return {
            os.path.basename(row.file.path): row
            for number, _ in complete_shards(self.target)
            for row in read_rows(self.target, number, read_description(self.target))
        }

    def files(self) -> dict[str, bytes]:
        """Content of all files of shards, and of what describes them."""
        return {
            file.name: file.read_bytes() for file in self.target.iterdir() if not file.name.startswith(".")
        }


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path.resolve())
    yield world
    if world.library is not None:
        world.library.close()
