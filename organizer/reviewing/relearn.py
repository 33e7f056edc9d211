"""Tags are learnt again from the answers of a review, while the person goes on answering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import InvalidTagError, TeachingError
from organizer.library.reviews import Learnt
from organizer.reviewing.looks import looks_of
from organizer.reviewing.order import FIRST, order_of_tag
from organizer.teaching.refine import learn_tag, to_learn_again
from organizer.teaching.taught_tags import NEVER, looked_at
from organizer.teaching.teach import suggest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from threading import Event

    from organizer.library import Library
    from organizer.library.reviews import ReviewItem
    from organizer.library.taught import TaughtTag
    from organizer.models.bundle import Bundle

EVERY = 5
"""Decisions about a tag after which it is learnt again."""
MOST_REARRANGED = 1000
"""Suggestions of a tag that are put into another order, the next ones: nobody answers more in between."""


def due(library: Library, bundle: Bundle, review_id: int, *, at_end: bool = False) -> list[str]:
    """Return the tags of a review that are to be learnt again, and labels that are to be refined.

    Args:
        library: the library.
        bundle: the model in use.
        review_id: the review.
        at_end: whether the person stops, so that each decision counts.
    """
    asked = {tally.tag for tally in library.reviews.tallies(review_id) if tally.right + tally.wrong}
    since = {tag.name: tag.since for tag in library.teaching.tags(bundle.space_id)}
    least = 1 if at_end else EVERY
    # What was never learnt, a label that can be refined now, is due at once.
    return [
        name for name in to_learn_again(library, bundle) if name in asked and since.get(name, least) >= least
    ]


def relearn(
    library: Library, bundle: Bundle, review_id: int, tags: Sequence[str], *, stop: Event | None = None
) -> Generator[Learnt, None, None]:
    """Learn tags again, suggest them to all videos, and order what is left of the review by what was learnt.

    Which suggestions the review holds stays. A tag of which too little is known to learn it is passed over.

    Args:
        library: the library.
        bundle: the model in use.
        review_id: the review.
        tags: the tags.
        stop: looked at between steps.

    Raises:
        BundleError: the model's PCA is missing or damaged.
        StoppedError: ``stop`` was set; what was learnt until then is stored.
    """
    outcome = []
    # What became sure in this review is said of it to the end, however often it is learnt.
    earlier = {one.tag: one.was_sure for one in library.reviews.get(review_id).learnt}
    for name in tags:
        before = next((tag for tag in library.teaching.tags(bundle.space_id) if tag.name == name), None)
        try:
            again = learn_tag(library, bundle, name)
            library.teaching.store(again)
        except (TeachingError, InvalidTagError):
            # Too little to learn from, or renamed or deleted meanwhile.
            continue
        _rearrange(library, bundle, review_id, again)
        for _ in suggest(library, bundle, again, stop=stop):
            pass
        info = next((info for info in library.tags() if info.name == name), None)
        if info is None:
            continue
        learnt = Learnt(
            name,
            info.videos - info.confirmed,
            info.maybes,
            sure=again.given < NEVER,
            # What a model says of its labels is sure without any answer.
            was_sure=earlier.get(name, (before or again).given < NEVER),
        )
        outcome.append(learnt)
        library.reviews.note_learnt(review_id, outcome)
        yield learnt


def _rearrange(library: Library, bundle: Bundle, review_id: int, tag: TaughtTag) -> None:
    import numpy as np

    left = [item for item in library.reviews.left(review_id) if item.tag == tag.name and not item.put_off]
    left = left[:MOST_REARRANGED]
    if len(left) < 2:
        return
    asked = library.reviews.answered(review_id, tag.name)
    ids = [item.video_id for item in left]
    looks = looks_of(library, bundle, [*ids, *asked])
    order = order_of_tag(
        np.array(_probabilities(library, bundle, left, tag)),
        looks.directions(ids),
        asked=looks.directions(asked, ids),
        first=FIRST if tag.refines is None else 0,
    )
    library.reviews.rearrange(review_id, [left[index].position for index in order])


def _probabilities(
    library: Library, bundle: Bundle, items: Sequence[ReviewItem], tag: TaughtTag
) -> list[float]:
    """Return what a tag says now of suggestions; where it says nothing, what was said then."""
    ids = [item.video_id for item in items]
    scores: Mapping[int, float | None] = dict.fromkeys(ids)
    if tag.refines is not None:
        # Only what that very model says of its label can be corrected.
        records = [one for one in library.records(ids) if one.bundle == tag.refines]
        scores = {one.id: score for one in records if (score := tag.score_in(one.scores)) is not None}
    found: dict[int, float] = {}
    for video_id, features in library.features.of(list(scores), bundle.space_id):
        if len(features.quantised):
            rows = bundle.quantiser.dequantise(features.quantised)
            found[video_id], _ = looked_at(tag, rows, scores[video_id])
    return [found.get(item.video_id, item.score or 0.0) for item in items]
