"""The bits of ``videos.marks``: what a person, or a scan, says of a whole video."""

from __future__ import annotations

FAVOURITE = 1
HIDDEN = 2
"""Left out of lists and counts, until somebody asks for hidden videos."""
LIVE = 4
"""The clip of a Live Photo, as a scan found it: left out in the same way."""
RATING_SHIFT = 3
RATING = 7 << RATING_SHIFT
"""0 where there is none, else 1 to 5."""
MOST_STARS = 5

SET_APART = HIDDEN | LIVE
"""What lists leave out where nothing else is said."""


def rating_of(bits: int) -> int:
    """Return the rating in marks, 0 where there is none."""
    return (bits & RATING) >> RATING_SHIFT
