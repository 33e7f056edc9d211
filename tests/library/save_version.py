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
from organizer.library.migrations.m12_tallies import tokens
from organizer.library.opening import open_database

SAVED = Path(__file__).parent / "saved"
_NOTE = (
    "-- The search tables were put in by hand, with their own rows: as dumped they cannot be read again.\n"
)
_SEARCH_ROWS = {
    "search_index": (
        "INSERT INTO search_index (rowid, search_text) SELECT id, search_text FROM videos "
        "WHERE search_text IS NOT NULL;\n"
    ),
    "short_index": (
        f"INSERT INTO short_index (rowid, tokens) SELECT id, ({tokens('search_text')}) FROM videos "
        "WHERE search_text IS NOT NULL;\n"
    ),
}


def dump(connection: sqlite3.Connection) -> str:
    """Return the SQL that makes a library, its search tables as statements, not as their inner tables."""
    searches = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name IN ('search_index', 'short_index') ORDER BY name"
    ).fetchall()
    # One that keeps no content of its own cannot be read row by row; this library is a copy.
    connection.execute("DROP TABLE IF EXISTS short_index")
    lines, indexes = [], []
    for statement in connection.iterdump():
        if re.search(r"\b(search|short)_index(_\w+)?['\"]?\s*[(V]", statement) and not statement.startswith(
            "CREATE TRIG"
        ):
            continue
        if "writable_schema" in statement or "INSERT INTO sqlite_master" in statement:
            continue
        later = statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE TRIGGER", "COMMIT"))
        (indexes if later else lines).append(statement + "\n")
    tables = "".join(f"{sql};\n{_SEARCH_ROWS[name]}" for name, sql in searches)
    return _NOTE + "".join(lines) + tables + "".join(indexes)


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
