"""What becomes of pictures on their way, one thing at a time."""

import numpy as np
import pytest

from organizer.training.lite import augmentation

SHAPES = [(16, 16, 3), (90, 120, 3), (200, 16, 3), (16, 200, 3)]
KINDS = [function for _, function in augmentation.DEGRADATIONS]


def picture(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_gives_another_picture_and_leaves_its_own_alone(kind, shape):
    for seed in range(8):
        before = picture(shape)
        altered = kind(before, np.random.default_rng(seed))
        assert altered.dtype == np.uint8 and altered.ndim == 3 and altered.shape[2] == 3
        assert min(altered.shape[:2]) >= 16
        assert np.array_equal(before, picture(shape))
        assert altered.shape != before.shape or not np.array_equal(altered, before)


def test_bars_stand_where_their_names_say():
    high = augmentation.letterboxed(picture((90, 120, 3)), np.random.default_rng(0))
    wide = augmentation.pillarboxed(picture((90, 120, 3)), np.random.default_rng(0))
    assert high.shape[0] > 90 and high.shape[1] == 120 and not high[:7].any() and not high[-7:].any()
    assert wide.shape[1] > 120 and wide.shape[0] == 90 and not wide[:, :18].any()


def test_a_moving_camera_blurs_along_a_line():
    dot = np.zeros((41, 241, 3), np.uint8)
    dot[20, 120] = 255
    rng, seen = np.random.default_rng(3), 0
    for _ in range(20):
        ys, xs = np.nonzero(augmentation.moved(dot, rng)[..., 0])
        if len(xs) < 6:
            continue
        points = np.stack([xs - xs.mean(), ys - ys.mean()])
        narrow, long = np.sqrt(np.linalg.eigvalsh(points @ points.T / len(xs)))
        assert narrow < 1.5 and long > 1.5 * narrow
        seen += 1
    assert seen >= 10


def test_shares_are_kept():
    rng, same = np.random.default_rng(0), 0
    rgb = picture((32, 32, 3))
    for _ in range(1000):
        same += augmentation.degraded(rgb, rng) is rgb
    left = 1 - sum(share for share, _ in augmentation.DEGRADATIONS)
    assert left == pytest.approx(0.28)
    assert same / 1000 == pytest.approx(left, abs=0.05)
