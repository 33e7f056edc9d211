"""``organizer models build``."""

from __future__ import annotations

import click

from organizer.cli.parameters import ExistingPath
from organizer.cli.progress import progress_bar
from organizer.features.tensorflow.tfhub_backbone import TfHubSettings
from organizer.pipeline.build_model import BuildProgress, Built, build_model
from organizer.text import count, safe_text


@click.command()
@click.option(
    "--handle", required=True, help="Address of a TF Hub module for pictures, or a folder with one."
)
@click.option(
    "--fit-pca",
    "folder",
    required=True,
    type=ExistingPath(file_okay=False),
    help="Folder with videos that the PCA is fitted to; as many and as different ones as possible.",
)
@click.option("--name", default="own", show_default=True, help="What the model is called.")
@click.option("--output", help="Name of the module's output with the features. [default: its only one]")
@click.option(
    "--input-size", type=click.IntRange(16, 2048), default=224, show_default=True, help="Pixels of a side."
)
@click.option("--pixel-mean", default=0.0, show_default=True, help="The module gets (pixel - MEAN) / SCALE.")
@click.option(
    "--pixel-scale",
    type=click.FloatRange(min=0, min_open=True),
    default=255.0,
    show_default=True,
    help="See --pixel-mean. 0 and 255 give 0 to 1, as most modules take it; 128 and 128 give -1 to 1.",
)
@click.option("--replace", is_flag=True, help="Put it in the place of an installed model of this name.")
def build(
    *,
    handle: str,
    folder: str,
    name: str,
    output: str | None,
    input_size: int,
    pixel_mean: float,
    pixel_scale: float,
    replace: bool,
) -> None:
    """Make a model of any TF Hub module, with a PCA fitted to your own videos.

    The videos are only read. The model makes features; it has no classifier yet, so it cannot tag.
    """
    try:
        settings = TfHubSettings(
            output=output, input_size=input_size, pixel_mean=pixel_mean, pixel_scale=pixel_scale
        )
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    with progress_bar("looking at videos") as bar:
        for event in build_model(name, handle, folder, settings, replace=replace):
            match event:
                case BuildProgress(done, total, _):
                    bar.update(done, total)
                case Built(bundle, frames, clipped):
                    click.echo(f"Fitted a PCA with {bundle.dimensions} outputs to {count(frames, 'frame')}.")
                    click.echo(
                        f"8 bits hold {bundle.quantiser.low:.2f} to {bundle.quantiser.high:.2f}; "
                        f"{100 * clipped:.3f} % of the numbers lie outside."
                    )
                    click.echo(f"Installed {safe_text(bundle.id)} in {safe_text(str(bundle.folder))}")
                    click.echo("It has no classifier yet: it makes features, and no tags.")
                    click.echo(f"To prove it: organizer models verify {bundle.name}")
