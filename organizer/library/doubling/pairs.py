"""Videos that show the same film, as the last search found them, and what a person answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.columns import chunks, marks, now_text
from organizer.library.database.transaction import transaction
from organizer.library.doubles import DoublePair, PairKind, SearchState, VideoRows
from organizer.library.doubling.decisions import keep_decisions
from organizer.library.recordings.likeness import Likeness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Step

_TOGETHER = 256
"""Videos that are read at a time: 12 MB of features, and no writer's work is kept from the disk for long."""


class Doubles:
    """The doubles of a library."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._likeness = Likeness(db)

    # What a search reads

    def videos(self, space_id: str) -> Iterator[VideoRows]:
        """Yield the videos that lie somewhere and have features of one space, by id, some at a time."""
        import numpy as np

        last = 0
        while True:
            rows = self._db.execute(
                """
                SELECT f.video_id, v.duration_s, f.dimension, f.data
                FROM features f INDEXED BY features_by_space JOIN videos v ON v.id = f.video_id
                WHERE f.space_id = ? AND f.video_id > ? AND v.present_in > 0 AND v.status = 'ok'
                ORDER BY f.video_id LIMIT ?
                """,
                [space_id, last, _TOGETHER],
            ).fetchall()
            for id_, duration_s, dimension, data in rows:
                yield VideoRows(id_, duration_s, np.frombuffer(data, np.uint8).reshape(-1, dimension))
            if len(rows) < _TOGETHER:
                return
            last = rows[-1][0]

    def videos_of(self, video_ids: Iterable[int], space_id: str) -> Iterator[VideoRows]:
        """Yield some videos, in no certain order, without those that have no features of the space."""
        import numpy as np

        for chunk in chunks(video_ids):
            rows = self._db.execute(
                f"""
                SELECT f.video_id, v.duration_s, f.dimension, f.data
                FROM features f JOIN videos v ON v.id = f.video_id
                WHERE f.space_id = ? AND f.video_id IN ({marks(chunk)})
                """,
                [space_id, *chunk],
            ).fetchall()
            for id_, duration_s, dimension, data in rows:
                yield VideoRows(id_, duration_s, np.frombuffer(data, np.uint8).reshape(-1, dimension))

    def some_videos(self, space_id: str, most: int) -> Iterator[VideoRows]:
        """Yield at most so many videos with features of a space, spread over all; always the same ones."""
        ids = [
            id_
            for (id_,) in self._db.execute(
                """
                SELECT f.video_id FROM features f INDEXED BY features_by_space
                WHERE f.space_id = ? ORDER BY f.video_id
                """,
                [space_id],
            )
        ]
        step = max(1, len(ids) // most)
        yield from self.videos_of(ids[::step][:most], space_id)

    def state(self, space_id: str) -> SearchState:
        """Return of which videos a search would know now."""
        row = self._db.execute(
            """
            SELECT count(*), coalesce(max(f.video_id), 0)
            FROM features f INDEXED BY features_by_space JOIN videos v ON v.id = f.video_id
            WHERE f.space_id = ? AND v.present_in > 0 AND v.status = 'ok'
            """,
            [space_id],
        ).fetchone()
        return SearchState(*row)

    def posters_alike(self, first_id: int, second_id: int) -> float:
        """Return how much the posters of two videos are alike, as correlation; 0 where one shows nothing."""
        upright, _ = self._likeness.posters(first_id, second_id)
        return upright

    # What it found

    def store(self, space_id: str, state: SearchState, pairs: Sequence[DoublePair]) -> None:
        """Store what a search found, in place of what the one before it did.

        Args:
            space_id: the feature space.
            state: of which videos it knew when it began.
            pairs: those that it found; of videos that are gone by now they are passed over.
        """
        with transaction(self._db):
            self._db.execute("DELETE FROM double_searches")
            self._db.execute(
                "INSERT INTO double_searches (space_id, videos, newest_id, found_at) VALUES (?, ?, ?, ?)",
                [space_id, state.videos, state.newest_id, now_text()],
            )
            self._db.conn.executemany(
                """
                INSERT INTO double_pairs (space_id, first_id, second_id, kind, offset_s, overlap_s,
                    likeness, timing)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
                WHERE EXISTS (SELECT 1 FROM videos WHERE id = ?2)
                    AND EXISTS (SELECT 1 FROM videos WHERE id = ?3)
                """,
                [
                    (
                        *(space_id, pair.first_id, pair.second_id, pair.kind.value),
                        *(pair.offset_s, pair.overlap_s, pair.likeness, pair.timing),
                    )
                    for pair in pairs
                ],
            )

    def last_search(self) -> tuple[str, SearchState] | None:
        """Return the feature space of the last search, and of which videos it knew; None before the first."""
        row = self._db.execute("SELECT space_id, videos, newest_id, found_at FROM double_searches").fetchone()
        return None if row is None else (str(row[0]), SearchState(*row[1:]))

    def pairs(self) -> list[DoublePair]:
        """Return what the last search found, by ids.

        Without pairs that a person says are none, and videos that lie nowhere any more.
        """
        rows = self._db.execute(
            """
            SELECT p.first_id, p.second_id, p.kind, p.offset_s, p.overlap_s, p.likeness,
                p.timing
            FROM double_pairs p JOIN videos a ON a.id = p.first_id JOIN videos b ON b.id = p.second_id
            WHERE a.present_in > 0 AND b.present_in > 0 AND NOT EXISTS (
                SELECT 1 FROM not_doubles n WHERE n.first_id = p.first_id AND n.second_id = p.second_id)
            ORDER BY p.first_id, p.second_id
            """
        )
        return [DoublePair(first, second, PairKind(kind), *rest) for first, second, kind, *rest in rows]

    def at_several_places(self) -> list[int]:
        """Return the readable videos of which more than one file is there.

        These are the same, as far as their size and a sample of them tell.
        """
        rows = self._db.execute(
            """
            SELECT p.video_id FROM places p JOIN videos v ON v.id = p.video_id
            WHERE p.missing_since IS NULL AND v.status = 'ok'
            GROUP BY p.video_id HAVING count(*) > 1 ORDER BY p.video_id
            """
        )
        return [id_ for (id_,) in rows]

    # What a person does

    def say_not_the_same(self, video_id: int, others: Iterable[int]) -> None:
        """Remember that a video is no double of some others, whatever a search finds."""
        said = [
            (min(video_id, other), max(video_id, other), now_text()) for other in others if other != video_id
        ]
        with transaction(self._db, durable=True):
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO not_doubles (first_id, second_id, said_at) VALUES (?, ?, ?)", said
            )

    def forget_not_the_same(self, video_id: int, others: Iterable[int]) -> None:
        """Take that back."""
        with transaction(self._db, durable=True):
            self._db.conn.executemany(
                "DELETE FROM not_doubles WHERE first_id = ? AND second_id = ?",
                [(min(video_id, other), max(video_id, other)) for other in others],
            )

    def said_not_the_same(self) -> set[tuple[int, int]]:
        """Return the pairs that a person says are none, the smaller id first."""
        return set(self._db.execute("SELECT first_id, second_id FROM not_doubles").fetchall())

    def keep_decisions(
        self, groups: Iterable[tuple[int, Sequence[int]]], parts: Collection[int] = frozenset()
    ) -> Step:
        """Carry what was decided about doubles to the video that is kept of each group, as one step.

        What was decided about that one stays; of two decisions about others the newer holds.

        Args:
            groups: the video to keep, and the others.
            parts: those of the others that show only a part of it: what was rejected there is not carried.

        Returns:
            The step; its id is 0 where nothing changed.
        """
        with transaction(self._db, durable=True):
            return keep_decisions(self._db, groups, parts)
