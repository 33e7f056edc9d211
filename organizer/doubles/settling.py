"""Moves that something ended in the middle are brought to one of their ends."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.doubles.made_folders import tidy
from organizer.doubles.move_files import part_of, sha256_of
from organizer.doubles.move_lock import moving_alone
from organizer.library.doubles import MoveState

if TYPE_CHECKING:
    from organizer.library import Library
    from organizer.library.doubles import Move


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one file."""

    source: str
    """Absolute: where it lay."""
    target: str | None
    """Absolute: where it lies now; None where it lies where it lay."""
    problem: str = ""
    """Why; no full stop at the end."""


def settle(library: Library) -> list[Moved]:
    """Bring moves to one of their ends that something ended in the middle; return what became of each.

    One that cannot be brought to an end now is tried again the next time.

    Raises:
        JobRunningError: another command moves files: what looks cut off may be its own.
    """
    with moving_alone(library):
        begun = library.moves.unsettled()
        settled = [settle_one(library, move) for move in begun]
        for batch in {move.batch for move in begun}:
            tidy(library, batch)
        return settled


def settle_one(library: Library, move: Move, *, named: bool = True) -> Moved:
    """Bring one move to an end, under the lock: forth where the file is whole there, else it stays.

    Args:
        library: the library.
        move: the move.
        named: whether what lies at its target may be of this move; False where something else took the name.
    """
    returning = library.moves.is_returning(move.id)
    source, target = (move.to_path, move.from_path) if returning else (move.from_path, move.to_path)
    try:
        return _settled(library, move, source, target, returning=returning, named=named)
    except OSError as error:
        return Moved(source, None, f"it cannot be settled now ({error.strerror or error})")


def _settled(
    library: Library, move: Move, source: str, target: str, *, returning: bool, named: bool
) -> Moved:
    with suppress(OSError):
        os.unlink(part_of(library, move, target))
    here, there = _is_whole(source, move), named and _is_whole(target, move)
    why = ""
    if here and there and _are_two(source, target) and sha256_of(source) == sha256_of(target):
        # Copied to another disk, compared and named: only the original was not removed yet.
        try:
            os.unlink(source)
            here = False
        except OSError as error:
            # Of two equal files the one goes that this move made.
            os.unlink(target)
            why = f"it cannot be removed where it lies ({error.strerror or error})"
    elif here and named:
        _give_name_free(target)
    elif not here and not there:
        if not os.path.isdir(os.path.dirname(target)):
            # On a disk that is away it may lie there whole: what is known of that must not be forgotten.
            return Moved(source, None, "it is not there, and where it was to go cannot be reached now")
        why = "it was changed or taken away meanwhile"
    if there and not here:
        library.moves.follow(move.video_id, source, target)
        library.moves.set_state(move.id, MoveState.RETURNED if returning else MoveState.MOVED)
        return Moved(source, target)
    library.moves.set_state(move.id, MoveState.MOVED if returning else MoveState.LEFT)
    return Moved(source, None, why)


def _are_two(source: str, target: str) -> bool:
    """Whether two names can lose one without a loss: not where both lead to one name of one file."""
    return not os.path.samefile(source, target) or os.lstat(source).st_nlink > 1


def _is_whole(path: str, move: Move) -> bool:
    try:
        status = os.lstat(path)
    except OSError:
        return False
    # The date of a copy may be rounded by its disk; an empty file is only a name that was taken.
    return status.st_size == move.size_bytes and status.st_size > 0


def _give_name_free(path: str) -> None:
    """Take away the empty file that held a name; whatever holds something stays."""
    with suppress(OSError):
        if os.lstat(path).st_size == 0:
            os.unlink(path)
