"""The key-frame reader: whatever the codec, its pictures lie in their second, and little is decoded."""

from __future__ import annotations

import os
import pickle
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from organizer.errors import UnreadableVideoError
from organizer.frames.readers import keyframe_reader
from organizer.frames.readers.keyframe_reader import CannotPlanError, KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import second_of
from organizer.frames.streams.packets import OpenVideo, WrongIndexError, list_by_index, list_by_reading
from organizer.frames.streams.timeline import FrameClock
from organizer.types import Frame
from tests import clips

PRORES = {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}


def read(path: Path, **settings: Any) -> list[Frame]:
    return list(KeyFrameReader().read(str(path), **settings))


def assert_numbers(frames: list[Frame], *, seconds: int, fps: float) -> None:
    """Fail unless each second has a picture, which begins in it and at the time that the frame states."""
    assert [frame.second for frame in frames] == list(range(seconds))
    for frame in frames:
        number = clips.number_on(frame.rgb)
        assert frame.time_s == pytest.approx(number / fps, abs=0.002)
        assert second_of(number / fps) == frame.second


def shown_at(path: Path) -> dict[int, float]:
    """When each number is shown, from decoding everything."""
    with av.open(str(path)) as video:
        clock = FrameClock(float(video.streams.video[0].average_rate))
        return {
            clips.number_on(frame.to_ndarray(format="rgb24")): clock.time_of(frame.time)
            for frame in video.decode(video=0)
        }


def assert_times(path: Path, frames: list[Frame]) -> None:
    """Fail unless there are as many frames as the exact reader gives, each shown when it says it is."""
    exact = PyAvReader().read(str(path))
    assert [frame.second for frame in frames] == [frame.second for frame in exact]
    times = shown_at(path)
    for frame in frames:
        assert frame.time_s == pytest.approx(times[clips.number_on(frame.rgb)], abs=0.002)
        assert second_of(frame.time_s) == frame.second


@pytest.fixture
def decoded(monkeypatch) -> list[int]:
    """Positions of the packets given to the decoder, in order."""
    positions: list[int] = []
    real = keyframe_reader.fetcher

    def fetcher(*how):
        fetch = real(*how)

        def noted(first, last):
            for position, packet in fetch(first, last):
                positions.append(position)
                yield position, packet

        return noted

    monkeypatch.setattr(keyframe_reader, "fetcher", fetcher)
    return positions


def x264(**options: Any) -> dict[str, Any]:
    return {
        "codec": "libx264",
        "options": {key.replace("_", "-"): str(value) for key, value in options.items()},
    }


def x265(parameters: str = "") -> dict[str, Any]:
    return {"codec": "libx265", "options": {"x265-params": f"log-level=error:{parameters}"}}


KINDS = [
    ("h264.mp4", {}),
    ("no b-frames.mp4", x264(bf=0)),
    ("pyramid.mp4", x264(bf=3, x264_params="b-pyramid=normal:b-adapt=0:scenecut=0")),
    ("flat b-frames.mp4", x264(bf=3, x264_params="b-pyramid=none:b-adapt=0:scenecut=0")),
    ("open gop.mp4", x264(bf=3, x264_params="open-gop=1:b-adapt=0:scenecut=0")),
    ("open gop.mkv", x264(bf=3, x264_params="open-gop=1:b-adapt=0:scenecut=0")),
    ("open gop.ts", x264(bf=3, x264_params="open-gop=1:b-adapt=0:scenecut=0")),
    ("h264.mov", {}),
    ("h264.mkv", {}),
    ("h264.ts", {}),
    ("h264.flv", {"codec": "libx264"}),
    ("hevc.mp4", x265()),
    ("hevc.mkv", x265()),
    ("hevc.ts", x265()),
    ("hevc open gop.mp4", x265("open-gop=1:bframes=4:b-adapt=0:scenecut=0")),
    ("hevc no b-frames.mov", x265("bframes=0")),
    ("vp9.webm", {}),
    ("vp9 alt-ref.webm", {"options": {"deadline": "good", "auto-alt-ref": "1", "lag-in-frames": "16"}}),
    ("vp9.mp4", {"codec": "libvpx-vp9"}),
    ("vp8.webm", {"codec": "libvpx", "options": {"auto-alt-ref": "1", "lag-in-frames": "16"}}),
    ("av1.mp4", {"codec": "libsvtav1", "options": {"preset": "10", "crf": "30"}}),
    ("av1.mkv", {"codec": "libsvtav1", "options": {"preset": "10", "crf": "30"}}),
    ("mpeg4.avi", {}),
    ("mpeg4 b-frames.avi", {"options": {"bf": "2"}}),
    ("mpeg4.mp4", {"codec": "mpeg4", "options": {"bf": "2"}}),
    ("mjpeg.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    ("prores.mov", PRORES),
    ("flash.flv", {}),
    ("windows.wmv", {}),
]


@pytest.mark.parametrize("key_every", [1, 7, 30, 250])
@pytest.mark.parametrize(("name", "settings"), KINDS, ids=[name for name, _ in KINDS])
def test_each_second_shows_a_picture_of_its_own(tmp_path, name, settings, key_every, capfd):
    path = clips.make_numbered_clip(tmp_path / name, 47, key_every=key_every, **settings)
    capfd.readouterr()
    assert_numbers(read(path), seconds=5, fps=10)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".mpg", ".ts"])
@pytest.mark.parametrize("b_frames", ["0", "2"])
@pytest.mark.parametrize("key_every", [1, 12, 250])
def test_mpeg_2(tmp_path, suffix, b_frames, key_every):
    path = clips.make_numbered_clip(
        tmp_path / f"clip{suffix}",
        95,
        fps=25,
        codec="mpeg2video",
        key_every=key_every,
        options={"bf": b_frames},
    )
    assert_numbers(read(path), seconds=4, fps=25)


# One or two frames a second: whole seconds consist of pictures that no other refers to.
@pytest.mark.parametrize("fps", [1, 2])
@pytest.mark.parametrize("settings", [KINDS[3][1], KINDS[2][1], x265("bframes=4:b-adapt=0")])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_seconds_of_pictures_that_no_other_refers_to(tmp_path, suffix, settings, fps):
    path = clips.make_numbered_clip(tmp_path / f"clip{suffix}", 20 * fps, fps=fps, key_every=250, **settings)
    assert_numbers(read(path), seconds=20, fps=fps)


@pytest.mark.parametrize("frames", [1, 2, 9, 10, 11])
@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".webm"])
def test_short_files(tmp_path, suffix, frames):
    path = clips.make_numbered_clip(tmp_path / f"clip{suffix}", frames)
    assert_numbers(read(path), seconds=1 if frames <= 10 else 2, fps=10)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize("key_every", [10, 30, 250])
def test_long_files_end_at_the_limit(tmp_path, suffix, key_every, decoded):
    path = clips.make_numbered_clip(tmp_path / f"clip{suffix}", 600, key_every=key_every)
    assert_numbers(read(path), seconds=45, fps=10)
    assert max(decoded) <= 450
    decoded.clear()
    assert_numbers(read(path, max_seconds=7), seconds=7, fps=10)
    assert max(decoded) <= 70


def test_where_each_second_has_a_key_frame_only_those_are_decoded(tmp_path, decoded):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=10, **x264(x264_params="scenecut=0"))
    read(path)
    assert decoded == [0, 10, 20, 30, 40, 50]


def test_of_pictures_that_are_all_keys_one_for_each_second_is_decoded(tmp_path, decoded):
    path = clips.make_numbered_clip(tmp_path / "clip.mov", 60, **PRORES)
    read(path)
    assert decoded == [0, 10, 20, 30, 40, 50]


def test_each_packet_is_decoded_once_where_key_frames_are_rare(tmp_path, decoded):
    path = clips.make_numbered_clip(
        tmp_path / "clip.mp4", 100, key_every=40, **x264(bf=0, x264_params="scenecut=0")
    )
    read(path)
    # Key frames at 0, 40 and 80: seconds 1 to 3, 5 to 7 and 9 are decoded towards.
    assert decoded == [*range(31), *range(40, 71), *range(80, 91)]


def test_frames_are_decoded_as_they_are_asked_for(tmp_path, decoded):
    frames = KeyFrameReader().read(str(clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=10)))
    assert decoded == []
    next(frames)
    assert decoded == [0]
    next(frames)
    assert decoded == [0, 10]


def noise(index: int) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 256, (240, 320, 3), dtype=np.uint8)


def bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])


@pytest.mark.skipif(not os.path.exists("/proc/self/io"), reason="what was read is told in /proc only")
def test_of_an_mp4_only_what_is_decoded_is_read(tmp_path):
    pictures = ((index / 10, noise(index)) for index in range(60))
    path = clips.write_clip(tmp_path / "clip.mp4", pictures, key_every=10, options={"crf": "20"})
    before = bytes_read()
    assert len(read(path)) == 6
    # Opening reads the beginning twice; of ten frames one is needed.
    assert bytes_read() - before < 0.5 * path.stat().st_size


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".avi"])
@pytest.mark.parametrize("key_every", [1, 7, 250])
def test_big_files_are_read_a_second_time(tmp_path, suffix, key_every):
    path = clips.make_numbered_clip(tmp_path / f"clip{suffix}", 60, key_every=key_every)
    assert_numbers(list(KeyFrameReader(held_bytes=1000).read(str(path))), seconds=6, fps=10)


@pytest.mark.parametrize("threads", [0, 2])
@pytest.mark.parametrize("key_every", [10, 250])
def test_threads(tmp_path, threads, key_every):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=key_every)
    assert_numbers(list(KeyFrameReader(threads=threads).read(str(path))), seconds=6, fps=10)


def test_a_reader_can_be_sent_to_another_process(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 20)
    reader = pickle.loads(pickle.dumps(KeyFrameReader(threads=1)))
    assert_numbers(list(reader.read(str(path))), seconds=2, fps=10)


# The index.


def both_listings(path: Path) -> list[list[tuple[Any, ...]] | None]:
    listings = []
    for make in (list_by_index, list_by_reading):
        with ExitStack() as stack:
            listing = make(OpenVideo.open(str(path), stack), str(path), max_seconds=45)
        if listing is None:
            listings.append(None)
            continue
        zero = listing.packets[0].stamp
        listings.append(
            [
                (packet.stamp - zero, packet.decode, packet.is_key, packet.is_shown)
                for packet in listing.packets
            ]
        )
    return listings


@pytest.mark.parametrize(("name", "settings"), [kind for kind in KINDS if kind[0].endswith((".mp4", ".mov"))])
def test_the_index_says_the_same_as_the_packets(tmp_path, name, settings):
    path = clips.make_numbered_clip(tmp_path / name, 47, key_every=7, **settings)
    by_index, by_reading = both_listings(path)
    assert by_index == by_reading


def test_the_index_of_a_clip_with_times_of_its_own(tmp_path):
    times = np.cumsum(np.random.default_rng(3).uniform(0.02, 0.4, 60))
    path = clips.make_timed_clip(tmp_path / "clip.mp4", times, key_every=10)
    by_index, by_reading = both_listings(path)
    assert by_index == by_reading


@pytest.mark.parametrize("flags", ["frag_keyframe+empty_moov", "frag_keyframe", "frag_keyframe+delay_moov"])
def test_fragments_have_no_index_to_rely_upon(tmp_path, flags):
    whole = clips.make_numbered_clip(tmp_path / "whole.mp4", 60, key_every=7)
    path = clips.rewrap(whole, tmp_path / "fragments.mp4", options={"movflags": flags})
    assert both_listings(path)[0] is None
    assert_numbers(read(path), seconds=6, fps=10)


@pytest.mark.parametrize("wrong_from", [0, 2])
def test_a_wrong_index_is_found_out(tmp_path, monkeypatch, wrong_from):
    """The reader then goes on with what the packets themselves say, from the second that it had come to."""
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=10)
    checked = 0
    real = keyframe_reader.fetcher

    def fetcher(listing, *how):
        fetch = real(listing, *how)

        def doubting(first, last):
            nonlocal checked
            for position, packet in fetch(first, last):
                checked += 1
                if checked > wrong_from:
                    raise WrongIndexError
                yield position, packet

        return doubting if listing.by_index else fetch

    monkeypatch.setattr(keyframe_reader, "fetcher", fetcher)
    assert_numbers(read(path), seconds=6, fps=10)
    assert checked == wrong_from + 1


def test_an_index_whose_offsets_are_wrong_is_not_believed(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=7)
    data = bytearray(path.read_bytes())
    at = data.index(b"ctts") + 4
    (runs,) = struct.unpack_from(">4xI", data, at)
    assert runs > 10
    # Unknown to FFmpeg, which reads as many samples as there are; ours must say that it has too few.
    struct.pack_into(">I", data, at + 4, runs - 1)
    path.write_bytes(data)
    by_index, by_reading = both_listings(path)
    assert by_index is None
    assert by_reading is not None
    assert [frame.second for frame in read(path)] == list(range(6))


def cut_in_editing(path: Path, seconds: float) -> None:
    """Let an edit list begin the film so much later."""
    with av.open(str(path)) as video:
        ticks = round(seconds / video.streams.video[0].time_base)
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 4 + 8
    duration, begin = struct.unpack_from(">Ii", data, at)
    struct.pack_into(">Ii", data, at, duration - round(seconds * 1000), begin + ticks)
    path.write_bytes(data)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.7])
@pytest.mark.parametrize("key_every", [10, 250])
def test_edit_lists(tmp_path, seconds, key_every):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=key_every)
    cut_in_editing(path, seconds)
    assert_times(path, read(path))
    assert min(shown_at(path)) == round(10 * seconds)


# Streams that are not what they should be.


def test_a_recording_spliced_onto_another(tmp_path):
    one = clips.make_numbered_clip(tmp_path / "one.ts", 40, key_every=10)
    path = tmp_path / "two.ts"
    path.write_bytes(one.read_bytes() * 2)
    exact = list(PyAvReader().read(str(path)))
    frames = read(path)
    assert len(exact) >= 8
    assert [frame.second for frame in frames] == [frame.second for frame in exact]


@pytest.mark.parametrize("suffix", [".ts", ".mpg"])
@pytest.mark.parametrize("keep", [0.9, 0.55])
def test_a_recording_that_begins_in_the_middle(tmp_path, suffix, keep):
    settings = {"codec": "libx264"} if suffix == ".ts" else {}
    whole = clips.make_numbered_clip(tmp_path / f"whole{suffix}", 150, fps=25, key_every=25, **settings)
    data = whole.read_bytes()
    block = 188 if suffix == ".ts" else 2048
    path = tmp_path / f"rest{suffix}"
    path.write_bytes(data[int(len(data) * (1 - keep)) // block * block :])
    assert_times(path, read(path))


def destroy(path: Path, *positions: int) -> None:
    """Overwrite the content of some packets of an MP4 or MOV."""
    with av.open(str(path)) as video:
        places = [(packet.pos, packet.size) for packet in video.demux(video=0)]
    data = bytearray(path.read_bytes())
    for position in positions:
        at, size = places[position]
        data[at : at + size] = bytes(size)
    path.write_bytes(data)


def test_a_picture_that_cannot_be_decoded_is_replaced_by_another_of_its_second(tmp_path, decoded):
    path = clips.make_numbered_clip(tmp_path / "clip.mov", 30, **PRORES)
    destroy(path, 10, 11, 12)
    frames = read(path)
    assert_numbers(frames, seconds=3, fps=10)
    assert clips.number_on(frames[1].rgb) == 13
    assert decoded == [0, 10, *range(9, 14), 20]


def test_a_key_frame_that_is_none_any_more(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, key_every=5, **x264(bf=0))
    destroy(path, 20)
    frames = read(path)
    assert [frame.second for frame in frames] == list(range(6))
    assert [second_of(frame.time_s) for frame in frames] == list(range(6))
    for frame in (*frames[:2], *frames[3:]):
        assert second_of(clips.number_on(frame.rgb) / 10) == frame.second


def test_a_second_that_cannot_be_decoded_shows_what_was_there_before(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, **x264(bf=0), key_every=10)
    destroy(path, *range(20, 40))
    frames = read(path)
    assert [frame.second for frame in frames] == list(range(6))
    assert second_of(frames[3].time_s) == 1
    assert second_of(clips.number_on(frames[3].rgb) / 10) == 1
    assert frames[2].rgb is not frames[3].rgb
    for frame in (*frames[:2], *frames[4:]):
        assert second_of(clips.number_on(frame.rgb) / 10) == frame.second


def test_an_end_that_cannot_be_decoded_is_left_out(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, **x264(bf=0), key_every=10)
    destroy(path, *range(40, 60))
    assert_numbers(read(path), seconds=4, fps=10)


def test_times_count_from_the_first_picture_that_can_be_decoded(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 60, **x264(bf=0), key_every=10)
    destroy(path, *range(10))
    frames = read(path)
    assert [frame.second for frame in frames] == list(range(5))
    for frame in frames:
        assert frame.time_s == pytest.approx((clips.number_on(frame.rgb) - 10) / 10, abs=0.002)


def test_when_times_count_from_a_picture_that_is_not_there(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mov", 30, **PRORES)
    destroy(path, 0)
    with pytest.raises(CannotPlanError, match="--sampling auto"):
        read(path)


def test_a_video_that_cannot_be_decoded_at_all(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mov", 30, **PRORES)
    destroy(path, *range(30))
    with pytest.raises(UnreadableVideoError, match="not one picture"):
        read(path)


@pytest.mark.parametrize("b_frames", [0, 3])
def test_stamps_that_do_not_tell_the_order(tmp_path, b_frames):
    path = clips.make_numbered_clip(tmp_path / "clip.avi", 40, **x264(bf=b_frames))
    if not b_frames:
        assert_numbers(read(path), seconds=4, fps=10)
        return
    with pytest.raises(CannotPlanError, match="does not tell when"):
        read(path)


def test_a_stream_without_key_frames(tmp_path):
    path = clips.make_numbered_clip(
        tmp_path / "clip.ts", 60, **x264(x264_params="intra-refresh=1"), key_every=20
    )
    exact = list(PyAvReader().read(str(path)))
    frames = read(path)
    assert [frame.second for frame in frames] == [frame.second for frame in exact]


def test_videos_read_at_once_do_not_lose_each_others_pictures(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 80, key_every=1000)

    def numbers():
        return [clips.number_on(frame.rgb) for frame in KeyFrameReader().read(str(path))]

    alone = numbers()
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: numbers(), range(40)))
    assert together == [alone] * 40


def test_an_avi_whose_b_frames_ffmpeg_stamps_a_picture_late_has_no_second_more(tmp_path):
    path = clips.make_clip(
        tmp_path / "clip.avi", seconds=5, fps=25, codec="mpeg1video", options={"bf": "2"}, key_every=60
    )
    frames = list(KeyFrameReader().read(str(path)))
    assert [frame.second for frame in frames] == [0, 1, 2, 3, 4]
    for frame in frames:
        assert frame.second <= frame.time_s < frame.second + 1
        clips.assert_colour(frame.rgb, clips.colour_of(frame.second))
