"""What a file holds, told from its first bytes: only known video formats may reach FFmpeg.

FFmpeg looks at the content too, and gladly follows a playlist or a list of files to other places. So this is
a list of what is let through, not of what is refused; the rest only decides how the refusal is worded.

A recorder that ran full, a tool that splits by size and a disc that was rescued leave recordings whose
beginning was cut off. They begin with any bytes; what comes later must fit so closely that nothing else is
taken for a video.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable

from organizer.errors import NotAVideoError, UnreadableVideoError
from organizer.frames.read_errors import note

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

HEAD_BYTES = 16 * 1024
"""How much of a file is looked at: enough for a few transport packets and for leading zeros."""
CUT_HEAD_BYTES = 64 * 1024
"""How far the first whole part of a recording is looked for whose beginning was cut off."""
CUT = "cut from:"
"""What the names of such formats begin with."""
IS_TEXT = "its content is text, not a video"
"""The reason why text is refused."""
_ISO_FIRST_BOXES = frozenset(
    {
        b"ftyp",
        b"styp",
        b"moov",
        b"moof",
        b"mdat",
        b"wide",
        b"free",
        b"skip",
        b"pnot",
        b"sidx",
        b"uuid",
        b"junk",
    }
)
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"jxl ", b"crx "})
_RIFF_VIDEO = frozenset({b"AVI ", b"AVIX", b"AMV ", b"CDXA"})
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_WTV_HEADER = bytes.fromhex("b7d800203749da11a64e0007e95ead8d")
# Cameras and DVD tools put zeros before the first start code: program stream, MPEG-1/2 video, MPEG-4 video.
_MPEG_START = re.compile(rb"\x00*\x00\x00\x01[\xba\xb3\xb0]")
_MXF_PARTITION = bytes.fromhex("060e2b34020501010d010201")
_DV_BLOCKS = re.compile(rb"\x1f\x07.{78}\x3f\x07", re.DOTALL)
_TS_PACKET_SIZES = (188, 192, 204)
_TS_PACKETS = 5
_OTHER_CONTENT = (
    (
        re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM.{4}\0\0\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP", re.DOTALL),
        "a picture",
    ),
    (re.compile(rb"ID3|fLaC|RIFF.{4}WAVE|\xff[\xfb\xf3\xf2\xf1\xf9]|#!AMR", re.DOTALL), "sound"),
    (re.compile(rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ"), "an archive"),
    (re.compile(rb"%PDF"), "a document"),
)
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def cut_format(head: bytes) -> str | None:
    """Return FFmpeg's name of the format that a file was cut out of, None when it shows none.

    Args:
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


def sniff(path: str) -> str:
    """Return the name of the video format that the file's first bytes show, for example ``iso-bmff``.

    ``cut from:mpeg`` is the rest of a recording; what follows is FFmpeg's name of its format, and FFmpeg must
    be told it: the first bytes of such a file could be made to look like anything.

    Reads at most ``CUT_HEAD_BYTES`` bytes.

    Raises:
        NotAVideoError: the content is something else.
        UnreadableVideoError: the file cannot be read.
    """
    head = _read_head(path)
    name = video_format(head[:HEAD_BYTES])
    if name is None and (cut := cut_recording(head)):
        name = f"{CUT}{cut}"
    if name is None:
        raise _refusal(path, head)
    return name


def cut_recording(head: bytes) -> str | None:
    """Return FFmpeg's name of the format, see cut_format; None for what any other program made."""
    # Recorders fill up with ones, which no text begins with.
    if is_text(head.lstrip(b"\xff")) or any(pattern.match(head) for pattern, _ in _OTHER_CONTENT):
        return None
    return cut_format(head)


def video_format(head: bytes) -> str | None:
    """Return the name of the video format that these first bytes of a file show, or None."""
    for name, matches in _FORMATS:
        if matches(head):
            return name
    return None


def is_text(head: bytes) -> bool:
    """Tell whether these first bytes of a file look like text in any usual encoding."""
    sample = head[:1024]
    if sample.startswith(_TEXT_MARKS):
        return True
    return bool(sample) and len(sample.translate(None, _NOT_IN_TEXT)) == len(sample)


def _read_head(path: str) -> bytes:
    try:
        # A named pipe would block for ever and a device may do anything.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise NotAVideoError(path, "it is not a regular file", "Exclude it from the scan.")
        with open(path, "rb") as file:
            return file.read(CUT_HEAD_BYTES)
    except OSError as error:
        note(error)
        raise UnreadableVideoError(
            path,
            f"the file cannot be read ({error.strerror or error})",
            "Check that the disk is connected and that you may read the file, then scan again.",
        ) from error


def _is_iso_video(head: bytes) -> bool:
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind not in _ISO_FIRST_BOXES or not (size in (0, 1) or size >= 8):
        return False
    return not (kind == b"ftyp" and head[8:12] in _PICTURE_BRANDS)


def _has_transport_packets(head: bytes) -> bool:
    """Tell whether the sync byte repeats at a packet distance; recordings may begin inside a packet."""
    for size in _TS_PACKET_SIZES:
        for start in range(size):
            syncs = head[start::size][:_TS_PACKETS]
            if len(syncs) == _TS_PACKETS and set(syncs) == {0x47}:
                return True
    return False


def _starts_with(prefix: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(prefix)


_FORMATS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("iso-bmff", _is_iso_video),
    ("matroska", _starts_with(b"\x1a\x45\xdf\xa3")),
    ("avi", lambda head: head[:4] == b"RIFF" and head[8:12] in _RIFF_VIDEO),
    ("asf", _starts_with(_ASF_HEADER)),
    ("flv", _starts_with(b"FLV\x01")),
    ("ogg", _starts_with(b"OggS")),
    ("realmedia", _starts_with(b".RMF")),
    ("ivf", _starts_with(b"DKIF\0\0")),
    ("wtv", _starts_with(_WTV_HEADER)),
    ("mpeg", lambda head: bool(_MPEG_START.match(head))),
    ("dv", lambda head: bool(_DV_BLOCKS.match(head))),
    ("mxf", lambda head: _MXF_PARTITION in head and not is_text(head)),
    ("mpeg-ts", lambda head: not is_text(head) and _has_transport_packets(head)),
)


def _refusal(path: str, head: bytes) -> NotAVideoError:
    if not head:
        return NotAVideoError(path, "the file is empty", "Copy it again from where it came from.")
    if not head.strip(b"\0"):
        return NotAVideoError(
            path, "it holds nothing but zeros", "The copy failed: copy it again from where it came from."
        )
    advice = "Give it the right extension, or exclude it from the scan."
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return NotAVideoError(path, "its content is a picture, not a video", advice)
    for pattern, what in _OTHER_CONTENT:
        if pattern.match(head):
            return NotAVideoError(path, f"its content is {what}, not a video", advice)
    if is_text(head):
        return NotAVideoError(path, IS_TEXT, advice)
    return NotAVideoError(path, "its content is not a known video format", advice)
