import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError, FeatureSpaceError
from organizer.models import catalogue
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import (
    bundles,
    maybe_thresholds_of,
    open_bundle,
    sampled_by,
    thresholds_of,
)
from organizer.models.checksums import sha256_of
from organizer.types import EVERY_SECOND, LABELS, InputSpec, Resize, SampledSeconds, VideoFeatures

OLDER = Path(__file__).parent / "data" / "lite_2.0.0.json"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(assets_folder() / "lite", tmp_path / "lite")


@pytest.fixture
def older(tmp_path):
    """The manifest of lite 2.0.0, without its figures."""
    folder = tmp_path / "older"
    folder.mkdir()
    shutil.copyfile(OLDER, folder / "bundle.json")
    return folder


def change_manifest(folder, **changes):
    file = folder / "bundle.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps({**manifest, **changes}))


def test_the_bundled_model_is_whole():
    bundle = open_bundle("lite")
    bundle.verify()
    assert bundle.labels == LABELS
    assert len(bundle.thresholds) == len(LABELS)
    assert all(0 < threshold < 1 for threshold in bundle.thresholds)
    assert bundle.space.backbone.input_size == bundle.input_size
    assert bundle.space.pca.components.shape == (2560, bundle.dimensions)
    assert thresholds_of(bundle.id)["Animal"] == bundle.thresholds[LABELS.index("Animal")]


def test_the_bundled_model_is_small():
    files = [file for file in (assets_folder() / "lite").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 20e6


def test_lists_the_installed_bundles():
    assert [bundle.name for bundle in bundles()] == ["lite"]


def test_an_unknown_bundle_is_an_error_that_helps():
    with pytest.raises(BundleError, match="organizer models"):
        open_bundle("heavy")


def test_the_seconds_of_the_bundle_that_scored_a_video():
    assert sampled_by(open_bundle("lite").id) == open_bundle("lite").sampled
    assert sampled_by("lite 0.0.1") is None
    assert sampled_by(None) is None


def test_thresholds_of_an_unknown_bundle_are_not_made_up():
    for thresholds in (thresholds_of, maybe_thresholds_of):
        assert thresholds("lite 0.0.1") == {}
        assert thresholds(None) == {}


def test_a_label_without_a_maybe_threshold_is_never_a_maybe(copy, monkeypatch):
    given = dict.fromkeys(LABELS, 0.6) | {"Dance": 1.0}
    change_manifest(copy, thresholds=given, maybe_thresholds={"Animal": 0.25, "Dance": 0.4, "Food": 0.6})
    bundle = load_bundle(copy)
    assert dict(zip(LABELS, bundle.maybe_thresholds, strict=True)) == given | {"Animal": 0.25, "Dance": 0.4}
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    assert thresholds_of(bundle.id) == given
    assert maybe_thresholds_of(bundle.id) == {"Animal": 0.25, "Dance": 0.4}


def test_a_bundle_of_before_there_were_maybes_has_none(older, monkeypatch):
    bundle = load_bundle(older)
    assert bundle.maybe_thresholds == bundle.thresholds
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    assert thresholds_of(bundle.id)["Animal"] == 0.3243
    assert maybe_thresholds_of(bundle.id) == {}


@pytest.mark.parametrize("role", ["backbone", "pca", "classifier"])
def test_a_damaged_file_is_named(copy, role):
    bundle = load_bundle(copy)
    file = copy / bundle.roles[role]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BundleError, match=file.name):
        bundle.verify()


def test_a_file_that_plays_no_part_is_checked_only_where_every_file_is(copy):
    files = load_bundle(copy).files
    change_manifest(copy, files={**files, "NOTICE.md": "0" * 64})
    bundle = load_bundle(copy)
    bundle.verify()
    with pytest.raises(BundleError, match=r"NOTICE\.md: this file of the model lite is damaged"):
        bundle.verify(every_file=True)


def test_every_file_is_read_once(copy, monkeypatch):
    files = {**load_bundle(copy).files, "NOTICE.md": sha256_of(copy / "NOTICE.md")}
    change_manifest(copy, files=files)
    read = []
    monkeypatch.setattr(
        "organizer.models.bundle.sha256_of", lambda file: read.append(file.name) or sha256_of(file)
    )
    load_bundle(copy).verify(every_file=True)
    assert sorted(read) == sorted(files)


@pytest.mark.parametrize(
    ("name", "provenance", "advice"),
    [
        ("lite", {}, "Reinstall organizer."),
        ("inception-yt8m", {"backbone": {"part": "inception-hub"}}, "models pull inception-yt8m --replace"),
        (
            "inception-yt8m",
            {"backbone": {"part": "inception-hub"}, "classifier": {"origin": "own"}},
            r"^[^ ]* this file .* Install it again: organizer models pull inception-yt8m --replace$",
        ),
        # No download brings its classifier back.
        ("inception-yt8m", {"backbone": {"part": "hub"}}, "models import --replace.*own classifier"),
        (
            "own",
            {"backbone": "https://tfhub.dev/a/1", "pca": "fitted"},
            "built of https://tfhub.dev/a/1: .*models build --replace.*models remove own",
        ),
        # As an exported model of another make comes: nothing here tells where from.
        ("gift", {}, "models import --replace.*models remove gift"),
        ("gift", {"backbone": ["odd"]}, "models import --replace"),
    ],
)
def test_a_damaged_model_comes_with_the_step_that_mends_it(copy, name, provenance, advice):
    change_manifest(copy, name=name, provenance=provenance)
    bundle = load_bundle(copy)
    (copy / "pca.npz").write_bytes(b"")
    with pytest.raises(BundleError, match=advice):
        bundle.verify()


def test_a_damaged_classifier_does_not_run(copy):
    bundle = load_bundle(copy)
    (copy / bundle.roles["classifier"]).unlink()
    with pytest.raises(BundleError, match="missing"):
        _ = bundle.classifier_file


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"format": 1}'])
def test_a_manifest_that_cannot_be_used_is_refused(copy, content):
    manifest = copy / "bundle.json"
    if content is None:
        manifest.unlink()
    else:
        manifest.write_text(content)
    with pytest.raises(BundleError, match="lite"):
        load_bundle(copy)


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ["a"]),
        ("name", "../up"),
        ("name", "auto"),
        ("version", 1),
        ("version", "1\n2"),
        ("version", ""),
        ("summary", None),
        ("summary", "half a character \ud800"),
        ("licence", {}),
        ("input_size", "224"),
        ("input_size", 0),
        ("input_size", True),
        ("input_size", 10**9),
        ("resize", "nearest"),
        ("resize", []),
        ("dimensions", -1),
        ("dimensions", 2.5),
        ("quantiser", []),
        ("quantiser", {"low": 0, "high": 0, "rounding": "nearest"}),
        ("quantiser", {"low": "0", "high": 1, "rounding": "nearest"}),
        ("quantiser", {"low": 0, "high": float("nan"), "rounding": "nearest"}),
        ("quantiser", {"low": 0, "high": 1, "rounding": []}),
        ("labels", {}),
        ("labels", [["Vehicle"]]),
        ("labels", ["Vehicle", "Vehicle"]),
        ("labels", ["No such one"]),
        ("thresholds", []),
        ("thresholds", dict.fromkeys(LABELS, "0.5")),
        ("thresholds", dict.fromkeys(LABELS, 1.5)),
        ("thresholds", dict.fromkeys(LABELS, float("nan"))),
        ("maybe_thresholds", []),
        ("maybe_thresholds", dict.fromkeys(LABELS, 1.0)),
        ("maybe_thresholds", {"No such one": 0.1}),
        ("metrics", []),
        ("provenance", "mine"),
        ("kinds", []),
        ("kinds", {"backbone": []}),
        ("kinds", {"classifier": "python"}),
        ("backbone_settings", []),
        ("roles", []),
        ("roles", {"backbone": "backbone.tflite", "pca": 3}),
        ("roles", {"backbone": "../backbone.tflite", "pca": "pca.npz"}),
        ("files", []),
        ("files", {"backbone.tflite": 1, "pca.npz": "0" * 64, "classifier.tflite": "0" * 64}),
        ("files", {"a\0b": "0" * 64}),
        ("files", {"a//b": "0" * 64}),
        ("files", {"a/../../b": "0" * 64}),
        ("files", {"/etc/hosts": "0" * 64}),
        ("files", {"C:\\a": "0" * 64}),
    ],
)
def test_fields_that_are_not_what_they_must_be_are_one_sentence(copy, field, value):
    known = load_bundle(copy).files
    change_manifest(copy, **{field: {**known, **value} if field == "files" and value else value})
    with pytest.raises(BundleError, match="no usable model bundle"):
        load_bundle(copy)


@pytest.mark.parametrize("content", [DEEP, '{"format": 1, "name": ' + DEEP, "9" * 5000, b"\xff\xfe"])
def test_a_manifest_that_is_no_manifest_is_one_sentence(copy, content):
    (copy / "bundle.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BundleError, match="no usable model bundle"):
        load_bundle(copy)


def test_a_manifest_of_a_later_format_is_refused(copy):
    change_manifest(copy, format=2)
    with pytest.raises(BundleError, match="Update organizer"):
        load_bundle(copy)


def test_the_feature_space_follows_the_quantiser(copy):
    before = load_bundle(copy).space_id
    change_manifest(copy, quantiser={"low": -2.0, "high": 2.0, "rounding": "truncate"})
    assert load_bundle(copy).space_id != before


def test_features_of_another_space_are_refused():
    features = VideoFeatures("other-space", np.zeros((1, 1024), np.uint8))
    with pytest.raises(FeatureSpaceError, match="other-space"):
        open_bundle("lite").check_space(features)


def test_the_way_frames_are_resized_is_part_of_the_feature_space(copy):
    before = load_bundle(copy)
    assert before.input_spec.resize is Resize.AREA
    change_manifest(copy, resize="area")
    assert load_bundle(copy).space_id == before.space_id
    change_manifest(copy, resize="bilinear")
    after = load_bundle(copy)
    assert after.input_spec == replace(before.input_spec, resize=Resize.BILINEAR)
    assert after.space_id != before.space_id


def test_the_seconds_that_are_looked_at_are_part_of_the_feature_space(older):
    before = load_bundle(older)
    assert before.input_spec == InputSpec(288, Resize.AREA, EVERY_SECOND)
    spaces = set()
    for until, every in ((8, 2), (8, 3), (9, 2)):
        change_manifest(older, sampling={"every_second_until": until, "then_every": every})
        after = load_bundle(older)
        assert after.input_spec.sampled == SampledSeconds(until, every)
        spaces.add(after.space_id)
    assert len(spaces - {before.space_id}) == 3


def test_another_way_to_say_every_second_is_no_other_feature_space(older):
    before = load_bundle(older).space_id
    for until, every in ((45, 1), (45, 9), (44, 9), (0, 1)):
        change_manifest(older, sampling={"every_second_until": until, "then_every": every})
        assert load_bundle(older).space_id == before


@pytest.mark.parametrize("settings", [{"poolings": None}, {"bfloat16": True}, {"poolings": [["mean"]]}])
def test_a_backbone_with_settings_that_it_does_not_take_is_one_sentence(copy, settings):
    change_manifest(copy, backbone_settings=settings)
    with pytest.raises(BundleError, match="cannot be run with its settings"):
        load_bundle(copy).space  # noqa: B018


def test_features_of_older_models_stay_valid(older):
    """Libraries hold features under this name: it changes only with what makes them."""
    assert load_bundle(older).id == "lite 2.0.0"
    assert load_bundle(older).space_id == "lite-7f7b14604edb"
