"""Whole scans by this checkout against another one's: python -m benchmarks against --other CHECKOUT.

Both scan the same generated folders, as commands of their own with new libraries, in turn: A B, B A, A B ...
One round's two times were measured next to each other, so their ratio holds where the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results_file import RESULTS, default_folder, write
from benchmarks.videos import H264_EACH_250, H264_EACH_SECOND, HEVC_4K, Kind, make_videos

HERE = Path(__file__).parents[1]
VIDEOS = 6
ACCEPTED = 1.03


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds of both checkouts' scans, one for each round."""

    this_s: list[float]
    other_s: list[float]

    @property
    def ratio(self) -> float:
        """How many times as long this checkout takes: the median over the rounds."""
        return statistics.median(this / other for this, other in zip(self.this_s, self.other_s, strict=True))


def scan_seconds(checkout: Path, folder: Path) -> float:
    """Scan a folder with a checkout's command into a new library; return seconds.

    Raises:
        subprocess.CalledProcessError: the scan failed.
    """
    with tempfile.TemporaryDirectory() as library:
        command = [sys.executable, "-P", "-m", "organizer", "scan", "--library", library, str(folder)]
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        started = time.perf_counter()
        subprocess.run(command, env=environment, cwd=library, check=True, capture_output=True)
        return time.perf_counter() - started


def compare(folder: Path, other: Path, rounds: int) -> Pair:
    """Scan in turn, after one scan each that does not count."""
    times: dict[Path, list[float]] = {HERE: [], other: []}
    for checkout in times:
        scan_seconds(checkout, folder)
    for number in range(rounds):
        for checkout in (HERE, other) if number % 2 else (other, HERE):
            times[checkout].append(scan_seconds(checkout, folder))
    return Pair(times[HERE], times[other])


def run(other: Path, folder: Path, rounds: int, kinds: tuple[Kind, ...]) -> dict[str, Any]:
    """Compare on each kind of video, print, and return what is written."""
    cases = {}
    for kind in kinds:
        files = make_videos(kind, folder, VIDEOS)
        pair = compare(files[0].parent, other, rounds)
        ratios = [this / before for this, before in zip(pair.this_s, pair.other_s, strict=True)]
        cases[kind.words] = {
            "videos": len(files),
            "ratio": round(pair.ratio, 4),
            "ratios": [round(ratio, 4) for ratio in ratios],
            "reached": pair.ratio <= ACCEPTED,
        }
        print(
            f"{kind.words}: {pair.ratio:.3f} times as long ({min(ratios):.3f} to {max(ratios):.3f})",
            flush=True,
        )
    return {"accepted": ACCEPTED, "rounds": rounds, "cases": cases}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, required=True, help="the checkout to compare with")
    parser.add_argument("--commit", required=True, help="what that checkout holds, for the result")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--videos", type=Path, default=default_folder())
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    kinds = (H264_EACH_SECOND, H264_EACH_250, HEVC_4K)
    result = run(chosen.other.resolve(), chosen.videos, chosen.rounds, kinds)
    write("against", {"other": chosen.commit, **result}, chosen.results)


if __name__ == "__main__":
    main()
