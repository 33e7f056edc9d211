"""The group ``organizer models``; by itself it lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from organizer.cli.commands import MODEL_COMMANDS, LazyGroup
from organizer.cli.context import library_option
from organizer.errors import BundleError
from organizer.models import catalogue
from organizer.models.download.sources import read_sources
from organizer.text import safe_text, thinned

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle


@click.group(cls=LazyGroup, entries=MODEL_COMMANDS, invoke_without_command=True)
@library_option
@click.pass_context
def models(context: click.Context) -> None:
    """List the installed models, each checked against its checksums.

    The commands below bring other models and choose the one to use.
    """
    if context.invoked_subcommand is None:
        _list()


def _list() -> None:
    in_use = catalogue.chosen()
    found = catalogue.bundles()
    broken = catalogue.broken_bundles()
    damaged = [bundle for bundle in found if not _show(bundle, in_use=bundle.name == in_use)]
    for other in broken:
        click.echo(f"{safe_text(other.name)}{_mark(other.name == in_use)}: BROKEN")
        click.echo(f"  {safe_text(str(other.error))}")
    names = {bundle.name for bundle in found}
    if in_use not in names | {other.name for other in broken}:
        click.echo(
            f"{safe_text(in_use)} (in use) is not installed. Install it, or: organizer models use auto"
        )
    for name in sorted(read_sources().models.keys() - names):
        click.echo(f"Not installed: {name}. What comes from where: organizer models pull {name} --dry-run")
    if damaged or broken:
        raise SystemExit(1)


def _show(bundle: Bundle, *, in_use: bool) -> bool:
    """Print one model and return whether its files are right."""
    try:
        bundle.verify()
        size = sum((bundle.folder / file).stat().st_size for file in bundle.files)
        files, whole = f"{size / 1e6:.1f} MB in {bundle.folder}, checksums right", True
    except (BundleError, OSError) as error:
        files, whole = f"DAMAGED: {error}", False
    space = (bundle.space_id, f"{bundle.dimensions} bytes a second", thinned(bundle.sampled))
    rows = {
        "labels": ", ".join(bundle.labels) or f"none: it has no classifier yet. {bundle.classifier_advice}",
        "measured": str(bundle.metrics.get("summary", "nothing")),
        "space": ", ".join(filter(None, space)),
        "files": files,
        "licence": bundle.licence,
    }
    click.echo(f"{safe_text(bundle.id)}{_mark(in_use)}: {safe_text(bundle.summary)}")
    for name, text in rows.items():
        click.echo(f"  {name:9} {safe_text(text)}")
    return whole


def _mark(in_use: bool) -> str:
    return " (in use)" if in_use else ""
