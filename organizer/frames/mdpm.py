"""The recording date in AVCHD's pictures: "modified digital video pack metadata".

Camcorders put it into each group of H.264 pictures as unregistered user data (SEI type 5) with a UUID of its
own: ``MDPM``, a count, then so many entries of a tag and four bytes. Tag 0x18 holds the zone and, in binary
coded decimals, century, year and month; tag 0x19 day, hour, minute and second. Described in US patent
2009/0052875 and in ExifTool's H264 module. The bits of the zone: 0x40 daylight saving, 0x20 west, 0x1e hours,
0x01 half an hour more.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from organizer.frames.date_text import WrittenDate

_MARK = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_MOST_BYTES = 64 * 1024
"""User data comes before the picture, after a few small headers."""
_ENTRY_BYTES = 5
_DATE, _TIME = 0x18, 0x19
_FURTHEST_HOURS = 14


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
    if _DATE not in entries or _TIME not in entries:
        return None
    zone, *digits = entries[_DATE] + entries[_TIME]
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
