"""From videos that were looked at to everything the library stores of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.frames.decode import Decoded
from organizer.library.changes import Analysis, Tagging
from organizer.teaching.taught_tags import TaughtTags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from organizer.library import Library
    from organizer.models.bundle import Bundle
    from organizer.tags.tagger import Tagger
    from organizer.types import VideoFeatures, VideoInfo, VideoScores


_FULL_BATCHES = 4
"""Pictures are collected until a network's batch is filled so often: the last, unfilled one counts less."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A video whose features were made elsewhere already, with the same model."""

    info: VideoInfo
    features: VideoFeatures
    poster: bytes
    """WebP."""
    where: str
    """What the computer is called that looked at it."""


def analyse(
    videos: Sequence[Decoded | Looked], tagger: Tagger, taught: TaughtTags | None = None
) -> list[Analysis]:
    """Extract features, score and tag videos, together, so that networks run on full batches.

    Args:
        videos: what was seen of them.
        tagger: the model.
        taught: the tags that the person taught in its feature space.
    """
    bundle, features = tagger.bundle, features_of(videos, tagger.bundle)
    return [
        Analysis(
            video.info,
            stored,
            video.poster,
            tagging(tagger, stored, scores, taught),
            sampled=bundle.sampled,
        )
        for video, stored, scores in zip(videos, features, tagger.score(features), strict=True)
    ]


def features_of(videos: Sequence[Decoded | Looked], bundle: Bundle) -> list[VideoFeatures]:
    """Return the features of videos: made here, all together, where that was not done elsewhere."""
    pictures = [one.pictures for one in videos if isinstance(one, Decoded)]
    # The network is loaded where it is first needed, which a scan shared with others may never come to.
    made = iter(bundle.space.extract_all(pictures) if pictures else ())
    return [one.features if isinstance(one, Looked) else next(made) for one in videos]


def is_a_batch(finished: Sequence[Future[Decoded | Looked]], bundle: Bundle) -> bool:
    """Whether videos that were looked at, with or without success, are enough to go on with them.

    Features are made of many decoded videos together; there is nothing to wait for without any.
    """
    decoded = any(one.exception() is None and isinstance(one.result(), Decoded) for one in finished)
    return bool(finished) and (not decoded or len(finished) >= _videos_a_batch(bundle))


def _videos_a_batch(bundle: Bundle) -> int:
    """Return how many decoded videos to wait for before a model's network runs on all of them."""
    pictures = bundle.space.backbone.batch_size
    return 1 if pictures == 1 else -(-pictures * _FULL_BATCHES // len(bundle.sampled.all))


def tagging(
    tagger: Tagger, features: VideoFeatures, scores: VideoScores, taught: TaughtTags | None = None
) -> Tagging:
    """Return what the library stores of a video's scores.

    Args:
        tagger: the model.
        features: of the video, in the model's space.
        scores: what the model says of them.
        taught: the tags that the person taught in this space.
    """
    bundle = tagger.bundle
    by_label = dict(zip(bundle.labels, scores.scores, strict=True))
    said = taught.says(features, scores.seconds, by_label) if taught else {}
    return Tagging(bundle.id, by_label, tagger.suggest(scores), said)


def taught_tags(library: Library, bundle: Bundle) -> TaughtTags:
    """Return the tags that a library's person taught in the feature space of a model."""
    tags = library.teaching.suggesting(bundle.space_id)
    return TaughtTags([tag for tag in tags if tag.refines in {None, bundle.id}], bundle.quantiser)
