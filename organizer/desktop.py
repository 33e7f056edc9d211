"""Show a file with this computer's own programs: in the person's player, or in the folder where it lies.

No shell is ever asked: programs are given the exact path as one argument. That the path is one that may be
shown is for the caller to know.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import DesktopError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE_S = 1.5
"""A program that has not ended by then has opened the file, and may stay open as long as it likes."""
_started: list[subprocess.Popen[bytes]] = []


def open_in_player(path: str) -> None:
    """Open a video with the program that this computer opens such files with.

    Args:
        path: absolute.

    Raises:
        DesktopError: there is no such program, or it did not start.
    """
    if sys.platform == "win32":
        try:
            os.startfile(path)
        except OSError as error:
            raise DesktopError(_not_opened(path, error.strerror or "no program for it")) from error
        return
    _run(player_command(path, sys.platform), path)


def show_in_folder(path: str) -> None:
    """Open the folder of a file in this computer's file manager, with the file chosen where that can be.

    Args:
        path: absolute.

    Raises:
        DesktopError: there is no file manager, or it did not start.
    """
    first, *others = folder_commands(path, sys.platform)
    try:
        _run(first, path)
    except DesktopError:
        if not others:
            raise
        _run(others[0], path)


def player_command(path: str, platform: str) -> Sequence[str]:
    """Return the command that opens a file with its own program.

    Args:
        path: absolute.
        platform: as ``sys.platform``; not Windows, which has a function for it.
    """
    return ["open" if platform == "darwin" else "xdg-open", path]


def folder_commands(path: str, platform: str) -> list[Sequence[str] | str]:
    """Return the commands that show a file in its folder, each to be tried when the one before fails.

    Args:
        path: absolute.
        platform: as ``sys.platform``.
    """
    if platform == "win32":
        # One string: Explorer reads its line by itself, and no file's name has a quotation mark there.
        return [f'explorer /select,"{path}"']
    if platform == "darwin":
        return [["open", "-R", path]]
    # Percent-encoded: neither a comma nor a quotation mark in a name means anything then.
    uri = Path(path).as_uri().replace(",", "%2C")
    return [
        [
            "dbus-send",
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.FileManager1",
            "--type=method_call",
            "/org/freedesktop/FileManager1",
            "org.freedesktop.FileManager1.ShowItems",
            f"array:string:{uri}",
            "string:",
        ],
        ["xdg-open", os.path.dirname(path)],
    ]


def _run(command: Sequence[str] | str, path: str) -> None:
    """Start a program and look shortly whether it fails.

    Raises:
        DesktopError: it is not there, or ended with an error.
    """
    # Ended ones are asked for their exit code, or they would stay in the table of processes.
    _started[:] = [process for process in _started if process.poll() is None]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the gallery's terminal does not end the player.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise DesktopError(_not_opened(path, "this computer has no program for it")) from error
    _started.append(process)
    try:
        code = process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        return
    # Explorer ends with 1 when all went well.
    if code != 0 and sys.platform != "win32":
        raise DesktopError(_not_opened(path, "this computer has no program for it, or no desktop"))


def _not_opened(path: str, reason: str) -> str:
    return (
        f"{path}: it could not be opened ({reason}). Copy its path and open it by hand, on the computer that "
        "runs the gallery."
    )
