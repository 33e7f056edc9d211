"""The benchmarks of doubles count right, on features that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import doubles_speed
from benchmarks.doubles import share
from benchmarks.doubles_seed import draw_videos
from organizer.types import MAX_SECONDS


@pytest.fixture
def centres():
    return np.random.default_rng(4).normal(127, 17, (300, 1024)).astype(np.float32)


def test_one_of_a_hundred_is_a_copy(centres):
    videos = list(draw_videos(centres, 450))
    assert [video.number for video in videos] == list(range(450))
    copies = [video for video in videos if video.copy_of is not None]
    assert [(video.number, video.copy_of) for video in copies] == [
        (50, 43),
        (150, 143),
        (250, 243),
        (350, 343),
    ]
    for copy in copies:
        original = videos[copy.copy_of].rows
        assert len(copy.rows) <= len(original) <= MAX_SECONDS
        cut = len(original) - len(copy.rows)
        apart = copy.rows.astype(float) - original[cut:]
        assert 25 < apart.std() < 40


def test_the_search_is_measured_in_a_library_of_which_the_doubles_are_known(centres, tmp_path):
    np.savez(tmp_path / "means.npz", rgb=centres)
    pairs = doubles_speed.fill(tmp_path / "library.db", 200, tmp_path / "means.npz")
    assert len(pairs) == 2
    figures = doubles_speed.measure(tmp_path / "library.db", pairs, doubles_speed.search)
    assert (figures["doubles"], figures["doubles_found"], figures["others_found"]) == (2, 2, 0)
    assert figures["peak_mb"] > 10


def test_shares_have_wilsons_interval():
    assert share(0, 0) is None
    assert share(8, 10) == [0.8, 0.4902, 0.9433]
    assert share(10, 10)[2] == 1.0
