"""``organizer demo``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from organizer.cli.text import tag_list
from organizer.config import LIBRARY_NAME, data_folder
from organizer.demo import PHOTOGRAPHS, make_clips
from organizer.errors import OrganizerError
from organizer.library import Library
from organizer.pipeline.scan import scan
from organizer.pipeline.scan_summary import ScanSummary
from organizer.pipeline.usable_model import model_in_use
from organizer.text import lite_meanwhile, safe_text


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put clips and library. [default: 'demo' in the platform's data folder]",
)
def demo(folder: Path | None) -> None:
    """Make five small clips, tag them, and say what was found.

    The demo has a library of its own; yours is not touched.
    """
    folder = (folder or data_folder() / "demo").absolute()
    clips = make_clips(folder / "clips")
    library = folder / LIBRARY_NAME
    with Library.open(library) as opened:
        summary = ScanSummary()
        for event in scan(opened, model_in_use(), folders=[str(folder / "clips")]):
            summary.add(event)
        if summary.unusable_model is not None:
            click.echo(lite_meanwhile(safe_text(summary.unusable_model)), err=True)
        failed = False
        for clip in clips:
            video = opened.video(opened.find(str(clip)))
            failed = failed or video.error is not None
            words = safe_text(video.error) if video.error else tag_list(video.tags)
            click.echo(f"{clip.name:16} {words}")
    click.echo("")
    for photograph in PHOTOGRAPHS:
        click.echo(f"{photograph.name}: {photograph.credit}")
    click.echo(f"\nClips and library: {safe_text(str(folder))}")
    option = f"--library {safe_text(shlex.quote(str(library)))}"
    click.echo(f"Watch them: organizer gallery {option}")
    click.echo(f"See more:   organizer show cat.mp4 {option}")
    if failed:
        raise OrganizerError("A demo clip could not be read. Please report it with the lines above.")
