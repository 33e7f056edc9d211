import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.yt8m.means_table import read_means_table
from organizer.types import LABELS
from tests.training.yt8m.generate import QUANTISER, make_videos, mean_rgb, write_means_table


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    made = tmp_path_factory.mktemp("means") / "means.npz"
    write_means_table(made, 12, 3, "train", folds=5)
    return made


def changed(file, target, **arrays):
    """Write a table with other arrays; None leaves one out."""
    with np.load(file) as loaded:
        content = {**loaded, **arrays}
    np.savez(target, **{name: array for name, array in content.items() if array is not None})
    return target


def test_a_table(file):
    table, videos = read_means_table(file), list(make_videos(12, 3, "train"))
    assert table.ids == tuple(video.id.encode() for video in videos)
    assert table.labels == LABELS
    assert [
        {label for label, has in zip(LABELS, row, strict=True) if has} for row in table.targets.tolist()
    ] == [set(video.labels) for video in videos]
    assert table.folds.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    off = np.abs(QUANTISER.dequantise(table.means) - np.stack([mean_rgb(video) for video in videos]))
    assert off.max() < 0.008


def test_its_videos_are_one_second_long(file):
    table = read_means_table(file)
    videos = table.videos(np.array([5, 2]))
    assert videos.names == videos.groups == ("t3-000005", "t3-000002")
    assert [features.shape for features in videos.features] == [(1, 1, 1024)] * 2
    np.testing.assert_array_equal(videos.features[1][0, 0], table.means[2])
    np.testing.assert_array_equal(videos.targets, table.targets[[5, 2]])
    assert videos.targets.dtype == np.float32 and (videos.weights == 1).all()


def test_ids_may_be_text_folds_may_be_missing_and_more_may_be_there(file, tmp_path):
    ids = np.array([f"v{number}" for number in range(12)])
    table = read_means_table(
        changed(file, tmp_path / "a.npz", id=ids, fold=None, audio=np.zeros((12, 128), np.uint8))
    )
    assert table.ids[:2] == (b"v0", b"v1") and table.folds is None


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"rgb": None, "ten": None}, "it has no rgb and no ten"),
        ({"rgb": np.zeros((12, 1024), np.float32)}, r"its rgb is float32"),
        ({"rgb": np.zeros((12, 1024), np.uint16)}, r"its rgb is uint16"),
        ({"rgb": np.zeros((11, 1024), np.uint8)}, r"its rgb is uint8 of the shape \(11, 1024\)"),
        ({"rgb": np.zeros((12, 128), np.uint8)}, r"not uint8 of the shape \(12, 1024\)"),
        ({"ten": np.zeros((12, 9), bool)}, r"its ten is bool"),
        ({"ten": np.zeros((12, 10), np.uint8)}, r"its ten is uint8"),
        ({"ten_names": np.arange(10)}, r"its ten_names is int64"),
        ({"fold": np.zeros(3, np.uint8)}, r"its fold is uint8 of the shape \(3,\)"),
        ({"fold": np.zeros(12)}, r"its fold is float64"),
        ({"id": np.array("one")}, r"its id is"),
    ],
)
def test_other_arrays_are_refused_in_words(file, tmp_path, arrays, reason):
    with pytest.raises(TrainingDataError, match=rf"a\.npz: this is no table.*{reason}"):
        read_means_table(changed(file, tmp_path / "a.npz", **arrays))


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"something else")
    with pytest.raises(TrainingDataError, match="this is no table"):
        read_means_table(tmp_path / "a.npz")
    with pytest.raises(TrainingDataError, match="cannot be read"):
        read_means_table(tmp_path / "b.npz")
