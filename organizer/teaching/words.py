"""How sure a taught tag is, and what would make it surer, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.teaching.learn import ANSWERS, OF_THESE_YES
from organizer.teaching.taught_tags import NEVER
from organizer.text import count

if TYPE_CHECKING:
    from organizer.library.taught import TaughtTag

ENOUGH = 10
"""Examples from which on more of them help less than answers do; see docs/teaching.md."""
_FOUND_WELL = 0.7


def learnt_from(tag: TaughtTag) -> str:
    """Return what it was learnt from: ``8 videos, and 2 that are not``."""
    words = count(tag.shown, "video")
    are = "is" if tag.not_shown == 1 else "are"
    return f"{words}, and {tag.not_shown} that {are} not" if tag.not_shown else words


def how_sure(tag: TaughtTag) -> str:
    """Return how it does with the examples, each held out: ``finds 6 of its 8 examples by the others``."""
    report = tag.report
    words = f"finds {report.suggested} of its {tag.shown} examples by the others"
    if tag.not_shown:
        words += f", {report.wrong} of the {tag.not_shown} that are not"
    return words


def advice(tag: TaughtTag) -> str:
    """Return what would make it better, as a sentence."""
    if tag.since:
        return f"{count(tag.since, 'decision')} since it was learnt: learn it again."
    if tag.refines is not None:
        return "Each answer makes it better."
    if tag.shown < ENOUGH and tag.report.suggested < _FOUND_WELL * tag.shown:
        more = count(ENOUGH - tag.shown, "more video")
        return f"Give it to about {more} that show it in other ways."
    if tag.given >= NEVER:
        left = max(ANSWERS - tag.report.answers, 1)
        return (
            f"It is at most a maybe until you answered about {left} more of its maybes, "
            f"{OF_THESE_YES} or more of all with yes."
        )
    return "It is sure enough to be given by itself. Each answer makes it better."
