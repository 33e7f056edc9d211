"""A library of many videos: python -m benchmarks large_library [VIDEOS...] [--folder F].

For each number of videos a library is made (45 KB of features and 9 KB of poster a video)
and measured: page queries, counts, text search, runs of the page's script, an unchanged rescan by the command
line, tagging again. Prints a table; writes ``results/large_library.json`` and ``docs/large_library.svg`` when
it runs with the numbers of videos that are written there, which are the default.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import results_file
from benchmarks.large_plot import write_plot
from benchmarks.large_queries import Measured, measure_queries, script_times, spread
from benchmarks.large_seed import seed_large
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.models.catalogue import open_bundle
from organizer.tags.tagger import Tagger

VIDEOS = (10_000, 30_000, 100_000)
PLOT = Path(__file__).parents[1] / "docs" / "large_library.svg"

LIMITS = {
    "page_p95_ms": 30,
    "count_p95_ms": 30,
    "facets_p95_ms": 30,
    "text_p95_ms": 50,
    "text_count_p95_ms": 50,
    "script_p95_ms": 200,
    "rescan_s": 10,
    "library_gb": 6,
}
"""At most so much for 100,000 videos."""
RETAG_PER_S = 500
"""At least so many."""


def measure(count: int, folder: Path, *, runs: int = 12) -> dict[str, Any]:
    """Make a library of ``count`` videos below a folder and return all figures.

    Args:
        count: how many videos.
        folder: a folder to make; the library and its files are left in it.
        runs: of the page's script, for each view.
    """
    folder.mkdir(parents=True)
    library = folder / "library.db"
    seeded = seed_large(library, folder, count, open_bundle())
    figures: dict[str, Any] = {"videos": count, "insert_ms_per_video": seeded.insert_ms}
    figures["insert_cpu_ms_per_video"] = seeded.insert_cpu_ms
    figures["library_gb"] = library.stat().st_size / 1e9
    slowest: dict[str, str] = {}
    for kind, measured in measure_queries(library).items():
        name = kind.replace(" ", "_")
        figures |= spread(name, measured)
        slowest[name] = _slowest(measured)
    scripts = script_times(library, runs=runs)
    figures |= spread("script", scripts)
    slowest["script"] = _slowest(scripts)
    figures |= _rescan(library, runs=3 if runs > 3 else 1) | _in_child("retag", library)
    figures["slowest"] = slowest
    # Above the number of processors, other programs had a part of the time.
    figures["load_average"] = os.getloadavg()[0]
    return figures


def retag(library: Path) -> dict[str, Any]:
    """Tag all videos of a library again in this process."""
    from organizer.pipeline.retag import retag as tag_again

    with Library.open(library) as opened:
        ids = opened.ids(VideoFilter())
        tagger = Tagger(open_bundle())
        steps: list[tuple[float, int]] = []
        changed = done = at_tenth = 0
        cpu_started = time.process_time()
        started = last = time.perf_counter()
        for progress in tag_again(opened, tagger, ids):
            now = time.perf_counter()
            steps.append((now - last, progress.done - done))
            last, done, changed = now, progress.done, changed + len(progress.changes)
            if not at_tenth and progress.done >= len(ids) / 10:
                at_tenth = _peak_mb()
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    return {
        "retag_per_s": progress.tagged / seconds,
        # The median, for other programs use the processor too.
        "retag_ms_per_video": statistics.median(1000 * step_s / videos for step_s, videos in steps),
        "retag_cpu_ms_per_video": 1000 * cpu_s / progress.tagged,
        "retag_longest_step_s": max(steps)[0],
        "retag_tagged": progress.tagged,
        "retag_changed": changed,
        "retag_peak_mb_after_a_tenth": at_tenth,
        "retag_peak_mb": _peak_mb(),
    }


def _rescan(library: Path, *, runs: int) -> dict[str, Any]:
    """Scan all folders again as a person would; nothing changed."""
    times, peak, words = [], 0, ""
    for _ in range(runs):
        started = time.perf_counter()
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "organizer", "scan", "--library", str(library)], stdout=output
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            times.append(time.perf_counter() - started)
            output.seek(0)
            words = output.read()
        assert process.returncode == 0, words
        peak = max(peak, used.ru_maxrss // 1024)
    counts = {
        line.split()[1]: int(line.split()[0]) for line in words.splitlines() if line[:6].strip().isdigit()
    }
    assert not (counts["new"] or counts["changed"] or counts["moved"]), words
    seconds = sorted(times)[runs // 2]
    unchanged = counts["unchanged"]
    return {
        "rescan_s": seconds,
        "rescan_files": unchanged,
        "rescan_ms_per_video": 1000 * seconds / unchanged,
        "rescan_peak_mb": peak,
    }


def _in_child(stage: str, library: Path) -> dict[str, Any]:
    """Run a stage in a process of its own, so that its memory is its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.large_library",
        "--stage",
        stage,
        "--library",
        str(library),
    ]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures: dict[str, Any] = json.loads(output)
    return figures


def _slowest(measured: list[Measured]) -> str:
    return max(measured, key=lambda one: one.cpu_ms).what


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print one line for each figure, one column for each number of videos."""
    print(f"{'':32}" + "".join(f"{row['videos']:>12,}" for row in rows))
    for name in rows[0]:
        if name not in {"videos", "slowest"}:
            limit = f"  (at most {LIMITS[name]} at 100,000)" if name in LIMITS else ""
            print(f"{name:32}" + "".join(f"{row[name]:12.2f}" for row in rows) + limit)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=int, nargs="*", default=VIDEOS)
    parser.add_argument("--folder", type=Path, help="where libraries are made; 8 GB for 100,000 videos")
    parser.add_argument("--stage", choices=["retag"], help=argparse.SUPPRESS)
    parser.add_argument("--library", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(retag(options.library)))
        return
    rows = []
    for count in options.videos:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            rows.append(measure(count, Path(folder) / "large"))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    print_table(rows)
    if tuple(options.videos) == VIDEOS:
        results_file.write("large_library", {"libraries": rows})
        write_plot(rows, PLOT)


if __name__ == "__main__":
    main()
