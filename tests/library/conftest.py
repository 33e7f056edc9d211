from __future__ import annotations

import pytest

from organizer.library.database import open_database
from organizer.library.store import Store


@pytest.fixture
def db(tmp_path):
    db = open_database(tmp_path / "library.db")
    yield db
    db.close()


@pytest.fixture
def store(db):
    return Store(db)
