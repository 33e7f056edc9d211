import numpy as np
import pytest

from organizer.training.lite.augmentation import VIEWS, view

PICTURE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)


def test_view_0_is_what_scanning_sees():
    assert np.array_equal(view(PICTURE, 0, 5), PICTURE)


def test_view_1_is_mirrored():
    assert np.array_equal(view(PICTURE, 1, 5), PICTURE[:, ::-1])


@pytest.mark.parametrize("number", range(VIEWS))
@pytest.mark.parametrize("shape", [(90, 120, 3), (16, 16, 3), (300, 20, 3)])
def test_every_view_is_a_picture_and_repeats(number, shape):
    picture = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    for seed in range(12):
        altered = view(picture, number, seed)
        assert altered.dtype == np.uint8 and altered.ndim == 3 and altered.shape[2] == 3
        assert min(altered.shape) > 0
        assert np.array_equal(altered, view(picture, number, seed))


def test_random_views_differ():
    drawn = [view(PICTURE, number, seed).tobytes() for number in range(2, VIEWS) for seed in range(4)]
    assert len(set(drawn)) == len(drawn) == 16
