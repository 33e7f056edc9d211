"""The tags of a library as its page of tags shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.gallery.links import videos_link
from organizer.query.expr import Carried, Tag
from organizer.teaching.lessons import Stage
from organizer.teaching.teach import FEWEST
from organizer.teaching.words import advice, how_sure, learnt_from
from organizer.text import safe_text
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from organizer.library.records import TagInfo
    from organizer.library.taught import TaughtTag
    from organizer.teaching.lessons import Lesson

COLOURS = {
    "Red": "#d6453d",
    "Orange": "#d9822b",
    "Yellow": "#c9a227",
    "Green": "#3f9a5a",
    "Teal": "#1f8f94",
    "Blue": "#3b78c9",
    "Violet": "#7d5fc4",
    "Pink": "#c2588f",
}
"""What a tag can be coloured with: apart from each other, and seen on light and dark."""
_OWN_MOST = 2000
_OTHER_MODEL = "That was with another model: the one in use has to learn it itself."


@dataclass(frozen=True, slots=True)
class TagRow:
    """One tag."""

    name: str
    """As it is stored; what is done to it names it so."""
    words: str
    """As it is shown."""
    own: bool
    """Whether it is the person's own and no built-in label."""
    colour: str
    """``#rrggbb``, or empty."""
    hidden: bool
    videos: int
    maybes: int
    confirmed: int
    rejected: int
    link: str
    """The address of its videos."""
    maybes_link: str
    taught: str = ""
    """``on`` where it is taught and suggested, ``off`` where switched off, ``other`` where it was learnt with
    another model's features; empty where it is not taught."""
    sure: str = ""
    """What it was learnt from, and how it does, a sentence."""
    advice: str = ""
    """What would make it better, a sentence."""
    follows: int = 0
    """Of a label that a model knows, how many answers refine it; 0 where none do."""
    lesson: str = ""
    """How its learning goes just now, or why it failed; a sentence."""
    learning: bool = False
    """Whether it is being learnt."""
    lacks: int = 0
    """How many more videos it takes to learn it."""


def tag_rows(
    infos: Iterable[TagInfo],
    taught: Iterable[TaughtTag] = (),
    lesson_of: Callable[[str], Lesson | None] = lambda _name: None,
    space_id: str = "",
) -> list[TagRow]:
    """Return all tags: the person's own by name, then the built-in labels in their own order.

    Args:
        infos: the tags.
        taught: those of them that were taught, in any feature space; of two of a name the last counts.
        lesson_of: returns the last lesson of a tag since the gallery was started.
        space_id: the feature space of the model in use.
    """
    by_name = {tag.name: tag for tag in taught}
    rows = [_row(info, by_name.get(info.name), lesson_of(info.name), space_id) for info in infos]
    order = {label: place for place, label in enumerate(LABELS)}
    own = [row for row in rows if row.own]
    return own[:_OWN_MOST] + sorted(
        (row for row in rows if not row.own), key=lambda row: order.get(row.name, len(order))
    )


def _row(info: TagInfo, taught: TaughtTag | None, lesson: Lesson | None, space_id: str) -> TagRow:
    elsewhere = taught is not None and taught.space_id != space_id
    return TagRow(
        name=info.name,
        words=safe_text(info.name),
        own=not info.built_in,
        colour=info.colour or "",
        hidden=info.hidden,
        videos=info.videos,
        maybes=info.maybes,
        confirmed=info.confirmed,
        rejected=info.rejected,
        link=videos_link(Tag(info.name)),
        maybes_link=videos_link(Tag(info.name, Carried.MAYBE)),
        taught="" if taught is None else "other" if elsewhere else "on" if taught.enabled else "off",
        sure="" if taught is None else safe_text(f"Learnt from {learnt_from(taught)}; {how_sure(taught)}."),
        advice="" if taught is None else _OTHER_MODEL if elsewhere else safe_text(advice(taught)),
        follows=0 if taught is None or taught.refines is None else taught.shown + taught.not_shown,
        lesson="" if lesson is None else safe_text(_lesson(lesson)),
        learning=lesson is not None and not lesson.over,
        lacks=max(0, FEWEST - info.confirmed),
    )


def _lesson(lesson: Lesson) -> str:
    """Return how a lesson goes; empty where that is told by what was learnt."""
    match lesson.stage:
        case Stage.WAITING | Stage.LEARNING:
            return "Learning\u2026"
        case Stage.SUGGESTING:
            return f"Looking through the videos: {lesson.done:,} of {lesson.total:,}\u2026"
        case Stage.FAILED:
            return lesson.reason
        case Stage.DONE:
            return ""
