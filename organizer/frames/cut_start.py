"""Recordings whose beginning was cut off: formats that can be read from anywhere, told from their middle.

A recorder that ran full, a tool that splits by size and a disc that was rescued leave such files. They begin
with any bytes; what comes later must fit so closely that nothing else is taken for a video.
"""

from __future__ import annotations

import re

# A pack header of MPEG-2 (ISO/IEC 13818-1, table 2-33) or MPEG-1 (11172-1) with its marker bits.
_PACK_2 = re.compile(
    rb"\x00\x00\x01\xba[\x44-\x7f].[\x04-\xff].[\x04-\xff][\x01-\xff].{2}.[\xf8-\xff]", re.DOTALL
)
_PACK_1 = re.compile(rb"\x00\x00\x01\xba[\x21-\x2f].{2}.[\x01-\xff][\x80-\xff].[\x01-\xff]", re.DOTALL)
# What follows a pack header: a system header, or a packet of sound, picture or private data.
_AFTER_PACK = re.compile(rb"\x00\x00\x01[\xba-\xef]")
# A sequence header of MPEG-1/2 video (13818-2, 6.2.2.1): size, one of four aspects and eight rates, a marker
# bit; then maybe tables, then an extension, user data or a group of pictures.
_SEQUENCE = re.compile(
    rb"\x00\x00\x01\xb3[^\x00]..[\x11-\x18\x21-\x28\x31-\x38\x41-\x48]..[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]."
    rb"(?:.{64}|.{128})?\x00\x00\x01[\xb2\xb5\xb8]",
    re.DOTALL,
)
# The slices of a picture of MPEG-1/2 video are numbered from above.
_START_CODE = re.compile(rb"\x00\x00\x01(.)", re.DOTALL)
_SLICES = bytes(range(1, 9))
# The beginning of a DIF sequence (SMPTE 314M): a block of header, two of subcode and three of facts about the
# picture, numbered, and all with the number of the sequence.
_DIF = re.compile(
    rb"[\x10-\x1f]([\x00-\xff])\x00.{77}[\x30-\x3f]\1\x00.{77}[\x30-\x3f]\1\x01.{77}"
    rb"[\x50-\x5f]\1\x00.{77}[\x50-\x5f]\1\x01.{77}[\x50-\x5f]\1\x02",
    re.DOTALL,
)


def cut_format(head: bytes) -> str | None:
    """Return FFmpeg's name of the format that a file was cut out of, None when it shows none.

    head: the first bytes of a file that does not begin as a video does.
    """
    if _has_pack(head):
        return "mpeg"
    if _DIF.search(head):
        return "dv"
    if _SEQUENCE.search(head) or _SLICES in b"".join(_START_CODE.findall(head)):
        return "mpegvideo"
    return None


def _has_pack(head: bytes) -> bool:
    for pack in _PACK_2.finditer(head):
        stuffing = head[pack.end() - 1] & 7
        if _AFTER_PACK.match(head, pack.end() + stuffing):
            return True
    return any(_AFTER_PACK.match(head, pack.end()) for pack in _PACK_1.finditer(head))
