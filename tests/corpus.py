"""Where the real clips lie, for tests that use them; without them these tests are skipped and say so."""

from pathlib import Path

import pytest

CORPUS = (Path(__file__).resolve().parents[2] / "shared" / "corpus").resolve()

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "clips.csv").is_file(), reason=f"the corpus of real clips is not at {CORPUS}"
)
