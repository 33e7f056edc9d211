from __future__ import annotations

import pytest

from organizer.doubles.finding import find_doubles
from organizer.library import Library
from tests.doubles.films import SPACE, encoded_again, film, store_file


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


@pytest.fixture
def shelf(tmp_path):
    """A library with a film and two copies of it, in folders; their files are there."""
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        rows = film(1, 20)
        store_file(library, root, "best.mp4", rows, picture=(1920, 1080))
        store_file(library, root, "2023/copy.mp4", encoded_again(rows, 1))
        store_file(library, root, "2024/copy.mp4", encoded_again(rows[5:], 2))
        list(find_doubles(library, SPACE))
        yield library, root, tmp_path / "away"
