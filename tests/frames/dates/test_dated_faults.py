"""The dates of files that once got another one; ``tests/faults/README.md`` says what each is."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from organizer.frames.probe import probe
from organizer.types import DateClock, DateSource

FAULTS = Path(__file__).parents[2] / "faults"
BERLIN = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("name", "moment", "clock", "source"),
    [
        ("13_vhs1987.mp4", datetime(1987, 12, 24, 18, tzinfo=UTC), DateClock.UTC, DateSource.CONTAINER),
        ("1985-07-04 Grandma birthday.mp4", datetime(1985, 7, 4), DateClock.DAY, DateSource.NAME),
        (
            "VID_20230502_003000.mp4",
            datetime(2023, 5, 2, 0, 30, tzinfo=BERLIN),
            DateClock.PLACE,
            DateSource.CONTAINER,
        ),
        ("15_date_recorded.mkv", datetime(2006, 6, 9, 10), DateClock.LOCAL, DateSource.CONTAINER),
        ("17_idit_casio_exz30.avi", datetime(2005, 11, 28, 9, 19), DateClock.LOCAL, DateSource.CONTAINER),
        ("18_idit_casio_qv3ex.avi", datetime(2001, 1, 27, 13, 42), DateClock.LOCAL, DateSource.CONTAINER),
    ],
)
def test_the_right_date(name, moment, clock, source):
    taken = probe(str(FAULTS / name), mtime_ns=0).taken_at
    assert (taken.moment, taken.clock, taken.source) == (moment, clock, source)
    assert taken.moment.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"MON NOV 28 09:19:07 2005\n\0", datetime(2005, 11, 28, 9, 19, 7)),
        (b"2005-11-28  09:19:07\0\0\0\0\0\0", datetime(2005, 11, 28, 9, 19, 7)),
        (b"2005:11:28 09:19:07\0", datetime(2005, 11, 28, 9, 19, 7)),
        (b"2005/11/28 09:19:07\0", datetime(2005, 11, 28, 9, 19, 7)),
    ],
)
def test_other_dialects_of_the_same_chunk(tmp_path, written, expected):
    path = shutil.copy(FAULTS / "17_idit_casio_exz30.avi", tmp_path / "a.avi")
    data = bytearray(path.read_bytes())
    at = data.index(b"IDIT")
    old = 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    old += old % 2
    new = b"IDIT" + len(written).to_bytes(4, "little") + written + b"\0" * (len(written) % 2)
    data[at : at + old] = new
    # The sizes of the lists around it.
    for name in (b"RIFF", b"hdrl"):
        size = data.index(name) + 4 if name == b"RIFF" else data.index(name) - 4
        if name == b"RIFF" or size < at < size + 4 + int.from_bytes(data[size : size + 4], "little"):
            value = int.from_bytes(data[size : size + 4], "little") + len(new) - old
            data[size : size + 4] = value.to_bytes(4, "little")
    path.write_bytes(data)
    taken = probe(os.fspath(path), mtime_ns=0).taken_at
    assert (taken.moment, taken.source) == (expected, DateSource.CONTAINER)
