"""Tags that a person taught: what was learnt of each, what they suggest, and what they are learnt from."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.errors import InvalidTagError
from organizer.library.database.columns import chunks, now_text
from organizer.library.database.transaction import transaction, with_room
from organizer.library.deciding.answered import answered
from organizer.library.deciding.tags import meant_tag, tag_id_of
from organizer.library.deciding.taught_rows import (
    TAG_OF,
    is_taught,
    put_said,
    refines,
    tag_and_rows,
    take_back,
)
from organizer.library.deciding.unlearning import unlearn
from organizer.library.reading.tags import find_tag
from organizer.library.taught import TaughtReport, TaughtTag
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from sqlite_utils import Database

    from organizer.library.actions import Step
    from organizer.types import SuggestedTag

_COLUMNS = """
    t.name, l.space_id, l.enabled, l.taught_at, l.shown, l.not_shown, l.centre, l.scale, l.weights, l.slope,
    l.offset, l.given, l.maybe, l.report, l.score_slope, l.refines,
    l.last_decision,
    CASE WHEN l.refines IS NULL THEN '[]'
        ELSE (SELECT json_group_array(m.folded) FROM tags m WHERE m.merged_into = t.id) END
"""
_SINCE = """
    (SELECT count(DISTINCT j.video_id) FROM decision_journal j
     WHERE j.tag_id = t.id AND (j.id > l.last_decision OR j.undone_at >= l.taught_at))
"""
_SHOWN = "SELECT name, built_in FROM tags WHERE NOT hidden"


class Teaching:
    """What a library knows of the tags that were taught."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def tags(self, space_id: str | None = None) -> list[TaughtTag]:
        """Return the tags that were taught, by name, with those that are switched off or hidden.

        Args:
            space_id: only those learnt in one feature space; None for all.
        """
        return self._read(space_id, _SINCE)

    def _read(self, space_id: str | None, since: str) -> list[TaughtTag]:
        rows = self._db.execute(
            f"""
            SELECT {_COLUMNS}, {since} FROM taught l JOIN tags t ON {TAG_OF}
            WHERE :space IS NULL OR l.space_id = :space
            ORDER BY t.folded, l.space_id, t.id != l.tag_id
            """,
            {"space": space_id},
        ).fetchall()
        found: dict[tuple[str, str], TaughtTag] = {}
        for row in rows:
            tag = _tag(row)
            # Of two that are one tag now, that which was learnt under its own name.
            found.setdefault((tag.name, tag.space_id), tag)
        return list(found.values())

    def suggesting(self, space_id: str) -> list[TaughtTag]:
        """Return those that are suggested to videos of one feature space; ``since`` is not counted.

        A tag of the person's own that was merged into a built-in label does not speak for that.
        """
        shown = {name: bool(built_in) for name, built_in in self._db.execute(_SHOWN)}
        return [
            tag
            for tag in self._read(space_id, "0")
            if tag.enabled and tag.name in shown and (tag.refines is not None or not shown[tag.name])
        ]

    def decided(self, name: str, space_id: str) -> dict[int, bool]:
        """Return by video whether it shows a tag, for those with features that a person decided about.

        The newest decision comes last.

        Raises:
            InvalidTagError: it is no name of a tag.
        """
        tag_id = find_tag(self._db, meant_tag(self._db, name))
        rows = self._db.execute(
            """
            SELECT d.video_id, d.state FROM video_tags d WHERE d.tag_id = ? AND d.state != 'suggested'
            AND EXISTS (SELECT 1 FROM features f WHERE f.video_id = d.video_id AND f.space_id = ?)
            ORDER BY d.changed_at, d.video_id
            """,
            [tag_id, space_id],
        )
        return {video_id: state == TagState.CONFIRMED for video_id, state in rows}

    def once(self, name: str) -> frozenset[str]:
        """Return the folded names of tags that became one, by a merge or by another name.

        Raises:
            InvalidTagError: it is no name of a tag.
        """
        rows = self._db.execute(
            "SELECT folded FROM tags WHERE merged_into = ?",
            [find_tag(self._db, meant_tag(self._db, name))],
        )
        return frozenset(folded for (folded,) in rows)

    def newest_decision(self) -> int:
        """Return the number of the newest decision in the journal, 0 where there is none."""
        (newest,) = self._db.execute("SELECT coalesce(max(id), 0) FROM decision_journal").fetchone()
        return int(newest)

    def answered(self, name: str) -> frozenset[int]:
        """Return the videos whose last decision about a tag was an answer to a suggestion.

        Raises:
            InvalidTagError: it is no name of a tag.
        """
        tag_id = find_tag(self._db, meant_tag(self._db, name))
        return frozenset() if tag_id is None else answered(self._db, tag_id)

    def featured(self, space_id: str) -> list[int]:
        """Return the videos that lie somewhere and have features of one space, in their order."""
        rows = self._db.execute(
            """
            SELECT f.video_id FROM features f JOIN videos v ON v.id = f.video_id
            WHERE f.space_id = ? AND v.present_in IS NOT NULL ORDER BY f.video_id
            """,
            [space_id],
        )
        return [video_id for (video_id,) in rows]

    def store(self, tag: TaughtTag, *, create: bool = False) -> None:
        """Keep what was learnt; what was learnt of the tag before, in the same space, makes way.

        One that is switched off stays so.

        Args:
            tag: what was learnt.
            create: whether the tag is made where there is none, as for what was learnt elsewhere.

        Raises:
            InvalidTagError: it is no name of a tag; or, unless ``create``, the tag was renamed or deleted
                meanwhile.
        """
        with transaction(self._db):
            name = meant_tag(self._db, tag.name, to_add=True)
            tag_id = tag_id_of(self._db, name) if create or name in LABELS else self._standing(name)
            off = self._db.execute(
                "SELECT 1 FROM taught WHERE tag_id = ? AND space_id = ? AND NOT enabled",
                [tag_id, tag.space_id],
            ).fetchone()
            self._db.execute(
                """
                INSERT OR REPLACE INTO taught (tag_id, space_id, enabled, taught_at, shown, not_shown, centre,
                    scale, weights, slope, offset, given, maybe, report, score_slope, refines, last_decision)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    tag_id,
                    tag.space_id,
                    tag.enabled and off is None,
                    now_text(),
                    tag.shown,
                    tag.not_shown,
                    *(_blob(array) for array in (tag.centre, tag.scale, tag.weights)),
                    tag.slope,
                    tag.offset,
                    tag.given,
                    tag.maybe,
                    json.dumps(asdict(tag.report)),
                    tag.score_slope,
                    tag.refines,
                    tag.last_decision,
                ],
            )

    def suggest(self, name: str, said: Mapping[int, SuggestedTag | None]) -> int:
        """Store what a taught tag says of videos: a suggestion, or None.

        What a person decided stays, and so does what a model of the same label suggests where the taught tag
        says nothing, unless it is a label that was refined: then that is what the model says.

        Returns:
            How many videos have the tag as a suggestion that had it not, or in another tier.
        """
        new = 0
        with transaction(self._db):
            tag_id = find_tag(self._db, name)
            if tag_id is None or not is_taught(self._db, tag_id, on=True):
                # Switched off, forgotten, renamed or deleted meanwhile.
                return 0
            is_refined = refines(self._db, tag_id)
            for chunk in chunks(said):
                new += put_said(
                    self._db, tag_id, {video_id: said[video_id] for video_id in chunk}, refines=is_refined
                )
        return new

    def switch(self, name: str, *, on: bool) -> None:
        """Suggest a taught tag, or do not any more; its suggestions go when it is switched off.

        Raises:
            InvalidTagError: it was not taught.
        """
        with transaction(self._db):
            tag_id, rows = tag_and_rows(self._db, name)
            for id_ in rows:
                self._db.execute("UPDATE taught SET enabled = ? WHERE tag_id = ?", [on, id_])
            if not on:
                take_back(self._db, tag_id)

    def unlearn(self, name: str) -> Step:
        """Forget what was learnt of a tag, with its suggestions, as one step; decisions stay.

        Raises:
            InvalidTagError: it was not taught.
        """
        with with_room(self._db), transaction(self._db, durable=True):
            return unlearn(self._db, name)

    def _standing(self, name: str) -> int:
        """Return the id of a tag that is there, under this name, and not hidden."""
        tag_id = find_tag(self._db, name)
        row = self._db.execute(
            "SELECT 1 FROM tags WHERE id = ? AND NOT hidden AND merged_into IS NULL", [tag_id]
        ).fetchone()
        if tag_id is None or row is None:
            raise InvalidTagError(
                f"{name} was renamed or deleted while it was learnt. Teach it by its new name."
            )
        return tag_id

    def tagged_by(self, bundle: str) -> list[int]:
        """Return the videos that a model tagged last, by its name and version."""
        rows = self._db.execute("SELECT video_id FROM scores WHERE bundle = ? ORDER BY video_id", [bundle])
        return [video_id for (video_id,) in rows]


def _tag(row: tuple[Any, ...]) -> TaughtTag:
    name, space_id, enabled, taught_at, shown, not_shown, centre, scale, weights, *rest = row
    slope, offset, given, maybe, report, score_slope, refines, last, once, since = rest
    return TaughtTag(
        name=name,
        space_id=space_id,
        centre=_array(centre),
        scale=_array(scale),
        weights=_array(weights),
        slope=slope,
        offset=offset,
        given=given,
        maybe=maybe,
        shown=shown,
        not_shown=not_shown,
        report=TaughtReport(**json.loads(report)),
        score_slope=score_slope,
        refines=refines,
        once=frozenset(json.loads(once)),
        last_decision=last,
        enabled=bool(enabled),
        taught_at=taught_at,
        since=since,
    )


def _blob(array: NDArray[np.float32]) -> bytes:
    return array.astype("<f4").tobytes()


def _array(blob: bytes) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(blob, "<f4")
