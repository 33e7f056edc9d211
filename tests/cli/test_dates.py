"""One day for one video: in lists, in what is shown, for programs and in filters, in every zone."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clips import make_clip
from tests.dates.zones import ZONES, needs_tzset, zone

FAULTS = Path(__file__).parents[1] / "faults"

DAYS = {
    # The name's time and the container's instant together tell the zone: Berlin's summer.
    "VID_20230502_003000.mp4": "2023-05-02 00:30",
    "1985-07-04 Grandma birthday.mp4": "1985-07-04",
    "15_date_recorded.mkv": "2006-06-09 10:00",
    "17_idit_casio_exz30.avi": "2005-11-28 09:19",
    "18_idit_casio_qv3ex.avi": "2001-01-27 13:42",
}


@pytest.fixture(params=["UTC", "Pacific/Kiritimati"])
def dated(organizer, request):
    """A library that was filled in some zone: files with dates, and one with an instant in its name."""
    for name in (*DAYS, "13_vhs1987.mp4"):
        shutil.copy(FAULTS / name, organizer.videos)
    make_clip(organizer.videos / "PXL_20230501_223000000.mp4", seconds=1)
    with zone(request.param):
        assert organizer("scan", organizer.videos).code == 0
    return organizer


def lines(terminal, *arguments: str) -> dict[str, str]:
    """The date in each line of a list, by file name."""
    parts = (line.split("  ") for line in terminal("list", *arguments).lines)
    return {os.path.basename(path): date for path, _, date, *_ in parts}


@needs_tzset
@pytest.mark.parametrize("name", ZONES)
def test_what_the_video_tells_of_its_place_is_the_same_in_every_zone(dated, name):
    with zone(name):
        assert lines(dated).items() >= DAYS.items()
        for file, shown in DAYS.items():
            day = shown[:10]
            assert file in lines(dated, "--since", day, "--before", f"{day} 23:59:59")
            assert file not in lines(dated, "--before", day)
            assert f"taken      {day}" in dated("show", file).out
        found = {os.path.basename(video["path"]): video["taken_at"][:10] for video in dated.json()}
        assert found.items() >= {file: shown[:10] for file, shown in DAYS.items()}.items()


@needs_tzset
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("UTC", "2023-05-01 22:30"),
        ("Europe/Berlin", "2023-05-02 00:30"),
        ("America/Los_Angeles", "2023-05-01 15:30"),
        ("Pacific/Kiritimati", "2023-05-02 12:30"),
    ],
)
def test_an_instant_is_one_day_for_whoever_looks(dated, name, shown):
    file, day = "PXL_20230501_223000000.mp4", shown[:10]
    with zone(name):
        assert lines(dated)[file] == shown
        assert (file in lines(dated, "--since", "2023-05-02")) == (day == "2023-05-02")
        assert (file in lines(dated, "--before", "2023-05-02")) == (day == "2023-05-01")
        assert f"taken      {shown.replace(' ', 'T')}" in dated("show", file).out
        (taken,) = [video["taken_at"] for video in dated.json() if video["path"].endswith(file)]
        assert taken[:16] == shown.replace(" ", "T")


@needs_tzset
def test_a_scan_in_another_zone_sorts_anew(dated):
    with zone("America/Los_Angeles"):
        dated("scan")
        dates = list(lines(dated, "--sort", "taken").values())
    assert dates == sorted(dates)


def test_a_process_of_its_own_in_another_zone(dated):
    environment = os.environ | {"TZ": "Asia/Kolkata"}
    command = [sys.executable, "-m", "organizer", "list", "--json", "--since", "2023-05-02"]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = {
        os.path.basename(video["path"]): video["taken_at"]
        for video in map(json.loads, listed.stdout.splitlines())
    }
    assert found == {
        "VID_20230502_003000.mp4": "2023-05-02T00:30:00+02:00",
        "PXL_20230501_223000000.mp4": "2023-05-02T04:00:00+05:30",
    }


def patch_header(path, year_s: int) -> None:
    status = path.stat()
    data = bytearray(path.read_bytes())
    struct.pack_into(">I", data, data.index(b"mvhd") + 8, year_s)
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_refresh_says_what_changed(organizer):
    clip = make_clip(organizer.videos / "1999-01-02.mp4", seconds=1)
    other = make_clip(organizer.videos / "other.mp4", seconds=2)
    organizer("scan", organizer.videos)
    organizer("tag", clip, "Holiday")
    patch_header(clip, 3_219_883_200)
    assert organizer("scan").lines[-5:-1] == [
        "     0  new",
        "     2  unchanged",
        "     0  changed",
        "     0  moved",
    ]
    outcome = organizer("scan", "--refresh", clip)
    assert outcome.code == 0
    assert outcome.lines[0].startswith(f"updated: {clip}: taken 1999-01-02 -> 2006-01-1")
    assert outcome.lines[1:] == ["1 file looked at again, 1 updated"]
    assert organizer.json("--tag", "Holiday")[0]["taken_at"].startswith("2006-01-1")
    assert organizer("scan", "--refresh", organizer.videos).lines == [
        f"unchanged: {clip}",
        f"unchanged: {other}",
        "2 files looked at again, 0 updated",
    ]
    other.write_bytes(b"")
    assert (
        organizer("scan", "--refresh").lines[-1] == "2 files looked at again, 0 updated, 1 left as they were"
    )


def test_refresh_of_what_was_never_scanned(organizer):
    assert "no library here yet" in organizer("scan", "--refresh", organizer.videos).err
    make_clip(organizer.videos / "a.mp4", seconds=1)
    organizer("scan", organizer.videos)
    other = make_clip(organizer.folder / "other.mp4", seconds=1)
    outcome = organizer("scan", "--refresh", other)
    assert outcome.code == 1
    assert "no video that was looked at lies here. Run: organizer scan FOLDER" in outcome.err
    outcome = organizer("scan", "--refresh", organizer.folder / "nowhere.mp4")
    assert outcome.code == 1
    assert f"{organizer.folder}/nowhere.mp4: it does not exist. " in outcome.err


def test_a_date_follows_the_name_and_the_files_own_date(organizer):
    clip = make_clip(organizer.videos / "2021-02-03 party.mp4", seconds=1)
    organizer("scan", organizer.videos)
    assert lines(organizer) == {"2021-02-03 party.mp4": "2021-02-03"}
    clip = clip.rename(organizer.videos / "2020-05-06 party.mp4")
    outcome = organizer("scan")
    assert f"moved: {clip}: taken 2021-02-03 -> 2020-05-06" in outcome.lines
    assert lines(organizer) == {"2020-05-06 party.mp4": "2020-05-06"}
    clip = clip.rename(organizer.videos / "party.mp4")
    os.utime(clip, (1_500_000_000, 1_500_000_000))
    organizer("scan")
    assert lines(organizer)["party.mp4"].startswith("2017-07-1")
    os.utime(clip, (1_400_000_000, 1_400_000_000))
    organizer("scan")
    assert lines(organizer)["party.mp4"].startswith("2014-05-1")
