"""Features of many small videos, written, killed halfway, gone on with: nothing is missing, nothing twice.

python -m benchmarks features [--videos 10000] [--nodes 2] [--kill-at 0.5] [--format yt8m]

The videos are copies of a few dozen clips of 2 s, each with bytes of its own at its end, so that no two have
one fingerprint. ``organizer features`` runs as a person runs it, on a cluster of so many nodes (Ray's own for
tests), or, with ``--nodes 0``, without one. When half as many shards are complete as ``--kill-at`` says, a
node gets SIGKILL; when so many are, the command does, with all its processes. The same command goes on, on
a cluster with a new node. In the end every record is read back and held against the files.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results_file
from benchmarks.ray_nodes import Nodes
from organizer.dataset.description import DatasetFormat, read_description
from organizer.dataset.shard_files import MANIFEST, complete_shards, read_records_of, read_rows
from organizer.library.fingerprint import fingerprint
from tests.clips import write_clip

CLIPS = 48
SECONDS, FPS, SIZE = 2, 10, (160, 120)
SHARD_VIDEOS = 256
_POLL_S = 0.05
_FILES_A_FOLDER = 500


def make_clips(folder: Path, clips: int = CLIPS) -> list[Path]:
    """Write clips that differ in what they show: a square that moves over a ground, both of some colour."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    made = []
    for number in range(clips):
        ground, square = rng.integers(0, 256, (2, 3))
        step = rng.integers(1, 7, 2)

        def picture(index: int, ground=ground, square=square, step=step) -> np.ndarray:
            rgb = np.empty((SIZE[1], SIZE[0], 3), np.uint8)
            rgb[:] = ground
            x, y = (index * step) % (np.array(SIZE) - 40)
            rgb[y : y + 40, x : x + 40] = square
            return rgb

        pictures = ((index / FPS, picture(index)) for index in range(SECONDS * FPS))
        made.append(write_clip(folder / f"clip{number:02}.mp4", pictures, fps=FPS, key_every=FPS))
    return made


def make_videos(folder: Path, clips: list[Path], videos: int) -> None:
    """Copy clips to so many files, each with a box of its own at the end, which players pass over."""
    contents = [clip.read_bytes() for clip in clips]
    for number in range(videos):
        below = folder / f"{number // _FILES_A_FOLDER:03}"
        below.mkdir(parents=True, exist_ok=True)
        box = struct.pack(">I4sQ", 16, b"free", number)
        (below / f"{number:06}.mp4").write_bytes(contents[number % len(contents)] + box)


class Command:
    """``organizer features`` as a process of its own, in a group of processes of its own."""

    def __init__(self, videos: Path, target: Path, home: Path, *options: str) -> None:
        environment = {**os.environ, "XDG_DATA_HOME": str(home)}
        environment.pop("ORGANIZER_LIBRARY", None)
        command = [sys.executable, "-m", "organizer", "features", str(videos), "--to", str(target)]
        self._began_s = time.monotonic()
        self._process = subprocess.Popen(
            [*command, "--shard-videos", str(SHARD_VIDEOS), *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, target: Path, shards: int) -> None:
        """Wait until so many shards are complete."""
        while len(list(target.glob(f"features-*{MANIFEST}"))) < shards:
            if self._process.poll() is not None:
                sys.exit(f"It ended before it could be killed:\n{self._process.communicate()[0]}")
            time.sleep(_POLL_S)

    def kill(self) -> str:
        """End it by SIGKILL; return what it had printed."""
        os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.communicate()[0]

    def finish(self) -> tuple[float, str]:
        """Wait for its end; return the seconds since it began, and what it printed."""
        out, _ = self._process.communicate()
        seconds = time.monotonic() - self._began_s
        if self._process.returncode:
            sys.exit(f"organizer features ended with {self._process.returncode}:\n{out}")
        return seconds, out

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._began_s


def check(videos: Path, target: Path) -> dict[str, Any]:
    """Read everything back and hold it against the files.

    Raises:
        AssertionError: something is missing, there twice, or not what it should be.
    """
    wanted = {fingerprint(str(file), file.stat().st_size) for file in videos.rglob("*.mp4")}
    description = read_description(target)
    assert description is not None
    found: list[str] = []
    paths: list[str] = []
    rows = bytes_ = 0
    for number, report in complete_shards(target):
        assert report is not None, f"shard {number} is not complete"
        records = read_records_of(target, number, description)
        table = read_rows(target, number, description)
        assert [record.row.id for record in records] == [row.id for row in table]
        for record in records:
            assert record.features.shape == (len(record.row.seconds), description.dimensions)
            assert record.row.seconds == tuple(range(SECONDS))
        found += [record.row.id for record in records]
        paths += [row.file.path for row in table]
        rows += sum(len(record.features) for record in records)
        bytes_ += sum((target / name).stat().st_size for name in report.files)
    assert len(found) == len(set(found)), "a record is there twice"
    assert set(found) == wanted, "a video has no record, or a record no video"
    assert len(paths) == len(set(paths)) == len(wanted)
    left = [file.name for file in target.iterdir() if file.name.endswith(".part")]
    assert not left, left
    return {"records": len(found), "rows": rows, "bytes": bytes_, "twice": 0, "missing": 0}


@contextmanager
def nodes_of(number: int) -> Iterator[Nodes | None]:
    """Give so many nodes; None for none."""
    if not number:
        yield None
        return
    nodes = Nodes(number)
    try:
        yield nodes
    finally:
        nodes.close()


def measure(folder: Path, *, videos: int, nodes: int, kill_at: float, format_: str) -> dict[str, Any]:
    """Write, kill, go on, and check; return the figures."""
    source, target, home = folder / "videos", folder / "features", folder / "home"
    make_videos(source, make_clips(folder / "clips"), videos)
    with nodes_of(nodes) as cluster:
        return _measured(source, target, home, cluster, kill_at, format_) | {"nodes": nodes}


def _measured(
    source: Path, target: Path, home: Path, cluster: Nodes | None, kill_at: float, format_: str
) -> dict[str, Any]:
    videos = sum(1 for _ in source.rglob("*.mp4"))
    shards = -(-videos // SHARD_VIDEOS)
    options = ("--format", format_, *(cluster.options if cluster else ()))
    first = Command(source, target, home, *options)
    if cluster is not None:
        first.wait_for(target, max(1, round(kill_at * shards / 2)))
        assert cluster.kill_one(random.Random(0))
    first.wait_for(target, max(2, round(kill_at * shards)))
    said_first = first.kill()
    killed_s = first.seconds
    if cluster is not None:
        assert " is gone" in said_first, said_first
        cluster.fill()
    complete = [number for number, report in complete_shards(target) if report is not None]
    halfway = [number for number, report in complete_shards(target) if report is None]
    parts = len(list(target.glob(".*.part")))
    second_s, said = Command(source, target, home, *options).finish()
    figures = check(source, target)
    third_s, again = Command(source, target, home, *options).finish()
    assert " 0 to do" in again, again
    assert check(source, target) == figures
    done_second = videos - len(complete) * SHARD_VIDEOS
    return {
        "videos": videos,
        "clip": f"{SECONDS} s, {SIZE[0]} x {SIZE[1]}, H.264, {CLIPS} different ones",
        "format": format_,
        "shards": shards,
        "killed_after_s": round(killed_s, 1),
        "complete_when_killed": len(complete),
        "halfway_when_killed": len(halfway),
        "unfinished_files_when_killed": parts,
        "second_run_s": round(second_s, 1),
        "second_run_videos": done_second,
        "videos_per_s": round(done_second / second_s, 1),
        "third_run_with_nothing_to_do_s": round(third_s, 1),
        **figures,
        "last_line": said.splitlines()[-1].partition(": ")[2],
    }


def main() -> None:
    """Measure and keep the result."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--videos", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=2, help="of the cluster; 0 works without one")
    parser.add_argument("--kill-at", type=float, default=0.5, help="share of shards that are complete then")
    parser.add_argument("--format", choices=[str(one) for one in DatasetFormat], default="yt8m")
    parser.add_argument("--no-result", action="store_true", help="print the figures and write no file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(
            Path(folder),
            videos=chosen.videos,
            nodes=chosen.nodes,
            kill_at=chosen.kill_at,
            format_=chosen.format,
        )
    print(result)
    if not chosen.no_result:
        print(results_file.write("features", {"result": result}))


if __name__ == "__main__":
    main()
