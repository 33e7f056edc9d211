"""Write the saved library of the schema's newest version: python -m tests.library.save_version.

Run it before a migration is appended: the newest saved library is brought up to date and dumped beside it.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from organizer.library.migrations.apply import MIGRATIONS
from organizer.library.opening import open_database

SAVED = Path(__file__).parent / "saved"
_NOTE = (
    "-- The search table was put in by hand, with its own rows: as it is dumped it cannot be read again.\n"
)
_SEARCH_ROWS = (
    "INSERT INTO search_index (rowid, search_text) SELECT id, search_text FROM videos "
    "WHERE search_text IS NOT NULL;\n"
)


def dump(connection: sqlite3.Connection) -> str:
    """Return the SQL that makes a library, its search table as a statement instead of as its inner tables."""
    (search,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'search_index'").fetchone()
    lines, indexes = [], []
    for statement in connection.iterdump():
        if re.search(r"\bsearch_index(_\w+)?['\"]?\s*[(V]", statement) and not statement.startswith(
            "CREATE TRIG"
        ):
            continue
        if "writable_schema" in statement or "INSERT INTO sqlite_master" in statement:
            continue
        later = statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE TRIGGER", "COMMIT"))
        (indexes if later else lines).append(statement + "\n")
    return _NOTE + "".join(lines) + search + ";\n" + _SEARCH_ROWS + "".join(indexes)


def main() -> None:
    """Restore the newest saved library, migrate it, and write it as the next one."""
    last = max(int(path.stem.removeprefix("version_")) for path in SAVED.glob("version_*.sql"))
    for version in range(last + 1, len(MIGRATIONS) + 1):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "library.db"
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript((SAVED / f"version_{version - 1}.sql").read_text(encoding="utf-8"))
            open_database(path, migrations=MIGRATIONS[:version]).close()
            with closing(sqlite3.connect(path)) as connection:
                (SAVED / f"version_{version}.sql").write_text(dump(connection), encoding="utf-8")


if __name__ == "__main__":
    main()
