"""The bundled classifier as arrays: what they say, how they are kept, and what builds on them."""

import json
import shutil
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.models.bundle import load_bundle
from organizer.models.checksums import sha256_of
from organizer.tags.classifier import LiteRtClassifier
from organizer.training.evidence_weights import (
    LIKENESS_SHARE,
    ROLE,
    EvidenceWeights,
    base_of,
    load_evidence_weights,
)
from organizer.training.lite.second_classifier import sigmoid
from tests.fakes import colour_bundle
from tests.training.fakes import based_on, evidence_weights

LITE = load_bundle(assets_folder() / "lite")
PARTS = [part.name for part in fields(EvidenceWeights)]


def test_the_bundled_arrays_are_the_bundled_graph():
    base = base_of(LITE)
    stored = np.random.default_rng(0).integers(0, 256, (9, LITE.dimensions), np.uint8)
    features = LITE.quantiser.dequantise(stored)
    _, evidence = LiteRtClassifier(LITE.classifier_file).classify(features[None])
    assert np.allclose(sigmoid(base.arrays.logits(features)), evidence[0], rtol=0, atol=1e-5)
    assert base.labels == LITE.labels and base.name == LITE.id
    assert list(base.thresholds.values()) == list(LITE.thresholds)
    assert list(base.maybe_thresholds.values()) == list(LITE.maybe_thresholds)


def test_the_bundled_prototypes_are_directions_with_shares_of_what_shows_a_label_and_what_does_not():
    arrays = base_of(LITE).arrays
    assert np.allclose(np.linalg.norm(arrays.prototypes, axis=1), 1, atol=1e-5)
    for shares in (arrays.shows, arrays.shows_not):
        assert shares.min() >= 0 and np.allclose(shares.sum(axis=0), 1, atol=1e-4)


def two_prototypes():
    """Label 0 lies along the first axis and is hardly seen along the second; of label 1 it is unknown."""
    arrays = evidence_weights(3, 2, prototypes=2)
    return replace(
        arrays,
        linear_kernel=np.array([[1, 0], [0, 0], [0, 2]], np.float32),
        linear_bias=np.array([0.25, -1], np.float32),
        centre=np.array([0.5, 0], np.float32),
        prototypes=np.eye(2, dtype=np.float32),
        shows=np.array([[0.75, 0.5], [0.25, 0.5]], np.float32),
        shows_not=np.array([[0.25, 0.5], [0.75, 0.5]], np.float32),
        slope=np.array([2], np.float32),
        offset=np.array([0, 0.5], np.float32),
    )


def test_likeness_of_a_worked_example():
    # The first second lies on one prototype, the second one between both, the third one far from either.
    features = np.array([[9.5, 0, 7], [3.5, 3, 7], [-3.5, -4, 7]], np.float32)
    found = two_prototypes().likeness(features)
    # The other prototype weighs exp(-30) of the near one, which is nothing.
    assert found[:2] == pytest.approx(np.array([[np.log(3), 0], [0, 0]]) - 1.5, abs=1e-5)
    # Less likeness than a cosine of -0.2, and all that is said is that most videos do not show it.
    assert found[2] == pytest.approx([-1.5, -1.5], abs=1e-4)


def test_logits_of_a_worked_example():
    features = np.array([[9.5, 0, 7]], np.float32)
    alike = np.array([np.log(3), 0]) - 1.5
    linear = np.array([9.5 + 0.25, 14 - 1])
    expected = 2 * (linear + LIKENESS_SHARE * alike) + [0, 0.5]
    found = two_prototypes().logits(features)
    assert found.dtype == np.float32 and found[0] == pytest.approx(expected, abs=1e-5)


def test_a_second_right_at_the_centre_has_numbers():
    arrays = evidence_weights(6, 3)
    features = np.zeros((1, 6), np.float32)
    features[0, :4] = arrays.centre
    assert np.isfinite(arrays.logits(features)).all()


def test_features_are_left_as_they_are():
    features = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    before = features.copy()
    evidence_weights(6, 3).logits(features)
    assert np.array_equal(features, before)


def test_arrays_come_back_as_they_were(tmp_path):
    arrays = evidence_weights(6, 3)
    arrays.save(tmp_path / "evidence.npz")
    again = load_evidence_weights(tmp_path / "evidence.npz")
    for part in PARTS:
        assert np.array_equal(getattr(again, part), getattr(arrays, part))
        assert getattr(again, part).dtype == np.float32


def test_labels_are_found_by_name():
    assert base_of(LITE).under(("Food", "Grandma", "Vehicle")).columns == (5, -1, 0)


def test_the_digest_tells_every_array_and_the_columns_apart():
    base = based_on(6, 4)
    others = [replace(base, columns=base.columns[::-1])]
    for part in PARTS:
        changed = replace(base.arrays, **{part: getattr(base.arrays, part) + 1})
        others.append(replace(base, arrays=changed))
    assert base.digest == based_on(6, 4).digest
    assert len({base.digest, *(other.digest for other in others)}) == 1 + 1 + len(PARTS)


@pytest.mark.parametrize("constant", ["SHARPNESS", "LIKENESS_SHARE", "RARITY", "FAR"])
def test_the_digest_tells_how_arrays_are_used(monkeypatch, constant):
    before = based_on(6, 4).digest
    monkeypatch.setattr(f"organizer.training.evidence_weights.{constant}", 0.3)
    assert based_on(6, 4).digest != before


def test_a_model_without_them_offers_nothing():
    assert base_of(colour_bundle()) is None


def ones(*shape):
    return np.ones(shape, np.float32)


# Of 9 prototypes in 4 of 6 dimensions, and 3 labels.
SPOILT = {
    "no labels": {part: ones(*shape) for part, shape in (("linear_kernel", (6, 0)), ("linear_bias", (0,)))}
    | {"shows": ones(9, 0), "shows_not": ones(9, 0), "offset": ones(0)},
    "nothing to be like": {"prototypes": ones(9, 0), "centre": ones(0)},
    "more to be like than there is": {"prototypes": ones(9, 7), "centre": ones(7)},
    "flat prototypes": {"prototypes": ones(9)},
    "other bias": {"linear_bias": ones(2)},
    "other centre": {"centre": ones(5)},
    "other shares": {"shows": ones(9, 2)},
    "shares of fewer prototypes": {"shows_not": ones(8, 3)},
    "two slopes": {"slope": ones(2)},
    "other offset": {"offset": ones(1)},
    "a share below 0": {"shows": -ones(9, 3)},
    "a share below 0 of the rest": {"shows_not": -ones(9, 3)},
    "no slope": {"slope": 0 * ones(1)},
    "not finite": {"linear_bias": np.nan * ones(3)},
    "endless": {"slope": np.inf * ones(1)},
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_arrays_that_cannot_be_right_are_refused_with_the_name_of_their_file(tmp_path, spoilt):
    replace(evidence_weights(6, 3), **SPOILT[spoilt]).save(tmp_path / "evidence.npz")
    with pytest.raises(BundleError, match=r"evidence\.npz.*Reinstall"):
        load_evidence_weights(tmp_path / "evidence.npz")


@pytest.mark.parametrize(
    "content", [None, b"", b"PK nothing", "one array", "no arrays", "one of them", "words", "flat", "nothing"]
)
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "evidence.npz"
    if content == "one of them":
        np.savez(file, linear_kernel=np.zeros(3))
    elif content == "one array":
        with file.open("wb") as opened:
            np.save(opened, np.zeros(3))
    elif content == "no arrays":
        with zipfile.ZipFile(file, "w") as packed:
            for name in PARTS:
                packed.writestr(f"{name}.npy", "text")
    elif content == "words":
        np.savez(file, **dict.fromkeys(PARTS, np.array(["a"])))
    elif content == "flat":
        np.savez(file, **dict.fromkeys(PARTS, np.zeros(3)))
    elif content == "nothing":
        evidence_weights(6, 3, prototypes=0).save(file)
    elif content is not None:
        file.write_bytes(content)
    with pytest.raises(BundleError, match=r"evidence\.npz.*Reinstall"):
        load_evidence_weights(file)


def test_a_classifier_of_another_model_is_refused(tmp_path):
    copy = shutil.copytree(LITE.folder, tmp_path / "lite")
    evidence_weights(6, 3).save(copy / LITE.roles[ROLE])
    manifest = json.loads((copy / "bundle.json").read_text())
    manifest["files"][LITE.roles[ROLE]] = sha256_of(copy / LITE.roles[ROLE])
    (copy / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="does not fit this model"):
        base_of(load_bundle(copy))


def test_a_bundled_model_from_before_offers_nothing(tmp_path):
    """Up to 2.0.0 the arrays were of small networks, under another role, which nothing builds on any more."""
    copy = shutil.copytree(LITE.folder, tmp_path / "lite")
    manifest = json.loads((copy / "bundle.json").read_text())
    manifest["roles"]["members"] = manifest["roles"].pop(ROLE)
    (copy / "bundle.json").write_text(json.dumps(manifest))
    assert base_of(load_bundle(copy)) is None
