import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.yt8m.video_means import read_video_means
from organizer.types import LABELS
from tests.training.yt8m.made_up_means import made_up_means, save_means


@pytest.fixture
def file(tmp_path):
    save_means(tmp_path / "means.npz", made_up_means(60))
    return tmp_path / "means.npz"


def change(file, **arrays):
    with np.load(file) as stored:
        np.savez(file, **{**dict(stored), **arrays})


def test_means_come_back(file):
    made, read = made_up_means(60), read_video_means(file, fewest=3)
    assert read.ids == made.ids
    assert read.features.shape == (60, 1024) and read.features.dtype == np.float32
    inside = np.abs(made.features) < 1.98
    assert np.abs(read.features[:, :64] - made.features)[inside].max() < 0.016
    assert np.array_equal(read.targets, made.targets)
    assert np.array_equal(read.folds, made.folds)


def test_frequent_classes_are_those_that_enough_videos_have(file):
    change(file, labels=np.array(["7"] * 3 + ["12,7"] * 2 + ["5"] * 55))
    others = read_video_means(file, fewest=5).others
    # The classes 5 and 7, by number.
    assert others.sum(axis=0).tolist() == [55, 5]
    assert others[3].tolist() == [0, 1]


def test_some_of_the_videos(file):
    means = read_video_means(file)
    picked = means.pick(means.folds == 2)
    assert len(picked.ids) == 12 and picked.ids[0] == "v0002"
    assert picked.features.shape == (12, 1024) and set(picked.folds.tolist()) == {2}


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"ten_names": np.array(LABELS[::-1])}, "the labels of this table are Cooking"),
        ({"rgb": np.zeros((60, 128), np.uint8)}, "no table of YouTube-8M's means"),
        ({"labels": np.zeros(60)}, "no folds, or not the classes"),
        ({"labels": np.array(["x"] * 60)}, "no numbers with commas"),
    ],
)
def test_other_files_are_refused_in_words(file, arrays, words):
    change(file, **arrays)
    with pytest.raises(TrainingDataError, match=words):
        read_video_means(file)


def test_folds_are_needed(file):
    with np.load(file) as stored:
        np.savez(file, **{name: array for name, array in stored.items() if name != "fold"})
    with pytest.raises(TrainingDataError, match="no folds"):
        read_video_means(file)
