"""Dates in the headers of MP4 and MOV files, patched in place."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest

from organizer.frames.dates.container_dates import header_dates
from organizer.frames.probe import probe
from organizer.types import DateSource
from tests import clips

SHOT = datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC)
EPOCH = datetime(1904, 1, 1, tzinfo=UTC)


def seconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def set_dates(path, **created: int):
    """Write the creation date of all headers of a kind, seconds since 1904, in place."""
    data = bytearray(path.read_bytes())
    for kind, value in created.items():
        at = data.find(kind.encode())
        assert at > 0
        while at > 0:
            assert data[at + 4] == 0
            struct.pack_into(">I", data, at + 8, value)
            at = data.find(kind.encode(), at + 4)
    path.write_bytes(data)
    return path


@pytest.fixture(params=[".mp4", ".mov"])
def clip(tmp_path, request):
    return clips.make_clip(tmp_path / f"a{request.param}", seconds=1)


def taken(path):
    return probe(str(path), mtime_ns=1_600_000_000 * 10**9).taken_at


@pytest.mark.parametrize("year", [1906, 1958, 1969, 1987, 2011, 2020])
def test_a_movie_header_of_any_year(clip, year):
    moment = datetime(year, 7, 4, 12, tzinfo=UTC)
    assert taken(set_dates(clip, mvhd=seconds(moment))).moment == moment


@pytest.mark.parametrize("unset", [0, 5, seconds(datetime(1970, 1, 1, tzinfo=UTC))])
@pytest.mark.parametrize("track", ["mdhd", "tkhd"])
def test_an_unset_movie_header_does_not_hide_a_good_track(clip, unset, track):
    set_dates(clip, mvhd=unset, mdhd=unset, tkhd=unset)
    assert taken(clip).source is DateSource.FILE
    set_dates(clip, **{track: seconds(SHOT)})
    assert (taken(clip).moment, taken(clip).source) == (SHOT, DateSource.CONTAINER)


def test_the_movie_comes_before_its_tracks(clip):
    set_dates(clip, mvhd=seconds(SHOT), mdhd=seconds(SHOT) + 9, tkhd=seconds(SHOT) + 99)
    dates = [date.moment for date in header_dates(str(clip))]
    assert dates == [SHOT, SHOT + timedelta(seconds=9), SHOT + timedelta(seconds=99)]


def test_seconds_since_1970_are_taken_as_such_where_the_file_agrees(clip):
    set_dates(clip, mvhd=int(SHOT.timestamp()))
    assert taken(clip).moment.year == 1945
    assert probe(str(clip), mtime_ns=int(SHOT.timestamp() + 3600) * 10**9).taken_at.moment == SHOT
    named = clip.rename(clip.with_name(f"VID_20110203_050506{clip.suffix}"))
    assert taken(named).moment == SHOT


def test_a_header_of_64_bits(tmp_path):
    path = tmp_path / "a.mp4"
    header = struct.pack(">B3xQQ", 1, seconds(SHOT), 0)
    box = struct.pack(">I4s", 8 + len(header), b"mvhd") + header
    path.write_bytes(struct.pack(">I4s", 8 + len(box), b"moov") + box)
    assert [date.moment for date in header_dates(str(path))] == [SHOT]
    path.write_bytes(struct.pack(">I4sI4sB3xQ", 28, b"moov", 20, b"mvhd", 1, 2**64 - 1))
    assert header_dates(str(path)) == []


@pytest.mark.parametrize(("keep", "found"), [(0, []), (7, []), (20, []), (60, [SHOT])])
def test_damage_is_no_error(clip, keep, found):
    data = set_dates(clip, mvhd=seconds(SHOT)).read_bytes()
    clip.write_bytes(data[data.index(b"moov") - 4 :][:keep])
    assert [date.moment for date in header_dates(str(clip))] == found
    assert header_dates(str(clip.with_name("missing.mp4"))) == []
