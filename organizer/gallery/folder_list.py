"""The folders of a library as their page shows them: what they hold, and what of it cannot be read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from organizer.gallery.cards import title
from organizer.gallery.links import address_of, videos_link
from organizer.gallery.view_state import ViewState
from organizer.query.expr import Folder, Is, State
from organizer.text import safe_text

if TYPE_CHECKING:
    from organizer.library.records import FolderInfo, VideoRecord

MOST_FAILED = 100


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder that is looked through."""

    id: int
    """What is done to it names it so, for not every path is text."""
    words: str
    """Its name."""
    path_words: str
    link: str
    """The address of its videos."""
    offline: bool
    videos: int
    failed: int
    missing: int
    scanned: str
    """``3 May 2024, 14:05``; empty where no scan came to its end."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be read."""

    key: str
    """Of its video."""
    words: str
    folder: str
    reason: str
    """A sentence."""
    link: str
    """The address of its page."""


def folder_row(info: FolderInfo) -> FolderRow:
    """Return a folder with what it holds."""
    path = info.root.path
    return FolderRow(
        id=info.root.id,
        words=safe_text(os.path.basename(path) or path),
        path_words=safe_text(path),
        link=videos_link(Folder(path)),
        offline=info.root.offline,
        videos=info.videos,
        failed=info.failed,
        missing=info.missing,
        scanned=_moment(info.scanned_at),
    )


def failed_file(video: VideoRecord) -> FailedFile:
    """Return a video that could not be read, with the reason."""
    reason = safe_text(video.error or "It is not known why.")
    return FailedFile(
        key=video.key,
        words=title(video),
        folder=safe_text(os.path.dirname(video.path)),
        reason=f"{reason[:1].upper()}{reason[1:]}{'' if reason.endswith('.') else '.'}",
        link=address_of(ViewState(video=video.key)),
    )


FAILED_LINK = videos_link(State(Is.FAILED))
LIVE_LINK = videos_link(State(Is.LIVE))


def _moment(at: str | None) -> str:
    if at is None:
        return ""
    moment = datetime.fromisoformat(at).astimezone()
    return f"{moment.day} {moment:%b} {moment.year}, {moment:%H:%M}"
