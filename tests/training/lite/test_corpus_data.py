from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.models.manifest import BackboneKind
from organizer.training.engine.data import Position
from organizer.training.lite.corpus import Clip, Corpus, Picture
from organizer.training.lite.corpus_data import CorpusData, corpus_data
from organizer.training.lite.corpus_features import CorpusFeatures
from organizer.training.lite.recipe import CLIP_WEIGHT
from organizer.types import LABELS, SampledSeconds
from tests.fakes import colour_bundle

CLIPS, PICTURES = 20, 30


def corpus():
    pictures = tuple(
        Picture(Path(f"{n}.jpg"), frozenset({LABELS[n % 10]}), f"p{n % 6}", 2 if n < 4 else None, "", "")
        for n in range(PICTURES)
    )
    clips = tuple(
        Clip(
            f"c{n}",
            tuple(Path(f"{n}/{s}.jpg") for s in range(2 + n % 3)),
            frozenset({LABELS[n % 10]}),
            f"r{n % 8}",
            n % 5,
            n != 7,
            "test",
            # Clip 2 is held out and clip 5 is not; what they show is one of it.
            frozenset({LABELS[n], "Nature"}) if n in {2, 5} else frozenset(),
        )
        for n in range(CLIPS)
    )
    return Corpus(pictures, clips)


def features(of):
    rng = np.random.default_rng(0)
    frame_clip = np.repeat(np.arange(CLIPS), [len(clip.frames) for clip in of.clips])
    pictures, frames = (
        rng.integers(1, 255, (count, 4, 3)).astype(np.float32) for count in (PICTURES, len(frame_clip))
    )
    return CorpusFeatures(pictures, frames, frame_clip)


def small_data(fold=2, bundle=None):
    of = corpus()
    return of, features(of), CorpusData(of, features(of), bundle or colour_bundle(), fold)


def test_a_fold_is_held_out_with_all_that_shares_a_source_with_it():
    _, _, data = small_data(fold=2)
    # Clip 7 is of fold 2 and does not count: it is neither trained on nor measured on.
    assert data.validation_names == ("c2", "c12", "c17")
    assert data.validation_groups == ("r2", "r4", "r1")
    trained = set(data.to_train.names)
    assert not trained & {"c2", "c7", "c12", "c17", "0.jpg", "1.jpg", "2.jpg", "3.jpg"}
    assert len(trained) == PICTURES - 4 + CLIPS - 4


def test_no_fold_trains_on_all():
    _, _, data = small_data(fold=None)
    assert len(data.to_train.names) == PICTURES + CLIPS


def test_a_picture_is_a_video_of_one_second_and_a_clip_keeps_its_seconds():
    of, raw, data = small_data()
    names = list(data.to_train.names)
    picture, clip = names.index("5.jpg"), names.index("c5")
    assert data.to_train.features[picture].shape == (4, 1, 3)
    assert np.array_equal(data.to_train.features[picture][:, 0], raw.pictures[5].astype(np.uint8))
    assert data.to_train.features[clip].shape == (4, len(of.clips[5].frames), 3)
    frames = raw.frames[raw.frame_clip == 5]
    assert np.array_equal(data.to_train.features[clip][1], frames[:, 1].astype(np.uint8))
    assert data.labels == LABELS and data.space_id == colour_bundle().space_id


def test_of_a_clip_the_seconds_are_kept_that_a_scan_looks_at():
    bundle = colour_bundle(sampled=SampledSeconds(1, 2))
    of, raw, data = small_data(bundle=bundle)
    names = list(data.to_train.names)
    assert len(of.clips[5].frames) == 4
    frames = raw.frames[raw.frame_clip == 5][[0, 1, 3]]
    kept = data.to_train.features[names.index("c5")]
    assert np.array_equal(kept[0], frames[:, 0].astype(np.uint8))
    assert data.space_id == bundle.space_id


def test_weights_are_those_of_the_recipe():
    _, _, data = small_data()
    names = list(data.to_train.names)
    assert data.to_train.weights[names.index("c6")] == pytest.approx(np.full(10, CLIP_WEIGHT))
    animal = data.to_train.weights[names.index("4.jpg")]  # LABELS[4]; Nature may be seen as well
    assert animal[LABELS.index("Nature")] == 0 and animal[LABELS.index("Concert")] > 0


def test_what_is_in_doubt_counts_neither_in_training_nor_in_measuring():
    _, _, data = small_data(fold=2)
    trained, measured = list(data.to_train.names), list(data.held_out.names)
    sure = np.ones(10)
    sure[[5, LABELS.index("Nature")]] = 0
    assert data.to_train.weights[trained.index("c5")] == pytest.approx(CLIP_WEIGHT * sure)
    sure = np.ones(10)
    sure[[2, LABELS.index("Nature")]] = 0
    assert np.array_equal(data.held_out.weights[measured.index("c2")], sure)
    others = np.delete(data.held_out.weights, measured.index("c2"), axis=0)
    assert (others == 1).all()


def test_it_trains():
    _, _, data = small_data()
    found = list(data.training(Position(0, 0), 16))
    assert sum(len(batch[0]) for batch in found) == len(data.to_train.names)
    assert len(list(data.validation(16))) == 1


def test_a_fold_that_is_none_is_refused():
    of = corpus()
    with pytest.raises(TrainingDataError, match="no fold 5"):
        CorpusData(of, features(of), colour_bundle(), 5)


def test_other_backbones_are_refused_before_anything_is_read(tmp_path):
    bundle = replace(colour_bundle(), backbone_kind=BackboneKind.TF_HUB)
    with pytest.raises(TrainingDataError, match="--space lite"):
        corpus_data(tmp_path, bundle, tmp_path)
