"""The demo's photographs are not what the bundled model was trained on."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from organizer.demo import PHOTOGRAPHS, photograph_file
from organizer.training.lite.corpus import picture_hash, read_picture

TRAINED_ON = Path(__file__).parent / "data" / "training_hashes.npy"
SAME_PICTURE = 24
BITS = 128


def distance(picture, others):
    """Return how many of the 128 bits differ between one hash (16,) and each of (n, 16)."""
    return np.unpackbits(picture ^ others, axis=1).sum(axis=1, dtype=np.int64)


@pytest.fixture(scope="module", params=PHOTOGRAPHS, ids=lambda photograph: photograph.name)
def picture(request):
    return read_picture(photograph_file(request.param))


def copies(picture):
    height, width = picture.shape[:2]
    yield cv2.resize(picture, (224, 224 * height // width), interpolation=cv2.INTER_AREA)
    yield cv2.resize(picture, (100, 90), interpolation=cv2.INTER_AREA)
    yield cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], cv2.IMREAD_COLOR)
    yield np.clip(picture * 0.8 + 20, 0, 255).astype(np.uint8)


def test_copies_of_a_photograph_are_recognised(picture):
    own = picture_hash(picture)
    for copy in copies(picture):
        assert distance(own, picture_hash(copy)[np.newaxis])[0] < SAME_PICTURE


def test_no_demo_photograph_is_in_training(picture):
    trained_on = np.load(TRAINED_ON)
    assert trained_on.shape[0] > 14_000 and trained_on.shape[1] == BITS // 8
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    for version in (picture, mirrored):
        assert distance(picture_hash(version), trained_on).min() >= SAME_PICTURE
