import numpy as np
import pytest

from organizer.library import Library
from organizer.pipeline.pictures import pictures_of, videos_at_hand
from organizer.pipeline.scan import scan
from organizer.types import InputSpec
from tests.clips import assert_colour, colour_of, make_clip
from tests.fakes import ColourTagger


def test_pictures_are_squares_spread_over_the_seconds(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", seconds=9)
    (pictures,) = pictures_of([str(clip)], InputSpec(32), frames=3)
    assert pictures.shape == (3, 32, 32, 3) and pictures.dtype == np.uint8
    for picture, second in zip(pictures, (0, 4, 8), strict=True):
        assert_colour(picture, colour_of(second))
    (pictures,) = pictures_of([str(clip)], InputSpec(32))
    assert len(pictures) == 9


def test_what_cannot_be_read_is_passed_over(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", seconds=1)
    (tmp_path / "b.mp4").write_bytes(b"no video")
    paths = [str(tmp_path / "b.mp4"), str(tmp_path / "gone.mp4"), str(clip)]
    assert len(list(pictures_of(paths, InputSpec(32)))) == 1


@pytest.fixture
def library(tmp_path):
    opened = Library.open(tmp_path / "library.db")
    videos = tmp_path / "videos"
    videos.mkdir()
    for number in range(4):
        make_clip(videos / f"long{number}.mp4", seconds=11 + number)
    for number in range(2):
        make_clip(videos / f"short{number}.mp4", seconds=1 + number)
    (videos / "broken.mp4").write_bytes(b"")
    for _ in scan(opened, ColourTagger(), folders=[str(videos)], isolated=False):
        pass
    (videos / "long3.mp4").unlink()
    yield opened
    opened.close()


def names(paths):
    return sorted(path.rsplit("/", 1)[-1] for path in paths)


def test_videos_that_can_be_read_now_long_ones_first(library):
    assert names(videos_at_hand(library, 20)) == [
        "long0.mp4",
        "long1.mp4",
        "long2.mp4",
        "short0.mp4",
        "short1.mp4",
    ]
    assert names(videos_at_hand(library, 3)) == ["long0.mp4", "long1.mp4", "long2.mp4"]
    assert len(videos_at_hand(library, 2)) == 2
    assert all(name.startswith("long") for name in names(videos_at_hand(library, 2)))
