import json
from pathlib import Path

import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.features.quantiser import Quantiser, Rounding
from organizer.models.manifest import (
    BackboneKind,
    ClassifierKind,
    Kinds,
    Manifest,
    QuantiserRange,
    manifest_table,
    read_manifest,
    write_manifest,
)
from organizer.types import EVERY_SECOND, Resize, SampledSeconds

SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Of an empty file."""
WRITTEN_BY_0_1_0 = f"""{{
  "format": 1,
  "name": "mine",
  "version": "1.0.0+abc",
  "summary": "features of \\u00e4",
  "licence": "MIT",
  "input_size": 299,
  "resize": "bilinear",
  "space_name": "inception-yt8m",
  "dimensions": 1024,
  "quantiser": {{
    "low": -2.0,
    "high": 2.0,
    "rounding": "truncate",
    "clipped_share": 0.0005
  }},
  "labels": [
    "Animal",
    "Food"
  ],
  "thresholds": {{
    "Animal": 0.5,
    "Food": 1.0
  }},
  "metrics": {{
    "summary": "not measured",
    "map": null,
    "precision": NaN
  }},
  "provenance": {{}},
  "kinds": {{
    "backbone": "tf-hub",
    "classifier": "litert"
  }},
  "backbone_settings": {{
    "output": null
  }},
  "roles": {{
    "backbone": "backbone",
    "pca": "pca.npz",
    "classifier": "classifier.tflite"
  }},
  "files": {{
    "backbone/saved_model.pb": "{SHA256}",
    "classifier.tflite": "{SHA256}",
    "pca.npz": "{SHA256}"
  }}
}}
"""


def full(**changes):
    fields = {
        "name": "mine",
        "version": "1.0.0+abc",
        "summary": "features of ä",
        "licence": "MIT",
        "input_size": 299,
        "resize": Resize.BILINEAR,
        "space_name": "inception-yt8m",
        "dimensions": 1024,
        "quantiser": QuantiserRange(-2.0, 2.0, Rounding.TRUNCATE, 0.0005),
        "labels": ("Animal", "Food"),
        "thresholds": {"Animal": 0.5, "Food": 1.0},
        "metrics": {"summary": "not measured", "map": None, "precision": float("nan")},
        "kinds": Kinds(BackboneKind.TF_HUB, ClassifierKind.LITERT),
        "backbone_settings": {"output": None},
        "roles": {"backbone": "backbone", "pca": "pca.npz", "classifier": "classifier.tflite"},
    }
    return Manifest(**fields | changes)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "backbone").mkdir()
    for name in ("backbone/saved_model.pb", "classifier.tflite", "pca.npz"):
        (tmp_path / name).touch()
    return tmp_path


def test_what_is_written_is_what_0_1_0_wrote_to_the_byte(folder):
    write_manifest(folder, full())
    assert (folder / "bundle.json").read_text(encoding="utf-8") == WRITTEN_BY_0_1_0


def test_what_0_1_0_wrote_is_read(folder):
    (folder / "bundle.json").write_text(WRITTEN_BY_0_1_0, encoding="utf-8")
    read = read_manifest(folder)
    files = dict.fromkeys(("backbone/saved_model.pb", "classifier.tflite", "pca.npz"), SHA256)
    # NaN is not itself.
    assert str(read.metrics["precision"]) == "nan"
    assert manifest_table(read) | {"metrics": 0} == manifest_table(full(files=files)) | {"metrics": 0}
    assert read.quantiser.quantiser == Quantiser(-2.0, 2.0, Rounding.TRUNCATE)
    write_manifest(folder, read)
    assert (folder / "bundle.json").read_text(encoding="utf-8") == WRITTEN_BY_0_1_0


def test_files_that_are_named_are_not_looked_for(folder):
    (folder / "MODEL_CARD.md").touch()
    files = dict.fromkeys(("backbone/saved_model.pb", "classifier.tflite", "pca.npz"), "0" * 64)
    write_manifest(folder, full(files=files))
    assert read_manifest(folder).files == files


def test_what_older_manifests_do_not_say_is_what_was_usual_then(folder):
    needed = ("format", "name", "version", "summary", "licence", "input_size", "dimensions", "quantiser")
    table = {key: json.loads(WRITTEN_BY_0_1_0)[key] for key in (*needed, "roles", "files")} | {"labels": []}
    (folder / "bundle.json").write_text(json.dumps(table), encoding="utf-8")
    read = read_manifest(folder)
    assert (read.resize, read.space_name, read.thresholds) == (Resize.AREA, None, {})
    assert read.sampling == EVERY_SECOND
    assert read.kinds == Kinds(BackboneKind.LITERT, None)


def test_the_seconds_that_are_looked_at_are_written_where_some_are_left_out(folder):
    write_manifest(folder, full(sampling=SampledSeconds(8, 2)))
    table = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    assert table["sampling"] == {"every_second_until": 8, "then_every": 2}
    assert read_manifest(folder).sampling == SampledSeconds(8, 2)


def test_maybe_thresholds_are_written_beside_the_others_and_only_where_there_are_any(folder):
    write_manifest(folder, full(maybe_thresholds={"Animal": 0.25, "Food": 0.4}))
    table = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    assert list(table)[list(table).index("thresholds") + 1] == "maybe_thresholds"
    assert table["maybe_thresholds"] == {"Animal": 0.25, "Food": 0.4}
    assert read_manifest(folder).maybe_thresholds == {"Animal": 0.25, "Food": 0.4}


def test_the_bundled_model_says_the_same_when_written_again():
    lite = assets_folder() / "lite"
    told = json.loads((lite / "bundle.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(manifest_table(read_manifest(lite)))) == told


def test_lite_2_0_0_says_the_same_when_written_again_and_what_was_usual_then(folder):
    text = (Path(__file__).parent / "data" / "lite_2.0.0.json").read_text(encoding="utf-8")
    (folder / "bundle.json").write_text(text, encoding="utf-8")
    usual = {"resize": "area", "kinds": {"backbone": "litert"}}
    assert json.loads(json.dumps(manifest_table(read_manifest(folder)))) == json.loads(text) | usual


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"input_size": "299"}, r"its input_size: Expected `int`, got `str`"),
        ({"input_size": 5000}, r"its input_size is 5000, not from 1 to 4096"),
        ({"dimensions": 10**30}, r"its dimensions is 10+, not from 1 to 65536"),
        ({"labels": ["Animal", 3]}, r"its labels\[1\]: Expected `str`, got `int`"),
        ({"quantiser": {"low": 0, "high": 10**400, "rounding": "nearest"}}, "its quantiser.high: Number out"),
        ({"quantiser": {"low": 0, "high": 1}}, "its quantiser: Object missing required field `rounding`"),
        ({"thresholds": {"Animal": 0.5}}, "its threshold of Food is None, not from 0 to 1"),
        (
            {"sampling": {"every_second_until": 46, "then_every": 2}},
            "its sampling: every_second_until is 46, not",
        ),
        (
            {"sampling": {"every_second_until": 8, "then_every": 0}},
            "its sampling: then_every is 0, not from 1",
        ),
        (
            {"sampling": {"every_second_until": "8", "then_every": 2}},
            "its sampling.every_second_until: Expected",
        ),
        ({"sampling": {"every_second_until": 8}}, "its sampling: Object missing required field `then_every`"),
        ({"sampling": None}, "its sampling: Expected `object`, got `null`"),
        (
            {"maybe_thresholds": {"Animal": -0.1}},
            "its maybe threshold of Animal is -0.1, not from 0 to its thr",
        ),
        (
            {"maybe_thresholds": {"Animal": 0.51}},
            r"threshold of Animal is 0.51, not from 0 to its threshold, 0.5",
        ),
        ({"maybe_thresholds": {"Food": 1.1}}, r"its maybe threshold of Food is 1.1, not from 0 to its"),
        ({"maybe_thresholds": {"Animal": float("nan")}}, "its maybe threshold of Animal is nan, not from 0"),
        ({"maybe_thresholds": {"Dog": 0.3}}, "its maybe threshold 'Dog' is for no label of its own"),
        (
            {"maybe_thresholds": {"Animal": "0.3"}},
            r"its maybe_thresholds\[\.\.\.\]: Expected `float`, got `str`",
        ),
        ({"kinds": {"backbone": "torch"}}, "its kinds.backbone: Invalid enum value 'torch'"),
        ({"roles": {"backbone": "backbone"}}, "it names no pca"),
        ({"roles": {"backbone": "backbone", "pca": "other.npz"}}, "it has no checksum of its pca"),
        ({"format": "two"}, r"this model has format two, this organizer reads 1\. Update organizer\."),
    ],
)
def test_messages_name_the_model_the_field_and_what_was_expected(folder, change, words):
    (folder / "bundle.json").write_text(json.dumps(json.loads(WRITTEN_BY_0_1_0) | change), encoding="utf-8")
    with pytest.raises(BundleError, match=words) as error:
        read_manifest(folder)
    assert str(folder) in str(error.value)
    assert "Reinstall organizer, or remove the folder." in str(error.value) or "Update" in str(error.value)


@pytest.mark.parametrize("missing", ["format", "name", "labels", "quantiser"])
def test_a_field_that_is_missing_is_named(folder, missing):
    table = json.loads(WRITTEN_BY_0_1_0)
    del table[missing]
    (folder / "bundle.json").write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(BundleError, match=missing):
        read_manifest(folder)
