"""Pictures for hovering: which seconds, which size, at which cost."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from organizer.errors import VideoError
from organizer.playback.desk import Desk, Draw
from organizer.playback.strip import make_strip, places
from tests.clips import COLOURS, TOLERANCE, colour_of, quadrants, set_rotation, write_clip
from tests.playback.films import make_film, original_of
from tests.playback.test_served import QUIET_X265


def drawn(path, duration_s=None):
    with Desk(1) as desk:
        return desk.answer(Draw(original_of(path, duration_s)))


def pictures(strip):
    row = np.asarray(Image.open(io.BytesIO(strip.webp)).convert("RGB"))
    count = len(strip.seconds)
    assert row.shape == (strip.height, strip.width * count, 3)
    return np.split(row, count, axis=1)


@pytest.mark.parametrize(
    ("seconds", "count"), [(0.1, 1), (0.6, 1), (1.0, 2), (3.0, 6), (5.0, 10), (3600.0, 10)]
)
def test_places_are_spread_over_the_film(seconds, count):
    found = places(seconds)
    assert len(found) == count
    assert found == sorted(found)
    assert 0 < found[0] <= found[-1] < seconds


@pytest.mark.parametrize(
    ("name", "codec", "how"),
    [
        ("a.mp4", "libx264", {}),
        ("a.mkv", "libx265", {"options": QUIET_X265}),
        ("a.avi", "mpeg4", {}),
        ("a.ts", "mpeg2video", {"fps": 25}),
    ],
)
@pytest.mark.parametrize("seconds", [6.0, 30.0])
def test_each_picture_shows_its_second(tmp_path, name, codec, how, seconds):
    path = make_film(tmp_path / name, codec, None, seconds=seconds, size=(96, 64), **how)
    strip = drawn(path, seconds)
    # A short one has a picture for each of its key frames, one a second, where these are enough.
    assert len(strip.seconds) in ((10,) if seconds > 10 else (6, 10))
    assert (strip.width, strip.height) == (96, 64)
    for at_s, rgb in zip(strip.seconds, pictures(strip), strict=True):
        colour = colour_of(int(at_s + 0.02))
        assert np.abs(rgb[16:-16, 24:-24].reshape(-1, 3).mean(axis=0) - colour).max() <= TOLERANCE
    for at_s in strip.seconds:
        assert min(abs(at_s - wanted) for wanted in places(seconds)) <= 1.01


def test_pictures_are_small_and_upright(tmp_path):
    path = tmp_path / "turned.mp4"
    write_clip(path, [(index / 10, quadrants((1280, 720))) for index in range(12)])
    set_rotation(path, 90)
    strip = drawn(path)
    assert (strip.width, strip.height) == (180, 320)
    first = pictures(strip)[0]
    assert first[80, 45].argmax() == 2  # what was below left: blue
    assert len(strip.webp) < 30_000


def test_a_film_with_one_key_frame_has_fewer_pictures(tmp_path):
    one = {"sc_threshold": "0"}
    path = make_film(tmp_path / "one.mp4", "libx264", None, seconds=20, key_every=1000, options=one)
    strip = drawn(path, 20.0)
    assert strip.seconds == (0.0,)
    assert np.abs(pictures(strip)[0].mean(axis=(0, 1)) - COLOURS[0]).max() <= TOLERANCE


def test_it_ends_when_its_time_is_over(tmp_path):
    path = make_film(tmp_path / "long.mp4", "libx264", None, seconds=30)
    strip = make_strip(original_of(path, 30.0), threads=1, on_picture=lambda: None, most_s=0.0)
    assert len(strip.seconds) == 1


def test_what_is_no_video_is_refused_in_words(tmp_path):
    (tmp_path / "none.mp4").write_bytes(b"no video")
    with pytest.raises(VideoError):
        drawn(tmp_path / "none.mp4")
