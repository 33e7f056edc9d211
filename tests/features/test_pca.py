import numpy as np
import pytest

from organizer.errors import BundleError
from organizer.features.pca import Pca, fit_pca, load_pca

RNG = np.random.default_rng(0)
SPREADS = np.array([8.0, 4.0, 2.0, 1.0], np.float32)
FEATURES = (RNG.normal(size=(4000, 4)) * SPREADS + 5).astype(np.float32)


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_whitens_as_strongly_as_asked(whitening):
    projected = fit_pca(FEATURES, 3, whitening).project(FEATURES)
    assert projected.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-3)
    expected = SPREADS[:3] ** (1 - whitening)
    assert projected.std(axis=0) / projected.std(axis=0)[0] == pytest.approx(expected / expected[0], rel=0.05)
    assert np.sqrt((projected**2).mean()) == pytest.approx(1, rel=0.01)


def test_is_read_back_as_written(tmp_path):
    pca = fit_pca(FEATURES, 2, 0.5)
    pca.save(tmp_path / "pca.npz")
    assert np.array_equal(load_pca(tmp_path / "pca.npz").project(FEATURES), pca.project(FEATURES))


def test_a_rounded_one_is_half_as_large_and_read_back_as_it_is(tmp_path):
    rng = np.random.default_rng(1)
    pca = Pca(rng.normal(size=64).astype(np.float32), rng.normal(size=(64, 64)).astype(np.float32))
    sizes = []
    for one in (pca, pca.rounded()):
        one.save(tmp_path / "pca.npz")
        again = load_pca(tmp_path / "pca.npz")
        assert np.array_equal(again.components, one.components) and np.array_equal(again.mean, one.mean)
        assert again.components.dtype == np.float32
        sizes.append((tmp_path / "pca.npz").stat().st_size)
    assert sizes[1] < 0.6 * sizes[0]
    features = rng.normal(size=(9, 64)).astype(np.float32)
    assert np.allclose(pca.rounded().project(features), pca.project(features), atol=0.02)


@pytest.mark.parametrize("content", [b"", b"not a zip file"])
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "pca.npz"
    file.write_bytes(content)
    with pytest.raises(BundleError, match=r"pca\.npz.*Reinstall"):
        load_pca(file)
