"""Folders that a move makes, and takes away again when nothing is in them any more; never any other."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from organizer.library.doubles import MadeFolder

if TYPE_CHECKING:
    from organizer.library import Library


def make_folders(folder: str, below: str) -> list[MadeFolder]:
    """Make a folder and those on the way to it, but never the one that they lie below.

    Returns:
        Those that were not there before, the outermost first.

    Raises:
        OSError: one cannot be made, or ``below`` is not there; what was made until then is gone again.
    """
    way = os.path.relpath(folder, below)
    if way == os.curdir:
        os.stat(folder)
        return []
    now, made = below, []
    try:
        for name in way.split(os.sep):
            now = os.path.join(now, name)
            try:
                os.mkdir(now)
            except FileExistsError:
                if not os.path.isdir(now):
                    raise NotADirectoryError(errno.ENOTDIR, f"{now} is no folder") from None
            else:
                made.append(MadeFolder(now, os.lstat(now).st_ino))
    except OSError:
        take_away_empty(made)
        raise
    return made


def existing(folder: str) -> str:
    """Return the innermost folder that is there: a folder itself, or one that it would lie below."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def tidy(library: Library, batch: int) -> None:
    """Take away the folders that a command made for files which it moved, as far as they are empty now.

    Those of files that are not back stay, and one that was scanned as a folder of the library.
    """
    made = library.moves.made(batch)
    if not made:
        return
    roots = library.roots.all()
    # One that was scanned by another way to it, through a link, is a folder of the library too.
    scanned = {os.path.realpath(root.path) for root in roots}
    wanted = {root.path for root in roots}
    wanted |= {folder.path for folder in made if os.path.realpath(folder.path) in scanned}
    for move in library.moves.away(batch):
        folder = os.path.dirname(move.to_path)
        while folder not in wanted and os.path.dirname(folder) != folder:
            wanted.add(folder)
            folder = os.path.dirname(folder)
    left = take_away_empty([folder for folder in made if folder.path not in wanted])
    stay = wanted | {folder.path for folder in left}
    if gone := [folder for folder in made if folder.path not in stay]:
        library.moves.set_made(batch, [folder for folder in made if folder not in gone])


def take_away_empty(made: list[MadeFolder]) -> list[MadeFolder]:
    """Take away folders that are empty and still the ones that were made; return those that are left."""
    left = []
    for folder in reversed(made):
        try:
            status = os.lstat(folder.path)
            if stat.S_ISDIR(status.st_mode) and status.st_ino == folder.number:
                # It fails where something is in it.
                os.rmdir(folder.path)
        except FileNotFoundError:
            continue
        except OSError:
            left.append(folder)
    return left[::-1]
