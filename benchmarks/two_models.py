"""Whole scans with one model against another: python -m benchmarks two_models --other FOLDER.

Both scan the same generated videos in turn, in one process, their networks loaded before the clock starts:
A B, B A, A B ... One round's two times were measured next to each other, so their ratio holds where the
machine's speed drifts. Memory is that of processes of their own, in turn too.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.end_to_end import scan_seconds, warm
from benchmarks.memory import peak_of
from benchmarks.results_file import RESULTS, default_folder, write
from benchmarks.videos import H264_EACH_250, H264_EACH_SECOND, HEVC_4K, Kind, make_videos
from organizer.models.bundle import Bundle, load_bundle
from organizer.models.catalogue import open_bundle
from organizer.tags.tagger import Tagger

VIDEOS = 8
ACCEPTED_TIME = 1.25
ACCEPTED_MEMORY = 1.15
MEMORY_RUNS = 3
KINDS = (H264_EACH_SECOND, H264_EACH_250, HEVC_4K)


@dataclass(frozen=True, slots=True)
class Pair:
    """What both models need, one figure for each round."""

    this: list[float]
    other: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times as much the one needs, by round."""
        return [this / other for this, other in zip(self.this, self.other, strict=True)]

    @property
    def ratio(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.ratios)


def in_turn(this: Callable[[], float], other: Callable[[], float], rounds: int) -> Pair:
    """Call both for a figure in turn, after one call each that does not count."""
    ways: list[tuple[Callable[[], float], list[float]]] = [(this, []), (other, [])]
    for measure, _ in ways:
        measure()
    for number in range(rounds):
        for measure, figures in ways if number % 2 else reversed(ways):
            figures.append(measure())
    return Pair(ways[0][1], ways[1][1])


def compare_times(folder: Path, this: Tagger, other: Tagger, *, videos: int, rounds: int) -> Pair:
    """Return seconds a video."""
    return in_turn(
        lambda: scan_seconds(folder, this, videos), lambda: scan_seconds(folder, other, videos), rounds
    )


def compare_memory(folder: Path, this: Bundle, other: Bundle, *, videos: int, rounds: int) -> Pair:
    """Return the most memory of a scan's processes, in MB."""

    def peak(bundle: Bundle) -> float:
        command = [sys.executable, "-m", "benchmarks", "two_models", "--scan", str(folder)]
        return peak_of([*command, "--model", str(bundle.folder), "--videos", str(videos)]).resident_mb

    return in_turn(lambda: peak(this), lambda: peak(other), rounds)


def run(
    this: Bundle,
    other: Bundle,
    *,
    folder: Path,
    kinds: tuple[Kind, ...] = KINDS,
    videos: int = VIDEOS,
    rounds: int,
    memory_runs: int = MEMORY_RUNS,
    results: Path,
) -> dict[str, Any]:
    """Compare on each kind of video, print as they are done, write the result and return it."""
    taggers = [Tagger(bundle) for bundle in (this, other)]
    for tagger in taggers:
        warm(tagger, tagger.bundle.space.backbone.extract)
    cases = {}
    for kind in kinds:
        files = make_videos(kind, folder, videos)
        scanned = files[0].parent
        times = compare_times(scanned, *taggers, videos=videos, rounds=rounds)
        memory = compare_memory(scanned, this, other, videos=videos, rounds=memory_runs)
        cases[kind.words] = {
            "videos": videos,
            "seconds_a_video": {"this": times.this, "other": times.other},
            "time_ratio": times.ratio,
            "time_ratios": times.ratios,
            "memory_mb": {"this": memory.this, "other": memory.other},
            "memory_ratio": memory.ratio,
            "reached": times.ratio <= ACCEPTED_TIME and memory.ratio <= ACCEPTED_MEMORY,
        }
        print(
            f"{kind.words}: {this.id} {statistics.median(times.this):.2f} s a video, {other.id} "
            f"{statistics.median(times.other):.2f}: {times.ratio:.2f} times as long "
            f"({min(times.ratios):.2f} to {max(times.ratios):.2f}); {statistics.median(memory.this):.0f} MB, "
            f"{memory.ratio:.2f} times as much",
            flush=True,
        )
    result = {
        "this": this.id,
        "other": other.id,
        "accepted_time": ACCEPTED_TIME,
        "accepted_memory": ACCEPTED_MEMORY,
        "rounds": rounds,
        "cases": cases,
    }
    write("two_models", result, results)
    return result


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, help="folder of the bundle to compare with")
    parser.add_argument("--model", type=Path, help="folder of the other one; default: the model in use")
    parser.add_argument("--kinds", nargs="+", choices=[kind.name for kind in KINDS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--scan", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    this = load_bundle(chosen.model.resolve()) if chosen.model else open_bundle()
    if chosen.scan is not None:
        # What is watched for its memory: one scan, nothing else.
        scan_seconds(chosen.scan, Tagger(this), chosen.videos)
        return
    if chosen.other is None:
        parser.error("name the bundle to compare with: --other FOLDER")
    kinds = tuple(kind for kind in KINDS if kind.name in (chosen.kinds or [kind.name]))
    run(
        this,
        load_bundle(chosen.other.resolve()),
        folder=chosen.folder,
        kinds=kinds,
        videos=chosen.videos,
        rounds=chosen.rounds,
        results=chosen.results,
    )


if __name__ == "__main__":
    main()
