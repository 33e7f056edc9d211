"""A model measured on videos of YouTube-8M: never on those that taught it, and with its classifier alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError, TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.checksums import sha256_of
from organizer.models.inception.assemble import NAME, RESIZE, SETTINGS
from organizer.models.loose_classifier import load_loose_classifier
from organizer.models.manifest import LOOSE_MANIFEST, Manifest, QuantiserRange, write_manifest
from organizer.tags.tagger import open_classifier
from organizer.training.evaluate_model import align
from organizer.training.measure_yt8m import measure_on_yt8m, open_to_measure
from organizer.training.trained_on import METRIC, VIDEOS_FILE, Origin, TrainedOn
from organizer.training.yt8m.record_formats import Level
from organizer.training.yt8m.sampling import is_held_out
from organizer.training.yt8m.video_model_folds import OutOfFold
from organizer.training.yt8m_source import Yt8mChoice
from organizer.types import LABELS
from tests.cli.labelled import install_space
from tests.training.yt8m.generate import make_videos, mean_rgb, write_means_table, write_shards

SHARDS = ("validate0000.tfrecord", "validate0001.tfrecord")
IDS = [video.id for video in make_videos(30, 2, "validate")]


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same videos as video-level shards and as a table."""
    made = tmp_path_factory.mktemp("yt8m")
    write_shards(made, 30, 2, 2, "validate", level="video")
    write_means_table(made / "means.npz", 30, 2, "validate", folds=5)
    return made


@pytest.fixture
def classifier(tmp_path):
    """Return what makes a loose classifier, the one of ``lite``, said to be trained on something."""

    def make(trained_on=None, videos=()):
        made = tmp_path / "alone"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        shutil.copy(assets_folder() / "lite" / "classifier.tflite", made)
        (made / VIDEOS_FILE).write_text("".join(f"{video}\n" for video in videos))
        manifest = Manifest(
            name="mine",
            version="1",
            summary="made for a test",
            licence="MIT",
            input_size=SETTINGS.input_size,
            resize=RESIZE,
            space_name=NAME,
            dimensions=1024,
            quantiser=QuantiserRange.of(YT8M_QUANTISER),
            labels=LABELS,
            thresholds=dict.fromkeys(LABELS, 0.5),
            metrics={METRIC: trained_on.as_json()} if trained_on else {},
            roles={"classifier": "classifier.tflite"},
        )
        write_manifest(made, manifest, LOOSE_MANIFEST)
        return load_loose_classifier(made)

    return make


def on_shards(folder):
    return Yt8mChoice((folder,), Level.VIDEO)


def on_table(folder, fold=None):
    return Yt8mChoice((folder / "means.npz",), Level.VIDEO, fold=fold)


def test_shards_and_table_of_the_same_videos_give_the_same_scores(folder, classifier):
    bundle = classifier()
    shards, table = measure_on_yt8m(bundle, on_shards(folder)), measure_on_yt8m(bundle, on_table(folder))
    assert shards.data == "2 validation shards of YouTube-8M."
    assert table.data == "YouTube-8M's means in means.npz."
    # Shard k holds every second video.
    order = [*range(0, 30, 2), *range(1, 30, 2)]
    assert table.scored.names == tuple(IDS)
    assert shards.scored.names == tuple(IDS[row] for row in order)
    np.testing.assert_allclose(shards.scored.scores, table.scored.scores[order], atol=1e-6)
    np.testing.assert_array_equal(shards.scored.targets, table.scored.targets[order])
    assert any("one mean over all its seconds" in note for note in shards.notes)


def test_the_means_of_shards_lose_next_to_nothing_in_8_bits(folder, classifier):
    bundle = classifier()
    found = measure_on_yt8m(bundle, on_table(folder)).scored.scores
    means = np.stack([mean_rgb(video) for video in make_videos(30, 2, "validate")])
    exact = open_classifier(bundle).classify(means[:, np.newaxis])[0]
    assert np.abs(found - exact).max() < 0.02


def test_a_fold_of_a_table(folder, classifier):
    measured = measure_on_yt8m(classifier(), on_table(folder, fold=2))
    assert measured.scored.names == tuple(IDS[2::5])
    assert measured.data == "YouTube-8M's means in means.npz, fold 2."
    with pytest.raises(TrainingDataError, match="no fold 7 in this table, only 0, 1, 2, 3, 4"):
        measure_on_yt8m(classifier(), on_table(folder, fold=7))


@pytest.mark.parametrize("where", [on_shards, on_table])
def test_videos_that_taught_it_are_left_out_one_by_one(folder, classifier, where):
    bundle = classifier(TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE), IDS[:12])
    measured = measure_on_yt8m(bundle, where(folder))
    assert len(measured.scored.names) == 18
    assert "12 videos that it was trained on are left out." in measured.notes
    if where is on_table:
        assert measured.scored.names == tuple(IDS[12:])


@pytest.mark.parametrize("where", [on_shards, on_table])
def test_models_of_which_one_saw_some_videos_are_compared_on_the_others(folder, classifier, where):
    every = measure_on_yt8m(classifier(), where(folder))
    some = measure_on_yt8m(
        classifier(TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE), IDS[3:20:4]), where(folder)
    )
    first, second = align(every, some)
    assert first.names == second.names and len(first.names) == 25
    assert set(first.names) == {*IDS} - {*IDS[3:20:4]}
    # Both are the same classifier, so only another order would tell them apart.
    np.testing.assert_array_equal(first.targets, second.targets)
    np.testing.assert_array_equal(first.scores, second.scores)


@pytest.mark.parametrize("where", [on_shards, on_table])
def test_a_model_that_saw_all_of_them_is_refused(folder, classifier, where):
    bundle = classifier(TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE), IDS)
    with pytest.raises(TrainingDataError, match=r"mine was trained on these videos.*proves nothing"):
        measure_on_yt8m(bundle, where(folder))


@pytest.mark.parametrize("where", [on_shards, on_table])
def test_what_else_is_wrong_is_not_said_to_be_that_it_saw_the_videos(folder, classifier, where):
    bundle = classifier(TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE), IDS[:1])
    unknown = replace(bundle, labels=tuple(f"{label} of mine" for label in LABELS))
    with pytest.raises(TrainingDataError, match="mine knows none of the labels Vehicle"):
        measure_on_yt8m(unknown, where(folder))


def test_of_shards_that_taught_it_only_the_held_out_share_counts(folder, classifier):
    bundle = classifier(TrainedOn(Origin.YT8M, shards=SHARDS[:1], held_out_share=0.2))
    measured = measure_on_yt8m(bundle, on_shards(folder))
    untouched = [one for one in IDS[::2] if is_held_out(one.encode(), 0.2)]
    assert len(measured.scored.names) == 15 + len(untouched)
    whole = classifier(TrainedOn(Origin.YT8M, shards=SHARDS[:1]))
    assert len(measure_on_yt8m(whole, on_shards(folder)).scored.names) == 15
    with pytest.raises(TrainingDataError, match="proves nothing"):
        measure_on_yt8m(classifier(TrainedOn(Origin.YT8M, shards=SHARDS)), on_shards(folder))
    note = measure_on_yt8m(whole, on_table(folder)).notes[1]
    assert "does not say which shard" in note


def test_videos_without_a_label_can_be_left_out(folder, classifier, tmp_path):
    with np.load(folder / "means.npz") as loaded:
        arrays = dict(loaded)
    arrays["ten"][:10] = False
    np.savez(tmp_path / "some.npz", **arrays)
    choice = Yt8mChoice((tmp_path / "some.npz",), Level.VIDEO)
    every = measure_on_yt8m(classifier(), choice)
    labelled = measure_on_yt8m(classifier(), choice, labelled_only=True)
    assert (len(every.scored.names), labelled.scored.names) == (30, tuple(IDS[10:]))
    assert "none of the labels are left out" in labelled.notes[-1]


def test_a_file_of_ids_that_is_damaged_is_not_believed(folder, classifier):
    bundle = classifier(TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE), IDS)
    (bundle.folder / VIDEOS_FILE).write_text("")
    with pytest.raises(BundleError, match="damaged"):
        measure_on_yt8m(bundle, on_table(folder))


def test_models_are_opened_by_name_or_folder(folder, classifier, tmp_path):
    alone = classifier().folder
    assert open_to_measure(str(alone)).id == "mine 1"
    assert open_to_measure(None).name == open_to_measure("lite").name == "lite"
    assert open_to_measure(str(assets_folder() / "lite")).name == "lite"
    with pytest.raises(BundleError, match="no usable model"):
        open_to_measure(str(tmp_path / "nothing"))
    with pytest.raises(BundleError, match="no model 'nobody'"):
        open_to_measure("nobody")


def test_a_classifier_that_comes_along_stands_in_for_a_model_that_is_not_installed(
    folder, classifier, tmp_path, monkeypatch
):
    assets = shutil.copytree(assets_folder(), tmp_path / "assets")
    shutil.rmtree(assets / NAME, ignore_errors=True)
    shutil.copytree(classifier().folder, assets / NAME)
    monkeypatch.setattr("organizer.training.measure_yt8m.assets_folder", lambda: assets)
    assert not open_to_measure(NAME).makes_features
    install_space()
    assert open_to_measure(NAME).makes_features


@pytest.fixture
def shipped(classifier, tmp_path, monkeypatch):
    """A classifier that comes with organizer and saw all the videos; what was said of them out of fold."""
    assets = tmp_path / "assets"
    shutil.copytree(classifier(TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE), IDS).folder, assets / NAME)
    rng, targets = np.random.default_rng(0), np.zeros((30, 10), np.float32)
    targets[:, 0] = 1
    result = OutOfFold(
        ids=tuple(IDS),
        folds=np.arange(30) % 5,
        targets=targets,
        scores=rng.random((30, 10)),
        windows={},
        thresholds=np.full((5, 10), 0.6),
        maybe_thresholds=np.full((5, 10), 0.3),
    )
    result.save(assets / NAME / "out_of_fold.npz")
    monkeypatch.setattr("organizer.training.measure_yt8m.assets_folder", lambda: assets)
    return result


def test_the_classifier_that_comes_along_is_shown_by_its_out_of_fold_scores(folder, shipped):
    measured = measure_on_yt8m(open_to_measure(NAME), on_table(folder))
    assert measured.scored.names == tuple(IDS)
    np.testing.assert_allclose(measured.scored.scores, shipped.scores, atol=0.01)
    np.testing.assert_array_equal(measured.scored.targets, shipped.targets)
    assert measured.scored.thresholds.tolist() == [[0.6] * 10] * 30
    assert measured.scored.maybe_thresholds.tolist() == [[0.3] * 10] * 30
    assert "did not see a video's fold" in measured.notes[-1]
    assert not any("left out" in note for note in measured.notes)
    of_fold = measure_on_yt8m(open_to_measure(NAME), on_table(folder, fold=2))
    assert of_fold.scored.names == tuple(IDS[2::5])
    assert len(measure_on_yt8m(open_to_measure(NAME), on_shards(folder)).scored.names) == 30


def test_another_classifier_has_no_out_of_fold_scores(folder, shipped, tmp_path):
    alone = shutil.copytree(tmp_path / "assets" / NAME, tmp_path / "other")
    file = alone / LOOSE_MANIFEST
    with (alone / "classifier.tflite").open("ab") as graph:
        graph.write(b"another")
    table = json.loads(file.read_text())
    table["files"]["classifier.tflite"] = sha256_of(alone / "classifier.tflite")
    file.write_text(json.dumps(table))
    with pytest.raises(TrainingDataError, match="proves nothing"):
        measure_on_yt8m(open_to_measure(str(alone)), on_table(folder))


def test_out_of_fold_scores_of_other_videos_are_not_taken(folder, shipped, tmp_path):
    rows = slice(0, 29)
    replace(
        shipped,
        ids=shipped.ids[rows],
        folds=shipped.folds[rows],
        targets=shipped.targets[rows],
        scores=shipped.scores[rows],
    ).save(tmp_path / "assets" / NAME / "out_of_fold.npz")
    with pytest.raises(TrainingDataError, match="proves nothing"):
        measure_on_yt8m(open_to_measure(NAME), on_table(folder))


def test_features_mean_nothing_to_a_model_of_another_space(folder):
    with pytest.raises(TrainingDataError, match="mean nothing to lite"):
        measure_on_yt8m(open_to_measure("lite"), on_table(folder))
