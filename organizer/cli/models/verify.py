"""``organizer models verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_option, library_path
from organizer.cli.parameters import ExistingPath
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.pipeline.pictures import pictures_of, videos_at_hand
from organizer.pipeline.verify import VIDEOS, CheckOutcome, frames_a_video
from organizer.pipeline.verify import verify as verify_model
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from organizer.types import InputSpec


@click.command()
@click.argument("name", required=False)
@click.option(
    "--golden",
    type=ExistingPath(dir_okay=False, path_type=Path),
    help="A .npz file with one frame's features before (original) and after (pca) the PCA, as known right.",
)
@library_option
def verify(name: str | None, golden: Path | None) -> None:
    """Check a model, the one in use without a NAME, and say of each check what was found.

    Its files, its PCA, the features of a picture, its classifier; and whether the network fits the PCA, on
    frames of some of your library's videos, which are only read. Exit code 1 when a check failed.
    """
    bundle = open_bundle(name)
    click.echo(f"{safe_text(bundle.id)} in {safe_text(str(bundle.folder))}")
    failed = 0
    for check in verify_model(bundle, _library_pictures(bundle.input_spec), golden=golden):
        failed += check.outcome is CheckOutcome.FAILED
        click.echo(f"{check.outcome.value:12}  {check.name}: {safe_text(check.sentence)}")
    if failed:
        raise SystemExit(1)


def _library_pictures(spec: InputSpec) -> Iterator[NDArray[np.uint8]]:
    """Yield pictures of some videos of the library; none where there is no library."""
    library = library_path()
    if not library.exists():
        return
    with Library.open(library, create=False) as opened:
        paths = videos_at_hand(opened, VIDEOS)
    yield from pictures_of(paths, spec, frames=frames_a_video(len(paths)))
