"""Folders as people name them."""

from __future__ import annotations

import os

from organizer.errors import FolderError


def checked_folder(typed: str) -> str:
    """Return the absolute path of a folder that a person typed or chose.

    Raises:
        FolderError: there is no such folder.
    """
    name = typed.strip()
    path = os.path.abspath(os.path.expanduser(name))
    if not name or "\0" in name or not os.path.isdir(path):
        raise FolderError(f"{name or 'Nothing'}: there is no such folder. Give the whole path of a folder.")
    return path
