"""What was learnt of a tag is forgotten, as a step: it is kept, and what it suggested, to undo that.

Every function is called inside a transaction.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from organizer.library.actions import StepKind
from organizer.library.database.columns import chunks, marks
from organizer.library.deciding import steps
from organizer.library.deciding.taught_rows import (
    is_taught,
    put_said,
    refines,
    rows_that_are,
    tag_and_rows,
    take_back,
)
from organizer.library.taught import TAUGHT
from organizer.types import SuggestedTag, TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.history.tally import Tally


def unlearn(db: Database, name: str) -> Step:
    """Forget what was learnt of a tag; see ``Teaching.unlearn``."""
    tag_id, rows = tag_and_rows(db, name)
    (known,) = db.execute("SELECT name FROM tags WHERE id = ?", [tag_id]).fetchone()
    step_id = steps.begin(db, StepKind.UNLEARN_TAG, {"tag": known, "tag_id": tag_id})
    return steps.end(db, step_id, _forget(db, step_id, tag_id, rows))


def unlearn_again(db: Database, step_id: int, details: Mapping[str, Any], tally: Tally) -> None:
    """Redo it, also with what was learnt since it was undone."""
    rows = rows_that_are(db, details["tag_id"])
    if not rows:
        tally.reasons.append(f"{details['tag']} is not taught any more.")
        return
    tally.videos = _forget(db, step_id, details["tag_id"], rows)
    tally.done = True


def know_again(db: Database, details: Mapping[str, Any], tally: Tally) -> None:
    """Undo it: what was learnt, and what it suggested, is there again."""
    tag_id = details["tag_id"]
    if is_taught(db, tag_id):
        tally.reasons.append(f"{details['tag']} was taught again since.")
        return
    for row in details["taught"]:
        values = {column: b64decode(row[column]) if column in _ARRAYS else row[column] for column in row}
        db.execute(
            f"INSERT INTO taught ({', '.join(values)}) VALUES ({marks(list(values))})", list(values.values())
        )
    tally.done = True
    if not is_taught(db, tag_id, on=True):
        return
    said = {int(id_): one for id_, one in details["said"].items()}
    for chunk in chunks(said):
        # Those that are in the library still.
        known = db.execute(f"SELECT id FROM videos WHERE id IN ({marks(chunk)})", chunk).fetchall()
        tags = {id_: _suggestion(details["tag"], *said[id_]) for (id_,) in known}
        tally.videos += put_said(db, tag_id, tags, refines=refines(db, tag_id))


_ARRAYS = ("centre", "scale", "weights")


def _forget(db: Database, step_id: int, tag_id: int, rows: Sequence[int]) -> int:
    """Forget the rows of a tag, and keep them as details of a step; return how many videos had it of them."""
    taught = db.execute(f"SELECT * FROM taught WHERE tag_id IN ({marks(rows)})", rows)
    columns = [column for column, *_ in taught.description]
    kept = [dict(zip(columns, row, strict=True)) for row in taught.fetchall()]
    for row in kept:
        row |= {column: b64encode(row[column]).decode() for column in _ARRAYS}
    said = db.execute(
        "SELECT video_id, score, seconds, tier, state FROM video_tags WHERE tag_id = ? AND bundle = ?",
        [tag_id, TAUGHT],
    ).fetchall()
    steps.add_details(db, step_id, taught=kept, said={id_: one for id_, *one, _ in said})
    db.execute(f"DELETE FROM taught WHERE tag_id IN ({marks(rows)})", rows)
    take_back(db, tag_id)
    return sum(state == TagState.SUGGESTED for *_, state in said)


def _suggestion(name: str, score: float, seconds: str, tier: str) -> SuggestedTag:
    return SuggestedTag(name, score, tuple(json.loads(seconds)), Tier(tier))
