"""Damaged files through the real scan: each is read, or refused with a reason, and nothing else happens.

python -m benchmarks fuzz [--mutants 5000] [--seed 1] [--work FOLDER]

Mutant number n of a seed is always the same file. They are scanned a batch at a time, in worker processes as
``organizer scan`` uses them; the result of each batch is kept in the work folder, so that a run that was
broken off goes on from there. A mutant is kept there, too, when something is wrong with it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks import results_file
from benchmarks.fuzzing.mutations import mutant
from benchmarks.fuzzing.seeds import make_seeds
from benchmarks.kill import mark_workers, processes
from organizer.frames.formats.sniff import HEAD_BYTES, video_format
from organizer.frames.limits import FILE_WAIT_S, worker_memory
from organizer.library import Library
from organizer.pipeline.progress import OutcomeKind, Stored
from organizer.pipeline.scan import scan
from tests.fakes import ColourTagger

BATCH = 50
WORKERS = 2
_LOOK_EVERY_S = 0.05
_UNFORESEEN = re.compile(r"\w+(Error|Exception|Warning)\b|Traceback|report it")
"""What a reason that was meant for people never holds."""


@dataclass
class Batch:
    """What became of some mutants; names tell which."""

    number: int
    mutants: int = 0
    read: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """By reason, numbers and names in it left out."""
    no_video: int = 0
    """Left out by the walk, and rightly: the first bytes show no video format."""
    unaccounted: list[str] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)
    """Refused in the words of a program."""
    broken_off: str | None = None
    """Why the scan ended before its end."""
    hangs: int = 0
    left_running: int = 0
    longest_wait_s: float = 0.0
    """Between two files that were done."""
    memory_bytes: int = 0
    """The most address space that a worker took."""
    resident_bytes: int = 0
    """The most memory that a worker took."""

    @property
    def is_right(self) -> bool:
        """Whether nothing happened but what may."""
        return not (
            self.unaccounted
            or self.unforeseen
            or self.broken_off
            or self.hangs
            or self.left_running
            or self.memory_bytes > worker_memory(1)
        )


class _Memory(threading.Thread):
    """Notes the most memory that workers take; Linux tells each one's peak."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.memory_bytes = self.resident_bytes = 0

    def run(self) -> None:
        while not self.done.wait(_LOOK_EVERY_S):
            for process in processes()[0]:
                try:
                    status = Path(f"/proc/{process.pid}/status").read_text()
                except OSError:
                    continue
                for name, value in re.findall(r"(VmPeak|VmHWM):\s+(\d+) kB", status):
                    kept = "memory_bytes" if name == "VmPeak" else "resident_bytes"
                    setattr(self, kept, max(getattr(self, kept), int(value) * 1024))


def run_batch(number: int, count: int, *, seed: int, seeds: list[Path], work: Path) -> Batch:
    """Make some mutants, scan them and return what became of them; work: for them, while it lasts."""
    batch = Batch(number, count)
    folder = work / f"batch {number}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "videos").mkdir(parents=True)
    contents = [path.read_bytes() for path in seeds]
    made: dict[str, Path] = {}
    for index in range(count):
        chance = random.Random(f"{seed} {number * BATCH + index}")
        chosen = chance.randrange(len(seeds))
        data, _ = mutant(contents, chosen, chance)
        path = folder / "videos" / f"{number * BATCH + index:06} {seeds[chosen].name}"
        path.write_bytes(data)
        made[str(path)] = path
    _scan(batch, folder, made)
    if batch.is_right:
        shutil.rmtree(folder)
    return batch


def _scan(batch: Batch, folder: Path, made: dict[str, Path]) -> None:
    memory, moved = _Memory(), [time.monotonic()]
    scanning = threading.Thread(target=_watched, args=(batch, folder, made, moved), daemon=True)
    memory.start()
    scanning.start()
    while scanning.is_alive():
        scanning.join(0.2)
        if time.monotonic() - moved[0] > 2 * FILE_WAIT_S:
            batch.hangs += 1
            break
    memory.done.set()
    memory.join()
    batch.memory_bytes, batch.resident_bytes = memory.memory_bytes, memory.resident_bytes
    batch.left_running = len(psutil.wait_procs(processes()[0], timeout=10)[1])
    for path in made.values():
        with path.open("rb") as file:
            found = video_format(file.read(HEAD_BYTES))
        if found is None:
            batch.no_video += 1
        else:
            batch.unaccounted.append(path.name)


def _watched(batch: Batch, folder: Path, made: dict[str, Path], moved: list[float]) -> None:
    """Scan; what is done is taken out of ``made``."""
    try:
        with Library.open(folder / "library.db") as library:
            for event in scan(
                library, ColourTagger(), folders=[str((folder / "videos").resolve())], workers=WORKERS
            ):
                if not isinstance(event, Stored):
                    continue
                now = time.monotonic()
                batch.longest_wait_s = max(batch.longest_wait_s, round(now - moved[0], 1))
                moved[0] = now
                made.pop(event.outcome.path, None)
                if event.outcome.kind is not OutcomeKind.FAILED:
                    batch.read += 1
                    continue
                reason = event.outcome.reason or ""
                kind = re.sub(r"\(.*\)|\d+", "#", reason)
                batch.refused[kind] = batch.refused.get(kind, 0) + 1
                if not reason or _UNFORESEEN.search(reason):
                    batch.unforeseen.append(f"{Path(event.outcome.path).name}: {reason}")
    except Exception as error:
        batch.broken_off = f"{type(error).__name__}: {error}"


def run(*, mutants: int, seed: int, work: Path) -> list[Batch]:
    """Scan so many mutants and return what became of them, a batch at a time; goes on where it was."""
    mark_workers()
    seeds = make_seeds(work / "seeds")
    kept = work / f"seed {seed}.jsonl"
    batches = []
    if kept.exists():
        for line in kept.read_text().splitlines():
            batches.append(Batch(**json.loads(line)))
    done = {batch.number for batch in batches}
    for number in range(-(-mutants // BATCH)):
        if number in done:
            continue
        count = min(BATCH, mutants - number * BATCH)
        batch = run_batch(number, count, seed=seed, seeds=seeds, work=work)
        batches.append(batch)
        with kept.open("a") as file:
            file.write(json.dumps(asdict(batch)) + "\n")
    return batches


def summary(batches: list[Batch]) -> dict[str, Any]:
    """Return all batches in one."""
    refused: Counter[str] = sum((Counter(batch.refused) for batch in batches), Counter())
    return {
        "mutants": sum(batch.mutants for batch in batches),
        "read": sum(batch.read for batch in batches),
        "refused": sum(refused.values()),
        "no_video": sum(batch.no_video for batch in batches),
        "unaccounted": [name for batch in batches for name in batch.unaccounted],
        "unforeseen": [words for batch in batches for words in batch.unforeseen],
        "broken_off": [batch.broken_off for batch in batches if batch.broken_off],
        "hangs": sum(batch.hangs for batch in batches),
        "left_running": sum(batch.left_running for batch in batches),
        "longest_wait_s": max(batch.longest_wait_s for batch in batches),
        "most_address_space_mib": max(batch.memory_bytes for batch in batches) >> 20,
        "most_resident_mib": max(batch.resident_bytes for batch in batches) >> 20,
        "limit_of_address_space_mib": worker_memory(1) >> 20,
        "reasons": dict(refused.most_common()),
    }


def main() -> None:
    """Run it and keep the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz", description=__doc__)
    parser.add_argument("--mutants", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="where to keep what is done so far")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        batches = run(mutants=options.mutants, seed=options.seed, work=options.work or Path(folder))
    result = summary(batches)
    print(json.dumps(result, indent=2))
    print("written to", results_file.write("fuzz", {"seed": options.seed, **result}))


if __name__ == "__main__":
    main()
