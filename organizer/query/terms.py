"""A field with its value -> a term, or what is wrong with it."""

from __future__ import annotations

from organizer.errors import QueryError
from organizer.folding import folded
from organizer.query.amounts import SCORE_EXAMPLE, read_amount, read_score, split_sign
from organizer.query.expr import (
    Amount,
    Carried,
    Codec,
    Compare,
    Date,
    FileName,
    Folder,
    Measure,
    Score,
    State,
    Tag,
    Term,
)
from organizer.query.fields import CODEC_OF, STATES
from organizer.query.scan import Piece
from organizer.query.when import When, is_one_period, read_when
from organizer.text import safe_text

MAYBE_MARK = "?"
"""What follows a tag's name where it is a maybe."""
_DATES = "2023, 2023-06, 2023-06-15, june-2023, summer-2023, yesterday or last-week"


def term_of(piece: Piece) -> Term:
    """Return the term that a field and its value are.

    Raises:
        QueryError: its value makes no sense.
    """
    if piece.field in _CARRIED:
        return _tag(piece)
    if piece.field in _MEASURES:
        try:
            return Amount(Measure(piece.field), read_amount(Measure(piece.field), piece.text))
        except ValueError as error:
            raise QueryError(str(error), piece.value_start, piece.end) from None
    match piece.field:
        case "score":
            return _score(piece)
        case "date":
            return _date(piece)
        case "folder":
            return Folder(piece.text)
        case "name":
            return FileName(piece.text)
        case "codec":
            name = folded(piece.text)
            return Codec(CODEC_OF.get(name, name))
        case "is":
            return _state(piece)
    raise AssertionError(piece.field)


_CARRIED = {carried.value for carried in Carried}
_MEASURES = {measure.value for measure in Measure}


def _tag(piece: Piece) -> Tag:
    name, carried = " ".join(piece.text.split()), Carried(piece.field)
    if carried is Carried.TAG and not piece.quoted and name.endswith(MAYBE_MARK) and name != MAYBE_MARK:
        return Tag(name.removesuffix(MAYBE_MARK), Carried.MAYBE)
    if not name:
        raise QueryError("A tag has at least one character.", piece.value_start, piece.end)
    return Tag(name, carried)


def _score(piece: Piece) -> Score:
    label = " ".join(piece.label.split())
    if not label:
        raise QueryError(f"Say the score of which tag, as in {SCORE_EXAMPLE}.", piece.value_start, piece.end)
    try:
        return Score(label, read_score(piece.text))
    except ValueError as error:
        raise QueryError(str(error), piece.value_start, piece.end) from None


def _state(piece: Piece) -> State:
    what = STATES.get(folded(piece.text))
    if what is None:
        known = ", ".join(dict.fromkeys(state.value for state in STATES.values()))
        raise QueryError(
            f"is:{safe_text(piece.text)} means nothing. What a video can be: {known}.",
            piece.value_start,
            piece.end,
        )
    return State(what)


def _date(piece: Piece) -> Date:
    sign, rest = split_sign(piece.text)
    if not sign and ".." in rest:
        return _range(piece, rest)
    when = _when(piece, rest)
    compare = Compare(sign.replace("=", "") if sign == "=" else sign)
    if compare is not Compare.IN:
        _check_once(piece, when)
    return Date(when, compare)


def _range(piece: Piece, text: str) -> Date:
    first, _, last = text.partition("..")
    when, until = (_when(piece, end) if end.strip() else None for end in (first, last))
    for end in (when, until):
        if end is not None:
            _check_once(piece, end)
    if until is None:
        if when is None:
            raise QueryError(
                "A range needs a date before or after its two dots.", piece.value_start, piece.end
            )
        return Date(when, Compare.FROM)
    return Date(when, Compare.BETWEEN, until) if when else Date(until, Compare.UNTIL)


def _when(piece: Piece, text: str) -> When:
    when = read_when(text)
    if when is None:
        said = safe_text(text.strip()) or "Nothing"
        raise QueryError(f"{said} is no date. Write it as {_DATES}.", piece.value_start, piece.end)
    return when


def _check_once(piece: Piece, when: When) -> None:
    """Refuse what comes every year where a period of time has to begin or end.

    Raises:
        QueryError: it does.
    """
    if not is_one_period(when):
        raise QueryError("This comes every year. Say of which year.", piece.value_start, piece.end)
