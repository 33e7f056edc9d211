"""What the tab of the browser is called: what is in it, then the program."""

from __future__ import annotations

from organizer.errors import UnknownVideoError
from organizer.gallery.cards import title
from organizer.gallery.view_state import ViewState
from organizer.library import Library
from organizer.text import safe_text
from organizer.ui.parts.bar import PANELS

_MOST = 60


def title_of(library: Library, view: ViewState) -> str:
    """Return the title of a view."""
    return f"{_words(library, view)} \u2013 organizer"


def _words(library: Library, view: ViewState) -> str:
    if view.panel is not None:
        return PANELS[view.panel]
    if view.video is not None:
        try:
            return title(library.video(library.media.id_of(view.video)))
        except UnknownVideoError:
            return "Gone"
    query = safe_text(view.query)
    return (query if len(query) <= _MOST else f"{query[: _MOST - 1]}\u2026") or "Videos"
