"""Workers ended at random points of scans: nothing hangs, and no sound file counts as broken.

python -m benchmarks kill [--terminate 200] [--kill 200] [--servers 20] [--seed 1]

Each round is a scan of small sound clips, as ``organizer scan`` makes it, in whose course some workers get a
signal, and sometimes the fork server and Python's resource tracker. A file whose decoder was ended twice is
tried again by the next scan: at the end of a round, after one undisturbed scan, all are in the library.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import threading
import time
import uuid
from dataclasses import asdict, dataclass, field
from multiprocessing import forkserver
from pathlib import Path

import psutil

from benchmarks import results_file
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.pipeline.progress import OutcomeKind, Stored
from organizer.pipeline.scan import scan
from tests.fakes import ColourTagger, show_labels

WORKERS = 2
_MARK = "ORGANIZER_KILL_RUN"
ENDS_A_ROUND = 8
"""So many signals at the most in one scan."""
_ROUNDS_FOR_ONE = 3
"""Rounds for each signal at the most; most rounds send several."""
LIMIT_S = 300.0
"""Seconds that a disturbed scan may take; an undisturbed one takes two."""


@dataclass
class Result:
    """What became of all rounds."""

    terminated: int = 0
    killed: int = 0
    servers_killed: int = 0
    rounds: int = 0
    files: int = 0
    """Scanned, each once a round."""
    tried_again: int = 0
    """Files that the disturbed scan left to the next one."""
    stored_as_broken: list[str] = field(default_factory=list)
    not_ok_at_the_end: list[str] = field(default_factory=list)
    broken_off: list[str] = field(default_factory=list)
    """Why scans ended before their end."""
    hangs: int = 0
    left_running: int = 0
    slowest_round_s: float = 0.0


class _Killer(threading.Thread):
    """Sends signals to this process's workers at random times, until it is told to end."""

    def __init__(self, signals: list[signal.Signals], servers: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.left = list(signals)
        self.servers = servers
        self.done = threading.Event()
        self._chance = chance

    def run(self) -> None:
        while not self.done.wait(self._chance.uniform(0.0, 0.25)):
            workers, servers = processes()
            if servers and self.servers and self._chance.random() < 0.3:
                self.servers -= _send(self._chance.choice(servers), signal.SIGKILL)
            elif workers and self.left:
                victim, number = self._chance.choice(workers), self.left[-1]
                if _send(victim, number):
                    self.left.pop()


def _send(process: psutil.Process, number: signal.Signals) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True


def processes() -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Return this run's workers, and the helpers of multiprocessing that start them and tidy up.

    They are known by a variable that they inherit: the workers of a fork server that was ended are nobody's
    children any more.
    """
    mark, own = os.environ.setdefault(_MARK, uuid.uuid4().hex), os.getpid()
    workers, helpers = [], []
    for process in psutil.process_iter():
        try:
            if process.pid == own or process.environ().get(_MARK) != mark:
                continue
            # On Linux a worker is started by the fork server, elsewhere by this process itself.
            words = " ".join(process.cmdline())
            is_helper = "resource_tracker" in words or ("forkserver" in words and process.ppid() == own)
        except psutil.Error:
            continue
        (helpers if is_helper else workers).append(process)
    return workers, helpers


def mark_workers() -> None:
    """Let ``processes`` know the workers that start from now on.

    They inherit a variable, from a fork server that is started after it was set.
    """
    processes()
    forkserver._forkserver._stop()


def make_clips(folder: Path, count: int) -> list[Path]:
    """Write some sound clips of two seconds."""
    return [show_labels(folder / f"{number:03}.mp4", "Animal", "Food") for number in range(count)]


def run(*, terminate: int, kill: int, servers: int, seed: int, folder: Path, clips: int = 12) -> Result:
    """Scan until so many workers were ended by each signal.

    folder: empty; for clips and libraries.
    """
    mark_workers()
    chance = random.Random(seed)
    videos = folder / "videos"
    make_clips(videos, clips)
    signals = [signal.SIGTERM] * terminate + [signal.SIGKILL] * kill
    chance.shuffle(signals)
    result = Result()
    while signals or servers:
        if result.rounds >= _ROUNDS_FOR_ONE * (terminate + kill + servers):
            raise RuntimeError(f"after {result.rounds} rounds there is still nobody to end: {result}")
        take = min(len(signals), chance.randint(1, ENDS_A_ROUND))
        given, signals = signals[:take], signals[take:]
        few = min(servers, 1)
        killer = _Killer(given, few, chance)
        _round(result, killer, videos, folder / f"{result.rounds}.db")
        servers -= few - killer.servers
        sent = list(given)
        for number in killer.left:
            sent.remove(number)
        # A scan that was over before they were due.
        signals += killer.left
        result.terminated += sent.count(signal.SIGTERM)
        result.killed += sent.count(signal.SIGKILL)
        result.servers_killed += few - killer.servers
        if result.hangs:
            break
    return result


def _round(result: Result, killer: _Killer, videos: Path, library: Path) -> None:
    started = time.monotonic()
    killer.start()
    scanning = threading.Thread(target=_disturbed, args=(result, library, videos), daemon=True)
    scanning.start()
    scanning.join(LIMIT_S)
    killer.done.set()
    killer.join()
    result.rounds += 1
    if scanning.is_alive():
        result.hangs += 1
        return
    result.slowest_round_s = max(result.slowest_round_s, round(time.monotonic() - started, 1))
    result.left_running += len(psutil.wait_procs(processes()[0], timeout=10)[1])
    with Library.open(library) as opened:
        failed = opened.list(VideoFilter(status=Status.FAILED))
        result.stored_as_broken += [place.path for record in failed for place in record.places]
        for event in scan(opened, ColourTagger(), folders=[str(videos)], workers=WORKERS):
            if isinstance(event, Stored) and event.outcome.kind is OutcomeKind.FAILED:
                result.not_ok_at_the_end.append(f"{event.outcome.path}: {event.outcome.reason}")
    for file in library.parent.glob(library.name + "*"):
        file.unlink()


def _disturbed(result: Result, library: Path, videos: Path) -> None:
    try:
        with Library.open(library) as opened:
            for event in scan(opened, ColourTagger(), folders=[str(videos)], workers=WORKERS):
                if isinstance(event, Stored):
                    result.files += 1
                    result.tried_again += event.outcome.kind is OutcomeKind.FAILED
    except Exception as error:
        result.broken_off.append(f"{type(error).__name__}: {error}")


def main() -> None:
    """Run it and keep the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks kill", description=__doc__)
    parser.add_argument("--terminate", type=int, default=200)
    parser.add_argument("--kill", type=int, default=200)
    parser.add_argument("--servers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(**vars(options), folder=Path(folder))
    print(asdict(result))
    print("written to", results_file.write("kill", {"seed": options.seed, **asdict(result)}))


if __name__ == "__main__":
    main()
