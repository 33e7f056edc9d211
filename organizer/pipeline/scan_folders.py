"""A scan as scripts begin it: with the model in use, and all else as on the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.pipeline.scan import scan
from organizer.pipeline.usable_model import model_in_use

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from threading import Event

    from organizer.library import Library
    from organizer.pipeline.progress import ScanEvent


def scan_folders(
    library: Library,
    folders: Iterable[str | os.PathLike[str]] = (),
    *,
    exclude: Sequence[str] = (),
    workers: int | None = None,
    stop: Event | None = None,
) -> Generator[ScanEvent, None, None]:
    """Look at the videos in folders and tag them, with the model that ``organizer models use`` chose.

    Nothing happens until the events are read. The scan may be left at any point: the next one goes on from
    there. Originals are only ever read::

        with Library.open("library.db") as library:
            for event in scan(library, ["~/Videos"]):
                print(event)

    Args:
        library: where to store what is found, opened by this thread.
        folders: the folders, ``~`` meaning the person's own; none means all folders ever scanned.
        exclude: globs of names or relative paths to leave alone.
        workers: files decoded at the same time; None takes as many as processors and memory carry.
        stop: to be set, by a signal or another thread, when the scan shall end after the step at hand.

    Yields:
        What the scan does, as ``organizer.pipeline.scan`` says: one ``Listed``, perhaps a ``NewForModel``
        with what looking at known videos costs, then a ``Stored`` for each file that is not known unchanged,
        and at the end what became of the known ones.

    Raises:
        StoppedError: ``stop`` was set.
        FolderError: a folder is missing and was never scanned, or is no folder. Nothing was scanned.
        BundleError: there is no model that can be run.
        ScanError: no process to decode in can be started.
    """
    paths = [os.path.expanduser(folder) for folder in folders]
    yield from scan(library, model_in_use(), folders=paths, exclude=exclude, workers=workers, stop=stop)
