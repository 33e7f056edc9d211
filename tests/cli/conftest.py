from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from organizer.cli import main
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.models import catalogue
from organizer.pipeline.decoding.decoders import ThreadDecoders
from organizer.pipeline.scan import FileAccess
from organizer.tags import tagger
from organizer.types import EVERY_SECOND, SampledSeconds
from tests.fakes import ColourClassifier, colour_bundle, show_labels


@dataclass(frozen=True)
class Outcome:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def install(
    monkeypatch,
    *,
    version: str = "1",
    backbone: str = "a" * 64,
    sampled: SampledSeconds = EVERY_SECOND,
    unsure: tuple[str, ...] = (),
    maybe_threshold: float | None = None,
) -> None:
    """Put the model that sees colours in the place of the installed ones.

    With a ``maybe_threshold`` of at most ``UNSURE``, the labels that it is unsure of are maybes.
    """
    bundle = colour_bundle(
        version=version, backbone=backbone, sampled=sampled, maybe_threshold=maybe_threshold
    )
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    monkeypatch.setattr(tagger, "open_classifier", lambda _bundle: ColourClassifier(unsure))


class Terminal:
    """Runs ``organizer`` in this process, on a folder of videos and a library of its own."""

    def __init__(self, folder: Path, monkeypatch, capsys) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        self.videos = folder / "videos"
        self.videos.mkdir()
        self.library = folder / "library.db"
        self.samplings: list[Sampling] = []
        """With which scans decoded."""

    def __call__(self, *arguments: str | Path) -> Outcome:
        self._monkeypatch.setattr(sys, "argv", ["organizer", *map(str, arguments)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main(FileAccess(start_decoders=self._one_thread))
        printed = self._capsys.readouterr()
        return Outcome(exit_.value.code or 0, printed.out, printed.err)

    def _one_thread(self, how, bundle, *, workers, files, isolated):
        """Threads start at once; tests/pipeline and the end-to-end tests decode in processes.

        One file at a time, so that they are stored in the order of their names.
        """
        assert isolated
        self.samplings.append(how)
        return ThreadDecoders(reader_for(how, threads=1), bundle.input_spec, workers=1)

    def json(self, *arguments: str) -> list[dict]:
        outcome = self("list", "--json", *arguments)
        assert outcome.code == 0
        return [json.loads(line) for line in outcome.lines]


@pytest.fixture
def organizer(tmp_path, monkeypatch, capsys):
    terminal = Terminal(tmp_path.resolve(), monkeypatch, capsys)
    monkeypatch.setenv("ORGANIZER_LIBRARY", str(terminal.library))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("ORGANIZER_DEBUG", raising=False)
    install(monkeypatch)
    return terminal


@pytest.fixture
def scanned(organizer):
    """A library of cat.mp4 (Animal), feast.mp4 (Food, Cooking), wall.mp4 (no tag) and broken.mp4 (failed)."""
    show_labels(organizer.videos / "cat.mp4", "Animal")
    show_labels(organizer.videos / "feast.mp4", "Food", "Food", "Cooking")
    show_labels(organizer.videos / "2024-05-06 wall.mp4")
    (organizer.videos / "broken.mp4").write_bytes(b"")
    assert organizer("scan", organizer.videos).code == 0
    return organizer


@pytest.fixture
def unsure(scanned, monkeypatch):
    """The same with a model for which Animal and Cooking are maybes."""
    install(monkeypatch, version="2", unsure=("Animal", "Cooking"), maybe_threshold=0.3)
    assert scanned("retag").code == 0
    return scanned
