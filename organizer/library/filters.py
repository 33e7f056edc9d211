"""Which videos to show, as a value: filter -> SQL with bound values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from organizer.library.records import Status
from organizer.types import TagState


class Sort(StrEnum):
    """What videos are ordered by; ties are broken by the order in which they were added."""

    TAKEN = "taken"
    NAME = "name"
    DURATION = "duration"
    SIZE = "size"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class VideoFilter:
    """A choice of videos; an empty filter means all of them."""

    all_tags: tuple[str, ...] = ()
    """Videos that carry every one of these."""
    any_tags: tuple[str, ...] = ()
    """Videos that carry at least one of these."""
    no_tags: tuple[str, ...] = ()
    """Videos that carry none of these."""
    untagged: bool = False
    """Videos that carry no tag at all."""
    state: TagState | None = None
    """What carrying a tag means: in this state; None means suggested or confirmed."""
    status: Status | None = None
    text: str = ""
    """Words that must all occur in the file's name or folder, whatever their case."""
    taken_from: datetime | None = None
    """Taken at this moment or later."""
    taken_before: datetime | None = None
    """Taken before this moment."""
    sort: Sort = Sort.TAKEN
    descending: bool = True
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Sql:
    """A WHERE or ORDER BY text and the values bound in it."""

    text: str
    values: tuple[Any, ...] = ()


STATUS_SQL = """
    CASE
        WHEN EXISTS (SELECT 1 FROM places p JOIN roots r ON r.id = p.root_id
                     WHERE p.video_id = v.id AND p.missing_since IS NULL AND NOT r.offline) THEN v.status
        WHEN EXISTS (SELECT 1 FROM places p JOIN roots r ON r.id = p.root_id
                     WHERE p.video_id = v.id AND p.missing_since IS NULL) THEN 'offline'
        ELSE 'missing'
    END
"""

_SORT_COLUMNS = {
    Sort.TAKEN: "v.taken_utc",
    Sort.NAME: "(SELECT min(CAST(p.relative_path AS TEXT)) FROM places p WHERE p.video_id = v.id) COLLATE NOCASE",
    Sort.DURATION: "v.duration_s",
    Sort.SIZE: "v.size_bytes",
    Sort.ADDED: "v.id",
}


def where(filter_: VideoFilter) -> Sql:
    """Return the condition on ``videos v`` that a filter stands for."""
    # A video whose file was overwritten lies nowhere: it is kept for the day its file comes back, not shown.
    parts = [Sql("EXISTS (SELECT 1 FROM places p WHERE p.video_id = v.id)")]
    parts += [_carries((tag,), filter_.state) for tag in filter_.all_tags]
    if filter_.any_tags:
        parts.append(_carries(filter_.any_tags, filter_.state))
    if filter_.no_tags:
        parts.append(_not(_carries(filter_.no_tags, filter_.state)))
    if filter_.untagged:
        parts.append(_not(_carries((), filter_.state)))
    elif filter_.state is not None and not (filter_.all_tags or filter_.any_tags or filter_.no_tags):
        parts.append(_carries((), filter_.state))
    if filter_.status is not None:
        parts.append(Sql(f"{STATUS_SQL} = ?", (filter_.status.value,)))
    parts += [_named(word) for word in filter_.text.split()]
    if filter_.taken_from is not None:
        parts.append(Sql("v.taken_utc >= ?", (filter_.taken_from.timestamp(),)))
    if filter_.taken_before is not None:
        parts.append(Sql("v.taken_utc < ?", (filter_.taken_before.timestamp(),)))
    return Sql(
        " AND ".join(part.text for part in parts), tuple(value for part in parts for value in part.values)
    )


def order_by(filter_: VideoFilter) -> str:
    """Return the ORDER BY text of a filter; videos without the value come last either way."""
    column, direction = _SORT_COLUMNS[filter_.sort], "DESC" if filter_.descending else "ASC"
    return f"{column} {direction} NULLS LAST, v.id {direction}"


def _carries(tags: tuple[str, ...], state: TagState | None) -> Sql:
    """Carrying one of the tags, or any tag where none is named."""
    named = f"AND t.name IN ({', '.join('?' * len(tags))})" if tags else ""
    states = (state.value,) if state else (TagState.SUGGESTED.value, TagState.CONFIRMED.value)
    return Sql(
        f"""EXISTS (SELECT 1 FROM video_tags vt JOIN tags t ON t.id = vt.tag_id
            WHERE vt.video_id = v.id AND vt.state IN ({", ".join("?" * len(states))}) {named})""",
        (*states, *tags),
    )


def _not(part: Sql) -> Sql:
    return Sql(f"NOT {part.text}", part.values)


def _named(word: str) -> Sql:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Sql(
        """EXISTS (SELECT 1 FROM places p JOIN roots r ON r.id = p.root_id WHERE p.video_id = v.id
            AND CAST(r.path AS TEXT) || '/' || CAST(p.relative_path AS TEXT) LIKE ? ESCAPE '\\')""",
        (f"%{escaped}%",),
    )
