"""Tags merged, deleted, coloured and hidden: what concerns a tag wherever it is, as steps.

A tag is never taken out of its table, for the journal names it; one that no video carries is shown nowhere.
Where a model of one's own still calls it by an old name, ``tags.merged_into`` says which tag to give. Every
function is called inside a transaction.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from organizer.errors import InvalidTagError
from organizer.library.actions import StepKind
from organizer.library.deciding import journal, steps
from organizer.library.deciding.tags import meant_tag, tag_id_of
from organizer.library.deciding.taught_rows import has_row, is_taught
from organizer.library.reading.tags import find_tag
from organizer.library.spelling import clean_tag, folded
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.deciding.journal import TagEntry
    from organizer.library.records import TagRow

_COLOUR = re.compile("#[0-9a-f]{6}")


def merge(db: Database, sources: Sequence[str], into: str) -> Step:
    """Make one tag of several; see ``Library.merge_tags``."""
    owns = dict(own_tag(db, source, "merged into another tag") for source in sources)
    name = meant_tag(db, into, to_add=True)
    into_id = tag_id_of(db, name)
    owns.pop(into_id, None)
    step_id = steps.begin(
        db,
        StepKind.MERGE_TAGS,
        {
            "sources": list(owns.values()),
            "into": name,
            "into_id": into_id,
            "merged_into": {id_: merged_into(db, id_) for id_ in owns},
            "into_merged_into": merged_into(db, into_id),
            "into_taught": has_row(db, into_id),
        },
    )
    if not owns:
        return steps.drop(db, step_id)
    check_shown(db, into_id, name)
    taken = {id_: rows_of(db, id_) for id_ in owns}
    videos = sorted(set[int]().union(*taken.values()))
    before = journal.tag_rows(db, videos, into_id)
    after = dict(before)
    for rows in taken.values():
        for video_id, row in rows.items():
            after[video_id] = _both(after.get(video_id), row)
    changes: list[TagEntry] = [
        (video_id, id_, row, None) for id_, rows in taken.items() for video_id, row in rows.items()
    ]
    changes += [
        (video_id, into_id, before.get(video_id), row)
        for video_id, row in after.items()
        if before.get(video_id) != row
    ]
    journal.put_all(db, [(video_id, id_, row) for video_id, id_, _, row in changes])
    journal.note(db, step_id, changes)
    # Named here, it stands for itself, whatever it was merged into before.
    set_merged(db, dict.fromkeys(owns, into_id) | {into_id: None})
    return steps.end(db, step_id, len(videos))


def set_merged(db: Database, targets: dict[int, int | None]) -> None:
    """Note which tag is given in the place of each of some tags, None for itself."""
    db.conn.executemany(
        "UPDATE tags SET merged_into = ? WHERE id = ?", [(into, id_) for id_, into in targets.items()]
    )


def merged_into(db: Database, tag_id: int) -> int | None:
    """Return the tag that is given in the place of one, None for itself."""
    row = db.execute("SELECT merged_into FROM tags WHERE id = ?", [tag_id]).fetchone()
    return None if row[0] is None else int(row[0])


def unmerge(db: Database, details: Mapping[str, Any]) -> bool:
    """Let merged tags stand for themselves again; tell whether any did not."""
    before = {int(id_): into for id_, into in details["merged_into"].items()}
    still = {id_: into for id_, into in before.items() if merged_into(db, id_) == details["into_id"]}
    set_merged(db, still)
    return bool(still)


def revive(db: Database, tag_id: int, name: str) -> dict[str, Any]:
    """Let a tag that somebody gives by its name stand for itself: shown, and not another one's old name.

    Returns:
        Which tag it is and what it was before; empty where nothing changed.

    Raises:
        InvalidTagError: it is a built-in label that the person hid.
    """
    hidden, into = is_hidden(db, tag_id), merged_into(db, tag_id)
    if not hidden and into is None:
        return {}
    if name in LABELS:
        check_shown(db, tag_id, name)
    set_hidden(db, tag_id, hidden=False)
    set_merged(db, {tag_id: None})
    return {"tag_id": tag_id, "hidden": hidden, "merged_into": into}


def delete(db: Database, name: str) -> Step:
    """Take a tag of the person's own from all videos; see ``Library.delete_tag``."""
    id_, own = own_tag(db, name, "deleted")
    hides = folded(own) in labels_of_models(db) or is_taught(db, id_)
    details = {"tag": own, "tag_id": id_, "hides": hides, "hidden": is_hidden(db, id_)}
    step_id = steps.begin(db, StepKind.DELETE_TAG, details)
    rows = rows_of(db, id_)
    journal.put_all(db, [(video_id, id_, None) for video_id in rows])
    journal.note(db, step_id, [(video_id, id_, row, None) for video_id, row in rows.items()])
    if hides:
        set_hidden(db, id_, hidden=True)
    return steps.end(db, step_id, len(rows))


def colour(db: Database, name: str, value: str | None) -> Step:
    """Give a tag a colour; see ``Library.colour_tag``."""
    id_, known = _known(db, name)
    after = None if value is None else value.strip().lower()
    if after is not None and not _COLOUR.fullmatch(after):
        raise InvalidTagError(f"{value}: a colour is written as #rrggbb, such as #3366cc.")
    (before,) = db.execute("SELECT colour FROM tags WHERE id = ?", [id_]).fetchone()
    step_id = steps.begin(
        db, StepKind.COLOUR_TAG, {"tag": known, "tag_id": id_, "before": before, "after": after}
    )
    if before == after:
        return steps.drop(db, step_id)
    set_colour(db, id_, after)
    return steps.end(db, step_id, count_videos(db, id_))


def set_colour(db: Database, tag_id: int, value: str | None) -> None:
    """Store a tag's colour."""
    db.execute("UPDATE tags SET colour = ? WHERE id = ?", [value, tag_id])


def hide(db: Database, name: str, *, hidden: bool) -> Step:
    """Hide a label or show it again; see ``Library.hide_label``."""
    id_, known = _known(db, name)
    step_id = steps.begin(db, StepKind.HIDE_LABEL, {"tag": known, "tag_id": id_, "hidden": hidden})
    if is_hidden(db, id_) is hidden:
        return steps.drop(db, step_id)
    set_hidden(db, id_, hidden=hidden)
    return steps.end(db, step_id, count_videos(db, id_))


def set_hidden(db: Database, tag_id: int, *, hidden: bool) -> None:
    """Store whether a tag is hidden; triggers follow with bits and counts."""
    db.execute("UPDATE tags SET hidden = ? WHERE id = ?", [hidden, tag_id])


def is_hidden(db: Database, tag_id: int) -> bool:
    """Whether a tag is never shown."""
    (hidden,) = db.execute("SELECT hidden FROM tags WHERE id = ?", [tag_id]).fetchone()
    return bool(hidden)


def check_shown(db: Database, tag_id: int, name: str) -> None:
    """Refuse to give a tag that nobody would see.

    Raises:
        InvalidTagError: it is hidden.
    """
    if is_hidden(db, tag_id):
        raise InvalidTagError(
            f"{name} is hidden in this library. To show it again: organizer tags show {shlex.quote(name)}",
            ends_in_command=True,
        )


def _known(db: Database, name: str) -> tuple[int, str]:
    """Return id and name of a tag that videos carry or that is a built-in label.

    Raises:
        InvalidTagError: it is none.
    """
    clean = clean_tag(name)
    id_ = tag_id_of(db, clean) if clean in LABELS else find_tag(db, meant_tag(db, name))
    row = None if id_ is None else db.execute("SELECT id, name FROM tags WHERE id = ?", [id_]).fetchone()
    if row is None or not (clean in LABELS or is_hidden(db, row[0]) or count_videos(db, row[0])):
        raise InvalidTagError(
            f"No video has the tag {clean}, and it is no built-in label. See: organizer tags",
            ends_in_command=True,
        )
    return int(row[0]), str(row[1])


def own_tag(db: Database, name: str, what: str) -> tuple[int, str]:
    """Return the same of a tag that is the person's own.

    Raises:
        InvalidTagError: it is none, or a built-in label.
    """
    id_, known = _known(db, name)
    if known in LABELS:
        raise InvalidTagError(
            f"{known} is a built-in label and cannot be {what}. To see it no more: "
            f"organizer tags hide {shlex.quote(known)}",
            ends_in_command=True,
        )
    return id_, known


def rows_of(db: Database, tag_id: int) -> dict[int, TagRow]:
    """Return what is stored of a tag, by video."""
    ids = [id_ for (id_,) in db.execute("SELECT video_id FROM video_tags WHERE tag_id = ?", [tag_id])]
    return journal.tag_rows(db, ids, tag_id)


def count_videos(db: Database, tag_id: int) -> int:
    """Return how many videos have a tag, in any state."""
    (videos,) = db.execute("SELECT count(*) FROM video_tags WHERE tag_id = ?", [tag_id]).fetchone()
    return int(videos)


def _both(kept: TagRow | None, row: TagRow) -> TagRow:
    """Return one row of two: the newer decision holds, and what a model says of either tag."""
    if kept is None:
        return row
    decided = [one for one in (kept, row) if one.state is not TagState.SUGGESTED]
    # Of two of the same second, that of the tag that stays.
    newest = max(decided, key=lambda one: (one.changed_at, one is kept), default=kept)
    model = row if kept.bundle is None and row.bundle is not None else kept
    return replace(model, state=newest.state, changed_at=newest.changed_at)


def labels_of_models(db: Database) -> set[str]:
    """Return the labels, folded, of all models that scored videos last."""
    labels: set[str] = set()
    bundle = ""
    # From one to the next along the index: DISTINCT would pass over all videos.
    while True:
        row = db.execute(
            "SELECT bundle, scores FROM scores WHERE bundle > ? ORDER BY bundle LIMIT 1", [bundle]
        ).fetchone()
        if row is None:
            return labels
        bundle = row[0]
        labels |= {folded(label) for label in json.loads(row[1])}
