"""A search as text, cut into the pieces that it is made of, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from organizer.errors import QueryError
from organizer.folding import composed
from organizer.query.amounts import split_sign
from organizer.query.fields import FIELDS, OTHER_NAMES, SCORE
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED_BY = {'"': '"', "\u201c": "\u201d\u201c", "\u201d": "\u201d\u201c", "\u201e": "\u201d\u201c"}
"""Marks that open a quotation, with those that close it: phones put curved ones in place of straight ones."""
_RUN = re.compile(r"[^\s()]+")
_FIELD = re.compile(r"([^\W\d_]{2,}):")
_KNOWN = ", ".join(f"{name}:" for name in FIELDS)
_LABEL = re.compile(r"[^\s()<>=]+")


class Kind(Enum):
    """What a piece is."""

    WORD = auto()
    QUOTED = auto()
    FIELD = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    MINUS = auto()
    """A hyphen right before something: not that."""
    OPEN = auto()
    CLOSE = auto()


_OPERATORS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a search."""

    kind: Kind
    start: int
    end: int
    """One behind its last character."""
    text: str = ""
    """Of a word, what is quoted, or a field's value with its sign; composed."""
    field: str = ""
    """The field's name; empty where it is none."""
    label: str = ""
    """What stands before the sign in a score."""
    value_start: int = 0
    """Where the value of a field begins."""
    quoted: bool = False
    """Whether the value of a field stands in quotes."""


def scan(text: str) -> Iterator[Piece]:
    """Yield the pieces of a search.

    Raises:
        QueryError: a quotation is not closed or empty, or a field is not known or has no value.
    """
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece = _piece(text, at)
        yield piece
        at = piece.end


def is_plain(text: str) -> bool:
    """Whether text, written as it is, is one plain word and nothing else."""
    try:
        pieces = list(scan(text))
    except QueryError:
        return False
    return len(pieces) == 1 and pieces[0].kind is Kind.WORD and pieces[0].text == text


def quoted(text: str) -> str:
    """Return text in quotes, as it is read back."""
    return '"' + text.replace('"', '""') + '"'


def value(text: str) -> str:
    """Return text as the value of a field, in quotes where it needs them."""
    run = _RUN.fullmatch(text)
    return text if run and text[0] not in CLOSED_BY and not split_sign(text)[0] else quoted(text)


def _piece(text: str, at: int) -> Piece:
    character = text[at]
    if character in "()":
        return Piece(Kind.OPEN if character == "(" else Kind.CLOSE, at, at + 1)
    if character == "-" and at + 1 < len(text) and not (text[at + 1].isspace() or text[at + 1] == ")"):
        return Piece(Kind.MINUS, at, at + 1)
    if character in CLOSED_BY:
        end, inside = _quotation(text, at)
        return Piece(Kind.QUOTED, at, end, inside)
    if (field := _FIELD.match(text, at)) is not None:
        return _field(text, at, field[1])
    run = _RUN.match(text, at)
    assert run is not None
    word = run[0]
    return Piece(_OPERATORS.get(word, Kind.WORD), at, run.end(), composed(word))


def _quotation(text: str, at: int) -> tuple[int, str]:
    """Return where a quotation ends, and what stands in it; a straight mark twice is one that is meant."""
    closing, inside, here = CLOSED_BY[text[at]], [], at + 1
    while here < len(text):
        if text[here] in closing:
            if text[at] != '"' or text[here : here + 2] != '""':
                break
            here += 1
        inside.append(text[here])
        here += 1
    else:
        raise QueryError("This quotation is not closed. Put a quotation mark at its end.", at, len(text))
    if not inside:
        raise QueryError("Nothing stands between these quotation marks.", at, here + 1)
    return here + 1, composed("".join(inside))


def _field(text: str, at: int, typed: str) -> Piece:
    name, start = typed.casefold(), at + len(typed) + 1
    name = OTHER_NAMES.get(name, name)
    if name not in FIELDS:
        raise QueryError(
            f"{safe_text(typed)}: is nothing to search by. There are {_KNOWN}. A name with a colon goes into "
            "quotation marks.",
            at,
            start,
        )
    label, here = "", start
    if name == SCORE:
        here, label = _value(text, here, _LABEL)
    sign, _ = split_sign(text[here : here + 2])
    end, inside = _value(text, here + len(sign), _RUN)
    if not (label or sign or inside):
        after = " Write it right behind the colon." if text[start:].strip() else ""
        raise QueryError(f"{name}: needs something behind it.{after}", at, start)
    is_quoted = not sign and here < len(text) and text[here] in CLOSED_BY
    return Piece(Kind.FIELD, at, end, sign + inside, name, label, start, is_quoted)


def _value(text: str, at: int, run: re.Pattern[str]) -> tuple[int, str]:
    """Return where a value ends, and what it is; an empty one where there is none."""
    if at < len(text) and text[at] in CLOSED_BY:
        return _quotation(text, at)
    found = run.match(text, at)
    return (found.end(), composed(found[0])) if found else (at, "")
