"""Real clips give exactly the frames that their list states."""

from __future__ import annotations

import csv

import pytest

from organizer.frames.opencv_reader import OpenCvReader
from organizer.frames.probe import probe
from organizer.frames.sniff import sniff
from organizer.frames.walk import find_videos
from tests.corpus import CORPUS, needs_corpus

VIDEOS = sorted((CORPUS / "video").glob("*")) if CORPUS.is_dir() else []

pytestmark = needs_corpus


@pytest.fixture(scope="module")
def stated() -> dict[str, dict[str, str]]:
    with (CORPUS / "clips.csv").open(newline="", encoding="utf-8") as file:
        return {row["clip"]: row for row in csv.DictReader(file)}


def test_all_are_found():
    assert [file.path for file in find_videos(str(CORPUS / "video"))] == [str(path) for path in VIDEOS]


@pytest.mark.parametrize("path", VIDEOS, ids=lambda path: path.name)
@pytest.mark.parametrize("make_reader", [OpenCvReader])
def test_frames(path, make_reader, stated):
    row = stated[path.stem]
    frames = list(make_reader().read(str(path)))
    assert [frame.second for frame in frames] == list(range(int(row["frames"])))
    assert frames[0].rgb.shape == (int(row["height"]), int(row["width"]), 3)
    info = probe(str(path), mtime_ns=0)
    assert (info.width, info.height) == (int(row["width"]), int(row["height"]))
    assert info.duration_s == pytest.approx(float(row["seconds"]), abs=0.1)
    assert sniff(str(path))
