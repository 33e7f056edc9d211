import collections
import gc
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.training.engine.data import Position
from organizer.training.yt8m.dataset import Reading, Yt8mData
from organizer.training.yt8m.record_formats import VideoLevelFormat
from organizer.training.yt8m.sampling import draw_crop
from organizer.training.yt8m.shard_files import find_shards
from organizer.training.yt8m.vocabulary import LabelClasses, read_label_classes
from organizer.types import LABELS
from tests.training.yt8m.generate import make_videos, mean_rgb

PROJECT = Path(__file__).parents[3]
SMALL = Reading(negatives=1.0, shuffled=16)


def open_data(folder, reading=SMALL, **options):
    return Yt8mData(
        find_shards([folder], "train"),
        find_shards([folder], "validate"),
        read_label_classes(folder / "vocabulary.csv"),
        reading=reading,
        **options,
    )


@pytest.fixture
def data(shards):
    return open_data(shards)


def batches(dataset):
    return [tuple(tensor.numpy() for tensor in batch) for batch in dataset]


def fingerprints(made):
    """Return each video of batches as a value that is equal for equal crops."""
    return [
        (int((row != 0).any(axis=1).sum()), row[0, :8].tobytes(), target.tobytes())
        for features, targets, _ in made
        for row, target in zip(features, targets, strict=True)
    ]


def same(made, others):
    return len(made) == len(others) and all(
        np.array_equal(a, b)
        for batch, other in zip(made, others, strict=True)
        for a, b in zip(batch, other, strict=True)
    )


def expected(video, start, seconds):
    rows = YT8M_QUANTISER.dequantise(YT8M_QUANTISER.quantise(video.features))[start : start + seconds]
    return seconds, rows[0, :8].round(4).tolist(), [label in video.labels for label in LABELS]


def found(made):
    return [
        (
            int((row != 0).any(axis=1).sum()),
            row[0, :8].astype(np.float32).round(4).tolist(),
            (target > 0).tolist(),
        )
        for features, targets, _ in made
        for row, target in zip(features, targets, strict=True)
    ]


def alike(ones, others):
    ones, others = sorted(ones), sorted(others)
    assert len(ones) == len(others)
    for one, other in zip(ones, others, strict=True):
        assert one[0] == other[0]
        assert one[2] == other[2]
        np.testing.assert_allclose(one[1], other[1], atol=2e-4)


def test_batches_are_as_the_protocol_says(data):
    assert (data.labels, data.dimensions, data.quantiser) == (LABELS, 1024, YT8M_QUANTISER)
    made = batches(data.training(Position(1, 0), 16))
    assert [len(features) for features, _, _ in made] == [16, 16, 8]
    for features, targets, weights in made:
        assert features.dtype == targets.dtype == weights.dtype == np.float32
        assert features.shape[2] == 1024
        assert targets.shape == weights.shape == (len(features), 10)
        assert set(np.unique(targets)) <= {0.0, 1.0}
        assert (targets.sum(axis=1) >= 1).all()
        assert (weights == 1).all()
        there = (features != 0).any(axis=2)
        lengths = there.sum(axis=1)
        assert lengths.max() == features.shape[1] <= 45
        assert lengths.min() >= 5
        for row, length in zip(there, lengths, strict=True):
            assert row[:length].all()
            assert not row[length:].any()


def test_an_epoch_has_every_video_once_with_its_own_crop_and_labels(data):
    wanted = []
    for video in make_videos(40, 7, "train"):
        crop = draw_crop(video.id.encode(), len(video.features), seed=3, epoch=2)
        wanted.append(expected(video, crop.start, crop.seconds))
    alike(found(batches(data.training(Position(3, 2), 7))), wanted)


def test_validation_is_the_first_45_seconds_in_a_fixed_order(data):
    made = batches(data.validation(4))
    assert [len(features) for features, _, _ in made] == [4, 4, 2]
    alike(found(made), [expected(video, 0, 45) for video in make_videos(10, 7, "validate")])
    assert same(made, batches(data.validation(4)))


def test_a_place_gives_the_same_batches_in_whatever_program(shards, data):
    import tensorflow as tf

    wanted = batches(data.training(Position(1, 3), 8))
    tf.random.set_seed(99)
    try:
        assert same(wanted, batches(open_data(shards).training(Position(1, 3), 8)))
    finally:
        tf.random.set_seed(0)
    again = data.training(Position(1, 3), 8)
    assert same(batches(again), batches(again))


def test_another_process_gives_the_same_batches(shards, data):
    wanted = sum(
        float(features.sum()) * number
        for number, (features, _, _) in enumerate(batches(data.training(Position(5, 1), 8)), 1)
    )
    code = (
        "import sys; from pathlib import Path; from tests.training.yt8m.test_dataset import *\n"
        "made = batches(open_data(Path(sys.argv[1])).training(Position(5, 1), 8))\n"
        "print(sum(float(features.sum()) * number for number, (features, _, _) in enumerate(made, 1)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(shards)],
        cwd=PROJECT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(answer.stdout.split()[-1]) == wanted


@pytest.mark.parametrize("other", [Position(1, 1), Position(2, 0)])
def test_epochs_and_seeds_have_other_orders_and_crops(data, other):
    base = fingerprints(batches(data.training(Position(1, 0), 8)))
    different = fingerprints(batches(data.training(other, 8)))
    assert len(set(base) & set(different)) < 5
    assert [target for _, _, target in base] != [target for _, _, target in different]


@pytest.mark.parametrize("skipped", [1, 3, 5, 9])
def test_a_later_place_is_the_tail_of_the_epoch(data, skipped):
    whole = batches(data.training(Position(4, 1), 8))
    assert same(whole[skipped:], batches(data.training(Position(4, 1, batch=skipped), 8)))


@pytest.mark.parametrize("workers", [3, 4, 6])
def test_workers_see_every_video_once(data, workers):
    # With more than four workers there are fewer shards than workers.
    parts = [
        fingerprints(batches(data.training(Position(1, 0, 0, worker, workers), 8)))
        for worker in range(workers)
    ]
    everything = fingerprints(batches(data.training(Position(1, 0), 8)))
    assert collections.Counter(one for part in parts for one in part) == collections.Counter(everything)
    assert all(parts)
    assert max(map(len, parts)) <= 20


def test_threads_change_nothing(shards, data):
    wanted = batches(data.training(Position(1, 0), 8))
    for threads in (1, 4):
        assert same(
            wanted, batches(open_data(shards, replace(SMALL, threads=threads)).training(Position(1, 0), 8))
        )


def test_a_pass_left_early_leaves_no_thread(data):
    before = {thread.name for thread in threading.enumerate()}
    for _ in data.training(Position(1, 0), 4):
        break
    gc.collect()
    deadline = time.monotonic() + 10
    while (
        left := {thread.name for thread in threading.enumerate()} - before
    ) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [name for name in left if name.startswith("yt8m")]


def test_videos_without_labels(shards):
    classes = LabelClasses(("Vehicle",), {2: 0})
    with_label = [video for video in make_videos(40, 7, "train") if "Vehicle" in video.labels]
    held_with_label = sum("Vehicle" in video.labels for video in make_videos(10, 7, "validate"))
    counts = {}
    for share in (0.0, 0.3, 1.0):
        data = Yt8mData(
            find_shards([shards], "train"),
            find_shards([shards], "validate"),
            classes,
            reading=replace(SMALL, negatives=share),
        )
        made = batches(data.training(Position(1, 0), 8))
        targets = np.concatenate([targets for _, targets, _ in made])
        assert targets.sum() == len(with_label)
        counts[share] = len(targets)
        others = fingerprints(batches(data.training(Position(1, 0), 8)))
        assert len(others) == len(targets)
        # Of what is held out all count.
        held_out = np.concatenate([targets for _, targets, _ in batches(data.validation(4))])
        assert len(held_out) == 10 and held_out.sum() == held_with_label
    assert counts[0.0] == len(with_label) < counts[0.3] < counts[1.0] == 40


def test_the_same_shards_are_trained_on_and_measured_on_by_other_videos(shards):
    wanted = {f"t7-{number:06d}".encode() for number in range(0, 40, 3)}
    shard_names = set()

    def is_wanted(shard, video):
        shard_names.add(shard.name)
        return video in wanted

    files = find_shards([shards], "train")
    data = Yt8mData(
        files,
        files,
        read_label_classes(shards / "vocabulary.csv"),
        reading=SMALL,
        trains_on=lambda _shard, video: video not in wanted,
        holds_out=is_wanted,
    )
    trained, held_out = batches(data.training(Position(1, 0), 8)), batches(data.validation(8))
    assert len(fingerprints(trained)) == 40 - len(wanted) and len(fingerprints(held_out)) == len(wanted)
    videos = {video.id.encode(): video for video in make_videos(40, 7, "train")}
    alike(found(held_out), [expected(videos[one], 0, 45) for one in wanted])
    assert shard_names == {file.name for file in files}
    data.holds_out = lambda _shard, _video: False
    with pytest.raises(TrainingDataError, match="no video to validate with"):
        data.validation(8)


@pytest.fixture
def damaged(shards, tmp_path):
    """The shards, of which the first has a damaged, a foreign and a cut-off record."""
    import tensorflow as tf

    folder = tmp_path / "damaged"
    shutil.copytree(shards, folder)
    file = folder / "train0000.tfrecord"
    records = [bytes(record.numpy()) for record in tf.data.TFRecordDataset(str(file))]
    records[3] = tf.train.Example().SerializeToString()
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in records:
            writer.write(record)
    content = bytearray(file.read_bytes())
    content[len(records[0]) + 16 + 12 + 50_000] ^= 1
    file.write_bytes(content[:-100])
    return folder


def test_what_is_damaged_is_skipped_named_and_counted_and_the_rest_is_used(damaged):
    data = open_data(damaged)
    for epoch in range(2):
        assert len(fingerprints(batches(data.training(Position(1, epoch), 8)))) == 40 - 3
    file = str(damaged / "train0000.tfrecord")
    assert data.skips.count == 3
    assert [(skip.shard, skip.record_number) for skip in data.skips.first] == [
        (file, 1),
        (file, 3),
        (file, 9),
    ]
    assert [
        word in skip.reason
        for word, skip in zip(("damaged", "no rgb", "ends within"), data.skips.first, strict=True)
    ] == [True] * 3


def test_a_shard_that_vanished_is_skipped(shards, tmp_path):
    folder = tmp_path / "some"
    shutil.copytree(shards, folder)
    data = open_data(folder)
    (folder / "train0002.tfrecord").unlink()
    assert len(fingerprints(batches(data.training(Position(1, 0), 8)))) == 30
    assert [Path(skip.shard).name for skip in data.skips.first] == ["train0002.tfrecord"]


def test_video_level(video_shards):
    classes = read_label_classes(video_shards / "vocabulary.csv")
    data = Yt8mData(
        find_shards([video_shards], "train"),
        find_shards([video_shards], "validate"),
        classes,
        VideoLevelFormat(),
        reading=SMALL,
    )
    made = batches(data.training(Position(1, 0), 16))
    assert [features.shape for features, _, _ in made] == [(16, 1, 1024), (16, 1, 1024), (8, 1, 1024)]
    means = {mean_rgb(video).tobytes() for video in make_videos(40, 7, "train")}
    assert {row.tobytes() for features, _, _ in made for row in features} == means
    assert len(fingerprints(batches(data.validation(3)))) == 10


def test_shards_of_the_other_level_are_refused_with_the_reason(shards, video_shards):
    classes = read_label_classes(shards / "vocabulary.csv")
    with pytest.raises(TrainingDataError, match=r"no video to train on.*40 records.*no rgb"):
        open_data(video_shards).training(Position(1, 0), 8)
    data = Yt8mData(find_shards([shards], "train"), (), classes, VideoLevelFormat())
    with pytest.raises(TrainingDataError, match="no mean_rgb"):
        data.training(Position(1, 0), 8)
    with pytest.raises(TrainingDataError, match="validate with in 0 shards"):
        data.validation(8)
