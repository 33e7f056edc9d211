"""Whether a video fits a search, told from its record: no SQL, no index, no lookup."""

from __future__ import annotations

import os
from datetime import datetime

from organizer.library.records import Status, VideoRecord
from organizer.library.spelling import folded
from organizer.query import Expr
from organizer.query.expr import (
    Amount,
    And,
    Carried,
    Codec,
    Compare,
    Date,
    FileName,
    Folder,
    Is,
    Measure,
    Not,
    Or,
    Phrase,
    Score,
    State,
    Tag,
    Word,
    terms_of,
)
from organizer.query.when import EachYear, days_of, is_plain_date, read_when
from organizer.types import TagState


def shown(video: VideoRecord, expr: Expr) -> bool:
    """Whether a list with a search shows a video at all: what is set apart has to be spoken of."""
    named = {term.what for term in terms_of(expr) if isinstance(term, State)}
    return (not video.hidden or Is.HIDDEN in named) and (not video.live or Is.LIVE in named)


def fits(video: VideoRecord, expr: Expr, now: datetime) -> bool:
    match expr:
        case And(parts):
            return all(fits(video, part, now) for part in parts)
        case Or(parts):
            return any(fits(video, part, now) for part in parts)
        case Not(part):
            return not fits(video, part, now)
        case Word(text):
            return fits_word(video, text, now)
        case Phrase(text):
            return holds(video, text)
        case Tag(name, carried):
            return folded(name) in tags_of(video, carried)
        case Folder(text):
            return any(folded(text) in path[: path.rfind(os.sep) + 1] for path in paths(video))
        case FileName(text):
            return any(folded(text) in path[path.rfind(os.sep) + 1 :] for path in paths(video))
        case Codec(name):
            return video.codec == name
        case Date(when, compare, until):
            return fits_date(video, when, compare, until, now)
        case Amount(measure, bounds):
            number = amount_of(video, measure)
            return number is not None and number in bounds
        case Score(label, bounds):
            return any(
                folded(name) == folded(label) and score in bounds for name, score in video.scores.items()
            )
        case State(what):
            return is_so(video, what)
    raise AssertionError(expr)


def fits_word(video: VideoRecord, text: str, now: datetime) -> bool:
    wanted = folded(text).split()
    for tag in tags_of(video, Carried.TAG):
        if all(any(word.startswith(one) for word in tag.split()) for one in wanted):
            return True
    if is_plain_date(text) and fits_date(video, read_when(text), Compare.IN, None, now):
        return True
    return all(holds(video, word) for word in text.split())


def fits_date(video, when, compare, until, now) -> bool:
    if video.taken is None:
        return False
    moment = video.taken.moment.replace(tzinfo=None)
    days = days_of(when, now)
    if isinstance(days, EachYear):
        return moment.month in days.months and days.day in (None, moment.day)
    return {
        Compare.IN: days.start <= moment < days.end,
        Compare.BEFORE: moment < days.start,
        Compare.UNTIL: moment < days.end,
        Compare.AFTER: moment >= days.end,
        Compare.FROM: moment >= days.start,
        Compare.BETWEEN: until is not None and days.start <= moment < days_of(until, now).end,
    }[compare]


def paths(video: VideoRecord) -> list[str]:
    return [folded(place.path) for place in video.places]


def holds(video: VideoRecord, text: str) -> bool:
    return any(folded(text) in path for path in paths(video))


def tags_of(video: VideoRecord, carried: Carried) -> set[str]:
    def is_carried(tag) -> bool:
        given = tag.state is TagState.SUGGESTED and not tag.is_maybe
        return {
            Carried.TAG: given or tag.state is TagState.CONFIRMED,
            Carried.MAYBE: tag.is_maybe,
            Carried.SUGGESTED: given,
            Carried.CONFIRMED: tag.state is TagState.CONFIRMED,
            Carried.REJECTED: tag.state is TagState.REJECTED,
        }[carried]

    return {folded(tag.name) for tag in video.tags if is_carried(tag)}


def amount_of(video: VideoRecord, measure: Measure) -> float | None:
    return {
        Measure.LENGTH: video.duration_s,
        Measure.SIZE: video.size_bytes,
        Measure.WIDTH: video.width,
        Measure.HEIGHT: video.height,
        Measure.RATING: video.rating,
    }[measure]


def is_so(video: VideoRecord, what: Is) -> bool:
    if what.value in {status.value for status in Status}:
        return video.status == what.value
    if what in {Is.FAVOURITE, Is.HIDDEN, Is.LIVE}:
        return {Is.FAVOURITE: video.favourite, Is.HIDDEN: video.hidden, Is.LIVE: video.live}[what]
    if what is Is.UNTAGGED:
        return not tags_of(video, Carried.TAG)
    return bool(tags_of(video, Carried.TAG if what is Is.TAGGED else Carried(what.value)))
