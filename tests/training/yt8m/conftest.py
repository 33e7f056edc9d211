"""Shards for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.training.yt8m.generate import write_shards
from tests.workers import made_once


@pytest.fixture(scope="session")
def shards(tmp_path_factory):
    """Four training shards with 40 videos together, two validation shards with 10, and the vocabulary."""

    def write(folder):
        write_shards(folder, 40, 4, seed=7, split="train")
        write_shards(folder, 10, 2, seed=7, split="validate")

    return made_once(tmp_path_factory, "yt8m", write)


@pytest.fixture(scope="session")
def video_shards(tmp_path_factory):
    """The same videos at video level."""

    def write(folder):
        write_shards(folder, 40, 2, seed=7, split="train", level="video")
        write_shards(folder, 10, 1, seed=7, split="validate", level="video")

    return made_once(tmp_path_factory, "yt8m-video", write)
