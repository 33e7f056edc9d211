"""A review begun: which suggestions, in which order, and which of those left look like one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import ReviewError
from organizer.library.spelling import folded
from organizer.reviewing.looks import looks_of
from organizer.reviewing.order import ALIKE, FIRST, interleaved, order_of_tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.library import Library
    from organizer.library.reviews import Review, ReviewItem, Suggestion
    from organizer.models.bundle import Bundle

MOST = 10_000
"""Suggestions of a review; nobody comes to the end of more. Of each tag the least sure stay."""


def begin(
    library: Library,
    bundle: Bundle,
    tags: Sequence[str] = (),
    video_ids: Sequence[int] | None = None,
    asked: str = "",
) -> Review:
    """Begin a review of what is suggested now; its list stays, whatever is suggested later.

    Args:
        library: the library.
        bundle: the model in use; videos without features of its space are asked about, and look like none.
        tags: only suggestions of these; none means all.
        video_ids: only of these videos; None means all.
        asked: what was asked for, in words.

    Raises:
        ReviewError: nothing is suggested that nobody decided about.
        BundleError: the model's PCA is missing or damaged.
    """
    suggestions = in_order(library, bundle, library.reviews.waiting(tags, video_ids))
    if not suggestions:
        known = {folded(info.name) for info in library.tags()}
        if unknown := [tag for tag in tags if folded(library.meant_tag(tag)) not in known]:
            raise ReviewError(f"There is no tag {unknown[0]}. See: organizer tags", ends_in_command=True)
        raise ReviewError("No suggestion waits for an answer: all of them were decided about.")
    return library.reviews.begin(asked, suggestions)


def in_order(library: Library, bundle: Bundle, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Return suggestions in the order in which they are asked about, ``MOST`` at most."""
    import numpy as np

    by_tag: dict[str, list[Suggestion]] = {}
    for one in suggestions:
        by_tag.setdefault(one.tag, []).append(one)
    for tag, own in by_tag.items():
        own.sort(key=lambda one: (abs(one.score - 0.5), one.video_id))
        by_tag[tag] = own[: max(1, MOST // len(by_tag))]
    looks = looks_of(library, bundle, list({one.video_id for own in by_tag.values() for one in own}))
    taught = {tag.name for tag in library.teaching.tags(bundle.space_id) if tag.refines is None}
    orders = {
        tag: order_of_tag(
            np.array([one.score for one in own]),
            looks.directions([one.video_id for one in own]),
            [one.folder for one in own],
            first=FIRST if tag in taught else 0,
        )
        for tag, own in by_tag.items()
    }
    decided = {one.name: one.confirmed + one.rejected for one in library.tags()}
    return [by_tag[tag][index] for tag, index in interleaved(orders, decided)]


def like_this(library: Library, bundle: Bundle, review: Review, item: ReviewItem) -> list[int]:
    """Return the position of a suggestion, and of those left of its tag whose videos look like its video.

    Raises:
        BundleError: the model's PCA is missing or damaged.
    """
    import numpy as np

    left = [one for one in library.reviews.left(review.id) if one.tag == item.tag]
    ids = [one.video_id for one in left]
    # From the middle of the library: where all that are left look alike, each does.
    featured = library.teaching.featured(bundle.space_id)
    middle = featured[:: max(1, len(featured) // _MIDDLE)]
    looks = looks_of(library, bundle, list({item.video_id, *ids, *middle}))
    directions = looks.directions([item.video_id, *ids], middle)
    alike = np.flatnonzero(directions[1:] @ directions[0] >= ALIKE)
    return sorted({item.position, *(left[index].position for index in alike.tolist())})


_MIDDLE = 300
"""Videos that tell the middle of the library."""
