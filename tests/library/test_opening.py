"""Whose eyes a library is for."""

import os
import stat

import pytest

from organizer.library import Library
from tests.library.sql import database_of


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_new_library_is_for_its_owner_alone(tmp_path):
    previous = os.umask(0o022)
    try:
        with Library.open(tmp_path / "library.db") as opened:
            database_of(opened).execute("SELECT 1")
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    finally:
        os.umask(previous)
    assert set(modes.values()) == {0o600} and "library.db" in modes


def test_the_mode_that_a_person_chose_stays(tmp_path):
    library = tmp_path / "library.db"
    library.touch()
    library.chmod(0o640)
    with Library.open(library):
        pass
    assert stat.S_IMODE(library.stat().st_mode) == 0o640
