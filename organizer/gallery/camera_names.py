"""Names that a camera, a telephone or a program gave a file: they say less than the date beside them."""

from __future__ import annotations

import re

_PREFIXES = (
    "IMG",  # iPhones, Canon, Android
    "VID",  # Android
    "PXL",  # Google Pixel
    "MVI",  # Canon
    "MOV",
    "MOVIE",
    "VIDEO",
    "REC",
    "DSC",  # Sony, Nikon
    "DSCN",
    "DSCF",  # Fujifilm
    "DJI",
    "GOPR",
    "GP",
    "GH",
    "GX",
    "GL",  # GoPro
    "INSV",
    "LRV",
    "CIMG",  # Casio
    "SAM",  # Samsung
    "P",  # Panasonic, Olympus
    "C",  # Sony, Canon
    "MAH",  # Sony
    "WP",  # Windows phones
    "HPIM",
    "IMGP",  # Pentax
    "KIC",
    "PICT",
    "CLIP",
    "FILE",
    "SNAPCHAT",
    "SIGNAL",
    "TRIM",
    "WHATSAPP VIDEO",
    "SCREEN RECORDING",
    "SCREENRECORDING",
    "SCREEN_RECORDING",
    "RPREPLAY_FINAL",
    "FULLSIZERENDER",
)
# What follows such a word: numbers, dates and times, the letters of a counter, and what programs add to
# tell copies and versions apart. What was taken is never given back: no name makes it try for long.
_COUNTER = (
    r"(?:[\s_.\-~()]*+(?:\d++[A-Z]?+|E\d++|WA\d++|AT|AM|PM|TS|LS|MP|HDR|COVER|NIGHT|EDITED|COPY"
    r"|\([0-9A-F]++\)))*+"
)
_BY_CAMERA = re.compile(rf"(?:{'|'.join(_PREFIXES)})?{_COUNTER}[\s_.\-~()]*+", re.ASCII)
_BY_PROGRAM = re.compile(
    r"(?:TRIM\.)?(?:[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}|[0-9A-F]{16,64})", re.ASCII
)
_LONGEST = 255
"""Characters of a name that a camera gives."""


def is_camera_name(name: str) -> bool:
    """Whether nobody chose a file's name: ``IMG_0123.MOV``, ``20230603_140501.mp4``, a bare number.

    Args:
        name: the file's name, with its ending.
    """
    stem = (name.rpartition(".")[0] if "." in name else name).upper()
    if len(stem) > _LONGEST or not any(character.isdigit() for character in stem):
        return False
    return bool(_BY_CAMERA.fullmatch(stem) or _BY_PROGRAM.fullmatch(stem))
