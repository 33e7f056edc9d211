"""What the browser's player shows lies as the poster does, which lies as FFmpeg shows it."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.pipeline.background_jobs import newest_job
from tests import clips
from tests.gallery_server.process import running_gallery, wait_until

FAULTS = Path(__file__).parents[1] / "faults"

LOOK = """
node => {
  const canvas = document.createElement("canvas");
  canvas.width = node.videoWidth || node.naturalWidth;
  canvas.height = node.videoHeight || node.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(node, 0, 0);
  const lit = (x, y) => [...context.getImageData(canvas.width * x, canvas.height * y, 1, 1).data]
    .slice(0, 3).map((level) => (level > 100 ? 1 : 0)).join("");
  const names = { "100": "r", "010": "g", "001": "b", "111": "w" };
  const corners = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]];
  return [canvas.width, canvas.height, corners.map(([x, y]) => names[lit(x, y)] || "?").join("")];
}
"""
"""Gives width, height, and the colours above left, above right, below left and below right."""

POSTER = """
async address => {
  const image = new Image();
  image.src = address;
  await image.decode();
  return (LOOK)(image);
}
""".replace("LOOK", LOOK)


def make_matroska(path, degrees):
    clips.make_rotated_clip(path, degrees)


def make_split(path):
    """A quarter turn in the track's header, a mirror in the movie's."""
    clips.write_clip(path, [(index / 10, clips.quadrants()) for index in range(5)])
    clips.set_matrix(path, (0, 1, -1, 0), header=b"tkhd")
    clips.set_matrix(path, (-1, 0, 0, 1), header=b"mvhd")


def make_wide(path, degrees):
    """Wide pixels, in a picture that is turned."""
    pictures = [(index / 25, clips.quadrants((360, 288))) for index in range(5)]
    clips.write_clip(path, pictures, fps=25, pixel_aspect=Fraction(64, 45))
    if degrees:
        clips.set_rotation(path, degrees)


MAKE = {
    "06_hflip.mp4": (None, (160, 92, "grwb")),
    "08_transpose.mp4": (None, (92, 160, "rbgw")),
    "09_rot90_in_mvhd.mp4": (None, (92, 160, "brwg")),
    "split.mp4": (make_split, (64, 96, "rbgw")),
    "turned 90.mkv": (lambda path: make_matroska(path, 90), (64, 96, "brwg")),
    "turned 180.mkv": (lambda path: make_matroska(path, 180), (96, 64, "wbgr")),
    "wide.mp4": (lambda path: make_wide(path, 0), (512, 288, "rgbw")),
    "wide turned.mp4": (lambda path: make_wide(path, 90), (288, 512, "brwg")),
    "wide.mkv": (lambda path: make_wide(path, 0), (512, 288, "rgbw")),
}
"""How each file is made, None for one of the saved ones, and what it has to look like."""


@pytest.fixture
def videos(tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    for name, (make, _) in MAKE.items():
        if make is None:
            shutil.copy(FAULTS / name, folder / name)
        else:
            make(folder / name)
    return folder


def test_player_and_poster_agree(tmp_path, videos, tab):
    with running_gallery(tmp_path / "library.db", str(videos), command="open") as gallery:
        wait_until(lambda: newest_job(gallery.library) is not None and newest_job(gallery.library).finished)
        with Library.open(gallery.library) as library:
            records = {video.places[0].relative_path: video for video in library.list(VideoFilter())}
        assert records.keys() == MAKE.keys()
        for name, (_, expected) in MAKE.items():
            width, height, corners = expected
            assert (records[name].width, records[name].height) == (width, height)
            tab.goto(f"{gallery.address}/?video={records[name].key}")
            player = tab.locator(".stage video")

            def is_seen(player=player):
                # Until it is played the poster stands in the place of its first picture; and a browser
                # refuses to play while what it tried first is being replaced.
                player.evaluate("node => { node.muted = true; node.play().catch(() => {}); }")
                return "?" not in player.evaluate(LOOK)[2]

            wait_until(is_seen)
            assert player.evaluate(LOOK) == list(expected), name
            shown_width, shown_height, shown = tab.evaluate(POSTER, f"/poster/{records[name].key}")
            assert shown == corners, name
            assert shown_width / shown_height == pytest.approx(width / height, rel=0.01), name
            tab.get_by_text("About this video").click()
            tab.get_by_text(f"{width} x {height}").first.wait_for()
