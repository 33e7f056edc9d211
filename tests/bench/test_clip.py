import av
import numpy as np
import pytest

from organizer.bench.clip import Format, encode, noise_frames, repeat
from tests.clips import assert_colour, colour_of, plain

TINY = Format("libx264", 64, 48, 10, 5, 200_000)


def intervals_of_colours(count):
    return (plain(colour_of(number // TINY.key_every)) for number in range(count * TINY.key_every))


def packets(file):
    with av.open(str(file)) as container:
        return [
            (packet.pts, packet.dts, packet.is_keyframe) for packet in container.demux(video=0) if packet.size
        ]


def frames(file):
    with av.open(str(file)) as container:
        return [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


@pytest.fixture(scope="module", params=["libx264", "libx265"])
def take(request, tmp_path_factory):
    form = Format(request.param, 64, 48, 10, 5, 200_000)
    return encode(tmp_path_factory.mktemp("take") / "take.mp4", intervals_of_colours(3), form)


def test_key_frames_come_exactly_as_asked_for(take):
    assert [key for _, _, key in sorted(packets(take))] == [True, False, False, False, False] * 3
    assert not list(take.parent.glob("*.part"))


def test_a_copy_repeats_the_intervals_in_order(take, tmp_path):
    copy = repeat(take, tmp_path / "copy.mp4", intervals=7, first=2, title="x")
    shown = frames(copy)
    assert [round(time_s, 3) for time_s, _ in shown] == [number / 10 for number in range(35)]
    for number, (_, rgb) in enumerate(shown):
        assert_colour(rgb, colour_of((2 + number // 5) % 3))
    decoded_when = [dts for _, dts, _ in packets(copy)]
    assert decoded_when == sorted(set(decoded_when))


def test_copies_differ_by_their_title_alone(take, tmp_path):
    first, second = (
        repeat(take, tmp_path / f"{title}.mp4", intervals=3, first=0, title=title).read_bytes()
        for title in "ab"
    )
    assert first != second


def test_generated_pictures_move_and_have_grain():
    first, second = noise_frames(TINY, 2, seed=1)
    assert first.shape == (48, 64, 3)
    assert first.dtype == np.uint8
    assert first.std() > 20
    assert np.abs(first.astype(int) - second).mean() > 2
