"""Squares as TensorFlow 1 makes them, and the way of a video through them."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from organizer.frames.decode import SHORT_SIDE, decode, network_pictures
from organizer.frames.pictures.resize import bilinear, shrink, squash
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.pipeline.pictures import pictures_of
from organizer.types import Frame, InputSpec, Resize, VideoFile
from tests.clips import make_clip, write_clip


@pytest.mark.parametrize(
    ("levels", "size", "expected"),
    [
        # Half as large: every second pixel as it is, nothing averaged.
        ([[0, 200, 40, 80], [9, 9, 9, 9], [100, 7, 60, 7], [9, 9, 9, 9]], 2, [[0, 40], [100, 60]]),
        # Twice as large: pixels, their middles, and beyond the last one nothing to mix with.
        (
            [[0, 100], [40, 200]],
            4,
            [[0, 50, 100, 100], [20, 85, 150, 150], [40, 120, 200, 200], [40, 120, 200, 200]],
        ),
        # 3 to 2 pixels across: at 0 and at 1.5; 1 to 2 down.
        ([[10, 20, 60]], 2, [[10, 40], [10, 40]]),
        # 2 to 3: at 0, 2/3 and 4/3.
        ([[0, 90], [0, 90]], 3, [[0, 60, 90]] * 3),
        # 5 to 2 down: at 0 and 2.5.
        ([[0], [1], [100], [140], [255]], 2, [[0, 0], [120, 120]]),
        ([[77]], 3, [[77] * 3] * 3),
    ],
)
def test_worked_examples(levels, size, expected):
    rgb = np.repeat(np.array(levels, np.uint8)[..., np.newaxis], 3, axis=-1)
    assert bilinear(rgb, size).tolist() == [[[level] * 3 for level in row] for row in expected]


@pytest.mark.parametrize(
    ("height", "width"), [(1080, 1920), (1920, 1080), (48, 64), (299, 299), (301, 298), (1, 7), (2000, 3)]
)
def test_the_same_as_tensorflow_but_for_rounding(height, width):
    import tensorflow as tf

    rgb = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    exact = tf.compat.v1.image.resize_bilinear(rgb[np.newaxis].astype(np.float32), (299, 299)).numpy()[0]
    before, got = rgb.copy(), bilinear(rgb, 299)
    assert (got.shape, got.dtype) == ((299, 299, 3), np.uint8)
    assert np.abs(got - exact).max() <= 0.5 + 1e-3
    assert np.array_equal(rgb, before) and not np.shares_memory(got, rgb)


def test_a_spec_says_which_way():
    rgb = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    assert np.array_equal(squash(rgb, InputSpec(32)), shrink(rgb, 32))
    assert np.array_equal(squash(rgb, InputSpec(32, Resize.BILINEAR)), bilinear(rgb, 32))


def video_file(path):
    status = path.stat()
    return VideoFile(str(path.parent), path.name, status.st_size, status.st_mtime_ns)


@pytest.mark.parametrize("sampling", Sampling)
def test_scans_and_looks_at_models_see_the_full_frame(tmp_path, sampling):
    """Stripes one pixel wide, of a frame larger than a poster: averages of them would be grey."""
    height = 2 * SHORT_SIDE
    stripes = np.zeros((height, 2 * height, 3), np.uint8)
    stripes[:, ::2] = 255
    path = write_clip(tmp_path / "stripes.mp4", [(0, stripes), (1, stripes)], fps=1)
    spec, reader = InputSpec(height // 2, Resize.BILINEAR), reader_for(sampling, threads=1)
    full = [frame.rgb for frame in reader.read(str(path))]
    expected = np.stack([bilinear(rgb, spec.size) for rgb in full])
    assert expected.mean() > 200
    decoded = decode(video_file(path), reader, spec)
    assert np.array_equal(decoded.pictures, expected)
    assert decoded.poster[8:12] == b"WEBP"
    assert decode(video_file(path), reader, InputSpec(spec.size)).pictures.mean() == pytest.approx(128, abs=9)
    if sampling is Sampling.AUTO:
        (seen,) = pictures_of([str(path)], spec)
        assert np.array_equal(seen, expected)


def test_a_frame_smaller_than_the_network_is_made_larger_the_same_way(tmp_path):
    path = make_clip(tmp_path / "a.mp4", seconds=1)
    reader, spec = reader_for(Sampling.AUTO, threads=1), InputSpec(299, Resize.BILINEAR)
    ((frame, picture),) = network_pictures(reader, str(path), spec)
    assert max(frame.rgb.shape) < 299
    assert np.array_equal(picture, bilinear(frame.rgb, 299))


class LargeReader:
    """Gives 4K frames and notes how many of them are in memory."""

    name = "large"

    def __init__(self):
        self.frames = []
        self.most = 0
        self.short_side = 0

    def read(self, path, *, max_seconds=45, short_side=None):
        self.short_side = short_side
        for second in range(8):
            rgb = np.full((2160, 3840, 3), 30 * second, np.uint8)
            self.frames.append(weakref.ref(rgb))
            self.most = max(self.most, sum(frame() is not None for frame in self.frames))
            yield Frame(second, float(second), rgb)
            del rgb


def test_large_frames_are_let_go_one_by_one(tmp_path):
    path, reader = make_clip(tmp_path / "a.mp4", seconds=1), LargeReader()
    decoded = decode(video_file(path), reader, InputSpec(299, Resize.BILINEAR))
    assert reader.short_side is None
    assert decoded.pictures[:, 0, 0, 0].tolist() == [30 * second for second in range(8)]
    assert decoded.pictures.base is None and decoded.pictures.nbytes == 8 * 299 * 299 * 3
    # The one that is looked at, and the one after it while that is made.
    assert reader.most <= 2
    assert all(frame() is None for frame in reader.frames)
