"""Tables and playlists of videos, for other programs. Names are data: in a table none is a formula."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING

from organizer.gallery.cards import title
from organizer.text import no_formula, safe_text
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from organizer.library.records import VideoRecord

_COLUMNS = (
    "file", "folder", "taken", "seconds", "bytes", "width", "height", "tags", "maybes", "favourite", "stars",
)  # fmt: skip
PLAYLIST_HEAD = b"#EXTM3U\n"


def table_head() -> bytes:
    """Return the first line of a table, in UTF-8 with the mark by which spreadsheets know it."""
    return b"\xef\xbb\xbf" + _lines([_COLUMNS])


def table_rows(videos: Iterable[VideoRecord]) -> bytes:
    """Return a line of the table for each video."""
    return _lines(_row(video) for video in videos)


def playlist_rows(videos: Iterable[VideoRecord]) -> bytes:
    """Return the lines of a playlist, as M3U in the bytes of the paths; a path of two lines is left out."""
    lines = []
    for video in videos:
        path = os.fsencode(video.path)
        if b"\n" in path or b"\r" in path:
            continue
        seconds = -1 if video.duration_s is None else round(video.duration_s)
        lines.append(f"#EXTINF:{seconds},{title(video)}\n".encode() + path + b"\n")
    return b"".join(lines)


def unlike(name: str, taken: set[str]) -> str:
    """Return a name that is not taken yet, whatever its case, and take it: ``cat.mp4``, ``cat (2).mp4``."""
    stem, ending = os.path.splitext(name)
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){ending}"
    taken.add(free.casefold())
    return free


def _row(video: VideoRecord) -> tuple[object, ...]:
    given = [tag for tag in video.tags if tag.state is not TagState.REJECTED and not tag.is_maybe]
    return (
        no_formula(title(video)),
        no_formula(safe_text(os.path.dirname(video.path))),
        "" if video.taken is None else video.taken.to_the_second(),
        "" if video.duration_s is None else f"{video.duration_s:.1f}",
        video.size_bytes,
        video.width or "",
        video.height or "",
        no_formula(", ".join(safe_text(tag.name) for tag in given)),
        no_formula(", ".join(safe_text(tag.name) for tag in video.tags if tag.is_maybe)),
        "yes" if video.favourite else "",
        video.rating or "",
    )


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8", "replace")
