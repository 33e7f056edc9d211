"""``organizer gallery``, and ``organizer open``, which scans meanwhile."""

from __future__ import annotations

import os
import threading
import webbrowser
from typing import TYPE_CHECKING, Any, TypeVar

import click

from organizer.cli.context import library_option, settings
from organizer.errors import JobRunningError
from organizer.pipeline.background_jobs import start_scan
from organizer.pipeline.listing import check_folder
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from organizer.config import Settings

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

_OPTIONS = (
    click.option(
        "--port", type=click.IntRange(0, 65535), help="Port to listen on. [default: 8765, else any free one]"
    ),
    click.option("--no-browser", is_flag=True, help="Do not open a browser, only print the address."),
)


def server_options(function: Decorated) -> Decorated:
    """Add the options of commands that show the gallery."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command()
@server_options
@library_option
def gallery(port: int | None, no_browser: bool) -> None:
    """Show the library in the browser: see, play, correct, tag again.

    It answers to this computer only and loads nothing from elsewhere. Ctrl-C ends it.
    """
    chosen = settings()
    listener = _listen(port)
    if not chosen.library.exists():
        click.echo(f"There is no library at {safe_text(str(chosen.library))} yet; the gallery starts empty.")
    show_gallery(chosen, listener, no_browser=no_browser)


@click.command("open")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path())
@server_options
@library_option
def open_(folders: tuple[str, ...], port: int | None, no_browser: bool) -> None:
    """Show the gallery and scan folders meanwhile; videos appear as they are done.

    Ctrl-C ends both; the next scan goes on from there.
    """
    chosen = settings()
    for folder in folders:
        check_folder(folder)
    # First, for a port that cannot be had is no reason to leave a scan running unseen.
    listener = _listen(port)
    try:
        start_scan(chosen.library, [os.path.abspath(folder) for folder in folders])
        click.echo("Scanning; the gallery shows how far it is.")
    except JobRunningError:
        click.echo(
            "A scan, or tagging again, is running already; these folders were not added to it. "
            "Add them in the gallery when it is done."
        )
    show_gallery(chosen, listener, no_browser=no_browser)


def show_gallery(chosen: Settings, listener: socket, *, no_browser: bool) -> None:
    """Serve the gallery until Ctrl-C.

    Args:
        chosen: where the library lies; it need not exist yet.
        listener: see ``organizer.ui.server.serve.listen``.
        no_browser: only print the address.

    Raises:
        GalleryError: the server did not start.
    """
    # Loads Streamlit, which takes a second; see ``_listen``.
    from organizer.ui.server.serve import serve

    def ready(address: str) -> None:
        click.echo(f"The gallery is at {address}  (Ctrl-C ends it)")
        if not no_browser:
            # A browser in the terminal would not return before it is closed.
            threading.Thread(target=_open_browser, args=(address, chosen.debug), daemon=True).start()

    serve(chosen, listener, ready)
    click.echo("The gallery has ended.")


def _listen(port: int | None) -> socket:
    """Return the socket of the gallery; see ``organizer.ui.server.serve.listen``."""
    # Loads Streamlit, which takes a second: help, and a folder that is not there, need not wait for it.
    from organizer.ui.server.serve import listen

    return listen(port)


def _open_browser(address: str, debug: bool) -> None:
    try:
        webbrowser.open(address)
    except (webbrowser.Error, OSError) as error:
        if debug:
            click.echo(f"No browser could be opened ({error}).", err=True)
