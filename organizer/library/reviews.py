"""Suggestions that a person goes through one by one, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What was said of a suggestion in a review."""

    YES = "yes"
    NO = "no"
    LATER = "later"
    """It comes again, after all others."""
    SKIPPED = "skipped"
    """Passed over with one that it looks like; nothing is decided about it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag that is suggested for a video, and nobody decided about."""

    video_id: int
    tag: str
    score: float
    """0..1."""
    seconds: tuple[int, ...]
    """Those that speak for it."""
    folder: str
    """Where one of the video's files lies: root and folder, for telling folders apart alone."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One suggestion of a review."""

    position: int
    """From 1, in the order of the review."""
    video_id: int
    tag: str
    """By the name that it has now."""
    score: float | None
    """0..1, when the review was begun."""
    seconds: tuple[int, ...]
    put_off: bool = False
    """Whether the person said "later" of it."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What became of a tag that was learnt again during a review."""

    tag: str
    given: int
    """Videos that have it now, and nobody decided about."""
    maybes: int
    sure: bool
    """Whether it is given at all, and not at most a maybe."""
    was_sure: bool
    """The same before."""


@dataclass(frozen=True, slots=True)
class Review:
    """How far a person is through a review. All numbers together but ``put_off`` are ``total``."""

    id: int
    begun_at: str
    """ISO 8601 in UTC."""
    asked: str
    """What was asked for, in words; empty for everything."""
    total: int
    answered: int
    """With yes or no, in this review."""
    skipped: int
    elsewhere: int
    """Decided about elsewhere meanwhile."""
    gone: int
    """Not in the library any more, or their tag is not, or is hidden, forgotten or switched off."""
    left: int
    put_off: int
    """Of those left, the ones that wait for later."""
    learnt: tuple[Learnt, ...] = ()
    """What was learnt again last, one a tag."""

    @property
    def number(self) -> int:
        """The place of the next suggestion, from 1: the ``12`` of "12 of 84"."""
        return min(self.total - self.left + 1, self.total)

    @property
    def underway(self) -> bool:
        """Whether a person said something in it, and something is left."""
        return bool(self.left and (self.answered or self.skipped or self.put_off))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a person answered to the suggestions of one tag in a review."""

    tag: str
    right: int
    wrong: int
    left: int
    """Suggestions of it that wait for an answer."""
