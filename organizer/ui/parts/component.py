"""The page's own components: each a script and a style in ``browser/``, sent as text with the page.

Streamlit takes a component's script as one module, in which nothing can be imported without another load. So
what all of them need, ``element.js``, is put before each.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

FOLDER = Path(__file__).with_name("browser")
_SHARED = "element.js"


def load_component(name: str) -> ComponentRenderer:
    """Return what draws the component of ``browser/NAME.js`` and ``browser/NAME.css``."""
    return st.components.v2.component(f"organizer_{name}", css=_read(f"{name}.css"), js=script(name))


def script(name: str) -> str:
    """Return a component's script, with what all of them share before it."""
    return f"{_read(_SHARED)}\n{_read(f'{name}.js')}"


def _read(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")
