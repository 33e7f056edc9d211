from __future__ import annotations

import pytest

from organizer.library import Library


@pytest.fixture
def library(tmp_path):
    library = Library.open(tmp_path / "library.db")
    yield library
    library.close()
