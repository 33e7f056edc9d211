"""From decoded videos to everything the library stores of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.changes import Analysis, Tagging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.frames.decode import Decoded
    from organizer.tags.tagger import Tagger
    from organizer.types import VideoScores


def analyse(videos: Sequence[Decoded], tagger: Tagger) -> list[Analysis]:
    """Extract features, score and tag decoded videos, together, so that networks run on full batches."""
    bundle = tagger.bundle
    features = bundle.space.extract_all([video.pictures for video in videos])
    return [
        Analysis(video.info, stored, video.poster, tagging(tagger, scores), sampled=bundle.sampled)
        for video, stored, scores in zip(videos, features, tagger.score(features), strict=True)
    ]


def tagging(tagger: Tagger, scores: VideoScores) -> Tagging:
    """Return what the library stores of a video's scores."""
    bundle = tagger.bundle
    return Tagging(bundle.id, dict(zip(bundle.labels, scores.scores, strict=True)), tagger.suggest(scores))
