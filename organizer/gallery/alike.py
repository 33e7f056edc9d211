"""Videos that are like one, as cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.gallery.cards import card
from organizer.text import clock_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from organizer.alike.neighbours import Match
    from organizer.library import Library


@dataclass(frozen=True, slots=True)
class AlikeCard:
    """A video that is like the one on the page; all of it is plain text."""

    key: str
    title: str
    """The file's name."""
    date: str
    named: bool
    """Whether somebody chose the name, rather than a camera."""
    poster: str
    """The address of its picture, empty where there is none."""
    status: str
    """Words where the video cannot be watched, else empty."""
    second: int
    """Of this video: the one that is like one of theirs."""
    their_second: int
    """From where it is played."""
    words: str
    """How alike they are, and where."""


def alike_cards(library: Library, found: Sequence[Match]) -> Iterator[AlikeCard]:
    """Yield the cards of videos that were found to be alike, without those that are gone."""
    ids = [match.video_id for match in found]
    records = {record.id: record for record in library.records(ids)}
    pictured = library.media.with_posters(ids)
    for match in found:
        if match.video_id not in records:
            continue
        shown = card(records[match.video_id], poster=match.video_id in pictured)
        alike = f"{max(0.0, match.likeness):.0%}"
        ours, theirs = match.second, match.their_second
        yield AlikeCard(
            key=shown.key,
            title=shown.title,
            date=shown.date,
            named=shown.named,
            poster=shown.poster,
            status=shown.status,
            second=ours,
            their_second=theirs,
            words=f"{alike} alike: {clock_time(ours)} here, {clock_time(theirs)} there",
        )
