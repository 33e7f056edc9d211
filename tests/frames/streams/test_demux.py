from __future__ import annotations

from itertools import islice

import pytest

from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.demux import FirstPackets
from tests import clips


@pytest.fixture
def stamps(tmp_path):
    """Gives the stamps of a file's first packets, as often as the result is called."""
    containers = []

    def stamps_of(path, **limits):
        container = open_container(str(path))
        containers.append(container)
        packets = FirstPackets(container, picture_stream(container, str(path)), **limits)
        return lambda most=None: [packet.dts for packet in islice(packets, most)]

    yield stamps_of
    for container in containers:
        container.close()


def test_they_can_be_looked_at_again_and_further(stamps, tmp_path):
    of = stamps(clips.make_clip(tmp_path / "a.mp4", seconds=2))
    one, three = of(1), of(3)
    assert (len(one), len(three), len(of())) == (1, 3, 20)
    assert of() == sorted(of())
    assert of(1) == one == three[:1]


def test_they_are_few(stamps, tmp_path):
    path = clips.make_clip(tmp_path / "a.mp4", seconds=3)
    assert len(stamps(path, most_packets=25)()) == 25
    assert len(stamps(path, most_bytes=1)()) == 1


def test_they_end_where_the_file_breaks_off(stamps, tmp_path):
    whole = clips.make_clip(tmp_path / "whole.mkv", seconds=8, fps=25)
    of = stamps(clips.cut(whole, tmp_path / "a.mkv", 0.5))
    assert 0 < len(of()) < 200
    assert of() == of()
