"""The journal of decisions about tags: what a video's tag was before and after each, append only.

An entry is never changed but for the time at which it was undone. While a decision stands, its row in
``video_tags`` still follows the models: score and seconds are the newest tagging's, and ``bundle`` names the
model whose newest tagging suggests the tag, or nobody; ``tier`` says how it does. So what an undone decision
falls back to is known without asking a model.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.records import JournalEntry, TagRow
from organizer.library.spelling import folded
from organizer.library.taught import TAUGHT
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from sqlite_utils import Database

    StoredRow: TypeAlias = "tuple[int, int, TagRow | None]"
    """A tag of a video: ids of both, and what is stored, None where the video does not carry it."""
    TagEntry: TypeAlias = "tuple[int, int, TagRow | None, TagRow | None]"
    """A decision: id of the video, id of the tag, and what was stored before and after."""

_COLUMNS = ("state", "score", "seconds", "bundle", "changed_at", "tier")


def tag_row(db: Database, video_id: int, tag_id: int) -> TagRow | None:
    """Return what is stored of a tag of a video, None where it does not carry it."""
    return tag_rows(db, [video_id], tag_id).get(video_id)


def tag_rows(db: Database, video_ids: Iterable[int], tag_id: int) -> dict[int, TagRow]:
    """Return by video what is stored of a tag, for those of the videos that carry it in any state."""
    found = {}
    for chunk in chunks(video_ids):
        rows = db.execute(
            f"""
            SELECT video_id, {", ".join(_COLUMNS)} FROM video_tags
            WHERE tag_id = ? AND video_id IN ({marks(chunk)})
            """,
            [tag_id, *chunk],
        )
        for video_id, state, score_, seconds, bundle, changed_at, tier in rows:
            found[video_id] = TagRow(TagState(state), score_, seconds, bundle, changed_at, Tier(tier))
    return found


def put(db: Database, video_id: int, tag_id: int, row: TagRow | None) -> None:
    """Store a tag of a video as it is given, None takes it away; call it inside a transaction."""
    put_all(db, [(video_id, tag_id, row)])


def put_all(db: Database, rows: Sequence[StoredRow]) -> None:
    """Store tags of videos as they are given; call it inside a transaction."""
    db.conn.executemany(
        "DELETE FROM video_tags WHERE video_id = ? AND tag_id = ?",
        [(video_id, tag_id) for video_id, tag_id, row in rows if row is None],
    )
    # Not INSERT OR REPLACE: the counts of tags are kept by triggers, which that would not run.
    db.conn.executemany(
        f"""
        INSERT INTO video_tags (video_id, tag_id, {", ".join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (video_id, tag_id) DO UPDATE SET
            {", ".join(f"{column} = excluded.{column}" for column in _COLUMNS)}
        """,
        [(video_id, tag_id, *_values(row)) for video_id, tag_id, row in rows if row is not None],
    )


def note(
    db: Database,
    step_id: int,
    changes: Iterable[TagEntry],
    *,
    merge_id: int | None = None,
) -> None:
    """Note decisions of one step; call it inside the transaction that stores them.

    Args:
        db: the library.
        step_id: the step.
        changes: the decisions.
        merge_id: the merge that the step is, if it is one.
    """
    now = now_text()
    db.conn.executemany(
        """
        INSERT INTO decision_journal
            (video_id, tag_id, before_row, after_row, decided_at, merge_id, step_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (video_id, tag_id, _text(before), _text(after), now, merge_id, step_id)
            for video_id, tag_id, before, after in changes
        ],
    )


def names(db: Database, tag_id: int) -> bool:
    """Whether anything was ever decided about a tag, undone or not."""
    row = db.execute("SELECT 1 FROM decision_journal WHERE tag_id = ? LIMIT 1", [tag_id]).fetchone()
    return row is not None


def last(db: Database, video_id: int, tag_id: int) -> JournalEntry | None:
    """Return the last decision about a tag of a video that was not undone."""
    row = db.execute(
        """
        SELECT id, before_row, after_row, step_id FROM decision_journal
        WHERE video_id = ? AND tag_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1
        """,
        [video_id, tag_id],
    ).fetchone()
    return None if row is None else JournalEntry(row[0], read_row(row[1]), read_row(row[2]), row[3])


def last_of_video(db: Database, video_id: int) -> dict[str, JournalEntry]:
    """Return by tag the last decision of each that was not undone; the newest one of all comes last."""
    rows = db.execute(
        """
        SELECT t.name, j.id, j.before_row, j.after_row, j.step_id
        FROM decision_journal j JOIN tags t ON t.id = j.tag_id
        WHERE j.id IN (
            SELECT max(id) FROM decision_journal WHERE video_id = ? AND undone_at IS NULL GROUP BY tag_id
        )
        ORDER BY j.id
        """,
        [video_id],
    )
    return {
        name: JournalEntry(id_, read_row(before), read_row(after), step_id)
        for name, id_, before, after, step_id in rows
    }


def before_again(
    db: Database,
    item: tuple[int, int],
    now: TagRow | None,
    *,
    before: TagRow | None,
    after: TagRow | None,
    exact: bool = True,
) -> TagRow | None:
    """Return what to store for an undone decision.

    What was before, where nothing became of the tag since; else the decision of before on top of what the
    newest tagging says. A decision is made again by the same the other way round.

    Args:
        db: the library.
        item: ids of the video and of the tag.
        now: what is stored.
        before: what was before the decision.
        after: what it stored.
        exact: whether both are rows of this library, which hold all of a tag; those that came from another
            one tell the decision alone.
    """
    if now is None:
        return _nothing_stored(db, *item, before)
    if exact and now == after:
        return before
    if before is None or before.state is TagState.SUGGESTED:
        return as_the_model_says(now, now_text() if before is None else before.changed_at)
    return replace(now, state=before.state, changed_at=before.changed_at)


def _nothing_stored(db: Database, video_id: int, tag_id: int, wanted: TagRow | None) -> TagRow | None:
    """Return the same where the video does not carry the tag now."""
    if wanted is None:
        return None
    if wanted.bundle == TAUGHT and wanted.state is TagState.SUGGESTED:
        # It went with the tag, which is suggested again.
        row = db.execute("SELECT 1 FROM taught WHERE tag_id = ? AND enabled LIMIT 1", [tag_id]).fetchone()
        return None if row is None else wanted
    if wanted.bundle is not None:
        row = db.execute("SELECT bundle FROM scores WHERE video_id = ?", [video_id]).fetchone()
        if row is not None and row[0] == wanted.bundle:
            # The model that said so was the last one: its suggestion went with the tag.
            return wanted
    if wanted.state is TagState.SUGGESTED:
        return None
    # Nothing suggests it, or else it would be there.
    return replace(wanted, score=score(db, video_id, tag_id), seconds="[]", bundle=None, tier=Tier.GIVEN)


def as_the_model_says(row: TagRow | None, since: str) -> TagRow | None:
    """Return a tag as it is without any decision: suggested where the newest tagging says so, else gone."""
    if row is None or row.bundle is None:
        return None
    return replace(row, state=TagState.SUGGESTED, changed_at=since)


def inherit(db: Database, old_id: int, new_id: int) -> None:
    """Give a video the journal of the one whose decisions it is about to inherit, inside that transaction.

    Where somebody decided about a tag of the new video already, that tag keeps its own.
    """
    db.execute(
        """
        INSERT INTO decision_journal (
            video_id, tag_id, before_row, after_row, decided_at, undone_at, merge_id, step_id,
            undone_with_step
        )
        SELECT :new, j.tag_id, j.before_row, j.after_row, j.decided_at, j.undone_at, j.merge_id, j.step_id,
            j.undone_with_step
        FROM decision_journal j
        WHERE j.video_id = :old
            AND NOT EXISTS (
                SELECT 1 FROM decision_journal n WHERE n.video_id = :new AND n.tag_id = j.tag_id)
            AND NOT EXISTS (
                SELECT 1 FROM video_tags t
                WHERE t.video_id = :new AND t.tag_id = j.tag_id AND t.state != 'suggested')
        ORDER BY j.id
        """,
        {"old": old_id, "new": new_id},
    )


def score(db: Database, video_id: int, tag_id: int) -> float | None:
    """Return what the newest tagging says of a tag, however it spells it; None where it does not know it."""
    rows = db.execute(
        """
        SELECT label.key, label.value, t.folded FROM scores s, json_each(s.scores) label, tags t
        WHERE s.video_id = ? AND t.id = ?
        """,
        [video_id, tag_id],
    )
    return next((float(value) for label, value, tag in rows if folded(label) == tag), None)


def _values(row: TagRow) -> tuple[object, ...]:
    return (row.state.value, row.score, row.seconds, row.bundle, row.changed_at, row.tier.value)


def _text(row: TagRow | None) -> str | None:
    return None if row is None else json.dumps(dict(zip(_COLUMNS, _values(row), strict=True)))


def read_row(text: str | None) -> TagRow | None:
    """Return what the journal stored of a tag."""
    if text is None:
        return None
    values = json.loads(text)
    tier = Tier(values.get("tier", Tier.GIVEN))
    return TagRow(**values | {"state": TagState(values["state"]), "tier": tier})
