"""Files split into shards, each a unit of work that needs nothing but itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING

from organizer.dataset.shard_files import FailedFile, digest_of
from organizer.frames.formats.metadata_digest import metadata_digest
from organizer.library.fingerprint import fingerprint
from organizer.pipeline.fingerprints import look_ahead
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence
    from threading import Event

    from organizer.dataset.description import Description
    from organizer.frames.readers.sampling import Sampling
    from organizer.library import Library
    from organizer.library.records import Facts
    from organizer.types import VideoFeatures, VideoFile

SHARD_VIDEOS = 256
"""7 MB of ``lite``'s features, and at most a few minutes of work that a writer can lose."""
MOST_SHARD_VIDEOS = 4096
"""A shard is put together in memory."""
_THREADS = 4


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """What a library has of a video, so that nothing is decoded for it."""

    facts: Facts
    features: VideoFeatures


@dataclass(frozen=True, slots=True)
class VideoToWrite:
    """A file whose content has no record yet."""

    file: VideoFile
    id: str
    """Fingerprint of its content."""
    metadata_digest: str
    confirmed: tuple[str, ...] = ()
    """Tags that a person confirmed or added."""
    rejected: tuple[str, ...] = ()
    stored: StoredVideo | None = None


@dataclass(frozen=True, slots=True)
class CopyToNote:
    """A file whose content has its record, in this shard or another one."""

    file: VideoFile
    id: str


@dataclass(frozen=True, slots=True)
class ShardWork:
    """A shard to write, with all that it takes but the videos' files and the model; can be pickled."""

    number: int
    description: Description
    sampling: Sampling
    """How pictures are decoded."""
    videos: tuple[VideoToWrite, ...] = ()
    copies: tuple[CopyToNote, ...] = ()
    unreadable: tuple[FailedFile, ...] = ()
    """Files that could not even be opened."""

    @property
    def size(self) -> int:
        """How many files it is about."""
        return len(self.videos) + len(self.copies) + len(self.unreadable)

    @property
    def digest(self) -> str:
        """Tells this work from any other that has the same number."""
        return digest_of(self._parts())

    def _parts(self) -> Iterator[str]:
        yield f"{self.description.space_id} {self.description.format} {self.description.labels_of}"
        for kind in (self.videos, self.copies):
            for one in kind:
                yield f"{one.id} {one.file.path}"
        for failed in self.unreadable:
            yield failed.path


@dataclass(frozen=True, slots=True)
class _Identified:
    file: VideoFile
    id: str
    metadata_digest: str


@dataclass(frozen=True, slots=True)
class Planning:
    """How files are split."""

    description: Description
    sampling: Sampling
    shard_videos: int = SHARD_VIDEOS
    """Files of a shard, at most; only the last one has fewer."""


def plan_shards(
    planning: Planning,
    files: Sequence[VideoFile],
    *,
    seen: set[bytes] | None = None,
    numbers: Collection[int] = (),
    library: Library | None = None,
    stop: Event | None = None,
) -> Generator[ShardWork, None, None]:
    """Yield the shards of some files, in the files' order; each is made when it is asked for.

    The same files, records and numbers give the same shards. A content has one record, of its first file.

    Args:
        planning: how to split.
        files: what has no record yet, as far as size and date tell.
        seen: ids of records that complete shards have, 20 bytes each; those that are planned are added, for
            there may be millions and a copy would be another set of them.
        numbers: of complete shards, which are left alone.
        library: has features and decisions; None where there is none.
        stop: looked at between two files.

    Raises:
        StoppedError: ``stop`` was set.
    """
    seen = set() if seen is None else seen
    free = (number for number in count() if number not in numbers)
    identified = look_ahead(_identify, files, workers=_THREADS)
    try:
        while chunk := list(islice(identified, planning.shard_videos)):
            found: list[_Identified] = []
            copies: list[CopyToNote] = []
            unreadable: list[FailedFile] = []
            for file, future in chunk:
                check(stop)
                try:
                    one = future.result()
                except OSError as error:
                    unreadable.append(_unreadable(file, error))
                    continue
                # 20 bytes a video: there may be millions.
                digest = bytes.fromhex(one.id)
                if digest in seen:
                    copies.append(CopyToNote(file, one.id))
                else:
                    seen.add(digest)
                    found.append(one)
            yield ShardWork(
                next(free),
                planning.description,
                planning.sampling,
                _with_library(found, library, planning.description.space_id),
                tuple(copies),
                tuple(unreadable),
            )
    finally:
        identified.close()


def _identify(file: VideoFile) -> _Identified:
    return _Identified(file, fingerprint(file.path, file.size_bytes), metadata_digest(file.path))


def _with_library(
    found: Sequence[_Identified], library: Library | None, space_id: str
) -> tuple[VideoToWrite, ...]:
    known = {} if library is None else library.known_contents([one.id for one in found], space_id)
    videos = []
    for one in found:
        content = known.get(one.id)
        if content is None:
            videos.append(VideoToWrite(one.file, one.id, one.metadata_digest))
            continue
        stored = None if content.features is None else StoredVideo(content.facts, content.features)
        videos.append(
            VideoToWrite(one.file, one.id, one.metadata_digest, content.confirmed, content.rejected, stored)
        )
    return tuple(videos)


def _unreadable(file: VideoFile, error: OSError) -> FailedFile:
    return FailedFile(
        file.path,
        file.size_bytes,
        file.mtime_ns,
        f"it cannot be opened ({error.strerror or error})",
        again=True,
    )
