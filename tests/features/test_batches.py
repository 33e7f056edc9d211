"""Batches across videos give each video what it would get alone."""

import numpy as np
import pytest

from benchmarks.inception import natural_pictures
from organizer.assets import assets_folder
from organizer.features.litert import LiteRtBackbone
from organizer.features.pca import Pca
from organizer.features.quantiser import Quantiser, Rounding
from organizer.features.space import FeatureSpace, extract_across


class RecordingBackbone:
    """Gives each picture its first pixel and notes how many pictures came together."""

    input_size = 8
    feature_dim = 3

    def __init__(self, batch_size):
        self.batch_size = batch_size
        self.calls = []

    def extract(self, pictures):
        self.calls.append(len(pictures))
        return pictures[:, 0, 0].astype(np.float32)


def videos_of(*lengths):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (length, 8, 8, 3), np.uint8) for length in lengths]


@pytest.mark.parametrize("batch_size", [1, 3, 16, 64, 100])
@pytest.mark.parametrize(
    "lengths", [(), (0,), (5,), (1, 0, 2), (45, 45, 45, 7), (16, 0, 48), (0, 0), (130, 1)]
)
def test_each_video_gets_its_own_in_its_order(batch_size, lengths):
    backbone = RecordingBackbone(batch_size)
    videos = videos_of(*lengths)
    features = extract_across(backbone, videos)
    assert [len(rows) for rows in features] == list(lengths)
    for rows, pictures in zip(features, videos, strict=True):
        assert rows.dtype == np.float32
        assert np.array_equal(rows, pictures[:, 0, 0])
    assert sum(backbone.calls) == sum(lengths)
    assert all(count % batch_size == 0 for count in backbone.calls[:-1])


def test_batches_run_over_the_ends_of_videos():
    backbone = RecordingBackbone(16)
    extract_across(backbone, videos_of(45, 45, 45))
    assert backbone.calls == [64, 64, 7]


def test_only_so_many_pictures_are_held_at_once():
    backbone = RecordingBackbone(16)
    extract_across(backbone, videos_of(*[45] * 40))
    assert max(backbone.calls) == 64


@pytest.mark.parametrize("spoil", [lambda p: p.astype(np.float32), lambda p: p[:, :-1], lambda p: p[0]])
def test_a_video_of_another_shape_is_refused_before_anything_runs(spoil):
    backbone = RecordingBackbone(4)
    good, bad = videos_of(9, 9)
    with pytest.raises(ValueError, match="expected uint8"):
        extract_across(backbone, [good, spoil(bad)])
    assert backbone.calls == []


def test_a_space_gives_the_same_together_and_alone():
    rng = np.random.default_rng(1)
    pca = Pca(np.zeros(1280, np.float32), rng.standard_normal((1280, 1024)).astype(np.float32) / 8)
    backbone = LiteRtBackbone(assets_folder() / "lite" / "backbone.tflite", threads=2)
    space = FeatureSpace("space", backbone, pca, Quantiser(-2, 2, Rounding.NEAREST))
    pictures = natural_pictures(12, 384)
    videos = [pictures[:5], pictures[5:5], pictures[5:6], pictures[6:]]
    together = space.extract_all(videos)
    assert [features.space_id for features in together] == ["space"] * 4
    for features, video in zip(together, videos, strict=True):
        assert features.quantised.dtype == np.uint8
        assert np.array_equal(features.quantised, space.extract(video).quantised)
    assert len(np.unique(together[0].quantised)) > 100
    assert space.extract_all([]) == []
