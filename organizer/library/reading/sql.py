"""A filter as SQL with bound values: which videos it chooses, and their order.

What a list filters by stands in ``videos`` itself: ``present_in`` has a bit for each root that holds the
video, ``suggested`` (given), ``maybe``, ``confirmed`` and ``rejected`` one for each tag.
``migrations/m3_quick_lists.py`` and ``migrations/m9_two_tiers.py`` say how they are kept up to date,
``migrations/m11_narrow_lists.py`` which indexes hold them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.dates.shown import here, utc_seconds, wall_seconds
from organizer.library.filters import Sort
from organizer.library.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from organizer.library.filters import VideoFilter

SHARED_BIT = 62
"""Number of the bit, from 0, that ids above 62 share: where it is set, the tables themselves are asked."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A WHERE or ORDER BY text and the values bound in it."""

    text: str
    values: tuple[Any, ...] = ()


_ONLINE = f"""
    (SELECT coalesce(sum(1 << (r.id - 1)), 0) FROM roots r WHERE NOT r.offline AND r.id <= {SHARED_BIT})
"""

_IS_ONLINE = f"""
    (v.present_in & {_ONLINE} != 0 OR v.present_in >> {SHARED_BIT} AND EXISTS (
        SELECT 1 FROM places p JOIN roots r ON r.id = p.root_id
        WHERE p.video_id = v.id AND p.missing_since IS NULL AND NOT r.offline))
"""

STATUS_SQL = f"""
    CASE WHEN {_IS_ONLINE} THEN v.status WHEN v.present_in != 0 THEN 'offline' ELSE 'missing' END
"""

_HAS_STATUS = {
    Status.OK: f"v.status = 'ok' AND {_IS_ONLINE}",
    Status.FAILED: f"v.status = 'failed' AND {_IS_ONLINE}",
    Status.OFFLINE: f"v.present_in != 0 AND NOT {_IS_ONLINE}",
    Status.MISSING: "v.present_in = 0",
}
"""The same as conditions, which are quicker than comparing what ``STATUS_SQL`` gives."""

_ZONES_APART_S = 27 * 3600
"""Seconds; from the furthest east, 14 hours, to the furthest west, 12, and one more."""

_ORDERS = {
    Sort.TAKEN: "v.taken_wall",
    Sort.NAME: "v.sort_name COLLATE NOCASE",
    Sort.DURATION: "v.duration_s",
    Sort.SIZE: "v.size_bytes",
    Sort.ADDED: "v.id",
}

_TAGS = ("suggested", "confirmed")
"""The columns of bits of what counts as a tag where nothing else is said."""

_ROWS_OF = {
    "suggested": "(vt.state = 'suggested' AND vt.tier = 'given')",
    "maybe": "(vt.state = 'suggested' AND vt.tier = 'maybe')",
    "confirmed": "vt.state = 'confirmed'",
    "rejected": "vt.state = 'rejected'",
}
"""Which rows of ``video_tags vt`` each column of bits stands for."""


def where(filter_: VideoFilter, tag_ids: Mapping[str, int]) -> Sql:
    """Return the condition on ``videos v`` that a filter stands for, but for its text.

    Args:
        filter_: the filter.
        tag_ids: the id of each tag that it names, as far as there is one. Looked up before, for numbers in
            the condition are compared faster than what would be fetched for it.
    """
    columns = _columns_of(filter_)
    carried = _bits(columns)

    def carries(*tags: str) -> str:
        return _carries([tag_ids[tag] for tag in tags if tag in tag_ids], columns)

    # A video whose file was overwritten lies nowhere: it is kept for the day that its file comes back.
    parts = [Sql("v.present_in IS NOT NULL")]
    parts += [Sql(carries(tag)) for tag in filter_.all_tags]
    if filter_.any_tags:
        parts.append(Sql(carries(*filter_.any_tags)))
    if filter_.no_tags:
        parts.append(Sql(f"NOT {carries(*filter_.no_tags)}"))
    if filter_.only_maybes:
        parts.append(Sql(f"{carried} != 0"))
    if filter_.untagged:
        # Among the maybes: without a tag that counts beside them, or nothing could fit.
        parts.append(Sql(f"{_bits(_TAGS) if filter_.only_maybes else carried} = 0"))
    elif filter_.state is not None and not (filter_.all_tags or filter_.any_tags or filter_.no_tags):
        parts.append(Sql(f"{carried} != 0"))
    if filter_.status is not None:
        parts.append(Sql(_HAS_STATUS[filter_.status]))
    if filter_.taken_from is not None:
        parts.append(_compares(">=", filter_.taken_from))
    if filter_.taken_before is not None:
        parts.append(_compares("<", filter_.taken_before))
    return Sql(
        " AND ".join(part.text for part in parts), tuple(value for part in parts for value in part.values)
    )


def order_by(filter_: VideoFilter, *, backwards: bool = False) -> str:
    """Return the ORDER BY text of a filter; videos without the value come last either way.

    Args:
        filter_: the filter.
        backwards: whether to begin with what comes last.
    """
    column, direction = _ORDERS[filter_.sort], "ASC" if filter_.descending is backwards else "DESC"
    if filter_.sort is Sort.ADDED:
        return f"{column} {direction}"
    return f"{column} {direction} NULLS {'FIRST' if backwards else 'LAST'}, v.id {direction}"


def index_of(sort: Sort, *, names: bool) -> str:
    """Return the index to walk along.

    Args:
        sort: the order.
        names: whether words are looked for in it; of what has them, the table tells the rest. An index
            without names holds all that filters look at.
    """
    return f"{'names' if names else 'lists'}_by_{sort}"


def _columns_of(filter_: VideoFilter) -> tuple[str, ...]:
    """Return the columns of bits, in one of which a tag that a filter counts has its bit."""
    if filter_.only_maybes:
        return ("maybe",)
    columns: tuple[str, ...] = _TAGS if filter_.state is None else (filter_.state.value,)
    return (*columns, "maybe") if filter_.with_maybes and "suggested" in columns else columns


def _bits(columns: Sequence[str]) -> str:
    """Return the bits of some columns of ``videos v`` together."""
    return f"({' | '.join(f'v.{column}' for column in columns)})"


def _carries(tag_ids: Sequence[int], columns: Sequence[str]) -> str:
    """Carrying one of the tags, by its bit in one of the columns."""
    bits = sum(1 << (id_ - 1) for id_ in set(tag_ids) if id_ <= SHARED_BIT)
    others = [str(id_) for id_ in tag_ids if id_ > SHARED_BIT]
    parts = [f"{_bits(columns)} & {bits} != 0"]
    if others:
        parts.append(
            f"""{_bits(columns)} >> {SHARED_BIT} AND EXISTS (
                SELECT 1 FROM video_tags vt WHERE vt.video_id = v.id AND vt.tag_id IN ({", ".join(others)})
                AND ({" OR ".join(_ROWS_OF[column] for column in columns)}))"""
        )
    return f"({' OR '.join(parts)})"


def _compares(compare: str, moment: datetime) -> Sql:
    """Compare what the clock shows, and instants with what was then in the zone of whoever looks.

    The first condition, which the index answers, is as wide as zones are apart: an instant stands there where
    the zone of the last scan puts it.
    """
    wall_s = wall_seconds(here(moment) if moment.tzinfo else moment)
    wide_s = wall_s - _ZONES_APART_S if compare == ">=" else wall_s + _ZONES_APART_S
    return Sql(
        f"v.taken_wall {compare} ? AND CASE WHEN v.taken_utc IS NULL THEN v.taken_wall {compare} ? "
        f"ELSE v.taken_utc {compare} ? END",
        (wide_s, wall_s, utc_seconds(moment)),
    )
