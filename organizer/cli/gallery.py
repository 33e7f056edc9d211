"""``organizer gallery``."""

from __future__ import annotations

import threading
import webbrowser
from typing import TYPE_CHECKING, Any, TypeVar

import click

from organizer.cli.context import library_option, settings
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
    from organizer.ui.server.serve import listen

    chosen = settings()
    listener = listen(port)
    if not chosen.library.exists():
        click.echo(f"There is no library at {safe_text(str(chosen.library))} yet; the gallery starts empty.")
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
    from organizer.ui.server.serve import serve

    def ready(address: str) -> None:
        click.echo(f"The gallery is at {address}  (Ctrl-C ends it)")
        if not no_browser:
            # A browser in the terminal would not return before it is closed.
            threading.Thread(target=_open_browser, args=(address, chosen.debug), daemon=True).start()

    serve(chosen, listener, ready)
    click.echo("The gallery has ended.")


def _open_browser(address: str, debug: bool) -> None:
    try:
        webbrowser.open(address)
    except (webbrowser.Error, OSError) as error:
        if debug:
            click.echo(f"No browser could be opened ({error}).", err=True)
