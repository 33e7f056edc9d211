"""Tagging again as one step: what the model before had said of each video is kept, and put back when undone.

What a person decided stays either way, and what tags say that they taught: only what a model says of a video
is exchanged, its scores and, of each of its tags, score, seconds, bundle and tier. Of a step the other side
is kept: while it stands, what was before it, and while it is undone, what it had made. Functions that write
are called inside a transaction.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from organizer.library.actions import StepKind
from organizer.library.database.columns import chunks, marks
from organizer.library.deciding import journal, steps
from organizer.library.records import TagRow
from organizer.library.taught import TAUGHT
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from organizer.library.history.tally import Tally

KEPT_VIDEOS = 200_000
"""Of a run of tagging again something is kept until so many videos were tagged again after it.

So the newest run can be undone however large it is, and a few videos tagged again do not take that away. What
is kept takes half a kilobyte a video: 100 MB, and what one run over the whole library takes.
"""
_TAGGED_SINCE = "it was tagged again since"


def begin(db: Database, bundle: str) -> int:
    """Begin a run of tagging again with a model."""
    return steps.begin(db, StepKind.RETAG, {"bundle": bundle})


def end(db: Database, step_id: int) -> None:
    """End it: one that changed nothing is not in the history; another one takes the room of the oldest."""
    if not db.execute("SELECT 1 FROM step_taggings WHERE step_id = ? LIMIT 1", [step_id]).fetchone():
        steps.drop(db, step_id)
        return
    # Not counted in what is kept, which is large.
    runs = db.execute(
        """
        SELECT id, videos FROM steps s
        WHERE kind = ? AND EXISTS (SELECT 1 FROM step_taggings t WHERE t.step_id = s.id) ORDER BY id DESC
        """,
        [StepKind.RETAG.value],
    ).fetchall()
    newer = 0
    for id_, videos in runs:
        if newer >= KEPT_VIDEOS:
            db.execute("DELETE FROM step_taggings WHERE step_id = ?", [id_])
        newer += videos


def sides(db: Database, video_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return what models say of videos, as ``keep`` stores it."""
    found: dict[int, dict[str, Any]] = {}
    for chunk in chunks(video_ids):
        for id_ in chunk:
            found[id_] = {"scores": None, "tags": {}}
        rows = db.execute(
            f"SELECT video_id, bundle, scored_at, scores FROM scores WHERE video_id IN ({marks(chunk)})",
            chunk,
        )
        for id_, *scores in rows:
            found[id_]["scores"] = scores
        rows = db.execute(
            f"""
            SELECT video_id, tag_id, score, seconds, bundle, tier, changed_at FROM video_tags
            WHERE video_id IN ({marks(chunk)})
                AND (bundle IS NOT ? OR tag_id IN (SELECT tag_id FROM taught WHERE refines IS NOT NULL))
            """,
            # A label of a model that was refined makes way for what another model says of it.
            [*chunk, TAUGHT],
        )
        for id_, tag_id, *values in rows:
            found[id_]["tags"][str(tag_id)] = values
    return found


def keep(
    db: Database, step_id: int, before: Mapping[int, dict[str, Any]], after: Mapping[int, dict[str, Any]]
) -> None:
    """Keep what was said of videos before a part of a step, where that is something else now."""
    changed = [id_ for id_, side in before.items() if side != after[id_]]
    _store(db, step_id, {id_: before[id_] for id_ in changed}, after, undone=False)
    db.execute("UPDATE steps SET videos = videos + ? WHERE id = ?", [len(changed), step_id])


def swap(db: Database, step_id: int, tally: Tally, *, undo: bool) -> None:
    """Exchange what is said of each video of a step and what is kept, where no model tagged it since.

    Args:
        db: the library.
        step_id: the step.
        tally: what became of its videos.
        undo: whether those are meant of which the step stands, else those of which it was undone.
    """
    rows = db.execute(
        """
        SELECT t.video_id, t.tagging, EXISTS (
            SELECT 1 FROM step_taggings l
            WHERE l.video_id = t.video_id AND l.step_id > t.step_id AND NOT l.undone)
        FROM step_taggings t WHERE t.step_id = ? AND t.undone != ?
        """,
        [step_id, undo],
    ).fetchall()
    if not rows and not db.execute("SELECT 1 FROM step_taggings WHERE step_id = ?", [step_id]).fetchone():
        tally.reasons.append("What the model before had said is not kept any more: this was too long ago.")
    moved = _moved(db)
    wanted = {id_: _with_moved(json.loads(text), moved) for id_, text, _ in rows}
    above = {id_ for id_, _, is_above in rows if is_above}
    now = sides(db, wanted)
    free = {}
    for id_, kept in wanted.items():
        left = kept.pop("left")
        if id_ in above or (now[id_]["scores"] or [None, None])[:2] != left:
            tally.kept[_TAGGED_SINCE].add(id_)
        else:
            free[id_] = kept
    _put(db, free, now)
    _store(db, step_id, {id_: now[id_] for id_ in free}, free, undone=undo)
    tally.restored |= free.keys()


def _moved(db: Database) -> dict[str, str]:
    """Return the ids of tags that were merged into another, with that one's."""
    rows = db.execute("SELECT id, merged_into FROM tags WHERE merged_into IS NOT NULL")
    return {str(id_): str(into) for id_, into in rows}


def _with_moved(side: dict[str, Any], moved: Mapping[str, str]) -> dict[str, Any]:
    """Return a side with the tags that stay in the place of those that were merged since."""
    tags: dict[str, Any] = {}
    for tag_id, values in side["tags"].items():
        if tag_id not in moved:
            tags[tag_id] = values
        elif moved[tag_id] not in side["tags"]:
            tags.setdefault(moved[tag_id], values)
    return side | {"tags": tags}


def _store(
    db: Database,
    step_id: int,
    kept: Mapping[int, dict[str, Any]],
    stands: Mapping[int, dict[str, Any]],
    *,
    undone: bool,
) -> None:
    """Keep sides of videos, each with bundle and time of the one that stands, to know it again."""
    db.conn.executemany(
        "INSERT OR REPLACE INTO step_taggings (step_id, video_id, undone, tagging) VALUES (?, ?, ?, ?)",
        [
            (step_id, id_, undone, json.dumps(side | {"left": (stands[id_]["scores"] or [None, None])[:2]}))
            for id_, side in kept.items()
        ],
    )


def _put(db: Database, wanted: Mapping[int, dict[str, Any]], now: Mapping[int, dict[str, Any]]) -> None:
    """Store what is to be said of videos."""
    db.conn.executemany("DELETE FROM scores WHERE video_id = ?", [(id_,) for id_ in wanted])
    db.conn.executemany(
        "INSERT INTO scores (video_id, bundle, scored_at, scores) VALUES (?, ?, ?, ?)",
        [(id_, *side["scores"]) for id_, side in wanted.items() if side["scores"] is not None],
    )
    tag_ids = {int(tag) for id_ in wanted for tag in (*wanted[id_]["tags"], *now[id_]["tags"])}
    for tag_id in sorted(tag_ids):
        videos = [
            id_ for id_ in wanted if str(tag_id) in wanted[id_]["tags"] or str(tag_id) in now[id_]["tags"]
        ]
        rows = journal.tag_rows(db, videos, tag_id)
        put = []
        for id_ in videos:
            before = rows.get(id_)
            if before is not None and before.bundle == TAUGHT:
                continue
            after = _row(db, (id_, tag_id), before, wanted[id_]["tags"].get(str(tag_id)))
            if after != before:
                put.append((id_, tag_id, after))
        journal.put_all(db, put)


def _row(
    db: Database, item: tuple[int, int], row: TagRow | None, side: Sequence[Any] | None
) -> TagRow | None:
    """Return a tag of a video as a model is to say it, with what the person decided since."""
    decided = row is not None and row.state is not TagState.SUGGESTED
    if side is None or side[2] is None:
        if row is None or not decided:
            return None
        score = journal.score(db, *item) if side is None else side[0]
        return TagRow(row.state, score, "[]", None, row.changed_at)
    score, seconds, bundle, tier, changed_at = side
    if row is None:
        return TagRow(TagState.SUGGESTED, score, seconds, bundle, changed_at, Tier(tier))
    return TagRow(row.state, score, seconds, bundle, row.changed_at, Tier(tier))
