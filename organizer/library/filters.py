"""Which videos to show, as a value: filter -> SQL with bound values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from organizer.library.paths import to_column
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

_PATH_SQL = "CAST(r.path AS TEXT) || '/' || CAST(p.relative_path AS TEXT)"

_SORT_COLUMNS = {
    Sort.TAKEN: "v.taken_utc",
    Sort.NAME: """
        (SELECT min(CAST(p.relative_path AS TEXT)) FROM places p WHERE p.video_id = v.id) COLLATE NOCASE
    """,
    Sort.DURATION: "v.duration_s",
    Sort.SIZE: "v.size_bytes",
    Sort.ADDED: "v.id",
}


def where(filter_: VideoFilter) -> Sql:
    """Return the condition on ``videos v`` that a filter stands for."""
    # A video whose file was overwritten lies nowhere: it is kept for the day that its file comes back.
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
        parts.append(Sql("v.taken_utc >= ?", (_seconds(filter_.taken_from),)))
    if filter_.taken_before is not None:
        parts.append(Sql("v.taken_utc < ?", (_seconds(filter_.taken_before),)))
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
    # LIKE is several times as fast, but folds the case of ASCII letters only.
    if word.isascii():
        holds = Sql(f"{_PATH_SQL} LIKE ? ESCAPE '\\'", (f"%{escape_like(word)}%",))
    else:
        holds = Sql("path_holds(r.path, p.relative_path, ?)", (to_column(word),))
    return Sql(
        f"""EXISTS (SELECT 1 FROM places p JOIN roots r ON r.id = p.root_id
            WHERE p.video_id = v.id AND {holds.text})""",
        holds.values,
    )


def escape_like(text: str) -> str:
    """Return text for a LIKE pattern, ESCAPE a backslash, in which no character stands for others."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _seconds(moment: datetime) -> float:
    """Return seconds since 1970; a naive moment is local time, as it is in the library."""
    try:
        return moment.timestamp()
    except (OverflowError, ValueError, OSError):
        # Years 1 and 9999, where local time does not reach.
        return moment.replace(tzinfo=UTC).timestamp()
