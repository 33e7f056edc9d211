"""Labelled videos for ``train`` and ``evaluate``: a library with decisions, shards, and a small corpus."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from organizer.config import models_folder
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.library import Library
from organizer.library.changes import Analysis
from organizer.models.catalogue import open_bundle
from organizer.models.inception.assemble import NAME
from organizer.models.manifest import (
    BackboneKind,
    ClassifierKind,
    Kinds,
    Manifest,
    QuantiserRange,
    write_manifest,
)
from organizer.training.lite.corpus import read_corpus
from organizer.training.lite.corpus_features import corpus_features
from organizer.types import LABELS, CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo
from tests.cli.conftest import Terminal
from tests.library.build import tagging
from tests.workers import made_once

FIRST_DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def plain_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Terminal:
    """Return the command line with the installed models, not a stand-in for them."""
    terminal = Terminal(folder.resolve(), monkeypatch, capsys)
    for variable, name in (("MODELS", "models"), ("CACHE", "cache"), ("LIBRARY", "library.db")):
        monkeypatch.setenv(f"ORGANIZER_{variable}", str(terminal.folder / name))
    monkeypatch.delenv("ORGANIZER_DEBUG", raising=False)
    return terminal


def decided_library(path: Path, *, days: int = 20, own_tag: str | None = None) -> None:
    """Make a library in the space of ``lite``: each day an animal, a meal and a wall, all decided about."""
    bundle, rng = open_bundle("lite"), np.random.default_rng(0)
    looks = dict(zip(("Animal", "Food", "wall"), rng.normal(size=(3, bundle.dimensions)), strict=True))
    with Library.open(path) as library:
        root = library.roots.add("/videos")
        for day in range(days):
            for name, look in looks.items():
                seen = look + 0.3 * rng.normal(size=(6, bundle.dimensions))
                features = VideoFeatures(bundle.space_id, bundle.quantiser.quantise(seen.astype(np.float32)))
                taken = CaptureDate(FIRST_DAY + timedelta(days=day), DateSource.CONTAINER)
                video = library.contents.store(
                    root,
                    VideoFile("/videos", f"{name}-{day}.mp4", 1000, 1),
                    f"{name}-{day}",
                    Analysis(
                        VideoInfo(6.0, 64, 48, "h264", 25.0, 0, taken),
                        features,
                        b"webp",
                        tagging("Animal", "Food", bundle=bundle.id),
                    ),
                )
                for tag in ("Animal", "Food"):
                    (Library.confirm if tag == name else Library.reject)(library, video, tag)
                if own_tag and name == "Animal":
                    library.confirm(video, own_tag)


def install_space() -> None:
    """Install a model with the name and the quantiser of YouTube-8M's space and the backbone of ``lite``."""
    lite = open_bundle("lite")
    roles = {role: lite.roles[role] for role in ("backbone", "pca", "classifier")}
    folder = models_folder() / NAME
    folder.mkdir(parents=True)
    for file in roles.values():
        shutil.copy(lite.folder / file, folder / file)
    write_manifest(
        folder,
        Manifest(
            name=NAME,
            version="test",
            summary="stands in for Inception v3",
            licence="MIT",
            input_size=lite.input_size,
            dimensions=lite.dimensions,
            quantiser=QuantiserRange.of(YT8M_QUANTISER),
            labels=LABELS,
            thresholds=dict.fromkeys(LABELS, 0.5),
            metrics={},
            provenance={},
            roles=roles,
            backbone_settings=lite.backbone_settings,
            kinds=Kinds(BackboneKind.LITERT, ClassifierKind.LITERT),
        ),
    )


def kept_corpus(factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the small corpus in ``corpus`` and the features of ``lite`` in ``cache``."""

    def make(folder: Path) -> None:
        lite, corpus = open_bundle("lite"), read_corpus(small_corpus(folder / "corpus"))
        poolings = lite.backbone_settings["poolings"]
        corpus_features(corpus, lite.folder / lite.roles["backbone"], folder / "cache", poolings)

    return made_once(factory, "small-corpus", make)


def small_corpus(folder: Path) -> Path:
    """Make a corpus of 40 one-colour photographs and 20 clips of two seconds: animals green, meals red."""
    colours = {"Animal": (0, 160, 0), "Food": (0, 0, 200), "none": (128, 128, 128)}
    rng = np.random.default_rng(0)

    def picture(file: Path, label: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = rng.integers(-40, 40, (32, 32, 3))
        cv2.imwrite(str(file), np.clip(np.array(colours[label]) + noise, 0, 255).astype(np.uint8))

    pictures, clips = [], []
    for number in range(40):
        label = ("Animal", "Food")[number % 2]
        picture(folder / "images" / f"{number}.jpg", label)
        row = {"image": f"images/{number}.jpg", "labels": label, "group": f"p{number % 4}", "fold": ""}
        pictures.append(
            row | {"source_class": "x", "source": "s", "commit": "c", "path": "p", "licence": "none"}
        )
    for number in range(20):
        label = ("Animal", "Food", "none")[number % 3]
        for second in range(2):
            picture(folder / "clips" / f"c{number}" / f"{second:03}.jpg", label)
        row = {"clip": f"c{number}", "labels": label, "group": f"r{number}", "fold": number % 5}
        clips.append(row | {"counts": "yes", "source": "s", "frames": 2})
    second = [row | {"maybe": ""} for row in clips[10:]]
    for name, rows in (("images.csv", pictures), ("clips.csv", clips[:10]), ("clips_2.csv", second)):
        with (folder / name).open("w", newline="") as table:
            writer = csv.DictWriter(table, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return folder
