"""Write transactions: all or nothing, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from organizer.library import Library
from organizer.library.database.transaction import transaction
from organizer.library.filters import VideoFilter
from tests.library.build import add
from tests.library.sql import database_of


def test_a_transaction_stores_all_or_nothing_and_the_next_one_works(library):
    for error in (KeyboardInterrupt, sqlite3.OperationalError):
        with pytest.raises(error), transaction(database_of(library)):
            database_of(library).execute("INSERT INTO tags (name) VALUES ('a')")
            raise error
        assert not database_of(library).conn.in_transaction
    with pytest.raises(ZeroDivisionError), transaction(database_of(library)):
        # SQLite ends the transaction by itself in some errors.
        database_of(library).conn.execute("ROLLBACK")
        raise ZeroDivisionError
    assert database_of(library).execute("SELECT count(*) FROM tags").fetchone() == (0,)
    with transaction(database_of(library)):
        database_of(library).execute("INSERT INTO tags (name) VALUES ('b')")
    assert database_of(library).execute("SELECT name FROM tags").fetchall() == [("b",)]


class Interrupted:
    """A database whose connection is interrupted right after it began a transaction."""

    def __init__(self, database) -> None:
        self.conn, self.rollback, self._execute = self, database.rollback, database.conn.execute

    def execute(self, sql: str) -> None:
        self._execute(sql)
        raise KeyboardInterrupt


def test_an_interrupt_right_after_the_lock_was_taken_gives_it_back(library):
    with pytest.raises(KeyboardInterrupt), transaction(Interrupted(database_of(library))):
        pytest.fail("the block must not run")
    assert not database_of(library).conn.in_transaction


def test_two_writers_wait_for_each_other(tmp_path):
    Library.open(tmp_path / "library.db").close()
    errors = []

    def write(root: str):
        library = Library.open(tmp_path / "library.db")
        try:
            for number in range(15):
                add(library, root, f"{number}.mp4", "Animal", content=f"{root}{number}")
        except Exception as error:
            errors.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=write, args=(root,)) for root in ("/a", "/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    library = Library.open(tmp_path / "library.db")
    assert library.count(VideoFilter(all_tags=("Animal",))) == 30
    library.close()
