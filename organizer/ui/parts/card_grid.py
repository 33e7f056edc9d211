"""The grid of cards as one component: its script builds text nodes, so that no name can be markup."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from organizer.ui import state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.gallery.cards import Card

_FOLDER = Path(__file__).with_name("browser")
_KEY = "card_grid"

_cards = st.components.v2.component(
    "organizer_card_grid",
    css=(_FOLDER / "card_grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "card_grid.js").read_text(encoding="utf-8"),
)


def show_cards(cards: Sequence[Card], page: int) -> None:
    """Draw the cards of a page; a click opens the video."""
    _cards(key=_KEY, data={"cards": [asdict(card) for card in cards], "page": page}, on_open_change=_open)


def _open() -> None:
    key = getattr(st.session_state.get(_KEY), "open", None)
    if isinstance(key, str):
        state.change(video=key)
