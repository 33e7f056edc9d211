"""Where parts of the real PCA of YouTube-8M lie; without them tests that use them are skipped and say so."""

from pathlib import Path

import pytest

YT8M = (Path(__file__).resolve().parents[2] / "shared" / "yt8m").resolve()

needs_yt8m = pytest.mark.skipif(
    not all((YT8M / name).is_file() for name in ("mean.npy", "eigenvals.npy", "golden_pca.npz")),
    reason=f"YouTube-8M's mean, eigenvalues and golden pair are not at {YT8M}",
)
