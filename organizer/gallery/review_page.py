"""The page of a review as one value: the suggestion at hand, those after it, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.gallery.cards import poster_address, title
from organizer.gallery.links import address_of
from organizer.gallery.playing import playback_of
from organizer.gallery.view_state import ViewState
from organizer.library.records import Status
from organizer.text import clock_time, duration, safe_text, spelled_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from organizer.library.records import TagInfo, VideoRecord
    from organizer.library.reviews import ReviewItem

MOST_SECONDS = 5
"""Seconds of a suggestion that can be jumped to."""


@dataclass(frozen=True, slots=True)
class SecondLink:
    """A moment that speaks for a tag."""

    second: int
    words: str
    """``0:12``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One suggestion, as it is asked about; all of it is plain text."""

    position: int
    tag: str
    sure: str
    """``62 %``; empty where that is not known."""
    put_off: bool
    key: str
    """Of the video."""
    title: str
    facts: str
    """Its length and date, and why it cannot be watched where that is so."""
    poster: str
    """The address of its poster; empty where it has none."""
    playable: bool
    mode: str
    """How the browser plays it; see ``playback_of``."""
    aspect: float | None
    seconds: tuple[SecondLink, ...]
    link: str
    """The address of the video's own page."""


@dataclass(frozen=True, slots=True)
class TagChoice:
    """Suggestions of one tag that a review can be begun of."""

    name: str
    words: str
    waiting: int


def asked(
    items: Sequence[ReviewItem], records: Mapping[int, VideoRecord], pictured: Iterable[int]
) -> list[Asked]:
    """Return suggestions as they are asked about, without those whose video is gone.

    Args:
        items: the suggestions.
        records: their videos by id.
        pictured: ids of those with a poster.
    """
    with_poster = set(pictured)
    return [
        _asked(item, records[item.video_id], poster=item.video_id in with_poster)
        for item in items
        if item.video_id in records
    ]


def choices(tags: Iterable[TagInfo], waiting: Mapping[str, int]) -> list[TagChoice]:
    """Return the tags that something is suggested of, those with most of it first.

    Args:
        tags: all tags.
        waiting: by tag, how many suggestions nobody decided about.
    """
    names = [tag.name for tag in tags if not tag.hidden and waiting.get(tag.name)]
    names.sort(key=lambda name: (-waiting[name], name))
    return [TagChoice(name, safe_text(name), waiting[name]) for name in names]


def _asked(item: ReviewItem, video: VideoRecord, *, poster: bool) -> Asked:
    there = video.status in {Status.OK, Status.FAILED}
    facts = [duration(video.duration_s), spelled_date(video.taken), "" if there else video.status.value]
    return Asked(
        position=item.position,
        tag=safe_text(item.tag),
        sure="" if item.score is None else f"{item.score * 100:.0f} %",
        put_off=item.put_off,
        key=video.key,
        title=title(video),
        facts=" \u00b7 ".join(filter(None, facts)),
        poster=poster_address(video) if poster else "",
        playable=there,
        mode=playback_of(video),
        aspect=video.width / video.height if video.width and video.height else None,
        seconds=tuple(SecondLink(second, clock_time(second)) for second in item.seconds[:MOST_SECONDS]),
        link=address_of(ViewState(video=video.key)),
    )
