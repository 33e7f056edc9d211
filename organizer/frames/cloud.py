"""Which files are names only: their content lies in a cloud and reading a single byte would download it.

Told from what the folder's listing and ``stat`` say, for opening the file may be enough to fetch it. Linux
has no such sign: mounts of rclone, GNOME and KDE show every remote file as an ordinary one, and the number
of blocks is 0 for small local files and on many network drives too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

_WINDOWS_OFFLINE = 0x1000
_WINDOWS_RECALL_ON_OPEN = 0x40000
_WINDOWS_RECALL_ON_DATA_ACCESS = 0x400000
_WINDOWS_CLOUD_ONLY = _WINDOWS_OFFLINE | _WINDOWS_RECALL_ON_OPEN | _WINDOWS_RECALL_ON_DATA_ACCESS
# What iCloud Drive since macOS 14 and every other File Provider (OneDrive, Dropbox, Google Drive) sets.
_MACOS_DATALESS = 0x40000000

_STAND_INS = (
    # iCloud Drive before macOS 14.
    re.compile(r"\.(?P<name>.+)\.icloud", re.DOTALL),
    # Virtual files of Nextcloud and ownCloud, where the system offers nothing better (Linux).
    re.compile(r"(?P<name>.+)\.(?:nextcloud|owncloud)", re.DOTALL),
)


def is_cloud_only(status: os.stat_result) -> bool:
    """Tell whether a file's content would have to be downloaded, from its attributes alone."""
    attributes = getattr(status, "st_file_attributes", 0)
    flags = getattr(status, "st_flags", 0)
    return bool(attributes & _WINDOWS_CLOUD_ONLY or flags & _MACOS_DATALESS)


def stands_for(name: str) -> str | None:
    """Return the name of the file that a small stand-in takes the place of, or None for any other file.

    ``.Beach.mp4.icloud`` and ``Beach.mp4.nextcloud`` stand for ``Beach.mp4``.
    """
    for pattern in _STAND_INS:
        match = pattern.fullmatch(name)
        if match:
            return match["name"]
    return None
