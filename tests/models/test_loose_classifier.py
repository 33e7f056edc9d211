"""A classifier alone: read, used, and joined with the model that makes its features."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.features.quantiser import YT8M_QUANTISER, Quantiser, Rounding
from organizer.models import catalogue
from organizer.models.download.sources import read_sources
from organizer.models.inception.assemble import NAME, RESIZE, SETTINGS
from organizer.models.loose_classifier import check_joins, is_loose_classifier, load_loose_classifier
from organizer.models.manifest import LOOSE_MANIFEST, Kinds, Manifest, QuantiserRange, write_manifest
from organizer.models.transfer import import_model
from organizer.pipeline.prove_classifier import prove_classifier
from organizer.tags.tagger import Tagger
from organizer.types import LABELS, SampledSeconds, VideoFeatures
from tests.cli.labelled import install_space

THRESHOLDS = {label: 0.3 + number / 100 for number, label in enumerate(LABELS)}


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "models"


@pytest.fixture
def folder(tmp_path):
    """The classifier of ``lite`` by itself, said to be one of YouTube-8M's features."""
    made = tmp_path / "alone"
    made.mkdir()
    shutil.copy(assets_folder() / "lite" / "classifier.tflite", made)
    (made / "NOTICE.md").write_text("made of YouTube-8M")
    write_manifest(
        made,
        Manifest(
            name="mine",
            version="1.0.0+abc",
            summary="made for a test",
            licence="CC BY 4.0",
            input_size=SETTINGS.input_size,
            resize=RESIZE,
            space_name=NAME,
            dimensions=1024,
            quantiser=QuantiserRange.of(YT8M_QUANTISER),
            labels=LABELS,
            thresholds=THRESHOLDS,
            provenance={"classifier": {"data": "Made up."}},
            kinds=Kinds(),
            roles={"classifier": "classifier.tflite"},
        ),
        LOOSE_MANIFEST,
    )
    return made


def scores_of(bundle):
    stored = np.random.default_rng(0).integers(0, 256, (5, 1024), np.uint8)
    return Tagger(bundle).score([VideoFeatures(bundle.space_id, stored)])[0].scores


def test_it_scores_and_makes_no_features(folder):
    assert is_loose_classifier(folder) and not is_loose_classifier(assets_folder() / "lite")
    loose = load_loose_classifier(folder)
    loose.verify(every_file=True)
    assert (loose.name, loose.space_id, loose.makes_features) == ("mine", NAME, False)
    assert loose.thresholds == tuple(THRESHOLDS.values())
    assert len(prove_classifier(loose)) == 3
    with pytest.raises(BundleError, match=r"makes no features.*organizer models import"):
        _ = loose.space


def test_imported_it_joins_the_model_that_makes_its_features(folder):
    install_space()
    maker = catalogue.open_bundle(NAME)
    (maker.folder / "NOTICE.md").write_text("made of something else")
    bundle = import_model(folder, read_sources(), prove=prove_classifier)
    assert (bundle.name, bundle.version, bundle.labels) == ("mine", "1.0.0+abc", LABELS)
    # Features that are stored already need not be made again.
    assert bundle.space_id == maker.space_id and bundle.input_spec == maker.input_spec
    assert bundle.thresholds == tuple(THRESHOLDS.values())
    assert scores_of(bundle) == scores_of(load_loose_classifier(folder))
    assert bundle.licence == "MIT; classifier: CC BY 4.0"
    assert bundle.provenance["classifier"] == {"data": "Made up."}
    assert bundle.provenance["space"] == {"model": maker.id, "space_id": maker.space_id}
    notices = {file.name: file.read_text() for file in bundle.folder.glob("NOTICE*")}
    assert notices == {"NOTICE.md": "made of something else", "NOTICE-classifier.md": "made of YouTube-8M"}
    bundle.verify(every_file=True)
    assert import_model(folder, read_sources(), replace=True).id == bundle.id


def test_it_looks_at_the_seconds_that_the_model_looks_at(folder):
    install_space()
    file = catalogue.open_bundle(NAME).folder / "bundle.json"
    sampling = {"every_second_until": 8, "then_every": 2}
    file.write_text(json.dumps({**json.loads(file.read_text()), "sampling": sampling}))
    maker = catalogue.open_bundle(NAME)
    bundle = import_model(folder, read_sources())
    assert bundle.sampled == maker.sampled == SampledSeconds(8, 2)
    assert bundle.space_id == maker.space_id


def has_its_own(maker, licence):
    """Change an installed model to one that was pulled, with a classifier that has a licence and a notice."""
    file = maker.folder / "bundle.json"
    made_of = {role: {"part": role, "licence": "free"} for role in ("backbone", "pca")}
    table = {**json.loads(file.read_text()), "licence": licence, "provenance": made_of}
    (maker.folder / "NOTICE.md").write_text("of the classifier that it has")
    file.write_text(json.dumps(table))
    return catalogue.open_bundle(NAME)


@pytest.mark.parametrize(
    "of_classifier", ["no licence stated", "CC BY 4.0 (trained by others), see NOTICE.md"]
)
def test_it_takes_over_nothing_of_the_classifier_in_whose_place_it_comes(folder, of_classifier):
    install_space()
    has_its_own(catalogue.open_bundle(NAME), f"backbone: free; pca: free; classifier: {of_classifier}")
    bundle = import_model(folder, read_sources())
    assert bundle.licence == "backbone: free; pca: free; classifier: CC BY 4.0"
    notices = {file.name: file.read_text() for file in bundle.folder.glob("NOTICE*")}
    assert notices == {"NOTICE.md": "made of YouTube-8M"}


def test_without_that_model_it_is_said_how_to_get_it(folder):
    with pytest.raises(BundleError, match=f"To install it: organizer models pull {NAME}"):
        import_model(folder, read_sources())
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]


def test_a_damaged_file_is_not_installed(folder):
    install_space()
    with (folder / "classifier.tflite").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match="damaged"):
        import_model(folder, read_sources())
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite", NAME]


@pytest.mark.parametrize(
    "change",
    [
        {"space_name": "lite"},
        {"dimensions": 512},
        {"quantiser": Quantiser(-2.0, 2.0, Rounding.NEAREST)},
    ],
)
def test_a_model_that_makes_other_features_is_refused(folder, change):
    install_space()
    loose = load_loose_classifier(folder)
    check_joins(loose, catalogue.open_bundle(NAME))
    with pytest.raises(BundleError, match="makes others"):
        check_joins(replace(loose, **change), catalogue.open_bundle(NAME))


def test_a_manifest_without_a_classifier_is_refused(folder):
    file = folder / LOOSE_MANIFEST
    table = json.loads(file.read_text())
    file.write_text(json.dumps({**table, "roles": {}}))
    with pytest.raises(BundleError, match="it names no classifier"):
        load_loose_classifier(folder)
