"""``organizer models use``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument, library_option, library_path
from organizer.errors import JobRunningError
from organizer.features.tensorflow.loading import missing_tensorflow
from organizer.library import Library
from organizer.models import catalogue
from organizer.models.manifest import BackboneKind
from organizer.pipeline.background_jobs import start_scan
from organizer.pipeline.looking_cost import looking_cost
from organizer.text import count, lite_meanwhile, safe_text

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle
    from organizer.pipeline.looking_cost import LookingCost

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
    bundle = catalogue.choose(catalogue.DEFAULT if name == AUTO else name)
    click.echo(f"In use from now on: {safe_text(bundle.id)}")
    lacking = _lacking(bundle)
    if lacking:
        click.echo(lite_meanwhile(lacking), err=True)
    # Looked up whatever was in use before: a model installed again under its name makes other features.
    cost, older = _left_to_do(bundle)
    if cost and not (no_scan or lacking) and _scan_in_background():
        click.echo(
            f"A scan began in the background: {count(cost.videos, 'video')} to look at with this model: "
            f"{cost.words}; features of other models are kept. The gallery shows how far it is and can stop "
            "it."
        )
    elif cost:
        click.echo(
            f"{count(cost.videos, 'video')} not looked at with this model yet: {cost.words}; features of "
            f"other models are kept. To look at them: organizer scan{library_argument()}"
        )
    if older:
        click.echo(
            f"{count(older, 'video')} can be tagged again, without a scan, by: "
            f"organizer retag{library_argument()}"
        )


def _lacking(bundle: Bundle) -> str | None:
    """Say what must be installed before a bundle's backbone can run."""
    return missing_tensorflow() if bundle.backbone_kind is BackboneKind.TF_HUB else None


def _left_to_do(bundle: Bundle) -> tuple[LookingCost | None, int]:
    """Return what it costs to look at videos without features of a bundle, and how many have others' tags."""
    library = library_path()
    if not library.exists():
        return None, 0
    with Library.open(library, create=False) as opened:
        unseen = opened.features.count_without(bundle.space_id)
        cost = looking_cost(opened, bundle, unseen) if unseen else None
        return cost, opened.features.count_tagged_by_others(bundle.id, bundle.space_id)


def _scan_in_background() -> bool:
    """Start a scan, unless one runs: what that one leaves, for it began with another model, is the next's."""
    try:
        start_scan(library_path(), [], detached=True)
    except JobRunningError:
        click.echo(
            "Another job of this library is running. When it is done, this model needs a scan of its own."
        )
        return False
    return True
