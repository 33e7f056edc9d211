"""Ray Data against plain actors for the work of a shared scan: python -m benchmarks ray_ways.

Generated 1080p videos, key frame each second, on one node with two workers. Both ways use what a scan uses on
a computer (``organizer.cluster.node.Node``: its decoders, its network), and give back features and posters;
nothing is stored. Plain actors: what ``organizer scan --cluster`` does. Ray Data: a data set of paths,
``map_batches`` with a class that holds a ``Node`` and looks at a batch of four, two at a time. In turn, in
new processes; the time is that from the first look at a file to the last answer. At the end, once each, the
process that looks is killed in the middle: what is told is whether an answer is missing, and how many files
were looked at again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from benchmarks.results_file import RESULTS, default_folder, write
from benchmarks.videos import H264_EACH_SECOND, make_videos
from organizer.cluster.address import ClusterAddress
from organizer.cluster.model_package import digest_of
from organizer.cluster.node import Node, NodeSettings
from organizer.cluster.ray_cluster import SharedWork, connected
from organizer.frames.readers.sampling import Sampling
from organizer.library.fingerprint import fingerprint
from organizer.models.catalogue import open_bundle
from organizer.types import VideoFile

WORKERS = 2
BATCH = 2 * WORKERS
WAYS = ("actors", "data")
_LOOKED_AT = "ORGANIZER_BENCHMARK_LOG"
"""The file in which each look is noted: a variable, for processes of Ray inherit it."""


class NotingNode(Node):
    """A node that notes what it looked at."""

    def look(self, file: VideoFile, fingerprint: str) -> Any:
        with open(os.environ[_LOOKED_AT], "a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {time.time()} {file.relative_path}\n")
        return super().look(file, fingerprint)


class Looker:
    """What Ray Data makes one of for each actor."""

    def __init__(self) -> None:
        bundle = open_bundle("lite")
        settings = NodeSettings(
            "node", ("node",), WORKERS, "lite", digest_of(bundle), Sampling.AUTO, (), None
        )
        self._node = NotingNode(settings)
        assert self._node.has_model() and self._node.load() == WORKERS
        self._threads = ThreadPoolExecutor(BATCH)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        answers = list(self._threads.map(self._look, batch["root"], batch["path"], batch["print"]))
        return {
            "path": batch["path"],
            "features": [answer.features.quantised.tobytes() for answer in answers],
            "poster": [answer.poster for answer in answers],
        }

    def _look(self, root: str, path: str, print_: str) -> Any:
        return self._node.look(_file(str(root), str(path)), str(print_))


def _file(root: str, path: str) -> VideoFile:
    status = os.stat(os.path.join(root, path))
    return VideoFile(root, path, status.st_size, status.st_mtime_ns)


def by_actors(files: list[VideoFile], prints: list[str]) -> Iterator[str]:
    """Yield the paths of files as they are done."""
    import organizer.cluster.ray_cluster as ray_cluster

    ray_cluster.Node = NotingNode
    with connected(SharedWork(ClusterAddress(local_workers=WORKERS))) as cluster:
        decoders = cluster.start_decoders(
            Sampling.AUTO, open_bundle("lite"), workers=WORKERS, files=len(files), isolated=True
        )
        try:
            done = {decoders.submit(file, print_): file for file, print_ in zip(files, prints, strict=True)}
            for future in as_completed(done):
                assert future.result().features.quantised.size
                yield done[future].relative_path
        finally:
            decoders.close()


def by_data(files: list[VideoFile], prints: list[str]) -> Iterator[str]:
    """Yield the paths of files as they are done."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init(address="local", num_cpus=WORKERS + 1, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = [
        {"root": file.root, "path": file.relative_path, "print": print_}
        for file, print_ in zip(files, prints, strict=True)
    ]
    # As many blocks as batches, or one block would wait for all of its batches.
    found = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // BATCH)).map_batches(
        Looker, batch_size=BATCH, concurrency=1, num_cpus=WORKERS
    )
    for row in found.iter_rows():
        yield row["path"]
    ray.shutdown()


def _kill_who_looks(log: Path) -> None:
    os.kill(int(log.read_text(encoding="utf-8").split()[0]), 9)


def run_one(way: str, folder: Path, log: Path, *, kill: bool) -> dict[str, Any]:
    """Look at all videos of a folder in this process's cluster."""
    os.environ[_LOOKED_AT] = str(log)
    files = [_file(str(folder), path.name) for path in sorted(folder.iterdir())]
    prints = [fingerprint(file.path, file.size_bytes) for file in files]
    answers, times, started = Counter[str](), list[float](), time.time()
    for path in (by_actors if way == "actors" else by_data)(files, prints):
        answers[path] += 1
        times.append(time.time())
        if kill and len(times) == len(files) // 2:
            _kill_who_looks(log)
    looked = [line.split(maxsplit=2) for line in log.read_text(encoding="utf-8").splitlines()]
    looks = Counter(path for _, _, path in looked)
    began = min(float(moment) for _, moment, _ in looked)
    return {
        "looking_s": times[-1] - began,
        "before_s": began - started,
        "answers": sum(answers.values()),
        "missing": len(files) - len(answers),
        "twice": sum(number - 1 for number in answers.values()),
        "looked_at_again": sum(number - 1 for number in looks.values()),
    }


def in_child(way: str, folder: Path, *, kill: bool) -> dict[str, Any]:
    """Run one way in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        log, result = Path(scratch) / "log", Path(scratch) / "result.json"
        command = [sys.executable, "-m", "benchmarks.ray_ways", "--way", way, "--videos-in", str(folder)]
        command += ["--log", str(log), "--result", str(result), *(["--kill"] if kill else [])]
        process = subprocess.run(command, check=False, capture_output=True, text=True)
        if process.returncode:
            return {"ended_with": process.stderr.strip().splitlines()[-1:]}
        figures: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return figures


def main() -> None:
    """Measure both ways in turn, and keep the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--kill", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    for name in ("--videos-in", "--log", "--result"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        figures = run_one(options.way, options.videos_in, options.log, kill=options.kill)
        options.result.write_text(json.dumps(figures), encoding="utf-8")
        return
    folder = make_videos(H264_EACH_SECOND, options.folder, options.videos)[0].parent
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for number in range(options.rounds):
        for way in WAYS if number % 2 else reversed(WAYS):
            runs[way].append(in_child(way, folder, kill=False))
            print(way, runs[way][-1], flush=True)
    ratios = [
        data["looking_s"] / actors["looking_s"]
        for actors, data in zip(runs["actors"], runs["data"], strict=True)
    ]
    killed = {way: in_child(way, folder, kill=True) for way in WAYS}
    print("killed:", killed)
    result = {
        "videos": options.videos,
        "words": H264_EACH_SECOND.words,
        "workers": WORKERS,
        "runs": runs,
        "data_to_actors": round(statistics.median(ratios), 3),
        "killed": killed,
    }
    print(write("ray_ways", result, options.results))


if __name__ == "__main__":
    main()
