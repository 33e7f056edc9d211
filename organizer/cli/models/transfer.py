"""``organizer models import``, ``export`` and ``remove``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from organizer.cli.models.pull import about_the_classifier, choice_of, say_installed
from organizer.cli.parameters import ExistingPath
from organizer.errors import BundleError
from organizer.models import catalogue, installing
from organizer.models.catalogue import open_bundle
from organizer.models.download.sources import read_sources
from organizer.models.transfer import export_model, import_model, unlicensed_parts
from organizer.pipeline.prove_classifier import prove_classifier
from organizer.text import safe_text

_UNLICENSED = "no licence stated"
"""As the licences of parts that need consent begin."""


@click.command("import")
@click.argument("path", type=ExistingPath(path_type=Path))
@about_the_classifier
@click.option("--replace", is_flag=True, help="Put it in the place of another model of its name.")
def import_(path: Path, classifier: str | None, replace: bool) -> None:
    """Install a model from files, without network.

    PATH is a folder that "organizer models export" made, or one packed as .tar.gz; a folder with a classifier
    alone, which joins the installed model that makes its features; or a folder with the files that "organizer
    models pull" would download. All are held against their checksums first.
    """
    path, sources = path.absolute(), read_sources()
    choice = choice_of(classifier)
    if choice is None and (left_out := unlicensed_parts(path, sources)):
        click.echo(
            f"{left_out[0].file_name} is left out: {left_out[0].licence}. To have it in place of organizer's "
            "own classifier: --accept-unlicensed-classifier"
        )
    bundle = import_model(path, sources, prove=prove_classifier, classifier=choice, replace=replace)
    click.echo(f"Licence: {safe_text(bundle.licence)}")
    say_installed(bundle)


@click.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
def export(name: str, folder: Path) -> None:
    """Copy a model to a folder that "organizer models import" takes on another computer.

    FOLDER is made; where it is there already, a folder with the model's name is made inside it.
    """
    target = export_model(name, folder.absolute())
    click.echo(f"Exported {name} to {safe_text(str(target))}")
    if _UNLICENSED in open_bundle(name).licence:
        click.echo(
            "It holds weights that nobody stated a licence for: whoever gets this copy may not be allowed to "
            "use it, nor you to hand it on."
        )


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete an installed model's files.

    Features and tags that it made stay in your libraries. The model "lite" comes with organizer and stays.
    """
    installing.check_removable(name)
    if not yes:
        if not sys.stdin.isatty():
            raise BundleError(f"{name} was not removed: there is nobody to ask. Say it with --yes.")
        click.confirm(f"Delete the model {name}?", abort=True)
    was_in_use = installing.remove(name)
    click.echo(f"Removed {safe_text(name)}. Features and tags that it made stay in your libraries.")
    if was_in_use:
        click.echo(f"It was in use; {catalogue.DEFAULT} is from now on.")
