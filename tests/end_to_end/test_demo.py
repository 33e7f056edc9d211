"""The README's first command, with the bundled model, in a process of its own."""

import subprocess
import sys

import pytest

from organizer.demo import HEIGHT, SECONDS, WIDTH, make_clips
from organizer.frames.readers.pyav_reader import PyAvReader

EXPECTED = {"cat": "Animal", "coffee": "Food", "motorcycle": "Vehicle"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(folder):
    """What the command says; it makes the clips in the folder."""
    command = [sys.executable, "-m", "organizer", "demo", "--folder", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


@pytest.mark.parametrize(("name", "tag"), EXPECTED.items())
def test_tags_what_the_photograph_shows(demo, name, tag):
    (line,) = [line for line in demo if line.startswith(f"{name}.mp4 ")]
    assert tag in line


def test_the_flower_is_nature_or_may_be_and_nothing_else_is_given(demo):
    # A flower that fills the picture: of the Nature pictures that the model learnt from, one in seventy is.
    (line,) = [line for line in demo if line.startswith("flower.mp4 ")]
    best, *others = line.split(None, 1)[1].split(", ")
    assert best.split()[0] in {"Nature", "Nature?"}
    assert all(other.split()[0].endswith("?") for other in others)


def test_the_astronaut_has_none_of_the_labels(demo):
    (line,) = [line for line in demo if line.startswith("astronaut.mp4 ")]
    assert line.split(None, 1)[1] == "no tag"


def test_credits_every_photograph(demo):
    assert sum(" by " in line or "Middlebury" in line for line in demo) == 5


def test_makes_clips_once(folder, demo):
    made = {clip: clip.stat().st_mtime_ns for clip in (folder / "clips").iterdir()}
    clips = make_clips(folder / "clips")
    assert len(clips) == 5
    assert {clip: clip.stat().st_mtime_ns for clip in clips} == made
    frames = list(PyAvReader().read(str(clips[0])))
    assert [frame.second for frame in frames] == list(range(SECONDS))
    assert frames[0].rgb.shape == (HEIGHT, WIDTH, 3)
