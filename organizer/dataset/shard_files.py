"""The files of a shard, and which shards of a folder are complete.

A shard is complete when its manifest is there and each file that it names has the SHA-256 that stands in it.
The manifest is written last. So a shard that a writer left halfway has none, and one that was damaged since
does not fit: both are written anew, and nobody need remember them.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from organizer.dataset.description import DatasetFormat
from organizer.dataset.parquet import read_parquet, read_parquet_rows
from organizer.dataset.read_frames import read_frames
from organizer.dataset.safe_file import PART
from organizer.dataset.table import read_csv_table
from organizer.errors import DatasetError
from organizer.models.checksums import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from organizer.dataset.description import Description
    from organizer.dataset.rows import Record, VideoRow

_NAME = re.compile(r"features-(\d{5,})\.(tfrecord|csv|parquet|json)")
MANIFEST = ".json"
ENDING = {DatasetFormat.YT8M: ".tfrecord", DatasetFormat.PARQUET: ".parquet"}
TABLE = ".csv"
"""Beside the records of YouTube-8M's format."""


class DamagedShardError(DatasetError):
    """What stands in a shard's files is not what was written."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that has no record, and why."""

    path: str
    """Absolute."""
    size_bytes: int
    mtime_ns: int
    reason: str
    again: bool = False
    """Whether nothing need be wrong with it, so that the next run tries it again."""


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What became of a shard; as its manifest has it."""

    number: int
    digest: str
    """Of what it was to hold, see ``ShardWork.digest``."""
    files: Mapping[str, str]
    """SHA-256 by name."""
    records: int
    copies: int
    """Files whose content has its record already, here or in another shard."""
    stored: int
    """Records whose features came from a library."""
    seconds: int
    """Rows of features, all together."""
    failed: tuple[FailedFile, ...]
    labels: Mapping[str, int]
    """How many of its records have each label."""


def shard_name(number: int) -> str:
    """Return the name of a shard's files without ending: numbers count from 0."""
    return f"features-{number:05d}"


def manifest_bytes(report: ShardReport) -> bytes:
    """Return a manifest's content; the same report gives the same bytes."""
    # A name that is not UTF-8 is spelled out by JSON's own escapes.
    return (json.dumps(asdict(report), indent=1, sort_keys=True) + "\n").encode("ascii")


def read_manifest(file: Path) -> ShardReport:
    """Read a manifest.

    Raises:
        ValueError: it is none.
        OSError: it cannot be read.
    """
    try:
        table: dict[str, Any] = json.loads(file.read_bytes())
        table["failed"] = tuple(FailedFile(**failed) for failed in table["failed"])
        report = ShardReport(**table)
        names = {f"{shard_name(report.number)}{ending}" for ending in (*ENDING.values(), TABLE)}
        if not set(report.files) <= names or file.stem != shard_name(report.number):
            raise ValueError("it names other files")
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"it is no manifest ({error})") from error
    return report


def read_manifest_of(folder: Path, number: int) -> ShardReport | None:
    """Return the manifest of a shard; None where it is not there, or is none.

    Raises:
        DatasetError: it is there and cannot be read for now.
    """
    file = folder / f"{shard_name(number)}{MANIFEST}"
    try:
        return read_manifest(file)
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise _not_now(file, error) from error


def is_complete(folder: Path, report: ShardReport) -> bool:
    """Whether a shard's files are what its manifest says.

    Raises:
        DatasetError: one is there and cannot be read for now: it may be whole all the same.
    """
    for name, digest in report.files.items():
        try:
            if sha256_of(folder / name) != digest:
                return False
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _not_now(folder / name, error) from error
    return True


def shard_numbers(folder: Path) -> list[int]:
    """Return the numbers of which any file is there, ascending.

    Raises:
        DatasetError: the folder cannot be read.
    """
    try:
        names = [file.name for file in folder.iterdir()]
    except OSError as error:
        raise DatasetError(f"{folder}: it cannot be read ({error.strerror}). Check the folder.") from error
    return sorted({int(found[1]) for name in names if (found := _NAME.fullmatch(name))})


def complete_shards(folder: Path) -> Iterator[tuple[int, ShardReport | None]]:
    """Yield the number of each shard of a folder with its manifest; None where it is not complete.

    Every byte is read.

    Raises:
        DatasetError: the folder, or a file of a shard, cannot be read.
    """
    for number in shard_numbers(folder):
        found = read_manifest_of(folder, number)
        yield number, found if found is not None and is_complete(folder, found) else None


def remove_shard(folder: Path, number: int) -> None:
    """Delete the files of a shard, its manifest first.

    Raises:
        OSError: one cannot be deleted.
    """
    for ending in (MANIFEST, TABLE, *ENDING.values()):
        (folder / f"{shard_name(number)}{ending}").unlink(missing_ok=True)


def move_shard(folder: Path, number: int, to: Path) -> None:
    """Move the files of a shard to another folder, its manifest last, so that no part of it is without one.

    Raises:
        OSError: one cannot be moved.
    """
    for ending in (TABLE, *ENDING.values(), MANIFEST):
        name = f"{shard_name(number)}{ending}"
        with suppress(FileNotFoundError):
            (folder / name).rename(to / name)


def remove_other_manifest(folder: Path, number: int, digest: str) -> None:
    """Delete the manifest of a shard unless it is of the same work.

    Raises:
        OSError: it cannot be read or deleted.
    """
    file = folder / f"{shard_name(number)}{MANIFEST}"
    with suppress(FileNotFoundError, ValueError):
        if read_manifest(file).digest == digest:
            return
    file.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Delete what writers that were ended left unfinished; call it while nobody writes.

    Raises:
        OSError: one cannot be deleted.
    """
    for part in folder.glob(f".*{PART}"):
        part.unlink(missing_ok=True)


def read_rows(folder: Path, number: int, description: Description) -> list[VideoRow]:
    """Return the rows of a complete shard.

    Raises:
        DamagedShardError: its table is none.
        DatasetError: it cannot be read for now.
        MissingDependencyError: what reads it is not installed.
    """
    is_yt8m = description.format is DatasetFormat.YT8M
    file = folder / f"{shard_name(number)}{TABLE if is_yt8m else ENDING[description.format]}"
    try:
        return read_csv_table(file.read_bytes()) if is_yt8m else read_parquet_rows(file)
    except (FileNotFoundError, ValueError) as error:
        raise DamagedShardError(_damaged(file, error)) from error
    except OSError as error:
        raise _not_now(file, error) from error


def read_records_of(folder: Path, number: int, description: Description) -> list[Record]:
    """Return the records of a complete shard with their rows.

    Raises:
        DamagedShardError: its table or records are none.
        DatasetError: it cannot be read for now.
        MissingDependencyError: what reads it is not installed.
    """
    file = folder / f"{shard_name(number)}{ENDING[description.format]}"
    try:
        if description.format is DatasetFormat.PARQUET:
            return read_parquet(file)
        rows = {row.id: row for row in read_rows(folder, number, description) if not row.copy}
        return read_frames(file, rows, description.dimensions)
    except (FileNotFoundError, ValueError) as error:
        raise DamagedShardError(_damaged(file, error)) from error
    except OSError as error:
        raise _not_now(file, error) from error


def digest_of(parts: Iterator[str]) -> str:
    """Return a digest of texts in their order, 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()


def _not_now(file: Path, error: OSError) -> DatasetError:
    return DatasetError(
        f"{file}: it is there and cannot be read ({error.strerror or error}). Check the disk and whose file "
        "it is, then run the command again; nothing was changed."
    )


def _damaged(file: Path, error: Exception) -> str:
    return (
        f"{file}: this shard cannot be read ({error}). Write it anew: organizer features, with the same "
        "folders and the same --to."
    )
