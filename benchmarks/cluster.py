"""What sharing a scan costs, and what it gains: python -m benchmarks cluster.

Generated 1080p videos, key frame each second. A scan without Ray with N workers against a scan on a cluster
of this computer with N workers, in turn, in new processes: from the command's start to its end, and, apart
from what Ray takes to start, the time between the first and the last video. Then clusters of 1, 2, 3 and 4
nodes with one worker each: Ray's own cluster for tests. Where the system can (Linux), each node has one
processor for all that it does, and the command shares that of the first; more nodes than processors share
them, and are marked.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.results_file import RESULTS, default_folder, write
from benchmarks.videos import H264_EACH_SECOND, make_videos
from organizer.features.processor import processors

ACCEPTED_OVERHEAD = 1.10
ACCEPTED_GAIN = 1.8


def timed_scan(folder: Path, *options: str) -> tuple[float, float]:
    """Scan in a new process; return seconds from start to end, and from the first video to the last."""
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "organizer", "--library", str(Path(scratch) / "library.db")),
                *("scan", str(folder), *options),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None and process.stderr is not None
        stored = [time.perf_counter() for line in process.stdout if line.startswith("new: ")]
        errors = process.stderr.read()
        whole = time.perf_counter() - started
        if process.wait() != 0:
            raise RuntimeError(f"the scan failed: {errors}")
    return whole, stored[-1] - stored[0]


def overhead(folder: Path, workers: int, rounds: int) -> dict[str, Any]:
    """Return the times of scans with and without Ray, in turn."""
    ways = {"alone": ("--workers", str(workers)), "shared": ("--cluster", f"local:{workers}")}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name in ways if number % 2 else reversed(ways):
            took = timed_scan(folder, *ways[name])
            # The first round warms the file cache.
            if number:
                times[name].append(took)
    ratios = [
        [shared[which] / alone[which] for alone, shared in zip(times["alone"], times["shared"], strict=True)]
        for which in (0, 1)
    ]
    return {
        "workers": workers,
        **{f"{name}_whole_s": [round(whole, 2) for whole, _ in took] for name, took in times.items()},
        **{f"{name}_between_s": [round(between, 2) for _, between in took] for name, took in times.items()},
        "start_of_ray_s": round(
            statistics.median(
                (shared[0] - shared[1]) - (alone[0] - alone[1])
                for alone, shared in zip(times["alone"], times["shared"], strict=True)
            ),
            2,
        ),
        "whole_ratio": round(statistics.median(ratios[0]), 3),
        "between_ratio": round(statistics.median(ratios[1]), 3),
        "reached": statistics.median(ratios[1]) <= ACCEPTED_OVERHEAD,
    }


def curve(folder: Path, most: int, rounds: int) -> list[dict[str, Any]]:
    """Return the speed of clusters of 1, 2 ... nodes with a worker each."""
    from ray.cluster_utils import Cluster

    rows: list[dict[str, Any]] = []
    all_of_them = _usable()
    for nodes in range(1, most + 1):
        _use(all_of_them[:1])
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        for number in range(1, nodes):
            _use(all_of_them[number % len(all_of_them) :][:1])
            cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        _use(all_of_them[:1])
        try:
            timed_scan(folder, "--cluster", cluster.address)
            between = [timed_scan(folder, "--cluster", cluster.address)[1] for _ in range(rounds)]
        finally:
            cluster.shutdown()
            _use(all_of_them)
        median = statistics.median(between)
        rows.append(
            {
                "nodes": nodes,
                "oversubscribed": nodes > len(all_of_them),
                "between_s": [round(seconds, 2) for seconds in between],
                "times_one": round(rows[0]["median_s"] / median, 2) if rows else 1.0,
                "median_s": round(median, 3),
            }
        )
        print(f"{nodes} nodes: {median:.1f} s, {rows[-1]['times_one']:.2f} times one", flush=True)
    return rows


def _usable() -> list[int]:
    """Return the numbers of the processors, where processes can be kept to some of them; else zeros."""
    can = hasattr(os, "sched_getaffinity")
    return sorted(os.sched_getaffinity(0)) if can else [0] * processors()


def _use(numbers: list[int]) -> None:
    """Keep this process, and those that it starts from now on, to some processors."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, numbers)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    videos = make_videos(H264_EACH_SECOND, options.folder, options.videos)
    folder = videos[0].parent
    compared = overhead(folder, min(2, processors()), options.rounds)
    print(compared, flush=True)
    rows = curve(folder, options.nodes, options.rounds)
    result = {
        "videos": len(videos),
        "words": H264_EACH_SECOND.words,
        "accepted_overhead": ACCEPTED_OVERHEAD,
        "accepted_gain": ACCEPTED_GAIN,
        "one_processor_a_node": hasattr(os, "sched_setaffinity"),
        "overhead": compared,
        "curve": rows,
    }
    print(write("cluster", result, options.results))


if __name__ == "__main__":
    main()
