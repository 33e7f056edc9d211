"""Nodes, workers and the driver of shared scans killed: python -m benchmarks cluster_kill [--kills 40].

Each round is ``organizer scan --cluster`` of small clips on Ray's own cluster of three nodes, in whose course
something gets SIGKILL: a node, with all its processes; the process on a node that looks at videos; one of its
decoders; or the command itself, which is then given again. At the end of each round the library holds what a
scan on one computer stores: nothing lost, nothing twice; and no process of the scan is left.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from benchmarks.ray_nodes import Nodes
from benchmarks.results_file import RESULTS, write
from organizer.types import LABELS
from tests.cluster.libraries import contents
from tests.fakes import show_labels

NODES = 3
CLIPS = 30
KINDS = ("node", "actor", "decoder", "driver")
LIMIT_S = 300.0
_ENDS_WITHIN_S = 30.0


class Killer(threading.Thread):
    """Kills one thing after the other while a scan runs."""

    def __init__(
        self, cluster: Nodes, driver: subprocess.Popen[str], kinds: list[str], chance: random.Random
    ):
        super().__init__(daemon=True)
        self.left = kinds
        self.killed: Counter[str] = Counter()
        self.done = threading.Event()
        self._cluster, self._driver, self._chance = cluster, driver, chance

    def run(self) -> None:
        while self.left and not self.done.wait(self._chance.uniform(0.2, 2.0)):
            if self._kill(self.left[-1]):
                self.killed[self.left.pop()] += 1

    def _kill(self, kind: str) -> bool:
        if kind == "driver":
            # Not before it has anything to lose.
            if not actors() or self._driver.poll() is not None:
                return False
            self._driver.kill()
            return True
        if kind == "node":
            return bool(actors()) and self._cluster.kill_one(self._chance)
        found = actors() if kind == "actor" else [one for actor in actors() for one in below(actor)]
        return bool(found) and end(self._chance.choice(found))


def actors() -> list[psutil.Process]:
    """Return the processes on nodes that look at videos."""
    return [one for one in psutil.process_iter() if words(one).startswith("ray::Node")]


def below(process: psutil.Process) -> list[psutil.Process]:
    """Return a process's decoders."""
    try:
        return [one for one in process.children(recursive=True) if "forkserver" in words(one)]
    except psutil.Error:
        return []


def words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def end(process: psutil.Process) -> bool:
    try:
        process.kill()
    except psutil.Error:
        return False
    return True


def command(library: Path, videos: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "organizer", "--library", str(library), "scan", str(videos), *options]


def run(kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """Scan until so many were killed; return what became of it."""
    chance = random.Random(seed)
    videos = folder / "videos"
    for number in range(CLIPS):
        # Each with other labels in another order, so that no two are copies.
        show_labels(videos / f"{number:03}.mp4", *chance.sample(LABELS, 3))
    subprocess.run(command(folder / "alone.db", videos), check=True, capture_output=True)
    expected = contents(folder / "alone.db")
    order = [KINDS[number % len(KINDS)] for number in range(kills)]
    chance.shuffle(order)
    killed: Counter[str] = Counter()
    result: dict[str, Any] = {"rounds": 0, "scans": 0, "differing": [], "left_running": 0, "hangs": 0}
    result |= {"failed_at_first": 0, "slowest_round_s": 0.0}
    cluster = Nodes(NODES)
    try:
        while order:
            take = min(len(order), chance.randint(1, 4))
            given, order = order[:take], order[take:]
            library = folder / f"{result['rounds']}.db"
            started = time.monotonic()
            left = _round(result, cluster, library, videos, given, killed, chance)
            order += left
            result["slowest_round_s"] = max(result["slowest_round_s"], round(time.monotonic() - started, 1))
            if contents(library) != expected:
                result["differing"].append(result["rounds"])
            alive = psutil.wait_procs(actors(), timeout=_ENDS_WITHIN_S)[1]
            result["left_running"] += len(alive)
            result["rounds"] += 1
            print(f"round {result['rounds']}: killed {dict(killed)}, {len(order)} to go", flush=True)
    finally:
        cluster.close()
    return {"kills": dict(killed), "nodes": NODES, "clips": CLIPS, **result}


def _round(
    result: dict[str, Any],
    cluster: Nodes,
    library: Path,
    videos: Path,
    given: list[str],
    killed: Counter[str],
    chance: random.Random,
) -> list[str]:
    """Scan with something killed, and again as often as the command itself was; return who was not killed."""
    left = list(given)
    while True:
        cluster.fill()
        driver = subprocess.Popen(
            command(library, videos, *cluster.options),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        killer = Killer(cluster, driver, left, chance)
        killer.start()
        try:
            out, _ = driver.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            driver.kill()
            out, _ = driver.communicate()
            result["hangs"] += 1
        killer.done.set()
        killer.join()
        killed += killer.killed
        left = killer.left
        result["scans"] += 1
        result["failed_at_first"] += out.count("\nfailed: ")
        if not killer.killed["driver"]:
            break
    # What was left to the next scan, as a file whose decoder was ended twice from outside.
    once_more = command(library, videos, *cluster.options)
    subprocess.run(once_more, check=True, capture_output=True, timeout=LIMIT_S)
    return left


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        result = run(options.kills, options.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(write("cluster_kill", {"seed": options.seed, **result}, options.results))
    if result["differing"] or result["left_running"] or result["hangs"]:
        sys.exit("some scans did not end as a scan on one computer does")


if __name__ == "__main__":
    main()
