"""A field to add a tag, as a component: what stands in it counts, whether Enter was pressed or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FOLDER = Path(__file__).with_name("browser")
_KEY, _HEARD = "tag_field", "tag_field_heard"

_field = st.components.v2.component(
    "organizer_tag_field",
    css=(_FOLDER / "tag_field.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "tag_field.js").read_text(encoding="utf-8"),
)


def show_tag_field(names: Sequence[str], video: str, typed: str, on_add: Callable[[str], object]) -> None:
    """Draw the field.

    Args:
        names: the tags that it proposes.
        video: the video's key; for another one the field is empty again.
        typed: what was typed and could not be added, to be mended; else empty.
        on_add: called with what the person chose or typed.
    """

    def added() -> None:
        sent = getattr(st.session_state.get(_KEY), "add", None)
        if not isinstance(sent, dict):
            return
        st.session_state[_HEARD] = int(sent["number"])
        for name in sent["names"]:
            on_add(str(name))

    tags = [{"name": name, "shown": safe_text(name)} for name in names]
    heard = st.session_state.get(_HEARD, 0)
    _field(
        key=_KEY,
        data={"tags": tags, "video": video, "typed": typed, "heard": heard},
        on_add_change=added,
    )
