"""``organizer import-features``."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from organizer.cli.context import EXIT_STOPPED, library_argument, library_option, open_library
from organizer.cli.parameters import ExistingPath, path_map_option
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.dataset.import_features import Found, Imported, Outcome
from organizer.dataset.import_features import import_features as import_events
from organizer.stopping import StoppedError
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from collections.abc import Generator

    from organizer.path_maps import PathMap

_MOST_NAMED = 20


@click.command("import-features")
@click.argument("folder", metavar="DIR", type=ExistingPath(file_okay=False, path_type=Path))
@path_map_option(
    "What lay in the folder OLD where the features were written lies in NEW here. May be repeated."
)
@library_option
def import_features(folder: Path, maps: tuple[PathMap, ...]) -> None:
    """Bring what "organizer features" wrote into a library, without opening a video.

    A video whose file is here is compared with its fingerprint first; one whose file is not here is missing,
    or offline. Its tags are what the model makes of the features. What the library knows already stays as it
    is, decisions above all, and doing it twice changes nothing. Copies, and files that moved, are found by
    the next scan.
    """
    counts: Counter[Outcome] = Counter()
    left_out: list[Imported] = []
    with open_library(create=True) as library, stop_asked_for() as stop:
        events = import_events(library, folder, maps, stop=stop)
        try:
            _follow(events, counts, left_out)
        except (StoppedError, KeyboardInterrupt):
            click.echo(f"Stopped after {sum(counts.values()):,} videos; what was brought stays.", err=True)
            raise SystemExit(EXIT_STOPPED) from None
    for one in left_out[:_MOST_NAMED]:
        click.echo(f"{safe_text(one.path)}: left out, {safe_text(one.reason)}")
    if len(left_out) > _MOST_NAMED:
        click.echo(f"... and {len(left_out) - _MOST_NAMED:,} more")
    click.echo(
        f"{count(counts[Outcome.NEW], 'video')} new, {counts[Outcome.FEATURES]:,} known by another model, "
        f"{counts[Outcome.KNOWN]:,} known already, {counts[Outcome.LEFT_OUT]:,} left out"
    )
    if counts[Outcome.NEW]:
        click.echo(f"See them: organizer list{library_argument()}")


def _follow(
    events: Generator[Found | Imported, None, None], counts: Counter[Outcome], left_out: list[Imported]
) -> None:
    with closing(events), progress_bar("reading the shards", Unit.VIDEOS) as bar:
        for event in events:
            match event:
                case Found():
                    if event.damaged:
                        click.echo(f"Incomplete or damaged, left out: {', '.join(event.damaged)}", err=True)
                    bar.restart(event.records, "bringing features")
                case Imported():
                    counts[event.outcome] += 1
                    bar.update(sum(counts.values()))
                    if event.outcome is Outcome.LEFT_OUT:
                        left_out.append(event)
