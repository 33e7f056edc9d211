"""Tag videos again from their stored features: no video is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.queries import stored_features
from organizer.pipeline.analyse import tagging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from organizer.library.store import Store, TagChange
    from organizer.tags.tagger import Tagger

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class RetagProgress:
    """How far tagging again has come."""

    done: int
    """Videos looked at so far."""
    total: int
    tagged: int
    """Videos among them that have features of this model's space; the others need a scan."""
    changes: tuple[TagChange, ...]
    """Videos of the last step whose tags changed."""


def retag(db: Database, store: Store, tagger: Tagger, video_ids: Sequence[int]) -> Iterator[RetagProgress]:
    """Score stored features again, store scores and suggestions, keep what the person decided.

    Each step of a few hundred videos is one transaction; stopping between steps loses nothing.

    Raises:
        BundleError: the classifier is missing or damaged.
    """
    tagged = 0
    for start in range(0, len(video_ids), _CHUNK):
        chunk = video_ids[start : start + _CHUNK]
        features = dict(stored_features(db, chunk, tagger.bundle.space_id))
        scores = tagger.score(list(features.values()))
        changes = store.store_tagging(
            (video_id, tagging(tagger, video)) for video_id, video in zip(features, scores, strict=True)
        )
        tagged += len(features)
        yield RetagProgress(start + len(chunk), len(video_ids), tagged, tuple(changes))
