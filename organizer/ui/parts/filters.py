"""The choice of videos, in the sidebar: a widget and its words for each filter.

A filter is a field of ``VideoFilter`` with its SQL (``organizer.library.reading.sql``), a field of
``ViewState`` with its parameter in the address (``organizer.gallery.view_state``), and a widget here that
``_bound`` ties to that field.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import streamlit as st

from organizer.gallery.view_state import EARLIEST_DAY, LATEST_DAY, Maybes, ViewState
from organizer.library import Library
from organizer.library.records import Status
from organizer.text import count, safe_text
from organizer.types import TagState
from organizer.ui import state
from organizer.ui.parts.component import load_component

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from streamlit.delta_generator import DeltaGenerator

_COUNTS_SHOWN = 12
_WITHOUT = "without"
_MAYBES = {_WITHOUT: "Without", Maybes.WITH.value: "With", Maybes.ONLY.value: "Only"}
_LOOK = "maybe_counts"
_maybe_counts = load_component(_LOOK)

_STATES = {
    None: "Suggested or confirmed",
    TagState.SUGGESTED: "Suggested by the model",
    TagState.CONFIRMED: "Confirmed by me",
    TagState.REJECTED: "Rejected by me",
}
_STATUSES = {
    None: "Any",
    Status.OK: "Can be played",
    Status.FAILED: "Not readable",
    Status.MISSING: "Missing",
    Status.OFFLINE: "Offline",
}


def show_filters(library: Library, view: ViewState) -> None:
    """Draw the filters with the values of the view; a change shows the first page of the new choice."""
    maybes = library.maybe_counts()
    only = view.maybes is Maybes.ONLY
    counts = maybes if only else library.tag_counts(with_maybes=view.maybes is Maybes.WITH)
    names = list(counts) + [name for name in library.tag_names() if name not in counts]

    def tag_filter(part: str, label: str, chosen: tuple[str, ...]) -> None:
        # An option is told apart by its words: they hold nothing that changes, as counts do.
        st.multiselect(
            label,
            [*names, *(name for name in chosen if name not in names)],
            format_func=safe_text,
            placeholder="Any tag" if part != "no_tags" else "No tag",
            select_all=False,
            **_bound(part, list(chosen), tuple),
        )

    st.text_input(
        "Search", placeholder="Words in name or folder", max_chars=200, **_bound("text", view.text, str.strip)
    )
    tag_filter("any_tags", "With any of these tags", view.any_tags)
    if counts and not only:
        _show_counts(counts, view.any_tags)
    if maybes or view.maybes:
        _show_maybes(maybes, view)
    with st.expander("More filters", expanded=_uses_more(view), icon=":material/tune:"):
        tag_filter("all_tags", "With all of these tags", view.all_tags)
        tag_filter("no_tags", "Without these tags", view.no_tags)
        st.toggle("Only videos without a tag", **_bound("untagged", view.untagged, bool))
        st.selectbox(
            "Tags that count",
            list(_STATES),
            format_func=_STATES.__getitem__,
            disabled=only,
            **_bound("state", view.state),
        )
        st.selectbox(
            "Video", list(_STATUSES), format_func=_STATUSES.__getitem__, **_bound("status", view.status)
        )
        first, last = st.columns(2)
        _show_day(first, "Taken from", "first_day", view.first_day)
        _show_day(last, "Taken until", "last_day", view.last_day)
    if view.is_filtered:
        st.button(
            "Clear filters",
            icon=":material/filter_alt_off:",
            width="stretch",
            on_click=lambda: state.show(ViewState(sort=view.sort, descending=view.descending)),
        )


class _Bound(TypedDict):
    """What ties a widget to a part of the view, by the names of its arguments."""

    key: str
    on_change: Callable[[], None]


def _bound(part: str, value: Any, convert: Callable[[Any], Any] | None = None) -> _Bound:
    """Tie a widget to a part of the view, and give it the view's value.

    Args:
        part: the field of ``ViewState``.
        value: what the view says.
        convert: makes the field's value of the widget's; None where they are the same.
    """
    key = state.widget_value(part, value)

    def changed() -> None:
        # Gone, where the session was cleared between the click and this.
        if key in st.session_state:
            chosen = st.session_state[key]
            state.change(**{part: convert(chosen) if convert else chosen})

    return _Bound(key=key, on_change=changed)


def _show_counts(counts: Mapping[str, int], chosen: Sequence[str]) -> None:
    """Draw how many videos carry the chosen tags, and the most frequent ones."""
    with st.container(key="tag_counts"):
        shown = _chosen_and_most(counts, chosen)
        st.text("  ".join(f"{safe_text(name)}\u00a0{number:,}" for name, number in shown))


def _chosen_and_most(counts: Mapping[str, int], chosen: Sequence[str]) -> Iterable[tuple[str, int]]:
    # An address may spell a tag in letters of another size.
    by_name = {name.casefold(): (name, number) for name, number in counts.items()}
    chosen_ones = {name.casefold(): by_name.get(name.casefold(), (name, 0)) for name in chosen}
    most = dict(list(by_name.items())[:_COUNTS_SHOWN])
    return (chosen_ones | most).values()


def _show_maybes(counts: Mapping[str, int], view: ViewState) -> None:
    """Draw how maybes count, and of how many videos which tags are maybes: a click shows just these."""
    st.segmented_control(
        "Maybes",
        list(_MAYBES),
        format_func=_MAYBES.__getitem__,
        help="A maybe is a tag that the model is not sure of. It has a question mark, and counts as no tag "
        "unless you ask for it here. Confirm or reject it as any other.",
        width="stretch",
        **_bound("maybes", view.maybes.value if view.maybes else _WITHOUT, _maybes),
    )
    chosen = view.any_tags if view.maybes is Maybes.ONLY else ()
    tags = [
        {
            "name": name,
            "shown": safe_text(name),
            "videos": number,
            "words": f"Maybe {safe_text(name)}: {count(number, 'video')}",
            "chosen": chosen == (name,),
        }
        for name, number in _chosen_and_most(counts, chosen)
    ]
    _maybe_counts(key=_LOOK, data={"maybes": tags}, on_look_change=_look_through)


def _maybes(chosen: str | None) -> Maybes | None:
    return None if chosen in {None, _WITHOUT} else Maybes(chosen)


def _look_through() -> None:
    """Show the maybes of the tag that was clicked, or all videos again where these were shown."""
    clicked = getattr(st.session_state.get(_LOOK), "look", None)
    if not isinstance(clicked, dict):
        return
    if clicked["chosen"]:
        state.change(any_tags=(), maybes=None)
    else:
        state.change(any_tags=(str(clicked["name"]),), maybes=Maybes.ONLY)


def _show_day(column: DeltaGenerator, label: str, part: str, value: date | None) -> None:
    column.date_input(
        label,
        format="YYYY-MM-DD",
        min_value=EARLIEST_DAY,
        max_value=LATEST_DAY,
        **_bound(part, value),
    )


def _uses_more(view: ViewState) -> bool:
    """Whether any filter is set but those that are always in sight."""
    return replace(view, text="", any_tags=(), maybes=None).is_filtered
