"""Download shards of YouTube-8M: chosen from the list, checked by MD5, resumed, from mirrors.

How a single file is downloaded is in ``organizer/models/download/fetch.py``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import DownloadError, TrainingDataError
from organizer.models.checksums import Checksum, ChecksumKind
from organizer.models.download.fetch import announced_size, fetch
from organizer.models.download.sources import Part
from organizer.models.safe_write import RESUME, check_free_space, storage_errors
from organizer.training.yt8m.record_formats import Level
from organizer.training.yt8m.sources import Yt8mSources, read_yt8m_sources
from organizer.training.yt8m.vocabulary import read_label_classes

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path
    from threading import Event

    from organizer.models.download.fetch import FetchProgress, Patience

VALIDATION = "validate"
SPLITS = ("train", VALIDATION)
VOCABULARY = "vocabulary.csv"
_LICENCE = "CC BY 4.0"
_ASKED_FOR_SIZE = 3
"""Shards that a server is asked the size of; the others are much alike."""
_MOST_FAILURES = 3
"""Shards in a row; then it is not the shards."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.tfrecord)?")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
ENDING = ".tfrecord"


@dataclass(frozen=True, slots=True)
class Md5(Checksum):
    """The checksum that YouTube-8M publishes: it tells damage, and nothing about who made a file."""

    def __str__(self) -> str:
        return f"md5:{self.digits}"

    def of(self, path: Path) -> Md5:
        """Return the MD5 of a file.

        Raises:
            OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        return Md5(self.kind, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to download."""

    level: Level
    split: str
    """``train`` or ``validate``."""
    shards: int | None = None
    """So many of the split, see ``chosen_shards``; None means all."""
    mirror: str = "us"
    """Asked first; the others follow where it fails."""


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """How far a download of several files is."""

    number: int
    """Of the file at hand, counted from 1."""
    files: int
    file: FetchProgress
    failed: tuple[str, ...] = ()
    """Names of shards that could not be had so far."""


def download_shards(
    wanted: Wanted,
    folder: Path,
    *,
    sources: Yt8mSources | None = None,
    stop: Event | None = None,
    patience: Patience | None = None,
) -> Generator[ShardProgress, None, None]:
    """Download shards to a folder; those that are there and right stay.

    The list of shards is kept in the folder, so that the next call means the same ones. A shard that no
    mirror gives is left out, and named at the end.

    Args:
        wanted: which.
        folder: made when it is not there. A shard has its final name when it is whole and its MD5 is right.
        sources: addresses; None means the built-in ones, or the file that ORGANIZER_YT8M_SOURCES names.
        stop: see ``fetch``.
        patience: see ``fetch``.

    Raises:
        DownloadError: the list, or in the end a shard, cannot be had.
        StorageError: there is no room for all of it (nothing is downloaded then), or the folder cannot be
        written.
        StoppedError: ``stop`` was set.
    """
    if wanted.level not in set(Level):
        raise DownloadError(f"YouTube-8M has no level {wanted.level!r}, only {' and '.join(Level)}.")
    if wanted.split not in SPLITS:
        raise DownloadError(f"YouTube-8M has no shards of {wanted.split!r}, only {' and '.join(SPLITS)}.")
    sources = sources or read_yt8m_sources()
    plan = _plan(wanted, sources)
    for progress in fetch(plan, folder, stop=stop, patience=patience):
        yield ShardProgress(1, 1, progress)
    chosen = chosen_shards(read_plan(folder / plan.file_name), wanted.shards)
    parts = [_shard(wanted, sources, name, md5) for name, md5 in chosen.items()]
    _check_room(parts, folder, sources.usual_bytes[wanted.level])
    failures: list[DownloadError] = []
    failed: list[str] = []
    for number, part in enumerate(parts, start=1):
        try:
            for progress in fetch(part, folder, stop=stop, patience=patience):
                yield ShardProgress(number, len(parts), progress, tuple(failed))
        except DownloadError as error:
            failures.append(error)
            failed.append(part.file_name)
            if _is_hopeless(failed, parts[:number]):
                break
    if failures:
        raise DownloadError(
            f"{folder}: {len(failures)} of {len(parts)} shards of YouTube-8M could not be downloaded "
            f"({', '.join(failed)}). Those that came can be used. The first: {failures[0]}"
        ) from failures[0]


def download_vocabulary(
    folder: Path,
    *,
    sources: Yt8mSources | None = None,
    stop: Event | None = None,
    patience: Patience | None = None,
) -> Generator[FetchProgress, None, None]:
    """Download the release's vocabulary to ``folder / "vocabulary.csv"``; one that is there stays.

    No checksum of it is known: it is proven by having a class for each of our labels.

    Raises:
        DownloadError: it cannot be had, or is another file.
        StorageError: the folder cannot be written.
        StoppedError: ``stop`` was set.
    """
    sources = sources or read_yt8m_sources()
    yield from fetch(
        _part("yt8m-vocabulary", "Vocabulary of YouTube-8M", VOCABULARY, sources.vocabulary),
        folder,
        stop=stop,
        patience=patience,
    )
    try:
        read_label_classes(folder / VOCABULARY)
    except TrainingDataError as error:
        with storage_errors(folder, RESUME):
            (folder / VOCABULARY).unlink(missing_ok=True)
        raise DownloadError(f"What came was deleted again. {error}") from error


def read_plan(file: Path) -> dict[str, str]:
    """Return the MD5, 32 hexadecimal digits, of each shard by its file name.

    Raises:
        DownloadError: the file is no such list.
    """
    try:
        files = json.loads(file.read_text(encoding="utf-8"))["files"]
        shards = {}
        for name, md5 in files.items():
            # Names become paths, so nothing but plain names is let through.
            if not _NAME.fullmatch(name) or not _MD5.fullmatch(md5):
                raise ValueError(f"{name!r} with checksum {md5!r}")
            shards[name.removesuffix(ENDING) + ENDING] = md5.lower()
    except OSError as error:
        raise DownloadError(
            f"{file}: the list of shards cannot be read ({error.strerror or error})."
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DownloadError(
            f"{file}: this is no list of YouTube-8M's shards ({error}). Delete the file and run the command "
            "again."
        ) from error
    if not shards:
        raise DownloadError(f"{file}: this list of YouTube-8M's shards is empty.")
    return shards


def chosen_shards(plan: Mapping[str, str], number: int | None) -> dict[str, str]:
    """Return so many shards of a plan, with their MD5; None means all.

    The order is that of digests of the names: spread over the split, the same on every machine, and the first
    N + 1 are the first N and one more, so asking for more later adds to what is there.

    Raises:
        DownloadError: the number is below 1.
    """
    if number is not None and number < 1:
        raise DownloadError(f"{number} shards of YouTube-8M cannot be downloaded. Ask for 1 or more.")
    order = sorted(plan, key=lambda name: hashlib.sha256(name.encode()).digest())
    return {name: plan[name] for name in order[:number]}


def _plan(wanted: Wanted, sources: Yt8mSources) -> Part:
    return _part(
        f"yt8m-{wanted.level}-{wanted.split}-plan",
        f"List of YouTube-8M's {wanted.level}-level {wanted.split} shards",
        f"{wanted.level}_{wanted.split}.json",
        sources.plan_urls(wanted.level, wanted.split),
    )


def _shard(wanted: Wanted, sources: Yt8mSources, name: str, md5: str) -> Part:
    urls = sources.shard_urls(wanted.mirror, wanted.level, wanted.split, name)
    return _part(name, f"Shard of YouTube-8M, {wanted.level} level", name, urls, md5)


def _part(name: str, title: str, file_name: str, urls: tuple[str, ...], md5: str | None = None) -> Part:
    return Part(
        name=name,
        title=title,
        file_name=file_name,
        urls=urls,
        size=None,
        licence=_LICENCE,
        needs_consent=False,
        # The kind is not looked at where Md5 overrides it.
        checksum=None if md5 is None else Md5(ChecksumKind.SHA256, md5),
        members={},
        proof="It is held against the MD5 of YouTube-8M's own list."
        if md5
        else "No checksum of it is known.",
    )


def _check_room(parts: Sequence[Part], folder: Path, usual_bytes: int) -> None:
    """Refuse to begin what will not fit, as far as the sizes of a few shards tell."""
    missing = [part for part in parts if not (folder / part.file_name).exists()]
    spread = missing[:: max(1, len(missing) // _ASKED_FOR_SIZE)][:_ASKED_FOR_SIZE]
    sizes = [size for part in spread if (size := announced_size(part)) is not None]
    each = sum(sizes) // len(sizes) if sizes else usual_bytes
    begun = sum(
        file.stat().st_size for part in missing if (file := folder / f"{part.file_name}.part").exists()
    )
    check_free_space(folder, each * len(missing) - begun, RESUME)


def _is_hopeless(failed: Sequence[str], tried: Sequence[Part]) -> bool:
    last = [part.file_name for part in tried[-_MOST_FAILURES:]]
    return len(last) == _MOST_FAILURES and list(failed[-_MOST_FAILURES:]) == last
