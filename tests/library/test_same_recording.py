"""Which two videos are one recording, told from stored lengths, dates, features and posters."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from PIL import Image

from organizer.library.changes import Analysis
from organizer.library.recordings.likeness import Likeness
from organizer.library.recordings.same_recording import rewrites, same_recordings
from organizer.stopping import StoppedError
from organizer.types import CaptureDate, DateSource, SampledSeconds, VideoFeatures, VideoFile, VideoInfo
from tests.library.build import SPACE, add_failed, tagging
from tests.library.sql import database_of

TAKEN = datetime(2024, 5, 1, 12, tzinfo=UTC)
FEATURES = np.random.default_rng(1).integers(40, 200, (10, 1024)).astype(np.uint8)


def lives_on(library, old_id, new_id):
    """Whether one video is the same recording as another one that is gone."""
    return bool(same_recordings(database_of(library), [old_id], [new_id]))


def scene(seed: int, size: tuple[int, int] = (48, 64)) -> np.ndarray:
    """A picture like no other, smooth as pictures are: (height, width, 3)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC))


def webp(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "webp", quality=75)
    return file.getvalue()


def turned(picture: np.ndarray, way: int) -> np.ndarray:
    """The picture in one of its eight orientations, 0 as it is."""
    return np.ascontiguousarray(np.rot90(np.fliplr(picture) if way > 3 else picture, way % 4))


class Shelf:
    """Stores videos with chosen facts, each with content and a place of its own."""

    def __init__(self, library) -> None:
        self.library = library
        self.count = 0

    def put(
        self,
        *,
        length_s: float | None = 10.0,
        off: float = 0.0,
        poster: bytes | None = None,
        codec: str = "h264",
        taken: datetime | CaptureDate = TAKEN,
        features: np.ndarray | None = None,
        source: DateSource = DateSource.CONTAINER,
        space: str = SPACE,
        size: int = 5_000_000,
    ) -> int:
        """off: how many levels each feature lies from those of the others."""
        self.count += 1
        if features is None:
            features = FEATURES
        features = (features.astype(float) + off).round().astype(np.uint8)
        date = taken if isinstance(taken, CaptureDate) else CaptureDate(taken, source)
        analysis = Analysis(
            VideoInfo(length_s, 64, 48, codec, 25.0, 0, date),
            VideoFeatures(space, features),
            webp(scene(1)) if poster is None else poster,
            tagging(),
        )
        file = VideoFile("/v", f"{self.count}.mp4", size, 1)
        return self.library.contents.store(
            self.library.roots.add("/v"), file, f"content {self.count}", analysis
        )


@pytest.fixture
def shelf(library):
    return Shelf(library)


ELSEWHERE = [
    ({}, True),
    ({"length_s": 10.2}, True),
    ({"length_s": 10.3}, False),
    ({"length_s": None}, False),
    ({"off": 1}, True),
    # A motionless scene that is filmed twice begins at 2.3 levels.
    ({"off": 2}, False),
    ({"poster": webp(scene(2))}, False),
    ({"poster": webp(np.full((48, 64, 3), 128, np.uint8))}, False),
    ({"poster": b"webp"}, False),
    ({"codec": "hevc"}, False),
    ({"taken": TAKEN + timedelta(seconds=1)}, True),
    ({"taken": TAKEN + timedelta(minutes=3)}, False),
    ({"taken": TAKEN + timedelta(minutes=3), "source": DateSource.NAME}, True),
    ({"taken": TAKEN + timedelta(days=300), "source": DateSource.FILE}, True),
    ({"space": "another"}, False),
    ({"off": 40, "poster": webp(turned(scene(1), 1))}, True),
    ({"off": 40, "poster": webp(turned(scene(1), 6)), "length_s": 10.2}, False),
    ({"off": 40, "poster": webp(turned(scene(2), 1))}, False),
    ({"off": 40, "poster": webp(turned(scene(1), 1)), "size": 5_090_000}, True),
    ({"off": 40, "poster": webp(turned(scene(1), 1)), "size": 5_200_000}, False),
    ({"off": 40, "poster": webp(turned(scene(1), 3)), "space": "another"}, True),
    ({"off": 40, "poster": webp(turned(scene(1), 3)), "taken": TAKEN + timedelta(minutes=3)}, False),
]


@pytest.mark.parametrize(("new", "same"), ELSEWHERE)
def test_what_a_video_of_another_name_must_share(library, shelf, new, same):
    first, second = shelf.put(), shelf.put(**new)
    assert lives_on(library, first, second) is same
    assert lives_on(library, second, first) is same


def test_dates_in_names_tell_recordings_apart_too(library, shelf):
    first = shelf.put(source=DateSource.NAME)
    second = shelf.put(source=DateSource.NAME, taken=TAKEN + timedelta(minutes=3))
    assert not lives_on(library, first, second)


WALL = TAKEN.replace(tzinfo=None)
CEST = TAKEN.astimezone(timezone(timedelta(hours=2)))
CONTAINER, NAME = DateSource.CONTAINER, DateSource.NAME
LATER = timedelta(days=300)
CLOCKS = [
    (
        CaptureDate(CEST, CONTAINER, zone_known=True),
        CaptureDate(CEST + LATER, CONTAINER, zone_known=True),
        False,
    ),
    (CaptureDate(CEST, CONTAINER, zone_known=True), CaptureDate(CEST, CONTAINER, zone_known=True), True),
    (CaptureDate(CEST, CONTAINER, zone_known=True), CaptureDate(TAKEN, CONTAINER), True),
    (
        CaptureDate(CEST, CONTAINER, zone_known=True),
        CaptureDate(TAKEN + timedelta(hours=2), CONTAINER),
        False,
    ),
    (CaptureDate(WALL, NAME), CaptureDate(WALL + timedelta(seconds=2), NAME), True),
    (CaptureDate(WALL, NAME), CaptureDate(WALL + timedelta(seconds=3), NAME), False),
    (CaptureDate(WALL, CONTAINER), CaptureDate(WALL + LATER, CONTAINER), False),
    (CaptureDate(WALL, NAME, day_only=True), CaptureDate(WALL, NAME, day_only=True), True),
    (CaptureDate(WALL, NAME, day_only=True), CaptureDate(WALL + LATER, NAME, day_only=True), False),
    # Nobody knows where the clock on the wall hung, nor when on the day it was.
    (CaptureDate(WALL, NAME), CaptureDate(CEST + LATER, NAME, zone_known=True), True),
    (CaptureDate(WALL, NAME, day_only=True), CaptureDate(WALL + LATER, NAME), True),
    (CaptureDate(TAKEN, DateSource.FILE), CaptureDate(TAKEN + LATER, DateSource.FILE), True),
]


@pytest.mark.parametrize(("first", "second", "same"), CLOCKS)
def test_dates_are_compared_on_whatever_clock_they_are_known(library, shelf, first, second, same):
    pair = shelf.put(taken=first), shelf.put(taken=second)
    assert lives_on(library, *pair) is same
    assert lives_on(library, *reversed(pair)) is same


@pytest.fixture
def loads(library):
    """What was read of videos, each by its kind."""
    read: list[str] = []
    kinds = {"data FROM features": "features", "webp FROM posters": "poster"}

    def note(statement: str) -> None:
        read.extend(kind for words, kind in kinds.items() if words in statement)

    database_of(library).conn.set_trace_callback(note)
    return read


def unlike() -> np.ndarray:
    return np.random.default_rng().integers(40, 200, (10, 1024)).astype(np.uint8)


def test_nothing_is_loaded_where_dates_differ(library, shelf, loads):
    old = [shelf.put() for _ in range(20)]
    new = [shelf.put(taken=TAKEN + timedelta(minutes=3)) for _ in range(20)]
    assert same_recordings(database_of(library), old, new) == []
    assert loads == []


def test_features_are_loaded_once_a_video_and_posters_only_where_they_may_decide(library, shelf, loads):
    old = [shelf.put(features=unlike()) for _ in range(20)]
    new = [shelf.put(features=unlike(), size=9_000_000) for _ in range(40)]
    assert same_recordings(database_of(library), old, new) == []
    assert loads == ["features"] * 60


def test_posters_are_loaded_once_a_video(library, shelf, loads):
    old = [shelf.put(features=unlike(), poster=webp(scene(seed))) for seed in range(10)]
    new = [shelf.put(features=unlike(), poster=webp(scene(seed))) for seed in range(100, 140)]
    new.append(shelf.put(features=unlike(), poster=webp(turned(scene(3), 1))))
    assert same_recordings(database_of(library), old, new) == [(old[3], new[-1])]
    assert loads.count("poster") == loads.count("features") == 51


def test_the_means_of_features_rule_out_only_what_the_features_do(library, shelf):
    """Seconds in another order have the same mean."""
    first, second = shelf.put(), shelf.put(features=FEATURES[::-1])
    assert Likeness(database_of(library)).feature_distance(first, second, most=1.0) == Likeness(
        database_of(library)
    ).feature_distance(first, second)
    assert not lives_on(library, first, second)


def test_stop_is_looked_at_for_each_pair(library, shelf, monkeypatch):
    stop, met = threading.Event(), []
    old = [shelf.put() for _ in range(3)]

    def distance(self, *pair, **_):
        met.append(pair)
        if len(met) == 2:
            stop.set()

    monkeypatch.setattr(Likeness, "feature_distance", distance)
    with pytest.raises(StoppedError):
        same_recordings(database_of(library), old, [shelf.put() for _ in range(3)], stop=stop)
    assert len(met) == 2


PARTS = [
    (FEATURES[:4], 4.0, True),
    (FEATURES[5:], 5.0, True),
    (np.abs(FEATURES[3:7].astype(int) - 1), 4.0, True),
    (np.abs(FEATURES[3:7].astype(int) - 2), 4.0, False),
    (FEATURES[[3, 5, 6, 7]], 4.0, False),
    (np.concatenate([FEATURES[3:6], FEATURES[:1] // 2]), 4.0, False),
    # So few seconds may be alike by chance, and what is longer is no part.
    (FEATURES[:2], 2.0, False),
    (FEATURES[:4], 14.0, False),
    (FEATURES[:4], None, False),
]


@pytest.mark.parametrize(("features", "length_s", "same"), PARTS)
def test_a_file_may_be_cut_down_to_a_part(library, shelf, features, length_s, same):
    first = shelf.put(poster=webp(scene(1)))
    assert (
        rewrites(
            database_of(library),
            first,
            shelf.put(features=features, length_s=length_s, poster=webp(scene(2))),
        )
        is same
    )


SOME = SampledSeconds(8, 2)
LONG = np.random.default_rng(2).integers(40, 200, (30, 1024)).astype(np.uint8)
"""Of each second of a film of 30 s."""


def of_seconds(first: int, last: int) -> np.ndarray:
    """Return the rows that a scan with the rule makes of a part of the film."""
    return LONG[[first + second for second in SOME.all if first + second <= last]]


@pytest.mark.parametrize(("start", "seconds", "same"), [(9, 35, False), (9, 20, True), (8, 35, True)])
def test_the_beginning_of_a_long_part_says_too_little(library, shelf, start, seconds, same):
    """From an odd second on, only four seconds of its first eight were looked at in both."""
    film = np.random.default_rng(3).integers(40, 200, (45, 1024)).astype(np.uint8)
    whole = shelf.put(features=film[list(SOME.all)], length_s=60.0, poster=webp(scene(1)))
    of_part = [start + second for second in SOME.all if second < seconds]
    part = shelf.put(features=film[of_part], length_s=float(seconds), poster=webp(scene(2)))
    assert rewrites(database_of(library), whole, part, {SPACE: SOME}) is same


# What is alike is compared second by second, though the rows of the two are of other seconds of the film.
@pytest.mark.parametrize(
    ("first", "last", "same"),
    [(0, 20, True), (4, 29, True), (5, 29, True), (9, 28, True), (8, 12, True), (9, 13, False)],
)
def test_a_part_is_found_where_not_each_second_was_looked_at(library, shelf, first, last, same):
    whole = shelf.put(features=of_seconds(0, 29), length_s=30.0, poster=webp(scene(1)))
    part = shelf.put(features=of_seconds(first, last), length_s=last - first + 1.0, poster=webp(scene(2)))
    db = database_of(library)
    # Of 9 to 13 only 10 and 12 were looked at in the film too.
    assert rewrites(db, whole, part, {SPACE: SOME}) is same
    other = shelf.put(
        features=of_seconds(first, last)[::-1], length_s=last - first + 1.0, poster=webp(scene(2))
    )
    assert not rewrites(db, whole, other, {SPACE: SOME})


REWRITTEN = [
    ({}, True),
    ({"length_s": 10.9, "codec": "hevc", "taken": TAKEN + timedelta(days=1)}, True),
    ({"length_s": 11.1}, False),
    ({"off": 8}, True),
    ({"off": 8, "poster": webp(scene(2))}, True),
    ({"off": 11}, True),
    ({"off": 11, "poster": webp(scene(2))}, False),
    # Two films with the same title.
    ({"off": 16}, False),
    ({"off": 16, "poster": webp(turned(scene(1), 2))}, True),
    ({"off": 16, "poster": webp(turned(scene(1), 2)), "length_s": 10.5}, False),
    ({"space": "another"}, True),
    ({"space": "another", "poster": webp(scene(2))}, False),
]


@pytest.mark.parametrize(("new", "same"), REWRITTEN)
def test_what_a_video_of_the_same_name_must_share(library, shelf, new, same):
    assert rewrites(database_of(library), shelf.put(), shelf.put(**new)) is same


def test_a_file_that_failed_is_what_it_becomes_but_nothing_else_becomes_it(library, shelf):
    failed, good = add_failed(library, "/v", "broken.mp4", "cut off"), shelf.put()
    assert rewrites(database_of(library), failed, good)
    assert not lives_on(library, failed, good)
    assert not lives_on(library, good, failed)
    assert not rewrites(database_of(library), 99, good)
    assert not lives_on(library, good, 99)


@pytest.mark.parametrize("way", range(8))
def test_posters_are_compared_in_all_eight_orientations(library, shelf, way):
    first, second = shelf.put(), shelf.put(poster=webp(turned(scene(1, (90, 160)), way)))
    upright, best_turned = Likeness(database_of(library)).posters(first, second)
    assert (upright > 0.98, best_turned > 0.98) == (way == 0, way != 0)


def test_the_distance_of_features_is_that_of_their_common_seconds(library, shelf):
    first, second = shelf.put(), shelf.put(off=2)
    assert Likeness(database_of(library)).feature_distance(first, second) == pytest.approx(2.0)
    database_of(library).execute(
        "UPDATE features SET data = substr(data, 1, 2048), frames = 2 WHERE video_id = ?", [second]
    )
    assert Likeness(database_of(library)).feature_distance(first, second) == pytest.approx(2.0)
    assert Likeness(database_of(library)).feature_distance(first, shelf.put(space="another")) is None
