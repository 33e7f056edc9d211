"""The journal of decisions: what a video's tag was before and after each, append only.

An entry is never changed but for the time at which it was undone. While a decision stands, its row in
``video_tags`` still follows the models: score and seconds are the newest tagging's, and ``bundle`` names the
model whose newest tagging suggests the tag, or nobody; ``tier`` says how it does. So what an undone decision
falls back to is known without asking a model.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from organizer.library.database.columns import now_text
from organizer.library.records import JournalEntry, TagRow
from organizer.library.spelling import folded
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from sqlite_utils import Database


def tag_row(db: Database, video_id: int, tag_id: int) -> TagRow | None:
    """Return what is stored of a tag of a video, None where it does not carry it."""
    row = db.execute(
        """
        SELECT state, score, seconds, bundle, changed_at, tier FROM video_tags
        WHERE video_id = ? AND tag_id = ?
        """,
        [video_id, tag_id],
    ).fetchone()
    if row is None:
        return None
    state, score, seconds, bundle, changed_at, tier = row
    return TagRow(TagState(state), score, seconds, bundle, changed_at, Tier(tier))


def put(db: Database, video_id: int, tag_id: int, row: TagRow | None) -> None:
    """Store a tag of a video as it is given, None takes it away; call it inside a transaction."""
    if row is None:
        db.execute("DELETE FROM video_tags WHERE video_id = ? AND tag_id = ?", [video_id, tag_id])
        return
    # Not INSERT OR REPLACE: the counts of tags are kept by triggers, which that would not run.
    db.execute(
        """
        INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at, tier)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (video_id, tag_id) DO UPDATE SET state = excluded.state, score = excluded.score,
            seconds = excluded.seconds, bundle = excluded.bundle, changed_at = excluded.changed_at,
            tier = excluded.tier
        """,
        [
            video_id,
            tag_id,
            row.state.value,
            row.score,
            row.seconds,
            row.bundle,
            row.changed_at,
            row.tier.value,
        ],
    )


def note(db: Database, video_id: int, tag_id: int, before: TagRow | None) -> None:
    """Note a decision that was just stored; call it inside the same transaction."""
    db.execute(
        """
        INSERT INTO decision_journal (video_id, tag_id, before_row, after_row, decided_at)
        VALUES (?, ?, ?, ?, ?)
        """,
        [video_id, tag_id, _text(before), _text(tag_row(db, video_id, tag_id)), now_text()],
    )


def last(db: Database, video_id: int, tag_id: int) -> JournalEntry | None:
    """Return the last decision about a tag of a video that was not undone."""
    row = db.execute(
        """
        SELECT id, before_row, after_row FROM decision_journal
        WHERE video_id = ? AND tag_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1
        """,
        [video_id, tag_id],
    ).fetchone()
    return None if row is None else JournalEntry(row[0], _row(row[1]), _row(row[2]))


def entry(db: Database, id_: int) -> JournalEntry:
    """Return an entry, undone or not, by its number."""
    before, after = db.execute(
        "SELECT before_row, after_row FROM decision_journal WHERE id = ?", [id_]
    ).fetchone()
    return JournalEntry(id_, _row(before), _row(after))


def last_of_video(db: Database, video_id: int) -> dict[str, JournalEntry]:
    """Return by tag the last decision of each that was not undone; the newest one of all comes last."""
    rows = db.execute(
        """
        SELECT t.name, j.id, j.before_row, j.after_row FROM decision_journal j JOIN tags t ON t.id = j.tag_id
        WHERE j.id IN (
            SELECT max(id) FROM decision_journal WHERE video_id = ? AND undone_at IS NULL GROUP BY tag_id
        )
        ORDER BY j.id
        """,
        [video_id],
    )
    return {name: JournalEntry(id_, _row(before), _row(after)) for name, id_, before, after in rows}


def restore(db: Database, video_id: int, tag_id: int, entry: JournalEntry) -> None:
    """Store what was before a decision, and that it was undone; call it inside a transaction."""
    now = tag_row(db, video_id, tag_id)
    before = entry.before
    if before is None or before.state is TagState.SUGGESTED:
        since = now_text() if before is None else before.changed_at
        put(db, video_id, tag_id, as_the_model_says(now, since))
    elif now is None:
        # Nothing suggests it, or else it would be there.
        put(
            db,
            video_id,
            tag_id,
            replace(before, score=score(db, video_id, tag_id), seconds="[]", bundle=None, tier=Tier.GIVEN),
        )
    else:
        put(db, video_id, tag_id, replace(now, state=before.state, changed_at=before.changed_at))
    db.execute("UPDATE decision_journal SET undone_at = ? WHERE id = ?", [now_text(), entry.id])


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
        INSERT INTO decision_journal
            (video_id, tag_id, before_row, after_row, decided_at, undone_at, merge_id)
        SELECT :new, j.tag_id, j.before_row, j.after_row, j.decided_at, j.undone_at, j.merge_id
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


def _text(row: TagRow | None) -> str | None:
    return None if row is None else json.dumps(asdict(row))


def _row(text: str | None) -> TagRow | None:
    if text is None:
        return None
    values = json.loads(text)
    tier = Tier(values.get("tier", Tier.GIVEN))
    return TagRow(**values | {"state": TagState(values["state"]), "tier": tier})
