"""Doubles as the gallery shows them: groups of cards side by side, in words."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from organizer.doubles.words import relation_words
from organizer.gallery.cards import poster_address, title
from organizer.gallery.links import address_of
from organizer.gallery.view_state import ViewState
from organizer.text import count, duration, file_size, safe_text, spelled_date
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from organizer.doubles.grouping import Double, Group
    from organizer.library.doubles import MovedAway, SearchState
    from organizer.library.records import VideoRecord

MOST_GROUPS = 20
"""Groups that are shown at first, and that come with each "Show more"."""
_LATELY = timedelta(days=30)
"""For so long the page of doubles tells of files that were moved away; the history does for good."""


@dataclass(frozen=True, slots=True)
class DoubleCard:
    """One file of a group; all of it is plain text."""

    id: int
    """Of the video."""
    link: str
    """The address of its page."""
    name: str
    path: str
    """Absolute."""
    folder: str
    """Where it lies, as far as the last two folders."""
    poster: str
    """The address of its picture; empty where there is none."""
    length: str
    picture: str
    """``1920 x 1080``; empty where that is not known."""
    size: str
    date: str
    tags: str
    """What the person confirmed, and what they think of it; empty where nothing was decided."""
    role: str
    """Why it is kept, or what it is to the one that is."""
    kept: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class DoubleGroup:
    """Files that show one film, the one to keep first."""

    kept: int
    """The id of the video to keep."""
    words: str
    """``3 files``."""
    cards: tuple[DoubleCard, ...]
    carries: bool
    """Whether something was decided about the others that can be carried."""


def group_cards(groups: Sequence[Group], pictured: Collection[int]) -> list[DoubleGroup]:
    """Return groups for drawing.

    Args:
        groups: the groups.
        pictured: the ids of the videos that have a poster.
    """
    return [_group(group, pictured) for group in groups]


def search_words(state: SearchState | None, now: SearchState | None) -> str:
    """Return when doubles were looked for, and what came since; a sentence."""
    if state is None:
        return "Doubles were not looked for yet."
    at = datetime.fromisoformat(state.found_at).astimezone()
    words = f"Looked for on {at.day} {at:%B} {at.year}, {at:%H:%M}, among {count(state.videos, 'video')}."
    if now is not None and not state.knows_as_much_as(now):
        words += " There are other videos by now."
    return words


def move_command(library: os.PathLike[str] | None) -> str:
    """Return the command that says what would be moved, and moves it with ``--yes``.

    Args:
        library: the library's file; None where the command finds it by itself.
    """
    return f"organizer duplicates{_of(library)} --move-to FOLDER"


def undo_move_command(library: os.PathLike[str] | None) -> str:
    """Return the command that moves back what was moved last.

    Args:
        library: as for ``move_command``.
    """
    return f"organizer duplicates{_of(library)} --undo-move"


def moved_words(moved: MovedAway | None, now: datetime | None = None) -> str:
    """Return how many files were moved away lately, and where to; a sentence, empty where none were.

    Args:
        moved: what the last command moved away, as far as it is not back.
        now: with its time zone; by default the present.
    """
    if moved is None:
        return ""
    at = datetime.fromisoformat(moved.at).astimezone()
    if (now or datetime.now().astimezone()) - at > _LATELY:
        return ""
    were = "was" if moved.files == 1 else "were"
    return (
        f"{count(moved.files, 'file')} {were} moved to {safe_text(moved.folder)} "
        f"on {at.day} {at:%B} {at.year}, {at:%H:%M}."
    )


def _of(library: os.PathLike[str] | None) -> str:
    return "" if library is None else f" --library {shlex.quote(os.fspath(library))}"


def _group(group: Group, pictured: Collection[int]) -> DoubleGroup:
    kept = _card(group.kept, group.kept.path, f"Keep: {safe_text(group.why)}", pictured, kept=True, sure=True)
    others = [_double(double, pictured) for double in group.doubles]
    return DoubleGroup(group.kept.id, count(len(others) + 1, "file"), (kept, *others), _has_decisions(group))


def _has_decisions(group: Group) -> bool:
    """Whether something was decided about the others that the kept one can take over."""
    carried = {*group.copies, *group.parts}
    videos = {double.video.id: double.video for double in group.doubles if double.video.id in carried}
    return any(
        video.favourite
        or video.rating
        or any(
            tag.state is TagState.CONFIRMED or (tag.state is TagState.REJECTED and id_ not in group.parts)
            for tag in video.tags
        )
        for id_, video in videos.items()
    )


def _double(double: Double, pictured: Collection[int]) -> DoubleCard:
    words = relation_words(double)
    return _card(
        double.video, double.path, words[0].upper() + words[1:], pictured, kept=False, sure=double.sure
    )


def _card(
    video: VideoRecord, path: str, role: str, pictured: Collection[int], *, kept: bool, sure: bool
) -> DoubleCard:
    folders = os.path.dirname(path).split(os.sep)
    return DoubleCard(
        id=video.id,
        link=address_of(ViewState(video=video.key)),
        name=title(video) if path == video.path else safe_text(os.path.basename(path)),
        path=safe_text(path),
        folder=safe_text(os.sep.join(folders[-2:])),
        poster=poster_address(video) if video.id in pictured else "",
        length=duration(video.duration_s),
        picture=f"{video.width} \u00d7 {video.height}" if video.width and video.height else "",
        size=file_size(video.size_bytes),
        date=spelled_date(video.taken),
        tags=", ".join(_decided(video)),
        role=role,
        kept=kept,
        sure=sure,
    )


def _decided(video: VideoRecord) -> list[str]:
    words = ["Favourite"] if video.favourite else []
    words += [f"{video.rating} of 5"] if video.rating else []
    words += [safe_text(tag.name) for tag in video.tags if tag.state is TagState.CONFIRMED]
    return words + [f"not {safe_text(tag.name)}" for tag in video.tags if tag.state is TagState.REJECTED]
