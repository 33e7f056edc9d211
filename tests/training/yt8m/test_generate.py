import hashlib

import numpy as np

from organizer.types import LABELS
from tests.training.yt8m.generate import (
    IDS,
    PAIRS,
    QUANTISER,
    make_videos,
    make_world,
    write_shards,
)


def test_the_videos_are_as_announced():
    videos = list(make_videos(300, 5, "train"))
    assert all(120 <= len(video.features) <= 300 for video in videos)
    assert all(1 <= len(video.labels) <= 3 for video in videos)
    counts = {label: sum(label in video.labels for video in videos) / 300 for label in LABELS}
    assert abs(counts["Vehicle"] - 0.29) < 0.06
    assert max(counts, key=counts.get) == "Vehicle"
    assert min(counts.values()) > 0.03
    for first, second in PAIRS:
        assert not any({first, second} <= set(video.labels) for video in videos)
    cooking = [video for video in videos if "Cooking" in video.labels]
    assert cooking and all("Food" in video.labels for video in cooking)
    assert any("Food" in video.labels and "Cooking" not in video.labels for video in videos)
    for video in videos[:50]:
        assert len(video.label_ids) == len(video.labels)
        assert {label for label in LABELS if set(IDS[label]) & set(video.label_ids)} == set(video.labels)
    features = np.concatenate([video.features for video in videos[:20]])
    assert features.min() >= -2.0
    assert features.max() <= 2.0
    assert 0.8 < features.std() < 1.0  # 1, less what clipping takes


def test_order_alone_tells_a_pair_apart():
    world = make_world(5)
    lagged, means = {}, {}
    for video in make_videos(200, 5, "validate"):
        rows = QUANTISER.dequantise(QUANTISER.quantise(video.features))[:45]
        for first, second in PAIRS:
            label = next((name for name in (first, second) if name in video.labels), None)
            if label is None:
                continue
            a, b = (rows @ world.order[first].T).T
            a, b = a - a.mean(), b - b.mean()
            lagged.setdefault(label, []).append(float((a[:-1] * b[1:] - b[:-1] * a[1:]).mean()))
            means.setdefault(label, []).append(float((rows @ world.order[first].sum(axis=0)).mean()))
    for first, second in PAIRS:
        assert min(lagged[first]) > 0 > max(lagged[second])
        spread = np.std(means[first] + means[second])
        assert abs(np.mean(means[first]) - np.mean(means[second])) < spread


def test_a_seed_writes_the_same_bytes(tmp_path):
    digests = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        files = write_shards(tmp_path / name, 4, 2, seed, "train")
        assert [file.name for file in files] == ["train0000.tfrecord", "train0001.tfrecord"]
        digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
