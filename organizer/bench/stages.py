"""Each stage of a scan alone, against the clock."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from organizer.bench.report import SamplingCost
from organizer.bench.workers import WarmWorkers
from organizer.errors import VideoError
from organizer.features.processor import processors
from organizer.frames.decode import decode
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.library import Library
from organizer.library.changes import Analysis
from organizer.pipeline.progress import Listed
from organizer.pipeline.scan import scan
from organizer.types import VideoFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from organizer.bench.sample import Sample
    from organizer.frames.readers.reader import FrameReader
    from organizer.tags.tagger import Tagger
    from organizer.types import InputSpec

_READ_BUDGET_S = 5.0
_READ_AT_MOST = 64 * 2**20
_BLOCK = 2**20
DECODE_BUDGET_S = 10.0
"""Seconds for the slowest way to decode."""
REPEAT_S = 0.3
"""Quick stages are repeated for so long that the clock's own grain does not show."""


def reading_rate(files: Sequence[VideoFile]) -> float:
    """Return how quickly files come from their disk or network, in bytes a second.

    Up to 64 MiB of each are read, for about five seconds at the most.
    """
    done, started = 0, time.perf_counter()
    for file in files:
        try:
            done += _read(file.path)
        except OSError:
            # Decoding says why.
            continue
        if time.perf_counter() - started > _READ_BUDGET_S:
            break
    return max(done, 1) / (time.perf_counter() - started)


def _read(path: str) -> int:
    with open(path, "rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):
            # Else the figure would be that of memory for whatever was read lately.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        done = 0
        while done < _READ_AT_MOST and (block := file.read(_BLOCK)):
            done += len(block)
    return done


def sampling_costs(
    files: Sequence[VideoFile], spec: InputSpec, workers: int, *, budget_s: float = DECODE_BUDGET_S
) -> tuple[list[SamplingCost], float]:
    """Measure decoding with each sampling, by one worker on one processor and by all on all.

    Args:
        files: videos that can be decoded; as many of them as the slowest way does in ``budget_s`` are used,
            so that all ways are compared on the same.
        spec: the network's pictures.
        workers: how many are all.
        budget_s: seconds; the video that they end in is decoded to its end.

    Returns:
        The costs, the sampling of scans first, and the seconds that starting all workers took.
    """
    ways = (Sampling.AUTO, Sampling.EXACT)
    alone: dict[Sampling, float] = {}
    used: list[VideoFile] = []
    with WarmWorkers(1) as one:
        exact = _decoder(reader_for(Sampling.EXACT, threads=1), spec)
        alone[Sampling.EXACT] = 0.0
        for file in files:
            alone[Sampling.EXACT] += one.seconds(exact, [file])
            used.append(file)
            if alone[Sampling.EXACT] > budget_s:
                break
        alone[Sampling.AUTO] = one.seconds(_decoder(reader_for(Sampling.AUTO, threads=1), spec), used)
    # Two rounds at least, so that no worker is idle for most of the time.
    rounds = max(1, -(-2 * workers // len(used)))
    threads = max(1, processors() // workers)
    together: dict[Sampling, float] = {}
    with WarmWorkers(workers) as all_:
        for way in ways:
            decoder = _decoder(reader_for(way, threads=threads), spec)
            together[way] = all_.seconds(decoder, used * rounds) / rounds
    count = len(used)
    return [SamplingCost(way.value, count / alone[way], count / together[way]) for way in ways], all_.start_s


def _decoder(reader: FrameReader, spec: InputSpec) -> Callable[[VideoFile], object]:
    return partial(_decode, reader=reader, spec=spec)


def _decode(file: VideoFile, reader: FrameReader, spec: InputSpec) -> object:
    try:
        return decode(file, reader, spec)
    except VideoError:
        # Sound with the sampling of scans, but not with this one: what it cost to find out still counts.
        return None


def per_item(work: Callable[[], object], items: int, *, repeat_s: float = REPEAT_S) -> float:
    """Return the seconds an item when ``work`` does ``items`` at once; quick work is repeated for a while."""
    runs, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < repeat_s or not runs:
        work()
        runs += 1
    passed = time.perf_counter() - started
    return passed / (runs * items)


def storing(analyses: Sequence[Analysis], library: Path) -> float:
    """Return the seconds that storing one video takes, in a new library."""
    with Library.open(library) as opened:
        root = opened.roots.add(str(library.parent))
        stored = 0

        def store_all() -> None:
            nonlocal stored
            for analysis in analyses:
                file = VideoFile(root.path, f"{stored}.mp4", 1, 1)
                opened.contents.store(root, file, f"{stored:040x}", analysis)
                stored += 1

        return per_item(store_all, len(analyses))


def scanning(
    sample: Sample, files: Sequence[VideoFile], tagger: Tagger, workers: int, library: Path
) -> float:
    """Return the seconds that a scan of some of the sample's files into a new library takes."""
    with Library.open(library) as opened:
        only = {file.path for file in files}
        events = scan(opened, tagger, Sampling.AUTO, [sample.folder], workers=workers, only=only)
        # From when the folder was looked through: it may hold many more files than the sample.
        next(event for event in events if isinstance(event, Listed))
        started = time.perf_counter()
        for _ in events:
            pass
        return time.perf_counter() - started
