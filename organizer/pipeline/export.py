"""What is known of chosen videos as a file for other programs, and copies of their originals.

An original is opened for reading and never written; a file that is there is never overwritten.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from organizer.errors import OutputError
from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.regular_file import open_regular
from organizer.stopping import check
from organizer.text import file_size, no_formula
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from threading import Event
    from typing import TextIO

    from organizer.library.records import VideoRecord

_PIECE = 1 << 20
"""Bytes that are copied between two looks at the stop."""
_ROUNDED_S, _AN_HOUR_S = 2, 3600
_ROOM = 100 << 20
"""Bytes that copies leave free."""


class ExportFormat(StrEnum):
    """How what is known of videos is written."""

    CSV = "csv"
    """A table with a line for each video, for spreadsheets."""
    JSON = "json"
    """A list of objects, with all that is known of each tag."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of one video that was to be copied."""

    path: str
    """Absolute, of the original."""
    target: str | None
    """Absolute, of the copy; None where there is none."""
    was_there: bool = False
    """Whether the folder held the copy already."""
    problem: str = ""
    """Why there is none."""


def records_of(library: Library, video_ids: Iterable[int]) -> Sequence[VideoRecord]:
    """Return the videos with these ids that lie somewhere, hidden ones too, in the order of their names."""
    wanted = set(video_ids)
    by_name = library.ids(VideoFilter(sort=Sort.NAME, descending=False, hidden=None, live=None))
    return library.records([id_ for id_ in by_name if id_ in wanted])


def facts(video: VideoRecord) -> dict[str, Any]:
    """Return what is known of a video, as JSON holds it."""
    return {
        "id": video.id,
        "path": video.path,
        "paths": [place.path for place in video.places],
        "status": video.status.value,
        "error": video.error,
        "taken_at": video.taken and video.taken.moment.isoformat(),
        "duration_s": video.duration_s,
        "width": video.width,
        "height": video.height,
        "codec": video.codec,
        "frame_rate": video.frame_rate,
        "size_bytes": video.size_bytes,
        "favourite": video.favourite,
        "rating": video.rating,
        "hidden": video.hidden,
        "live_photo": video.live,
        "model": video.bundle,
        "tags": [
            {
                "name": tag.name,
                "state": tag.state.value,
                "tier": tag.tier and tag.tier.value,
                "score": tag.score,
                "seconds": list(tag.seconds),
            }
            for tag in video.tags
        ],
        "scores": video.scores,
    }


_NOT_IN_A_TABLE = {"paths", "tags", "scores"}


def write_facts(videos: Iterable[VideoRecord], file: TextIO, format_: ExportFormat) -> int:
    """Write what is known of videos, and return how many there were.

    Args:
        videos: the videos.
        file: where to; a table wants one that was opened with ``newline=""``.
        format_: how.
    """
    if format_ is ExportFormat.CSV:
        return _write_table(videos, file)
    written = 0
    file.write("[")
    for video in videos:
        file.write((",\n " if written else "\n ") + json.dumps(facts(video)))
        written += 1
    file.write("\n]\n")
    return written


def _write_table(videos: Iterable[VideoRecord], file: TextIO) -> int:
    writer, written = csv.writer(file), 0
    for video in videos:
        row = {name: value for name, value in facts(video).items() if name not in _NOT_IN_A_TABLE}
        row |= {
            "tags": _names(tag.name for tag in video.tags if _counts(tag.state) and not tag.is_maybe),
            "maybes": _names(tag.name for tag in video.tags if tag.is_maybe),
            "confirmed": _names(tag.name for tag in video.tags if tag.state is TagState.CONFIRMED),
            "rejected": _names(tag.name for tag in video.tags if tag.state is TagState.REJECTED),
        }
        if not written:
            writer.writerow(row)
        writer.writerow([_cell(value) for value in row.values()])
        written += 1
    return written


def _counts(state: TagState) -> bool:
    return state is not TagState.REJECTED


def _names(names: Iterable[str]) -> str:
    return "; ".join(names)


def _cell(value: object) -> object:
    """Return a value as a table holds it: no text is a formula to a spreadsheet, and none breaks the file."""
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    return no_formula(value.encode("utf-8", "backslashreplace").decode("utf-8"))


def copy_originals(
    videos: Sequence[VideoRecord], folder: str | os.PathLike[str], *, stop: Event | None = None
) -> Generator[Copied, None, None]:
    """Copy the files of videos into a folder, one for each video, with their dates.

    Two files of one name get numbers. A copy that is there already, by name, size and date, is not made
    again, so the same command goes on where it was stopped.

    Args:
        videos: the videos.
        folder: where to; it is made when missing.
        stop: looked at while copying; a file that was begun is taken away again.

    Raises:
        OutputError: the folder cannot be made or written, or there is too little room.
        StoppedError: ``stop`` was set.
    """
    target = Path(os.path.abspath(folder))
    try:
        target.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target).free
    except OSError as error:
        raise OutputError(f"{target}: copies cannot be made there ({error.strerror}).") from error
    there = _names_in(target)
    needed = sum(video.size_bytes for video in videos if os.path.basename(video.path) not in there)
    if needed + _ROOM > free:
        raise OutputError(
            f"{target}: the copies need {file_size(needed)}, and {file_size(free)} are free. "
            "Choose fewer videos, or another disk."
        )
    for video in videos:
        check(stop)
        path = next((place.path for place in video.places if place.status is Status.OK), None)
        if path is None:
            failed = next((place.path for place in video.places if place.status is Status.FAILED), None)
            if failed is None:
                yield Copied(video.path, None, problem=f"its file is {video.status.value}")
                continue
            path = failed
        yield _copy(path, target, stop)


def _names_in(folder: Path) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries}


def _copy(path: str, folder: Path, stop: Event | None) -> Copied:
    try:
        source = open_regular(Path(path))
    except OSError as error:
        return Copied(path, None, problem=f"its file cannot be read ({error.strerror or error})")
    with source:
        status = os.fstat(source.fileno())
        name, number = Path(os.path.basename(path)), 1
        while True:
            target = folder / (f"{name.stem} ({number}){name.suffix}" if number > 1 else name)
            with suppress(FileNotFoundError):
                met = target.stat(follow_symlinks=False)
                if met.st_size == status.st_size and _is_same_time(met.st_mtime, status.st_mtime):
                    return Copied(path, str(target), was_there=True)
                number += 1
                continue
            break
        part = folder / f".organizer-{secrets.token_hex(8)}.part"
        try:
            with open(part, "xb") as copy:
                while piece := source.read(_PIECE):
                    check(stop)
                    copy.write(piece)
            os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
            _move(part, target)
        except OSError as error:
            return Copied(path, None, problem=f"it cannot be copied ({error.strerror or error})")
        finally:
            with suppress(OSError):
                part.unlink()
    return Copied(path, str(target))


def _is_same_time(copied_s: float, original_s: float) -> bool:
    """Whether a copy's time may be the original's: FAT rounds it, and keeps that of the wall clock."""
    apart_s = abs(copied_s - original_s)
    return min(apart_s, abs(apart_s - _AN_HOUR_S)) <= _ROUNDED_S


def _move(part: Path, target: Path) -> None:
    """Give a copy its name, unless something of that name came meanwhile.

    Raises:
        OSError: it did, or the folder cannot be written.
    """
    # Made alone, so that what is replaced is this.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        os.replace(part, target)
    except OSError:
        target.unlink()
        raise
