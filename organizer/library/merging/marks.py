"""What a merge makes of favourites, hidden videos and ratings: of each mark the newer word holds.

When something was said last is told by the journal of marks, as for tags (``decisions.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database import mark_bits

if TYPE_CHECKING:
    from sqlite_utils import Database

_SAID_AT = """(
    SELECT max(max(j.decided_at, coalesce(j.undone_at, '')))
    FROM {schema}.mark_journal j LEFT JOIN {schema}.merges g ON g.id = j.merge_id
    WHERE j.video_id = {video} AND j.bits = b.bits AND g.undone_at IS NULL)
""".format
_WEIGH = f"""
    INSERT INTO m_marks
    WITH said AS (
        SELECT m.here_id, m.is_new, b.bits, coalesce(v.marks, 0) & b.bits AS here, o.marks & b.bits AS other,
            {_SAID_AT(schema="main", video="m.here_id")} AS here_at,
            {_SAID_AT(schema="other", video="m.other_id")} AS other_at
        FROM m_videos m CROSS JOIN other.videos o ON o.id = m.other_id
            LEFT JOIN main.videos v ON v.id = m.here_id
            JOIN (SELECT ? AS bits UNION ALL SELECT ? UNION ALL SELECT ?) b
    )
    SELECT here_id, bits, here, other, other_at FROM said
    WHERE other_at IS NOT NULL
        AND (here_at IS NULL OR other_at > here_at OR (other_at = here_at AND other > here))
"""


def make_table(db: Database) -> None:
    """Make the temporary table; call it outside a transaction."""
    drop_table(db)
    db.execute(
        """
        CREATE TEMP TABLE m_marks (
            video_id INTEGER, bits INTEGER, before_bits INTEGER, after_bits INTEGER, said_at TEXT)
        """
    )


def drop_table(db: Database) -> None:
    """Drop the temporary table; call it outside a transaction."""
    db.execute("DROP TABLE IF EXISTS temp.m_marks")


def weigh(db: Database) -> int:
    """Find out which marks of a staged batch come from the other library; inside a transaction.

    Returns:
        How many.
    """
    db.execute("DELETE FROM m_marks")
    db.execute(_WEIGH, [mark_bits.FAVOURITE, mark_bits.HIDDEN, mark_bits.RATING])
    (marks,) = db.execute("SELECT count(*) FROM m_marks WHERE before_bits != after_bits").fetchone()
    return int(marks)


def note_said(db: Database) -> None:
    """Note when the other library said of marks what they are here: a third one may say otherwise."""
    db.execute(
        """
        INSERT INTO main.mark_journal (video_id, bits, before_bits, after_bits, decided_at)
        SELECT video_id, bits, before_bits, after_bits, said_at FROM m_marks
        WHERE before_bits = after_bits ORDER BY video_id, bits
        """
    )


def store(db: Database, merge_id: int, step_id: int) -> None:
    """Store and note them, before the rows of new videos, which bring their marks along."""
    db.execute(
        """
        INSERT INTO main.mark_journal
            (video_id, bits, before_bits, after_bits, decided_at, merge_id, step_id)
        SELECT video_id, bits, before_bits, after_bits, said_at, ?, ? FROM m_marks
        WHERE before_bits != after_bits ORDER BY video_id, bits
        """,
        [merge_id, step_id],
    )
    db.execute(
        """
        UPDATE main.videos AS v SET marks = v.marks & ~m.bits | m.after_bits
        FROM (
            SELECT video_id, sum(bits) AS bits, sum(after_bits) AS after_bits
            FROM m_marks GROUP BY video_id) m
        WHERE v.id = m.video_id
        """
    )
