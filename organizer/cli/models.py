"""``organizer models``."""

from __future__ import annotations

import click

from organizer.cli.context import library_option


@click.command()
@library_option
def models() -> None:
    """List the installed models, each checked against its checksums."""
    from organizer.models.catalogue import DEFAULT, bundles

    for bundle in bundles():
        bundle.verify()
        in_use = " (in use)" if bundle.name == DEFAULT else ""
        size = sum((bundle.folder / file).stat().st_size for file in bundle.files)
        click.echo(f"{bundle.id}{in_use}: {bundle.summary}")
        click.echo(f"  labels    {', '.join(bundle.labels)}")
        click.echo(f"  measured  {bundle.metrics['summary']}")
        click.echo(f"  space     {bundle.space_id}, {bundle.dimensions} bytes a second")
        click.echo(f"  files     {size / 1e6:.1f} MB in {bundle.folder}, checksums right")
        click.echo(f"  licence   {bundle.licence}")
