"""What is stored for which model: the features of videos in its space, and who tagged them last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.columns import chunks, marks
from organizer.library.reading import feature_stamps
from organizer.library.reading.sql import STATUS_SQL
from organizer.types import VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database


class Features:
    """Features of a library's videos, for those who have a model."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, video_ids: Iterable[int], space_id: str) -> Iterator[tuple[int, VideoFeatures]]:
        """Yield (video id, features) of the videos that have features in one space, in no certain order."""
        import numpy as np

        for chunk in chunks(video_ids):
            rows = self._db.execute(
                f"""SELECT video_id, dimension, data FROM features
                WHERE space_id = ? AND video_id IN ({marks(chunk)})""",
                [space_id, *chunk],
            ).fetchall()
            for id_, dimension, data in rows:
                yield id_, VideoFeatures(space_id, np.frombuffer(data, np.uint8).reshape(-1, dimension))

    def spaces(self) -> list[str]:
        """Return the feature spaces that the library has features of."""
        # From one to the next along the index: DISTINCT would pass over all videos.
        rows = self._db.execute(
            """
            WITH RECURSIVE spaces (id) AS (
                SELECT min(space_id) FROM features UNION ALL
                SELECT (SELECT min(space_id) FROM features WHERE space_id > spaces.id) FROM spaces
                WHERE spaces.id IS NOT NULL
            )
            SELECT id FROM spaces WHERE id IS NOT NULL
            """
        )
        return [id_ for (id_,) in rows]

    def spaces_of(self, video_id: int) -> list[str]:
        """Return the feature spaces that a video has features of, by name."""
        return feature_stamps.spaces_of(self._db, video_id)

    def state(self, space_id: str) -> str:
        """Return a word that is another one after features of a space came, went or were made anew."""
        return feature_stamps.state(self._db, space_id)

    def stamps(self, space_id: str) -> dict[int, int]:
        """Return by video id, ascending, a number that is another one once its features are stored anew."""
        return feature_stamps.stamps(self._db, space_id)

    def offered(self, video_ids: Iterable[int]) -> set[int]:
        """Return those of some videos that a list would show and whose file lies somewhere."""
        return feature_stamps.offered(self._db, video_ids)

    def count_tagged_by_others(self, bundle: str, space_id: str) -> int:
        """Return how many videos another bundle scored last and one, of this feature space, could score.

        Args:
            bundle: name and version of the one.
            space_id: its feature space.
        """
        row = self._db.execute(
            """
            SELECT count(*) FROM scores s JOIN features f ON f.video_id = s.video_id AND f.space_id = ?
            WHERE (s.bundle < ? OR s.bundle > ?)
                AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = s.video_id)
            """,
            [space_id, bundle, bundle],
        ).fetchone()
        return int(row[0])

    def count_without(self, space_id: str) -> int:
        """Return how many readable videos that lie somewhere have no features of one space.

        All videos less those set aside, less those with features that are not set aside: each is an index's
        count.
        """
        row = self._db.execute(
            """
            WITH aside AS (
                SELECT id FROM videos INDEXED BY videos_set_aside WHERE status != 'ok' OR present_in IS NULL
            )
            SELECT (SELECT count(*) FROM videos) - (SELECT count(*) FROM aside)
                - (SELECT count(*) FROM features INDEXED BY features_by_space WHERE space_id = :space)
                + (SELECT count(*) FROM aside a WHERE EXISTS (
                    SELECT 1 FROM features f WHERE f.video_id = a.id AND f.space_id = :space))
            """,
            {"space": space_id},
        ).fetchone()
        return int(row[0])

    def count_to_look_at(self, video_ids: Iterable[int], space_id: str) -> int:
        """Return how many of these videos lack features of one space and can be read where they are now."""
        total = 0
        for chunk in chunks(video_ids):
            row = self._db.execute(
                f"""SELECT count(*) FROM videos v WHERE v.id IN ({marks(chunk)}) AND {STATUS_SQL} = 'ok'
                AND NOT EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)""",
                [*chunk, space_id],
            ).fetchone()
            total += int(row[0])
        return total
