"""What a library knows of contents, for whoever has files with these fingerprints and one model."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from organizer.library.database.columns import chunks, marks
from organizer.library.records import Facts, KnownContent
from organizer.types import TagState, VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database


def known_contents(db: Database, fingerprints: Iterable[str], space_id: str) -> dict[str, KnownContent]:
    """Return by fingerprint what is known of readable videos, with their features of one space."""
    import numpy as np

    columns = [f"v.{field.name}" for field in fields(Facts)]
    found = {}
    for chunk in chunks(fingerprints):
        rows = db.execute(
            f"""
            SELECT v.fingerprint, v.id, s.bundle, f.dimension, f.data, {", ".join(columns)}
            FROM videos v LEFT JOIN features f ON f.video_id = v.id AND f.space_id = ?
                LEFT JOIN scores s ON s.video_id = v.id
            WHERE v.status = 'ok' AND v.fingerprint IN ({marks(chunk)})
            """,
            [space_id, *chunk],
        ).fetchall()
        decided = _decided(db, [id_ for _, id_, *_ in rows])
        for fingerprint, id_, bundle, dimension, data, *facts in rows:
            features = (
                None
                if data is None
                else VideoFeatures(space_id, np.frombuffer(data, np.uint8).reshape(-1, dimension))
            )
            confirmed, rejected = (
                tuple(name for name, state in decided.get(id_, ()) if state is wanted)
                for wanted in (TagState.CONFIRMED, TagState.REJECTED)
            )
            found[fingerprint] = KnownContent(id_, Facts(*facts), features, bundle, confirmed, rejected)
    return found


def confirmed_tags(db: Database) -> list[str]:
    """Return the names of all tags that a person confirmed for any video, by name."""
    rows = db.execute(
        """
        SELECT name FROM tags t
        WHERE NOT hidden
            AND EXISTS (SELECT 1 FROM video_tags vt WHERE vt.tag_id = t.id AND vt.state = 'confirmed')
        ORDER BY folded
        """
    )
    return [name for (name,) in rows]


def _decided(db: Database, video_ids: list[int]) -> dict[int, list[tuple[str, TagState]]]:
    """Return names and states of the tags that a person decided about, by video."""
    rows = db.execute(
        f"""
        SELECT vt.video_id, t.name, vt.state FROM video_tags vt JOIN tags t ON t.id = vt.tag_id
        WHERE NOT t.hidden AND vt.state != 'suggested' AND vt.video_id IN ({marks(video_ids)})
        ORDER BY t.folded
        """,
        video_ids,
    )
    decided: dict[int, list[tuple[str, TagState]]] = {}
    for video_id, name, state in rows:
        decided.setdefault(video_id, []).append((name, TagState(state)))
    return decided
