"""A search in parts that can be shown, and taken away, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.query.describe import describe
from organizer.query.parse import parse_parts
from organizer.query.printing import join_texts

if TYPE_CHECKING:
    from organizer.query.expr import Expr


@dataclass(frozen=True, slots=True)
class Chip:
    """One of the parts of a search that must all hold."""

    text: str
    """As it stands in the search."""
    start: int
    """Where it begins there, in characters."""
    end: int
    words: str
    """What it asks for, in words for people: ``without Concert``."""
    expr: Expr


def chips(text: str) -> tuple[Chip, ...]:
    """Return the parts of a search that must all hold, in their order.

    Raises:
        QueryError: it is none.
    """
    return tuple(
        Chip(text[start:end], start, end, describe(expr), expr) for expr, start, end in parse_parts(text)
    )


def without(text: str, number: int) -> str:
    """Return a search without one of its chips; what people wrote of the others stays as it is.

    Args:
        text: the search.
        number: which of its chips, from 0.

    Raises:
        QueryError: it is no search.
        IndexError: it has no such chip.
    """
    left = list(chips(text))
    del left[number]
    return join_texts([chip.expr for chip in left], [chip.text for chip in left])
