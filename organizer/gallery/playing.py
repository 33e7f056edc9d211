"""How the page tries to play a video first; where that fails, it asks for it in pieces by itself."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizer.library.records import VideoRecord


class Playback(StrEnum):
    """What a player is given."""

    ORIGINAL = "original"
    """The file itself."""
    CONVERTED = "converted"
    """Pieces that are made of it while it plays: no browser plays the file."""
    HEVC = "hevc"
    """The file itself where the browser says that it plays HEVC, else pieces."""


_NEVER_CODECS = {
    "mpeg4",
    "mpeg2video",
    "mpeg1video",
    "wmv1",
    "wmv2",
    "wmv3",
    "vc1",
    "msmpeg4v1",
    "msmpeg4v2",
    "msmpeg4v3",
    "mjpeg",
    "dvvideo",
    "prores",
    "flv1",
    "h263",
    "rv30",
    "rv40",
    "svq1",
    "svq3",
    "cinepak",
    "rawvideo",
}
_NEVER_NAMES = {".avi", ".wmv", ".asf", ".flv", ".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts", ".dv"}
"""Containers that browsers do not open, whatever they hold."""


def playback_of(record: VideoRecord) -> Playback:
    """Tell what to try first, from what the library knows of a video; nothing is opened."""
    if record.codec in _NEVER_CODECS or PurePath(record.path).suffix.lower() in _NEVER_NAMES:
        return Playback.CONVERTED
    return Playback.HEVC if record.codec == "hevc" else Playback.ORIGINAL
