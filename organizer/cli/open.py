"""``organizer open``."""

from __future__ import annotations

import os

import click

from organizer.cli.context import library_option, settings
from organizer.cli.gallery import server_options, show_gallery


@click.command("open")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path())
@server_options
@library_option
def open_(folders: tuple[str, ...], port: int | None, no_browser: bool) -> None:
    """Show the gallery and scan folders meanwhile; videos appear as they are done.

    Ctrl-C ends both; the next scan goes on from there.
    """
    from organizer.errors import FolderError, ScanRunningError
    from organizer.pipeline.background_scan import start_scan
    from organizer.ui.server.serve import listen

    chosen = settings()
    for folder in folders:
        if not os.path.isdir(folder):
            raise FolderError(f"{folder}: this is no folder. Give a folder that holds videos.")
    # First, for a port that cannot be had is no reason to leave a scan running unseen.
    listener = listen(port)
    try:
        start_scan(chosen.library, [os.path.abspath(folder) for folder in folders])
        click.echo("Scanning; the gallery shows how far it is.")
    except ScanRunningError:
        click.echo(
            "A scan, or tagging again, is running already; these folders were not added to it. "
            "Add them in the gallery when it is done."
        )
    show_gallery(chosen, listener, no_browser=no_browser)
