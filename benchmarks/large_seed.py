"""A library as large as people's get, made through the real store: names, tags and decisions are drawn."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
from organizer.models.bundle import Bundle
from organizer.types import (
    LABELS,
    MAX_SECONDS,
    CaptureDate,
    DateSource,
    SuggestedTag,
    Tier,
    VideoFeatures,
    VideoFile,
    VideoInfo,
)

FIRST_DAY = datetime(2006, 1, 1, tzinfo=UTC)
DAYS = 19 * 365
EVENTS = (
    "Geburtstag Oma",
    "Hochzeit Anna & Ben",
    "Urlaub Kreta",
    "Zoo",
    "Garten",
    "Schulfest",
    "Weihnachten",
    "Konzert München",
    "Skifahren Zürs",
    "Café Größenwahn",
    "誕生日",
    "День рождения",
    "soccer finals",
    "kitchen",
    "Road trip",
)
OWN_TAGS = ("Oma", "Anna", "Ben", "Holiday", "to cut", "Garden", "Größte Hits", "Kids", "Work", "Band")
RARE_WORD = "axolotl"
"""Occurs in one of 20,000 names."""
MAYBE_FROM = 0.42
"""Labels that a video does not show score up to 0.5: of a video about one is a maybe then."""


@dataclass(frozen=True)
class Seeded:
    """What was made."""

    roots: tuple[str, ...]
    """Folders that are there; one more is known and is not."""
    videos: int
    insert_ms: float
    """Milliseconds that the store took for a video: the median of hundreds of videos each.

    Without drawing them and without writing files; the median, for other programs use the disk too.
    """
    insert_cpu_ms: float
    """What of it the processor took, the same way."""


def seed_large(
    library: Path,
    folder: Path,
    count: int,
    bundle: Bundle,
    *,
    seed: int = 1,
    posters: Sequence[bytes] = (),
) -> Seeded:
    """Store ``count`` videos, nearly all of them 45 s long, with files that look unchanged to a scan.

    Of a thousand videos about 20 could not be read, 15 are missing, 50 lie in a folder that is not there, 20
    have a copy, 60 carry a person's decisions. Files are sparse: they have a size, but take no room.

    Args:
        library: where the library is made.
        folder: where its files are made.
        count: how many videos.
        bundle: the model that looked at them.
        seed: of all that is drawn.
        posters: pictures of which each video gets one; without any they are bytes that no browser shows.
    """
    draw = random.Random(seed)
    pixels = np.random.default_rng(seed)
    there = (str(folder / "Videos"), str(folder / "Fotos und Filme"))
    absent = str(folder / "old disk")
    spent_s: list[tuple[float, float]] = []
    with Library.open(library) as opened:
        roots = {path: opened.roots.add(path) for path in (*there, absent)}
        vanished: dict[str, list[str]] = {path: [] for path in there}
        for number in range(count):
            chance = draw.random()
            root = absent if chance < 0.05 else there[chance < 0.3]
            missing = root != absent and draw.random() < 0.015
            file = _file(draw, root, number, real=root != absent and not missing)
            analysis = _analysis(draw, pixels, bundle, posters)
            readable = draw.random() >= 0.02
            copied = readable and root != absent and draw.random() < 0.02
            copy = _file(draw, there[0], number + count, real=True) if copied else None
            started, cpu_started = time.perf_counter(), time.process_time()
            if readable:
                video = opened.contents.store(roots[root], file, f"{number:040x}", analysis)
            else:
                video = opened.contents.store_failure(
                    roots[root], file, f"{number:040x}", "the file is cut off"
                )
            if copy is not None:
                opened.contents.place(roots[there[0]], copy, video, lambda _: True)
            spent_s.append((time.perf_counter() - started, time.process_time() - cpu_started))
            if missing:
                vanished[root].append(file.relative_path)
            if draw.random() < 0.06:
                for _ in range(draw.choice((1, 1, 2))):
                    decide = draw.choice((Library.confirm, Library.confirm, Library.reject))
                    decide(opened, video, draw.choice((*LABELS, *OWN_TAGS)))
        for path in there:
            opened.places.forget_vanished(roots[path], vanished[path])
        opened.roots.set_offline(roots[absent], True)
    insert_ms, insert_cpu_ms = (_median_ms(times) for times in zip(*spent_s, strict=True))
    return Seeded(there, count, insert_ms, insert_cpu_ms)


def _median_ms(times_s: Sequence[float]) -> float:
    hundreds = [statistics.mean(times_s[start : start + 100]) for start in range(0, len(times_s), 100)]
    return 1000 * statistics.median(hundreds)


def _file(draw: random.Random, root: str, number: int, *, real: bool) -> VideoFile:
    path = drawn_path(draw, number)
    size, mtime_ns = draw.randrange(200_000, 900_000_000), 1_500_000_000_000_000_000 + number
    if real:
        absolute = os.path.join(root, path)
        os.makedirs(os.path.dirname(absolute), exist_ok=True)
        with open(absolute, "wb") as file:
            file.truncate(size)
        os.utime(absolute, ns=(mtime_ns, mtime_ns))
        mtime_ns = os.stat(absolute).st_mtime_ns
    return VideoFile(root, path, size, mtime_ns)


def drawn_path(draw: random.Random, number: int) -> str:
    day = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
    name = draw.choice(
        (
            f"IMG_{draw.randrange(10_000):04}.MOV",
            f"VID_{day:%Y%m%d}_{draw.randrange(240_000):06}.mp4",
            f"PXL_{day:%Y%m%d}_{draw.randrange(240_000_000):09}.mp4",
            f"GOPR{draw.randrange(10_000):04}.MP4",
            f"{draw.choice(EVENTS)} {draw.randrange(1, 40)}.mp4",
        )
    )
    stem, extension = os.path.splitext(name)
    odd = f" {RARE_WORD}" if number % 20_000 == 77 else ""
    name = f"{stem}{odd} ({number:x}){extension}"
    if number % 5_000 == 123 and os.name != "nt":
        name = os.fsdecode(b"caf\xe9 " + os.fsencode(name))
    # A folder for about every 40 videos.
    return os.path.join(str(day.year), f"{day:%m-%d} {EVENTS[day.toordinal() % len(EVENTS)]}", name)


def _analysis(
    draw: random.Random, pixels: np.random.Generator, bundle: Bundle, posters: Sequence[bytes]
) -> Analysis:
    seconds = MAX_SECONDS if draw.random() < 0.9 else draw.randrange(3, MAX_SECONDS)
    looked_at = [second for second in bundle.sampled.all if second < seconds]
    features = pixels.integers(0, 256, (len(looked_at), bundle.dimensions), np.uint8)
    poster = draw.choice(posters) if posters else pixels.bytes(draw.randrange(8_000, 10_000))
    scores = {label: draw.random() * 0.5 for label in bundle.labels}
    # Some labels are common, others rare.
    shown = sorted(set(draw.choices(LABELS, range(10, 0, -1), k=draw.choice((0, 1, 1, 2, 3)))))
    scores |= {label: draw.uniform(0.6, 1.0) for label in shown}
    tags = [
        SuggestedTag(
            label,
            score,
            tuple(sorted(draw.sample(looked_at, min(len(looked_at), 8)))),
            Tier.GIVEN if label in shown else Tier.MAYBE,
        )
        for label, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        if label in shown or score >= MAYBE_FROM
    ]
    day = FIRST_DAY + timedelta(days=draw.random() * DAYS)
    info = VideoInfo(
        duration_s=None if draw.random() < 0.01 else draw.uniform(seconds, 300),
        width=1920,
        height=1080,
        codec="h264",
        frame_rate=29.97,
        rotation_deg=0,
        taken_at=CaptureDate(day, DateSource.CONTAINER),
    )
    tagging = Tagging(bundle.id, scores, tuple(tags))
    return Analysis(info, VideoFeatures(bundle.space_id, features), poster, tagging)
