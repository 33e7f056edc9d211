"""Text -> search. What stands beside each other must all fit; ``OR`` binds less than that, ``NOT`` more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import QueryError
from organizer.query.expr import And, Not, Or, Phrase, Word
from organizer.query.scan import Kind, Piece, scan
from organizer.query.terms import term_of
from organizer.query.when import plain_date

if TYPE_CHECKING:
    from organizer.query.expr import Expr

MOST_TERMS = 250
"""Terms of one search."""
_DEEPEST = 30
"""Brackets and NOTs within each other."""


def parse(text: str) -> Expr | None:
    """Return the search that a text means; None where it is empty, for then there is nothing to look for.

    Raises:
        QueryError: it means none; the error says what is wrong, and where.
    """
    parsed = _parsed(text)
    return parsed[0] if parsed else None


def parse_parts(text: str) -> list[tuple[Expr, int, int]]:
    """Return what must all hold of a search, one by one, each with its place in the text.

    Raises:
        QueryError: as for ``parse``.
    """
    parsed = _parsed(text)
    return parsed[1] if parsed else []


_Placed = tuple["Expr", int, int]


def _parsed(text: str) -> tuple[Expr, list[_Placed]] | None:
    pieces = list(scan(text))
    if not pieces:
        return None
    return _Parser(text, pieces).all()


class _Parser:
    """Goes through the pieces once, from left to right."""

    def __init__(self, text: str, pieces: list[Piece]) -> None:
        self.text, self.pieces = text, pieces
        self.at = self.terms = self.depth = 0

    def all(self) -> tuple[Expr, list[_Placed]]:
        expr, parts = self.either()
        if (piece := self.here()) is not None:
            raise QueryError("This bracket was never opened.", piece.start, piece.end)
        return expr, parts

    def here(self) -> Piece | None:
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def either(self) -> tuple[Expr, list[_Placed]]:
        """Read up to a bracket that closes, or the end."""
        first = self.pieces[self.at]
        choices = [self.every()]
        while (piece := self.here()) is not None and piece.kind is Kind.OR:
            self.at += 1
            choices.append(self.every())
        if len(choices) == 1:
            return choices[0]
        expr = Or(tuple(expr for expr, _ in choices))
        return expr, [(expr, first.start, self.pieces[self.at - 1].end)]

    def every(self) -> tuple[Expr, list[_Placed]]:
        """Read up to an OR, a bracket that closes, or the end."""
        parts = [self.one()]
        while (piece := self.here()) is not None and piece.kind not in {Kind.OR, Kind.CLOSE}:
            if piece.kind is Kind.AND:
                self.at += 1
            parts.append(self.one())
        exprs = tuple(expr for expr, *_ in parts)
        return (And(exprs) if len(exprs) > 1 else exprs[0]), parts

    def one(self) -> _Placed:
        """Read a term, what stands in brackets, or what one of them is not."""
        piece = self.begun()
        if piece.kind in {Kind.NOT, Kind.MINUS}:
            self.at += 1
            self.deeper(piece)
            part, _, end = self.one()
            self.depth -= 1
            return Not(part), piece.start, end
        if piece.kind is Kind.OPEN:
            return self.bracket(piece)
        self.at += 1
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise QueryError(
                f"A search has up to {MOST_TERMS} words, and this one has more.", piece.start, len(self.text)
            )
        match piece.kind:
            case Kind.WORD:
                return self.word(piece)
            case Kind.QUOTED:
                return Phrase(piece.text), piece.start, piece.end
            case _:
                return term_of(piece), piece.start, piece.end

    def begun(self) -> Piece:
        """Return the piece with which a search begins here.

        Raises:
            QueryError: none does.
        """
        piece, before = self.here(), self.pieces[self.at - 1] if self.at else None
        if piece is not None and piece.kind not in {Kind.AND, Kind.OR, Kind.CLOSE}:
            return piece
        if before is not None and before.kind in {Kind.AND, Kind.OR, Kind.NOT, Kind.MINUS}:
            name = before.text or "the hyphen"
            raise QueryError(f"Nothing follows {name}. {_AS_A_WORD}", before.start, before.end)
        assert piece is not None
        if piece.kind is Kind.CLOSE:
            if before is None:
                raise QueryError("This bracket was never opened.", piece.start, piece.end)
            raise QueryError("Nothing stands between these brackets.", before.start, piece.end)
        raise QueryError(f"Nothing stands before {piece.text}. {_AS_A_WORD}", piece.start, piece.end)

    def bracket(self, opening: Piece) -> _Placed:
        self.at += 1
        self.deeper(opening)
        if self.here() is None:
            raise QueryError(_NEVER_CLOSED, opening.start, opening.end)
        expr, _ = self.either()
        closing = self.here()
        if closing is None:
            raise QueryError(_NEVER_CLOSED, opening.start, opening.end)
        self.at += 1
        self.depth -= 1
        return expr, opening.start, closing.end

    def word(self, first: Piece) -> _Placed:
        """Read a word, and those behind it that are a date together with it."""
        following = [first]
        for piece in self.pieces[self.at : self.at + 3]:
            if piece.kind is not Kind.WORD:
                break
            following.append(piece)
        number = max(1, plain_date([piece.text for piece in following]))
        self.at += number - 1
        text = " ".join(piece.text for piece in following[:number])
        return Word(text), first.start, following[number - 1].end

    def deeper(self, piece: Piece) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise QueryError(
                f"More than {_DEEPEST} brackets and NOTs stand within each other here.",
                piece.start,
                piece.end,
            )


_NEVER_CLOSED = "This bracket is never closed."
_AS_A_WORD = "AND, OR and NOT in capitals join what is searched for; as words they go into quotation marks."
