"""What a scan did, added up from its events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from organizer.library.changes import Adopted, Alike
from organizer.pipeline.progress import (
    LeftBehind,
    Listed,
    ModelUnusable,
    OutcomeKind,
    Rejoined,
    RootOffline,
    Stored,
    Undecided,
    Vanished,
)

if TYPE_CHECKING:
    from organizer.frames.folders.left_out import LeftOut
    from organizer.pipeline.progress import FileOutcome, ScanEvent

BACK = "back"
"""Counts the files that had been missing, beside the kinds of outcomes."""


@dataclass(slots=True)
class ScanSummary:
    """Whoever shows a scan, or keeps its row, adds each event and reads the numbers."""

    kinds: Counter[str] = field(default_factory=Counter)
    """Files by ``OutcomeKind``, those included that the walk alone showed to be unchanged; and ``BACK``."""
    tags: Counter[str] = field(default_factory=Counter)
    """Tags of the files that were looked at, as ``FileOutcome`` has them."""
    maybes: Counter[str] = field(default_factory=Counter)
    """Those that may be."""
    failures: list[FileOutcome] = field(default_factory=list)
    offline: list[str] = field(default_factory=list)
    """Absolute paths of absent roots."""
    missing: tuple[str, ...] = ()
    """Absolute paths of videos that are missing since the last scan."""
    rejoined: list[Adopted] = field(default_factory=list)
    undecided: list[Alike] = field(default_factory=list)
    left_behind: list[LeftBehind] = field(default_factory=list)
    stranded: int = 0
    """Missing videos, of any scan, with decisions of a person."""
    unreadable_folders: tuple[str, ...] = ()
    links_not_followed: int = 0
    cloud_only: int = 0
    left_out: tuple[LeftOut, ...] = ()
    unusable_model: str | None = None
    """Why the model in use could not be run."""
    videos: int = 0
    """Files that look like videos."""
    done: int = 0
    to_do: int | None = None
    """None until all folders were walked."""

    def add(self, event: ScanEvent) -> None:
        """Count one event."""
        match event:
            case RootOffline(path):
                self.offline.append(path)
            case Listed():
                self.kinds[OutcomeKind.UNCHANGED] = event.unchanged - event.returned
                self.kinds[BACK] = event.returned
                self.videos = event.videos
                self.unreadable_folders = event.unreadable_folders
                self.links_not_followed = event.links_not_followed
                self.cloud_only = event.cloud_only
                self.left_out = event.left_out
                self.to_do = event.to_do
            case ModelUnusable(reason, to_do):
                self.unusable_model = reason
                # What the model that takes its place leaves alone.
                self.kinds[OutcomeKind.UNCHANGED] += (self.to_do or 0) - to_do
                self.to_do = to_do
            case Stored(outcome, done, _):
                self.done = done
                self.kinds[outcome.kind] += 1
                self.tags.update(outcome.tags)
                self.maybes.update(outcome.maybes)
                if outcome.kind is OutcomeKind.FAILED:
                    self.failures.append(outcome)
            case Rejoined(adopted):
                self.rejoined.append(adopted)
            case Undecided(alike):
                self.undecided.append(alike)
            case LeftBehind():
                self.left_behind.append(event)
            case Vanished():
                self.missing = event.paths
                self.stranded = event.stranded
