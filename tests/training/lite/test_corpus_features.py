"""Features of the corpus: which views of which pictures they are, and when those in the file are taken."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from organizer.frames.pictures.resize import shrink
from organizer.training.lite import corpus_features as module
from organizer.training.lite.augmentation import VIEWS, view
from organizer.training.lite.corpus import Clip, Corpus, Picture, read_picture
from organizer.training.lite.corpus_features import corpus_features

SIZE = 16


class Seeing:
    """A backbone whose features are the mean colour of each half of a picture; it counts what it saw."""

    input_size = SIZE
    feature_dim = 6
    seen = 0

    def __init__(self, _file, settings):
        self.poolings = settings.poolings

    def extract(self, pictures):
        assert pictures.dtype == np.uint8 and pictures.shape[1:] == (SIZE, SIZE, 3)
        Seeing.seen += len(pictures)
        return halves(pictures)


def halves(pictures):
    left, right = (half.mean(axis=(1, 2)) for half in np.split(pictures, 2, axis=2))
    return np.concatenate([left, right], axis=1).astype(np.float32)


@pytest.fixture
def backbone(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LiteRtBackbone", Seeing)
    Seeing.seen = 0
    file = tmp_path / "backbone.tflite"
    file.write_bytes(b"a network")
    return file


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(0)

    def picture(name: str) -> Path:
        cv2.imwrite(str(tmp_path / name), rng.integers(0, 256, (24, 40, 3), np.uint8))
        return tmp_path / name

    pictures = tuple(Picture(picture(f"{n}.png"), frozenset(), "g", None, "", "") for n in range(70))
    clips = tuple(
        Clip(f"c{n}", tuple(picture(f"{n}-{s}.png") for s in range(2 + n)), frozenset(), "r", 0, True, "s")
        for n in range(2)
    )
    return Corpus(pictures, clips)


def expected(file, seed, numbers):
    views = np.stack([shrink(view(read_picture(file), number, seed), SIZE) for number in numbers])
    return halves(views).astype(np.float16).astype(np.float32)


@pytest.mark.parametrize("views", [(0,), (1, 0), tuple(range(VIEWS))])
def test_each_picture_is_seen_in_the_views_that_are_asked_for(tmp_path, corpus, backbone, views):
    found = corpus_features(corpus, backbone, tmp_path / "cache", views=views)
    assert found.pictures.shape == (70, len(views), 6) and found.frames.shape == (5, len(views), 6)
    assert found.frame_clip.tolist() == [0, 0, 1, 1, 1]
    for number in (0, 63, 64, 69):  # more than one chunk
        assert np.array_equal(found.pictures[number], expected(corpus.pictures[number].file, number, views))
    frames = [frame for clip in corpus.clips for frame in clip.frames]
    for number, frame in enumerate(frames):
        assert np.array_equal(found.frames[number], expected(frame, number, views))


def test_all_views_are_taken_unless_some_are_asked_for(tmp_path, corpus, backbone):
    found = corpus_features(corpus, backbone, tmp_path / "cache")
    assert found.pictures.shape[1] == VIEWS
    mirrored = found.pictures[:, 0][:, [3, 4, 5, 0, 1, 2]]
    assert np.allclose(found.pictures[:, 1], mirrored, atol=1)


def test_they_are_kept_in_a_file_and_taken_from_it(tmp_path, corpus, backbone):
    first = corpus_features(corpus, backbone, tmp_path / "cache", views=(0,))
    assert Seeing.seen == 75
    again = corpus_features(corpus, backbone, tmp_path / "cache", views=(0,))
    assert Seeing.seen == 75
    assert np.array_equal(again.pictures, first.pictures) and np.array_equal(again.frames, first.frames)


@pytest.mark.parametrize("change", ["views", "backbone", "poolings", "corpus"])
def test_what_is_kept_of_something_else_is_not_taken(tmp_path, corpus, backbone, change):
    cache, poolings, views = tmp_path / "cache", ("mean",), (0,)
    corpus_features(corpus, backbone, cache, poolings, views=views)
    before = Seeing.seen
    if change == "views":
        views = (1,)
    elif change == "backbone":
        backbone.write_bytes(b"another network")
    elif change == "poolings":
        poolings = ("mean", "gem3")
    else:
        corpus = Corpus(corpus.pictures[:-1], corpus.clips)
    corpus_features(corpus, backbone, cache, poolings, views=views)
    assert Seeing.seen >= before + 74 and len(list(cache.glob("*.npz"))) == 2
