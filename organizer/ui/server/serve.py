"""Run the gallery's server in this process until it is stopped."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn
from streamlit import config as streamlit_config

from organizer.errors import GalleryError
from organizer.playback.maker import warm_up
from organizer.ui.server.app import ADDRESS, gallery_app, server_options
from organizer.ui.server.connections import PatientProtocol
from organizer.ui.server.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.config import Settings

DEFAULT_PORT = 8765
_BACKLOG = 128
# A paused video keeps its connection open; stopping does not wait for it.
_STOP_WAIT_S = 2


def listen(port: int | None) -> socket.socket:
    """Return a socket that listens on this computer only.

    Args:
        port: the port to take, 0 for any; None takes the default one, or any free one when that is taken.

    Raises:
        GalleryError: the port cannot be taken.
    """
    candidates = (DEFAULT_PORT, 0) if port is None else (port,)
    for candidate in candidates:
        # The protocol is named: only then asyncio sends small answers at once (TCP_NODELAY). Else each of
        # them would wait 40 ms on a kept connection, for the browser's acknowledgement.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, candidate))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            problem = error
        else:
            return listener
    raise GalleryError(
        f"The gallery cannot use port {candidates[-1]} ({problem.strerror}). Choose another one with --port."
    )


def serve(settings: Settings, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve the gallery until Ctrl-C or SIGTERM.

    Args:
        settings: where the library lies; it need not exist yet.
        listener: from ``listen``.
        ready: called once with the gallery's address, when it can be opened.

    Raises:
        GalleryError: the server could not start.
    """
    port = listener.getsockname()[1]
    if not settings.debug:
        # The server's own remarks, such as on a connection that it cuts, say nothing to a person.
        logging.disable(logging.CRITICAL)
    streamlit_config.get_config_options(force_reparse=True, options_from_flags=server_options(port))
    # Around all of it once more: answers to errors that nobody foresaw are made outside the app's own one.
    app = Guard(gallery_app(settings))
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_STOP_WAIT_S,
        server_header=False,
    )
    server = uvicorn.Server(config)
    waiting = threading.Timer(0, _call_when_started, (server, f"http://{ADDRESS}:{port}", ready))
    waiting.daemon = True
    waiting.start()
    # The server stops in order first and then repeats the signal.
    with listener, suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        raise GalleryError("The gallery's server did not start. Run it again with ORGANIZER_DEBUG=1.")


def _call_when_started(server: uvicorn.Server, address: str, ready: Callable[[str], None]) -> None:
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    ready(address)
    # Else the first video that is converted would wait for it.
    warm_up()
