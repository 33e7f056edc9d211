"""A bundle around a trained classifier, opened and used as the product does."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from organizer.errors import BundleError, TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import open_bundle
from organizer.models.checksums import sha256_of
from organizer.models.inception.assemble import NAME
from organizer.tags.tagger import Tagger
from organizer.training.architectures import build
from organizer.training.classifier_bundle import (
    NewBundle,
    write_classifier_bundle,
    write_loose_classifier,
)
from organizer.training.engine.checkpoints import EpochFigures
from organizer.training.engine.settings import TrainingSettings
from organizer.training.engine.trained import TrainedClassifier
from organizer.types import SampledSeconds, VideoFeatures

LABELS = ("Dance", "Garden")
SAVED_KERAS = Path(__file__).parent / "architectures" / "data" / "layers_0.1.0.keras"
THRESHOLDS = {"Dance": 0.4, "Garden": 0.6}
NEW = NewBundle(
    "mine",
    THRESHOLDS,
    {"top1": 0.75, "labels": {"Dance": {"average_precision": 0.9, "clips": 12}}},
    data="Twelve videos that were made up.",
)


@pytest.fixture(scope="module")
def source():
    return open_bundle("lite")


@pytest.fixture(scope="module")
def trained(source):
    rng = np.random.default_rng(2)
    weights = build("moe", source.dimensions, len(LABELS)).get_weights()
    return TrainedClassifier(
        architecture="moe",
        dimensions=source.dimensions,
        labels=LABELS,
        space_id=source.space_id,
        quantiser=source.quantiser,
        settings=TrainingSettings(epochs=2, seed=5),
        weights=[weight + 0.01 * rng.normal(size=weight.shape).astype(np.float32) for weight in weights],
        history=(EpochFigures(0, 0.5, 0.625, 0.7, 1e-3), EpochFigures(1, 0.4, 0.65, 0.6, 1e-3)),
        best_epoch=0,
        data="0123abcd",
    )


@pytest.fixture(scope="module")
def bundle(source, trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "mine"
    write_classifier_bundle(folder, source, trained, NEW)
    return load_bundle(folder)


def test_the_bundle_is_whole(bundle, source):
    bundle.verify()
    assert bundle.name == "mine"
    assert (bundle.labels, bundle.thresholds) == (LABELS, (0.4, 0.6))
    assert bundle.quantiser == source.quantiser
    # Features that are stored already need not be made again.
    assert bundle.space_id == source.space_id
    for role in ("backbone", "pca"):
        assert bundle.files[bundle.roles[role]] == source.files[source.roles[role]]
    for name, digest in bundle.files.items():
        assert sha256_of(bundle.folder / name) == digest
    assert {"classifier.tflite", "MODEL_CARD.md", "NOTICE.md", "LICENSE-APACHE.txt"} <= bundle.files.keys()
    assert {*bundle.files, "bundle.json"} == {file.name for file in bundle.folder.iterdir()}


@pytest.mark.parametrize(
    ("licence", "said"),
    [(None, "backbone: free; pca: free"), ("mine", "backbone: free; pca: free; classifier: mine")],
)
def test_nothing_of_the_classifier_that_its_source_has_is_taken_over(
    source, trained, tmp_path, licence, said
):
    made_of = {role: {"part": role} for role in ("backbone", "pca")}
    of_other = replace(source, licence="backbone: free; pca: free; classifier: other", provenance=made_of)
    made = write_classifier_bundle(tmp_path / "mine", of_other, trained, replace(NEW, licence=licence))
    assert made.licence == said
    assert f"Licence: {said}\n" in (made.folder / "MODEL_CARD.md").read_text()
    # Those of ``lite`` are of its classifier here, for what is downloaded brings none.
    assert not list(made.folder.glob("NOTICE*"))


def test_its_tagger_scores_what_keras_scores(bundle, trained):
    stored = np.random.default_rng(0).integers(0, 256, (9, 1024), np.uint8)
    (video,) = Tagger(bundle).score([VideoFeatures(bundle.space_id, stored)])
    expected = trained.model()(bundle.quantiser.dequantise(stored)[np.newaxis], training=False)
    assert np.allclose(video.scores, expected["scores"].numpy()[0], atol=1e-5)
    assert np.allclose(video.evidence, expected["evidence"].numpy()[0], atol=1e-5)


def test_a_bundle_of_an_earlier_version_may_carry_the_network_in_keras_s_own_form_too(bundle, tmp_path):
    """0.1.0 wrote ``classifier.keras`` beside the graph; nothing reads it, and its hash still counts."""
    older = tmp_path / "older"
    shutil.copytree(bundle.folder, older)
    shutil.copyfile(SAVED_KERAS, older / "classifier.keras")
    manifest = json.loads((older / "bundle.json").read_text(encoding="utf-8"))
    manifest["files"]["classifier.keras"] = sha256_of(older / "classifier.keras")
    manifest["provenance"]["classifier"]["settings"]["schedule"] = "constant"
    (older / "bundle.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = load_bundle(older)
    found.verify(every_file=True)
    stored = np.random.default_rng(0).integers(0, 256, (9, 1024), np.uint8)
    of_both = [Tagger(one).score([VideoFeatures(one.space_id, stored)])[0] for one in (bundle, found)]
    assert of_both[0].scores == of_both[1].scores
    (older / "classifier.keras").write_bytes(b"something else")
    with pytest.raises(BundleError, match=r"classifier\.keras"):
        load_bundle(older).verify(every_file=True)


def test_it_says_where_it_comes_from(bundle, source):
    made = bundle.provenance["classifier"]
    assert made["architecture"] == "moe"
    assert made["data"] == "Twelve videos that were made up."
    assert (made["settings"]["seed"], made["settings"]["epochs"]) == (5, 2)
    assert made["best_epoch"] == 0
    assert {"tensorflow", "keras", "numpy", "python"} <= made["versions"].keys()
    assert bundle.provenance["space"] == {"model": source.id, "space_id": source.space_id}
    assert bundle.provenance["backbone"] == source.provenance["backbone"]


def test_it_is_at_home_in_the_features_that_are_stored(bundle, source):
    assert bundle.name != source.name
    assert (bundle.space_id, bundle.input_spec) == (source.space_id, source.input_spec)


def test_it_looks_at_the_seconds_that_its_source_looks_at(source, trained, tmp_path):
    some = replace(source, sampled=SampledSeconds(9, 3))
    bundle = write_classifier_bundle(tmp_path / "mine", some, replace(trained, space_id=some.space_id), NEW)
    assert bundle.input_spec == some.input_spec
    assert load_bundle(bundle.folder).space_id == some.space_id != source.space_id
    card = (bundle.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "the first 45 seconds of a video, from 9 s on one second in 3, -> moe" in card


def test_what_was_measured_is_in_its_manifest(bundle):
    assert bundle.metrics["summary"] == "held-out videos: mAP 0.70"
    assert bundle.metrics["top1"] == 0.75


def test_its_card_says_the_same(bundle):
    card = (bundle.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith(f"# Model card: mine {bundle.version}\n")
    for words in (
        "Twelve videos that were made up.",
        "| Garden | 0.60 |",
        "| 2 | 0.4000 | 0.6500 | 0.6000 |",
        "epoch 1 of 2",
        "- top1: 0.7500",
        "| Dance | 0.9000 | 12 |",
        "- seed: 5",
    ):
        assert words in card


def test_another_training_has_another_version(bundle, source, trained, tmp_path):
    again = write_classifier_bundle(tmp_path / "same", source, trained, NEW)
    assert again.version == bundle.version
    other = replace(trained, weights=[weight * 1.01 for weight in trained.weights])
    assert write_classifier_bundle(tmp_path / "other", source, other, NEW).version != bundle.version


def test_it_can_be_installed_and_used(source, trained, tmp_path, monkeypatch):
    from organizer.models.installing import installing

    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    with installing("mine") as folder:
        write_classifier_bundle(folder, source, trained, NEW)
    assert open_bundle("mine").labels == LABELS


@pytest.mark.parametrize(
    ("field", "value"),
    [("space_id", "elsewhere-1"), ("dimensions", 12)],
)
def test_a_source_of_another_space_is_refused(source, trained, tmp_path, field, value):
    with pytest.raises(TrainingDataError, match="trained on features of the space"):
        write_classifier_bundle(tmp_path / "new", source, replace(trained, **{field: value}), NEW)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("thresholds", [{"Dance": 0.5}, {"Garden": 0.5, "Dance": 0.5}])
def test_thresholds_must_be_those_of_the_labels(source, trained, tmp_path, thresholds):
    with pytest.raises(TrainingDataError, match="Give one for each label"):
        write_classifier_bundle(tmp_path / "new", source, trained, replace(NEW, thresholds=thresholds))


@pytest.mark.parametrize("name", ["auto", "Mine", "../mine"])
def test_a_name_that_is_none_is_refused(source, trained, tmp_path, name):
    with pytest.raises(BundleError, match="is no name for a model"):
        write_classifier_bundle(tmp_path / "new", source, trained, replace(NEW, name=name))


def test_a_folder_with_something_in_it_is_left_alone(source, trained, tmp_path):
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(BundleError, match="Take an empty one"):
        write_classifier_bundle(tmp_path, source, trained, NEW)
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.txt"]


def test_the_manifest_is_plain_json(bundle):
    manifest = json.loads((bundle.folder / "bundle.json").read_text(encoding="utf-8"))
    assert manifest["provenance"]["classifier"]["settings"]["monitor"] == "map"
    assert manifest["kinds"]["classifier"] == "litert"


def test_files_that_are_given_lie_beside_it(source, trained, tmp_path):
    new = replace(NEW, files={"ids.txt": b"a\nb\n"}, licence="CC BY 4.0")
    bundle = write_classifier_bundle(tmp_path / "new", source, trained, new)
    assert (bundle.folder / "ids.txt").read_bytes() == b"a\nb\n"
    assert bundle.files["ids.txt"] == sha256_of(bundle.folder / "ids.txt")
    assert bundle.licence == f"{source.licence}; classifier: CC BY 4.0"


def test_a_classifier_of_youtube_8m_s_features_can_stand_alone(trained, tmp_path):
    of_yt8m = replace(trained, space_id=NAME, quantiser=YT8M_QUANTISER)
    loose = write_loose_classifier(tmp_path / "alone", of_yt8m, replace(NEW, licence="CC BY 4.0"))
    assert {file.name for file in loose.folder.iterdir()} == {
        "classifier.json",
        "classifier.tflite",
        "MODEL_CARD.md",
    }
    assert (loose.name, loose.space_id, loose.makes_features) == ("mine", NAME, False)
    assert (loose.labels, loose.thresholds, loose.licence) == (LABELS, (0.4, 0.6), "CC BY 4.0")
    stored = np.random.default_rng(0).integers(0, 256, (9, 1024), np.uint8)
    (video,) = Tagger(loose).score([VideoFeatures(loose.space_id, stored)])
    expected = trained.model()(YT8M_QUANTISER.dequantise(stored)[np.newaxis], training=False)
    assert np.allclose(video.scores, expected["scores"].numpy()[0], atol=1e-5)
    card = (loose.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"Features of the model {NAME}" in card and "Licence: CC BY 4.0" in card


def test_a_classifier_of_other_features_cannot_stand_alone(trained, tmp_path):
    with pytest.raises(TrainingDataError, match="only a classifier of YouTube-8M's features"):
        write_loose_classifier(tmp_path / "alone", trained, NEW)
    with pytest.raises(TrainingDataError, match="only a classifier of YouTube-8M's features"):
        write_loose_classifier(tmp_path / "alone", replace(trained, space_id=NAME), NEW)
    assert not (tmp_path / "alone").exists()
