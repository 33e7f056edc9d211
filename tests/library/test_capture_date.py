"""Dates in a library: found and sorted as they are shown, in every zone, and true to the video's files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.types import CaptureDate, DateSource, VideoFile
from tests.dates.zones import ZONES, needs_tzset, zone
from tests.library.build import add, analysis

CONTAINER, NAME, FILE = DateSource.CONTAINER, DateSource.NAME, DateSource.FILE
FROM_FILE = CaptureDate(datetime(1970, 1, 1, 1, tzinfo=UTC), FILE)
HOUR_NS = 3600 * 10**9


def first_of_may(hour: int, minute: int = 30, **more) -> datetime:
    return datetime(2023, 5, 1, hour, minute, **more)


DATES = {
    "instant in the evening": CaptureDate(first_of_may(22, tzinfo=UTC), CONTAINER),
    "instant at noon": CaptureDate(first_of_may(12, tzinfo=UTC), CONTAINER),
    "evening in Honolulu": CaptureDate(first_of_may(23, tzinfo=timezone(-timedelta(hours=10))), CONTAINER),
    "morning in Auckland": CaptureDate(first_of_may(1, tzinfo=timezone(timedelta(hours=12))), CONTAINER),
    "winter evening in London": CaptureDate(
        datetime(2023, 1, 31, 23, 50, tzinfo=UTC), CONTAINER, zone_known=True
    ),
    "somewhere in the evening": CaptureDate(first_of_may(23, 59), CONTAINER),
    "a day": CaptureDate(datetime(2023, 5, 1), CONTAINER, day_only=True),
    "a day of before": CaptureDate(datetime(1985, 7, 4), CONTAINER, day_only=True),
    "old film": CaptureDate(datetime(1958, 7, 4, 12, tzinfo=UTC), CONTAINER),
    "film": CaptureDate(datetime(1895, 12, 28, 12, tzinfo=UTC), CONTAINER),
}


@pytest.fixture(params=ZONES)
def dated(request, library):
    """A library that was filled in some zone."""
    with zone(request.param):
        for name, taken in DATES.items():
            add(library, "/v", f"{name}.mp4", taken=taken)
    return library


def listed(library, filter_: VideoFilter) -> list[str]:
    return [video.places[0].relative_path[:-4] for video in library.list(filter_)]


def days(first: datetime, count: int = 1) -> VideoFilter:
    return VideoFilter(taken_from=first, taken_before=first + timedelta(days=count), sort=Sort.NAME)


@needs_tzset
@pytest.mark.parametrize("name", ZONES)
def test_what_is_shown_as_a_day_is_found_as_that_day(dated, name):
    firsts = (datetime(2023, 4, 30), datetime(2023, 5, 1), datetime(2023, 5, 2), datetime(1985, 7, 4))
    with zone(name):
        shown = {video.id: video.taken.day for video in dated.list(VideoFilter())}
        for first, sort in product(firsts, Sort):
            filter_ = replace(days(first), sort=sort)
            expected = {id_ for id_, day in shown.items() if day == f"{first:%Y-%m-%d}"}
            assert set(dated.ids(filter_)) == expected
            assert dated.count(filter_) == len(expected)


@needs_tzset
@pytest.mark.parametrize("name", ZONES)
def test_what_is_known_of_the_place_has_the_same_day_in_every_zone(dated, name):
    with zone(name):
        found = listed(dated, days(datetime(2023, 5, 1)))
        placed = [entry for entry in found if "instant" not in entry]
        assert placed == [
            "somewhere in the evening",
            "morning in Auckland",
            "evening in Honolulu",
            "a day",
        ]
        assert listed(dated, days(datetime(2023, 1, 31))) == ["winter evening in London"]
        assert listed(dated, days(datetime(1985, 7, 4))) == ["a day of before"]


@needs_tzset
@pytest.mark.parametrize(
    ("name", "day"),
    [("UTC", 1), ("Europe/Berlin", 2), ("America/Los_Angeles", 1), ("Pacific/Kiritimati", 2)],
)
def test_an_instant_is_found_on_the_day_of_whoever_looks(dated, name, day):
    with zone(name):
        for other in (1, 2):
            found = listed(dated, days(datetime(2023, 5, other)))
            assert ("instant in the evening" in found) == (other == day)


@needs_tzset
@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("descending", [False, True])
def test_the_order_is_that_of_what_is_shown(dated, name, descending):
    with zone(name):
        # As a scan does at its begin.
        dated.contents.follow_zone()
        shown = [
            video.taken.moment.replace(tzinfo=None)
            for video in dated.list(VideoFilter(descending=descending))
        ]
        assert shown == sorted(shown, reverse=descending)


def test_an_aware_moment_in_a_filter_is_an_instant(library):
    add(library, "/v", "a.mp4", taken=first_of_may(22, tzinfo=UTC))
    at = first_of_may(22, tzinfo=UTC).astimezone(timezone(timedelta(hours=9)))
    assert library.count(VideoFilter(taken_from=at)) == 1
    assert library.count(VideoFilter(taken_before=at)) == 0


# Dates that come from files follow the files.


def taken(library, video: int) -> tuple[str, str]:
    record = library.video(video)
    return record.taken_at, record.taken_source


def place(library: Library, path: str, video: int, *, mtime_ns: int = HOUR_NS, kept: bool = False) -> None:
    library.contents.place(
        library.roots.add("/v"), VideoFile("/v", path, 1000, mtime_ns), video, lambda _: kept
    )


def test_a_name_counts_as_long_as_the_file_has_it(library):
    video = add(library, "/v", "clip.mp4", mtime_ns=HOUR_NS, taken=FROM_FILE)
    assert taken(library, video) == ("1970-01-01T01:00:00+00:00", "file")
    place(library, "2021-02-03.mp4", video)
    assert taken(library, video) == ("2021-02-03T00:00:00", "name")
    assert library.video(video).taken_clock == "day"
    place(library, "2021-02-03 04.05.06.mp4", video)
    assert taken(library, video) == ("2021-02-03T04:05:06", "name")
    place(library, "party.mp4", video, mtime_ns=2 * HOUR_NS)
    assert taken(library, video) == ("1970-01-01T02:00:00+00:00", "file")


def test_a_touched_file_has_its_new_date(library):
    video = add(library, "/v", "clip.mp4", mtime_ns=HOUR_NS, taken=FROM_FILE)
    place(library, "clip.mp4", video, mtime_ns=5 * HOUR_NS)
    assert taken(library, video) == ("1970-01-01T05:00:00+00:00", "file")


def test_of_several_files_the_best_source_counts(library):
    video = add(library, "/v", "clip.mp4", mtime_ns=9 * HOUR_NS, taken=FROM_FILE)
    place(library, "copy.mp4", video, mtime_ns=3 * HOUR_NS, kept=True)
    assert taken(library, video) == ("1970-01-01T03:00:00+00:00", "file")
    place(library, "2021-02-03.mp4", video, mtime_ns=99 * HOUR_NS, kept=True)
    assert taken(library, video) == ("2021-02-03T00:00:00", "name")
    # The better file goes, then the older one.
    root = library.roots.add("/v")
    library.places.forget_vanished(root, ["2021-02-03.mp4"])
    assert taken(library, video) == ("1970-01-01T03:00:00+00:00", "file")
    library.places.forget_vanished(root, ["copy.mp4"])
    assert taken(library, video) == ("1970-01-01T09:00:00+00:00", "file")
    # The last one is gone but not forgotten.
    library.places.forget_vanished(root, ["clip.mp4"])
    assert taken(library, video) == ("1970-01-01T09:00:00+00:00", "file")


def test_analysing_again_keeps_the_better_name_of_a_copy(library):
    video = add(library, "/v", "clip.mp4", mtime_ns=HOUR_NS, taken=FROM_FILE)
    place(library, "2021-02-03.mp4", video, kept=True)
    content = b"clip.mp4".hex()
    file = VideoFile("/v", "clip.mp4", 1000, HOUR_NS)
    again = library.contents.store(library.roots.add("/v"), file, content, analysis(taken=FROM_FILE))
    assert again == video and taken(library, video) == ("2021-02-03T00:00:00", "name")


def test_what_the_container_says_stays(library):
    video = add(library, "/v", "clip.mp4", taken=first_of_may(12, tzinfo=UTC))
    place(library, "1999-02-03 04.05.06.mp4", video)
    assert taken(library, video) == ("2023-05-01T12:30:00+00:00", "container")


def test_a_new_name_may_tell_the_zone_and_it_stays_known(library):
    video = add(library, "/v", "clip.mp4", taken=first_of_may(22, tzinfo=UTC))
    place(library, "VID_20230502_003000.mp4", video)
    assert taken(library, video) == ("2023-05-02T00:30:00+02:00", "container")
    place(library, "party.mp4", video)
    assert taken(library, video) == ("2023-05-02T00:30:00+02:00", "container")
    file = VideoFile("/v", "party.mp4", 1000, HOUR_NS)
    info = analysis(taken=first_of_may(22, tzinfo=UTC)).info
    content = b"clip.mp4".hex()
    library.contents.store_facts(
        library.roots.add("/v"), file, video, info, fingerprint=content, metadata_digest="m"
    )
    assert taken(library, video) == ("2023-05-02T00:30:00+02:00", "container")
