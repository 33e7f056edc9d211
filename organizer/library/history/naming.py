"""Names of tags when steps are undone and done again: those that renamed one, and those about a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import InvalidTagError
from organizer.library.actions import StepKind
from organizer.library.deciding import renaming, steps, tag_changes
from organizer.library.history import hiding
from organizer.library.reading.tags import find_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.history.tally import Tally


def why_not(db: Database, step: Step, *, redo: bool) -> str | None:
    """Return why a step is neither undone nor done again, not even in part, if that is so."""
    details = steps.details_of(db, step.id)
    if step.kind in {StepKind.TAG, StepKind.DELETE_TAG}:
        return _lost_name(db, step.id, details["tag"])
    if step.kind is StepKind.RENAME_TAG and "onto" in details and redo:
        return _why_not_moved(db, details)
    return None


def name_back(db: Database, step: Step, details: Mapping[str, Any], tally: Tally) -> None:
    """Undo the renaming of a tag; its videos, where they moved, did so before."""
    if "onto" not in details:
        if _name_again(db, step, tally, details["after"], details["before"]) and "stood_for" in details:
            _stand_for_again(db, details)
    elif tally.restored or not tally.kept:
        tally.done = True
        _give_place_back(db, step.id, details)


def name_again(db: Database, step: Step, details: Mapping[str, Any], tally: Tally) -> None:
    """Redo it."""
    if "onto" not in details:
        _name_again(db, step, tally, details["before"], details["after"])
    elif tally.restored or not tally.kept:
        tally.done = True
        onto = details["onto"]["id"]
        steps.add_details(db, step.id, **renaming.take_place(db, details["tag"], onto, details["after"]))


def _lost_name(db: Database, step_id: int, name: str) -> str | None:
    """Tell whether the row that a decision is about lost its name to another tag, and was not renamed itself.

    That is so where a renaming that was undone since, or done again, had made way for it. What was decided
    there would come back under a name that nobody gave.
    """
    row = db.execute("SELECT tag_id FROM decision_journal WHERE step_id = ? LIMIT 1", [step_id]).fetchone()
    if row is None or find_tag(db, name) in {None, row[0]}:
        return None
    renamed = db.execute(
        "SELECT 1 FROM steps WHERE kind = 'rename_tag' AND json_extract(details, '$.tag') = ? LIMIT 1", row
    ).fetchone()
    return None if renamed else f"{name} is another tag by now."


def _why_not_moved(db: Database, details: Mapping[str, Any]) -> str | None:
    onto, after = details["onto"]["id"], details["after"]
    if find_tag(db, after) != onto:
        return f"{after} has another name since: {_name(db, onto)}."
    if (name := _shown_name(db, details["tag"], details["merged_into"])) != details["before"]:
        return f"{details['before']} has another name since: {name}."
    try:
        renaming.check_free(db, details["tag"], after)
    except InvalidTagError as error:
        return str(error)
    return None


def _name_again(db: Database, step: Step, tally: Tally, now: str, wanted: str) -> bool:
    details = steps.details_of(db, step.id)
    tag_id = details["tag"]
    if (name := _shown_name(db, tag_id, details.get("merged_into"))) != now:
        tally.reasons.append(f"{now} has another name since: {name}.")
        return False
    try:
        renaming.set_name(db, tag_id, wanted)
    except InvalidTagError as error:
        tally.reasons.append(str(error))
        return False
    tally.done = True
    tally.videos = step.videos
    return True


def _stand_for_again(db: Database, details: Mapping[str, Any]) -> None:
    """Let both names be what they were before; older steps do not tell that."""
    other = find_tag(db, details["after"])
    if other is not None and other != details["tag"]:
        tag_changes.set_merged(db, {other: details["stood_for"]})
    tag_changes.set_merged(db, {details["tag"]: details["merged_into"]})


def _give_place_back(db: Database, step_id: int, details: Mapping[str, Any]) -> None:
    tag_id, onto = details["tag"], details["onto"]
    if tag_changes.merged_into(db, tag_id) == onto["id"]:
        tag_changes.set_merged(db, {tag_id: details["merged_into"]})
    if find_tag(db, onto["name"]) == onto["id"]:
        # In the spelling of before.
        db.execute("UPDATE tags SET name = ? WHERE id = ?", [onto["name"], onto["id"]])
    if _colour(db, onto["id"]) == _colour(db, tag_id):
        tag_changes.set_colour(db, onto["id"], onto["colour"])
    if details["hidden"]:
        tag_changes.set_hidden(db, tag_id, hidden=True)
        tag_changes.set_hidden(db, onto["id"], hidden=False)
    hiding.give_back(db, step_id, onto)


def _shown_name(db: Database, tag_id: int, before: int | None) -> str:
    """Return the name of a tag, or of the one that stands in its place, unless that one did so before."""
    into = tag_changes.merged_into(db, tag_id)
    return _name(db, tag_id if into in {None, before} else into)


def _name(db: Database, tag_id: int) -> str:
    (name,) = db.execute("SELECT name FROM tags WHERE id = ?", [tag_id]).fetchone()
    return str(name)


def _colour(db: Database, tag_id: int) -> str | None:
    row: tuple[str | None] = db.execute("SELECT colour FROM tags WHERE id = ?", [tag_id]).fetchone()
    return row[0]
