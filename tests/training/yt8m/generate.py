"""Make shards in YouTube-8M's format, with known signal, from fixed seeds.

Written before any architecture was tuned, and not to be changed for one. The world has our ten labels:

- 29 % of the videos are Vehicle, the most frequent label; a video has one to three labels. One with Cooking
  always has Food too, as in the release.
- A second's features are unit-variance noise (part of it constant through the video, as in real videos), plus
  a nuisance of the video's source, plus signal, clipped to [-2, 2] and truncated to 8 bits.
- Six labels show in single frames: a direction of their own in a random 20-60 % of the frames.
- Four labels show in temporal order only: Concert and Dance, and Football and Mobile phone, share two
  directions A and B. The first of each pair repeats "A, B, pause", the second "B, A, pause", a second each,
  the pause one or two seconds. Any five seconds show a whole period; the mean over the frames tells the pair,
  never the member. A video never has both labels of a pair.
- A source's nuisance is a constant offset in all its videos' frames, half of it inside the space of the
  labels' own directions, so that a label's mean alone misleads. Training and validation have sources of their
  own.

One world (directions) belongs to a seed; the splits of one seed share it.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from organizer.features.quantiser import Quantiser, Rounding
from organizer.types import LABELS

QUANTISER = Quantiser(-2.0, 2.0, Rounding.TRUNCATE)
DIMENSIONS = 1024
AUDIO_DIMENSIONS = 128
CLASSES = 3862
IDS = {
    "Vehicle": (2,),
    "Concert": (3,),
    "Dance": (8,),
    "Football": (12, 79),
    "Animal": (15,),
    "Food": (11,),
    "Outdoor recreation": (60,),
    "Nature": (289,),
    "Mobile phone": (21,),
    "Cooking": (22,),
}
"""Numbers of our labels in the release of 3,862 classes; Football is association or American football."""

VEHICLE_SHARE = 0.29
OTHER_WEIGHTS = {
    "Concert": 0.9,
    "Dance": 0.9,
    "Football": 1.0,
    "Animal": 1.0,
    "Food": 0.9,
    "Outdoor recreation": 0.7,
    "Nature": 0.8,
    "Mobile phone": 0.6,
    "Cooking": 0.8,
}
"""How often each other label is drawn, relative to the others."""
COUNTS = (0.6, 0.3, 0.1)
"""How many videos have one, two and three labels."""
MOST_LABELS = len(COUNTS)
BRINGS = {"Cooking": "Food"}
"""Labels that never come without another one: 945 of 945 videos with Cooking among 25,000 of the release."""
PAIRS = (("Concert", "Dance"), ("Football", "Mobile phone"))
"""Labels that only the order of the frames tells apart."""
PARTNER = {first: second for pair in PAIRS for first, second in (pair, pair[::-1])}
SECONDS = (120, 300)
SOURCES = {"train": 40, "validate": 20}

SINGLE_STRENGTH = 4.5
ORDER_STRENGTH = 4.5
"""Length of a signal's vector in a frame that shows it; the noise along any direction is 1."""
STEADY_SHARE = 0.3
"""Of the noise's variance: what is constant through a video."""
NUISANCE = 2.0
"""Length of a source's offset inside the labels' space, and outside it."""
SMALLEST_SHARE, LARGEST_SHARE = 0.2, 0.6


@dataclass(frozen=True)
class World:
    """What a seed fixes for all splits."""

    seed: int
    single: dict[str, NDArray[np.float32]]
    """Direction (1024,) of unit length by label."""
    order: dict[str, NDArray[np.float32]]
    """Directions (2, 1024) in the order in which the label shows them."""

    @property
    def directions(self) -> NDArray[np.float32]:
        """All different directions, (10, 1024), orthonormal."""
        return np.stack([*self.single.values(), *(d for first, _ in PAIRS for d in self.order[first])])


@dataclass(frozen=True)
class Video:
    """One generated video."""

    id: str
    labels: tuple[str, ...]
    label_ids: tuple[int, ...]
    """As the release numbers them, ascending."""
    features: NDArray[np.float32]
    """(seconds, 1024), unquantised, clipped to [-2, 2]."""
    audio: NDArray[np.uint8]
    """(seconds, 128), noise."""


def make_world(seed: int) -> World:
    """Draw the directions of a seed."""
    rng = np.random.default_rng([seed, 0])
    basis = np.linalg.qr(rng.standard_normal((DIMENSIONS, len(LABELS))))[0].T.astype(np.float32)
    alone = [label for label in LABELS if label not in PARTNER]
    single = dict(zip(alone, basis, strict=False))
    order = {}
    for number, (first, second) in enumerate(PAIRS):
        a, b = basis[len(alone) + 2 * number :][:2]
        order[first], order[second] = np.stack([a, b]), np.stack([b, a])
    return World(seed, single, order)


def make_videos(videos: int, seed: int, split: str) -> Iterator[Video]:
    """Yield the videos of a split; each depends on the seed, the split and its number alone."""
    world = make_world(seed)
    code = sorted(SOURCES).index(split) + 1
    nuisances = _nuisances(world, np.random.default_rng([seed, code, 0]), SOURCES[split])
    for number in range(videos):
        yield _video(
            world, np.random.default_rng([seed, code, 1, number]), f"{split[0]}{seed}-{number:06d}", nuisances
        )


def write_shards(
    folder: Path, videos: int, shards: int, seed: int, split: str, *, level: str = "frame"
) -> list[Path]:
    """Write ``<split>0000.tfrecord`` and so on, and ``vocabulary.csv``; return the shards' paths.

    Args:
        folder: made when it is not there.
        videos: in all shards together; video k goes to shard k modulo ``shards``.
        shards: number of files.
        seed: of the world.
        split: ``train`` or ``validate``.
        level: ``frame`` for SequenceExamples with every second, ``video`` for Examples with the means.
    """
    import tensorflow as tf

    serialise = {"frame": sequence_example, "video": video_example}[level]
    folder.mkdir(parents=True, exist_ok=True)
    write_vocabulary(folder / "vocabulary.csv")
    files = [folder / f"{split}{number:04d}.tfrecord" for number in range(shards)]
    writers = [tf.io.TFRecordWriter(str(file)) for file in files]
    for number, video in enumerate(make_videos(videos, seed, split)):
        writers[number % shards].write(serialise(video))
    for writer in writers:
        writer.close()
    return files


def write_means_table(file: Path, videos: int, seed: int, split: str, *, folds: int | None = None) -> None:
    """Write the videos' means as one ``.npz`` file: see ``organizer.training.yt8m.means_table``.

    Args:
        file: to write.
        videos: how many.
        seed: of the world.
        split: ``train`` or ``validate``.
        folds: video k is of fold k modulo ``folds``; None leaves folds out.
    """
    made = list(make_videos(videos, seed, split))
    arrays = {
        "id": np.array([video.id.encode() for video in made]),
        "rgb": np.stack([QUANTISER.quantise(mean_rgb(video)) for video in made]),
        "ten": np.array([[label in video.labels for label in LABELS] for video in made]),
        "ten_names": np.array(LABELS),
    }
    if folds is not None:
        arrays["fold"] = np.arange(videos, dtype=np.uint8) % folds
    np.savez_compressed(file, **arrays)


def sequence_example(video: Video) -> bytes:
    """Return a video as a frame-level record of the release."""
    import tensorflow as tf

    rows = QUANTISER.quantise(video.features)
    return tf.train.SequenceExample(
        context=tf.train.Features(feature={"id": _text(video.id), "labels": _ids(video.label_ids)}),
        feature_lists=tf.train.FeatureLists(feature_list={"rgb": _rows(rows), "audio": _rows(video.audio)}),
    ).SerializeToString()


def video_example(video: Video) -> bytes:
    """Return a video as a video-level record of the release: means of dequantised features."""
    import tensorflow as tf

    audio = QUANTISER.dequantise(video.audio).mean(axis=0)
    return tf.train.Example(
        features=tf.train.Features(
            feature={
                "id": _text(video.id),
                "labels": _ids(video.label_ids),
                "mean_rgb": _numbers(mean_rgb(video)),
                "mean_audio": _numbers(audio),
            }
        )
    ).SerializeToString()


def mean_rgb(video: Video) -> NDArray[np.float32]:
    """Return float32 (1024,): the mean of a video's seconds as they are read, 8 bits a number."""
    return QUANTISER.dequantise(QUANTISER.quantise(video.features)).mean(axis=0)


def write_vocabulary(file: Path) -> None:
    """Write a vocabulary with the current release's columns and its 3,862 classes."""
    names = {ids[0]: name for name, ids in IDS.items()}
    names |= {12: "Association football", 79: "American football"}
    columns = (
        "Index TrainVideoCount KnowledgeGraphId Name WikiUrl Vertical1 Vertical2 Vertical3 WikiDescription"
    )
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns.split())
        for index in range(CLASSES):
            name = names.get(index, f"Class {index}")
            writer.writerow(
                [
                    index,
                    CLASSES - index,
                    f"/m/{index:05d}",
                    name,
                    "",
                    "Other",
                    "",
                    "",
                    f'{name}, said to be "so"',
                ]
            )


def _video(world: World, rng: np.random.Generator, video_id: str, nuisances: NDArray[np.float32]) -> Video:
    labels = _draw_labels(rng)
    seconds = int(rng.integers(SECONDS[0], SECONDS[1] + 1))
    steady = rng.standard_normal(DIMENSIONS, dtype=np.float32) * np.float32(STEADY_SHARE**0.5)
    features = rng.standard_normal((seconds, DIMENSIONS), dtype=np.float32) * np.float32(
        (1 - STEADY_SHARE) ** 0.5
    )
    features += steady + nuisances[rng.integers(len(nuisances))]
    for label in labels:
        if label in world.single:
            share = rng.uniform(SMALLEST_SHARE, LARGEST_SHARE)
            shows = rng.permutation(seconds) < round(share * seconds)
            features[shows] += SINGLE_STRENGTH * world.single[label]
        else:
            period = int(rng.integers(3, 5))
            phase = (np.arange(seconds) + rng.integers(period)) % period
            for step, direction in enumerate(world.order[label]):
                features[phase == step] += ORDER_STRENGTH * direction
    audio = rng.integers(0, 256, (seconds, AUDIO_DIMENSIONS), dtype=np.uint8)
    ids = sorted(int(rng.choice(IDS[label])) for label in labels)
    return Video(video_id, labels, tuple(ids), np.clip(features, -2.0, 2.0), audio)


def _draw_labels(rng: np.random.Generator) -> tuple[str, ...]:
    """Return one to three labels, never both of a pair, and never one without what it brings."""
    wanted = int(rng.choice(len(COUNTS), p=COUNTS)) + 1
    labels = ["Vehicle"] if rng.random() < VEHICLE_SHARE else []
    weights = dict(OTHER_WEIGHTS)
    while len(labels) < wanted:
        if len(labels) + 1 == MOST_LABELS:
            # There is no room for two.
            for label, brought in BRINGS.items():
                if brought not in labels:
                    weights.pop(label, None)
        shares = np.array(list(weights.values()))
        label = str(rng.choice(list(weights), p=shares / shares.sum()))
        for one in (label, BRINGS.get(label, label)):
            if one not in labels:
                labels.append(one)
                weights.pop(one)
                weights.pop(PARTNER.get(one, ""), None)
    return tuple(labels)


def _nuisances(world: World, rng: np.random.Generator, sources: int) -> NDArray[np.float32]:
    """Return an offset for each source, (sources, 1024)."""
    inside = rng.standard_normal((sources, len(world.directions))).astype(np.float32) @ world.directions
    outside = rng.standard_normal((sources, DIMENSIONS), dtype=np.float32)
    offsets = [
        part / np.linalg.norm(part, axis=1, keepdims=True) * np.float32(NUISANCE)
        for part in (inside, outside)
    ]
    return offsets[0] + offsets[1]


def _text(value: str):
    import tensorflow as tf

    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode()]))


def _ids(values: tuple[int, ...]):
    import tensorflow as tf

    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def _numbers(values: NDArray[np.float32]):
    import tensorflow as tf

    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def _rows(rows: NDArray[np.uint8]):
    import tensorflow as tf

    return tf.train.FeatureList(
        feature=[tf.train.Feature(bytes_list=tf.train.BytesList(value=[row.tobytes()])) for row in rows]
    )


def main() -> None:
    """Write shards from the command line: python -m tests.training.yt8m.generate FOLDER."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--videos", type=int, default=2000)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", choices=sorted(SOURCES), default="train")
    parser.add_argument("--level", choices=["frame", "video"], default="frame")
    chosen = parser.parse_args()
    files = write_shards(
        chosen.folder, chosen.videos, chosen.shards, chosen.seed, chosen.split, level=chosen.level
    )
    print(f"{len(files)} shards in {chosen.folder}")


if __name__ == "__main__":
    main()
