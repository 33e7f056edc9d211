"""Another program that holds the library's write lock is waited for, with a word, and not for ever."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from organizer.errors import LibraryError
from organizer.library import Library
from organizer.library.waiting import WAITING, tell_waits
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE tags SET name = name")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def library(tmp_path):
    seed(tmp_path / "library.db", tmp_path, [SeedVideo("cat.mp4", ("Animal",))])
    return tmp_path / "library.db"


@contextmanager
def another_program(library, statement="SELECT 1"):
    """Hold the write lock in another process; the block gets what lets it go."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(library), statement],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        yield holder.stdin.close
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
        holder.stdin.close()


@pytest.fixture
def told():
    times = []
    tell_waits(lambda: times.append(time.monotonic()))
    yield times
    tell_waits(None)


def test_a_long_wait_is_told_once_and_then_goes_on(library, told):
    with Library.open(library) as opened, another_program(library) as let_go:
        began = time.monotonic()
        threading.Timer(4, let_go).start()
        opened.confirm(1, "Mine")
        waited = time.monotonic() - began
        assert database_of(opened).execute("SELECT count(*) FROM tags WHERE name = 'Mine'").fetchone() == (1,)
    assert 3 < waited < 20
    assert len(told) == 1
    assert 1 < told[0] - began < 3.5


def test_a_short_wait_is_not_told(library, told):
    with Library.open(library) as opened, another_program(library) as let_go:
        threading.Timer(0.5, let_go).start()
        opened.confirm(1, "Mine")
    assert told == []


def test_an_end_of_patience_is_said_in_words(library, told, monkeypatch):
    monkeypatch.setattr(WAITING, "patience_s", 2.0)
    with another_program(library), pytest.raises(LibraryError) as caught, Library.open(library) as opened:
        opened.confirm(1, "Mine")
    assert f"{library}: another program has been writing to the library for 2 s" in str(caught.value)
    assert "try again" in str(caught.value)
    assert len(told) == 1


def test_one_that_lets_nobody_even_read_is_waited_for_when_opening(library, told, monkeypatch):
    monkeypatch.setattr(WAITING, "patience_s", 2.0)
    refused = pytest.raises(LibraryError, match="another program has been writing")
    with another_program(library, "PRAGMA locking_mode = EXCLUSIVE"), refused, Library.open(library):
        pass
    assert len(told) == 1
    with Library.open(library):
        pass


def test_reading_waits_for_no_writer(library, told):
    with another_program(library):
        began = time.monotonic()
        with Library.open(library) as opened:
            database_of(opened).execute("SELECT count(*) FROM videos").fetchone()
        assert time.monotonic() - began < 1.0
    assert told == []
