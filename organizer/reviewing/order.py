"""In which order suggestions are asked about: those first whose answers tell most."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

FIRST = 5
"""So many of a tag are asked first that stand for many others; then those that it is least sure of."""
SHARP = 2
"""What a video stands for falls with this power of the cosine."""
STAND_FOR = 1000
"""Suggestions of a tag that are to be stood for, the most probable ones."""
NEW_FOLDER = 1.25
"""By so much more is a video of a folder worth of which nothing was asked yet."""
ALIKE = 0.7
"""Two videos with this cosine and more look alike, and are not asked about one after the other."""
APART, LOOK_AHEAD = 10, 40
"""None that is asked is like one of the last so many, where one of the next so many is like none."""
BLOCK = 5
"""So many of a tag are asked about before another tag has its turn: going on with one tag is quicker."""


def order_of_tag(
    probabilities: NDArray[np.floating],
    directions: NDArray[np.float32],
    folders: Sequence[str] = (),
    asked: NDArray[np.float32] | None = None,
    *,
    first: int = FIRST,
) -> list[int]:
    """Return in which order to ask about the suggestions of one tag, as indexes of the arguments.

    The first are chosen to stand for as many other probable ones as they can (facility location: Nemhauser
    and others, "An analysis of approximations for maximizing submodular set functions", 1978), since a few
    examples teach most where they are typical. After them the least sure come first (Lewis and Gale, "A
    Sequential Algorithm for Training Text Classifiers", 1994). The same arguments give the same order.

    Args:
        probabilities: (suggestions,) 0..1.
        directions: (suggestions, dimensions), of length 1, or 0 where nothing is known of a video.
        folders: of each; none where that is not known.
        asked: (videos, dimensions) of those that were answered before; None where none were.
        first: how many typical ones come first, less those that were answered before: a label that a model
            knows needs none.
    """
    import numpy as np

    probability = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    before = 0 if asked is None else len(asked)
    typical = _typical(probability, directions, folders, asked, max(0, first - before))
    left = np.ones(len(probability), bool)
    left[typical] = False
    doubt = np.abs(probability - 0.5)
    rest = [int(one) for one in np.argsort(doubt, kind="stable") if left[one]]
    return typical + spread(rest, directions, after=typical)


def _typical(
    probability: NDArray[np.float64],
    directions: NDArray[np.float32],
    folders: Sequence[str],
    asked: NDArray[np.float32] | None,
    most: int,
) -> list[int]:
    """Return up to so many suggestions that stand for the others together."""
    import numpy as np

    most = min(most, len(probability))
    if not most:
        return []
    others = np.argsort(-probability, kind="stable")[:STAND_FOR]
    weight = probability[others].astype(np.float32)
    likeness = np.clip(directions @ directions[others].T, 0, 1) ** SHARP
    likeness[others, np.arange(len(others))] = 1
    covered = np.zeros(len(others), np.float32)
    if asked is not None and len(asked):
        covered = (np.clip(asked @ directions[others].T, 0, 1) ** SHARP).max(axis=0)
    chosen: list[int] = []
    seen: set[str] = set()
    for _ in range(most):
        gain = np.maximum(likeness - covered, 0) @ weight
        if folders:
            gain *= [1.0 if folder in seen else NEW_FOLDER for folder in folders]
        # Where nothing more is gained, the most probable goes on.
        gain = gain + 1e-6 * probability
        gain[chosen] = -1
        one = int(np.argmax(gain))
        chosen.append(one)
        covered = np.maximum(covered, likeness[one])
        if folders:
            seen.add(folders[one])
    return chosen


def spread(order: Sequence[int], directions: NDArray[np.float32], after: Sequence[int] = ()) -> list[int]:
    """Return an order in which those that look alike stand apart, as near to the given one as that allows.

    Args:
        order: indexes of ``directions``.
        directions: (videos, dimensions), of length 1 or 0.
        after: what comes before.
    """
    import numpy as np

    waiting = list(order)
    done = list(after)[-APART:]
    spread_out: list[int] = []
    while waiting:
        likeness = directions[waiting[:LOOK_AHEAD]] @ directions[done[-APART:]].T
        # Where all of the next are like one of the last, those do that are not like the very last.
        place = next(
            (
                int(np.argmax(apart))
                for last in (APART, APART // 2, 2, 1)
                if done and (apart := (likeness[:, -last:] < ALIKE).all(axis=1)).any()
            ),
            0,
        )
        one = waiting.pop(place)
        spread_out.append(one)
        done.append(one)
    return spread_out


def interleaved(by_tag: Mapping[str, Sequence[int]], decided: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return suggestions of several tags in turns, those of tags that least was decided about first.

    Args:
        by_tag: by tag its suggestions in their order.
        decided: by tag, about how many videos a person decided.
    """
    tags = sorted(by_tag, key=lambda tag: (decided.get(tag, 0), tag))
    most = max((len(order) for order in by_tag.values()), default=0)
    return [
        (tag, one)
        for start in range(0, most, BLOCK)
        for tag in tags
        for one in by_tag[tag][start : start + BLOCK]
    ]
