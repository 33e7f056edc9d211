from __future__ import annotations

import shutil

import pytest

from tests.clips import plain, write_clip
from tests.cluster.libraries import contents, organizer

CLIPS = 9


@pytest.fixture(scope="session")
def videos(tmp_path_factory):
    """Clips of several colours, one of them twice, one with a date in its name, and what is no video."""
    folder = tmp_path_factory.mktemp("videos")
    for number in range(CLIPS):
        colour = (23 * number % 255, 90, 255 - 25 * number)
        write_clip(
            folder / f"VID_20210{number + 1}03_101500.mp4",
            [(index / 10, plain(colour)) for index in range(25)],
        )
    shutil.copy(folder / "VID_20210103_101500.mp4", folder / "again.mp4")
    (folder / "text.mp4").write_text("this is no video")
    return folder


@pytest.fixture(scope="session")
def alone(videos, tmp_path_factory):
    """What a scan on one computer stores."""
    library = tmp_path_factory.mktemp("alone") / "library.db"
    assert organizer(library, "scan", videos).returncode == 0
    return contents(library)
