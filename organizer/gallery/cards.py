"""A video as a card of the grid."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from organizer.gallery.camera_names import is_camera_name
from organizer.library.records import Status
from organizer.text import duration, safe_text, spelled_date
from organizer.types import TagState

if TYPE_CHECKING:
    from organizer.library.records import TagRecord, VideoRecord

_STATUS_WORDS = {
    Status.OK: "",
    Status.FAILED: "Not readable",
    Status.MISSING: "Missing",
    Status.OFFLINE: "Offline",
}


@dataclass(frozen=True, slots=True)
class CardTag:
    """A tag on a card."""

    name: str
    confirmed: bool
    maybe: bool = False
    score: str = ""
    """What the model says of a maybe, such as 0.45; else empty."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows; all of it is plain text."""

    key: str
    title: str
    """The file's name."""
    duration: str
    date: str
    status: str
    """Words where the video cannot be watched, else empty."""
    poster: str
    """The address of its picture, empty where there is none."""
    tags: tuple[CardTag, ...]
    more_tags: int
    """How many tags did not fit."""
    named: bool = True
    """Whether somebody chose the name, rather than a camera."""
    favourite: bool = False
    hidden: bool = False
    live: bool = False
    """Whether it is the clip of a Live Photo."""
    rating: int = 0
    """1 to 5 stars; 0 where it has none."""


MAX_TAGS = 4


def card(video: VideoRecord, *, poster: bool) -> Card:
    """Return the card of a video."""
    tags = [tag for tag in video.tags if tag.state is not TagState.REJECTED]
    return Card(
        key=video.key,
        title=title(video),
        duration=duration(video.duration_s),
        date=spelled_date(video.taken),
        status=_STATUS_WORDS[video.status],
        poster=poster_address(video) if poster else "",
        tags=tuple(_card_tag(tag) for tag in tags[:MAX_TAGS]),
        more_tags=max(0, len(tags) - MAX_TAGS),
        named=not is_camera_name(os.path.basename(video.places[0].path)),
        favourite=video.favourite,
        hidden=video.hidden,
        live=video.live,
        rating=video.rating,
    )


def _card_tag(tag: TagRecord) -> CardTag:
    return CardTag(
        safe_text(tag.name),
        confirmed=tag.state is TagState.CONFIRMED,
        maybe=tag.is_maybe,
        score=f"{tag.score:.2f}" if tag.is_maybe and tag.score is not None else "",
    )


def poster_address(video: VideoRecord) -> str:
    """Return where a video's poster lies; browsers keep it, so one that was made anew has another address."""
    return f"/poster/{quote(video.key, safe='')}?v={quote(video.analysed_at, safe='')}"


def title(video: VideoRecord) -> str:
    """Return the name of a video's file."""
    return safe_text(os.path.basename(video.places[0].path))
