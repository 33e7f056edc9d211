from pathlib import Path

import numpy as np
import pytest

from organizer.dataset.tfrecords import read_records
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.training.yt8m.record_formats import FrameLevelFormat
from organizer.training.yt8m.window_noise import SECOND_SQUARE, SHARES, WindowNoise, spread, window_shares

RECORDS = (Path(__file__).resolve().parents[4] / "shared" / "yt8m" / "frame_level").resolve()


def test_windows_of_independent_seconds_vary_as_statistics_has_it():
    seconds = np.random.default_rng(0).normal(0, 1, (6000, 8)).astype(np.float32)
    shares = window_shares(seconds, [1, 5, 20])
    assert shares[1] == pytest.approx(1)
    assert shares[5] == pytest.approx(1 / 5, rel=0.1)
    assert shares[20] == pytest.approx(1 / 20, rel=0.15)


def test_windows_of_long_scenes_vary_as_single_seconds_do():
    scenes = np.repeat(np.random.default_rng(0).normal(0, 1, (60, 8)), 100, axis=0).astype(np.float32)
    assert window_shares(scenes, [5])[5] > 0.95


def test_a_video_of_one_scene_has_hardly_any_noise():
    still, lively = np.zeros((2, 1024), np.float32)
    still[:] = np.sqrt(SECOND_SQUARE)
    deviation = spread(np.stack([still, lively]))
    assert deviation[0] < 0.4 < 1.2 < deviation[1]


def means_of(rng, videos=3000, dimensions=32):
    """Means with some variance less than that of seconds, and two dimensions that go together."""
    features = rng.normal(0, 0.4, (videos, dimensions))
    features[:, 1] = features[:, 0]
    return (features * np.sqrt(SECOND_SQUARE)).astype(np.float32)


def test_noise_has_the_covariance_that_means_lack():
    means = means_of(np.random.default_rng(1))
    noise = WindowNoise.fit(means, 20_000, seed=0).drawn / np.sqrt(SECOND_SQUARE)
    covariance = np.cov(noise.T)
    assert np.diag(covariance)[2:] == pytest.approx(1 - 0.16, abs=0.05)
    assert covariance[0, 1] == pytest.approx(-0.16, abs=0.03)
    assert abs(covariance[2, 3]) < 0.03


def test_fewer_seconds_lie_further_off():
    rng = np.random.default_rng(2)
    means = means_of(rng, 1000)
    noise = WindowNoise.fit(means, 1000, seed=0)

    def off(share):
        seen = noise.windows(means, np.full(1000, share, np.float32), np.random.default_rng(3))
        return float(((seen - means) ** 2).mean())

    assert off(0.0) == 0
    assert off(SHARES[5]) / off(SHARES[45]) == pytest.approx(SHARES[5] / SHARES[45], rel=1e-3)


def test_the_same_seed_gives_the_same_noise():
    means = means_of(np.random.default_rng(4), 200)
    once, again = (WindowNoise.fit(means, 50, seed=7).drawn for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, WindowNoise.fit(means, 50, seed=8).drawn)


@pytest.mark.skipif(not RECORDS.is_dir(), reason=f"the two real videos are not at {RECORDS}")
def test_the_shares_are_those_of_two_real_videos():
    measured = []
    for file in sorted(RECORDS.glob("*.tfrecord")):
        for _, record in read_records(file, print):
            rows = FrameLevelFormat(YT8M_QUANTISER).read(record).rows
            measured.append(YT8M_QUANTISER.dequantise(np.array(rows)))
    assert len(measured) == 2
    squares = [float((seconds**2).mean()) for seconds in measured]
    assert np.mean(squares) == pytest.approx(SECOND_SQUARE, rel=0.02)
    shares = [window_shares(seconds, list(SHARES)) for seconds in measured]
    for length, share in SHARES.items():
        assert min(found[length] for found in shares) - 0.01 <= share
        assert share <= max(found[length] for found in shares) + 0.01
