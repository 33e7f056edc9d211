"""What the panel of filters shows of a search, and the search that a change of it makes; as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from organizer.gallery import query_terms
from organizer.gallery.old_address import EARLIEST_DAY, LATEST_DAY
from organizer.query import chips, describe, parse, parts_of, print_query, without
from organizer.query.expr import Amount, Bounds, Is, Measure, State
from organizer.text import safe_text

if TYPE_CHECKING:
    from organizer.query import Expr

MOST_TAGS = 400
_STARS = 5


@dataclass(frozen=True, slots=True)
class PanelTag:
    """A tag in the panel."""

    name: str
    words: str
    """As it is shown."""
    videos: int
    """Of how many it is a tag."""
    maybes: int
    """Of how many it is a maybe."""
    use: str
    """How the search uses it: a value of ``query_terms``, or empty."""


@dataclass(frozen=True, slots=True)
class PanelChoice:
    """A choice of one among several in the panel."""

    part: str
    """Its name, for ``changed``."""
    words: str
    value: str
    """What is chosen: the words of a search, empty for nothing."""
    options: tuple[tuple[str, str], ...]
    """The value and the words of each option."""


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """What the panel shows of a search."""

    text: str
    """The words of the search."""
    tags: tuple[PanelTag, ...]
    choices: tuple[PanelChoice, ...]
    first_day: str
    """As in 2023-06-01; empty for no limit."""
    last_day: str
    folder: str
    """Words of the folder's name."""
    days: tuple[str, str] = (EARLIEST_DAY.isoformat(), LATEST_DAY.isoformat())
    """The earliest and the latest day that can be chosen."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A choice of one among several terms, or of none."""

    words: str
    none: str
    """What is chosen where the search holds none of the terms."""
    terms: tuple[Expr, ...]
    """The terms that are offered, in order."""
    names: tuple[str, ...]
    """Their words."""

    def is_one(self, part: Expr) -> bool:
        """Whether a part of a search is what this chooses."""
        first = self.terms[0]
        if isinstance(first, Amount):
            return isinstance(part, Amount) and part.measure is first.measure
        return part in self.terms

    def options(self, part: Expr | None) -> tuple[tuple[str, str], ...]:
        """Return the value and the words of each option, also of one that the person wrote in words."""
        known = [(print_query(term), name) for term, name in zip(self.terms, self.names, strict=True)]
        own = [] if part is None or part in self.terms else [(print_query(part), describe(part))]
        return (("", self.none), *known, *own)


def _states(words: str, none: str, states: Mapping[Is, str]) -> _Choice:
    return _Choice(words, none, tuple(State(state) for state in states), tuple(states.values()))


_MINUTE = 60.0
_CHOICES = {
    "decided": _states(
        "Its tags",
        "Any",
        {
            Is.UNTAGGED: "None at all",
            Is.SUGGESTED: "Suggested, not looked at yet",
            Is.MAYBE: "Maybes",
            Is.CONFIRMED: "Confirmed by me",
            Is.REJECTED: "Rejected by me",
        },
    ),
    "length": _Choice(
        "Length",
        "Any",
        tuple(
            Amount(Measure.LENGTH, bounds)
            for bounds in (
                Bounds(high=30.0, high_open=True),
                Bounds(30.0, 2 * _MINUTE),
                Bounds(2 * _MINUTE, 10 * _MINUTE),
                Bounds(low=10 * _MINUTE, low_open=True),
            )
        ),
        ("Under 30 seconds", "30 seconds to 2 minutes", "2 to 10 minutes", "Over 10 minutes"),
    ),
    "stars": _Choice(
        "Stars",
        "Any",
        tuple(Amount(Measure.RATING, Bounds(low=float(stars))) for stars in range(1, _STARS + 1)),
        tuple(f"{stars} or more" if stars < _STARS else f"{stars}" for stars in range(1, _STARS + 1)),
    ),
    "shown": _states(
        "Show",
        "All but hidden ones",
        {Is.FAVOURITE: "Favourites", Is.HIDDEN: "Hidden ones", Is.LIVE: "Clips of Live Photos"},
    ),
    "file": _states(
        "File",
        "Any",
        {
            Is.OK: "Readable",
            Is.FAILED: "Not readable",
            Is.MISSING: "Missing",
            Is.OFFLINE: "Offline",
        },
    ),
}


def panel(text: str, videos: Mapping[str, int], maybes: Mapping[str, int], now: datetime) -> FilterPanel:
    """Return what the panel shows of a search.

    Args:
        text: the words of the search.
        videos: of how many videos each tag is one, most frequent first.
        maybes: of how many videos each tag is a maybe, most frequent first.
        now: the present, naive: for dates such as "yesterday".

    Raises:
        QueryError: the words cannot be understood.
    """
    parts = parts_of(parse(text))
    first, last = query_terms.days(text, now)
    return FilterPanel(
        text=text,
        tags=_tags(query_terms.used_tags(text), videos, maybes),
        choices=tuple(_shown(name, choice, parts) for name, choice in _CHOICES.items()),
        first_day=first.isoformat() if first else "",
        last_day=last.isoformat() if last else "",
        folder=query_terms.folder(text),
    )


def changed(text: str, change: Mapping[str, str], now: datetime) -> str:
    """Return the words of a search after a change in the panel; one that makes no sense changes nothing.

    Args:
        text: the words of the search.
        change: ``set`` says which control, ``to`` its new value, and ``name`` of which tag.
        now: the present, naive.

    Raises:
        QueryError: the words, or the new value, cannot be understood.
    """
    part, value = change.get("set", ""), change.get("to", "")
    if part == "tag" and change.get("name"):
        return query_terms.with_tag(text, change["name"], value)
    if part in {"from", "until"}:
        first, last = query_terms.days(text, now)
        day = _day(value)
        return query_terms.with_days(text, *((day, last) if part == "from" else (first, day)))
    if part == "folder":
        return query_terms.with_folder(text, value)
    choice = _CHOICES.get(part)
    if choice is None:
        return text
    term = parse(value)
    return query_terms.replaced(text, choice.is_one, term)


def _tags(
    used: Mapping[str, str], videos: Mapping[str, int], maybes: Mapping[str, int]
) -> tuple[PanelTag, ...]:
    uses = {name.casefold(): use for name, use in used.items()}
    names = dict.fromkeys([*videos, *maybes])
    known = {name.casefold() for name in names}
    # Their order is that of their counts, whatever is chosen: nothing moves under the hand. First what no
    # video carries any more: it can be taken away.
    gone = [name for name in used if name.casefold() not in known]
    return tuple(
        PanelTag(
            name, safe_text(name), videos.get(name, 0), maybes.get(name, 0), uses.get(name.casefold(), "")
        )
        for name in [*gone, *names][:MOST_TAGS]
    )


def _shown(name: str, choice: _Choice, parts: tuple[Expr, ...]) -> PanelChoice:
    chosen = next((part for part in parts if choice.is_one(part)), None)
    return PanelChoice(name, choice.words, print_query(chosen), choice.options(chosen))


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST_DAY <= day <= LATEST_DAY else None


def shown_chips(text: str) -> list[dict[str, str]]:
    """Return for each term of a search its words, and the search without it.

    Raises:
        QueryError: the words cannot be understood.
    """
    found = chips(text)
    return [
        {"words": safe_text(chip.words), "without": without(text, number)}
        for number, chip in enumerate(found)
    ]
