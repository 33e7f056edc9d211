from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.pipeline.progress import (
    FileOutcome,
    LeftBehind,
    Listed,
    Rejoined,
    RootOffline,
    Stored,
    Undecided,
    Vanished,
)
from organizer.pipeline.scan import scan
from tests.fakes import ColourTagger, CountingReader


@dataclass
class Scanned:
    """The events of one scan, sorted."""

    listed: Listed | None = None
    outcomes: list[FileOutcome] = field(default_factory=list)
    vanished: list[str] | None = None
    """File names; None when the scan did not reach its end."""
    offline: list[str] = field(default_factory=list)
    rejoined: dict[str, str] = field(default_factory=dict)
    """New file names by old ones."""
    undecided: dict[str, set[str]] = field(default_factory=dict)
    left_behind: dict[str, int] = field(default_factory=dict)
    """Ids of videos by the names of the files in their places."""
    stranded: int = 0
    decoded: list[str] = field(default_factory=list)
    """Names of the files that were given to the reader."""

    @property
    def kinds(self) -> dict[str, str]:
        return {os.path.basename(outcome.path): outcome.kind.value for outcome in self.outcomes}

    @property
    def reasons(self) -> dict[str, str | None]:
        return {os.path.basename(outcome.path): outcome.reason for outcome in self.outcomes}

    @property
    def quiet(self) -> bool:
        """Whether nothing was to do and nothing changed."""
        return not (self.outcomes or self.vanished or self.offline or self.decoded)


class World:
    """Folders of videos, a library, and a model that sees colours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.videos = folder / "videos"
        self.videos.mkdir()
        self.library = Library.open(folder / "library.db")
        self.tagger = ColourTagger()
        self.reader = CountingReader()

    def scan(self, *folders: Path, **settings) -> Scanned:
        self.reader.paths.clear()
        scanned = Scanned()
        chosen = [str(folder) for folder in folders]
        settings.setdefault("workers", 2)
        # In threads, for they start at once and this process sees what they do.
        settings.setdefault("isolated", False)
        model = settings.pop("model", self.tagger)
        for event in scan(self.library, model, self.reader, chosen, **settings):
            match event:
                case Listed():
                    assert scanned.listed is None
                    scanned.listed = event
                case Stored(outcome, done, to_do):
                    scanned.outcomes.append(outcome)
                    assert (done, to_do) == (len(scanned.outcomes), scanned.listed.to_do)
                case RootOffline(path):
                    scanned.offline.append(os.path.basename(path))
                case Rejoined(adopted):
                    names = (os.path.basename(path) for path in (adopted.old_path, adopted.new_path))
                    scanned.rejoined.update([tuple(names)])
                case Undecided(alike):
                    new = {os.path.basename(path) for path in alike.new_paths}
                    scanned.undecided[os.path.basename(alike.old_path)] = new
                case LeftBehind(old_id, path):
                    scanned.left_behind[os.path.basename(path)] = old_id
                case Vanished(paths, stranded):
                    scanned.vanished = sorted(os.path.basename(path) for path in paths)
                    scanned.stranded = stranded
        assert len(scanned.outcomes) == scanned.listed.to_do
        scanned.decoded = sorted(os.path.basename(path) for path in self.reader.paths)
        return scanned

    def records(self):
        return list(self.library.list(VideoFilter(sort=Sort.ADDED, descending=False)))

    def places(self) -> dict[str, str]:
        """Status by path, relative to the world's folder."""
        return {
            os.path.relpath(place.path, self.folder): place.status.value
            for record in self.records()
            for place in record.places
        }

    def tags(self) -> dict[str, dict[str, str]]:
        """Tags with their states by file name."""
        return {
            os.path.basename(place.path): {tag.name: tag.state.value for tag in record.tags}
            for record in self.records()
            for place in record.places
        }

    def id_of(self, path: Path) -> int:
        return self.library.find(str(path))


@pytest.fixture
def world(tmp_path):
    # A real path, as scans store it.
    world = World(tmp_path.resolve())
    yield world
    world.library.close()
