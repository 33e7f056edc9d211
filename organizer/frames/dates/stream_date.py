"""Recording dates that lie among the pictures themselves, read from the first packets without decoding.

AVCHD, "modified digital video pack metadata": camcorders put it into each group of H.264 pictures as
unregistered user data (SEI type 5) with a UUID of its own: ``MDPM``, a count, then so many entries of a tag
and four bytes. Tag 0x18 holds the zone and, in binary coded decimals, century, year and month; tag 0x19 day,
hour, minute and second. The bits of the zone: 0x40 daylight saving, 0x20 west, 0x1e hours, 0x01 half an hour
more. Described in US patent 2009/0052875 and in ExifTool's H264 module.

DV (IEC 61834, SMPTE 314M): a frame is made of sequences of 150 blocks of 80 bytes, of which the first six are
a header, two of subcode and three of video auxiliary data. These hold packs of five bytes: a number and four
bytes in binary coded decimals. Pack 0x62 is the recording date (zone, day, month, year), 0x63 the recording
time (frames, seconds, minutes, hours); bytes of ones mean that the tape does not know. ExifTool's DV module
and libdv read the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING

from organizer.frames.dates.date_text import WrittenDate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from av.packet import Packet
    from av.video.stream import VideoStream

_MARK = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_MOST_BYTES = 64 * 1024
"""User data comes before the picture, after a few small headers."""
_ENTRY_BYTES = 5
_MDPM_DATE, _MDPM_TIME = 0x18, 0x19
_FURTHEST_HOURS = 14

_BLOCK, _SEQUENCE = 80, 150 * 80
_SUBCODE_BLOCKS, _VAUX_BLOCKS = (1, 2), (3, 4, 5)
_DV_DATE, _DV_TIME = 0x62, 0x63
_FIRST_YEAR = 75
"""Two digits from here on are of the last century; DV itself began in 1995."""
_PACKETS = 8
"""The first frames of a tape, or of a recording that was cut, may not know their date."""


def mdpm_date(picture: bytes) -> WrittenDate | None:
    """Return the recording date that one coded H.264 picture holds, None where it holds none."""
    head = picture[:_MOST_BYTES]
    at = head.find(_MARK)
    if at < 0:
        return None
    # Where the data would look like the start of the next unit, a 3 is put in between: 00 00 03.
    data = head[at + len(_MARK) : at + len(_MARK) + 2 * 256 * _ENTRY_BYTES].replace(b"\0\0\3", b"\0\0")
    entries: dict[int, bytes] = {}
    for start in range(1, 1 + data[0] * _ENTRY_BYTES if data else 0, _ENTRY_BYTES):
        entry = data[start : start + _ENTRY_BYTES]
        if len(entry) == _ENTRY_BYTES:
            entries.setdefault(entry[0], entry[1:])
    if _MDPM_DATE not in entries or _MDPM_TIME not in entries:
        return None
    zone, *digits = entries[_MDPM_DATE] + entries[_MDPM_TIME]
    try:
        century, year, month, day, hour, minute, second = (int(f"{value:02x}") for value in digits)
        moment = datetime(100 * century + year, month, day, hour, minute, second, tzinfo=_zone(zone))
    except ValueError:
        return None
    return WrittenDate(moment, day_only=False, zone_known=moment.tzinfo is not None)


def _zone(bits: int) -> timezone | None:
    hours = (bits >> 1 & 0x0F) + bits % 2 / 2
    if bits & 0x80 or hours > _FURTHEST_HOURS:
        return None
    summer = 1 if bits & 0x40 else 0
    return timezone(timedelta(hours=(-hours if bits & 0x20 else hours) + summer))


def dv_date(frame: bytes) -> WrittenDate | None:
    """Return when one DV frame was recorded, None where it does not say."""
    date: bytes | None = None
    time: bytes | None = None
    for pack in _packs(frame):
        if pack[0] == _DV_DATE and _day(pack) is not None:
            date = date or pack
        elif pack[0] == _DV_TIME and _clock(pack) is not None:
            time = time or pack
        if date and time:
            break
    day = _day(date) if date else None
    if day is None:
        return None
    hour, minute, second = (_clock(time) if time else None) or (0, 0, 0)
    return WrittenDate(
        day.replace(hour=hour, minute=minute, second=second), day_only=time is None, zone_known=False
    )


def _packs(frame: bytes) -> Iterator[bytes]:
    """Yield the packs of video auxiliary data, then of subcode, of all sequences of a frame."""
    starts = range(0, len(frame) - 6 * _BLOCK + 1, _SEQUENCE)
    for start in starts:
        for block in _VAUX_BLOCKS:
            first = start + block * _BLOCK + 3
            yield from (frame[at : at + 5] for at in range(first, first + 15 * 5, 5))
    for start in starts:
        for block in _SUBCODE_BLOCKS:
            # Six pieces, each of three bytes that number it and a pack.
            first = start + block * _BLOCK + 3
            yield from (frame[at + 3 : at + 8] for at in range(first, first + 6 * 8, 8))


def _day(pack: bytes) -> datetime | None:
    try:
        year, month, day = _decimal(pack[4]), _decimal(pack[3] & 0x1F), _decimal(pack[2] & 0x3F)
        return datetime(year + (1900 if year >= _FIRST_YEAR else 2000), month, day)
    except ValueError:
        return None


def _clock(pack: bytes) -> tuple[int, int, int] | None:
    try:
        hour, minute, second = (
            _decimal(pack[4] & 0x3F),
            _decimal(pack[3] & 0x7F),
            _decimal(pack[2] & 0x7F),
        )
    except ValueError:
        return None
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _decimal(value: int) -> int:
    """Return a number whose two digits are the halves of a byte.

    Raises:
        ValueError: they are none.
    """
    return int(f"{value:02x}")


_READERS: dict[str, Callable[[bytes], WrittenDate | None]] = {"h264": mdpm_date, "dvvideo": dv_date}


def date_in_stream(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> WrittenDate | None:
    """Return the recording date that AVCHD and DV keep among the pictures, None where there is none.

    Args:
        packets: those that the stream begins with.
    """
    reader = _READERS.get(stream.codec_context.codec.canonical_name)
    if reader is None:
        return None
    found = (reader(bytes(packet)) for packet in islice(packets, _PACKETS))
    return next((date for date in found if date), None)
