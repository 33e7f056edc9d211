"""Moves originals: the only thing that does. Each is noted before it is touched, and can be moved back.

Where both places are on one disk, a file is renamed: at every moment it is at exactly one of them. To
another disk it is copied under a name of its own, read again and compared, and only then named and
removed where it lay: at every moment one of both places has it whole, and no place ever has a part of it
under its name. Whatever ended a move in the middle, the next move brings it to one of its ends.

One command at a time does it, see ``move_lock``.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING

from organizer.doubles.made_folders import existing, make_folders, take_away_empty, tidy
from organizer.doubles.move_files import carry, sha256_of
from organizer.doubles.move_lock import moving_alone
from organizer.doubles.move_plan import free_name, why_changed, why_not_direct
from organizer.doubles.settling import Moved, settle_one
from organizer.errors import OutputError
from organizer.library.doubles import MoveState
from organizer.stopping import check
from organizer.text import file_size

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from threading import Event

    from organizer.doubles.move_plan import PlannedMove
    from organizer.library import Library
    from organizer.library.doubles import MadeFolder, Move

_ROOM = 100 << 20
"""Bytes that stay free on the other disk."""


def _nothing(_step: str) -> None:
    pass


def move_away(
    library: Library,
    planned: Sequence[PlannedMove],
    *,
    stop: Event | None = None,
    at: Callable[[str], None] = _nothing,
) -> Generator[Moved, None, None]:
    """Move files as planned, one after another; nothing is overwritten and nothing deleted.

    Args:
        library: knows afterwards where they lie, where that is in one of its folders; else they are missing.
        planned: what to move; those that stay are passed over.
        stop: looked at between two files.
        at: told each step before the next one, for tests.

    Raises:
        JobRunningError: another command moves files of this library.
        OutputError: the other disk has too little room.
        StoppedError: ``stop`` was set; what was moved until then is.
    """
    with moving_alone(library):
        wanted = [each for each in planned if each.target is not None]
        _check_room(wanted)
        batch = library.moves.next_batch()
        sums: dict[int, str] = {}
        try:
            for each in wanted:
                check(stop)
                why = _why_not(each, sums)
                yield Moved(each.source, None, why) if why else _move_one(library, batch, each, at)
        finally:
            # Those of files that could not be moved after all.
            tidy(library, batch)


def move_back(
    library: Library, *, stop: Event | None = None, at: Callable[[str], None] = _nothing
) -> Generator[Moved, None, None]:
    """Move back what the last command moved, the last file first.

    Where nothing of it can be moved back, that of the command before it, and so on: what a person took away
    or edited since does not keep the rest where it is.

    Args:
        library: knows afterwards that they lie where they lay.
        stop: looked at between two files.
        at: told each step before the next one, for tests.

    Raises:
        JobRunningError: another command moves files of this library.
        StoppedError: ``stop`` was set; the same command goes on from there.
    """
    with moving_alone(library):
        for batch, moves in groupby(library.moves.to_return(), key=lambda move: move.batch):
            done = 0
            try:
                for move in moves:
                    check(stop)
                    moved = _move_back(library, move, at)
                    done += moved.target is not None
                    yield moved
            finally:
                tidy(library, batch)
            if done:
                return


def _move_one(library: Library, batch: int, each: PlannedMove, at: Callable[[str], None]) -> Moved:
    assert each.target is not None
    target = free_name(each.target, set())
    move = library.moves.begin(
        *(batch, each.video_id, each.source, target),
        size_bytes=each.size_bytes,
        mtime_ns=each.mtime_ns,
        folder=each.folder,
    )
    at("begun")
    try:
        folder = os.path.dirname(target)
        if made := make_folders(folder, existing(folder)):
            library.moves.set_made(batch, [*library.moves.made(batch), *made])
        carry(library, move, each.source, target, at)
    except OSError as error:
        return _given_up(library, move, each.source, error)
    library.moves.follow(each.video_id, each.source, target)
    at("followed")
    library.moves.set_state(move.id, MoveState.MOVED)
    return Moved(each.source, target)


def _move_back(library: Library, move: Move, at: Callable[[str], None]) -> Moved:
    if _is_gone(move):
        library.moves.set_state(move.id, MoveState.LEFT)
        return Moved(move.to_path, None, "it was taken away since it was moved")
    why, below = _why_not_back(library, move)
    if why:
        return Moved(move.to_path, None, why)
    library.moves.set_state(move.id, MoveState.RETURNING)
    at("begun")
    made: list[MadeFolder] = []
    try:
        made = make_folders(os.path.dirname(move.from_path), below)
        carry(library, move, move.to_path, move.from_path, at)
    except OSError as error:
        given_up = _given_up(library, move, move.to_path, error)
        take_away_empty(made)
        return given_up
    with suppress(OSError):
        # Some disks keep dates to two seconds: by its own the next scan knows it for unchanged.
        os.utime(move.from_path, ns=(os.stat(move.from_path).st_atime_ns, move.mtime_ns))
    library.moves.follow(move.video_id, move.to_path, move.from_path)
    at("followed")
    library.moves.set_state(move.id, MoveState.RETURNED)
    return Moved(move.to_path, move.from_path)


def _given_up(library: Library, move: Move, source: str, error: OSError) -> Moved:
    """Settle a move that failed; say why, unless it came to its end after all."""
    settled = settle_one(library, move, named=not isinstance(error, FileExistsError))
    if settled.target is not None:
        return settled
    if isinstance(error, FileExistsError):
        return Moved(source, None, "something else took its place there meanwhile")
    return Moved(source, None, settled.problem or f"it cannot be moved ({error.strerror or error})")


def _why_not(each: PlannedMove, sums: dict[int, str]) -> str:
    """Return why a file that was planned to move must not move now; empty where it may.

    Args:
        each: what is planned.
        sums: of videos at several places the checksum of the first file that was asked about; added to.
    """
    assert each.target is not None
    try:
        why = (
            why_changed(each.source, (each.size_bytes, each.mtime_ns))
            or why_not_direct(each.source, each.root)
            or why_not_direct(each.target, each.folder)
            or _why_not_kept(each)
        )
        if not why and each.has_others:
            checksum = sha256_of(each.source)
            if sums.setdefault(each.video_id, checksum) != checksum:
                why = "it is not the same as its other file, byte for byte"
    except OSError as error:
        return f"it cannot be read ({error.strerror or error})"
    return why


def _why_not_kept(each: PlannedMove) -> str:
    """Return why what is kept cannot take a file's place now; empty where it can."""
    if not os.path.isfile(each.kept):
        return "the one to keep is not there any more"
    if why_changed(each.kept, each.kept_state):
        return "the one to keep was changed since the last scan"
    if os.path.samefile(each.source, each.kept):
        return "it is the one to keep itself, under another name"
    if each.same_file and sha256_of(each.source) != sha256_of(each.kept):
        return "it is not the same as the one to keep, byte for byte"
    return ""


def _is_gone(move: Move) -> bool:
    """Whether a file was taken away from where it was moved to.

    Where nothing else lies in its folder, its disk may be away: that is passed over, and may come back.
    """
    if os.path.lexists(move.to_path):
        return False
    with suppress(OSError), os.scandir(os.path.dirname(move.to_path)) as entries:
        return next(entries, None) is not None
    return False


def _why_not_back(library: Library, move: Move) -> tuple[str, str]:
    """Return why a file must not be moved back, empty where it may, and the folder that it goes below."""
    why = _why_changed_there(move)
    if not why and os.path.lexists(move.from_path):
        why = "something else lies where it lay"
    if why:
        return why, ""
    root = library.moves.root_of(move.from_path)
    below = os.path.dirname(move.from_path) if root is None else root.path
    if not os.path.isdir(below):
        return f"{below} is not there", ""
    if root is not None and (root.offline or library.moves.looks_offline(root)):
        return f"{below} is offline", ""
    return why_not_direct(move.from_path, below), below


def _why_changed_there(move: Move) -> str:
    """Return why a file is not the one that was moved; empty where it is."""
    try:
        size = os.lstat(move.to_path).st_size
        # Copied to a disk that rounds dates: its content says that it is the same.
        if move.sha256 is not None and size == move.size_bytes and sha256_of(move.to_path) == move.sha256:
            return ""
    except OSError as error:
        return f"it cannot be found ({error.strerror})"
    return why_changed(move.to_path, (move.size_bytes, move.mtime_ns)) and "it was changed since it was moved"


def _check_room(planned: Sequence[PlannedMove]) -> None:
    needed: dict[int, int] = {}
    folders: dict[int, str] = {}
    for each in planned:
        assert each.target is not None
        # What vanished meanwhile is left, with the reason, when its turn comes.
        with suppress(OSError):
            folder = existing(os.path.dirname(each.target))
            disk = os.stat(folder).st_dev
            if disk != os.stat(each.source).st_dev:
                folders.setdefault(disk, folder)
                needed[disk] = needed.get(disk, 0) + each.size_bytes
    for disk, size in needed.items():
        free = shutil.disk_usage(folders[disk]).free
        if size + _ROOM > free:
            raise OutputError(
                f"{folders[disk]}: the files need {file_size(size)}, and {file_size(free)} are free. "
                "Choose another disk."
            )
