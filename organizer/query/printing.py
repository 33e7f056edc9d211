"""Search -> text, in one spelling for all that mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.query.amounts import write_amount, write_score
from organizer.query.expr import (
    Amount,
    And,
    Carried,
    Codec,
    Date,
    FileName,
    Folder,
    Not,
    Or,
    Phrase,
    Score,
    State,
    Tag,
    Word,
)
from organizer.query.scan import quoted, value
from organizer.query.when import plain_date, write_when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.query.expr import Expr


def print_query(expr: Expr | None) -> str:
    """Return the text that ``parse`` reads as this search; an empty one for None."""
    match expr:
        case None:
            return ""
        case Or(parts):
            return " OR ".join(_bracketed(part, Or) for part in parts)
        case And(parts):
            return _joined(parts)
        case Not(part):
            return f"-{_bracketed(part, And, Or)}"
        case _:
            return _term(expr)


def join_texts(parts: Sequence[Expr], texts: Sequence[str]) -> str:
    """Return the text of searches that must all fit, each written as it may stand beside others.

    Where plain words would be a date together, ``AND`` keeps them apart.
    """
    text = ""
    for number, written in enumerate(texts):
        if number:
            text += " AND " if _would_be_a_date(parts, number) else " "
        text += written
    return text


def _joined(parts: Sequence[Expr]) -> str:
    return join_texts(parts, [_bracketed(part, And, Or) for part in parts])


def _bracketed(expr: Expr, *kinds: type[And] | type[Or]) -> str:
    return f"({print_query(expr)})" if isinstance(expr, kinds) else print_query(expr)


def _would_be_a_date(parts: Sequence[Expr], number: int) -> bool:
    """Whether the plain word that a part ends with would go on in the next parts."""
    before = parts[number - 1]
    while isinstance(before, Not):
        before = before.part
    if not isinstance(before, Word):
        return False
    words = before.text.split()
    own = len(words)
    for part in parts[number:]:
        if not isinstance(part, Word):
            break
        words += part.text.split()
    return plain_date(words) > own


def _term(expr: Expr) -> str:
    match expr:
        case Word(text):
            return text
        case Phrase(text):
            return quoted(text)
        case Tag(name, carried):
            # A question mark by itself would make it a maybe.
            exact = carried is Carried.TAG and name.endswith("?")
            return f"{carried.value}:{quoted(name) if exact else value(name)}"
        case Folder(text):
            return f"folder:{value(text)}"
        case FileName(text):
            return f"name:{value(text)}"
        case Codec(name):
            return f"codec:{value(name)}"
        case Date(when, compare, until):
            last = f"..{write_when(until)}" if until else ""
            return f"date:{compare.value if not until else ''}{write_when(when)}{last}"
        case Amount(measure, bounds):
            return f"{measure.value}:{write_amount(measure, bounds)}"
        case Score(label, bounds):
            return f"score:{_label(label)}{write_score(bounds)}"
        case State(what):
            return f"is:{what.value}"
    raise AssertionError(expr)


def _label(label: str) -> str:
    return quoted(label) if set("<>=") & set(label) else value(label)
