"""Pictures and sound of one piece as a fragment of an MP4 file, as browsers take it bit by bit.

All pieces of a video have the same beginning, which is sent once, and then only what differs.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import OutputContainer

TICKS = 90_000
"""Of the film's clock, a second."""
_OPTIONS = {
    "movflags": "empty_moov+default_base_moof+frag_discont+negative_cts_offsets+skip_trailer",
    # A piece begins when its first picture is shown, whatever came before.
    "use_editlist": "0",
    "avoid_negative_ts": "disabled",
    "video_track_timescale": str(TICKS),
}


def open_piece(file: io.BytesIO) -> OutputContainer:
    """Return a container that writes one piece into a file in memory, all at once when it is closed."""
    import av

    return av.open(file, "w", format="mp4", options=_OPTIONS)


def parted(written: bytes) -> tuple[bytes, bytes]:
    """Return the beginning that all pieces have in common, and the piece itself; either may be empty."""
    common: list[bytes] = []
    own: list[bytes] = []
    for kind, box in _boxes(written):
        (common if kind in (b"ftyp", b"moov") else own).append(box)
    return b"".join(common), b"".join(own)


def media_type(beginning: bytes) -> str:
    """Return what a browser is to be told of a file with this beginning, as ``video/mp4; codecs="..."``."""
    codecs = []
    at = beginning.find(b"avcC")
    if at >= 0:
        # Version, then profile, what it is compatible with, and level.
        codecs.append(f"avc1.{beginning[at + 5 : at + 8].hex()}")
    if b"mp4a" in beginning:
        codecs.append("mp4a.40.2")
    return f'video/mp4; codecs="{", ".join(codecs)}"'


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        size = size if size >= 8 else len(data) - at
        yield kind, data[at : at + size]
        at += size
