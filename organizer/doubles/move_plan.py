"""Which originals a move would take where, and which it leaves alone, and why. Nothing is touched."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.doubles.grouping import Relation
from organizer.library.records import Status
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organizer.doubles.grouping import Double, Group
    from organizer.library import Library
    from organizer.library.records import VideoRecord


_UNSURE = "it may be another take, for it is too short or too still to tell"
_GOES_ON = f"it may be another film that begins alike, for nothing is known after the first {MAX_SECONDS} s"


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """What is to become of one file."""

    video_id: int
    source: str
    """Absolute."""
    target: str | None
    """Absolute; None where it stays."""
    size_bytes: int
    mtime_ns: int
    kept: str
    """Absolute: the file that is kept in its place."""
    kept_state: tuple[int, int] | None = None
    """Size and modification time, in ns, of the kept file as the library knows them."""
    root: str = ""
    """Absolute: the folder that was scanned, which the file lies below."""
    folder: str = ""
    """Absolute: the folder that it shall go to, or below."""
    same_file: bool = False
    """Whether it shall be equal to the kept one, byte for byte."""
    has_others: bool = False
    """Whether its video, which is not the kept one, lies elsewhere too: the files shall be equal as well."""
    problem: str = ""
    """Why it stays; no full stop at the end."""


def plan_moves(
    library: Library, groups: Iterable[Group], folder: str, *, unsure: bool = False
) -> list[PlannedMove]:
    """Return what a move of all files but the kept ones would do.

    Each keeps its path below the folder that was scanned; where something of that name is there already, it
    gets a number.

    Args:
        library: the library.
        groups: the groups.
        folder: absolute path of the folder that they shall go to; it need not be there.
        unsure: whether files go too that may be another take of the scene.
    """
    taken: set[str] = set()
    planned = []
    wanted = [(group, kept_file(library, group.kept)) for group in groups]
    keeps = {_identity(kept) for _, kept in wanted if kept is not None}
    for group, kept in wanted:
        for double in group.doubles:
            if _identity(double.path) in keeps:
                planned.append(_stays(double, kept, "it is one to keep itself, perhaps under another name"))
                continue
            why = "" if double.sure or unsure else _GOES_ON if double.goes_on else _UNSURE
            planned.append(_planned(library, double, kept, folder, taken, why_not=why))
    return planned


def kept_file(library: Library, video: VideoRecord) -> str | None:
    """Return the path of a file of a video that is there as the last scan saw it; None where none is."""
    for place in video.places:
        if place.status is Status.OK and not why_changed(place.path, library.moves.place_of(place.path)):
            return place.path
    return None


def _identity(path: str) -> tuple[int, int] | str:
    """Return what tells a file from others, however it is named."""
    try:
        status = os.stat(path)
    except OSError:
        return os.path.normcase(path)
    return status.st_dev, status.st_ino


def _stays(double: Double, kept: str | None, why: str, known: tuple[int, int] = (0, 0)) -> PlannedMove:
    return PlannedMove(double.video.id, double.path, None, *known, kept or "", problem=why)


def _planned(
    library: Library, double: Double, kept: str | None, folder: str, taken: set[str], *, why_not: str
) -> PlannedMove:
    known = library.moves.place_of(double.path)
    root = next(place.root for place in double.video.places if place.path == double.path)
    why = (
        ("" if double.replaceable else "it shows something that the kept one does not")
        or ("" if double.status is Status.OK else f"it is {double.status.value}")
        or why_not
        or ("" if kept is not None else "the one to keep is not there as the last scan saw it")
        or why_changed(double.path, known)
        or why_not_direct(double.path, root)
        or ("it lies in that folder already" if _is_within(double.path, folder) else "")
        or ("" if _can_be_changed(os.path.dirname(double.path)) else "its folder cannot be written")
    )
    if why or kept is None or known is None:
        return _stays(double, kept, why, known or (0, 0))
    wanted = os.path.join(folder, os.path.relpath(double.path, root))
    if problem := why_not_direct(wanted, folder):
        return _stays(double, kept, problem, known)
    target = free_name(wanted, taken)
    taken.add(os.path.normcase(target))
    return PlannedMove(
        *(double.video.id, double.path, target, *known, kept, library.moves.place_of(kept), root, folder),
        same_file=double.relation is Relation.SAME_FILE,
        has_others=double.relation is not Relation.SAME_FILE and len(double.video.places) > 1,
    )


def why_not_direct(path: str, below: str) -> str:
    """Return why the way from a folder down to a file is none of folders alone; empty where it is.

    A folder that a link took the place of since it was scanned leads elsewhere.

    Args:
        path: absolute; it need not be there.
        below: absolute: the folder that it lies below.
    """
    folder = os.path.dirname(path)
    wanted = os.path.normpath(os.path.join(os.path.realpath(below), os.path.relpath(folder, below)))
    if os.path.normcase(os.path.realpath(folder)) != os.path.normcase(wanted):
        return f"the way from {below} to it leads through a link"
    return ""


def why_changed(path: str, known: tuple[int, int] | None) -> str:
    """Return why a file is not what the last scan saw; empty where it is.

    Args:
        path: absolute.
        known: its size and modification time, in ns, then; None where it is not known.
    """
    if known is None:
        return "the library does not know it there"
    try:
        status = os.lstat(path)
    except OSError as error:
        return f"it cannot be found ({error.strerror})"
    if not stat.S_ISREG(status.st_mode):
        return "it is no file of its own"
    if (status.st_size, status.st_mtime_ns) != known:
        return "it was changed since the last scan"
    return ""


def free_name(target: str, taken: set[str]) -> str:
    """Return a path that nothing lies at and nothing is planned for: the same one, or with a number."""
    stem, ending = os.path.splitext(target)
    number, name = 1, target
    while os.path.normcase(name) in taken or os.path.lexists(name):
        number += 1
        name = f"{stem} ({number}){ending}"
    return name


def _can_be_changed(folder: str) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _is_within(path: str, folder: str) -> bool:
    real, within = os.path.realpath(path), os.path.realpath(folder)
    return real.startswith(within.rstrip(os.sep) + os.sep)
