"""What YouTube-8M gives to train on: shards of either level, or a table, with the model or without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import BundleError, TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.catalogue import open_bundle
from organizer.models.inception.assemble import NAME
from organizer.training.engine.data import Position
from organizer.training.trained_on import VIDEOS_FILE, Origin, TrainedOn
from organizer.training.yt8m.record_formats import Level
from organizer.training.yt8m.sampling import is_held_out
from organizer.training.yt8m_source import (
    LICENCE,
    Yt8mChoice,
    check_yt8m_space,
    installed_space,
    yt8m_source,
)
from organizer.types import LABELS
from tests.cli.labelled import install_space
from tests.training.yt8m.generate import make_videos, write_means_table, write_shards


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Video-level shards of one split, and a table with folds and one without."""
    made = tmp_path_factory.mktemp("yt8m")
    write_shards(made, 60, 3, 1, "validate", level="video")
    write_means_table(made / "folds.npz", 20, 1, "train", folds=5)
    write_means_table(made / "plain.npz", 60, 1, "train")
    return made


def choice(folder, *names, **changes):
    places = tuple(folder / name for name in names) or (folder,)
    return Yt8mChoice(places, Level.VIDEO, **changes)


def videos_of(dataset):
    batches = list(dataset)
    assert all(features.shape[1:] == (1, 1024) for features, _, _ in batches)
    return sum(len(features) for features, _, _ in batches)


def test_shards_of_one_split_hold_out_a_fifth_of_their_videos(folder):
    source = yt8m_source(None, choice(folder))
    assert source.data.space_id == NAME and source.data.quantiser == YT8M_QUANTISER
    ids = [video.id.encode() for video in make_videos(60, 1, "validate")]
    held_out = sum(is_held_out(one, 0.2) for one in ids)
    assert 0 < held_out < 30
    assert videos_of(source.data.validation(8)) == held_out
    assert videos_of(source.data.training(Position(0, 0), 8)) == 60 - held_out
    names = tuple(f"validate{number:04d}.tfrecord" for number in range(3))
    assert source.trained_on == TrainedOn(Origin.YT8M, shards=names, held_out_share=0.2)
    assert source.summary == "trained on 80% of the videos in 3 video-level shards of YouTube-8M."
    assert source.held_out == "20% of the videos in 3 video-level shards of YouTube-8M"
    assert source.licence == LICENCE and "CC BY 4.0" in LICENCE


def test_shards_of_both_splits_are_taken_as_they_are(folder, tmp_path):
    write_shards(tmp_path / "train", 12, 2, 1, "train", level="video")
    source = yt8m_source(None, choice(folder, "validate0000.tfrecord", tmp_path / "train"))
    assert videos_of(source.data.validation(8)) == 20
    assert videos_of(source.data.training(Position(0, 0), 8)) == 12
    assert source.held_out == "1 validation shard of YouTube-8M"
    assert source.trained_on.held_out_share is None


def test_videos_without_a_label_are_all_trained_on_at_the_video_level_unless_told_otherwise(folder):
    assert yt8m_source(None, choice(folder)).data.reading.negatives == 1.0
    assert yt8m_source(None, choice(folder, negatives=0.25)).data.reading.negatives == 0.25
    frames = replace(choice(folder), level=Level.FRAME)
    assert yt8m_source(None, frames).data.reading.negatives == 0.1


@pytest.mark.parametrize(("fold", "held_out"), [(None, 4), (0, 0), (3, 3)])
def test_a_table_holds_out_a_fold(folder, fold, held_out):
    source = yt8m_source(None, choice(folder, "folds.npz", fold=fold))
    ids = [video.id for video in make_videos(20, 1, "train")]
    assert source.data.validation_names == tuple(ids[held_out::5])
    assert source.held_out == f"fold {held_out} of the table's videos (4)"
    assert source.summary == "trained on the means over 16 videos of YouTube-8M."
    assert videos_of(source.data.training(Position(0, 0), 8)) == 16
    trained = source.files[VIDEOS_FILE].decode().split()
    assert sorted(trained) == sorted(set(ids) - set(ids[held_out::5]))
    assert source.trained_on == TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE)


def test_a_table_without_folds_holds_out_a_share(folder):
    source = yt8m_source(None, choice(folder, "plain.npz"))
    ids = [video.id.encode() for video in make_videos(60, 1, "train")]
    wanted = tuple(one.decode() for one in ids if is_held_out(one, 0.2))
    assert source.data.validation_names == wanted and 0 < len(wanted) < 30
    with pytest.raises(TrainingDataError, match="no fold 2 in this table, and no other"):
        yt8m_source(None, choice(folder, "plain.npz", fold=2))


def test_of_a_table_s_videos_without_a_label_a_share_is_trained_on(folder, tmp_path):
    with np.load(folder / "folds.npz") as loaded:
        arrays = dict(loaded)
    arrays["ten"][::2] = False
    np.savez(tmp_path / "half.npz", **arrays)
    counts = [
        len(
            yt8m_source(
                None, Yt8mChoice((tmp_path / "half.npz",), Level.VIDEO, None, 1, share)
            ).data.to_train.names
        )
        for share in (None, 0.5, 0.0)
    ]
    assert counts[0] == 16 > counts[1] > counts[2] == 8


@pytest.mark.parametrize(
    ("names", "level", "words"),
    [
        ((), Level.VIDEO, "Name the folder"),
        (("folds.npz", "plain.npz"), Level.VIDEO, "read by itself"),
        (("folds.npz",), Level.FRAME, "--level video"),
    ],
)
def test_what_cannot_be_meant_is_said(folder, names, level, words):
    wanted = Yt8mChoice(tuple(folder / name for name in names), level)
    with pytest.raises(TrainingDataError, match=words):
        yt8m_source(None, wanted)


def test_the_installed_model_s_space_is_taken_where_there_is_one(folder):
    assert installed_space() is None
    install_space()
    space = installed_space()
    assert space is not None and space.name == NAME
    assert yt8m_source(space, choice(folder, "folds.npz")).data.space_id == space.space_id != NAME
    with pytest.raises(TrainingDataError, match="mean nothing to lite"):
        installed_space("lite")
    with pytest.raises(BundleError, match="no model 'nobody'"):
        installed_space("nobody")
    with pytest.raises(TrainingDataError, match="mean nothing to"):
        check_yt8m_space(replace(open_bundle(NAME), dimensions=512))


def test_labels_are_the_built_in_ones(folder):
    assert yt8m_source(None, choice(folder)).data.labels == LABELS
    assert yt8m_source(None, choice(folder, "folds.npz")).data.labels == LABELS
