import numpy as np
import pytest

from organizer.errors import BundleError
from organizer.features.pca import fit_pca, load_pca

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


@pytest.mark.parametrize("content", [b"", b"not a zip file"])
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "pca.npz"
    file.write_bytes(content)
    with pytest.raises(BundleError, match=r"pca\.npz.*Reinstall"):
        load_pca(file)
