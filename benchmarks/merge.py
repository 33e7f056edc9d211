"""Merge one large library into another: python -m benchmarks merge --videos 500000 [--folder F].

Two synthetic libraries of so many videos each are made, a tenth of them in both; features (27 rows of 1,024
bytes a video) and posters (9 KB) are random. The other one is merged into the first, in a process of its own,
while decisions are made as a person makes them, two a second. Then all is merged again, which changes
nothing, and the library is asked all that the gallery asks: two of 526,316 videos make one of a million.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import results_file
from benchmarks.large_queries import measure_queries, spread
from benchmarks.merge_seed import DIMENSION, POSTER_BYTES, ROWS, SPACE, seed_library
from organizer.library import Library
from organizer.library.changes import MergeCounts
from organizer.library.filters import VideoFilter
from organizer.path_maps import PathMap

SHARED = 0.1
LIMIT_S = 600.0
"""For two libraries of 500,000 videos each."""
_HERE = ("/home/me/Videos", "/nas/Films")
_THERE = ("/volume1/Films", "/home/anna/Videos", "/old disk")
_MAPS = (PathMap("/volume1/Films", "/nas/Films"),)


def measure(count: int, folder: Path, *, feature_rows: int = ROWS) -> dict[str, Any]:
    """Make two libraries of ``count`` videos, merge one into the other, and return the figures.

    Args:
        count: how many videos each has.
        folder: an empty folder; the libraries are left in it.
        feature_rows: of the features of each video.
    """
    here, other = folder / "library.db", folder / "other.db"
    both = int(count * SHARED)
    seeds = (
        (here, _HERE, range(count), 1),
        (other, _THERE, range(count - both, 2 * count - both), 2),
    )
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        made = [
            pool.submit(seed_library, file, roots, numbers, seed=seed, feature_rows=feature_rows)
            for file, roots, numbers, seed in seeds
        ]
        for each in made:
            each.result()
    return measure_made(here, other, feature_rows=feature_rows)


def measure_made(here: Path, other: Path, *, feature_rows: int) -> dict[str, Any]:
    """Merge one library that ``measure`` made into another, and return the figures."""
    count = _count(here)
    figures: dict[str, Any] = {
        "videos": count,
        "other_videos": _count(other),
        "feature_bytes_a_video": feature_rows * DIMENSION,
        "poster_bytes_a_video": POSTER_BYTES,
        "library_gb": here.stat().st_size / 1e9,
        "other_gb": other.stat().st_size / 1e9,
    }
    figures["dry_run_s"] = _in_child("dry", here, other)["seconds"]
    figures |= _in_child("merge", here, other, decide=True)
    figures["merged_gb"] = here.stat().st_size / 1e9
    _check(here, other, count + figures["new_videos"])
    again = _in_child("merge", here, other)
    figures["again_s"] = again["seconds"]
    figures["again_changes"] = not again["nothing_new"]
    with Library.open(here, create=False) as library:
        # As if a folder of it were there: else no video had the status that most have.
        library.roots.set_offline(library.roots.all()[0], False)
    for kind, measured in measure_queries(here).items():
        figures |= spread(kind.replace(" ", "_"), measured)
    # Above the number of processors, other programs had a part of the time.
    figures["load_average"] = os.getloadavg()[0]
    return figures


def merge(here: Path, other: Path, *, dry_run: bool) -> dict[str, Any]:
    """Merge in this process."""
    counts, steps, at_tenth = MergeCounts(), list[float](), 0
    with Library.open(here, create=False) as library:
        started = last = time.perf_counter()
        cpu_started = time.process_time()
        for progress in library.merges.merge([other], _MAPS, dry_run=dry_run):
            now = time.perf_counter()
            steps.append(now - last)
            last = now
            counts.add(progress.counts)
            if not at_tenth and progress.done >= progress.total / 10:
                at_tenth = _peak_mb()
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    return {
        "seconds": seconds,
        "cpu_s": cpu_s,
        "videos_per_s": progress.total / seconds,
        "longest_step_s": max(steps),
        "peak_mb_after_a_tenth": at_tenth,
        "peak_mb": _peak_mb(),
        "nothing_new": counts.is_empty,
        "new_videos": counts.videos_new,
        "known_videos": counts.videos_known,
        "decisions": counts.decisions,
        "conflicts": counts.conflicts,
    }


def _in_child(stage: str, here: Path, other: Path, *, decide: bool = False) -> dict[str, Any]:
    """Run a stage in a process of its own, so that its memory is its own; decide meanwhile where asked."""
    command = [sys.executable, "-m", "benchmarks.merge", "--stage", stage, "--library", str(here), str(other)]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output)
        waits = []
        while process.poll() is None:
            if decide:
                began = time.perf_counter()
                with Library.open(here, create=False) as library:
                    # Of the first library's own videos, back and forth.
                    library.confirm(1, "Garden") if len(waits) % 2 else library.reject(1, "Animal")
                    library.undo(1, "Garden" if len(waits) % 2 else "Animal")
                waits.append(time.perf_counter() - began)
            time.sleep(1)
        if process.returncode:
            raise RuntimeError(f"{stage} failed: {process.returncode}")
        output.seek(0)
        figures: dict[str, Any] = json.loads(output.read())
    if decide:
        figures["decisions_meanwhile"] = 2 * len(waits)
        figures["longest_wait_for_two_decisions_s"] = max(waits)
    return figures


def _count(library: Path) -> int:
    with Library.open(library, read_only=True) as opened:
        return opened.count()


def _check(here: Path, other: Path, videos: int) -> None:
    """Look whether all came over, and whether counts and features are what they should be."""
    with Library.open(here, read_only=True) as library:
        assert library.count(VideoFilter()) == videos
        assert library.count(VideoFilter(text="axolotl")) > 0 or videos < 100
        told = library.tag_counts()
    with closing(sqlite3.connect(here)) as connection:
        connection.execute("ATTACH ? AS other", [str(other)])
        counted = dict(
            connection.execute(
                """
                SELECT t.name, count(*) FROM video_tags v JOIN tags t ON t.id = v.tag_id
                WHERE v.state = 'confirmed' OR (v.state = 'suggested' AND v.tier = 'given') GROUP BY t.id
                """
            )
        )
        assert told == counted, (told, counted)
        (unequal,) = connection.execute(
            """
            SELECT count(*) FROM other.features o JOIN other.videos v ON v.id = o.video_id
            LEFT JOIN main.videos w ON w.fingerprint = v.fingerprint
            LEFT JOIN main.features m ON m.video_id = w.id AND m.space_id = o.space_id
            WHERE o.video_id % 50 = 0 AND o.data IS NOT m.data AND o.space_id = ?
            """,
            [SPACE],
        ).fetchone()
        assert not unequal


def _peak_mb() -> int:
    """Return the most memory that this process had, without what its parent had when it started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _size(row: dict[str, Any]) -> tuple[int, int]:
    return row["videos"], row["feature_bytes_a_video"]


def measured_before() -> list[dict[str, Any]]:
    """Return the figures of other sizes, which a run keeps: the largest takes an hour."""
    file = results_file.RESULTS / "merge.json"
    libraries: list[dict[str, Any]] = json.loads(file.read_text())["libraries"] if file.exists() else []
    return libraries


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print one line for each figure, one column for each number of videos."""
    for name in rows[0]:
        print(f"{name:34}" + "".join(f"{row[name]:>14,.2f}" for row in rows))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks merge", description=__doc__)
    parser.add_argument("--videos", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--folder", type=Path, help="where libraries are made; 120 KB for each video")
    parser.add_argument("--feature-rows", type=int, default=ROWS, help="fewer take less room, and less time")
    parser.add_argument("--stage", choices=["dry", "merge"], help=argparse.SUPPRESS)
    parser.add_argument("--library", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(merge(*options.library, dry_run=options.stage == "dry")))
        return
    rows = measured_before()
    for count in options.videos:
        folder = Path(tempfile.mkdtemp(prefix="organizer-merge-", dir=options.folder))
        try:
            figures = measure(count, folder, feature_rows=options.feature_rows)
        finally:
            shutil.rmtree(folder)
        rows = sorted([*(row for row in rows if _size(row) != _size(figures)), figures], key=_size)
        print_table(rows)
        written = results_file.write("merge", {"limit_s_at_500000": LIMIT_S, "libraries": rows})
        print("written to", written)


if __name__ == "__main__":
    main()
