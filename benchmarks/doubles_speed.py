"""Doubles of a large library: python -m benchmarks doubles_speed [--videos 100000] [--folder F] [--small].

Features of so many videos are drawn (``doubles_seed.py``; one of a hundred is a copy of another one) and
stored, 45 KB for most; then doubles are looked for in a process of its own. How many of the copies are
found says that the search is quick because it looks in the right places, not because it looks away.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import results_file
from benchmarks.doubles_seed import draw_videos, means
from organizer.doubles.finding import find_doubles
from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
from organizer.types import CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo
from tests.corpus import CORPUS

MEANS = CORPUS.parent / "yt8m" / "video_level_2018.npz"
SPACE = "drawn"
LIMIT_S, LIMIT_MB = 300.0, 1024


def fill(file: Path, count: int, means_file: Path) -> list[tuple[int, int]]:
    """Make a library, and return the pairs of ids that show one film."""
    centres, ids, pairs = means(means_file), list[int](), list[tuple[int, int]]()
    taken = CaptureDate(datetime(2024, 5, 1, tzinfo=UTC), DateSource.FILE)
    with Library.open(file) as library:
        root = library.roots.add("/videos")
        for video in draw_videos(centres, count):
            info = VideoInfo(float(len(video.rows)), 640, 360, "h264", 25.0, 0, taken)
            analysis = Analysis(info, VideoFeatures(SPACE, video.rows), None, Tagging("drawn 1", {}, ()))
            place = VideoFile("/videos", f"{video.number}.mp4", 1000 + video.number, video.number)
            ids.append(library.contents.store(root, place, f"{video.number:040x}", analysis))
            if video.copy_of is not None:
                pairs.append((ids[video.copy_of], ids[video.number]))
    return pairs


def search(file: Path) -> dict[str, Any]:
    """Look for doubles in this process, and return what it took."""
    started, stages = time.perf_counter(), dict[str, float]()
    with Library.open(file) as library:
        for step in find_doubles(library, SPACE):
            stages[f"{step.share:.2f}"] = round(time.perf_counter() - started, 1)
        found = [(pair.first_id, pair.second_id) for pair in library.doubles.pairs()]
    return {
        "seconds": time.perf_counter() - started,
        "peak_mb": peak_mb(),
        "seconds_at_share": stages,
        "found": found,
    }


def peak_mb() -> int:
    """Return the most memory that this process had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    words = status.read_text(encoding="ascii").split()
    return int(words[words.index("VmHWM:") + 1]) // 1024


def measure(
    file: Path, pairs: list[tuple[int, int]], run: Callable[[Path], dict[str, Any]]
) -> dict[str, Any]:
    """Return the figures of a search in a library of which the doubles are known."""
    figures = run(file)
    found, true = {tuple(pair) for pair in figures.pop("found")}, set(pairs)
    return figures | {
        "doubles": len(true),
        "doubles_found": len(true & found),
        "others_found": len(found - true),
        "library_gb": file.stat().st_size / 1e9,
    }


def _in_child(file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.doubles_speed", "--search", str(file)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    figures: dict[str, Any] = json.loads(output)
    return figures


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks doubles_speed", description=__doc__)
    parser.add_argument("--videos", type=int, default=100_000)
    parser.add_argument("--small", action="store_true", help="5,000 videos, to try; nothing is written")
    parser.add_argument("--folder", type=Path, help="where the library is made; 45 KB for each video")
    parser.add_argument("--means", type=Path, default=MEANS, help="means of real videos (NPZ with rgb)")
    parser.add_argument("--search", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.search:
        print(json.dumps(search(options.search)))
        return
    if not options.means.is_file():
        sys.exit(f"THE MEANS OF REAL VIDEOS ARE NOT AT {options.means}: nothing was measured")
    count = 5_000 if options.small else options.videos
    folder = Path(tempfile.mkdtemp(prefix="organizer-doubles-", dir=options.folder))
    try:
        file = folder / "library.db"
        pairs = fill(file, count, options.means)
        figures = {"videos": count} | measure(file, pairs, _in_child)
    finally:
        shutil.rmtree(folder)
    figures |= {"limit_s": LIMIT_S, "limit_mb": LIMIT_MB, "load_average": os.getloadavg()[0]}
    for name, value in figures.items():
        print(f"{name:22} {value}")
    if not options.small:
        print("written to", results_file.write("doubles_speed", figures))


if __name__ == "__main__":
    main()
