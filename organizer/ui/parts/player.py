"""The player and the labels, as components: a click on a second needs no run of the script."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.gallery.detail import LabelRow

_FOLDER = Path(__file__).with_name("browser")

_player = st.components.v2.component(
    "organizer_player",
    css=(_FOLDER / "player.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "player.js").read_text(encoding="utf-8"),
)
_labels = st.components.v2.component(
    "organizer_labels",
    css=(_FOLDER / "labels.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "labels.js").read_text(encoding="utf-8"),
)


def show_player(key: str, *, playable: bool, poster: str, note: str) -> None:
    """Draw the video.

    Args:
        key: the video's key.
        playable: whether its file is there.
        poster: the address of its poster, empty where it has none.
        note: a line below the video, empty for none.
    """
    # Not the video's key: two underscores in it would be taken for a separator.
    _player(key="player", data={"key": key, "playable": playable, "poster": poster, "note": note})


def show_labels(rows: Sequence[LabelRow]) -> None:
    """Draw a row for each label, best first: its score, and its seconds to play from."""
    _labels(key="labels", data={"rows": [asdict(row) for row in rows]})
