"""Controls that only edit the words of a search: what a search says of each, and the words with it changed.

What is not touched stays as it was typed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from organizer.gallery.old_address import between_days
from organizer.query import all_of, any_of, chips, parse, parts_of, print_query, terms_of
from organizer.query.expr import And, Carried, Compare, Date, Folder, Is, Not, Or, Phrase, State, Tag, Word
from organizer.query.printing import join_texts
from organizer.query.when import Period, days_of
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.query import Expr

WITH, WITHOUT, MAYBE = "with", "without", "maybe"
_NAMES_A_LABEL = 4
"""Characters: fewer are a part of too many names."""
_TAG_USES = {WITH: Carried.TAG, MAYBE: Carried.MAYBE}


def replaced(text: str, is_one: Callable[[Expr], bool], term: Expr | None) -> str:
    """Return the words of a search with another term, at its end, in the place of all of some kind.

    Args:
        text: the words.
        is_one: whether a part of the search goes.
        term: what comes; None for nothing.

    Raises:
        QueryError: the words cannot be understood.
    """
    kept = [(chip.expr, chip.text) for chip in chips(text) if not is_one(chip.expr)]
    if term is not None:
        kept.append((term, print_query(term)))
    joined = join_texts([expr for expr, _ in kept], [words for _, words in kept])
    if len(kept) == 2 and parse(joined) != all_of(*(expr for expr, _ in kept)):
        # By itself "dance OR food" needs no brackets, beside another term it does.
        joined = f"({kept[0][1]}) {kept[1][1]}"
    return joined


def used_tags(text: str) -> dict[str, str]:
    """Return how a search uses tags, by their names as it spells them: ``with``, ``without`` or ``maybe``."""
    used: dict[str, str] = {}
    for part in parts_of(parse(text)):
        match part:
            case Tag(name, Carried.TAG):
                used[name] = WITH
            case Tag(name, Carried.MAYBE):
                used[name] = MAYBE
            case Not(Tag(name, Carried.TAG)):
                used[name] = WITHOUT
    return used


def with_tag(text: str, name: str, use: str) -> str:
    """Return the words of a search that uses a tag so; any other use is none.

    Raises:
        QueryError: the words cannot be understood.
    """
    term: Expr | None = Tag(name, _TAG_USES[use]) if use in _TAG_USES else None
    if use == WITHOUT:
        term = Not(Tag(name))
    folded = name.casefold()

    def same(part: Expr) -> bool:
        inner = part.part if isinstance(part, Not) else part
        return (
            isinstance(inner, Tag)
            and inner.carried in {Carried.TAG, Carried.MAYBE}
            and inner.name.casefold() == folded
        )

    return replaced(text, same, term)


def asks_for_maybes(text: str) -> bool:
    """Whether a search asks for maybes.

    Raises:
        QueryError: the words cannot be understood.
    """
    return any(
        term == State(Is.MAYBE) or (isinstance(term, Tag) and term.carried is Carried.MAYBE)
        for term in terms_of(parse(text))
    )


def with_maybes(text: str) -> str | None:
    """Return the words of a search that counts maybes as tags do; None where it asks for no tag.

    A word that names a label asks for it, as ``dance`` does, or ``phone``. A search that asks for maybes
    itself is left as it is: None too.

    Raises:
        QueryError: the words cannot be understood.
    """
    asked = parse(text)
    if asked is None or asks_for_maybes(text):
        return None
    wider = _with_maybes(asked)
    return None if wider == asked else print_query(wider)


def _with_maybes(asked: Expr) -> Expr:
    match asked:
        case And(parts):
            return all_of(*(_with_maybes(part) for part in parts)) or asked
        case Or(parts):
            return any_of(*(_with_maybes(part) for part in parts))
        case Tag(name, Carried.TAG):
            return any_of(asked, Tag(name, Carried.MAYBE))
        case Word(word) if len(word) >= _NAMES_A_LABEL:
            named = [label for label in LABELS if word.casefold() in label.casefold()]
            return any_of(asked, *(Tag(label, Carried.MAYBE) for label in named))
    return asked


def asks_for_words(text: str) -> bool:
    """Whether a search asks for words as such, wherever they stand.

    Raises:
        QueryError: the words cannot be understood.
    """
    return any(isinstance(term, Word | Phrase) for term in terms_of(parse(text)))


def days(text: str, now: datetime) -> tuple[date | None, date | None]:
    """Return the first and the last day that a search asks for, None where it sets none.

    Args:
        text: the words of the search.
        now: the present, naive.
    """
    first, last = None, None
    for part in parts_of(parse(text)):
        if isinstance(part, Date):
            first, last = _days_of(part, now)
    return first, last


def _days_of(part: Date, now: datetime) -> tuple[date | None, date | None]:
    ends = [days_of(when, now) if when else None for when in (part.when, part.until)]
    start, until = (end if isinstance(end, Period) else None for end in ends)
    first_day = start.start.date() if start else None
    last_day = (start.end - timedelta(microseconds=1)).date() if start else None
    match part.compare:
        case Compare.IN:
            return first_day, last_day
        case Compare.FROM:
            return first_day, None
        case Compare.AFTER:
            return (last_day + timedelta(days=1) if last_day else None), None
        case Compare.UNTIL:
            return None, last_day
        case Compare.BEFORE:
            return None, (first_day - timedelta(days=1) if first_day else None)
    return first_day, ((until.end - timedelta(microseconds=1)).date() if until else None)


def with_days(text: str, first: date | None, last: date | None) -> str:
    """Return the words of a search for what was taken from one day to another, both included.

    Raises:
        QueryError: the words cannot be understood.
    """
    return replaced(text, lambda part: isinstance(part, Date), between_days(first, last))


def folder(text: str) -> str:
    """Return the words of a folder's name that a search asks for."""
    names = [part.text for part in parts_of(parse(text)) if isinstance(part, Folder)]
    return names[-1] if names else ""


def with_folder(text: str, name: str) -> str:
    """Return the words of a search in folders of such a name; an empty one is any.

    Raises:
        QueryError: the words cannot be understood.
    """
    name = name.strip()
    return replaced(text, lambda part: isinstance(part, Folder), Folder(name) if name else None)
