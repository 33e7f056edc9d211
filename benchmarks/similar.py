"""More like this in a large library: python -m benchmarks similar [VIDEOS] [--small] [--library FILE].

A library is made of drawn scenes: each video has one to six of them, out of twice as many as there are
videos, with the rows of features that the bundled model stores of 45 seconds. Measured in processes of their
own: making all vectors; the first question of a new process, from its start; questions by whole videos and by
single seconds; memory above that of an idle Python, that of the process alone and with the pages of the file
that it has mapped; bringing the vectors up to date after 100 new videos, and after a tag.

Prints them; writes ``results/similar.json`` when it runs with the default.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results_file
from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
from organizer.models.catalogue import open_bundle
from organizer.types import CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo

VIDEOS, SMALL = 100_000, 2_000
_MORE = 100
_ASKED = 200
_MOST_SCENES = 6
_LIMITS = {"first_s": 2.0, "whole_p95_ms": 100, "second_p95_ms": 100, "memory_mb": 400}
_STAGES = ("build", "first", "ask", "update")


def make_library(library: Path, count: int, *, first: int = 0) -> None:
    """Store so many videos, with numbers from ``first`` on."""
    bundle = open_bundle("lite")
    rows = len(bundle.sampled.all)
    draw = np.random.default_rng(first)
    date = CaptureDate(datetime(2024, 5, 1, 12), DateSource.FILE)
    info = VideoInfo(45.0, 1920, 1080, "h264", 30.0, 0, date)
    with Library.open(library) as opened:
        root = opened.roots.add("/videos")
        for number in range(first, first + count):
            features = _drawn(draw, rows, 2 * VIDEOS)
            analysis = Analysis(
                info, VideoFeatures(bundle.space_id, features), None, Tagging(bundle.id, {}, ())
            )
            file = VideoFile("/videos", f"{number // 1000}/{number}.mp4", 1000 + number, number)
            opened.contents.store(root, file, f"{number:040x}", analysis)


def _drawn(draw: np.random.Generator, rows: int, scenes: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return rows of one to six scenes, uint8 (rows, 1024)."""
    count = int(draw.integers(1, _MOST_SCENES + 1))
    middles = [
        np.random.default_rng(int(one)).standard_normal(1024) for one in draw.integers(0, scenes, count)
    ]
    ends = np.sort(draw.choice(np.arange(1, rows), count - 1, replace=False))
    lengths = np.diff([0, *ends, rows])
    seen = np.repeat(np.stack(middles), lengths, axis=0) + 0.5 * draw.standard_normal((rows, 1024))
    drawn: np.ndarray[Any, np.dtype[np.uint8]] = (127.5 + 25 * seen).clip(0, 255).astype(np.uint8)
    return drawn


def stage(name: str, library: Path, folder: Path) -> dict[str, Any]:
    """Run one stage in this process and return its figures."""
    idle = _memory_mb()
    started = time.perf_counter()
    from organizer.alike.finder import Finder

    bundle = open_bundle("lite")
    with Library.open(library, create=False) as opened:
        finder = Finder(library, bundle.space_id, bundle.sampled, folder=folder)
        prepared = 0
        for step in finder.prepare(opened):
            prepared = step.total
        told: dict[str, Any] = {"prepared": prepared, "seconds": time.perf_counter() - started}
        if name == "first":
            finder.like_now(opened, 1)
            told["seconds"] = time.perf_counter() - started
        if name == "ask":
            told |= _ask(finder, opened)
    told |= {what: mb - idle[what] for what, mb in _memory_mb().items()}
    return told


def _ask(finder: Any, library: Library) -> dict[str, Any]:
    ids = library.ids()
    draw = random.Random(1)
    told: dict[str, Any] = {}
    for kind in ("whole", "second"):
        times = []
        for _ in range(_ASKED + 5):
            id_ = draw.choice(ids)
            second = draw.choice((0, 3, 7, 20, 40)) if kind == "second" else None
            started = time.perf_counter()
            # As it is asked: with a look whether all is up to date.
            finder.like(library, id_, second=second)
            times.append(1000 * (time.perf_counter() - started))
        # The first ones load what is not in memory yet; they are told of elsewhere.
        times = sorted(times[5:])
        told[f"{kind}_p50_ms"] = statistics.median(times)
        told[f"{kind}_p95_ms"] = times[int(0.95 * len(times))]
        told[f"{kind}_max_ms"] = times[-1]
    return told


def _memory_mb() -> dict[str, float]:
    """Return the memory of this process: with the pages of files that it has mapped, and without."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status.splitlines() if "kB" in line}
    return {"memory_mb": found["VmRSS"], "own_memory_mb": found["RssAnon"], "peak_mb": found["VmHWM"]}


def _in_child(name: str, library: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.similar", "--stage", name, "--library", str(library)]
    started = time.perf_counter()
    output = subprocess.run(
        [*command, "--folder", str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, Any] = json.loads(output.stdout)
    return told | {"process_s": time.perf_counter() - started}


def measure(library: Path, folder: Path) -> dict[str, Any]:
    """Run all stages on a library and return the figures."""
    with Library.open(library) as opened:
        figures: dict[str, Any] = {"videos": len(opened.ids())}
    figures["library_gb"] = library.stat().st_size / 1e9
    build = _in_child("build", library, folder)
    figures |= {"build_s": build["seconds"], "build_peak_mb": build["peak_mb"]}
    figures["build_ms_per_video"] = 1000 * build["seconds"] / build["prepared"]
    figures["vectors_mb"] = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    first = [_in_child("first", library, folder) for _ in range(3)]
    figures["first_s"] = statistics.median(one["seconds"] for one in first)
    figures["first_process_s"] = statistics.median(one["process_s"] for one in first)
    asked = _in_child("ask", library, folder)
    figures |= {name: value for name, value in asked.items() if name.startswith(("whole", "second_"))}
    figures |= {name: asked[name] for name in ("memory_mb", "own_memory_mb")}
    make_library(library, _MORE, first=10_000_000)
    update = _in_child("update", library, folder)
    assert update["prepared"] == _MORE, update
    figures |= {"update_s": update["seconds"], "updated": update["prepared"]}
    with Library.open(library) as opened:
        opened.confirm(1, "Dance")
    figures["after_a_tag_s"] = _in_child("update", library, folder)["seconds"]
    figures["load_average"] = os.getloadavg()[0]
    return figures


def main() -> None:
    """Make a library, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("videos", type=int, nargs="?", default=VIDEOS)
    parser.add_argument("--small", action="store_true", help=f"{SMALL:,} videos; writes nothing")
    parser.add_argument("--folder", type=Path, help="where the library is made; 4 GB for 100,000 videos")
    parser.add_argument(
        "--library", type=Path, help="one that was made before; it is made where it is missing"
    )
    parser.add_argument("--stage", choices=_STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(stage(options.stage, options.library, options.folder)))
        return
    videos = SMALL if options.small else options.videos
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        library = options.library or Path(folder) / "library.db"
        if not library.exists():
            make_library(library, videos)
        figures = measure(library, Path(folder) / "vectors")
    for name, value in figures.items():
        limit = f"  (at most {_LIMITS[name]:g} at {VIDEOS:,})" if name in _LIMITS else ""
        print(f"{name:24}{value:12,.2f}{limit}")
    if videos == VIDEOS:
        results_file.write("similar", {"similar": figures})


if __name__ == "__main__":
    main()
