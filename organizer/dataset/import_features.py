"""Bring features from files into a library: what it knows stays, and no video is decoded."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from organizer.dataset.description import read_description
from organizer.dataset.rows import info_of
from organizer.dataset.shard_files import complete_shards, read_records_of, shard_name
from organizer.errors import DatasetError
from organizer.library.changes import Analysis
from organizer.library.fingerprint import fingerprint
from organizer.models.catalogue import bundle_of_space
from organizer.pipeline.analyse import tagging, taught_tags
from organizer.stopping import check
from organizer.tags.tagger import Tagger
from organizer.types import VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path
    from threading import Event

    from organizer.dataset.description import Description
    from organizer.dataset.rows import Record, VideoRow
    from organizer.library import Library
    from organizer.library.changes import Tagging
    from organizer.library.records import KnownContent, Root
    from organizer.models.bundle import Bundle
    from organizer.path_maps import PathMap
    from organizer.teaching.taught_tags import TaughtTags
    from organizer.types import VideoFile


class Outcome(Enum):
    """What became of a record."""

    KNOWN = "known"
    """The library has features of this content."""
    FEATURES = "features"
    """It knew the content and has features of this model now."""
    NEW = "new"
    """It did not know the content."""
    LEFT_OUT = "left out"
    """Its path means something else here; the reason says what."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One record was looked at."""

    path: str
    """Absolute, as it is here."""
    outcome: Outcome
    reason: str = ""
    """Why it was left out, no full stop at the end."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to bring in; always the first event."""

    records: int
    damaged: tuple[str, ...]
    """Names of shards that are left out, for they are not complete."""


def import_features(
    library: Library,
    folder: Path,
    maps: Sequence[PathMap] = (),
    *,
    bundle: Bundle | None = None,
    stop: Event | None = None,
) -> Generator[Found | Imported, None, None]:
    """Bring the features of a folder into a library.

    Where a video's file is here, its content is compared first. Where it is not, size and fingerprint beside
    the features tell which content they are of, and the video counts as missing, or as offline where its
    whole folder is not here. Scores and tags are what the model makes of the features now; decisions are not
    brought. A video that the library knows gets what is missing and keeps all else.

    Args:
        library: the library.
        folder: what ``make_features`` wrote.
        maps: what lay in which folder there lies in which one here; as for a merge, they may lie below or
            above the folders that were looked through.
        bundle: the model; None finds an installed one of the same feature space.
        stop: looked at between two records.

    Raises:
        DatasetError: the folder is no such folder, or cannot be read, or no model here is of its space.
        BundleError: the model has no classifier, or is damaged.
        StoppedError: ``stop`` was set; what was brought stays.
        LibraryError: the library cannot be written.
        PathMapError: a map's path is not absolute.
    """
    description = read_description(folder)
    if description is None:
        raise DatasetError(
            f"{folder}: there are no features here that organizer wrote. Name the DIR of: organizer features"
        )
    tagger = Tagger(bundle or _model_of(description))
    tagger.load()
    shards = list(complete_shards(folder))
    yield Found(
        sum(report.records for _, report in shards if report is not None),
        tuple(shard_name(number) for number, report in shards if report is None),
    )
    work = _Import(library, tagger, maps)
    for number, report in shards:
        if report is not None:
            yield from work.bring(read_records_of(folder, number, description), stop)


class _Import:
    def __init__(self, library: Library, tagger: Tagger, maps: Sequence[PathMap]) -> None:
        self._library = library
        self._tagger = tagger
        self._maps = maps
        self._taught: TaughtTags | None = None
        """Read anew for each shard: somebody may be teaching meanwhile."""

    def bring(self, records: Sequence[Record], stop: Event | None) -> Generator[Imported, None, None]:
        space_id = self._tagger.bundle.space_id
        known = self._library.known_contents([record.row.id for record in records], space_id)
        # Of the roots there, each once and in their order.
        roots = dict.fromkeys(record.row.file.root for record in records)
        place_map = self._library.merges.place_map(roots, self._maps)
        self._taught = taught_tags(self._library, self._tagger.bundle)
        for record in records:
            check(stop)
            there = record.row.file
            place = place_map.place(there.root, there.relative_path)
            here = replace(there, root=place.root, relative_path=place.relative_path)
            yield self._bring_one(record, known.get(record.row.id), here, place.path)

    def _bring_one(self, record: Record, known: KnownContent | None, here: VideoFile, path: str) -> Imported:
        """Bring a record, of whose file size and date are those of there."""
        if known is not None and known.features is not None:
            return Imported(path, Outcome.KNOWN)
        features = VideoFeatures(self._tagger.bundle.space_id, record.features)
        if known is not None:
            # Another model's scores are newer than these, or the person's choice; a retag changes them.
            scored = None if known.bundle is not None else self._tagging(features)
            self._library.contents.add_features(known.video_id, features, scored)
            return Imported(path, Outcome.FEATURES)
        return self._store(record.row, here, path, features)

    def _store(self, row: VideoRow, here: VideoFile, path: str, features: VideoFeatures) -> Imported:
        try:
            info = info_of(row)
            there = os.stat(path)
        except ValueError as error:
            return Imported(path, Outcome.LEFT_OUT, f"what is said of it is damaged ({error})")
        except (FileNotFoundError, NotADirectoryError):
            there = None
        except OSError as error:
            return Imported(path, Outcome.LEFT_OUT, f"it cannot be looked at ({error.strerror or error})")
        if there is not None:
            try:
                same = fingerprint(path, there.st_size) == row.id
            except OSError as error:
                return Imported(path, Outcome.LEFT_OUT, f"it cannot be opened ({error.strerror or error})")
            if not same:
                return Imported(path, Outcome.LEFT_OUT, "another file lies there here")
        root = self._root(here.root)
        if there is not None:
            here = replace(here, size_bytes=there.st_size, mtime_ns=there.st_mtime_ns)
        elif self._library.places.known(root, here.relative_path, features.space_id) is not None:
            return Imported(path, Outcome.LEFT_OUT, "the library knows another video there")
        self._library.contents.store(
            root,
            here,
            row.id,
            Analysis(
                info,
                features,
                None,
                self._tagging(features),
                metadata_digest=row.facts.metadata_digest,
                sampled=self._tagger.bundle.sampled,
            ),
        )
        if there is None:
            if os.path.isdir(root.path):
                self._library.places.forget_vanished(root, [here.relative_path])
            else:
                self._library.roots.set_offline(root, True)
        return Imported(path, Outcome.NEW)

    def _root(self, path: str) -> Root:
        known = (root for root in self._library.roots.all() if root.path == path)
        return next(known, None) or self._library.roots.add(path)

    def _tagging(self, features: VideoFeatures) -> Tagging:
        return tagging(self._tagger, features, self._tagger.score([features])[0], self._taught)


def _model_of(description: Description) -> Bundle:
    """Return an installed model of the same feature space: the one in use, if it is.

    Raises:
        DatasetError: there is none.
    """
    bundle = bundle_of_space(description.space_id)
    if bundle is None:
        raise DatasetError(
            f"These features are of {description.model} {description.version}, and no model here makes such. "
            "Install that version, or write the features again: organizer features"
        )
    return bundle
