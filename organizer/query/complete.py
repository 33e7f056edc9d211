"""What may be meant by the beginning of a word in a search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from organizer.errors import QueryError
from organizer.folding import folded
from organizer.query.expr import Carried, Is, Measure, Or
from organizer.query.fields import CODECS, DATE, FIELDS, FOLDER, IS, OTHER_NAMES, SCORE
from organizer.query.names import Names
from organizer.query.parse import parse
from organizer.query.scan import CLOSED_BY, quoted, value
from organizer.query.when import FIRST_YEAR, LAST_YEAR, MONTHS, Season, is_one_period, read_when

MOST = 12
"""Completions that are offered at once."""


class CompletionKind(StrEnum):
    """What is offered."""

    TAG = "tag"
    FIELD = "field"
    """The name of a field, up to its colon: more is to follow."""
    STATE = "state"
    DATE = "date"
    FOLDER = "folder"
    CODEC = "codec"
    NUMBER = "number"
    """An example, for numbers are anybody's."""
    SAVED = "saved"
    """A saved search."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Text that may take the place of what is typed."""

    insert: str
    start: int
    """Where what it replaces begins, in characters."""
    end: int
    """One behind the last character that it replaces."""
    words: str
    """What it means, in words for people."""
    kind: CompletionKind


FIELD_WORDS = {
    "tag": "with a tag",
    "maybe": "where a tag is a maybe",
    "suggested": "with a tag that you did not decide about",
    "confirmed": "with a tag that you confirmed",
    "rejected": "with a tag that you rejected",
    "score": "by what the model says of a tag, such as score:Animal>0.8",
    "date": "taken then, such as date:2023-06..2023-08",
    "length": "by length, such as length:<30s",
    "size": "by size of the file, such as size:>100MB",
    "width": "by width of the picture, such as width:>=1920",
    "height": "by height of the picture, such as height:>=1080",
    "rating": "by your stars, such as rating:>=4",
    "folder": "in a folder",
    "name": "by a part of the file's name",
    "codec": "by how the pictures are stored",
    "is": "by what it is, such as is:untagged",
}
"""What each field is for."""
STATE_WORDS = {
    Is.UNTAGGED: "without a tag",
    Is.TAGGED: "with a tag",
    Is.MAYBE: "with a maybe",
    Is.SUGGESTED: "with a tag that you did not decide about",
    Is.CONFIRMED: "with a tag that you confirmed",
    Is.REJECTED: "with a tag that you rejected",
    Is.OK: "there and readable",
    Is.FAILED: "could not be read",
    Is.MISSING: "no longer there",
    Is.OFFLINE: "on a drive that is not connected",
    Is.FAVOURITE: "your favourites",
    Is.HIDDEN: "that you hid",
    Is.LIVE: "the clip of a Live Photo",
}
"""What each state means."""
_NUMBERS = {
    Measure.LENGTH: (
        ("<30s", "shorter than 30 seconds"),
        ("30s..2m", "30 seconds to 2 minutes"),
        (">2m", "longer than 2 minutes"),
    ),
    Measure.SIZE: (
        (">100MB", "larger than 100 MB"),
        ("<10MB", "smaller than 10 MB"),
        (">1GB", "larger than 1 GB"),
    ),
    Measure.WIDTH: ((">=1920", "Full HD or wider"), (">=3840", "4K or wider")),
    Measure.HEIGHT: ((">=1080", "Full HD or higher"), (">=2160", "4K or higher")),
    Measure.RATING: ((">=4", "4 stars or more"), ("5", "5 stars"), ("0", "without stars")),
}
_DAYS = (
    "today",
    "yesterday",
    "this week",
    "last week",
    "last 30 days",
    "this month",
    "last month",
    "this year",
    "last year",
)
_CARRIED = {carried.value for carried in Carried}
_MEASURES = {measure.value: measure for measure in Measure}
_FIELD = re.compile(r"([^\W\d_]{2,}):")
_SIGN = re.compile(r"[<>]?=?")


def complete(text: str, cursor: int, names: Names) -> tuple[Completion, ...]:
    """Return what the word at a place in a search may become, the likeliest first.

    Args:
        text: the search as far as it is typed; it need not be a whole one.
        cursor: where in it is typed, in characters from its begin.
        names: what there is names for.
    """
    start, end = _word_at(text, min(max(cursor, 0), len(text)))
    typed = text[start:cursor]
    found: dict[str, Completion] = {}
    for insert, words, kind in _offers(typed, names, alone=not (text[:start] + text[end:]).strip()):
        if insert != text[start:end] and insert not in found:
            found[insert] = Completion(insert, start, end, words, kind)
        if len(found) == MOST:
            break
    return tuple(found.values())


_Offer = tuple[str, str, CompletionKind]


def _word_at(text: str, cursor: int) -> tuple[int, int]:
    """Return where the word begins that is typed at a place, and where it ends."""
    at = 0
    while at < cursor:
        if (
            text[at].isspace()
            or text[at] in "()"
            or (text[at] == "-" and not text[at + 1 : at + 2].isspace())
        ):
            at += 1
        else:
            end = _end_of_word(text, at)
            if end >= cursor:
                return at, end
            at = end
    return cursor, cursor


def _end_of_word(text: str, at: int) -> int:
    """Return where a word ends; one in quotes that are not closed goes on to the end of the text."""
    if field := _FIELD.match(text, at):
        at = field.end()
        sign = _SIGN.match(text, at)
        at = sign.end() if sign else at
    if at < len(text) and text[at] in CLOSED_BY:
        closing = CLOSED_BY[text[at]]
        at += 1
        while at < len(text) and text[at] not in closing:
            at += 1
        at += 1
    while at < len(text) and not (text[at].isspace() or text[at] in "()"):
        at += 1
    return min(at, len(text))


def _offers(typed: str, names: Names, *, alone: bool) -> Iterator[_Offer]:
    field = _FIELD.match(typed)
    if field is None:
        yield from _of_a_word(folded(typed).strip("".join(CLOSED_BY)), names, alone=alone)
        return
    name = folded(field[1])
    name = OTHER_NAMES.get(name, name)
    rest = folded(typed[field.end() :])
    sign = _SIGN.match(rest)
    assert sign is not None
    for insert, words, kind in _of_a_field(
        name, rest[sign.end() :].strip("".join(CLOSED_BY)), sign[0], names
    ):
        yield f"{name}:{insert}", words, kind


def _of_a_word(typed: str, names: Names, *, alone: bool) -> Iterator[_Offer]:
    for saved in names.saved:
        if folded(saved.name).startswith(typed) and (text := _saved(saved.text, alone=alone)):
            yield text, saved.name, CompletionKind.SAVED
    if typed:
        for tag in names.tags:
            if _begins(tag, typed):
                yield f"tag:{_tag(tag)}", tag, CompletionKind.TAG
        for date in _dates(names):
            if date.startswith(typed):
                yield f"date:{date.replace(' ', '-')}", date, CompletionKind.DATE
        for state, words in STATE_WORDS.items():
            if state.value.startswith(typed):
                yield f"is:{state.value}", words, CompletionKind.STATE
    for field in FIELDS:
        if field.startswith(typed):
            yield f"{field}:", FIELD_WORDS[field], CompletionKind.FIELD
    if typed:
        for folder in names.folders:
            if _begins(re.split(r"[/\\]", folder)[-1], typed):
                yield f"folder:{value(folder)}", folder, CompletionKind.FOLDER


def _of_a_field(field: str, typed: str, sign: str, names: Names) -> Iterator[_Offer]:
    if field in _CARRIED:
        for tag in names.tags:
            if _begins(tag, typed):
                yield _tag(tag), tag, CompletionKind.TAG
    elif field == SCORE:
        for label in names.labels:
            if _begins(label, typed):
                yield f"{value(label)}>", f"{label} scored above", CompletionKind.TAG
    elif field == DATE:
        before, dots, last = typed.rpartition("..")
        for date in _dates(names):
            is_offered = not (sign or dots) or is_one_period(read_when(date))
            if is_offered and date.replace(" ", "-").startswith(last.replace(" ", "-")):
                yield f"{sign}{before}{dots}{date.replace(' ', '-')}", date, CompletionKind.DATE
    elif field in _MEASURES:
        for number, words in _NUMBERS[_MEASURES[field]]:
            if number.startswith(sign + typed):
                yield number, words, CompletionKind.NUMBER
    elif field == FOLDER:
        for folder in names.folders:
            if typed in folded(folder):
                yield value(folder), folder, CompletionKind.FOLDER
    elif field == IS:
        for state, words in STATE_WORDS.items():
            if state.value.startswith(typed):
                yield state.value, words, CompletionKind.STATE
    elif field == "codec":
        for codec in CODECS:
            if codec.startswith(typed):
                yield codec, ", ".join((codec, *CODECS.get(codec, ())[:1])), CompletionKind.CODEC


def _tag(name: str) -> str:
    """Return a tag behind its colon; by itself a question mark would make it a maybe."""
    return quoted(name) if name.endswith("?") else value(name)


def _begins(name: str, typed: str) -> bool:
    """Whether a name, or a word in it, begins with what is typed."""
    name = folded(name)
    return name.startswith(typed) or any(word.startswith(typed) for word in name.split())


def _dates(names: Names) -> Iterator[str]:
    """Yield what can be typed for a date, with a year only where videos were taken in it."""
    yield from _DAYS
    years = [year for year in names.years if FIRST_YEAR <= year <= LAST_YEAR]
    yield from (str(year) for year in years)
    for name in (*(season.value for season in Season), *MONTHS):
        yield name
        yield from (f"{name} {year}" for year in years)


def _saved(text: str, *, alone: bool) -> str:
    """Return a saved search as it stands in another one; an empty text where it is none any more."""
    try:
        expr = parse(text)
    except QueryError:
        return ""
    return f"({text})" if isinstance(expr, Or) and not alone else text
