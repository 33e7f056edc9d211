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
    """A choice of videos; an empty filter means all of them."""

    all_tags: tuple[str, ...] = ()
    """Videos that carry every one of these."""
    any_tags: tuple[str, ...] = ()
    """Videos that carry at least one of these."""
    no_tags: tuple[str, ...] = ()
    """Videos that carry none of these."""
    untagged: bool = False
    """Videos that carry no tag at all."""
    state: TagState | None = None
    """What carrying a tag means: in this state; None means suggested or confirmed."""
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
