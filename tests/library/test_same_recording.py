"""Which two videos are one recording, told from stored lengths, dates, features and posters."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from organizer.library.same_recording import feature_distance, lives_on, poster_likeness, rewrites
from organizer.library.store import Analysis
from organizer.types import TakenAt, TakenSource, VideoFeatures, VideoFile, VideoInfo
from tests.library.build import SPACE, add_failed, tagging

TAKEN = datetime(2024, 5, 1, 12, tzinfo=UTC)
FEATURES = np.random.default_rng(1).integers(40, 200, (10, 1024)).astype(np.uint8)


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

    def __init__(self, store) -> None:
        self.store = store
        self.count = 0

    def put(
        self,
        *,
        length_s: float | None = 10.0,
        off: float = 0.0,
        poster: bytes | None = None,
        codec: str = "h264",
        taken: datetime = TAKEN,
        source: TakenSource = TakenSource.CONTAINER,
        space: str = SPACE,
        size: int = 5_000_000,
    ) -> int:
        """off: how many levels each feature lies from those of the others."""
        self.count += 1
        features = (FEATURES.astype(float) + off).round().astype(np.uint8)
        analysis = Analysis(
            VideoInfo(length_s, 64, 48, codec, 25.0, 0, TakenAt(taken, source)),
            VideoFeatures(space, features),
            webp(scene(1)) if poster is None else poster,
            tagging(),
        )
        file = VideoFile("/v", f"{self.count}.mp4", size, 1)
        return self.store.store_video(self.store.add_root("/v"), file, f"content {self.count}", analysis)


@pytest.fixture
def shelf(store):
    return Shelf(store)


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
    ({"taken": TAKEN + timedelta(minutes=3), "source": TakenSource.NAME}, True),
    ({"taken": TAKEN + timedelta(days=300), "source": TakenSource.FILE}, True),
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
def test_what_a_video_of_another_name_must_share(db, shelf, new, same):
    first, second = shelf.put(), shelf.put(**new)
    assert lives_on(db, first, second) is same
    assert lives_on(db, second, first) is same


def test_dates_in_names_tell_recordings_apart_too(db, shelf):
    first = shelf.put(source=TakenSource.NAME)
    second = shelf.put(source=TakenSource.NAME, taken=TAKEN + timedelta(minutes=3))
    assert not lives_on(db, first, second)


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
def test_what_a_video_of_the_same_name_must_share(db, shelf, new, same):
    assert rewrites(db, shelf.put(), shelf.put(**new)) is same


def test_a_file_that_failed_is_what_it_becomes_but_nothing_else_becomes_it(db, store, shelf):
    failed, good = add_failed(store, "/v", "broken.mp4", "cut off"), shelf.put()
    assert rewrites(db, failed, good)
    assert not lives_on(db, failed, good)
    assert not lives_on(db, good, failed)
    assert not rewrites(db, 99, good)
    assert not lives_on(db, good, 99)


@pytest.mark.parametrize("way", range(8))
def test_posters_are_compared_in_all_eight_orientations(db, shelf, way):
    first, second = shelf.put(), shelf.put(poster=webp(turned(scene(1, (90, 160)), way)))
    upright, best_turned = poster_likeness(db, first, second)
    assert (upright > 0.98, best_turned > 0.98) == (way == 0, way != 0)


def test_the_distance_of_features_is_that_of_their_common_seconds(db, shelf):
    first, second = shelf.put(), shelf.put(off=2)
    assert feature_distance(db, first, second) == pytest.approx(2.0)
    db.execute("UPDATE features SET data = substr(data, 1, 2048), frames = 2 WHERE video_id = ?", [second])
    assert feature_distance(db, first, second) == pytest.approx(2.0)
    assert feature_distance(db, first, shelf.put(space="another")) is None
