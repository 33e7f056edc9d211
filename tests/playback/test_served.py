"""What is served of a file shows and sounds as the file does, whatever its codecs and container."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from organizer.playback.plan import Way
from tests.clips import TOLERANCE, colour_of
from tests.playback.films import LOUD, is_loud, make_film, served, shown_by

QUIET_X265 = {"x265-params": "log-level=none", "preset": "ultrafast"}
X264 = {"preset": "veryfast", "crf": "16"}

FILMS = {
    "hevc.mp4": ("libx265", "aac", {"options": QUIET_X265}, Way.CONVERT),
    "hevc.mkv": ("libx265", "ac3", {"options": QUIET_X265}, Way.CONVERT),
    "ten bits.mp4": ("libx265", "aac", {"options": QUIET_X265, "pix_fmt": "yuv420p10le"}, Way.CONVERT),
    "part two.avi": ("mpeg4", "libmp3lame", {}, Way.CONVERT),
    "part two.mkv": ("mpeg4", "aac", {}, Way.CONVERT),
    "divx 3.avi": ("msmpeg4", "libmp3lame", {}, Way.CONVERT),
    "mpeg2.mpg": ("mpeg2video", "mp2", {"fps": 25}, Way.CONVERT),
    "mpeg2.ts": ("mpeg2video", "mp2", {"fps": 25}, Way.CONVERT),
    "mpeg1.mpg": ("mpeg1video", "mp2", {"fps": 25}, Way.CONVERT),
    "windows.wmv": ("wmv2", "wmav2", {}, Way.CONVERT),
    "flash.flv": ("flv", "libmp3lame", {"rate": 44_100}, Way.CONVERT),
    "motion jpeg.avi": ("mjpeg", "pcm_s16le", {"pix_fmt": "yuvj420p"}, Way.CONVERT),
    "avc.avi": ("libx264", "libmp3lame", {"options": X264 | {"bf": "0"}}, Way.CONVERT),
    "avc.mkv": ("libx264", "aac", {"options": X264}, Way.COPY),
    "avc.ts": ("libx264", "aac", {"options": X264}, Way.COPY),
    "avc.flv": ("libx264", "aac", {"options": X264}, Way.COPY),
    "avc pcm.mov": ("libx264", "pcm_s16le", {"options": X264}, Way.COPY),
    "avc 4:2:2.mov": ("libx264", "aac", {"options": X264, "pix_fmt": "yuv422p"}, Way.CONVERT),
}
SILENT = {"hevc.mp4", "avc.mkv", "part two.avi"}


def assert_shows(result, path, seconds=6.0, fps=10):
    """Each picture of the original once, at its time, in its colour."""
    expected = shown_by(path)
    assert len(expected) == round(seconds * fps)
    assert len(result.times) == len(expected)
    assert np.allclose(result.times, [time_s for time_s, _ in expected], atol=0.0005)
    assert np.abs(np.array(result.colours) - np.array([rgb for _, rgb in expected])).max() <= 6
    # What the original shows is what was put into it.
    for index, colour in enumerate(result.colours):
        assert np.abs(colour - colour_of(index // fps)).max() <= TOLERANCE, index


def assert_sounds(result, seconds=6):
    """Loud and silent in the right seconds, but for a tenth at their edges."""
    for tenth, level in enumerate(result.loudness[: seconds * 10]):
        if tenth % 10 in (0, 9):
            continue
        loud = is_loud(tenth // 10)
        assert (level > LOUD / 3) if loud else (level < LOUD / 20), (tenth, level)


@pytest.mark.parametrize("name", FILMS)
def test_all_of_a_file_is_served(tmp_path, name):
    codec, sound, how, way = FILMS[name]
    path = make_film(tmp_path / name, codec, sound, **how)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    result = served(path)
    plan = result.opened.plan
    assert plan.way is way
    assert plan.duration_s == pytest.approx(6.0, abs=0.3)
    assert plan.media_type.startswith('video/mp4; codecs="avc1.')
    assert_shows(result, path, fps=how.get("fps", 10))
    assert_sounds(result)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("name", sorted(SILENT))
def test_a_film_without_sound_is_served_without(tmp_path, name):
    codec, _, how, _ = FILMS[name]
    path = make_film(tmp_path / name, codec, None, **how)
    result = served(path)
    assert "mp4a" not in result.opened.plan.media_type
    assert result.opened.plan.sound == ""
    assert_shows(result, path)
    assert result.loudness == []


@pytest.mark.parametrize("name", ["hevc.mp4", "part two.avi", "mpeg2.mpg", "mpeg2.ts", "windows.wmv"])
def test_pieces_are_the_same_in_any_order(tmp_path, name):
    codec, sound, how, _ = FILMS[name]
    path = make_film(tmp_path / name, codec, sound, **how)
    forward = served(path)
    backward = served(path, numbers=[*reversed(range(forward.pieces))])
    if name == "mpeg2.mpg":
        # Only some packets of a program stream have stamps; what FFmpeg makes of that after a jump may be
        # half a picture off.
        assert abs(len(backward.times) - len(forward.times)) <= 1
        assert all(min(abs(time_s - other) for other in forward.times) < 0.03 for time_s in backward.times)
    else:
        assert np.allclose(backward.times, forward.times, atol=1e-4)
        assert np.abs(np.array(backward.colours) - np.array(forward.colours)).max() < 3
    assert_sounds(backward)


@pytest.mark.parametrize("name", ["avc.mkv", "avc.ts", "avc pcm.mov"])
def test_copied_pieces_in_any_order_hold_all_pictures(tmp_path, name):
    codec, sound, how, _ = FILMS[name]
    path = make_film(tmp_path / name, codec, sound, seconds=14, **how)
    backward = served(path, numbers=[3, 1, 2, 0])
    assert_shows(backward, path, 14)
    assert_sounds(backward, 14)
