"""What is learnt of a tag, from examples and the ground they stand out from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from organizer.library.taught import TaughtReport, TaughtTag
from organizer.teaching.direction import direction_of
from organizer.teaching.held_out import FOLDS, scored
from organizer.teaching.probability import answered_map, usual_map
from organizer.teaching.taught_tags import NEVER, sigmoid

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.teaching.background import Background
    from organizer.teaching.probability import ProbabilityMap
    from organizer.teaching.videos import Seen

GIVEN, MAYBE = 0.8, 0.25
"""From which probability on a taught tag is given, or a maybe."""
ANSWERS, OF_THESE_YES = 8, 4
"""Before so many suggestions were answered, so many of them with yes, it is never more than a maybe: how rare
a tag is in a library, nobody can tell from examples that were looked for."""
TO_ASK, TO_ASK_SHARE = 20, 0.2
"""So many of a library's best, and no larger a share of a small one, are maybes at least, until enough of
them were answered: where nothing is asked there is nothing to learn from."""
MOST_SHARE = 0.1
"""No more of a library are maybes until then."""
LEAST = 1e-4
"""What is less likely is not asked either."""
SAMPLE = 1500
"""Videos that stand for all of a library."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Videos to learn a tag from, by their ids."""

    shown: Sequence[int]
    """That show it."""
    not_shown: Sequence[int]
    unlabelled: Sequence[int]
    """A sample of the others, of which nobody said anything."""
    others: int
    """How many of these there are in all."""


def learn(
    name: str,
    examples: Examples,
    videos: Seen,
    background: Background,
    answered: Collection[int] = (),
) -> TaughtTag:
    """Learn a tag.

    Args:
        name: the tag.
        examples: what to learn from; one that shows it or more.
        videos: all of them.
        background: of the library.
        answered: those that were decided about when they were suggestions. What was looked for by hand says
            nothing of how often a suggestion is right.
    """
    import numpy as np

    shown, not_shown = examples.shown, examples.not_shown
    found = scored(
        videos,
        shown,
        not_shown,
        examples.unlabelled or (*shown, *not_shown),
        partial(direction_of, background=background),
        folds=min(FOLDS, len(shown)),
    )
    scores, held_out = found.unlabelled, found.held_out
    usual = usual_map(np.array([held_out[one] for one in shown]), scores)
    answers = [one for one in held_out if one in answered]
    yes = np.isin(answers, shown)
    fitted = answered_map(usual, np.array([held_out[one] for one in answers]), yes)
    proven = len(answers) >= ANSWERS and yes.sum() >= OF_THESE_YES
    given, maybe = (GIVEN, MAYBE) if proven else (NEVER, _unproven_maybe(fitted, scores, examples.others))
    probabilities = {one: sigmoid(fitted.slope * score + fitted.offset) for one, score in held_out.items()}
    slope, offset = found.on_direction(fitted.slope, fitted.offset)
    return TaughtTag(
        name=name,
        space_id=videos.space_id,
        centre=background.view.centre,
        scale=background.view.scale,
        weights=found.direction.weights,
        slope=slope,
        offset=offset,
        given=given,
        maybe=maybe,
        shown=len(shown),
        not_shown=len(not_shown),
        report=TaughtReport(
            given=sum(bool(proven) and probabilities[one] >= given for one in shown),
            suggested=sum(probabilities[one] >= maybe for one in shown),
            wrong=sum(probabilities[one] >= maybe for one in not_shown),
            expected=float(np.mean([sigmoid(fitted.slope * score + fitted.offset) for score in scores])),
            answers=len(answers),
        ),
    )


def _unproven_maybe(fitted: ProbabilityMap, scores: NDArray[np.float64], others: int) -> float:
    """Return from which probability on a tag is a maybe that has not been answered enough.

    Some of the library's best are always asked for; and what tells nothing apart does not ask for all of it.
    """
    import numpy as np

    fewest = min(TO_ASK_SHARE, TO_ASK / max(others, 1))
    best, least = (
        sigmoid(fitted.slope * float(score) + fitted.offset)
        for score in np.quantile(scores, [1 - fewest, 1 - max(fewest, MOST_SHARE)])
    )
    return max(LEAST, least, min(MAYBE, best))
