"""Whether a tag is shown, and for itself, when a step that changed that is undone or done again.

A tag is hidden on all videos at once, and a step is of some of them. So it is hidden again only where no
video carries it by a decision that was made since it came back, and the step that hid it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.library.deciding import entries, steps, tag_changes
from organizer.library.deciding.taught_rows import has_row, let_go
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from organizer.library.history.tally import Tally


def withdraw(db: Database, step_id: int, details: Mapping[str, Any]) -> None:
    """Let the tag of a decision that was undone be hidden, or stand for another one, as it was before."""
    row = _tag_of(db, step_id)
    if row is None or details["state"] != TagState.CONFIRMED or entries.has_standing(db, step_id):
        return
    tag_id, _ = row
    since = _came_back_at(db, tag_id)
    if since is not None and not _is_given(db, tag_id, since):
        tag_changes.set_hidden(db, tag_id, hidden=True)
    if not _is_given(db, tag_id, _first_entry(db, step_id)):
        _stand_for(db, step_id, tag_id, details.get("revived", {}).get("merged_into"))


def bring_back(db: Database, step_id: int, details: Mapping[str, Any]) -> None:
    """Show the tag of a decision that is made again, and note what it was before."""
    row = _tag_of(db, step_id)
    # A built-in label that the person hid stays so until they show it.
    if row is None or details["state"] != TagState.CONFIRMED or row[1] in LABELS:
        return
    if revived := tag_changes.revive(db, *row):
        steps.add_details(db, step_id, revived=revived)


def show_deleted(db: Database, details: Mapping[str, Any]) -> None:
    """Show a tag whose deletion is undone, unless it was hidden before; older steps do not tell that."""
    if details["hides"] and not details.get("hidden", False):
        tag_changes.set_hidden(db, details["tag_id"], hidden=False)


def hide_deleted(db: Database, step_id: int, details: Mapping[str, Any], tally: Tally) -> None:
    """Hide a tag that is deleted again, unless other videos carry it by now."""
    if not details["hides"]:
        return
    tag_id = details["tag_id"]
    # Of a hidden tag nobody sees what carries it.
    if not (hidden := tag_changes.is_hidden(db, tag_id)) and _is_given(db, tag_id, 0):
        tally.reasons.append(f"{details['tag']} is still shown: other videos carry it.")
        return
    steps.add_details(db, step_id, hidden=hidden)
    tag_changes.set_hidden(db, tag_id, hidden=True)


def unmerge(db: Database, step_id: int, details: Mapping[str, Any]) -> bool:
    """Undo a merge of tags but for their videos; tell whether there was anything to undo.

    The tag that stays stands for the one again that it stood for before, unless somebody gave it since.
    """
    done = tag_changes.unmerge(db, details)
    if done and not details.get("into_taught", True):
        let_go(db, details["into_id"])
    if done and not _is_given(db, details["into_id"], 0):
        _stand_for(db, step_id, details["into_id"], details.get("into_merged_into"))
    return done


def merge_again(db: Database, step_id: int, details: Mapping[str, Any]) -> None:
    """Do it again."""
    into_id = details["into_id"]
    steps.add_details(
        db,
        step_id,
        into_merged_into=tag_changes.merged_into(db, into_id),
        into_taught=has_row(db, into_id),
    )
    merged = {int(id_): into_id for id_ in details["merged_into"]}
    tag_changes.set_merged(db, merged | {into_id: None})


def give_back(db: Database, step_id: int, onto: Mapping[str, Any]) -> None:
    """Let a tag that another one was renamed to be hidden, or stand for a third one, as it was before."""
    if not onto.get("taught", True):
        let_go(db, onto["id"])
    if _is_given(db, onto["id"], 0):
        return
    if onto["hidden"] and _came_back_at(db, onto["id"], but=step_id) is not None:
        tag_changes.set_hidden(db, onto["id"], hidden=True)
    _stand_for(db, step_id, onto["id"], onto["merged_into"])


def _stand_for(db: Database, step_id: int, tag_id: int, into: int | None) -> None:
    """Let a tag be given in the place of one as it was before a step, if that still holds."""
    if into is None or _was_merged_by_an_undone_step(db, step_id, tag_id, into):
        return
    # Not where that one was merged into it meanwhile: one of both has to stay.
    if tag_changes.merged_into(db, into) != tag_id:
        tag_changes.set_merged(db, {tag_id: into})


def _tag_of(db: Database, step_id: int) -> tuple[int, str] | None:
    """Return id and name of the tag that a decision is about."""
    row = db.execute(
        """
        SELECT t.id, t.name FROM decision_journal j JOIN tags t ON t.id = j.tag_id
        WHERE j.step_id = ? LIMIT 1
        """,
        [step_id],
    ).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


def _came_back_at(db: Database, tag_id: int, *, but: int = 0) -> int | None:
    """Return since which entry of the journal a tag is shown only for the decisions that brought it back.

    Args:
        db: the library.
        tag_id: the tag.
        but: a step that does not count.

    Returns:
        0 where that is not known; None where the last step about hiding it that stands did not hide it.
    """
    last = db.execute(
        """
        SELECT id, kind = 'delete_tag' OR json_extract(details, '$.hidden') FROM steps
        WHERE kind IN ('delete_tag', 'hide_label', 'rename_tag') AND undone_at IS NULL AND id != ?
            AND coalesce(json_extract(details, '$.tag_id'), json_extract(details, '$.onto.id')) = ?
            AND coalesce(json_extract(details, '$.hides'), 1)
        ORDER BY id DESC LIMIT 1
        """,
        [but, tag_id],
    ).fetchone()
    if last is None or not last[1]:
        return None
    (first,) = db.execute(
        """
        SELECT min(id) FROM steps
        WHERE id > ? AND kind = 'tag' AND json_extract(details, '$.revived.tag_id') = ?
        """,
        [last[0], tag_id],
    ).fetchone()
    return 0 if first is None else _first_entry(db, first)


def _first_entry(db: Database, step_id: int) -> int:
    (id_,) = db.execute("SELECT min(id) FROM decision_journal WHERE step_id = ?", [step_id]).fetchone()
    return int(id_ or 0)


def _is_given(db: Database, tag_id: int, since: int) -> bool:
    """Whether a video carries a tag by a decision that stands, of this entry of the journal or a later one.

    By the numbers of entries, and not of steps: what is done again has a new entry. 0 means any decision,
    also one that is older than the journal.
    """
    row = db.execute(
        """
        SELECT 1 FROM video_tags t WHERE t.tag_id = :tag AND t.state = 'confirmed' AND (:since = 0 OR EXISTS (
            SELECT 1 FROM decision_journal j WHERE j.video_id = t.video_id AND j.tag_id = t.tag_id
                AND j.undone_at IS NULL AND j.id >= :since))
        LIMIT 1
        """,
        {"tag": tag_id, "since": since},
    ).fetchone()
    return row is not None


def _was_merged_by_an_undone_step(db: Database, step_id: int, tag_id: int, into: int) -> bool:
    """Whether the merge that let another tag stand for one before a step was undone; a new name is none."""
    row = db.execute(
        """
        SELECT undone_at IS NOT NULL FROM steps
        WHERE id < ? AND kind = 'merge_tags' AND json_extract(details, '$.into_id') = ?
            AND json_type(details, ?) IS NOT NULL
        ORDER BY id DESC LIMIT 1
        """,
        [step_id, into, f'$.merged_into."{tag_id}"'],
    ).fetchone()
    return row is not None and bool(row[0])
