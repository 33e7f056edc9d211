"""How a review stands, in words."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from organizer.text import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.library.reviews import Learnt, Review


def place_words(review: Review) -> str:
    """Return ``12 of 84``."""
    return f"{review.number} of {review.total}"


def asked_words(tags: Sequence[str], wheres: Sequence[str] = ()) -> str:
    """Return what a review asks for as the command line takes it; empty for all suggestions.

    Whoever asks for the same again goes on with it.
    """
    return " ".join([*map(shlex.quote, tags), *(f"--where {shlex.quote(text)}" for text in wheres)])


def left_words(review: Review) -> str:
    """Return what there is to go on with, as what it is called: ``the review of Dance with 43 left``."""
    return f"the review of {review.asked or 'all suggestions'} with {review.left:,} left"


def passed_over_words(review: Review) -> str:
    """Return what was passed over without an answer of this review; empty where nothing was."""
    parts = []
    if review.elsewhere:
        was = "was" if review.elsewhere == 1 else "were"
        parts.append(f"{review.elsewhere} {was} decided elsewhere meanwhile")
    if review.gone:
        is_ = "is" if review.gone == 1 else "are"
        parts.append(
            f"{review.gone} {is_} of a video that is gone, or of a tag that is not suggested any more"
        )
    if review.skipped:
        parts.append(f"{review.skipped} skipped")
    if review.put_off:
        parts.append(f"{review.put_off} put off")
    return ", ".join(parts)


def learnt_words(learnt: Learnt) -> str:
    """Return what became of a tag: ``Sunset: now sure, 14 given, 6 maybes``."""
    if learnt.sure and not learnt.was_sure:
        state = "now sure, "
    elif learnt.was_sure and not learnt.sure:
        state = "not sure any more, "
    else:
        state = "learnt again, "
    given = f"{learnt.given} given, " if learnt.sure else ""
    return f"{learnt.tag}: {state}{given}{count(learnt.maybes, 'maybe')}"
