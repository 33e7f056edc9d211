from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.inception import natural_pictures
from organizer.errors import MissingDependencyError
from organizer.features.pca import Pca, load_pca
from organizer.features.processor import has_bfloat16
from organizer.features.tensorflow.frozen_network import Precision
from organizer.models.catalogue import open_bundle
from organizer.models.checksums import sha256_of
from organizer.models.download.sources import read_sources
from organizer.models.transfer import import_model
from organizer.pipeline.verify import CheckOutcome, frames_a_video, verify
from tests.file_server import file_server
from tests.models.stand_ins import PARTS, Site, archives
from tests.yt8m import YT8M, needs_yt8m

__all__ = ["archives"]
OK, FAILED, NOT_POSSIBLE = CheckOutcome
needs_bfloat16 = pytest.mark.skipif(not has_bfloat16(), reason="the processor has no bfloat16")


@pytest.fixture(scope="module")
def bundle(archives, tmp_path_factory):
    folder = tmp_path_factory.mktemp("verify")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORGANIZER_MODELS", str(folder / "models"))
        patch.setenv("ORGANIZER_CACHE", str(folder / "cache"))
        with file_server() as server:
            Site(server, archives, folder / "sources.json")
        raw = folder / "raw"
        raw.mkdir()
        for part in ("inception-hub", "yt8m-pca", "cnn-lstm"):
            (raw / PARTS[part]).write_bytes((archives / PARTS[part]).read_bytes())
        return import_model(raw, read_sources({"ORGANIZER_SOURCES": str(folder / "sources.json")}))


def outcomes(bundle, videos=(), **options):
    return {check.name: check for check in verify(bundle, videos, **options)}


def videos(count):
    """20 frames of each video; the same pictures for each test, which looks at them only."""
    return [made_up_video(seed) for seed in range(count)]


@cache
def made_up_video(seed):
    pictures = natural_pictures(20, seed=seed)
    pictures.flags.writeable = False
    return pictures


def with_pca(bundle, folder, change):
    """Return the bundle with other numbers in its PCA, checksum and all."""
    import shutil

    shutil.copytree(bundle.folder, folder)
    pca = load_pca(folder / "pca.npz")
    mean, components = pca.mean.copy(), pca.components.copy()
    change(mean, components)
    Pca(mean, components).save(folder / "pca.npz")
    files = {**bundle.files, "pca.npz": sha256_of(folder / "pca.npz")}
    return replace(bundle, folder=folder, files=files)


def test_a_sound_model_passes(bundle, tmp_path):
    rng = np.random.default_rng(4)
    original = rng.uniform(0, 2, 2048).astype(np.float32)
    pca = load_pca(bundle.folder / "pca.npz")
    expected = (original.astype(np.float64) - pca.mean) @ pca.components.astype(np.float64)
    np.savez(tmp_path / "golden.npz", original=original, pca=expected)
    checks = outcomes(bundle, videos(10), golden=tmp_path / "golden.npz")
    outcomes_ = {name: check.outcome for name, check in checks.items()}
    expected_ = dict.fromkeys(checks, OK)
    if bundle.space.backbone.precision is not Precision.BFLOAT16:
        expected_["scores in bfloat16"] = NOT_POSSIBLE
    assert outcomes_ == expected_
    assert len(checks) == 7
    assert "200 frames of 10 videos" in checks["fit of network and PCA"].sentence


def test_the_bundled_model_passes_what_is_for_it():
    checks = outcomes(open_bundle("lite"))
    assert [check.outcome for check in checks.values()] == [
        OK,
        OK,
        NOT_POSSIBLE,
        OK,
        NOT_POSSIBLE,
        NOT_POSSIBLE,
        OK,
    ]


@needs_bfloat16
@pytest.mark.parametrize(("count", "source"), [(0, "made-up pictures"), (10, "3 videos of the library")])
def test_scores_in_bfloat16_are_compared(bundle, monkeypatch, count, source):
    # Whatever this processor makes of the stand-in's features.
    monkeypatch.setattr("organizer.features.tensorflow.tfhub_backbone.MIN_COSINE", -1)
    monkeypatch.setattr("organizer.pipeline.verify.MAX_SCORE_DIFFERENCE", 1)
    fresh = replace(bundle)
    checks = outcomes(fresh, videos(count))
    assert fresh.space.backbone.precision is Precision.BFLOAT16
    check = checks["scores in bfloat16"]
    assert check.outcome is OK
    assert check.sentence.startswith(f"those of {source} differ from float32 by at most 0.")
    # What was taken for this one is not lost for the next.
    assert f"{20 * count} frames of" in checks["fit of network and PCA"].sentence
    monkeypatch.setattr("organizer.pipeline.verify.MAX_SCORE_DIFFERENCE", -1)
    assert outcomes(fresh)["scores in bfloat16"].outcome is FAILED


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_frames_are_no_failure(bundle, count):
    check = outcomes(bundle, videos(count))["fit of network and PCA"]
    assert check.outcome is NOT_POSSIBLE
    assert f"{20 * count} frames of" in check.sentence and "too few" in check.sentence


def test_a_pca_of_another_network_fails(bundle, tmp_path):
    def shuffle(mean, _components):
        mean[:] = np.random.default_rng(1).permutation(mean)

    checks = outcomes(with_pca(bundle, tmp_path / "other", shuffle), videos(10))
    assert [name for name, check in checks.items() if check.outcome is FAILED] == ["fit of network and PCA"]


def skew(_mean, components):
    components[:, 1] += components[:, 0]


def spoil(_mean, components):
    components[5, 5] = np.nan


@pytest.mark.parametrize(("change", "words"), [(skew, "right angles"), (spoil, "finite")])
def test_a_pca_that_is_none_fails(bundle, tmp_path, change, words):
    check = outcomes(with_pca(bundle, tmp_path / "other", change))["PCA"]
    assert check.outcome is FAILED
    assert words in check.sentence


def test_a_golden_pair_of_another_pca_fails(bundle, tmp_path):
    rng = np.random.default_rng(4)
    np.savez(tmp_path / "golden.npz", original=rng.random(2048), pca=rng.random(1024))
    check = outcomes(bundle, golden=tmp_path / "golden.npz")["golden PCA pair"]
    assert check.outcome is FAILED
    assert "difference" in check.sentence


def test_a_golden_pair_of_other_sizes_is_not_possible(bundle, tmp_path):
    np.savez(tmp_path / "golden.npz", original=np.ones(1280), pca=np.ones(1024))
    assert outcomes(bundle, golden=tmp_path / "golden.npz")["golden PCA pair"].outcome is NOT_POSSIBLE


@needs_yt8m
def test_the_real_golden_pair_shows_that_these_eigenvectors_are_not_the_real_ones(bundle):
    check = outcomes(bundle, golden=YT8M / "golden_pca.npz")["golden PCA pair"]
    assert check.outcome is FAILED


@pytest.mark.parametrize("content", [b"", b"text"])
def test_what_is_no_golden_pair_fails(bundle, tmp_path, content):
    (tmp_path / "golden.npz").write_bytes(content)
    check = outcomes(bundle, golden=tmp_path / "golden.npz")["golden PCA pair"]
    assert "pickle" not in check.sentence
    assert check.outcome is FAILED
    assert "no pair" in check.sentence


def test_a_damaged_file_fails(bundle):
    files = {**bundle.files, bundle.roles["classifier"]: "0" * 64}
    checks = outcomes(replace(bundle, files=files))
    failed = [name for name, check in checks.items() if check.outcome is FAILED]
    # Where the network runs in bfloat16, its scores need the file too.
    assert [name for name in failed if name != "scores in bfloat16"] == ["checksums", "classifier"]
    assert "damaged" in checks["checksums"].sentence


def test_without_tensorflow_the_rest_is_checked(bundle, monkeypatch):
    def missing():
        raise MissingDependencyError("TensorFlow is not there. Run: pip install it")

    monkeypatch.setattr("organizer.features.tensorflow.tfhub_backbone.load_tensorflow_hub", missing)
    checks = outcomes(replace(bundle), videos(1))
    expected = [OK, OK, *[NOT_POSSIBLE] * 4, OK]
    assert [check.outcome for check in checks.values()] == expected
    assert "pip install" in checks["features of a picture"].sentence


@pytest.mark.parametrize(("count", "frames"), [(0, 45), (1, 45), (5, 45), (10, 40), (20, 20), (100, 10)])
def test_frames_taken_of_each_video(count, frames):
    assert frames_a_video(count) == frames
