"""Write one shard: from files to features, table and manifest. Needs no database and no other shard."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from organizer.dataset.description import DatasetFormat, LabelsOf
from organizer.dataset.frame_records import Context, frame_record
from organizer.dataset.parquet import parquet_file
from organizer.dataset.rows import VideoRow, facts_of
from organizer.dataset.safe_file import write_file
from organizer.dataset.shard_files import (
    ENDING,
    MANIFEST,
    TABLE,
    FailedFile,
    ShardReport,
    manifest_bytes,
    remove_other_manifest,
    shard_name,
)
from organizer.dataset.table import csv_table
from organizer.dataset.tfrecords import framed, load_crc32c
from organizer.errors import FeatureSpaceError, NotNowError, VideoError
from organizer.models.catalogue import open_bundle
from organizer.models.checksums import sha256_of_bytes
from organizer.models.safe_write import RESUME, storage_errors
from organizer.pipeline.analyse import features_of, is_a_batch
from organizer.pipeline.decoding.decoders import start_decoders
from organizer.pipeline.decoding.worker_count import default_workers
from organizer.stopping import check
from organizer.tags.tagger import Tagger
from organizer.types import Tier, VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path
    from threading import Event

    from organizer.dataset.description import Description
    from organizer.dataset.plan import ShardWork, VideoToWrite
    from organizer.frames.decode import Decoded
    from organizer.frames.readers.sampling import Sampling
    from organizer.library.records import Facts
    from organizer.models.bundle import Bundle
    from organizer.pipeline.analyse import Looked
    from organizer.pipeline.decoding.decoders import Decoders, StartDecoders
    from organizer.types import VideoFile

_LOOK_AT_STOP_S = 0.1
_ANY_NUMBER = 1 << 20
"""Files that decoders may get before they are closed; nobody knows how many come."""


@dataclass(frozen=True, slots=True)
class FileDone:
    """One more file was looked at, in whichever shard."""


class ShardTools:
    """A model and decoders for any number of shards of one description; a context manager.

    Both are made when the first picture is needed: a shard whose features all lie in a library needs neither.
    """

    def __init__(
        self,
        description: Description,
        sampling: Sampling,
        *,
        bundle: Bundle | None = None,
        workers: int | None = None,
        isolated: bool = True,
        start: StartDecoders = start_decoders,
        here: Callable[[VideoFile], VideoFile] = lambda file: file,
    ) -> None:
        """Prepare.

        Args:
            description: of the features to make.
            sampling: how pictures are decoded.
            bundle: the model; None opens the installed one of the description's name.
            workers: files decoded at the same time; None takes as many as processors and memory carry.
            isolated: whether each decoder is a process of its own.
            start: makes the decoders.
            here: where a file lies on this computer, which may see it at another path than whoever listed
                it. Rows and reports name it as it was listed.
        """
        self._description = description
        self._sampling = sampling
        self._bundle = bundle
        self._isolated = isolated
        self._start = start
        self.here = here
        self.workers = workers or default_workers()
        self._decoders: Decoders | None = None

    @cached_property
    def bundle(self) -> Bundle:
        """The model.

        Raises:
            BundleError: it is not installed.
            FeatureSpaceError: it is here, but makes other features, or gives tags in another version.
        """
        wanted = self._description
        bundle = self._bundle or open_bundle(wanted.model)
        # Two classifiers of one space give different tags.
        if bundle.space_id != wanted.space_id or wanted.gave not in {None, bundle.id}:
            raise FeatureSpaceError(
                f"{bundle.id} of the space {bundle.space_id} is installed here, and wanted is {wanted.model} "
                f"{wanted.version} of the space {wanted.space_id}. Install that version: organizer models"
            )
        return bundle

    @cached_property
    def tagger(self) -> Tagger:
        """The model's classifier."""
        return Tagger(self.bundle)

    @property
    def decoders(self) -> Decoders:
        """What decodes, started when it is first asked for."""
        if self._decoders is None:
            self._decoders = self._start(
                self._sampling,
                self.bundle,
                workers=self.workers,
                files=_ANY_NUMBER,
                isolated=self._isolated,
            )
        return self._decoders

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End what decodes."""
        if self._decoders is not None:
            self._decoders.close()
            self._decoders = None


def write_shard(work: ShardWork, folder: Path, tools: ShardTools | None = None) -> ShardReport:
    """Write a shard, whole or not at all, and say what became of each of its files.

    It can be called in any process on any machine that sees the files and the folder. Called again for the
    same work, by whomever, it writes the same bytes over what is there.

    Args:
        work: what to write.
        folder: where; it must be there.
        tools: for several shards; None makes some for this one.

    Raises:
        BundleError: the model is not installed, damaged, or another one.
        MissingDependencyError: what the format or the model needs is not installed.
        ScanError: no process to decode in can be started.
        StorageError: the folder cannot be written.
    """
    steps = shard_steps(work, folder, tools)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            report: ShardReport = ended.value
            return report


def shard_steps(
    work: ShardWork, folder: Path, tools: ShardTools | None = None, *, stop: Event | None = None
) -> Generator[FileDone, None, ShardReport]:
    """Write a shard as ``write_shard`` does, and tell of each file that is done.

    Args:
        work: what to write.
        folder: where; it must be there.
        tools: for several shards; None makes some for this one.
        stop: looked at between two files.

    Raises:
        StoppedError: ``stop`` was set; nothing was written. Else as for ``write_shard``.
    """
    own = ShardTools(work.description, work.sampling)
    # Tools of one's own end with the shard; those of others are for more of them.
    with own if tools is None else nullcontext(tools) as used:
        made = _Made(work, used, stop)
        yield from made.take()
    name = shard_name(work.number)
    with storage_errors(folder / name, RESUME):
        # Before anything else changes: a manifest must not stand beside files that it was not made for. That
        # of the same work may: another writer is about to be overwritten with the same bytes.
        remove_other_manifest(folder, work.number, work.digest)
    files = made.files(name)
    for file, content in files.items():
        write_file(folder / file, content)
    report = made.report({file: sha256_of_bytes(content) for file, content in files.items()})
    write_file(folder / f"{name}{MANIFEST}", manifest_bytes(report))
    return report


class _Made:
    """What came of a shard's files so far, in memory."""

    def __init__(self, work: ShardWork, tools: ShardTools, stop: Event | None) -> None:
        self._work = work
        self._tools = tools
        self._stop = stop
        self._rows: dict[str, VideoRow] = {}
        self._features: dict[str, VideoFeatures] = {}
        self._failed = list(work.unreadable)

    def take(self) -> Generator[FileDone, None, None]:
        """Take all videos through decoders and networks, those that a library has excepted."""
        to_decode = []
        for video in self._work.videos:
            if video.stored is None:
                to_decode.append(video)
            else:
                self._add(video, video.stored.features, video.stored.facts)
        for _ in range(self._work.size - len(to_decode)):
            yield FileDone()
        if to_decode:
            with closing(self._decoded(to_decode)) as batches:
                for batch in batches:
                    self._finish(batch)
                    yield from (FileDone() for _ in batch)
        # In the order of the work, whatever was ready first.
        rows = [self._rows[video.id] for video in self._work.videos if video.id in self._rows]
        if self._work.description.labels_of is LabelsOf.GIVEN and rows:
            rows = self._with_given_tags(rows)
        self._rows = {row.id: row for row in rows}
        order = {video.file.path: at for at, video in enumerate(self._work.videos)}
        self._failed.sort(key=lambda failed: order.get(failed.path, -1))

    def files(self, name: str) -> dict[str, bytes]:
        """Return the content of the shard's files by name."""
        description = self._work.description
        rows = [*self._rows.values(), *(VideoRow(one.id, one.file, copy=True) for one in self._work.copies)]
        quantised = {id_: self._features[id_].quantised for id_ in self._rows}
        file = f"{name}{ENDING[description.format]}"
        if description.format is DatasetFormat.PARQUET:
            return {file: parquet_file(description, rows, quantised)}
        crc32c = load_crc32c()
        records = (
            frame_record(
                Context(row.id.encode(), description.numbers(row.labels), description.numbers(row.rejected)),
                quantised[row.id],
            )
            for row in self._rows.values()
        )
        content = b"".join(framed(record, crc32c) for record in records)
        return {file: content, f"{name}{TABLE}": csv_table(rows)}

    def report(self, files: dict[str, str]) -> ShardReport:
        """Return what became of the shard."""
        rows = self._rows.values()
        return ShardReport(
            number=self._work.number,
            digest=self._work.digest,
            files=files,
            records=len(rows),
            copies=len(self._work.copies),
            stored=sum(row.stored for row in rows),
            seconds=sum(len(row.seconds) for row in rows),
            failed=tuple(self._failed),
            labels=dict(Counter(name for row in rows for name in row.labels)),
        )

    def _decoded(
        self, videos: Sequence[VideoToWrite]
    ) -> Generator[list[tuple[VideoToWrite, Future[Decoded | Looked]]], None, None]:
        """Yield videos that are decoded, enough together for full batches of the network."""
        decoders = self._tools.decoders
        waiting = iter(videos)
        running: dict[Future[Decoded | Looked], VideoToWrite] = {}
        finished: list[tuple[VideoToWrite, Future[Decoded | Looked]]] = []
        try:
            while True:
                check(self._stop)
                while len(running) < decoders.room and (video := next(waiting, None)) is not None:
                    running[decoders.submit(self._tools.here(video.file))] = video
                if not running and not finished:
                    return
                wait(running, timeout=_LOOK_AT_STOP_S, return_when=FIRST_COMPLETED)
                finished += [(running.pop(one), one) for one in list(running) if one.done()]
                if is_a_batch([future for _, future in finished], self._tools.bundle) or not running:
                    yield finished
                    finished = []
        finally:
            for future in running:
                future.cancel()

    def _finish(self, batch: Sequence[tuple[VideoToWrite, Future[Decoded | Looked]]]) -> None:
        decoded: list[tuple[VideoToWrite, Decoded | Looked]] = []
        for video, future in batch:
            try:
                decoded.append((video, future.result()))
            except VideoError as error:
                file = video.file
                again = isinstance(error, NotNowError)
                self._failed.append(
                    FailedFile(file.path, file.size_bytes, file.mtime_ns, error.reason, again)
                )
        check(self._stop)
        made = features_of([one for _, one in decoded], self._tools.bundle)
        for (video, one), features in zip(decoded, made, strict=True):
            self._add(video, features, facts_of(one.info, video.metadata_digest))

    def _add(self, video: VideoToWrite, features: VideoFeatures, facts: Facts) -> None:
        self._features[video.id] = features
        self._rows[video.id] = VideoRow(
            video.id,
            video.file,
            stored=video.stored is not None,
            # The k-th second that is looked at, for every row is of one.
            seconds=self._work.description.seconds[: len(features.quantised)],
            confirmed=video.confirmed,
            rejected=video.rejected,
            facts=facts,
        )

    def _with_given_tags(self, rows: Sequence[VideoRow]) -> list[VideoRow]:
        tagger = self._tools.tagger
        scores = tagger.score([self._features[row.id] for row in rows])
        return [
            replace(row, given=tuple(tag.name for tag in tagger.suggest(score) if tag.tier is Tier.GIVEN))
            for row, score in zip(rows, scores, strict=True)
        ]
