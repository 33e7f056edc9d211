"""A progress bar on a terminal; where output is piped, nothing is drawn."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID


class Unit(Enum):
    """What a bar counts."""

    STEPS = "steps"
    VIDEOS = "videos"
    """With their speed."""
    BYTES = "bytes"


class Bar:
    """One bar; its words are data and cannot act on the terminal."""

    def __init__(self, progress: Progress | None, words: str) -> None:
        """Take what draws it, None where nothing is drawn."""
        self._progress = progress
        self._task: TaskID | None = None if progress is None else progress.add_task(words, total=None)

    @property
    def drawn(self) -> bool:
        """Whether there is a terminal to draw it on; else lines tell how far it is."""
        return self._progress is not None

    def update(self, done: int, total: int | None = None, words: str | None = None) -> None:
        """Show how far it is; a total or words that are not given stay."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, description=words)

    def restart(self, total: int, words: str) -> None:
        """Begin anew, the clock too, with something else."""
        if self._progress is not None and self._task is not None:
            self._progress.reset(self._task, total=total, description=words)


@contextmanager
def progress_bar(words: str, unit: Unit = Unit.STEPS) -> Iterator[Bar]:
    """Show a bar for the length of a block, if standard output is a terminal.

    Args:
        words: what is done, left of the bar, until they are updated.
        unit: what it counts.
    """
    if not sys.stdout.isatty():
        yield Bar(None, words)
        return
    with _progress(unit) as progress:
        yield Bar(progress, words)


def _progress(unit: Unit) -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.text import Text

    class SpeedColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f} videos/s" if task.speed else "")

    amounts: dict[Unit, tuple[ProgressColumn, ...]] = {
        Unit.STEPS: (MofNCompleteColumn(),),
        Unit.VIDEOS: (MofNCompleteColumn(), SpeedColumn()),
        Unit.BYTES: (DownloadColumn(), TransferSpeedColumn()),
    }
    return Progress(
        # Names of files may hold what rich takes for markup.
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *amounts[unit],
        TimeRemainingColumn(),
        # Not the one that rich shares: it looked when it was made whether there is a terminal.
        console=Console(),
        transient=True,
    )
