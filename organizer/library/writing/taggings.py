"""Scores and suggestions, stored for many videos at once. A suggestion only ever replaces a suggestion."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from organizer.library.changes import SuggestionChange
from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.deciding import retagging
from organizer.library.deciding.tags import tag_id_of
from organizer.library.deciding.taught_rows import names_taught
from organizer.library.spelling import folded
from organizer.library.taught import TAUGHT
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

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


@dataclass(slots=True)
class _Plan:
    """What new taggings of videos change."""

    scores: list[tuple[Any, ...]] = field(default_factory=list)
    put: list[tuple[Any, ...]] = field(default_factory=list)
    """With the tag's name where its id will be."""
    dropped: list[tuple[Any, ...]] = field(default_factory=list)
    rescored: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[SuggestionChange] = field(default_factory=list)


def put_taggings(
    db: Database, taggings: Sequence[tuple[int, Tagging]], *, step_id: int | None = None
) -> list[SuggestionChange]:
    """Store new scores and suggestions of videos; call it inside a transaction.

    Args:
        db: the library.
        taggings: ids of videos, and what is said of them.
        step_id: the step that this is a part of, which keeps what was said before; None for what cannot be
            undone, such as a scan.

    Returns:
        A change for each video, in their order, also where it is empty.
    """
    changes = []
    tag_ids = _TagIds(db)
    for chunk in chunks(taggings):
        plan = _plan(db, chunk)
        ids = [video_id for video_id, _ in chunk]
        before = {} if step_id is None else retagging.sides(db, ids)
        _put_scores(db, plan.scores)
        db.conn.executemany(_DROP_SUGGESTION, plan.dropped)
        db.conn.executemany(_PUT_SCORE, plan.rescored)
        db.conn.executemany(
            _PUT_SUGGESTION, [(video_id, tag_ids[name], *row) for video_id, name, *row in plan.put]
        )
        if step_id is not None:
            retagging.keep(db, step_id, before, retagging.sides(db, ids))
        changes += plan.changes
    return changes


def changes_of(db: Database, taggings: Sequence[tuple[int, Tagging]]) -> list[SuggestionChange]:
    """Return what ``put_taggings`` would, and store nothing."""
    return [change for chunk in chunks(taggings) for change in _plan(db, chunk).changes]


def _plan(db: Database, taggings: Sequence[tuple[int, Tagging]]) -> _Plan:
    now = now_text()
    video_ids = [video_id for video_id, _ in taggings]
    stored_tags, stored_scores = _stored_tags(db, video_ids), _stored_scores(db, video_ids)
    # A person may have written a label of a model of their own in another case, or given it another name.
    names = _given_for(db)

    @cache
    def fold(label: str) -> str:
        return folded(names.get(folded(label), label))

    taught = names_taught(db)
    plan = _Plan()
    for video_id, tagging in taggings:
        text = json.dumps(tagging.scores)
        if stored_scores.get(video_id) != (tagging.bundle, text):
            plan.scores.append((video_id, tagging.bundle, now, text))
        tags = stored_tags.get(video_id, {})
        said = _Said(tagging, names, tags, taught)
        suggested = said.by_tag
        scores_by_label: dict[str, float] = {}
        for label, value in tagging.scores.items():
            # Two labels may be one tag by now.
            scores_by_label[fold(label)] = max(value, scores_by_label.get(fold(label), 0.0))
        for key, (_, tag_id, state, *stored) in tags.items():
            if key in suggested or key in said.taught_since:
                continue
            if state == TagState.SUGGESTED:
                plan.dropped.append((video_id, tag_id))
            elif stored != [score := scores_by_label.get(key), "[]", None, Tier.GIVEN]:
                plan.rescored.append((score, video_id, tag_id))
        for key, tag in suggested.items():
            row = (tag.score, json.dumps(tag.seconds), said.by(key), tag.tier.value)
            if tags.get(key, ())[3:] != row:
                plan.put.append((video_id, tag.name, *row, now))
        plan.changes.append(_change(video_id, tags, suggested, said.taught_since))
    return plan


def _given_for(db: Database) -> dict[str, str]:
    """Return by folded name which tag is given in the place of each that was merged into another."""
    rows = db.execute("SELECT id, folded, name, merged_into FROM tags").fetchall()
    if not any(into for *_, into in rows):
        return {}
    tags = {id_: (name, into) for id_, _, name, into in rows}

    def target(id_: int, seen: frozenset[int] = frozenset()) -> str:
        name, into = tags[id_]
        return name if into is None or into in seen else target(into, seen | {id_})

    return {key: target(id_) for id_, key, _, into in rows if into is not None}


class _Said:
    """What is said of a video: by the model, and by the tags that the person taught."""

    def __init__(
        self,
        tagging: Tagging,
        names: Mapping[str, str],
        stored: Mapping[str, tuple[Any, ...]],
        taught: Set[str],
    ) -> None:
        self._bundle = tagging.bundle
        self.by_tag = _by_tag(tagging.suggestions, names)
        """Suggestions by folded name of their tags."""
        self._taught: set[str] = set()
        judged = set()
        for name, tag in tagging.taught.items():
            key = folded(names.get(folded(name), name))
            if key not in taught:
                # Switched off, forgotten or deleted meanwhile.
                continue
            judged.add(key)
            self.by_tag.pop(key, None)
            if tag is not None:
                self.by_tag[key] = replace(tag, name=names.get(folded(name), name))
                self._taught.add(key)
        labels = {folded(names.get(folded(label), label)) for label in tagging.scores}
        self.taught_since = {
            key
            for key, (*_, bundle, _) in stored.items()
            if bundle == TAUGHT and key not in judged and key not in labels
        }
        """What was taught after whoever scores had begun stays as it is, but for the model's own labels."""

    def by(self, key: str) -> str:
        """Return who suggests a tag."""
        return TAUGHT if key in self._taught else self._bundle


def _by_tag(suggestions: Sequence[SuggestedTag], names: Mapping[str, str]) -> dict[str, SuggestedTag]:
    """Return suggestions by folded name of their tags; where two labels are one tag, the surer one."""
    found: dict[str, SuggestedTag] = {}
    for tag in suggestions:
        name = names.get(folded(tag.name), tag.name)
        other = found.get(folded(name))
        if other is None or (tag.tier is Tier.GIVEN, tag.score) > (other.tier is Tier.GIVEN, other.score):
            found[folded(name)] = replace(tag, name=name)
    return found


def _change(
    video_id: int,
    every: Mapping[str, tuple[Any, ...]],
    suggested: Mapping[str, SuggestedTag],
    untouched: Set[str],
) -> SuggestionChange:
    """Return how suggestions change a video, by folded names; decided tags are no suggestions."""
    stored = {key: row for key, row in every.items() if key not in untouched}
    before = {
        key: (name, Tier(tier))
        for key, (name, _, state, *_, tier) in stored.items()
        if state == TagState.SUGGESTED
    }
    decided = stored.keys() - before.keys()
    after = {key: (tag.name, tag.tier) for key, tag in suggested.items() if key not in decided}
    return SuggestionChange(
        video_id,
        added=_only_in(after, before, Tier.GIVEN),
        removed=_only_in(before, after, Tier.GIVEN),
        maybes_added=_only_in(after, before, Tier.MAYBE),
        maybes_removed=_only_in(before, after, Tier.MAYBE),
        kept=tuple(
            name
            for key, (name, _, state, *_, bundle, _) in stored.items()
            if (state == TagState.CONFIRMED and bundle is not None and key not in suggested)
            or (state == TagState.REJECTED and bundle is None and key in suggested)
        ),
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
