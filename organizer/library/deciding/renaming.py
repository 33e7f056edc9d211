"""A tag gets another name, as a step.

Where nothing was ever decided under the new name, the row of the tag gets it. Else the journal names the row
that has it, and what was decided there may come back: so that row keeps its name, and the videos of the tag
move to it, as when tags are merged. Every function is called inside a transaction.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from organizer.errors import InvalidTagError
from organizer.library.actions import StepKind
from organizer.library.deciding import journal, steps
from organizer.library.deciding.tag_changes import (
    count_videos,
    is_hidden,
    labels_of_models,
    merged_into,
    own_tag,
    rows_of,
    set_colour,
    set_hidden,
    set_merged,
)
from organizer.library.deciding.tags import meant_tag, tag_id_of
from organizer.library.deciding.taught_rows import has_row
from organizer.library.reading.tags import find_tag
from organizer.library.spelling import folded
from organizer.types import LABELS

if TYPE_CHECKING:
    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.deciding.journal import TagEntry


def rename(db: Database, old: str, new: str) -> Step:
    """Rename a tag of the person's own; see ``Library.rename_tag``."""
    id_, before = own_tag(db, old, "renamed")
    after = meant_tag(db, new, to_add=True)
    step_id = steps.begin(db, StepKind.RENAME_TAG, {"tag": id_, "before": before, "after": after})
    if after == before:
        return steps.drop(db, step_id)
    videos = count_videos(db, id_)
    check_free(db, id_, after)
    onto = find_tag(db, after)
    if onto is not None and onto != id_ and journal.names(db, onto):
        _move(db, step_id, id_, onto, after)
    else:
        stood_for = None if onto is None else merged_into(db, onto)
        steps.add_details(db, step_id, stood_for=stood_for, merged_into=merged_into(db, id_))
        set_name(db, id_, after)
    return steps.end(db, step_id, videos)


def check_free(db: Database, tag_id: int, name: str) -> None:
    """Refuse a name for a tag that is taken.

    Raises:
        InvalidTagError: another tag that videos carry has the name, or a built-in label.
    """
    other = find_tag(db, name)
    if name in LABELS or (other is not None and other != tag_id and count_videos(db, other)):
        (old,) = db.execute("SELECT name FROM tags WHERE id = ?", [tag_id]).fetchone()
        raise InvalidTagError(
            f"There is a tag {name} already. To make one of both: "
            f"organizer tags merge {shlex.quote(old)} --into {shlex.quote(name)}",
            ends_in_command=True,
        )


def set_name(db: Database, tag_id: int, name: str) -> None:
    """Give the row of a tag another name; a model that knows it by the old one goes on giving it.

    Raises:
        InvalidTagError: see ``check_free``.
    """
    check_free(db, tag_id, name)
    (old,) = db.execute("SELECT name FROM tags WHERE id = ?", [tag_id]).fetchone()
    other = find_tag(db, name)
    if folded(name) == folded(old):
        db.execute("UPDATE tags SET name = ? WHERE id = ?", [name, tag_id])
        return
    if other is None and folded(old) in labels_of_models(db):
        other = tag_id_of(db, name)
    if other is not None:
        # Nobody carries it: it takes the old name, and stands for the tag where a model gives it.
        db.execute("UPDATE tags SET name = ?, folded = NULL WHERE id = ?", [f"\0{other}", other])
    db.execute(
        "UPDATE tags SET name = ?, folded = ?, merged_into = NULL WHERE id = ?", [name, folded(name), tag_id]
    )
    if other is not None:
        db.execute(
            "UPDATE tags SET name = ?, folded = ?, merged_into = ? WHERE id = ?",
            [old, folded(old), tag_id, other],
        )


def take_place(db: Database, tag_id: int, onto: int, name: str) -> dict[str, Any]:
    """Let a row that no video carries be a tag from now on, and the tag's own row an old name of it.

    Returns:
        What both rows were before, as the details of a step keep it.
    """
    (colour,) = db.execute("SELECT colour FROM tags WHERE id = ?", [tag_id]).fetchone()
    name_before, colour_before = db.execute("SELECT name, colour FROM tags WHERE id = ?", [onto]).fetchone()
    hidden = is_hidden(db, tag_id)
    before = {
        "merged_into": merged_into(db, tag_id),
        "hidden": hidden,
        "onto": {
            "id": onto,
            "name": name_before,
            "colour": colour_before,
            "hidden": is_hidden(db, onto),
            "merged_into": merged_into(db, onto),
            "taught": has_row(db, onto),
        },
    }
    db.execute("UPDATE tags SET name = ? WHERE id = ?", [name, onto])
    set_colour(db, onto, colour)
    set_hidden(db, onto, hidden=hidden)
    set_hidden(db, tag_id, hidden=False)
    set_merged(db, {tag_id: onto, onto: None})
    return before


def _move(db: Database, step_id: int, tag_id: int, onto: int, name: str) -> None:
    rows = rows_of(db, tag_id)
    changes: list[TagEntry] = [(video_id, tag_id, row, None) for video_id, row in rows.items()]
    changes += [(video_id, onto, None, row) for video_id, row in rows.items()]
    journal.put_all(db, [(video_id, id_, row) for video_id, id_, _, row in changes])
    journal.note(db, step_id, changes)
    steps.add_details(db, step_id, **take_place(db, tag_id, onto, name))
