"""A filter as SQL with bound values: which videos it chooses, and their order.

What a list filters by stands in ``videos`` itself: ``present_in`` has a bit for each root that holds the
video, ``placed_in`` also where it is missing; ``suggested`` (given), ``maybe``, ``confirmed`` and
``rejected`` have one for each tag, but for hidden tags. ``marks`` has what a person says of the whole video.
``migrations/m3_quick_lists.py``, ``migrations/m12_tallies.py`` and ``migrations/m14_marks_and_steps.py`` say
how they are kept up to date, and the last of them which indexes hold them. ``tallies`` has the same columns,
and how many videos are alike in them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from organizer.dates.shown import here, utc_seconds, wall_seconds
from organizer.library.database import mark_bits
from organizer.library.filters import Sort
from organizer.library.records import Status
from organizer.query.expr import Is, State, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from organizer.library.filters import VideoFilter

SHARED_BIT = 62
"""Number of the bit, from 0, that ids above 62 share: where it is set, the tables themselves are asked."""


class Held(IntEnum):
    """Where all columns of ``videos v`` that a condition looks at are held, the narrowest first."""

    IN_TALLIES = 0
    """Rows of ``tallies`` answer it as well, once for all videos that are alike."""
    IN_LISTS = 1
    """The indexes of lists."""
    IN_NAMES = 2
    """The indexes with names, or, together with what the others hold, the table alone."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A condition on ``videos v`` and the values bound in it."""

    text: str
    values: tuple[Any, ...] = ()
    held: Held = Held.IN_LISTS


ALL = Sql("1", held=Held.IN_TALLIES)
"""The condition that every video fulfils."""
NONE = Sql("0", held=Held.IN_TALLIES)
"""The condition that no video fulfils; with it, SQLite refuses to walk along an index that is named."""


def all_of(parts: Sequence[Sql]) -> Sql:
    """Return the condition that all of some conditions hold."""
    # Said as such: beside other conditions it would leave an index that is named without a use.
    return NONE if NONE in parts else _joined(" AND ", parts)


def any_of(parts: Sequence[Sql]) -> Sql:
    """Return the condition that one of some conditions holds."""
    possible = [part for part in parts if part != NONE]
    if not possible:
        return NONE
    joined = _joined(" OR ", possible)
    return Sql(f"({joined.text})", joined.values, joined.held)


def _joined(by: str, parts: Sequence[Sql]) -> Sql:
    return Sql(
        by.join(part.text for part in parts),
        tuple(value for part in parts for value in part.values),
        max((part.held for part in parts), default=Held.IN_TALLIES),
    )


_ONLINE = f"""
    (SELECT coalesce(sum(1 << (r.id - 1)), 0) FROM roots r WHERE NOT r.offline AND r.id <= {SHARED_BIT})
"""

_IS_ONLINE = f"v.present_in & {_ONLINE} != 0"

_IS_ONLINE_OF_MANY = f"""
    ({_IS_ONLINE} OR v.present_in >> {SHARED_BIT} AND EXISTS (
        SELECT 1 FROM places p JOIN roots r ON r.id = p.root_id
        WHERE p.video_id = v.id AND p.missing_since IS NULL AND NOT r.offline))
"""
"""The same where there are roots that share a bit."""

STATUS_SQL = f"""
    CASE WHEN {_IS_ONLINE_OF_MANY} THEN v.status WHEN v.present_in != 0 THEN 'offline' ELSE 'missing' END
"""

_HAS_STATUS = {
    Status.OK: "v.status = 'ok' AND {online}",
    Status.FAILED: "v.status = 'failed' AND {online}",
    Status.OFFLINE: "v.present_in != 0 AND NOT ({online})",
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


def where(filter_: VideoFilter, tag_ids: Mapping[str, int], *, many_roots: bool) -> Sql:
    """Return the condition on ``videos v`` that a filter stands for, but for its text.

    Args:
        filter_: the filter.
        tag_ids: the id of each tag that it names, as far as there is one. Looked up before, for numbers in
            the condition are compared faster than what would be fetched for it.
        many_roots: whether there are roots that share a bit.
    """
    columns = _columns_of(filter_)
    carried = _bits(columns)

    def carried_of(*tags: str) -> Sql:
        return carries([tag_ids[tag] for tag in tags if tag in tag_ids], columns)

    # A video whose file was overwritten lies nowhere: it is kept for the day that its file comes back.
    parts = [_tallied("v.present_in IS NOT NULL"), *_marks(filter_)]
    parts += [carried_of(tag) for tag in filter_.all_tags]
    if filter_.any_tags:
        parts.append(carried_of(*filter_.any_tags))
    if filter_.no_tags:
        none = carried_of(*filter_.no_tags)
        parts.append(replace(none, text=f"NOT {none.text}"))
    if filter_.only_maybes:
        parts.append(_tallied(f"{carried} != 0"))
    if filter_.untagged:
        # Among the maybes: without a tag that counts beside them, or nothing could fit.
        parts.append(_tallied(f"{_bits(_TAGS) if filter_.only_maybes else carried} = 0"))
    elif filter_.state is not None and not (filter_.all_tags or filter_.any_tags or filter_.no_tags):
        parts.append(_tallied(f"{carried} != 0"))
    if filter_.status is not None:
        parts.append(in_status(filter_.status, many_roots=many_roots))
    if filter_.taken_from is not None:
        parts.append(taken(">=", filter_.taken_from))
    if filter_.taken_before is not None:
        parts.append(taken("<", filter_.taken_before))
    return all_of(parts)


def has_any(columns: Sequence[str]) -> Sql:
    """Return the condition of carrying any tag, by its bit in one of some columns."""
    return _tallied(f"{_bits(columns)} != 0")


def placed_in(root_ids: Sequence[int]) -> Sql:
    """Return the condition of having a place, missing or not, in one of some roots that share no bit."""
    return _tallied(f"(v.placed_in & {sum(1 << (id_ - 1) for id_ in root_ids)} != 0)")


def _marks(filter_: VideoFilter) -> list[Sql]:
    """Return what hidden videos and clips of Live Photos are asked for, or left out by."""
    wanted = {mark_bits.HIDDEN: filter_.hidden, mark_bits.LIVE: filter_.live}
    named = {term.what for term in terms_of(filter_.query) if isinstance(term, State)}
    for bit, state in ((mark_bits.HIDDEN, Is.HIDDEN), (mark_bits.LIVE, Is.LIVE)):
        if wanted[bit] is False and state in named:
            # Whoever searches for them says by that which ones.
            wanted[bit] = None
    asked = sum(bit for bit, value in wanted.items() if value is not None)
    set_ = sum(bit for bit, value in wanted.items() if value)
    return [_tallied(f"v.marks & {asked} = {set_}")] if asked else []


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


def index_of(sort: Sort, held: Held) -> str:
    """Return the index to walk along; where it does not hold all that is looked at, the table tells the rest.

    Args:
        sort: the order.
        held: what holds the columns that are looked at.
    """
    return f"{'names' if held is Held.IN_NAMES else 'lists'}_by_{sort}"


def _columns_of(filter_: VideoFilter) -> tuple[str, ...]:
    """Return the columns of bits, in one of which a tag that a filter counts has its bit."""
    if filter_.only_maybes:
        return ("maybe",)
    columns: tuple[str, ...] = _TAGS if filter_.state is None else (filter_.state.value,)
    return (*columns, "maybe") if filter_.with_maybes and "suggested" in columns else columns


def _bits(columns: Sequence[str]) -> str:
    """Return the bits of some columns of ``videos v`` together."""
    return f"({' | '.join(f'v.{column}' for column in columns)})"


def _tallied(text: str) -> Sql:
    return Sql(text, held=Held.IN_TALLIES)


def in_status(status: Status, *, many_roots: bool) -> Sql:
    """Return the condition of being in a status; ``many_roots``: whether there are roots that share a bit."""
    text = _HAS_STATUS[status].format(online=_IS_ONLINE_OF_MANY if many_roots else _IS_ONLINE)
    return Sql(text, held=Held.IN_LISTS if many_roots else Held.IN_TALLIES)


def carries(tag_ids: Sequence[int], columns: Sequence[str]) -> Sql:
    """Return the condition of carrying one of some tags, by its bit in one of some columns."""
    bits = sum(1 << (id_ - 1) for id_ in set(tag_ids) if id_ <= SHARED_BIT)
    others = [str(id_) for id_ in tag_ids if id_ > SHARED_BIT]
    parts = [f"{_bits(columns)} & {bits} != 0"]
    if others:
        parts.append(
            f"""{_bits(columns)} >> {SHARED_BIT} AND EXISTS (
                SELECT 1 FROM video_tags vt WHERE vt.video_id = v.id AND vt.tag_id IN ({", ".join(others)})
                AND ({" OR ".join(_ROWS_OF[column] for column in columns)}))"""
        )
    return Sql(f"({' OR '.join(parts)})", held=Held.IN_LISTS if others else Held.IN_TALLIES)


def taken(compare: str, moment: datetime) -> Sql:
    """Return the condition of being taken before a moment (``<``), or then or later (``>=``).

    What the clock shows is compared, and instants with what was then in the zone of whoever looks.

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
