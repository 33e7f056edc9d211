"""What the page tries first."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from organizer.gallery.playing import Playback, playback_of


@pytest.mark.parametrize(
    ("path", "codec", "expected"),
    [
        ("/v/a.mp4", "h264", Playback.ORIGINAL),
        ("/v/a.MOV", "h264", Playback.ORIGINAL),
        ("/v/a.mkv", "h264", Playback.ORIGINAL),
        ("/v/a.webm", "vp9", Playback.ORIGINAL),
        ("/v/a.mp4", "hevc", Playback.HEVC),
        ("/v/a.mkv", "hevc", Playback.HEVC),
        ("/v/a.avi", "h264", Playback.CONVERTED),
        ("/v/a.AVI", "mpeg4", Playback.CONVERTED),
        ("/v/a.mp4", "mpeg4", Playback.CONVERTED),
        ("/v/a.wmv", "vc1", Playback.CONVERTED),
        ("/v/a.mpg", "mpeg2video", Playback.CONVERTED),
        ("/v/a.mts", "h264", Playback.CONVERTED),
        ("/v/a", None, Playback.ORIGINAL),
    ],
)
def test_what_is_tried_first(path, codec, expected):
    assert playback_of(SimpleNamespace(path=path, codec=codec)) is expected
