"""Scores and suggestions, stored for many videos at once. A suggestion only ever replaces a suggestion."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from organizer.library.changes import TagChange
from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.deciding.tags import tag_id_of
from organizer.library.spelling import folded
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from organizer.library.changes import Tagging
    from organizer.types import SuggestedTag

_PUT_SUGGESTION = """
    INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, tier, changed_at)
    VALUES (?, ?, 'suggested', ?, ?, ?, ?, ?)
    ON CONFLICT (video_id, tag_id) DO UPDATE
        SET score = excluded.score, seconds = excluded.seconds, bundle = excluded.bundle, tier = excluded.tier
"""
_DROP_SUGGESTION = "DELETE FROM video_tags WHERE video_id = ? AND tag_id = ?"
# The person decided about it, and the classifier does not suggest it: no bundle stands for a suggestion to
# fall back to when the decision is undone.
_PUT_SCORE = """
    UPDATE video_tags SET score = ?, seconds = '[]', bundle = NULL, tier = 'given'
    WHERE video_id = ? AND tag_id = ?
"""


def put_taggings(db: Database, taggings: Sequence[tuple[int, Tagging]]) -> list[TagChange]:
    """Store new scores and suggestions of videos; call it inside a transaction.

    Returns:
        A change for each video, in their order, also where it is empty.
    """
    changes = []
    for chunk in chunks(taggings):
        changes += _put_chunk(db, chunk)
    return changes


def _put_chunk(db: Database, taggings: Sequence[tuple[int, Tagging]]) -> list[TagChange]:
    now = now_text()
    video_ids = [video_id for video_id, _ in taggings]
    stored_tags, stored_scores = _stored_tags(db, video_ids), _stored_scores(db, video_ids)
    tag_ids = _TagIds(db)
    # A person may have written a label of a model of their own in another case.
    fold = cache(folded)
    scores: list[tuple[Any, ...]] = []
    put: list[tuple[Any, ...]] = []
    dropped: list[tuple[Any, ...]] = []
    rescored: list[tuple[Any, ...]] = []
    changes = []
    for video_id, tagging in taggings:
        text = json.dumps(tagging.scores)
        if stored_scores.get(video_id) != (tagging.bundle, text):
            scores.append((video_id, tagging.bundle, now, text))
        tags = stored_tags.get(video_id, {})
        suggested = {fold(tag.name): tag for tag in tagging.suggestions}
        scores_by_label = {fold(name): score for name, score in tagging.scores.items()}
        for key, (_, tag_id, state, *stored) in tags.items():
            if key in suggested:
                continue
            if state == TagState.SUGGESTED:
                dropped.append((video_id, tag_id))
            elif stored != [score := scores_by_label.get(key), "[]", None, Tier.GIVEN]:
                rescored.append((score, video_id, tag_id))
        for key, tag in suggested.items():
            row = (tag.score, json.dumps(tag.seconds), tagging.bundle, tag.tier.value)
            if tags.get(key, ())[3:] != row:
                put.append((video_id, tag_ids[tag.name], *row, now))
        changes.append(_change(video_id, tags, suggested))
    _put_scores(db, scores)
    db.conn.executemany(_DROP_SUGGESTION, dropped)
    db.conn.executemany(_PUT_SCORE, rescored)
    db.conn.executemany(_PUT_SUGGESTION, put)
    return changes


def _change(
    video_id: int, stored: Mapping[str, tuple[Any, ...]], suggested: Mapping[str, SuggestedTag]
) -> TagChange:
    """Return how suggestions change a video, by folded names; decided tags are no suggestions."""
    before = {
        key: (name, Tier(tier))
        for key, (name, _, state, *_, tier) in stored.items()
        if state == TagState.SUGGESTED
    }
    decided = stored.keys() - before.keys()
    after = {key: (tag.name, tag.tier) for key, tag in suggested.items() if key not in decided}
    return TagChange(
        video_id,
        added=_only_in(after, before, Tier.GIVEN),
        removed=_only_in(before, after, Tier.GIVEN),
        maybes_added=_only_in(after, before, Tier.MAYBE),
        maybes_removed=_only_in(before, after, Tier.MAYBE),
    )


def _only_in(
    these: Mapping[str, tuple[str, Tier]], others: Mapping[str, tuple[str, Tier]], tier: Tier
) -> tuple[str, ...]:
    """Return the names of this tier among these, that are not of it among the others."""
    return tuple(
        name
        for key, (name, own) in these.items()
        if own is tier and (key not in others or others[key][1] is not tier)
    )


class _TagIds(defaultdict[str, int]):
    """Ids of tags by name, each looked up once."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self._db = db

    def __missing__(self, name: str) -> int:
        self[name] = tag_id_of(self._db, name)
        return self[name]


def _stored_tags(db: Database, video_ids: Sequence[int]) -> dict[int, dict[str, tuple[Any, ...]]]:
    """Return by video and folded name: name, tag id, state, score, seconds, bundle and tier."""
    rows = db.execute(
        f"""
        SELECT vt.video_id, t.folded, t.name, vt.tag_id, vt.state, vt.score, vt.seconds, vt.bundle,
            vt.tier
        FROM video_tags vt JOIN tags t ON t.id = vt.tag_id WHERE vt.video_id IN ({marks(video_ids)})
        """,
        list(video_ids),
    )
    stored: dict[int, dict[str, tuple[Any, ...]]] = defaultdict(dict)
    for video_id, key, *values in rows:
        stored[video_id][key] = tuple(values)
    return stored


def _stored_scores(db: Database, video_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return bundle and scores, as they are stored, by video."""
    rows = db.execute(
        f"SELECT video_id, bundle, scores FROM scores WHERE video_id IN ({marks(video_ids)})",
        list(video_ids),
    )
    return {video_id: (bundle, scores) for video_id, bundle, scores in rows}


def _put_scores(db: Database, rows: Iterable[tuple[Any, ...]]) -> None:
    db.conn.executemany(
        "INSERT OR REPLACE INTO scores (video_id, bundle, scored_at, scores) VALUES (?, ?, ?, ?)", rows
    )
