"""Which file names may be videos."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

VIDEO_EXTENSIONS = frozenset(
    {
        ".3g2",
        ".3gp",
        ".3gp2",
        ".3gpp",
        ".amv",
        ".asf",
        ".avi",
        ".divx",
        ".dv",
        ".dvr-ms",
        ".evo",
        ".f4v",
        ".flv",
        ".insv",
        ".ismv",
        ".ivf",
        ".m1v",
        ".m2p",
        ".m2t",
        ".m2ts",
        ".m2v",
        ".m4v",
        ".mk3d",
        ".mkv",
        ".mov",
        ".mp2v",
        ".mp4",
        ".mp4v",
        ".mpe",
        ".mpeg",
        ".mpeg4",
        ".mpg",
        ".mpg4",
        ".mpv",
        ".mpv2",
        ".mqv",
        ".mxf",
        ".ogm",
        ".ogv",
        ".rm",
        ".rmvb",
        ".vob",
        ".vro",
        ".webm",
        ".wmv",
        ".wtv",
        ".xvid",
    }
)
"""Extensions, lower case, that hardly anything but videos uses."""

AMBIGUOUS_EXTENSIONS = frozenset(
    {
        ".360",
        ".dat",
        ".mod",
        ".mp",
        ".mts",
        ".qt",
        ".rec",
        ".tod",
        ".tp",
        ".trp",
        ".ts",
    }
)
"""Extensions, lower case, of videos and of other files.

``.ts`` is mostly TypeScript, ``.mod`` Go, ``.mp`` (the moving part of Pixel's motion photos) MetaPost too.
"""


def extension(name: str) -> str:
    """Return the extension of a file name in lower case with its dot, or an empty string."""
    return os.path.splitext(name)[1].lower()


def may_be_video(name: str) -> bool:
    """Tell whether a file of this name can be a video at all."""
    return extension(name) in VIDEO_EXTENSIONS or is_ambiguous(name)


def is_ambiguous(name: str) -> bool:
    """Tell whether only the content of a file of this name shows that it is a video."""
    return extension(name) in AMBIGUOUS_EXTENSIONS


_PICTURES = frozenset({".heic", ".heif", ".jpg", ".jpeg", ".png"})
_APPLE_PICTURES = frozenset({".heic", ".heif"})
# Apple writes .mov, and Google's export makes .mp4 of it. A .jpg beside an .mp4 is most often a thumbnail.
_PICTURES_BESIDE = {".mov": _PICTURES, ".mp4": _APPLE_PICTURES}


def pictures_in(names: Iterable[str]) -> set[tuple[str, str]]:
    """Return which pictures there are in a folder: their names without extension, in one case, and these."""
    split = (os.path.splitext(name.casefold()) for name in names)
    return {(stem, end) for stem, end in split if end in _PICTURES}


def is_beside_picture(name: str, pictures: Collection[tuple[str, str]]) -> bool:
    """Whether one of the pictures in a file's folder is named as the still of a Live Photo with this clip."""
    stem, end = os.path.splitext(name.casefold())
    return any((stem, picture) in pictures for picture in _PICTURES_BESIDE.get(end, ()))
