"""What cannot be decoded of a picture is not filled with what memory held: damage gives the same twice."""

from __future__ import annotations

import random

import numpy as np
import pytest

from organizer.errors import VideoError
from organizer.frames.readers.sampling import Sampling, reader_for
from tests import clips

SIZE = (160, 96)

CASES = [
    ("h264.mp4", {}),
    ("h264.mkv", {"key_every": 5}),
    ("mpeg2.mpg", {"fps": 25}),
    ("mpeg4.avi", {}),
    ("motion jpeg.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    ("ffv1.mkv", {"codec": "ffv1"}),
    ("huffyuv.avi", {"codec": "huffyuv", "pix_fmt": "yuv422p"}),
    ("ffvhuff.avi", {"codec": "ffvhuff"}),
    ("utvideo.avi", {"codec": "utvideo"}),
    ("magicyuv.avi", {"codec": "magicyuv"}),
    ("prores.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
    ("animation.mov", {"codec": "qtrle", "pix_fmt": "rgb24"}),
    ("raw.avi", {"codec": "rawvideo"}),
    ("vp8.webm", {"codec": "libvpx"}),
    ("vp9.webm", {}),
    ("flash.flv", {}),
    ("windows.wmv", {}),
    ("msmpeg4.avi", {"codec": "msmpeg4"}),
]


def scenes(seconds=3, fps=10):
    for index in range(seconds * fps):
        coarse = np.random.default_rng(index).integers(0, 256, (6, 10, 3), np.uint8)
        yield index / fps, coarse.repeat(SIZE[1] // 6, 0).repeat(SIZE[0] // 10, 1)


def shown(sampling, path):
    try:
        return [frame.rgb for frame in reader_for(sampling, threads=1).read(str(path))]
    except VideoError as error:
        return str(error)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_the_same_whatever_was_decoded_before(tmp_path, name, settings):
    settings = {"fps": 10, **settings}
    whole = clips.write_clip(tmp_path / name, scenes(fps=settings["fps"]), **settings)
    data = whole.read_bytes()
    others = [
        clips.write_clip(tmp_path / f"{level} {name}", [(0, clips.plain((level,) * 3, SIZE))] * 8, **settings)
        for level in (0, 255)
    ]
    draw = random.Random(name)
    compared = 0
    for _ in range(2):
        damaged = bytearray(data)
        for _ in range(12):
            at = draw.randrange(len(data) // 8, len(data) * 7 // 8)
            hole = draw.randrange(4, 200)
            damaged[at : at + hole] = draw.choice([bytes(hole), draw.randbytes(hole)])
        whole.write_bytes(damaged[: len(data)])
        for sampling in (Sampling.EXACT, Sampling.AUTO):
            results = []
            for other in others:
                for _ in range(3):
                    shown(Sampling.EXACT, other)
                results.append(shown(sampling, whole))
            one, two = results
            if isinstance(one, str):
                assert one == two
                continue
            assert len(one) == len(two)
            for first, second in zip(one, two, strict=True):
                assert np.array_equal(first, second), f"{sampling}: shows what memory held"
                compared += 1
    assert compared >= 2
