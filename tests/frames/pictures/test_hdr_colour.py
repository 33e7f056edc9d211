"""Which files and frames count as HDR."""

from __future__ import annotations

from types import SimpleNamespace

import av
import pytest

from organizer.frames.pictures.hdr import Colour, Primaries, Transfer, colour_of
from tests import clips, hdr_clips

HLG = Colour(Transfer.HLG, Primaries.BT2020)
PQ = Colour(Transfer.PQ, Primaries.BT2020)

FILES = [
    ("hlg.mp4", "hlg", "libx265", HLG),
    ("pq.mp4", "pq", "libx265", PQ),
    ("hlg.mov", "hlg", "libx265", HLG),
    ("pq.mkv", "pq", "libx265", PQ),
    ("hlg.ts", "hlg", "libx265", HLG),
    ("pq.webm", "pq", "libvpx-vp9", PQ),
    ("hlg vp9.mkv", "hlg", "libvpx-vp9", HLG),
    ("pq av1.mp4", "pq", "libsvtav1", PQ),
    ("ordinary.mp4", "sdr", "libx265", Colour()),
]


@pytest.mark.parametrize(("name", "transfer", "codec", "expected"), FILES, ids=[file[0] for file in FILES])
def test_files_say_it_before_and_after_decoding(tmp_path, name, transfer, codec, expected):
    if codec not in av.codec.codecs_available:
        pytest.skip(f"this build of PyAV has no {codec}")
    path = hdr_clips.make_hdr_clip(tmp_path / name, transfer, seconds=0.5, codec=codec)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert colour_of(stream.codec_context) == expected
        frame = next(container.decode(stream))
        assert colour_of(frame) == expected
        assert colour_of(stream.codec_context) == expected


def test_an_ordinary_clip_is_plain(tmp_path):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=0.5)
    with av.open(str(path)) as container:
        assert colour_of(container.streams.video[0].codec_context).is_plain
        assert colour_of(next(container.decode(video=0))).is_plain


@pytest.mark.parametrize(
    ("transfer", "primaries", "expected"),
    [
        (18, 9, HLG),
        (16, 9, PQ),
        (18, 2, HLG),
        (16, 2, PQ),
        (16, 12, Colour(Transfer.PQ, Primaries.P3)),
        (18, 1, Colour(Transfer.HLG, Primaries.BT709)),
        (14, 9, Colour(Transfer.SDR, Primaries.BT2020)),
        (1, 12, Colour(Transfer.SDR, Primaries.P3)),
        (13, 1, Colour()),
        (6, 6, Colour()),
        (2, 2, Colour()),
        (0, 3, Colour()),
        (255, 255, Colour()),
    ],
)
def test_numbers_of_the_standard(transfer, primaries, expected):
    said = SimpleNamespace(color_trc=transfer, color_primaries=primaries)
    assert colour_of(said) == expected  # type: ignore[arg-type]


def test_a_frame_that_cannot_say_counts_as_ordinary():
    assert colour_of(SimpleNamespace()).is_plain  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("colour", "is_hdr", "is_plain"),
    [
        (Colour(), False, True),
        (HLG, True, False),
        (PQ, True, False),
        (Colour(Transfer.SDR, Primaries.P3), False, False),
    ],
)
def test_kinds(colour, is_hdr, is_plain):
    assert (colour.is_hdr, colour.is_plain) == (is_hdr, is_plain)
