"""The recording date in the frames of DV tapes.

A DV frame (IEC 61834, SMPTE 314M) is made of sequences of 150 blocks of 80 bytes, of which the first six are
a header, two of subcode and three of video auxiliary data. These hold packs of five bytes: a number and four
bytes in binary coded decimals. Pack 0x62 is the recording date (zone, day, month, year), 0x63 the recording
time (frames, seconds, minutes, hours); bytes of ones mean that the tape does not know. ExifTool's DV module
and libdv read the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from organizer.frames.date_text import WrittenDate

_BLOCK, _SEQUENCE = 80, 150 * 80
_SUBCODE_BLOCKS, _VAUX_BLOCKS = (1, 2), (3, 4, 5)
_DATE, _TIME = 0x62, 0x63
_FIRST_YEAR = 75
"""Two digits from here on are of the last century; DV itself began in 1995."""


def dv_date(frame: bytes) -> WrittenDate | None:
    """Return when one DV frame was recorded, None where it does not say."""
    date: bytes | None = None
    time: bytes | None = None
    for pack in _packs(frame):
        if pack[0] == _DATE and _day(pack) is not None:
            date = date or pack
        elif pack[0] == _TIME and _clock(pack) is not None:
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
    """Return a number whose two digits are the halves of a byte. Raises ValueError where they are none."""
    return int(f"{value:02x}")
