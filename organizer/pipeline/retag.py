"""Tag videos again from their stored features: no video is opened."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from organizer.library import Library
from organizer.library.changes import SuggestionChange
from organizer.pipeline.analyse import tagging, taught_tags
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from threading import Event

    from organizer.library.changes import Tagging
    from organizer.tags.tagger import Tagger
    from organizer.types import VideoFeatures, VideoScores

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
    changes: tuple[SuggestionChange, ...]
    """Videos of the last step whose tags or maybes changed."""
    step_id: int = 0
    """The step of the history that all of it is, to undo it; 0 for a preview."""


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
    In the history all of it is one step, also where it was stopped.

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
    step_id = library.contents.begin_retag(tagger.bundle.id)
    try:
        store = partial(library.contents.store_tagging, step_id=step_id)
        for progress in _scored(library, tagger, video_ids, store, stop=stop, chunk_size=chunk_size):
            yield replace(progress, step_id=step_id)
    finally:
        library.contents.end_retag(step_id)


def preview(
    library: Library,
    tagger: Tagger,
    video_ids: Sequence[int],
    *,
    stop: Event | None = None,
    chunk_size: int = CHUNK,
) -> Generator[RetagProgress, None, None]:
    """Tell what ``retag`` would change, and which tags the person's decisions keep from it; store nothing.

    Args:
        library: the library.
        tagger: the model.
        video_ids: the videos.
        stop: looked at between two steps.
        chunk_size: videos of a step.

    Raises:
        BundleError: the classifier is missing or damaged.
        StoppedError: ``stop`` was set.
    """
    yield from _scored(
        library, tagger, video_ids, library.contents.changes_of, stop=stop, chunk_size=chunk_size
    )


def _scored(
    library: Library,
    tagger: Tagger,
    video_ids: Sequence[int],
    use: Callable[[Iterable[tuple[int, Tagging]]], list[SuggestionChange]],
    *,
    stop: Event | None,
    chunk_size: int,
) -> Generator[RetagProgress, None, None]:
    """Score stored features and hand the taggings of each step to ``use``, which returns what they change."""
    ids = sorted(video_ids)
    chunks = [ids[start : start + chunk_size] for start in range(0, len(ids), chunk_size)]
    tagged = 0
    # The classifier has a thread of its own; the connection belongs to this one.
    with ThreadPoolExecutor(1, thread_name_prefix="retag") as scorer:

        def begin(chunk: Sequence[int]) -> tuple[dict[int, VideoFeatures], Future[list[VideoScores]]]:
            features = dict(library.features.of(chunk, tagger.bundle.space_id))
            return features, scorer.submit(tagger.score, list(features.values()))

        ahead = begin(chunks[0]) if chunks else None
        for number, chunk in enumerate(chunks):
            check(stop)
            assert ahead is not None
            featured, future = ahead
            scores = future.result()
            ahead = begin(chunks[number + 1]) if number + 1 < len(chunks) else None
            taught = taught_tags(library, tagger.bundle)
            changes = use(
                (video_id, tagging(tagger, features, video, taught))
                for (video_id, features), video in zip(featured.items(), scores, strict=True)
            )
            tagged += len(featured)
            yield RetagProgress(number * chunk_size + len(chunk), len(ids), tagged, tuple(changes))
