"""Learn a tag from what a person decided, and suggest it to all videos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from organizer.errors import TeachingError
from organizer.library.spelling import folded
from organizer.stopping import check
from organizer.teaching.background import background_of, scale_of
from organizer.teaching.learn import SAMPLE, Examples, learn
from organizer.teaching.taught_tags import TaughtTags
from organizer.teaching.videos import Videos
from organizer.types import Tier

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from threading import Event

    from organizer.library import Library
    from organizer.library.taught import TaughtTag
    from organizer.models.bundle import Bundle

FEWEST = 3
"""Videos that show a tag, to learn it from. With five and more it begins to be of use."""
MOST_EXAMPLES = 500
"""The newest videos of each kind that are learnt from: more take long and bring little."""
_CHUNK = 256
_SEED = 0


@dataclass(frozen=True, slots=True)
class SuggestProgress:
    """How far the suggestions of a taught tag have come."""

    done: int
    total: int
    given: int
    """Videos so far that have it as a suggestion now."""
    maybes: int
    """Those of which it is a maybe."""
    new: int
    """Videos of both that had it not, or in another tier."""


def teach(library: Library, bundle: Bundle, name: str) -> TaughtTag:
    """Learn a tag from the videos that a person confirmed it for, and those where they rejected it.

    Nothing is stored; ``library.teaching.store`` does.

    Args:
        library: the library.
        bundle: a model of the feature space to learn in.
        name: the tag.

    Raises:
        TeachingError: there are too few videos to learn from.
        InvalidTagError: it is no name of a tag.
        BundleError: the model's PCA is missing or damaged.
    """
    # Before they are read: what is decided meanwhile counts as decided since.
    newest = library.teaching.newest_decision()
    decided = library.teaching.decided(name, bundle.space_id)
    shown = [video_id for video_id, shows in decided.items() if shows][-MOST_EXAMPLES:]
    not_shown = [video_id for video_id, shows in decided.items() if not shows][-MOST_EXAMPLES:]
    if len(shown) < FEWEST:
        raise TeachingError(
            f"{name}: to learn a tag takes {FEWEST} videos that show it, better ten. Of those that were "
            f"looked at, {len(shown)} have it by your hand. Give it to more."
        )
    others = [one for one in library.teaching.featured(bundle.space_id) if one not in decided]
    sample = sample_of(others)
    videos = Videos(dict(library.features.of([*shown, *not_shown, *sample], bundle.space_id)), bundle)
    if len(videos.having(shown)) < FEWEST:
        raise TeachingError(f"{name}: of its videos no second could be read. Give it to others.")
    background = background_of(videos.means(videos.having(sample) or (*shown, *not_shown)), scale_of(bundle))
    learnt = learn(
        name,
        Examples(videos.having(shown), videos.having(not_shown), videos.having(sample), len(others)),
        videos.seen_by(background.view),
        background,
        library.teaching.answered(name),
    )
    return replace(learnt, last_decision=newest)


def taught(library: Library, bundle: Bundle, name: str) -> TaughtTag:
    """Return what was learnt of a tag in the feature space of a model.

    Raises:
        TeachingError: nothing was.
        InvalidTagError: it is no name of a tag.
    """
    wanted = folded(library.meant_tag(name))
    found = (tag for tag in library.teaching.tags(bundle.space_id) if folded(tag.name) == wanted)
    tag = next(found, None)
    if tag is None:
        raise TeachingError(
            f"{name} was not taught with {bundle.name}. What was: organizer teach", ends_in_command=True
        )
    return tag


def suggest(
    library: Library,
    bundle: Bundle,
    tag: TaughtTag,
    video_ids: Sequence[int] | None = None,
    *,
    stop: Event | None = None,
) -> Generator[SuggestProgress, None, None]:
    """Suggest a taught tag to all videos of its space, or to some; what a person decided stays.

    A few hundred videos are one transaction; stopping between them loses nothing.

    Raises:
        StoppedError: ``stop`` was set.
    """
    ids = library.teaching.featured(tag.space_id) if video_ids is None else sorted(video_ids)
    tags = TaughtTags([tag], bundle.quantiser)
    given = maybes = new = 0
    for start in range(0, len(ids), _CHUNK):
        check(stop)
        chunk = ids[start : start + _CHUNK]
        scores = _scores(library, tag, chunk)
        said = {
            video_id: answer
            for video_id, features in library.features.of(chunk, tag.space_id)
            for answer in tags.says(
                features, bundle.sampled.seconds_of(len(features.quantised)), scores.get(video_id, {})
            ).values()
        }
        new += library.teaching.suggest(tag.name, said)
        given += sum(one is not None and one.tier is Tier.GIVEN for one in said.values())
        maybes += sum(one is not None and one.tier is Tier.MAYBE for one in said.values())
        yield SuggestProgress(start + len(chunk), len(ids), given, maybes, new)


def sample_of(others: Sequence[int]) -> Sequence[int]:
    """Return videos that stand for the library: the same ones each time, while it stays as it is."""
    import numpy as np

    if len(others) <= SAMPLE:
        return others
    chosen = np.random.default_rng(_SEED).choice(len(others), SAMPLE, replace=False)
    return [others[index] for index in sorted(chosen.tolist())]


def _scores(library: Library, tag: TaughtTag, video_ids: Sequence[int]) -> dict[int, Mapping[str, float]]:
    """Return by video what the model says that a tag refines, of those that it tagged last."""
    if tag.refines is None:
        return {}
    return {one.id: one.scores for one in library.records(video_ids) if one.bundle == tag.refines}
