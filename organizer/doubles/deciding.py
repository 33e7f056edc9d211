"""When two videos are doubles: the limits, and what they were measured on.

Chosen on folds 0 to 2 of real clips and their copies, and measured on folds 3 and 4: see docs/doubles.md.
Likeness alone does not tell: copies in half the size are alike by 0.52 and more, another take of a scene by
up to 0.9. What tells is timing, which ``matching.py`` measures. Where it cannot, because a clip is too short
or nothing moves, more is asked for, and what is found is not sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.doubles import PairKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.doubles.matching import Alignment
    from organizer.doubles.seconds import Seconds

WHOLE, WHOLE_TIMING = 0.45, 0.18
"""Likeness and timing of two videos of one length that begin together."""
PART, PART_TIMING = 0.5, 0.28
"""The same where one is a part of the other, or both are parts of something."""
STILL_WHOLE, STILL_WHOLE_WITH_POSTER, SAME_POSTER = 0.66, 0.5, 0.6
"""Of two of one length of which timing cannot be told: likeness; likeness where posters are alike; and how
much, as correlation."""
STILL_PART = 0.82
"""Likeness of a part of which timing cannot be told."""
LEAST_SHARE, LEAST_SHARE_CUT = 0.7, 0.4
"""Which part of the shorter one must lie beside the other; the second where the rest of it is not known."""
SAME_LENGTH_S = 0.6
_FITS_S = 2.0
"""How far a part may reach beyond the whole: where its seconds begin is known to a second."""


def decide(
    first: Seconds, second: Seconds, alignment: Alignment | None, posters: Callable[[], float]
) -> PairKind | None:
    """Return what two videos are to each other, None where they are no doubles.

    Args:
        first: one video,
        second: and the other.
        alignment: how they are most alike; None where they fit nowhere.
        posters: says how much their posters are alike, at most 1; asked where seconds alone do not tell.
    """
    if alignment is None or not shows_the_same(first, second, alignment, posters):
        return None
    return _kind(first, second, alignment.offset_s)


def shows_the_same(
    first: Seconds, second: Seconds, alignment: Alignment, posters: Callable[[], float]
) -> bool:
    """Tell whether two videos show the same film where they lie side by side."""
    likeness, timing = alignment.likeness, alignment.timing
    if _same_length(first, second) and abs(alignment.offset_s) <= 1:
        if timing is not None:
            return likeness >= WHOLE and timing >= WHOLE_TIMING
        if likeness >= STILL_WHOLE:
            return True
        return likeness >= STILL_WHOLE_WITH_POSTER and posters() >= SAME_POSTER
    if alignment.share < (LEAST_SHARE_CUT if _is_cut_off(first, second, alignment) else LEAST_SHARE):
        return False
    if timing is not None:
        return likeness >= PART and timing >= PART_TIMING
    return likeness >= STILL_PART


def _same_length(first: Seconds, second: Seconds) -> bool:
    if first.duration_s is None or second.duration_s is None:
        return False
    return abs(first.duration_s - second.duration_s) <= SAME_LENGTH_S


def _is_cut_off(first: Seconds, second: Seconds, alignment: Alignment) -> bool:
    """Whether the shorter one goes on side by side where the other one is not known any more."""
    end = min(first.known_s, alignment.offset_s + second.known_s)
    first_goes_on = not first.ends and end >= first.known_s - 1
    second_goes_on = not second.ends and end >= alignment.offset_s + second.known_s - 1
    return first_goes_on or second_goes_on


def _kind(first: Seconds, second: Seconds, offset_s: int) -> PairKind:
    """Return what two videos that show the same are to each other, as far as their lengths tell."""
    length, other = first.length_s, second.length_s
    second_inside = offset_s >= -_FITS_S and offset_s + other <= length + _FITS_S
    first_inside = offset_s <= _FITS_S and length <= offset_s + other + _FITS_S
    if second_inside and first_inside and abs(length - other) <= _FITS_S:
        return PairKind.COPY
    if second_inside and (other <= length or not first_inside):
        return PairKind.SECOND_IN_FIRST
    if first_inside:
        return PairKind.FIRST_IN_SECOND
    return PairKind.OVERLAP
