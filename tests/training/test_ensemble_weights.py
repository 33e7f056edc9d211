"""The bundled networks as arrays, and what builds on them."""

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
from organizer.training.ensemble_weights import ROLE, EnsembleWeights, base_of, load_ensemble_weights
from tests.fakes import colour_bundle
from tests.training.fakes import GRAPH_SHARE, based_on, evidence_of

LITE = load_bundle(assets_folder() / "lite")
PARTS = [part.name for part in fields(EnsembleWeights)]


def test_the_bundled_arrays_are_the_bundled_graph():
    base = base_of(LITE)
    stored = np.random.default_rng(0).integers(0, 256, (9, LITE.dimensions), np.uint8)
    features = LITE.quantiser.dequantise(stored)
    _, evidence = LiteRtClassifier(LITE.classifier_file).classify(features[None])
    assert np.allclose(evidence_of(base.arrays, features, GRAPH_SHARE), evidence[0], atol=1e-5)
    assert base.labels == LITE.labels and base.name == LITE.id
    assert list(base.thresholds.values()) == list(LITE.thresholds)


def test_arrays_come_back_as_they_were(tmp_path):
    arrays = based_on(6, 4).arrays
    arrays.save(tmp_path / "members.npz")
    again = load_ensemble_weights(tmp_path / "members.npz")
    features = np.random.default_rng(1).normal(size=(5, 6)).astype(np.float32)
    assert np.array_equal(evidence_of(again, features), evidence_of(arrays, features))


def test_labels_are_found_by_name():
    assert base_of(LITE).under(("Food", "Grandma", "Vehicle")).columns == (5, -1, 0)


def test_the_digest_tells_arrays_and_columns_apart():
    base = based_on(6, 4)
    others = (
        replace(base, columns=base.columns[::-1]),
        replace(base, arrays=replace(base.arrays, bias=base.arrays.bias + 1)),
    )
    assert base.digest == based_on(6, 4).digest
    assert len({base.digest, *(other.digest for other in others)}) == 3


def test_a_model_without_them_offers_nothing():
    assert base_of(colour_bundle()) is None


@pytest.mark.parametrize(
    "content",
    [
        *(None, b"", b"PK nothing", "one array", "no arrays", "no numbers", "words", "flat"),
        *("other members", "other shapes", "other function", "not finite", "nothing"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "members.npz"
    if content == "no numbers":
        np.savez(file, hidden_kernel=np.zeros(3))
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
        based_on(6, 4, members=0).arrays.save(file)
    elif content == "other members":
        arrays = based_on(6, 4).arrays
        replace(arrays, bias=np.zeros((9, 3), np.float32)).save(file)
    elif content == "other shapes":
        arrays = based_on(6, 4).arrays
        replace(arrays, bias=np.zeros((2, 9), np.float32)).save(file)
    elif content == "other function":
        arrays = based_on(6, 4).arrays
        replace(arrays, linear_kernel=np.zeros((5, 3), np.float32)).save(file)
    elif content == "not finite":
        arrays = based_on(6, 4).arrays
        replace(arrays, bias=arrays.bias * np.nan).save(file)
    elif content is not None:
        file.write_bytes(content)
    with pytest.raises(BundleError, match=r"members\.npz.*Reinstall"):
        load_ensemble_weights(file)


def test_networks_of_another_model_are_refused(tmp_path):
    copy = shutil.copytree(LITE.folder, tmp_path / "lite")
    based_on(6, 4).arrays.save(copy / LITE.roles[ROLE])
    manifest = json.loads((copy / "bundle.json").read_text())
    manifest["files"][LITE.roles[ROLE]] = sha256_of(copy / LITE.roles[ROLE])
    (copy / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="do not fit this model"):
        base_of(load_bundle(copy))
