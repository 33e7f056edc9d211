"""Reviews: a list of suggestions that stays as it was begun, and what a person says of each.

An answer is an ordinary decision, with its step in the history. Whether something still waits is told from
what stands of the tag now, so what was decided elsewhere, or undone there, counts at once.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.errors import ReviewError
from organizer.library.actions import TagChange
from organizer.library.database.columns import chunks, from_column, marks, now_text
from organizer.library.database.transaction import transaction
from organizer.library.deciding import steps
from organizer.library.deciding.decisions import decide
from organizer.library.deciding.taught_rows import TAG_OF
from organizer.library.history.undo import undo_step
from organizer.library.reading.tags import find_tag
from organizer.library.reviews import Answer, Learnt, Review, ReviewItem, Suggestion, Tally
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

KEPT = 20
"""Reviews; older ones are forgotten, not what was answered."""

# Tags that were taught and are switched off, or forgotten, and not taught again.
_NOT_SUGGESTED = f"""
    SELECT t.id FROM taught l JOIN tags t ON {TAG_OF} WHERE l.refines IS NULL AND NOT l.enabled
    UNION
    SELECT json_extract(details, '$.tag_id') FROM steps WHERE kind = 'unlearn_tag' AND undone_at IS NULL
    EXCEPT
    SELECT t.id FROM taught l JOIN tags t ON {TAG_OF} WHERE l.enabled
"""
# A tag that was merged into another is that one now.
_ITEMS = f"""
    SELECT i.position, i.rank, v.id AS video_id, t.id AS tag_id, t.name, i.score, i.seconds, i.answer, i.turn,
        CASE
            WHEN v.id IS NULL OR v.present_in IS NULL OR t.id IS NULL OR t.hidden THEN 'gone'
            WHEN d.state IN ('confirmed', 'rejected')
                THEN CASE WHEN i.answer IN ('yes', 'no') THEN 'answered' ELSE 'elsewhere' END
            -- A tag of the person's own that no model knows simply goes when it is rejected.
            WHEN i.answer IN ('yes', 'no') AND d.state IS NULL THEN 'answered'
            -- One that is not suggested any more, and not just of this video.
            WHEN d.state IS NULL AND t.id IN ({_NOT_SUGGESTED}) THEN 'gone'
            WHEN i.answer = 'skipped' THEN 'skipped'
            ELSE 'left'
        END AS stands,
        d.state
    FROM review_items i
    LEFT JOIN videos v ON v.id = i.video_id
    LEFT JOIN tags o ON o.id = i.tag_id
    LEFT JOIN tags t ON t.id = coalesce(o.merged_into, o.id)
    LEFT JOIN video_tags d ON d.video_id = v.id AND d.tag_id = t.id
    WHERE i.review_id = :review
"""


class Reviews:
    """The reviews of a library."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self, tags: Sequence[str] = (), video_ids: Sequence[int] | None = None) -> list[Suggestion]:
        """Return suggestions that wait for a person, maybes and others, of videos that lie somewhere.

        Args:
            tags: only of these; none means all.
            video_ids: only of these videos; None means all.
        """
        chosen = None if video_ids is None else set(video_ids)
        ids = [find_tag(self._db, tag) for tag in tags]
        if tags and not any(ids):
            return []
        rows = self._db.execute(
            f"""
            SELECT d.video_id, t.name, d.score, d.seconds, p.root_id, p.relative_path
            FROM tags t JOIN video_tags d ON d.tag_id = t.id AND d.state = 'suggested'
            JOIN videos v ON v.id = d.video_id AND v.present_in IS NOT NULL
            JOIN places p ON p.id = (SELECT min(id) FROM places WHERE video_id = v.id)
            WHERE NOT t.hidden AND d.score IS NOT NULL
                {f"AND t.id IN ({marks(ids)})" if tags else ""}
            ORDER BY t.folded, d.video_id
            """,
            ids if tags else [],
        )
        return [
            Suggestion(video_id, tag, score, tuple(json.loads(seconds)), _folder(root, path))
            for video_id, tag, score, seconds, root, path in rows
            if chosen is None or video_id in chosen
        ]

    def begin(self, asked: str, suggestions: Sequence[Suggestion]) -> Review:
        """Begin a review of suggestions, in their order, which stays; reviews of before stay beside it.

        Args:
            asked: what was asked for, in words.
            suggestions: one or more.
        """
        with transaction(self._db):
            review_id = self._db.execute(
                "INSERT INTO reviews (begun_at, asked) VALUES (?, ?)", [now_text(), asked]
            ).lastrowid
            assert review_id is not None
            tags = {tag: find_tag(self._db, tag) for tag in {one.tag for one in suggestions}}
            self._db.conn.executemany(
                "INSERT INTO review_items (review_id, position, rank, video_id, tag_id, score, seconds) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        review_id,
                        position,
                        position,
                        one.video_id,
                        tags[one.tag],
                        one.score,
                        json.dumps(one.seconds),
                    )
                    for position, one in enumerate(suggestions, start=1)
                ],
            )
            self._db.execute("DELETE FROM reviews WHERE id <= ?", [review_id - KEPT])
        return self.get(review_id)

    def newest(self) -> Review | None:
        """Return the review that was begun last, None where there is none."""
        (newest,) = self._db.execute("SELECT max(id) FROM reviews").fetchone()
        return None if newest is None else self.get(newest)

    def get(self, review_id: int) -> Review:
        """Return how far a review is.

        Raises:
            ReviewError: there is none with this id.
        """
        row = self._db.execute(
            "SELECT begun_at, asked, learnt FROM reviews WHERE id = ?", [review_id]
        ).fetchone()
        if row is None:
            raise ReviewError("This review is not kept any more. Begin a new one.")
        counts: dict[str, int] = dict(
            self._db.execute(
                f"SELECT stands, count(*) FROM ({_ITEMS}) GROUP BY stands", {"review": review_id}
            ).fetchall()
        )
        (put_off,) = self._db.execute(
            f"SELECT count(*) FROM ({_ITEMS}) WHERE stands = 'left' AND answer = 'later'",
            {"review": review_id},
        ).fetchone()
        return Review(
            id=review_id,
            begun_at=row[0],
            asked=row[1],
            total=sum(counts.values()),
            answered=counts.get("answered", 0),
            skipped=counts.get("skipped", 0),
            elsewhere=counts.get("elsewhere", 0),
            gone=counts.get("gone", 0),
            left=counts.get("left", 0),
            put_off=put_off,
            learnt=tuple(Learnt(**one) for one in json.loads(row[2])),
        )

    def left(self, review_id: int, limit: int | None = None) -> list[ReviewItem]:
        """Return what waits for an answer, in its order: what was put off comes last."""
        rows = self._db.execute(
            f"""
            SELECT position, video_id, name, score, seconds, answer FROM ({_ITEMS}) WHERE stands = 'left'
            ORDER BY answer IS 'later', CASE WHEN answer IS 'later' THEN turn END, rank, position LIMIT :limit
            """,
            {"review": review_id, "limit": -1 if limit is None else limit},
        )
        return [
            ReviewItem(position, video_id, tag, score, tuple(json.loads(seconds)), answer == Answer.LATER)
            for position, video_id, tag, score, seconds, answer in rows
        ]

    def tallies(self, review_id: int) -> list[Tally]:
        """Return by tag what was answered, by what stands now, in the order of the review."""
        rows = self._db.execute(
            f"""
            SELECT name,
                sum(stands = 'answered' AND state IS 'confirmed'),
                sum(stands = 'answered' AND state IS NOT 'confirmed'),
                sum(stands = 'left')
            FROM ({_ITEMS}) WHERE name IS NOT NULL GROUP BY tag_id ORDER BY min(position)
            """,
            {"review": review_id},
        )
        return [Tally(*row) for row in rows]

    def answer(self, review_id: int, position: int, *, yes: bool) -> bool:
        """Note whether a tag fits: an ordinary decision.

        Returns:
            Whether it was noted; False where the suggestion does not wait any more, as where another tab or
            page answered it.
        """
        with transaction(self._db, durable=True):
            item = self._waiting_at(review_id, position)
            if item is None:
                return False
            state = TagState.CONFIRMED if yes else TagState.REJECTED
            step = decide(self._db, TagChange(item.tag, state), [item.video_id])
            self._say(review_id, [position], Answer.YES if yes else Answer.NO, step.id or None)
        return True

    def put_off(self, review_id: int, position: int) -> bool:
        """Let a suggestion come again after all others.

        Returns:
            Whether it waited for an answer.
        """
        with transaction(self._db, durable=True):
            if self._waiting_at(review_id, position) is None:
                return False
            self._say(review_id, [position], Answer.LATER)
        return True

    def skip(self, review_id: int, positions: Sequence[int]) -> int:
        """Pass over suggestions, and decide nothing about them.

        Returns:
            How many of them waited for an answer.
        """
        with transaction(self._db, durable=True):
            waiting = {item.position for item in self.left(review_id)}
            skipped = [position for position in positions if position in waiting]
            if skipped:
                self._say(review_id, skipped, Answer.SKIPPED)
        return len(skipped)

    def undo(self, review_id: int) -> int:
        """Take back what was said last: a decision is undone, what was skipped or put off waits again.

        A decision that was made anew elsewhere since is passed over: that one stands.

        Returns:
            The position that it was about, the first where it was several; 0 where there is nothing to undo.
        """
        with transaction(self._db, durable=True):
            while rows := self._said_last(review_id):
                undone = [
                    position for position, step_id in rows if step_id is None or self._taken_back(step_id)
                ]
                self._forget(review_id, undone, "answer = NULL, turn = NULL, step_id = NULL")
                self._forget(review_id, [position for position, _ in rows], "turn = NULL")
                if undone:
                    return undone[0]
        return 0

    def _taken_back(self, step_id: int) -> bool:
        """Undo a decision; tell whether it is undone now, be it in the history before."""
        if undo_step(self._db, step_id).done:
            return True
        step = steps.find(self._db, step_id)
        return step is None or step.undone

    def _said_last(self, review_id: int) -> list[tuple[int, int | None]]:
        """Return positions and steps of what was said last and can be taken back."""
        return self._db.execute(
            """
            SELECT position, step_id FROM review_items WHERE review_id = :review AND turn = (
                SELECT max(turn) FROM review_items WHERE review_id = :review)
            ORDER BY position
            """,
            {"review": review_id},
        ).fetchall()

    def _forget(self, review_id: int, positions: Sequence[int], what: str) -> None:
        for chunk in chunks(positions):
            self._db.execute(
                f"UPDATE review_items SET {what} WHERE review_id = ? AND position IN ({marks(chunk)})",
                [review_id, *chunk],
            )

    def rearrange(self, review_id: int, positions: Sequence[int]) -> None:
        """Ask about some items in another order, at the places in the order that they have together."""
        with transaction(self._db):
            for chunk in chunks(positions):
                ranks = self._db.execute(
                    f"SELECT rank FROM review_items WHERE review_id = ? AND position IN ({marks(chunk)}) "
                    "ORDER BY rank",
                    [review_id, *chunk],
                ).fetchall()
                self._db.conn.executemany(
                    "UPDATE review_items SET rank = ? WHERE review_id = ? AND position = ?",
                    [(rank, review_id, position) for (rank,), position in zip(ranks, chunk, strict=True)],
                )

    def answered(self, review_id: int, tag: str) -> list[int]:
        """Return the videos for which a tag was decided about, in this review or meanwhile elsewhere."""
        rows = self._db.execute(
            f"""
            SELECT video_id FROM ({_ITEMS}) WHERE name = :tag AND stands IN ('answered', 'elsewhere')
            ORDER BY position
            """,
            {"review": review_id, "tag": tag},
        )
        return [video_id for (video_id,) in rows]

    def note_learnt(self, review_id: int, learnt: Sequence[Learnt]) -> None:
        """Keep what became of the tags that were learnt again last."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE reviews SET learnt = ? WHERE id = ?",
                [json.dumps([asdict(one) for one in learnt]), review_id],
            )

    def _waiting_at(self, review_id: int, position: int) -> ReviewItem | None:
        row: tuple[Any, ...] | None = self._db.execute(
            f"""
            SELECT video_id, name, score, seconds, answer FROM ({_ITEMS} AND i.position = :position)
            WHERE stands = 'left'
            """,
            {"review": review_id, "position": position},
        ).fetchone()
        if row is None:
            return None
        video_id, tag, score, seconds, answer = row
        return ReviewItem(position, video_id, tag, score, tuple(json.loads(seconds)), answer == Answer.LATER)

    def _say(
        self, review_id: int, positions: Sequence[int], answer: Answer, step_id: int | None = None
    ) -> None:
        self._db.execute("UPDATE reviews SET turn = turn + 1 WHERE id = ?", [review_id])
        for chunk in chunks(positions):
            self._db.execute(
                f"""
                UPDATE review_items SET answer = ?, step_id = ?,
                    turn = (SELECT turn FROM reviews WHERE id = review_id)
                WHERE review_id = ? AND position IN ({marks(chunk)})
                """,
                [answer.value, step_id, review_id, *chunk],
            )


def _folder(root_id: int, relative_path: str | bytes) -> str:
    return f"{root_id}/{from_column(relative_path).rpartition('/')[0]}"
