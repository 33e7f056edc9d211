"""``organizer models use``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_option, library_path
from organizer.words import count, safe_text

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle

AUTO = "auto"


@click.command()
@click.argument("name", metavar="NAME|auto")
@click.option("--no-scan", is_flag=True, help="Do not begin to look at the videos with this model.")
@library_option
def use(name: str, no_scan: bool) -> None:
    """Use a model from now on, for scans, tagging and the gallery.

    auto means the one that comes with organizer. What was stored with other models stays. Videos that the
    model has not looked at yet are scanned in the background.
    """
    from organizer.models import catalogue

    before = catalogue.chosen()
    bundle = catalogue.choose(catalogue.DEFAULT if name == AUTO else name)
    click.echo(f"In use from now on: {safe_text(bundle.id)}")
    if bundle.name == before:
        return
    unseen = _unseen(bundle)
    if unseen and not no_scan:
        _scan_in_background()
        click.echo(
            f"A scan began in the background: {count(unseen, 'video')} to look at with this model; features "
            "of other models are kept. The gallery shows how far it is and can stop it."
        )
    else:
        click.echo(
            "Videos that it has not looked at yet need a scan before it can tag them; features of other "
            "models are kept: organizer scan"
        )
    click.echo("Videos that it has looked at are tagged again, without a scan, by: organizer retag")


def _unseen(bundle: Bundle) -> int:
    """Return how many videos of the library have no features of a bundle."""
    from organizer.library.database import opened
    from organizer.library.queries import count_without_features

    library = library_path()
    if not library.exists():
        return 0
    with opened(library, create=False) as db:
        return count_without_features(db, bundle.space_id)


def _scan_in_background() -> None:
    from organizer.errors import ScanRunningError
    from organizer.ui.scan_process import start_scan

    try:
        start_scan(library_path(), [], detached=True)
    except ScanRunningError:
        # It began with the model before; what it leaves, the next scan looks at.
        click.echo("Another scan is running. When it is done: organizer scan")
