"""Look at the facts of known videos again: dates, sizes, lengths, codecs. No picture is decoded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.errors import FolderError, VideoError
from organizer.frames.folders.left_out import is_cloud_only
from organizer.frames.formats.metadata_digest import metadata_digest
from organizer.frames.probe import probe
from organizer.library import Library
from organizer.library.fingerprint import fingerprint
from organizer.pipeline.listing import absent_roots
from organizer.pipeline.progress import FileOutcome, Listed, OutcomeKind, RootOffline, Stored
from organizer.stopping import check
from organizer.text import clock_time, safe_text
from organizer.types import DateSource, VideoFile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from threading import Event

    from organizer.library.records import Facts, FoundFile
    from organizer.pipeline.progress import ScanEvent
    from organizer.types import VideoInfo

_SAME_TO_THE_EYE_S = 0.05
_SAME_LENGTH_S = 1.0
_UNKNOWN = "unknown"
_OTHER_CONTENT = "its content is another than at the last scan; to look at it: organizer scan"


def is_better_dated(found: DateSource, stored: str | None) -> bool:
    """Whether one of two files with the same pictures tells when they were taken and the other does not."""
    return found is DateSource.CONTAINER and stored != DateSource.CONTAINER


def changed_facts(before: Facts, after: Facts) -> tuple[str, ...]:
    """Return what differs, each as ``taken 2022-03-04T05:06:07 -> 2006-06-09``."""
    rows = (
        ("taken", _taken(before), _taken(after)),
        ("length", *_lengths(before, after)),
        ("picture", _picture(before), _picture(after)),
        ("turned by", f"{before.rotation_deg}", f"{after.rotation_deg}"),
        ("mirrored", "yes" if before.mirrored else "no", "yes" if after.mirrored else "no"),
        ("codec", before.codec or _UNKNOWN, after.codec or _UNKNOWN),
        ("frames/s", _rate(before), _rate(after)),
    )
    return tuple(f"{name} {safe_text(old)} -> {safe_text(new)}" for name, old, new in rows if old != new)


def _taken(facts: Facts) -> str:
    return facts.taken.to_the_second() if facts.taken else _UNKNOWN


def _lengths(before: Facts, after: Facts) -> tuple[str, str]:
    old, new = before.duration_s, after.duration_s
    if old is not None and new is not None and abs(old - new) <= _SAME_TO_THE_EYE_S:
        return _UNKNOWN, _UNKNOWN
    words = [_UNKNOWN if length is None else clock_time(length) for length in (old, new)]
    if words[0] == words[1]:
        words = [_UNKNOWN if length is None else f"{length:.2f} s" for length in (old, new)]
    return words[0], words[1]


def _picture(facts: Facts) -> str:
    return f"{facts.width} x {facts.height}" if facts.width and facts.height else _UNKNOWN


def _rate(facts: Facts) -> str:
    return f"{facts.frame_rate:.4g}" if facts.frame_rate else _UNKNOWN


def refresh(
    library: Library, paths: Sequence[str] = (), *, stop: Event | None = None
) -> Generator[ScanEvent, None, None]:
    """Read again what the containers of known videos say, and store what is new.

    For what a program changed in place without a trace in the file's date, and for libraries that an older
    organizer filled. Pictures, features and tags stay as they are.

    Args:
        library: the library.
        paths: files and folders; none means everything known.
        stop: to be set, by a signal or another thread, when it shall end after the file at hand.

    Yields:
        A ``RootOffline`` for each root that is absent, a ``Listed`` with the files of the others, then a
        ``Stored`` for each.

    Raises:
        StoppedError: ``stop`` was set.
        FolderError: no readable video of the library lies at one of the paths. Nothing was looked at.
        LibraryError: the library cannot be written.
    """
    files: dict[int, FoundFile] = {}
    places: list[str | None] = [os.path.realpath(path) for path in paths]
    for path in places or [None]:
        found = library.places.files_below(path)
        if path is not None and not found and not os.path.lexists(path):
            raise FolderError(
                f"{path}: it does not exist. What is known: organizer list", ends_in_command=True
            )
        if path is not None and not found:
            raise FolderError(
                f"{path}: no video that was looked at lies here. Run: organizer scan FOLDER",
                ends_in_command=True,
            )
        files |= {file.place.id: file for file in found}
    library.contents.follow_zone()
    absent = absent_roots(library)
    for root in dict.fromkeys(file.root.path for file in files.values() if file.root.id in absent):
        yield RootOffline(root)
    files = {id_: file for id_, file in files.items() if file.root.id not in absent}
    yield Listed(len(files), 0, 0, len(files), 0, ())
    for done, known in enumerate(files.values(), start=1):
        check(stop)
        yield Stored(_refreshed(library, known), done, len(files))


def _stored(
    library: Library, known: FoundFile, file: VideoFile, info: VideoInfo, before: Facts
) -> FileOutcome | None:
    """Store what a probe told of a known video; None where the file holds another recording now.

    Raises:
        OSError: the file cannot be read.
    """
    digest = fingerprint(file.path, file.size_bytes)
    same = digest == known.place.fingerprint
    if not same and not (file.size_bytes == known.place.size_bytes and _is_same_recording(before, info)):
        return None
    metadata = metadata_digest(file.path)
    if known.is_copy and before.metadata_digest not in (None, metadata) and _tells_less(info, before):
        return FileOutcome(file.path, OutcomeKind.UNCHANGED)
    done = library.contents.store_facts(
        known.root,
        file,
        known.place.video_id,
        info,
        fingerprint=digest,
        metadata_digest=metadata,
    )
    if not done:
        return None
    changes = changed_facts(before, library.contents.facts(known.place.video_id))
    kind = OutcomeKind.UPDATED if changes else OutcomeKind.UNCHANGED
    return FileOutcome(file.path, kind, changes=changes)


def _refreshed(library: Library, known: FoundFile) -> FileOutcome:
    path = os.path.join(known.root.path, known.relative_path)
    try:
        status = os.stat(path)
        if is_cloud_only(status):
            reason = "it lies only in the cloud; make it available on this computer, then try again"
            return FileOutcome(path, OutcomeKind.FAILED, reason)
        file = VideoFile(known.root.path, known.relative_path, status.st_size, status.st_mtime_ns)
        info = probe(path, mtime_ns=file.mtime_ns)
        outcome = _stored(library, known, file, info, library.contents.facts(known.place.video_id))
    except OSError as error:
        return FileOutcome(path, OutcomeKind.FAILED, f"it cannot be opened ({error.strerror or error})")
    except VideoError as error:
        return FileOutcome(path, OutcomeKind.FAILED, error.reason)
    if outcome is None:
        library.places.look_again(known.place.id)
        return FileOutcome(path, OutcomeKind.FAILED, _OTHER_CONTENT)
    return outcome


def _tells_less(info: VideoInfo, before: Facts) -> bool:
    """Whether the facts that are stored, of a copy, tell when the video was taken and this file does not."""
    return before.taken_source == DateSource.CONTAINER and info.taken_at.source is not DateSource.CONTAINER


def _is_same_recording(before: Facts, info: VideoInfo) -> bool:
    """Whether a header that was changed in place still describes the same pictures."""
    stored = {info.stored_width, info.stored_height}
    # Of videos that an older organizer looked at only the shown size is known, in stored pixels.
    known = {before.stored_width or before.width, before.stored_height or before.height}
    if before.codec != info.codec or known != stored:
        return False
    if before.duration_s is None or info.duration_s is None:
        return before.duration_s == info.duration_s
    return abs(before.duration_s - info.duration_s) <= _SAME_LENGTH_S
