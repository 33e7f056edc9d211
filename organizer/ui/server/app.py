"""The gallery as an ASGI application, and the options that its server runs with.

The options win over any settings file of Streamlit's that the person may have.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import streamlit as st

from organizer.ui import resources
from organizer.ui.errors import show_script_error
from organizer.ui.server.completions import completion_routes
from organizer.ui.server.evidence import evidence_routes
from organizer.ui.server.guard import guard
from organizer.ui.server.lists import list_routes
from organizer.ui.server.media import media_routes
from organizer.ui.server.page import page_routes
from organizer.ui.server.playing import playing_routes
from organizer.ui.server.similar import similar_routes
from organizer.ui.server.take_away import export_routes
from organizer.ui.theme import theme_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.middleware import Middleware
    from starlette.routing import Route

    from organizer.config import Settings

ADDRESS = "127.0.0.1"

_SERVER: dict[str, str | int | bool] = {
    "server.address": ADDRESS,
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.baseUrlPath": "",
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.maxUploadSize": 1,
    "browser.gatherUsageStats": False,
    "browser.serverAddress": ADDRESS,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "logger.level": "warning",
    "logger.hideWelcomeMessage": True,
    # Else a click starts a second run of a tab's script beside one that has not ended, and ends meet: the old
    # run's end forgets the clicks of the session, among them the one that the new run has yet to see.
    "runner.fastReruns": False,
    # It goes through every object there is, at the end of every run, and what the page asks for next, such as
    # the film of a video that was opened, waits 100 ms. Python collects when there is something to collect.
    "runner.postScriptGC": False,
}


class AppParts(TypedDict):
    """What the application has besides the page's script, by the names of ``st.App``'s arguments."""

    routes: list[Route]
    middleware: list[Middleware]
    on_script_error: Callable[[Exception], bool | None]


def gallery_app(settings: Settings) -> st.App:
    """Return the gallery of a library; a process has one."""
    return st.App(main_script(), **app_parts(settings))


def app_parts(settings: Settings) -> AppParts:
    """Return the routes and checks of the gallery, and tell the page's script which library it shows.

    Only for ``app.py``, in which Streamlit wants to read ``st.App``; else see ``gallery_app``.
    """
    resources.use(settings)
    library = settings.library
    return AppParts(
        routes=[
            *page_routes(library),
            *media_routes(library),
            *completion_routes(library),
            *list_routes(library),
            *export_routes(library),
            *evidence_routes(library),
            *similar_routes(library),
            *playing_routes(library),
        ],
        middleware=[guard()],
        on_script_error=show_script_error,
    )


def main_script() -> Path:
    """Return the script that draws the page."""
    return Path(__file__).parents[1] / "main.py"


def server_options(port: int) -> dict[str, str | int | bool]:
    """Return Streamlit's options by dotted name."""
    return _SERVER | theme_options() | {"server.port": port, "browser.serverPort": port}
