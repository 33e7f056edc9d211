"""All videos that the filter chooses, as pages of cards.

The cards are one component: its script builds text nodes, so that no name can be markup.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import streamlit as st

from organizer.gallery.cards import card
from organizer.gallery.view_state import Maybes, ViewState, pages
from organizer.library import Library
from organizer.library.filters import Sort
from organizer.text import count
from organizer.ui import state
from organizer.ui.parts.component import load_component
from organizer.ui.walk import forget_walk, page_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.gallery.cards import Card

_CARDS = "card_grid"
_cards = load_component(_CARDS)

ORDERS = {
    (Sort.TAKEN, True): "Newest first",
    (Sort.TAKEN, False): "Oldest first",
    (Sort.NAME, False): "Name, A to Z",
    (Sort.NAME, True): "Name, Z to A",
    (Sort.DURATION, True): "Longest first",
    (Sort.DURATION, False): "Shortest first",
    (Sort.SIZE, True): "Largest first",
    (Sort.SIZE, False): "Smallest first",
    (Sort.ADDED, True): "Last added first",
    (Sort.ADDED, False): "First added first",
}


def show_grid(library: Library, view: ViewState, found: int) -> None:
    """Draw one page of the ``found`` videos that the view chooses."""
    forget_walk()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"### {count(found, 'video')}", width="content")
        _show_order(view)
    if not found:
        _show_no_match(library, view)
        return
    last = pages(found)
    page = min(view.page, last)
    records = list(library.list(page_filter(view, page), found=found))
    pictured = library.media.with_posters([video.id for video in records])
    _show_cards([card(video, poster=video.id in pictured) for video in records], page)
    if last > 1:
        # A key for each choice: a click on a page of another choice, still on its way, is not this one's.
        key = state.widget_value(f"page_{_digest(view)}", page)
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(last, key=key, on_change=_turn_page, args=(key,), width="stretch")


def _show_cards(cards: Sequence[Card], page: int) -> None:
    """Draw the cards of a page; a click opens the video."""
    _cards(key=_CARDS, data={"cards": [asdict(card) for card in cards], "page": page}, on_open_change=_open)


def _open() -> None:
    key = getattr(st.session_state.get(_CARDS), "open", None)
    if isinstance(key, str):
        state.change(video=key)


def _digest(view: ViewState) -> str:
    """Return a word that stands for a choice of videos and their order."""
    return hashlib.sha256(repr(replace(view, page=1, video=None)).encode("utf-8", "replace")).hexdigest()[:16]


def _turn_page(key: str) -> None:
    if key in st.session_state:
        state.change(page=st.session_state[key])


def _show_order(view: ViewState) -> None:
    key = state.widget_value("order", (view.sort, view.descending))
    st.selectbox(
        "Order",
        list(ORDERS),
        format_func=ORDERS.__getitem__,
        key=key,
        on_change=_change_order,
        args=(key,),
        label_visibility="collapsed",
        width=190,
    )


def _change_order(key: str) -> None:
    if key in st.session_state:
        sort, descending = st.session_state[key]
        state.change(sort=sort, descending=descending)


def _show_no_match(library: Library, view: ViewState) -> None:
    with st.container(border=True):
        if view.maybes is Maybes.ONLY:
            st.markdown("**No maybe is left that fits these filters.**")
        else:
            st.markdown("**No video fits these filters.**")
        st.markdown("Take a tag or a word away, or clear all filters.")
        if not view.maybes and (view.all_tags or view.any_tags):
            _show_with_maybes(library.count(replace(view, maybes=Maybes.WITH).filter()))
        st.button(
            "Clear all filters", icon=":material/filter_alt_off:", on_click=lambda: state.show(ViewState())
        )


def _show_with_maybes(found: int) -> None:
    if found:
        st.button(
            f"Count maybes too: {count(found, 'video')}",
            key="with_maybes",
            on_click=lambda: state.change(maybes=Maybes.WITH),
        )
