"""The library's schema as a list of migrations, append only.

Each is a file of its own, frozen when it is released: its SQL and its helpers stand in it, so that it does
the same for ever, whatever becomes of the code around it. A change of schema is a new file at the end, and a
saved library of the version before goes into ``tests/library/saved``. The name of its function is recorded in
libraries and never changes.

Picture of the schema::

    roots 1--* places *--1 videos 1--* features      (per feature space)
                                  1--1 posters
                                  1--1 scores        (all labels, by the newest classifier)
                                  1--* video_tags *--1 tags
                                  1--1 search_index  (every three characters of names)
                                  1--1 short_index   (every one and two)
                                  *--1 tallies       (how many are alike in what lists filter by)
                                  1--* decision_journal *--1 tags  (what was before and after each decision)
                                  1--* mark_journal                (the same of favourites, ratings, hiding)
    merges 1--* decision_journal, mark_journal       (what came from other libraries, to undo it)
    steps 1--* decision_journal, mark_journal        (what was done at once, to undo and redo it as one)
          1--* step_places                           (where videos lay that it let go)
          1--* step_taggings                         (what a model had said before it)
    tags 1--* taught                                 (per feature space: what was learnt of a tag)
    reviews 1--* review_items *--1 videos, tags      (suggestions that are being answered, in their order)
    saved_searches                                   (what people look for again, by name)
    exclusions                                       (what scans leave out)
    scans                                            (one row for each job: a scan, tagging again, a merge)
    choices                                          (what a person chose for this library)
    double_searches 1--* double_pairs *--2 videos    (videos that show the same film)
    not_doubles *--2 videos                          (what a person says are none)
    moves                                            (originals that were moved away, to undo it)
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from organizer.errors import LibraryTooNewError
from organizer.library.database.transaction import transaction
from organizer.library.migrations.m1_first_schema import first_schema
from organizer.library.migrations.m2_scans import scans
from organizer.library.migrations.m3_quick_lists import quick_lists
from organizer.library.migrations.m4_set_aside import set_aside
from organizer.library.migrations.m5_stored_pictures import stored_pictures
from organizer.library.migrations.m6_folded_tags import folded_tags
from organizer.library.migrations.m7_shown_dates import shown_dates
from organizer.library.migrations.m8_journal_and_jobs import journal_and_jobs
from organizer.library.migrations.m9_two_tiers import two_tiers
from organizer.library.migrations.m10_merges import merges
from organizer.library.migrations.m11_narrow_lists import narrow_lists
from organizer.library.migrations.m12_tallies import tallies
from organizer.library.migrations.m13_saved_searches import saved_searches
from organizer.library.migrations.m14_marks_and_steps import marks_and_steps
from organizer.library.migrations.m15_waiting_jobs import waiting_jobs
from organizer.library.migrations.m16_taught import taught
from organizer.library.migrations.m17_doubles import doubles
from organizer.library.migrations.m18_reviews import reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    Migration = Callable[[Database], None]


MIGRATIONS: tuple[Migration, ...] = (
    first_schema,
    scans,
    quick_lists,
    set_aside,
    stored_pictures,
    folded_tags,
    shown_dates,
    journal_and_jobs,
    two_tiers,
    merges,
    narrow_lists,
    tallies,
    saved_searches,
    marks_and_steps,
    waiting_jobs,
    taught,
    doubles,
    reviews,
)


def migrate(db: Database, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a library up to date in one transaction; one that holds something is copied beside itself first.

    Args:
        db: the library.
        path: its file.
        migrations: all that there are, in order.

    Raises:
        LibraryTooNewError: it holds a migration that this version does not know.
    """
    if not is_behind(db, path, migrations):
        return
    known = migration_set(migrations)
    # One writer at a time: of two processes that open a library at once, the second finds it migrated.
    with transaction(db):
        if is_behind(db, path, migrations):
            if known.applied(db):
                _copy(path, path.with_name(path.name + ".before-update"))
            known.apply(db)


def is_behind(db: Database, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> bool:
    """Whether migrations are missing; nothing is written to find out.

    Args:
        db: the library.
        path: its file.
        migrations: all that there are.

    Raises:
        LibraryTooNewError: there is one that this version does not know.
    """
    known = {migration.__name__ for migration in migrations}
    applied = {migration.name for migration in migration_set(migrations).applied(db)}
    if unknown := applied - known:
        raise LibraryTooNewError(
            f"{path}: this library was written by a newer organizer (it knows {sorted(unknown)[0]!r}). "
            "Update organizer, or choose another library with --library."
        )
    return applied != known


def migration_set(migrations: Sequence[Migration] = MIGRATIONS) -> Migrations:
    """Return migrations as a sqlite-utils set, which records the names of those that ran."""
    from sqlite_utils.migrations import Migrations

    known = Migrations("organizer")
    for migration in migrations:
        known()(migration)
    return known


def _copy(library: Path, backup: Path) -> None:
    """Copy a library, for the person alone whatever was there before: it tells what the videos show."""
    # Written aside: the backup of an earlier update is there until this one is whole.
    aside = backup.with_name(backup.name + ".part")
    aside.unlink(missing_ok=True)
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        # The umask may have taken the right to write.
        aside.chmod(0o600)
        # Through a connection of its own: SQLite copies nothing through one that is writing.
        with closing(sqlite3.connect(library)) as source, closing(sqlite3.connect(aside)) as copy:
            source.backup(copy)
        os.replace(aside, backup)
    finally:
        aside.unlink(missing_ok=True)
