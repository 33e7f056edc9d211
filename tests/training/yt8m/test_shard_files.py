import pytest

from organizer.errors import TrainingDataError
from organizer.training.yt8m.shard_files import HELD_OUT_SHARE, find_shards, find_split


@pytest.fixture
def shards(tmp_path):
    """Empty files, for only their names are looked at."""
    for name in ("train0000", "train0001", "train0002", "train0003", "validate0000", "validate0001"):
        (tmp_path / f"{name}.tfrecord").touch()
    (tmp_path / "vocabulary.csv").touch()
    return tmp_path


def names(files):
    return [file.name.removesuffix(".tfrecord") for file in files]


def test_shards_are_found_by_folder_pattern_and_name(shards):
    wanted = [f"train{number:04d}" for number in range(4)]
    assert names(find_shards([shards], "train")) == wanted
    assert names(find_shards([shards / "train000[12].tfrecord"], "train")) == wanted[1:3]
    assert names(find_shards([shards / "train0003.tfrecord", shards], "train")) == wanted
    with pytest.raises(TrainingDataError, match="no train shards"):
        find_shards([shards / "elsewhere"], "train")
    with pytest.raises(TrainingDataError, match="no test shards"):
        find_shards([shards], "test")


def test_a_folder_is_split_as_the_release_does(shards):
    split = find_split([shards])
    assert names(split.train) == [f"train{number:04d}" for number in range(4)]
    assert names(split.validate) == ["validate0000", "validate0001"]
    assert split.held_out_share is None


def test_the_splits_may_lie_in_different_places(shards, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shards / "validate0000.tfrecord").rename(elsewhere / "validate0000.tfrecord")
    split = find_split([shards / "train*.tfrecord", elsewhere])
    assert (len(split.train), names(split.validate)) == (4, ["validate0000"])


@pytest.mark.parametrize("pattern", ["train*.tfrecord", "validate*.tfrecord", "train0002.tfrecord"])
def test_of_one_kind_of_shards_a_share_of_the_videos_is_held_out(shards, pattern):
    split = find_split([shards / pattern])
    assert split.train == split.validate == tuple(sorted(shards.glob(pattern)))
    assert split.held_out_share == HELD_OUT_SHARE


def test_a_named_file_is_never_both_trained_on_and_measured_on(shards):
    (shards / "mine.tfrecord").touch()
    split = find_split([shards / "mine.tfrecord", shards / "validate0001.tfrecord"])
    assert (names(split.train), names(split.validate)) == (["mine"], ["validate0001"])
    assert find_split([shards / "mine.tfrecord"]).held_out_share == HELD_OUT_SHARE


def test_a_folder_s_shards_may_have_other_names(tmp_path):
    for name in ("a", "b", "test0000"):
        (tmp_path / f"{name}.tfrecord").touch()
    split = find_split([tmp_path])
    assert names(split.train) == names(split.validate) == ["a", "b"]


def test_a_place_without_a_shard_is_named(shards):
    (shards / "of-test").mkdir()
    (shards / "of-test" / "test0000.tfrecord").touch()
    for place in ("elsewhere", "of-test"):
        with pytest.raises(
            TrainingDataError, match=rf"{place}: there are no shards.*train\*\.tfrecord or validate"
        ):
            find_split([shards, shards / place])
