"""The page itself: Streamlit's, with our title and picture, and with words of our own where the server ended.

Streamlit's file says "Streamlit" until the script has run, and asks for a font and a description of an
interface that nobody needs here. Its own scripts and their order stay as they are.
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import HTMLResponse
from starlette.routing import Route

from organizer.config import read_settings
from organizer.ui.theme import DARK, FONT, ICON, LIGHT

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FOLDER = Path(__file__).with_name("browser")

_WITHOUT = (
    r"<title>.*?</title>",
    r'<link\s[^>]*rel="shortcut icon"[^>]*>',
    r'<link\s[^>]*as="font"[^>]*>',
    r'<link\s[^>]*rel="service-desc"[^>]*>',
)
"""What is taken out of Streamlit's page."""
_NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_WORDS_WITHOUT_SCRIPTS = "<noscript>The gallery needs scripts: allow them for this page.</noscript>"


def page_routes(library: Path) -> list[Route]:
    """Return the route of the page of a library."""
    text = page_text(command_of(library))

    def page(_request: Request) -> Response:
        # No copy is kept: an update of organizer would show the page of before.
        return HTMLResponse(text, headers={"Cache-Control": "no-cache"})

    return [Route("/", page)]


def command_of(library: Path) -> str:
    """Return the command that opens the gallery of a library, without a port."""
    usual = library == read_settings(None).library
    return "organizer gallery" if usual else shlex.join(["organizer", "gallery", "--library", str(library)])


def page_text(command: str) -> str:
    """Return the page as it is sent.

    Args:
        command: what starts the gallery again; the only text in it that is not always the same.
    """
    # A path may hold bytes that are no text.
    shown = escape(command.encode(errors="replace").decode())
    return _constant_text().replace("<head>", f'<head><meta name="organizer-command" content="{shown}" />', 1)


@cache
def _constant_text() -> str:
    import streamlit

    text = Path(streamlit.__file__).with_name("static").joinpath("index.html").read_text(encoding="utf-8")
    licence, text = _split_licence(text)
    text = _NO_SCRIPT.sub(_WORDS_WITHOUT_SCRIPTS, _COMMENT.sub("", text))
    for unwanted in _WITHOUT:
        text = re.sub(unwanted, "", text, flags=re.DOTALL)
    icon = f'<link rel="icon" href="data:image/svg+xml,{quote(ICON)}" />'
    ours = f"<title>organizer</title>{icon}<style>{_style()}</style><script>{_script()}</script>"
    return licence + text.replace("<head>", f"<head>{ours}", 1)


def _split_licence(text: str) -> tuple[str, str]:
    """Return the comment at the beginning, which has to stay, and the rest."""
    found = _COMMENT.match(text)
    return (text[: found.end()], text[found.end() :]) if found else ("", text)


def _script() -> str:
    return FOLDER.joinpath("page.js").read_text(encoding="utf-8")


def _style() -> str:
    style = FOLDER.joinpath("page.css").read_text(encoding="utf-8").replace("FONT", FONT)
    for scheme, colours in (("LIGHT", LIGHT), ("DARK", DARK)):
        for name, option in (
            ("GROUND", "backgroundColor"),
            ("WORDS", "textColor"),
            ("ACCENT", "linkColor"),
            ("EDGE", "borderColor"),
        ):
            style = style.replace(f"{scheme}_{name}", colours[option])
    return style
