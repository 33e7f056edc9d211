"""Tag videos again from their stored features: no video is opened."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library import Library
from organizer.library.changes import TagChange
from organizer.pipeline.analyse import tagging
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from threading import Event

    from organizer.tags.tagger import Tagger
    from organizer.types import VideoScores

CHUNK = 192
"""Videos of a step: three full batches of the classifier, 9 MB of features, and a transaction so short that a
person's decision meanwhile does not wait for it noticeably."""


@dataclass(frozen=True, slots=True)
class RetagProgress:
    """How far tagging again has come."""

    done: int
    """Videos looked at so far."""
    total: int
    tagged: int
    """Videos among them that have features of this model's space; the others need a scan."""
    changes: tuple[TagChange, ...]
    """Videos of the last step whose tags or maybes changed."""


def retag(
    library: Library,
    tagger: Tagger,
    video_ids: Sequence[int],
    *,
    stop: Event | None = None,
    chunk_size: int = CHUNK,
) -> Generator[RetagProgress, None, None]:
    """Score stored features again, store scores and suggestions, keep what the person decided.

    Each step of a few hundred videos is one transaction; stopping between steps loses nothing. While one step
    is stored, the classifier works on the next. Videos go by their ids, the order in which they lie on disk.

    Args:
        library: the library.
        tagger: the model.
        video_ids: the videos.
        stop: looked at between two steps.
        chunk_size: videos of a step.

    Raises:
        BundleError: the classifier is missing or damaged.
        StoppedError: ``stop`` was set; what was tagged until then is stored.
    """
    ids = sorted(video_ids)
    chunks = [ids[start : start + chunk_size] for start in range(0, len(ids), chunk_size)]
    tagged = 0
    # The classifier has a thread of its own; the connection belongs to this one.
    with ThreadPoolExecutor(1, thread_name_prefix="retag") as scorer:

        def begin(chunk: Sequence[int]) -> tuple[list[int], Future[list[VideoScores]]]:
            features = dict(library.features.of(chunk, tagger.bundle.space_id))
            return list(features), scorer.submit(tagger.score, list(features.values()))

        ahead = begin(chunks[0]) if chunks else None
        for number, chunk in enumerate(chunks):
            check(stop)
            assert ahead is not None
            featured, future = ahead
            scores = future.result()
            ahead = begin(chunks[number + 1]) if number + 1 < len(chunks) else None
            changes = library.contents.store_tagging(
                (video_id, tagging(tagger, video)) for video_id, video in zip(featured, scores, strict=True)
            )
            tagged += len(featured)
            yield RetagProgress(number * chunk_size + len(chunk), len(ids), tagged, tuple(changes))
