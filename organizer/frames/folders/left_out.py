"""What a walk leaves alone, and why: told from names, from a file's attributes, or by what the walk met.

Files whose content lies in a cloud are told from what the folder's listing and ``stat`` say, for opening one
may be enough to fetch it. Linux has no such sign: mounts of rclone, GNOME and KDE show every remote file as
an ordinary one, and the number of blocks is 0 for small local files and on many network drives too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

_WINDOWS_HIDDEN_OR_SYSTEM = 0x2 | 0x4
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

NO_MEDIA = ".nomedia"
"""A file of this name says that nothing in its folder, or below, is for a gallery (Android's convention)."""
_SYSTEM_NAMES = re.compile(
    # Windows: trash (of all its ages), snapshots, what a disk check found.
    r"\$recycle\.bin|recycler|recycled|system volume information|found\.\d{3}"
    # macOS archives; Unix disk checks; Android's and cameras' lost clusters.
    r"|__macosx|lost\+found|lost\.dir"
    # Storage boxes (Synology, QNAP, NetApp and the like): thumbnails, trash, snapshots.
    r"|@eadir|#recycle|#snapshot|@recycle|@recently-snapshot|~snapshot|@transcode"
    # macOS on network drives.
    r"|network trash folder",
    re.IGNORECASE,
)
_SIDECARS = frozenset(
    {
        # Small doubles and stills that cameras write beside each video.
        ".lrf",
        ".lrv",
        ".thm",
        # Edits, notes and subtitles.
        ".aae",
        ".nfo",
        ".srt",
        ".vtt",
        ".xmp",
        # Indexes of DVD, AVCHD and camcorder folders.
        ".bdm",
        ".bup",
        ".cpi",
        ".ifo",
        ".moff",
        ".modd",
        ".mpl",
    }
)


def is_hidden_by_attribute(status: os.stat_result) -> bool:
    """Tell whether Windows hides a file or folder, or counts it to the system."""
    return bool(getattr(status, "st_file_attributes", 0) & _WINDOWS_HIDDEN_OR_SYSTEM)


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


class Why(StrEnum):
    """Why a file or folder is left out, in words that fit behind its path."""

    HIDDEN = "hidden"
    SYSTEM = "a folder of the system or of a storage box: trash, snapshots, thumbnails"
    NO_MEDIA = f"it holds a file {NO_MEDIA}; name it to scan it"
    EXCLUDED = "excluded"
    LINK = "a symbolic link; name the folder it leads to"
    NO_FILE = "no ordinary file"
    CLOUD = "only in a cloud, not downloaded"
    UNREADABLE = "not readable; check its permissions"
    SIDECAR = "belongs to a video, is none itself"
    NOT_A_VIDEO = "its content is no video"
    TEXT = "its content is text"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that a walk left alone; a folder stands for all that lies in it."""

    path: str
    """Absolute."""
    why: Why
    detail: str = ""
    """What exactly was found, where that says more than ``why``."""

    @property
    def words(self) -> str:
        """The reason, for a person."""
        return self.detail or self.why.value

    @property
    def of_interest(self) -> bool:
        """Whether a person may miss it, who neither hid nor excluded it and is told of it nowhere else."""
        return self.why in (Why.NO_MEDIA, Why.NOT_A_VIDEO)


def is_system_name(name: str) -> bool:
    """Tell whether systems and storage boxes, never people, call their folders so."""
    return _SYSTEM_NAMES.fullmatch(name) is not None


def is_sidecar(extension: str) -> bool:
    """Tell whether files of this extension, lower case with its dot, only accompany videos."""
    return extension in _SIDECARS
