"""Which videos to show, and in which order, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from organizer.library.records import Status
    from organizer.types import TagState


class Sort(StrEnum):
    """What videos are ordered by; ties are broken by the order in which they were added."""

    TAKEN = "taken"
    NAME = "name"
    DURATION = "duration"
    SIZE = "size"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class VideoFilter:
    """A choice of videos; an empty filter means all of them.

    What carrying a tag means is one thing for all four of the choices by tags, and said by three fields:

    ===================================  ==========================================
    ``state``                            a video carries a tag that is
    ===================================  ==========================================
    None                                 given by a model, or confirmed
    None, ``with_maybes``                given or a maybe, or confirmed
    SUGGESTED                            given, and not decided about
    SUGGESTED, ``with_maybes``           given or a maybe, and not decided about
    CONFIRMED, REJECTED                  in this state, whatever a model says
    any, ``only_maybes``                 a maybe, and not decided about
    ===================================  ==========================================

    A filter with a state and without tags chooses the videos that carry any. With ``only_maybes`` every video
    has a maybe, one of the tags that are asked for where any are; ``no_tags`` leaves out those where one of
    its tags is a maybe, and ``untagged`` chooses those without a given or confirmed tag.
    """

    all_tags: tuple[str, ...] = ()
    """Videos that carry every one of these."""
    any_tags: tuple[str, ...] = ()
    """Videos that carry at least one of these."""
    no_tags: tuple[str, ...] = ()
    """Videos that carry none of these."""
    untagged: bool = False
    """Videos that carry no tag at all."""
    state: TagState | None = None
    """What carrying a tag means: in this state; None means given or confirmed."""
    with_maybes: bool = False
    """Whether maybes count as given tags do."""
    only_maybes: bool = False
    """Whether only videos with a maybe are chosen, whatever ``state`` and ``with_maybes`` say."""
    status: Status | None = None
    text: str = ""
    """Words that must all occur in the file's name or folder, whatever their case."""
    taken_from: datetime | None = None
    """Taken at this moment or later, on the clock that is shown; a naive one is that clock's."""
    taken_before: datetime | None = None
    """Taken before this moment."""
    sort: Sort = Sort.TAKEN
    descending: bool = True
    limit: int | None = None
    offset: int = 0
