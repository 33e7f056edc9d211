"""What a model says of a label by itself, in the place of what a person's answers made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.pipeline.retag import retag

if TYPE_CHECKING:
    from collections.abc import Generator
    from threading import Event

    from organizer.library import Library
    from organizer.pipeline.retag import RetagProgress
    from organizer.tags.tagger import Tagger

_CHUNK = 1000


def model_again(
    library: Library, tagger: Tagger, label: str, *, stop: Event | None = None
) -> Generator[RetagProgress, None, None]:
    """Tag those videos again that may have a label by the model alone, and those that were decided about.

    Args:
        library: the library; what refines the label is switched off in it.
        tagger: the model.
        label: the label, by the name that it has in the library.
        stop: looked at between two steps.

    Raises:
        BundleError: the classifier is missing or damaged.
        StoppedError: ``stop`` was set; what was tagged until then is stored.
    """
    bundle = tagger.bundle
    refined = next((tag for tag in library.teaching.tags(bundle.space_id) if tag.name == label), None)
    least = min(*bundle.thresholds, *bundle.maybe_thresholds)
    ids = set(library.teaching.decided(label, bundle.space_id))
    if refined is not None:
        tagged = library.teaching.tagged_by(bundle.id)
        for start in range(0, len(tagged), _CHUNK):
            records = library.records(tagged[start : start + _CHUNK])
            ids |= {one.id for one in records if (refined.score_in(one.scores) or 0.0) >= least}
    yield from retag(library, tagger, sorted(ids), stop=stop)
