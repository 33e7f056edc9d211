"""The page of one video as one value: all that its component in the browser draws."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.gallery import detail
from organizer.gallery.cards import poster_address, title
from organizer.gallery.playing import playback_of
from organizer.gallery.tag_chips import Chip, chips, maybes_alone
from organizer.library.records import Status
from organizer.text import safe_text, spelled_date_and_time
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from organizer.library.records import JournalEntry, VideoRecord
    from organizer.types import SampledSeconds


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The video before or after, as far as it is shown before its page comes."""

    key: str
    title: str
    poster: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tag that the field proposes."""

    name: str
    """As it is stored."""
    shown: str


@dataclass(frozen=True, slots=True)
class VideoPage:
    """What the page of a video shows; all of it is plain text."""

    key: str
    title: str
    """The file's name."""
    date: str
    """When it was taken; empty where that is not known."""
    poster: str
    """Address of its poster; empty where it has none."""
    playable: bool
    """Whether it is worth a try: a browser may play what could not be decoded here."""
    mode: str
    """How the browser plays it; see ``playback_of``."""
    duration_s: float | None
    aspect: float | None
    """Width over height, as shown."""
    problem: str
    """What keeps it from being watched; empty where nothing does."""
    advice: str
    """What to do about it."""
    failed: bool
    """Whether reading it can be tried again."""
    favourite: bool
    hidden: bool
    """Whether it is left out of lists."""
    rating: int
    """1 to 5; 0 where it has none."""
    chips: tuple[Chip, ...]
    hint: str
    """What is to be said about the tags as a whole."""
    proposals: tuple[Proposal, ...]
    facts: tuple[tuple[str, str], ...]
    path: str
    """Of its file, to be copied; empty where it cannot be written as text."""
    scored: str
    """Another word whenever the model has said something new; empty where no model looked at it."""
    place: int
    """Its place in the result it was opened from, from 1; 0 where it has none."""
    total: int
    before: Neighbour | None
    after: Neighbour | None


def video_page(
    record: VideoRecord,
    *,
    pictured: bool,
    decided: Mapping[str, JournalEntry],
    tag_names: Iterable[str],
    thresholds: Mapping[str, float],
    sampled: SampledSeconds | None,
    colours: Mapping[str, str] | None = None,
    place: int = 0,
    total: int = 0,
    before: Neighbour | None = None,
    after: Neighbour | None = None,
) -> VideoPage:
    """Return the page of a video.

    Args:
        record: the video.
        pictured: whether it has a poster.
        decided: by tag the last decision of each, the newest of all last.
        tag_names: all tags of the library.
        thresholds: by label, of the model that scored it; empty when that is not installed.
        sampled: the seconds which that model looks at; None when it is not installed.
        colours: by tag, where the person chose one.
        place: its place in the result it was opened from, from 1; 0 where it has none.
        total: how many videos that result has.
        before: the video before it.
        after: the video after it.
    """
    carried = {tag.name for tag in record.tags if tag.state is not TagState.REJECTED and not tag.is_maybe}
    names = [name for name in dict.fromkeys([*LABELS, *tag_names]) if name not in carried]
    problem, advice = detail.problem(record) or ("", "")
    return VideoPage(
        key=record.key,
        title=title(record),
        date=spelled_date_and_time(record.taken),
        poster=poster_address(record) if pictured else "",
        playable=record.status in {Status.OK, Status.FAILED},
        mode=playback_of(record),
        duration_s=record.duration_s,
        aspect=record.width / record.height if record.width and record.height else None,
        problem=problem,
        advice=advice,
        failed=record.status is Status.FAILED,
        favourite=record.favourite,
        hidden=record.hidden,
        rating=record.rating,
        chips=tuple(chips(record, decided, sampled, colours)),
        hint=detail.no_tag_words(record, thresholds) or maybes_alone(record),
        proposals=tuple(Proposal(name, safe_text(name)) for name in names),
        facts=tuple(detail.facts(record)),
        path=record.path if is_text(record.path) else "",
        scored=_version(record),
        place=place,
        total=total,
        before=before,
        after=after,
    )


def is_text(path: str) -> bool:
    """Whether a path can be written as text: names on disk may hold bytes that are none."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _version(record: VideoRecord) -> str:
    if not record.scores:
        return ""
    said = repr(
        (record.bundle, sorted(record.scores.items()), [(tag.name, tag.state) for tag in record.tags])
    )
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
