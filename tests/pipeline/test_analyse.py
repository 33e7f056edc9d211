"""When there is enough to go on with of what was looked at."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np

from organizer.errors import UnreadableVideoError
from organizer.frames.decode import Decoded
from organizer.pipeline.analyse import Looked, is_a_batch
from organizer.types import VideoFeatures
from tests.fakes import ColourBackbone, ColourBundle, colour_bundle


class InBatches(ColourBackbone):
    batch_size = 16


class BundleInBatches(ColourBundle):
    """Of 45 pictures a video, so two videos fill four batches."""

    @property
    def space(self):
        space = colour_bundle().space
        return type(space)(space.id, InBatches(), space.pca, space.quantiser)


BUNDLE = BundleInBatches(**vars(colour_bundle()))


def done(result):
    future: Future = Future()
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
    return future


DECODED = done(Decoded(None, np.zeros((1, 32, 32, 3), np.uint8), b""))
LOOKED = done(Looked(None, VideoFeatures("space", np.zeros((1, 3), np.uint8)), b"", "another"))
FAILED = done(UnreadableVideoError("/v/a.mp4", "it is damaged", "Copy it again."))


def test_decoded_videos_wait_for_a_full_batch():
    assert not is_a_batch([], BUNDLE)
    assert not is_a_batch([DECODED], BUNDLE)
    assert is_a_batch([DECODED, DECODED], BUNDLE)


def test_what_needs_no_network_waits_for_nothing():
    assert is_a_batch([LOOKED], BUNDLE)
    assert is_a_batch([FAILED], BUNDLE)


def test_a_decoded_video_does_not_hold_up_all_that_comes_after_it():
    assert is_a_batch([DECODED, LOOKED, LOOKED], BUNDLE)
    assert is_a_batch([DECODED, FAILED], BUNDLE)
