"""A search as a value: what is asked for, and how it is put together.

What has no place in a written search is no value either: ``parse(print_query(expr)) == expr`` holds for every
expression that ``parse`` returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizer.query.when import When


class Carried(StrEnum):
    """How a video has a tag; the values are the names of fields."""

    TAG = "tag"
    """It counts as a tag: a model gave it, or a person confirmed or added it."""
    MAYBE = "maybe"
    """A model is not sure, and nobody decided."""
    SUGGESTED = "suggested"
    """A model gave it, and nobody decided."""
    CONFIRMED = "confirmed"
    """A person confirmed or added it."""
    REJECTED = "rejected"
    """A person said that it does not fit."""


class Is(StrEnum):
    """What a video can be; the values stand behind ``is:``."""

    UNTAGGED = "untagged"
    TAGGED = "tagged"
    MAYBE = "maybe"
    """It has a maybe, one at least; so for the next three."""
    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    OK = "ok"
    """It is there and can be watched."""
    FAILED = "failed"
    MISSING = "missing"
    OFFLINE = "offline"
    FAVOURITE = "favourite"
    HIDDEN = "hidden"
    LIVE = "live"
    """It is the clip of a Live Photo."""


class Measure(StrEnum):
    """A number of a video; the values are the names of fields."""

    LENGTH = "length"
    """Seconds."""
    SIZE = "size"
    """Bytes."""
    WIDTH = "width"
    """Pixels as shown."""
    HEIGHT = "height"
    """Pixels as shown."""
    RATING = "rating"
    """Stars, 0 to 5; 0 for none."""


class Compare(StrEnum):
    """How a date is compared; the values stand before it."""

    IN = ""
    """Within the period."""
    BEFORE = "<"
    UNTIL = "<="
    """Before it ends."""
    AFTER = ">"
    """When it is over."""
    FROM = ">="
    """When it begins, or later."""
    BETWEEN = ".."
    """From one period's begin to another one's end."""


@dataclass(frozen=True, slots=True)
class And:
    """All of some searches."""

    parts: tuple[Expr, ...]
    """Two at least. One that is an ``And`` itself was written in brackets."""

    def __post_init__(self) -> None:
        """Check the number of parts.

        Raises:
            ValueError: there are fewer than two.
        """
        _two_at_least(self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One at least of some searches."""

    parts: tuple[Expr, ...]
    """Two at least."""

    def __post_init__(self) -> None:
        """Check the number of parts.

        Raises:
            ValueError: there are fewer than two.
        """
        _two_at_least(self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """What a search does not choose."""

    part: Expr


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word: it is looked for in tags, in names of files and folders, and among dates."""

    text: str
    """As it was typed; several words where together they are a date: ``summer 2023``."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exact words, spaces included, in the name of a file or folder."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by its whole name, whatever its case."""

    name: str
    carried: Carried = Carried.TAG


@dataclass(frozen=True, slots=True)
class Folder:
    """Text in the path of the folder, with a separator at its end, in which a video lies."""

    text: str


@dataclass(frozen=True, slots=True)
class FileName:
    """Text in the name of a video's file."""

    text: str


@dataclass(frozen=True, slots=True)
class Codec:
    """The codec of the pictures, as FFmpeg names it; ``parse`` knows its other names."""

    name: str


@dataclass(frozen=True, slots=True)
class Date:
    """When a video was taken, on the clock that is shown."""

    when: When
    compare: Compare = Compare.IN
    until: When | None = None
    """The last period for ``BETWEEN``, else None."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which two numbers something lies; a bound that is None is none."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    """Whether ``low`` itself is left out."""
    high_open: bool = False
    """Whether ``high`` itself is left out."""

    def __contains__(self, value: float) -> bool:
        """Say whether a number lies between them."""
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or (value < self.high if self.high_open else value <= self.high)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a video within bounds; a video of which it is not known does not fit."""

    measure: Measure
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Score:
    """What the newest model says of a label, 0..1, within bounds."""

    label: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class State:
    """What a video is."""

    what: Is


Term = Word | Phrase | Tag | Folder | FileName | Codec | Date | Amount | Score | State
Expr = And | Or | Not | Term


def parts_of(expr: Expr | None) -> tuple[Expr, ...]:
    """Return what must all hold of a search, one by one: the parts of an ``And``, or the search itself."""
    if expr is None:
        return ()
    return expr.parts if isinstance(expr, And) else (expr,)


def all_of(*exprs: Expr | None) -> Expr | None:
    """Return the search for what fits all of some searches; None, which chooses everything, is left out."""
    parts = tuple(part for expr in exprs for part in parts_of(expr))
    return And(parts) if len(parts) > 1 else parts[0] if parts else None


def any_of(*exprs: Expr) -> Expr:
    """Return the search for what fits one of some searches, of which there is one at least."""
    parts = tuple(part for expr in exprs for part in (expr.parts if isinstance(expr, Or) else (expr,)))
    return Or(parts) if len(parts) > 1 else parts[0]


def terms_of(expr: Expr | None) -> tuple[Term, ...]:
    """Return all terms of a search, wherever they stand in it, from left to right."""
    match expr:
        case None:
            return ()
        case And(parts) | Or(parts):
            return tuple(term for part in parts for term in terms_of(part))
        case Not(part):
            return terms_of(part)
        case _:
            return (expr,)


def _two_at_least(parts: tuple[Expr, ...]) -> None:
    if len(parts) < 2:
        raise ValueError("less than two parts need nothing to hold them together")
