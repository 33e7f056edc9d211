"""All that a simulation rests on: times that were measured, and set-ups that are assumed."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results_file import RESULTS

_MB_A_MINUTE = 130
"""Of 1080p30 in H.264: what iPhones state in their settings. Those of ``cluster`` have 113."""
_READ_SHARE = 0.25
"""Of an MP4 only the key frames are read, a quarter of the file: docs/performance.md."""
_LIBRARY_BYTES = 38_500
"""Of 27 rows of features and a poster of 9 KB: ``python -m benchmarks large_library`` with ``lite`` 3.0.0."""
_FEATURE_ROWS = 27
"""Of a video of 45 s: the first eight seconds, and every other one after that (``lite`` 3.0.0)."""
_ROW_BYTES = 1024
_RECORD_REST_BYTES = 512
"""Of a record in a shard beside its features: id, labels, path, lengths of fields. Assumed."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What one video costs, wherever it is looked at."""

    worker_s: float
    """Processor-seconds of a video: decoding, network, poster, storing, Ray, all of it. Measured on a node
    with one processor: cluster.json."""
    spread: float
    """Standard deviation of the logarithm of ``worker_s``; durations are log-normal. Assumed."""
    network_turn_s: float
    """Seconds for which a computer's network is busy with a video; it takes one video at a time. Measured on
    two processors: folder.json. More processors are assumed to make it no shorter."""
    store_s: float
    """Seconds for which the one writer of a library is busy with a video. Measured: the insert in
    large_library.json, fingerprint and classifier in folder.json."""
    video_bytes: float
    """Size of a video. Assumed: 45 s of 1080p30."""
    read_bytes: float
    """Bytes of a video that cross the network. Measured share of the assumed size."""
    library_bytes: float
    """Bytes of a video in a library. Measured."""
    shard_bytes: float
    """Bytes of a video in a shard: its features as they are. Counted."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """Computers, what connects them, and who writes."""

    name: str
    words: str
    nodes: int
    """Computers that look at videos."""
    workers: int
    """Videos that one of them decodes at once: its processors."""
    storage_bit_per_s: float
    """What the NAS, or the shared storage, delivers to all of them together."""
    node_bit_per_s: float
    """What one computer's own link carries."""
    link_efficiency: float
    """Share of both that videos get; the rest is protocol and seeking."""
    shard_videos: int | None
    """Files of a shard that a computer writes itself; None where one writer keeps a library."""
    fixed_parts: bool
    """Whether each computer has a part of the videos from the beginning, as in a batch array."""
    failure_every_h: float
    """Mean time between two failures of one computer, in hours it runs."""
    repair_h: float
    """Hours until a failed computer, or the next one in its place, works again."""
    node_busy_w: float
    """Watts of a computer all of whose processors work."""
    node_idle_w: float
    """Watts of a computer that waits."""
    storage_w: float
    """Watts of the NAS or storage, and switches."""
    cooling: float
    """Factor on all watts: 1 at home."""
    euro_per_kwh: float


def measured_costs(results: Path = RESULTS) -> Costs:
    """Return what a video costs by the results that are committed."""
    cluster, folder, large = (
        json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("cluster", "folder", "large_library")
    )
    (alone,) = (row for row in cluster["curve"] if row["nodes"] == 1)
    videos = folder["videos"]
    stages = folder["rest_s"]
    video_bytes = _MB_A_MINUTE * 1e6 * 45 / 60
    return Costs(
        # From the first video to the last.
        worker_s=alone["median_s"] / (cluster["videos"] - 1),
        spread=0.6,
        network_turn_s=statistics.median(folder["network_alone_s"]) / videos,
        store_s=large["libraries"][-1]["insert_ms_per_video"] / 1000
        + (stages["fingerprint"] + stages["classifier"]) / videos,
        video_bytes=video_bytes,
        read_bytes=_READ_SHARE * video_bytes,
        library_bytes=_LIBRARY_BYTES,
        shard_bytes=_FEATURE_ROWS * _ROW_BYTES + _RECORD_REST_BYTES,
    )


_PC = SetUp(
    name="pc",
    words="one PC of 8 cores, a NAS at 1 Gbit/s",
    nodes=1,
    workers=8,
    storage_bit_per_s=1e9,
    node_bit_per_s=1e9,
    link_efficiency=0.9,
    shard_videos=None,
    fixed_parts=False,
    failure_every_h=30 * 24,
    repair_h=8,
    node_busy_w=120,
    node_idle_w=40,
    storage_w=40,
    cooling=1.0,
    euro_per_kwh=0.35,
)
_RACK = SetUp(
    name="rack",
    words="a rack of 16 nodes of 16 cores, storage at 10 Gbit/s",
    nodes=16,
    workers=16,
    storage_bit_per_s=10e9,
    node_bit_per_s=10e9,
    link_efficiency=0.9,
    shard_videos=None,
    fixed_parts=False,
    failure_every_h=180 * 24,
    repair_h=24,
    node_busy_w=250,
    node_idle_w=90,
    storage_w=500,
    cooling=1.4,
    euro_per_kwh=0.25,
)
_ARRAY = SetUp(
    name="array",
    words="a batch array of 1,000 nodes of 16 cores that write shards, storage at 400 Gbit/s",
    nodes=1000,
    workers=16,
    storage_bit_per_s=400e9,
    node_bit_per_s=10e9,
    link_efficiency=0.9,
    shard_videos=256,
    fixed_parts=True,
    # Cheap nodes are taken away, once a day each; the job waits for another one.
    failure_every_h=24,
    repair_h=0.25,
    node_busy_w=250,
    node_idle_w=90,
    storage_w=10_000,
    cooling=1.4,
    euro_per_kwh=0.25,
)


def set_ups() -> tuple[SetUp, ...]:
    """Return the set-ups that are told of in docs/scale.md."""
    from dataclasses import replace

    two = replace(_PC, name="two-pcs", words="two PCs of 8 cores, a NAS at 1 Gbit/s", nodes=2)
    fast = replace(
        two, name="two-pcs-2.5", words="two PCs of 8 cores, a NAS at 2.5 Gbit/s", storage_bit_per_s=2.5e9
    )
    fast = replace(fast, node_bit_per_s=2.5e9)
    return (_PC, two, fast, _RACK, _ARRAY)
