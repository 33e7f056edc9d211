"""What a merge makes of tags: the newest decision about each holds, on top of what the newest tagging says.

A row of ``video_tags`` has two parts. What a person decided, with its time, is one; score, seconds, bundle
and tier are the newest tagging's, whatever was decided. Each part comes from the library that has the newer
one.

When a decision was made or taken back last is told by its row and by the journal. Entries of a merge that was
undone count for nothing, as if it had never been: merging again brings the decisions again.

The journal notes what a merge does. A tag that nobody here decided about comes with its whole history, before
which stands an entry with no decision, where the history does not begin with one. Where a decision here gives
way, one entry notes what was before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.changes import Conflict
from organizer.library.database.columns import from_column
from organizer.library.spelling import folded
from organizer.library.taught import TAUGHT
from organizer.path_maps import absolute
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

_ROW = "state TEXT, score REAL, seconds TEXT, bundle TEXT, tier TEXT, changed_at TEXT"
_SIDE = ("state", "score", "seconds", "bundle", "tier", "changed_at", "said_at")
_TABLES = {
    "m_said": f"""
        video_id INTEGER, tag_id INTEGER, other_video INTEGER, other_tag INTEGER, {_ROW}, said_at TEXT,
        PRIMARY KEY (video_id, tag_id)
    """,
    "m_pairs": f"""
        video_id INTEGER, tag_id INTEGER, other_video INTEGER, takes_tagging INTEGER,
        {", ".join(f"h_{column}" for column in _SIDE)}, {", ".join(f"o_{column}" for column in _SIDE)},
        PRIMARY KEY (video_id, tag_id)
    """,
    "m_results": f"""
        video_id INTEGER, tag_id INTEGER, {_ROW}, stays INTEGER, other_wins INTEGER, differ INTEGER,
        is_first INTEGER, h_state TEXT, o_state TEXT, o_said_at TEXT, PRIMARY KEY (video_id, tag_id)
    """,
    "m_histories": """
        video_id INTEGER, tag_id INTEGER, other_video INTEGER, other_tag INTEGER, state TEXT, first TEXT,
        PRIMARY KEY (video_id, tag_id)
    """,
}

_DECIDED = "({state} IN ('confirmed', 'rejected'))".format
_STANDING = """
    {schema}.decision_journal j LEFT JOIN {schema}.merges g ON g.id = j.merge_id
    WHERE j.video_id = {video} AND j.tag_id = {tag} AND g.undone_at IS NULL
""".format
_SAID_AT = f"""
    nullif(max(
        iif({_DECIDED(state="t.state")}, t.changed_at, ''),
        coalesce((SELECT max(max(j.decided_at, coalesce(j.undone_at, ''))) FROM {{journal}}), '')
    ), '')
""".format

# What was taught there is of that library alone. Where it refined a label of a model, the model says it here.
_BY = f"""
    iif(t.bundle IS '{TAUGHT}', (
        SELECT s.bundle FROM other.scores s, json_each(s.scores) l, main.tags n
        WHERE s.video_id = t.video_id AND n.id = k.here_id AND fold(l.key) = n.folded), t.bundle)
"""
_COMES = f"(t.state != 'suggested' OR {_BY} IS NOT NULL)"

# Of new videos only what was decided about: the rest is copied as it is.
_SAID_ROWS = f"""
    INSERT INTO m_said
    SELECT m.here_id, k.here_id, m.other_id, t.tag_id,
        t.state, t.score, t.seconds, {_BY}, t.tier, t.changed_at,
        {_SAID_AT(journal=_STANDING(schema="other", video="m.other_id", tag="t.tag_id"))}
    FROM m_videos m CROSS JOIN other.video_tags t ON t.video_id = m.other_id
        JOIN m_tags k ON k.other_id = t.tag_id
    WHERE (NOT m.is_new OR t.state != 'suggested') AND {_COMES}
"""
_SAID_IN_JOURNAL = f"""
    INSERT OR IGNORE INTO m_said
    SELECT m.here_id, k.here_id, m.other_id, p.tag_id,
        t.state, t.score, t.seconds, {_BY}, t.tier, t.changed_at,
        {_SAID_AT(journal=_STANDING(schema="other", video="m.other_id", tag="p.tag_id"))}
    FROM m_videos m CROSS JOIN (
            SELECT DISTINCT video_id, tag_id FROM other.decision_journal
            WHERE video_id IN (SELECT other_id FROM m_videos)
        ) p ON p.video_id = m.other_id
        JOIN m_tags k ON k.other_id = p.tag_id
        LEFT JOIN other.video_tags t ON t.video_id = m.other_id AND t.tag_id = p.tag_id AND {_COMES}
"""
_PAIRS_OF_OTHER = f"""
    INSERT INTO m_pairs
        (video_id, tag_id, other_video, takes_tagging, {", ".join(f"o_{column}" for column in _SIDE)})
    SELECT s.video_id, s.tag_id, m.other_id, m.takes_tagging, {", ".join(f"s.{column}" for column in _SIDE)}
    FROM m_videos m CROSS JOIN m_said s ON s.video_id = m.here_id WHERE NOT m.is_new
"""
_PAIRS_OF_HERE = f"""
    INSERT INTO m_pairs
        (video_id, tag_id, other_video, takes_tagging, {", ".join(f"h_{column}" for column in _SIDE)})
    SELECT m.here_id, p.tag_id, m.other_id, m.takes_tagging,
        t.state, t.score, t.seconds, t.bundle, t.tier, t.changed_at,
        {_SAID_AT(journal=_STANDING(schema="main", video="m.here_id", tag="p.tag_id"))}
    FROM m_videos m CROSS JOIN (
            SELECT video_id, tag_id FROM main.video_tags
            WHERE video_id IN (SELECT here_id FROM m_videos WHERE NOT is_new)
            UNION SELECT video_id, tag_id FROM main.decision_journal
            WHERE video_id IN (SELECT here_id FROM m_videos WHERE NOT is_new)
        ) p ON p.video_id = m.here_id
        LEFT JOIN main.video_tags t ON t.video_id = p.video_id AND t.tag_id = p.tag_id
    WHERE NOT m.is_new
    ON CONFLICT (video_id, tag_id) DO UPDATE SET {", ".join(f"h_{c} = excluded.h_{c}" for c in _SIDE)}
"""

_RANK = "CASE {state} WHEN 'confirmed' THEN 2 WHEN 'rejected' THEN 1 ELSE 0 END".format
_H_DECIDED, _O_DECIDED = _DECIDED(state="h_state"), _DECIDED(state="o_state")
_H_RANK, _O_RANK = _RANK(state="h_state"), _RANK(state="o_state")
# What a taught tag says here stays, for a model says nothing of it.
_TAKEN = f"iif(h_bundle IS '{TAUGHT}', 0, takes_tagging)"
_WINNER = f"iif({_TAKEN}, o_{{column}}, h_{{column}})".format
# However the model spells the tag.
_SCORE = """(
    SELECT l.value FROM {schema}.scores s, json_each(s.scores) l, main.tags t
    WHERE s.video_id = held.{video} AND t.id = held.tag_id AND fold(l.key) = t.folded)
""".format
_RESULTS = f"""
    INSERT INTO m_results
    WITH judged AS (
        SELECT *,
            coalesce(o_said_at IS NOT NULL AND (h_said_at IS NULL OR o_said_at > h_said_at
                OR (o_said_at = h_said_at AND {_O_RANK} > {_H_RANK})), 0) AS other_wins,
            {_H_RANK} != {_O_RANK} AND h_said_at IS NOT NULL AND o_said_at IS NOT NULL AS differ
        FROM m_pairs
    ), held AS (
        SELECT *, CASE
                WHEN iif(other_wins, {_O_RANK}, {_H_RANK}) > 0 THEN iif(other_wins, o_state, h_state)
                WHEN {_WINNER(column="bundle")} IS NOT NULL OR {_WINNER(column="state")} = 'suggested'
                    THEN 'suggested'
            END AS state
        FROM judged
    )
    SELECT video_id, tag_id, state,
        CASE
            WHEN {_WINNER(column="state")} IS NOT NULL THEN {_WINNER(column="score")}
            WHEN takes_tagging THEN {_SCORE(schema="other", video="other_video")}
            ELSE {_SCORE(schema="main", video="video_id")}
        END,
        coalesce({_WINNER(column="seconds")}, '[]'), {_WINNER(column="bundle")},
        coalesce({_WINNER(column="tier")}, 'given'),
        CASE
            WHEN state = 'suggested' AND h_state = o_state THEN min(h_changed_at, o_changed_at)
            WHEN state = 'suggested' THEN coalesce(
                iif(h_state = 'suggested', h_changed_at, NULL), o_changed_at, h_changed_at)
            WHEN h_state = o_state THEN max(h_changed_at, o_changed_at)
            ELSE iif(other_wins, o_changed_at, h_changed_at)
        END,
        state IS NOT NULL, other_wins, differ, h_said_at IS NULL, h_state, o_state, o_said_at
    FROM held
"""

# Without local opinion: those of new videos, and of known ones that nobody here decided about.
_HISTORIES = """
    INSERT INTO m_histories
    SELECT s.video_id, s.tag_id, s.other_video, s.other_tag, s.state, NULL
    FROM m_videos m CROSS JOIN m_said s ON s.video_id = m.here_id
        LEFT JOIN m_results r ON r.video_id = s.video_id AND r.tag_id = s.tag_id
    WHERE s.said_at IS NOT NULL AND (m.is_new OR (r.is_first AND r.other_wins))
"""
_OF_HISTORY = _STANDING(schema="other", video="m_histories.other_video", tag="m_histories.other_tag")
_AS_TEXT = """
    json_object('state', {r}.state, 'score', {r}.score, 'seconds', {r}.seconds, 'bundle', {r}.bundle,
        'changed_at', {r}.changed_at, 'tier', {r}.tier)
""".format
_FIRST = f"""
    UPDATE m_histories SET first = CASE
        WHEN NOT EXISTS (SELECT 1 FROM {_OF_HISTORY}) THEN (
            SELECT {_AS_TEXT(r="s")} FROM m_said s
            WHERE s.video_id = m_histories.video_id AND s.tag_id = m_histories.tag_id)
        ELSE (
            SELECT iif({_DECIDED(state="json_extract(j.before_row, '$.state')")}, j.before_row, NULL)
            FROM {_OF_HISTORY} ORDER BY j.id LIMIT 1)
    END
"""
_NOTE_FIRST = """
    INSERT INTO main.decision_journal (video_id, tag_id, before_row, after_row, decided_at, merge_id, step_id)
    SELECT video_id, tag_id, NULL, first, json_extract(first, '$.changed_at'), :merge, :step
    FROM m_histories WHERE first IS NOT NULL ORDER BY video_id, tag_id
"""
_NOTE_HISTORY = """
    INSERT INTO main.decision_journal
        (video_id, tag_id, before_row, after_row, decided_at, undone_at, merge_id, step_id)
    SELECT h.video_id, h.tag_id, j.before_row, j.after_row, j.decided_at, j.undone_at, :merge, :step
    FROM m_histories h CROSS JOIN other.decision_journal j
        ON j.video_id = h.other_video AND j.tag_id = h.other_tag
        LEFT JOIN other.merges g ON g.id = j.merge_id
    WHERE g.undone_at IS NULL ORDER BY j.id
"""
_NOTE_CHANGES = f"""
    INSERT INTO main.decision_journal (video_id, tag_id, before_row, after_row, decided_at, merge_id, step_id)
    SELECT r.video_id, r.tag_id,
        (SELECT {_AS_TEXT(r="t")} FROM main.video_tags t
            WHERE t.video_id = r.video_id AND t.tag_id = r.tag_id),
        iif(r.stays, {_AS_TEXT(r="r")}, NULL), r.o_said_at, :merge, :step
    FROM m_results r WHERE r.differ AND r.other_wins ORDER BY r.video_id, r.tag_id
"""

_COPY_TAGS = f"""
    INSERT INTO main.video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at, tier)
    SELECT m.here_id, k.here_id, t.state, t.score, t.seconds, {_BY}, t.changed_at, t.tier
    FROM m_videos m CROSS JOIN other.video_tags t ON t.video_id = m.other_id
        JOIN m_tags k ON k.other_id = t.tag_id
    WHERE m.is_new AND {_COMES}
"""
_DROP_TAGS = """
    DELETE FROM main.video_tags WHERE (video_id, tag_id) IN (
        SELECT video_id, tag_id FROM m_results WHERE NOT stays AND h_state IS NOT NULL)
"""
_PARTS = ("state", "score", "seconds", "bundle", "tier", "changed_at")
# Not INSERT OR REPLACE: the counts of tags are kept by triggers, which that would not run.
_PUT_TAGS = f"""
    INSERT INTO main.video_tags (video_id, tag_id, {", ".join(_PARTS)})
    SELECT r.video_id, r.tag_id, {", ".join(f"r.{c}" for c in _PARTS)}
    FROM m_results r LEFT JOIN main.video_tags t ON t.video_id = r.video_id AND t.tag_id = r.tag_id
    WHERE r.stays AND ({", ".join(f"r.{c}" for c in _PARTS)}) IS NOT ({", ".join(f"t.{c}" for c in _PARTS)})
    ON CONFLICT (video_id, tag_id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _PARTS)}
"""
_COUNT = f"""
    SELECT (SELECT count(*) FROM m_histories WHERE {_DECIDED(state="state")})
        + (SELECT count(*) FROM m_results WHERE differ AND other_wins),
        EXISTS (SELECT 1 FROM m_histories) OR EXISTS (SELECT 1 FROM m_results WHERE differ AND other_wins)
"""
_CONFLICTS = """
    SELECT r.video_id, t.name, r.h_state, r.o_state, r.other_wins, (
        SELECT p.id FROM main.places p WHERE p.video_id = r.video_id
        ORDER BY p.missing_since IS NOT NULL, p.id LIMIT 1)
    FROM m_results r JOIN main.tags t ON t.id = r.tag_id WHERE r.differ ORDER BY r.video_id, t.name
"""


def make_tables(db: Database) -> None:
    """Make the temporary tables; call it outside a transaction."""
    drop_tables(db)
    for name, columns in _TABLES.items():
        db.execute(f"CREATE TEMP TABLE {name} ({columns})")
    db.conn.create_function("fold", 1, folded, deterministic=True)


def drop_tables(db: Database) -> None:
    """Drop the temporary tables; call it outside a transaction."""
    for name in _TABLES:
        db.execute(f"DROP TABLE IF EXISTS temp.{name}")


def weigh(db: Database) -> tuple[int, bool]:
    """Find out which decisions of a staged batch hold; inside a transaction, before anything is stored.

    Returns:
        How many tags get a decision from the other library, and whether the journal has anything to note.
    """
    for name in _TABLES:
        db.execute(f"DELETE FROM {name}")
    for statement in (
        _SAID_ROWS,
        _SAID_IN_JOURNAL,
        _PAIRS_OF_OTHER,
        _PAIRS_OF_HERE,
        _RESULTS,
        _HISTORIES,
        _FIRST,
    ):
        db.execute(statement)
    decisions, notes = db.execute(_COUNT).fetchone()
    return decisions, bool(notes)


def conflicts(db: Database) -> tuple[Conflict, ...]:
    """Return the tags of a weighed batch that were decided about in both libraries, not alike."""
    found = []
    for video_id, tag, here, other, other_wins, place_id in db.execute(_CONFLICTS).fetchall():
        path = f"video {video_id}"
        if place_id is not None:
            root, relative_path = db.execute(
                "SELECT r.path, p.relative_path FROM places p JOIN roots r ON r.id = p.root_id "
                "WHERE p.id = ?",
                [place_id],
            ).fetchone()
            path = absolute(from_column(root), from_column(relative_path))
        found.append(Conflict(path, tag, _decision(here), _decision(other), bool(other_wins)))
    return tuple(found)


def _decision(state: str | None) -> TagState | None:
    return None if state in {None, "suggested"} else TagState(state)


def step_of(db: Database, merge_id: int) -> int:
    """Return the step in the history that a merge is."""
    row = db.execute(
        "SELECT max(id) FROM main.steps WHERE kind = 'merge' AND json_extract(details, '$.merge') = ?",
        [merge_id],
    ).fetchone()
    return int(row[0])


def count_videos(db: Database, step_id: int) -> int:
    """Return of how many videos a merge, as a step in the history, changed tags or marks."""
    (videos,) = db.execute(
        """
        SELECT count(*) FROM (
            SELECT video_id FROM main.decision_journal WHERE step_id = :step
            UNION SELECT video_id FROM main.mark_journal WHERE step_id = :step)
        """,
        {"step": step_id},
    ).fetchone()
    return int(videos)


def store_tags(db: Database, merge_id: Callable[[], int], *, notes: bool) -> None:
    """Store tags and decisions of a weighed batch, and note them in the journal; inside a transaction.

    After the scores of the batch, and before the rows of its new videos.

    Args:
        db: the library, with the other one attached.
        merge_id: returns the id of this merge, asked for only where the journal has anything to note.
        notes: whether it has.
    """
    if notes:
        merge = {"merge": merge_id()}
        merge["step"] = step_of(db, merge["merge"])
        db.execute(_NOTE_FIRST, merge)
        db.execute(_NOTE_HISTORY, merge)
        db.execute(_NOTE_CHANGES, merge)
    db.execute(_COPY_TAGS)
    db.execute(_DROP_TAGS)
    db.execute(_PUT_TAGS)
