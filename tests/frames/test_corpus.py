"""Real clips give exactly the frames that their list states."""

from __future__ import annotations

import csv

import av
import numpy as np
import pytest

from organizer.frames.folders.walk import Walk
from organizer.frames.formats.sniff import sniff
from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import CannotPlanError, KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import second_of
from organizer.frames.readers.sampling import AutoReader
from organizer.frames.streams.timeline import FrameClock
from tests.corpus import CORPUS, needs_corpus

VIDEOS = sorted((CORPUS / "video").glob("*")) if CORPUS.is_dir() else []

DISORDERED = {"c0028.avi"}
"""DivX of the kind that packs two frames into one: no stamp tells in which order they are shown."""

pytestmark = needs_corpus


@pytest.fixture(scope="module")
def stated() -> dict[str, dict[str, str]]:
    with (CORPUS / "clips.csv").open(newline="", encoding="utf-8") as file:
        return {row["clip"]: row for row in csv.DictReader(file)}


def test_all_are_found():
    assert [file.path for file in Walk(str(CORPUS / "video"))] == [str(path) for path in VIDEOS]


@pytest.mark.parametrize("path", VIDEOS, ids=lambda path: path.name)
@pytest.mark.parametrize("make_reader", [PyAvReader, KeyFrameReader, AutoReader])
def test_frames(path, make_reader, stated):
    row = stated[path.stem]
    if make_reader is KeyFrameReader and path.name in DISORDERED:
        with pytest.raises(CannotPlanError):
            list(make_reader().read(str(path)))
        return
    frames = list(make_reader().read(str(path)))
    assert [frame.second for frame in frames] == list(range(int(row["frames"])))
    assert frames[0].rgb.shape == (int(row["height"]), int(row["width"]), 3)
    info = probe(str(path), mtime_ns=0)
    assert (info.width, info.height) == (int(row["width"]), int(row["height"]))
    assert info.duration_s == pytest.approx(float(row["seconds"]), abs=0.1)
    assert sniff(str(path))


@pytest.mark.parametrize(
    "path", [path for path in VIDEOS if path.name not in DISORDERED], ids=lambda path: path.name
)
def test_a_key_frame_is_the_picture_of_its_time(path):
    """Decoding everything shows the same picture at the same time."""
    reader = KeyFrameReader(long_run=10**9)
    chosen = {round(frame.time_s, 3): frame for frame in reader.read(str(path), short_side=96)}
    with av.open(str(path)) as video:
        converter = RgbConverter(video.streams.video[0], short_side=96, threads=1)
        clock = FrameClock(float(video.streams.video[0].average_rate))
        for decoded in video.decode(video=0):
            frame = chosen.pop(round(clock.time_of(decoded.time), 3), None)
            if frame is not None:
                assert second_of(frame.time_s) == frame.second
                assert np.array_equal(frame.rgb, converter.rgb(decoded))
    assert not chosen


@pytest.mark.parametrize(
    "path", [path for path in VIDEOS if path.name not in DISORDERED], ids=lambda path: path.name
)
def test_leaving_out_what_smooths_block_edges_changes_little(path):
    quick = [frame.rgb.astype(int) for frame in KeyFrameReader().read(str(path), short_side=224)]
    whole = [frame.rgb for frame in KeyFrameReader(long_run=10**9).read(str(path), short_side=224)]
    off = [np.abs(one - other).mean() for one, other in zip(quick, whole, strict=True)]
    assert np.mean(off) < 4
    assert np.max(off) < 6
