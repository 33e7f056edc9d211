"""How fast training data of YouTube-8M comes, and whether memory grows with the number of shards.

python -m benchmarks input_pipeline

One frame-level shard of 1,000 records, 230 seconds each with picture and sound, stands for all: the other
shards are hard links to it, so everything comes from the page cache and the disk is not measured. Each number
of shards has a process of its own. Nothing is done with the batches: this is what training could get at most.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import RESULTS, write

RECORDS, SECONDS = 1000, 230
PICTURE_BYTES, SOUND_BYTES = 1024, 128
BATCH = 64
ACCEPTED_A_MINUTE = 150_000
EPOCHS = {1: 5, 5: 5, 50: 1}
"""Epochs by number of shards; from three shards on the shuffle buffer is full."""


def make_shard(file: Path, records: int) -> None:
    """Write a frame-level shard of noise."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for number in range(records):
            lists = {
                name: _rows(rng.integers(0, 256, (SECONDS, size), dtype=np.uint8))
                for name, size in (("rgb", PICTURE_BYTES), ("audio", SOUND_BYTES))
            }
            context = {
                "id": tf.train.Feature(bytes_list=tf.train.BytesList(value=[f"{number:04d}".encode()])),
                "labels": tf.train.Feature(int64_list=tf.train.Int64List(value=[2, 11, 400])),
            }
            record = tf.train.SequenceExample(
                context=tf.train.Features(feature=context),
                feature_lists=tf.train.FeatureLists(feature_list=lists),
            )
            writer.write(record.SerializeToString())


def _rows(rows: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.train.FeatureList(
        feature=[tf.train.Feature(bytes_list=tf.train.BytesList(value=[row.tobytes()])) for row in rows]
    )


def link_shards(shard: Path, folder: Path, shards: int) -> None:
    """Fill a folder with further names of one shard."""
    folder.mkdir()
    for number in range(shards):
        os.link(shard, folder / f"train{number:04d}.tfrecord")


def measure(folder: Path, epochs: int) -> dict[str, Any]:
    """Run epochs over a folder's shards in this process and return its figures."""
    from organizer.training.engine.data import Position
    from organizer.training.yt8m.dataset import Yt8mData
    from organizer.training.yt8m.shard_files import find_shards
    from organizer.training.yt8m.vocabulary import LabelClasses

    shards = find_shards([folder], "train")
    data = Yt8mData(shards, (), LabelClasses(("Vehicle", "Food"), {2: 0, 11: 1}))
    speeds, processor_us, videos = [], [], 0
    for epoch in range(epochs):
        started, worked = time.perf_counter(), time.process_time()
        videos = sum(len(targets) for _, targets, _ in data.training(Position(1, epoch), BATCH))
        speeds.append(videos / (time.perf_counter() - started) * 60)
        processor_us.append((time.process_time() - worked) / videos * 1e6)
    started = time.perf_counter()
    left = sum(1 for _ in data.training(Position(1, 0, batch=videos // BATCH), BATCH))
    skipping = videos / (time.perf_counter() - started) * 60
    return {
        "shards": len(shards),
        "videos": videos,
        "videos_a_minute": speeds,
        "processor_us_a_video": statistics.median(processor_us),
        "left_out_a_minute": skipping,
        "batches_after_those_left_out": left,
        "skipped_records": data.skips.count,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_own_process(folder: Path, epochs: int) -> dict[str, Any]:
    """Run ``measure`` in a new process, whose memory is then that of this work alone."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks", "input_pipeline", "--measure", str(folder), str(epochs)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    figures: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return figures


def run(*, records: int, epochs: dict[int, int], results: Path) -> dict[str, Any]:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as temporary:
        shard = Path(temporary) / "one.tfrecord"
        make_shard(shard, records)
        runs = []
        for shards, times in epochs.items():
            folder = Path(temporary) / f"{shards}"
            link_shards(shard, folder, shards)
            runs.append(in_own_process(folder, times))
        record_bytes = shard.stat().st_size / records
    speed = statistics.median(speed for one in runs for speed in one["videos_a_minute"])
    figures = {
        "record_bytes": record_bytes,
        "records_a_shard": records,
        "batch": BATCH,
        "load_average": os.getloadavg()[0],
        "videos_a_minute": speed,
        "accepted_a_minute": ACCEPTED_A_MINUTE,
        "reached": speed >= ACCEPTED_A_MINUTE,
        "runs": runs,
    }
    for one in runs:
        print(
            f"{one['shards']:>3} shards, {one['videos']:>6} videos: "
            f"{statistics.median(one['videos_a_minute']):>9,.0f} videos a minute, "
            f"{one['processor_us_a_video']:.0f} us of processor a video, "
            f"{one['left_out_a_minute']:>9,.0f} a minute when left out, peak {one['peak_mb']:,.0f} MB"
        )
    print(f"{speed:,.0f} frame-level videos a minute (accepted: {ACCEPTED_A_MINUTE:,})")
    write("input_pipeline", figures, results)
    return figures


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "EPOCHS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        folder, epochs = chosen.measure
        print(json.dumps(measure(Path(folder), int(epochs))))
        return
    run(records=chosen.records, epochs=EPOCHS, results=chosen.results)


if __name__ == "__main__":
    main()
