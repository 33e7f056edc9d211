from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.library import Library
from organizer.library.changes import Analysis
from organizer.training.engine.data import Position
from organizer.training.evidence_weights import Base
from organizer.training.library_data import (
    FEWEST_CONFIRMED,
    LibraryData,
    LibrarySettings,
    decided_videos,
    mark_of,
)
from organizer.types import (
    LABELS,
    CaptureDate,
    DateSource,
    TagState,
    VideoFeatures,
    VideoFile,
    VideoInfo,
)
from tests.fakes import colour_bundle
from tests.library.build import tagging
from tests.training.fakes import based_on

BUNDLE = colour_bundle()
FIRST_DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Shelf:
    """A library whose videos are added one by one."""

    def __init__(self, path):
        self.library = Library.open(path)
        self._count = 0

    def add(self, day, *suggested, confirmed=(), rejected=(), source=DateSource.CONTAINER, **settings):
        self._count += 1
        root, space = settings.get("root", "/videos"), settings.get("space", BUNDLE.space_id)
        taken = CaptureDate(FIRST_DAY + timedelta(days=day), source)
        info = VideoInfo(10.0, 64, 48, "h264", 25.0, 0, taken)
        features = VideoFeatures(space, np.full((7, 3), self._count, np.uint8))
        file = VideoFile(root, f"{self._count}.mp4", 1000, 1)
        video = self.library.contents.store(
            self.library.roots.add(root),
            file,
            f"{self._count:08x}",
            Analysis(info, features, b"webp", tagging(*suggested)),
        )
        for tag in confirmed:
            self.library.confirm(video, tag)
        for tag in rejected:
            self.library.reject(video, tag)
        return video


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "library.db")
    yield shelf
    shelf.library.close()


@pytest.fixture
def taught(shelf):
    """20 days: each with an animal and a meal; on every second one the model took a wall for an animal."""
    for day in range(20):
        shelf.add(day, "Animal", confirmed=["Animal"])
        shelf.add(day, "Animal", "Nature", confirmed=["Food"], rejected=["Animal"])
        shelf.add(day, "Concert")  # nobody looked at it
    return shelf


def rows(videos, label):
    column = LABELS_OF[len(videos.targets[0])].index(label)
    pairs = zip(videos.targets[:, column], videos.weights[:, column], strict=True)
    return dict(zip(videos.names, pairs, strict=True))


LABELS_OF = {2: ("Animal", "Food"), 3: ("Animal", "Food", "Grandma")}


def test_decisions_are_examples_and_guesses_are_not(taught):
    data = LibraryData(taught.library, BUNDLE)
    assert data.labels == ("Animal", "Food")
    assert (data.space_id, data.quantiser, data.dimensions) == (BUNDLE.space_id, BUNDLE.quantiser, 3)
    animal, food = rows(data.to_train, "Animal"), rows(data.to_train, "Food")
    # Names count up: an animal is 1, 4, 7 ..., a meal 2, 5, 8 ..., what nobody looked at 3, 6, 9 ...
    for name, (target, weight) in animal.items():
        assert (target, weight) == ((1, 1) if int(name[:-4]) % 3 == 1 else (0, 1))
    for name, (target, weight) in food.items():
        assert (target, weight) == ((0, pytest.approx(0.1)) if int(name[:-4]) % 3 == 1 else (1, 1))
    assert not [name for name in animal if int(name[:-4]) % 3 == 0]


@pytest.mark.parametrize("suggested", ["Food", "Food?"])
def test_a_suggestion_that_nobody_decided_about_is_not_known(taught, suggested):
    taught.add(3, suggested, "Concert", confirmed=["Animal"])
    taught.add(9, suggested, "Concert", confirmed=["Animal"])
    taught.add(11, suggested, "Concert", confirmed=["Animal"])
    data = LibraryData(taught.library, BUNDLE)
    food = {**rows(data.to_train, "Food"), **rows(data.held_out, "Food")}
    assert [food[f"{number}.mp4"] for number in (61, 62, 63)] == [(0, 0)] * 3


def test_what_is_only_taken_to_be_does_not_count_in_measuring(taught):
    data = LibraryData(taught.library, BUNDLE)
    assert set(np.unique(data.held_out.weights)) == {0, 1}
    decided = LibraryData(taught.library, BUNDLE, LibrarySettings(undecided_weight=0.3))
    assert np.unique(decided.to_train.weights)[0] == pytest.approx(0.3)


def test_days_are_held_out_as_a_whole_and_always_the_same(taught):
    data = LibraryData(taught.library, BUNDLE)
    held, trained = set(data.held_out.groups), set(data.to_train.groups)
    assert not held & trained and len(held) == 4 and len(trained) == 16
    again = LibraryData(taught.library, BUNDLE)
    assert again.validation_names == data.validation_names
    assert data.trained_groups == sorted(mark_of(group) for group in trained)
    assert "2024" not in "".join(data.trained_groups)


def test_features_are_those_of_the_video(taught):
    data = LibraryData(taught.library, BUNDLE)
    for name, features in zip(data.to_train.names, data.to_train.features, strict=True):
        assert features.shape == (1, 7, 3) and (features == int(name[:-4])).all()
    assert len(list(data.training(Position(0, 0), 8))) == 4


def test_videos_without_a_date_of_their_own_go_by_folder(shelf):
    for number in range(12):
        for folder in ("/a", "/b", "/c"):
            confirmed, rejected = (["Animal"], []) if number % 2 else ([], ["Animal"])
            shelf.add(
                0, "Animal", confirmed=confirmed, rejected=rejected, source=DateSource.FILE, root=folder
            )
    data = LibraryData(shelf.library, BUNDLE)
    assert set(data.held_out.groups) | set(data.to_train.groups) == {
        f"{folder} 2024-05-01" for folder in ("/a", "/b", "/c")
    }


def test_one_day_alone_cannot_be_parted(shelf):
    for number in range(20):
        confirmed, rejected = (["Animal"], []) if number % 2 else ([], ["Animal"])
        shelf.add(0, "Animal", confirmed=confirmed, rejected=rejected)
    with pytest.raises(TrainingDataError, match=r"come from 1 day .* other days too"):
        LibraryData(shelf.library, BUNDLE)


@pytest.mark.parametrize("videos", [0, 1, FEWEST_CONFIRMED - 1])
def test_too_few_decisions_say_how_many_more(shelf, videos):
    for day in range(videos):
        shelf.add(day, "Animal", confirmed=["Animal"], rejected=["Food"])
    needed = f"Animal needs {FEWEST_CONFIRMED - videos} more" if videos else "none was confirmed"
    with pytest.raises(TrainingDataError, match=needed):
        LibraryData(shelf.library, BUNDLE)


def test_a_label_that_nothing_lacks_cannot_be_learnt(shelf):
    for day in range(12):
        shelf.add(day, "Animal", confirmed=["Animal"])
    with pytest.raises(TrainingDataError, match="Animal needs 4 more videos without it"):
        LibraryData(shelf.library, BUNDLE)


def test_decisions_about_videos_of_another_model_are_told(shelf):
    for day in range(9):
        shelf.add(day, confirmed=["Animal"], space="elsewhere")
    with pytest.raises(TrainingDataError, match="9 videos with decisions were not looked at with lite"):
        LibraryData(shelf.library, BUNDLE)
    assert shelf.library.count_decided_without_features(BUNDLE.space_id) == 9


def test_own_tags_become_labels_only_when_asked(taught):
    for day in range(10):
        taught.add(day, confirmed=["Grandma", "Animal"])
    taught.add(3, confirmed=["Boat", "Animal"])
    assert LibraryData(taught.library, BUNDLE).labels == ("Animal", "Food")
    data = LibraryData(taught.library, BUNDLE, LibrarySettings(own_tags=True))
    assert data.labels == ("Animal", "Food", "Grandma")
    assert data.not_learnt["Boat"] == 1
    trained, measured = rows(data.to_train, "Grandma"), rows(data.held_out, "Grandma")
    assert set(trained.values()) == {(1, 1), (0, 0.5)} and set(measured.values()) == {(1, 1), (0, 1)}


def test_a_base_keeps_its_labels_and_only_what_was_decided_about_teaches(taught):
    for day in range(10):
        taught.add(day, confirmed=["Grandma", "Animal"])
    base = Base("base 1", LABELS, dict.fromkeys(LABELS, 0.5), based_on(3, 11).arrays)
    data = LibraryData(taught.library, BUNDLE, LibrarySettings(own_tags=True), base)
    assert data.labels == (*LABELS, "Grandma")
    assert data.based_on.columns == (*range(10), -1)
    assert data.based_on.arrays is base.arrays
    taught_columns = {
        label for label, column in zip(data.labels, data.to_train.weights.T, strict=True) if column.any()
    }
    assert taught_columns == {"Animal", "Food", "Grandma"}
    without = LibraryData(taught.library, BUNDLE, LibrarySettings(own_tags=True))
    assert data.to_train.names == without.to_train.names and without.based_on is None
    columns = [data.labels.index(label) for label in without.labels]
    assert np.array_equal(data.to_train.weights[:, columns], without.to_train.weights)
    assert np.array_equal(data.held_out.targets[:, columns], without.held_out.targets)


def test_too_few_decisions_are_too_few_for_a_base_as_well(shelf):
    shelf.add(0, confirmed=["Animal"])
    base = Base("base 1", LABELS, dict.fromkeys(LABELS, 0.5), based_on(3, 11).arrays)
    with pytest.raises(TrainingDataError, match="Animal needs 7 more"):
        LibraryData(shelf.library, BUNDLE, base=base)


def test_most_videos_of_a_label_are_trained_on(shelf):
    # All of Concert lies on two days: at most one of them may be held out.
    for day in range(10):
        for _ in range(3):
            shelf.add(day, confirmed=["Animal"], rejected=["Concert"])
    for day in (20, 21, 22):
        for _ in range(5):
            shelf.add(day, confirmed=["Concert"], rejected=["Animal"])
    data = LibraryData(shelf.library, BUNDLE)
    column = data.labels.index("Concert")
    assert data.to_train.targets[:, column].sum() >= 10


def test_a_bundle_is_measured_on_what_it_was_not_trained_on(taught):
    data = LibraryData(taught.library, BUNDLE)
    taught.add(40, "Animal", confirmed=["Animal"])  # a new day
    found = decided_videos(taught.library, BUNDLE, data.trained_groups)
    assert set(found.names) == {*data.validation_names, "61.mp4"}
    assert found.targets.shape == (len(found.names), len(LABELS))
    every = decided_videos(taught.library, BUNDLE, ())
    assert len(every.names) == 41


def test_nothing_to_measure_on_is_an_error(shelf):
    shelf.add(0, "Animal")
    with pytest.raises(TrainingDataError, match="nothing to measure lite on"):
        decided_videos(shelf.library, BUNDLE, ())


def test_taught_videos_carry_all_their_tags(shelf):
    shelf.add(0, "Animal", "Nature", "Dance?", confirmed=["Grandma"], rejected=["Nature"])
    shelf.add(0, "Animal")
    (video,) = shelf.library.decided_videos(BUNDLE.space_id)
    assert video.path == "/videos/1.mp4" and video.taken_source == "container"
    assert video.tags == {
        "Animal": TagState.SUGGESTED,
        "Dance": TagState.SUGGESTED,
        "Nature": TagState.REJECTED,
        "Grandma": TagState.CONFIRMED,
    }
