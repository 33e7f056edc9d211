"""Built-in labels made better by a person's answers, at once: a correction of what the model says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from organizer.errors import TeachingError
from organizer.library.spelling import folded
from organizer.library.taught import TaughtReport, TaughtTag
from organizer.teaching.background import background_of, scale_of
from organizer.teaching.direction import difference_of
from organizer.teaching.held_out import FOLDS, scored
from organizer.teaching.probability import map_fit
from organizer.teaching.taught_tags import NEVER, logit, sigmoid
from organizer.teaching.teach import MOST_EXAMPLES, sample_of, teach
from organizer.teaching.videos import Videos

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.library import Library
    from organizer.models.bundle import Bundle
    from organizer.teaching.background import Background
    from organizer.teaching.videos import Seen

FEWEST_OF_EACH = 3
"""Answers with yes, and with no, to begin with."""
_USUAL = (1.0, 0.4, 0.0)
"""What the logit of the model's score, the score of the answers' direction and the constant count before
anybody answered; see docs/teaching.md."""
_SPREAD = (0.3, 0.3, 1.0)
"""How far from that they lie: standard deviations of a normal prior."""


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What answers make of a model's label; see ``TaughtTag``."""

    weights: NDArray[np.float32]
    """(dimensions,)."""
    slope: float
    offset: float
    score_slope: float
    held_out: Mapping[int, float]
    """By answered video its probability, by the direction that the others make."""


def learn_tag(library: Library, bundle: Bundle, name: str) -> TaughtTag:
    """Learn a tag of the person's own, or refine a label of the model; see ``teach`` and ``refine``.

    Raises:
        TeachingError: there is too little to learn from.
        InvalidTagError: it is no name of a tag.
        BundleError: the model's PCA is missing or damaged.
    """
    refines = name in bundle.labels or is_refined(library, bundle, name)
    return refine(library, bundle, name) if refines else teach(library, bundle, name)


def is_refined(library: Library, bundle: Bundle, name: str) -> bool:
    """Whether a tag is a label of a model that was refined, be it under another name since."""
    refined = {folded(tag.name) for tag in library.teaching.tags(bundle.space_id) if tag.refines is not None}
    return folded(name) in refined and bool(_labels_of(library, bundle, name))


def _labels_of(library: Library, bundle: Bundle, name: str) -> list[str]:
    """Return the labels of a model that are a tag in this library."""
    names = {folded(name), *library.teaching.once(name)}
    return [label for label in bundle.labels if folded(label) in names]


def to_learn_again(library: Library, bundle: Bundle) -> list[str]:
    """Return tags with decisions since they were learnt, and labels that can be refined now."""
    learnt = {tag.name: tag for tag in library.teaching.tags(bundle.space_id)}
    again = [
        tag.name for tag in learnt.values() if tag.enabled and tag.since and _has_its_examples(library, tag)
    ]
    for label in bundle.labels:
        if label not in learnt:
            answers = list(library.teaching.decided(label, bundle.space_id).values())
            if min(sum(answers), len(answers) - sum(answers)) >= FEWEST_OF_EACH:
                again.append(label)
    return again


def _has_its_examples(library: Library, tag: TaughtTag) -> bool:
    """Whether a tag was learnt here: where it came from elsewhere, the first answers are not all."""
    shows = sum(library.teaching.decided(tag.name, tag.space_id).values())
    return shows + tag.since >= tag.shown


def refine(library: Library, bundle: Bundle, label: str) -> TaughtTag:
    """Learn from a person's answers how a model's label is to be corrected.

    What the model says stays the ground: its logit, and the direction from the videos with no to those with
    yes, are weighed by logistic regression with a prior around the model. Thresholds are the model's, of
    probabilities that follow the answers. Nothing is stored.

    Args:
        library: the library.
        bundle: the model.
        label: one of its labels, by the name that it has in the library.

    Raises:
        TeachingError: there are too few answers, or it is no label of this model.
        BundleError: the model's PCA is missing or damaged.
    """
    labels = _labels_of(library, bundle, label)
    if not labels:
        raise TeachingError(f"{label} is no label of {bundle.name}, so there is nothing to refine.")
    newest = library.teaching.newest_decision()
    decided = library.teaching.decided(label, bundle.space_id)
    scores = {
        record.id: max(known)
        for record in library.records(list(decided)[-2 * MOST_EXAMPLES :])
        if record.bundle == bundle.id
        and (known := [record.scores[one] for one in labels if one in record.scores])
    }
    sample = sample_of([one for one in library.teaching.featured(bundle.space_id) if one not in decided])
    videos = Videos(dict(library.features.of([*scores, *sample], bundle.space_id)), bundle)
    answered = videos.having(list(scores))
    yes = [one for one in answered if decided[one]]
    no = [one for one in answered if not decided[one]]
    if min(len(yes), len(no)) < FEWEST_OF_EACH:
        raise TeachingError(
            f"{label}: to refine it takes {FEWEST_OF_EACH} videos with yes and {FEWEST_OF_EACH} with no, of "
            f"those that {bundle.name} tagged last; there are {len(yes)} and {len(no)}. Answer some more."
        )
    others = videos.having(sample) or answered
    background = background_of(videos.means(others), scale_of(bundle))
    found = corrected(videos.seen_by(background.view), background, (yes, no, others), scores)
    column = bundle.labels.index(labels[0])
    given, maybe = bundle.thresholds[column], bundle.maybe_thresholds[column]
    right, wrong = ([found.held_out[one] for one in ids] for ids in (yes, no))
    least = min(maybe, given)
    return TaughtTag(
        name=label,
        space_id=bundle.space_id,
        centre=background.view.centre,
        scale=background.view.scale,
        weights=found.weights,
        slope=found.slope,
        offset=found.offset,
        score_slope=found.score_slope,
        refines=bundle.id,
        once=library.teaching.once(label),
        given=given,
        maybe=maybe,
        shown=len(yes),
        not_shown=len(no),
        report=TaughtReport(
            given=sum(given < NEVER and one >= given for one in right),
            suggested=sum(one >= least for one in right),
            wrong=sum(one >= least for one in wrong),
            expected=len(yes) / len(answered),
            answers=len(answered),
        ),
        last_decision=newest,
    )


def corrected(
    videos: Seen,
    background: Background,
    of: tuple[Sequence[int], Sequence[int], Sequence[int]],
    scores: Mapping[int, float],
) -> Correction:
    """Return what answers make of a model's label.

    Args:
        videos: all of them.
        background: of the library.
        of: videos with yes, with no, and unlabelled ones.
        scores: of the model, by answered video, 0..1.
    """
    import numpy as np

    yes, no, others = of
    found = scored(
        *(videos, yes, no, others),
        partial(difference_of, background=background),
        folds=min(FOLDS, len(yes), len(no)),
    )
    answered = [*yes, *no]
    design = np.array([[logit(scores[one]), found.held_out[one], 1.0] for one in answered])
    shows = np.arange(len(answered)) < len(yes)
    score_slope, slope, constant = map_fit(design, shows, np.array(_USUAL), np.array(_SPREAD)).tolist()
    # Neither may turn round what it stands for.
    score_slope, slope = max(score_slope, 0.1), max(slope, 0.0)
    return Correction(
        found.direction.weights,
        *found.on_direction(slope, constant),
        score_slope,
        {
            one: sigmoid(float(row @ (score_slope, slope, constant)))
            for one, row in zip(answered, design, strict=True)
        },
    )
