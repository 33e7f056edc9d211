"""Undo and redo steps: each part of a step is restored unless something later was done there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.library.actions import StepKind, StepOutcome
from organizer.library.database.columns import now_text
from organizer.library.deciding import entries, journal, marks, steps
from organizer.library.history import naming
from organizer.library.history.tally import Tally
from organizer.library.history.undo_details import redo_details, undo_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.library.deciding.entries import Item
    from organizer.library.deciding.journal import TagEntry
    from organizer.library.records import TagRow


_DECIDED_SINCE = "something was decided there since"
_TRIED_AGAIN = (StepKind.TAG, StepKind.RETAG, StepKind.EXCLUDE, StepKind.FORGET_FOLDER)


def undo_step(db: Database, step_id: int) -> StepOutcome:
    """Undo a step; call it inside a transaction.

    Returns:
        What was restored, and what stays; false, and nothing is changed, where there is no such step or all
        of it stays.
    """
    step = steps.find(db, step_id)
    if step is None:
        return StepOutcome(done=False, reasons=("There is no such step.",))
    if (why := _why_not(db, step, redo=False)) is not None:
        return StepOutcome(done=False, reasons=(why,))
    tally = Tally()
    _undo_entries(db, step, tally)
    if not step.undone or step.kind in _TRIED_AGAIN:
        # What could not be undone of it may be free by now.
        undo_details(db, step, tally)
    # One that brought no decision, or none that still stands, is undone all the same.
    tally.done |= step.kind is StepKind.MERGE and not step.undone
    if tally.done or tally.restored:
        steps.set_undone(db, step_id, undone=True)
        if step.kind is StepKind.MERGE:
            _set_merge(db, step_id, now_text())
    elif step.undone and not tally.kept:
        tally.reasons.append("This step was undone before.")
    return tally.outcome()


def redo_step(db: Database, step_id: int) -> StepOutcome:
    """Do again what a step did before it was undone; call it inside a transaction.

    Returns:
        What was done again, and what stays; false, and nothing is changed, where it was not undone or all of
        it stays.
    """
    step = steps.find(db, step_id)
    if step is None:
        return StepOutcome(done=False, reasons=("There is no such step.",))
    if not step.undone:
        return StepOutcome(done=False, reasons=("This step was not undone.",))
    if (why := _why_not(db, step, redo=True)) is not None:
        return StepOutcome(done=False, reasons=(why,))
    tally = Tally()
    _redo_entries(db, step, tally)
    redo_details(db, step, tally)
    if tally.done or tally.restored:
        steps.set_undone(db, step_id, undone=False)
        if step.kind is StepKind.MERGE:
            _set_merge(db, step_id, None)
    return tally.outcome()


def _why_not(db: Database, step: Step, *, redo: bool) -> str | None:
    """Return why a step is neither undone nor done again, not even in part, if that is so."""
    if not step.moves_files:
        return naming.why_not(db, step, redo=redo)
    if redo or step.undone:
        return "These files were moved back."
    if not step.undoable:
        return "These files were taken away since they were moved."
    return "Files are moved back, the last move first, by: organizer duplicates --undo-move"


def _undo_entries(db: Database, step: Step, tally: Tally) -> None:
    step_id, now = step.id, now_text()
    items = _free_tags(entries.standing(db, entries.TAGS, step_id), step, tally)
    rows = []
    for item, row in _with_rows(db, items):
        rows.append((item.video_id, item.key, _again(db, item, row, back=True)))
    journal.put_all(db, rows)
    entries.end(db, entries.TAGS, items, now, with_step=True)
    items = _free(entries.standing(db, entries.MARKS, step_id), tally)
    marks.put(db, [(item.video_id, item.key, item.before) for item in items])
    entries.end(db, entries.MARKS, items, now, with_step=True)


def _redo_entries(db: Database, step: Step, tally: Tally) -> None:
    step_id = step.id
    items = _free_tags(entries.undone(db, entries.TAGS, step_id), step, tally)
    noted: dict[int | None, list[TagEntry]] = defaultdict(list)
    rows = []
    for item, row in _with_rows(db, items):
        again = _again(db, item, row, back=False)
        rows.append((item.video_id, item.key, again))
        noted[item.merge_id].append((item.video_id, item.key, row, again))
    journal.put_all(db, rows)
    for merge_id, changes in noted.items():
        journal.note(db, step_id, changes, merge_id=merge_id)
    items = _free(entries.undone(db, entries.MARKS, step_id), tally)
    marked = defaultdict(list)
    for item, bits in zip(items, marks.bits_of(db, items), strict=True):
        marked[item.merge_id].append((item.video_id, item.key, bits, item.after))
    marks.put(db, [(item.video_id, item.key, item.after) for item in items])
    for merge_id, changed in marked.items():
        marks.note(db, step_id, changed, merge_id=merge_id)


def _again(db: Database, item: Item, row: TagRow | None, *, back: bool) -> TagRow | None:
    """Return what to store of a tag: what was before the step again, or after it."""
    before, after = journal.read_row(item.before), journal.read_row(item.after)
    if not back:
        before, after = after, before
    return journal.before_again(
        db, (item.video_id, item.key), row, before=before, after=after, exact=item.merge_id is None
    )


def _free_tags(items: Sequence[Item], step: Step, tally: Tally) -> list[Item]:
    """Return the same of tags; of a tag that moved to another row, both of a video or none."""
    if step.kind is StepKind.RENAME_TAG:
        above = {item.video_id for item in items if not item.is_last}
        items = [replace(item, is_last=item.video_id not in above) for item in items]
    return _free(items, tally)


def _free(items: Iterable[Item], tally: Tally) -> list[Item]:
    """Return the items that nothing stands above, and note what becomes of all."""
    free = []
    for item in items:
        if item.is_last:
            free.append(item)
            tally.restored.add(item.video_id)
        else:
            tally.kept[_DECIDED_SINCE].add(item.video_id)
    return free


def _with_rows(db: Database, items: Sequence[Item]) -> list[tuple[Item, TagRow | None]]:
    """Return items with what is stored of their tags now."""
    by_tag = defaultdict(list)
    for item in items:
        by_tag[item.key].append(item)
    found = []
    for tag_id, of_tag in by_tag.items():
        rows = journal.tag_rows(db, [item.video_id for item in of_tag], tag_id)
        found += [(item, rows.get(item.video_id)) for item in of_tag]
    return found


def _set_merge(db: Database, step_id: int, undone_at: str | None) -> None:
    """Note of a merge that it was undone: what it brought counts for nothing in later merges."""
    db.execute(
        "UPDATE merges SET undone_at = ? WHERE id = ?", [undone_at, steps.details_of(db, step_id)["merge"]]
    )
