"""What a person decides about tags. Models never undo any of it.

Each decision is a step, be it about one video or about thousands, and noted in the journal together with what
was before, so that it can be undone, also after a restart and from another tab.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from organizer.errors import UnknownVideoError
from organizer.library.actions import StepKind, TagChange
from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.database.transaction import transaction
from organizer.library.deciding import journal, steps, tag_changes
from organizer.library.deciding.tags import meant_tag, tag_id_of
from organizer.library.deciding.taught_rows import is_taught
from organizer.library.reading.tags import find_tag
from organizer.library.records import TagRow
from organizer.library.spelling import folded
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step


def decide(db: Database, change: TagChange, video_ids: Sequence[int]) -> Step:
    """Note a decision about a tag of videos as one step; call it inside a transaction.

    Raises:
        InvalidTagError: see ``meant_tag``.
        UnknownVideoError: none of the videos is in the library.
    """
    name = meant_tag(db, change.tag, to_add=change.state is TagState.CONFIRMED)
    videos = steps.known(db, video_ids)
    step_id = steps.begin(
        db, StepKind.TAG, {"tag": name, "state": None if change.state is None else change.state.value}
    )
    confirms = change.state is TagState.CONFIRMED
    tag_id = tag_id_of(db, name) if confirms or name in LABELS else find_tag(db, name)
    scores: dict[int, float] = {}
    if change.state is not None:
        scores = _scores(db, videos, name)
        if not confirms and tag_id is None and scores:
            tag_id = tag_id_of(db, name)
    if tag_id is None:
        return steps.drop(db, step_id)
    if confirms and (revived := tag_changes.revive(db, tag_id, name)):
        steps.add_details(db, step_id, revived=revived)
    known = name in LABELS or is_taught(db, tag_id)
    stored, now = journal.tag_rows(db, videos, tag_id), now_text()
    changes = []
    for id_ in videos:
        before = stored.get(id_)
        state = change.state
        if state is TagState.REJECTED and id_ not in scores and not known:
            # Nobody can suggest it for this video, so there is nothing to keep it away from.
            state = None
        after = _after(before, state, scores.get(id_) if name in LABELS else None, now)
        if after != before:
            changes.append((id_, tag_id, before, after))
    journal.put_all(db, [(id_, tag_id, after) for id_, _, _, after in changes])
    journal.note(db, step_id, changes)
    return steps.end(db, step_id, len(changes)) if changes else steps.drop(db, step_id)


def confirm(db: Database, video_id: int, tag: str) -> None:
    """Note that a tag fits: a suggestion is confirmed, any other tag is added.

    Raises:
        InvalidTagError: see ``meant_tag``.
        UnknownVideoError: there is no video with this id.
    """
    with transaction(db, durable=True):
        decide(db, TagChange(tag, TagState.CONFIRMED), [video_id])


def reject(db: Database, video_id: int, tag: str) -> bool:
    """Note that a tag does not fit: no model suggests it for this video again.

    A tag of the person's own that no model scored this video for simply goes.

    Returns:
        Whether there was something to note; False where the video does not carry such a tag of one's own.

    Raises:
        InvalidTagError: see ``clean_tag``.
        UnknownVideoError: there is no video with this id.
    """
    with transaction(db, durable=True):
        step = decide(db, TagChange(tag, TagState.REJECTED), [video_id])
        if step.videos:
            return True
        # Rejected before: that was noted.
        tag_id = find_tag(db, meant_tag(db, tag))
        row = None if tag_id is None else journal.tag_row(db, video_id, tag_id)
        return row is not None and row.state is TagState.REJECTED


def forget(db: Database, video_id: int, tag: str) -> bool:
    """Forget whatever was decided about a tag: what the newest tagging says of it stands again.

    So the tag is a suggestion where the model suggests it, else it goes. A mere suggestion stays, for nobody
    decided about it.

    Returns:
        Whether there was a decision.

    Raises:
        InvalidTagError: see ``clean_tag``.
    """
    with transaction(db, durable=True):
        try:
            return decide(db, TagChange(tag, None), [video_id]).videos > 0
        except UnknownVideoError:
            return False


def _after(before: TagRow | None, state: TagState | None, score: float | None, now: str) -> TagRow | None:
    """Return what a decision makes of a tag of a video."""
    if state is None:
        if before is None or before.state is TagState.SUGGESTED:
            return before
        return journal.as_the_model_says(before, now)
    if before is None:
        # A decision made before the video was ever scored has no score; the next tagging fills it in.
        return TagRow(state, score, "[]", None, now)
    return before if before.state is state else replace(before, state=state, changed_at=now)


def _scores(db: Database, video_ids: Sequence[int], tag: str) -> dict[int, float]:
    """Return what the newest tagging says of a tag, for the videos that it scored for it."""
    fold, key = cache(folded), folded(tag)
    found = {}
    for chunk in chunks(video_ids):
        rows = db.execute(f"SELECT video_id, scores FROM scores WHERE video_id IN ({marks(chunk)})", chunk)
        for video_id, text in rows:
            for label, score in json.loads(text).items():
                if fold(label) == key:
                    found[video_id] = float(score)
    return found
