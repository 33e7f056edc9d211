"""Files as cameras, phones and accidents leave them: turned, in fields, in HDR, cut off, changed or none."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from organizer.errors import NotAVideoError, NotNowError, VideoError
from organizer.frames.pictures.hdr import Colour, Primaries, Transfer, tone_map
from organizer.playback.desk import Desk, Look, Make
from organizer.playback.filtering import cube
from organizer.playback.plan import Way
from tests.clips import (
    COLOURS,
    TOLERANCE,
    colour_of,
    corners_of,
    make_timed_clip,
    quadrants,
    set_rotation,
    write_clip,
)
from tests.playback.films import is_loud, make_film, original_of, served
from tests.playback.test_served import QUIET_X265, X264, assert_sounds


@pytest.mark.parametrize(("degrees", "corners"), [(0, "rgbw"), (90, "brwg"), (180, "wbgr"), (270, "gwrb")])
def test_a_turned_film_is_served_upright(tmp_path, degrees, corners):
    path = tmp_path / "turned.mp4"
    write_clip(path, [(index / 10, quadrants()) for index in range(5)], codec="mpeg4")
    if degrees:
        set_rotation(path, degrees)
    result = served(path)
    assert corners_of(result.pictures[0]) == corners
    height, width = result.pictures[0].shape[:2]
    assert (width, height) == ((64, 96) if degrees in (90, 270) else (96, 64))
    assert (result.opened.plan.width, result.opened.plan.height) == (width, height)


def test_a_turned_film_of_h264_is_not_copied(tmp_path):
    path = tmp_path / "turned.mov"
    write_clip(path, [(index / 10, quadrants()) for index in range(5)])
    set_rotation(path, 90)
    result = served(path)
    assert result.opened.plan.way is Way.CONVERT
    assert corners_of(result.pictures[0]) == "brwg"


def test_pictures_keep_times_of_their_own(tmp_path):
    """A variable frame rate, with a picture that stays for five seconds."""
    times = [0.0, 0.04, 0.3, 0.31, 0.9, 1.7, 6.7, 6.8]
    path = make_timed_clip(tmp_path / "own times.mkv", times, codec="mpeg4")
    result = served(path)
    # A still picture is there again at the beginning of each piece.
    shown = dict(zip(np.round(result.times, 3), result.colours, strict=True))
    assert {*np.round(times, 3)} <= {*shown}
    for time_s, colour in shown.items():
        index = max(at for at, begins in enumerate(times) if begins <= time_s + 1e-6)
        assert np.abs(colour - colour_of(index)).max() <= TOLERANCE
    assert max(np.diff(result.times)) <= 1.01


def test_wide_pixels_become_squares(tmp_path):
    from fractions import Fraction

    path = tmp_path / "wide.mpg"
    pictures = [(index / 25, quadrants((360, 288))) for index in range(10)]
    write_clip(path, pictures, fps=25, codec="mpeg2video", pixel_aspect=Fraction(64, 45))
    plan = served(path).opened.plan
    assert (plan.width, plan.height) == (512, 288)


def test_four_k_becomes_full_hd(tmp_path):
    path = tmp_path / "4k.mkv"
    write_clip(path, [(index / 10, quadrants((3840, 2160))) for index in range(2)], codec="mpeg4")
    result = served(path)
    assert result.pictures[0].shape[:2] == (1080, 1920)
    assert corners_of(result.pictures[0]) == "rgbw"


def test_fields_become_pictures(tmp_path):
    """Lines of two moments, black and white: each comes to be grey nowhere but between its own lines."""
    path = tmp_path / "fields.mpg"
    combed = np.zeros((96, 96, 3), np.uint8)
    combed[::2] = 235
    options = {"flags": "+ilme+ildct", "top": "1"}
    write_clip(
        path, [(index / 25, combed) for index in range(25)], fps=25, codec="mpeg2video", options=options
    )
    result = served(path)
    middle = result.pictures[12][20:-20, 20:-20].astype(int)
    assert np.abs(np.diff(middle, axis=0)).max() < 60


@pytest.mark.parametrize("transfer", [Transfer.HLG, Transfer.PQ])
def test_the_table_of_hdr_is_what_is_computed(transfer):
    colour = Colour(transfer, Primaries.BT2020)
    rows = [line.split() for line in cube(colour).splitlines()[1:]]
    table = np.array(rows, float).reshape(33, 33, 33, 3)
    # Blue is the slowest.
    for red, green, blue in ((0, 0, 0), (32, 32, 32), (16, 20, 8), (24, 4, 12)):
        signal = np.array([[[red, green, blue]]]) * 65535 / 32
        computed = tone_map(np.rint(signal).astype(np.uint16), colour)[0, 0] / 255
        assert np.allclose(table[blue, green, red], computed, atol=1e-3)


@pytest.mark.parametrize("transfer", [18, 16])
def test_hdr_is_shown_as_posters_show_it(tmp_path, transfer):
    import av

    from organizer.frames.readers.pyav_reader import PyAvReader

    path = tmp_path / "hdr.mp4"
    with av.open(str(path), "w") as output:
        params = "log-level=none:colorprim=bt2020:colormatrix=bt2020nc:transfer="
        params += "arib-std-b67" if transfer == 18 else "smpte2084"
        film = output.add_stream("libx265", rate=10, options={"preset": "ultrafast", "x265-params": params})
        film.width, film.height, film.pix_fmt = 64, 48, "yuv420p10le"
        film.codec_context.color_trc, film.codec_context.color_primaries = transfer, 9
        film.codec_context.colorspace = 9
        for index in range(30):
            level = 80 + 20 * (index // 10)
            rgb = np.full((48, 64, 3), (level + 40, level, level - 20), np.uint8)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p10le")
            frame.pts = index
            output.mux(film.encode(frame))
        output.mux(film.encode())
    result = served(path)
    expected = [frame.rgb.reshape(-1, 3).mean(axis=0) for frame in PyAvReader().read(str(path))]
    for second, rgb in enumerate(expected):
        assert np.abs(result.colours[second * 10 + 5] - rgb).max() <= 6, (second, rgb)


def test_what_is_left_of_a_file_is_served(tmp_path):
    path = make_film(tmp_path / "whole.ts", "mpeg2video", "mp2", fps=25)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    result = served(path, duration_s=6.0)
    assert 2.0 < result.times[-1] < 5.5
    for time_s, colour in list(zip(result.times, result.colours, strict=True))[:-5]:
        assert np.abs(colour - colour_of(int(time_s + 1e-6))).max() <= TOLERANCE


def test_damage_in_the_middle_is_passed_over(tmp_path):
    path = make_film(tmp_path / "holes.avi", "mpeg4", "libmp3lame", size=(320, 240))
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(3)
    for at in rng.integers(len(data) // 3, len(data) // 2, 40):
        data[at] ^= 0xFF
    path.write_bytes(data)
    result = served(path)
    assert result.times[-1] > 5
    assert np.abs(result.colours[-1] - colour_of(5)).max() <= TOLERANCE


@pytest.mark.parametrize("name", ["hevc.mp4", "avc.mkv"])
def test_sound_that_ends_early_becomes_silence(tmp_path, name):
    codec, options = ("libx265", QUIET_X265) if name == "hevc.mp4" else ("libx264", X264)
    path = make_film(tmp_path / name, codec, "aac", options=options, sound_seconds=2.5)
    result = served(path)
    assert result.times[-1] == pytest.approx(5.9)
    assert len(result.loudness) == pytest.approx(60, abs=1)
    assert max(result.loudness[12:18]) > 0.2
    assert max(result.loudness[27:]) < 0.01


def test_sound_that_goes_on_keeps_the_last_picture(tmp_path):
    path = make_film(tmp_path / "long sound.mkv", "mpeg4", "aac", seconds=3, sound_seconds=6)
    result = served(path)
    assert_sounds(result)
    assert result.times[-1] > 5
    assert np.abs(result.colours[-1] - COLOURS[2]).max() <= TOLERANCE


def test_sound_of_another_rate_and_more_channels_keeps_its_times(tmp_path):
    path = make_film(tmp_path / "rate.mov", "mpeg4", "pcm_s16le", rate=22_050)
    assert_sounds(served(path))
    assert is_loud(1)


def test_the_sound_marked_as_default_is_heard(tmp_path):
    """Several streams of sound, the second one marked: the one that players choose."""
    import av
    from av.stream import Disposition

    one = make_film(tmp_path / "one.mkv", "mpeg4", "aac")
    path = tmp_path / "two.mkv"
    with av.open(str(one)) as source, av.open(str(path), "w") as output:
        film = output.add_stream_from_template(source.streams.video[0])
        quiet = output.add_stream("aac", rate=48_000)
        quiet.codec_context.layout = "stereo"
        heard = output.add_stream_from_template(source.streams.audio[0])
        quiet.disposition, heard.disposition = Disposition(0), Disposition.default
        for at in range(0, 6 * 48_000, 1024):
            frame = av.AudioFrame.from_ndarray(
                np.zeros((2, 1024), np.float32), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts = 48_000, at
            output.mux(quiet.encode(frame))
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = film if packet.stream.type == "video" else heard
                output.mux(packet)
    with av.open(str(path)) as container:
        assert len(container.streams.audio) == 2
    assert_sounds(served(path))


@pytest.mark.parametrize("content", [b"", b"no video at all\n" * 100, os.urandom(1) * 100_000])
def test_what_is_no_video_is_refused_in_words(tmp_path, content):
    path = tmp_path / "none.avi"
    path.write_bytes(content)
    with Desk(1) as desk, pytest.raises(NotAVideoError):
        desk.answer(Look(original_of(path)))


def test_sound_alone_is_refused_in_words(tmp_path):
    import av

    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as output:
        heard = output.add_stream("aac", rate=48_000)
        heard.codec_context.layout = "stereo"
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, 0
        output.mux(heard.encode(frame))
        output.mux(heard.encode())
    with Desk(1) as desk, pytest.raises(NotAVideoError, match="sound but no picture"):
        desk.answer(Look(original_of(path)))


def test_another_file_at_the_same_path_is_not_opened(tmp_path):
    path = make_film(tmp_path / "film.avi", "mpeg4", None, seconds=1)
    other = make_film(tmp_path / "other.avi", "mpeg4", None, seconds=2)
    original = original_of(path)
    shutil.copy(other, tmp_path / "copy.avi")
    os.replace(tmp_path / "copy.avi", path)
    with Desk(1) as desk, pytest.raises(NotNowError, match="has changed"):
        desk.answer(Make(original, 0))


def test_a_file_that_is_gone_is_told_of(tmp_path):
    path = make_film(tmp_path / "film.avi", "mpeg4", None, seconds=1)
    original = original_of(path)
    path.unlink()
    with Desk(1) as desk, pytest.raises(VideoError):
        desk.answer(Look(original))


def test_joined_recordings_are_served_one_after_the_other(tmp_path):
    """Each part of a transport stream has a clock of its own; the library knows how long all is."""
    parts = [make_film(tmp_path / f"{name}.ts", "mpeg2video", "mp2", fps=25) for name in ("a", "b")]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    result = served(path, duration_s=12.0)
    assert result.times[-1] == pytest.approx(11.96, abs=0.3)
    assert np.abs(result.colours[-1] - colour_of(5)).max() <= TOLERANCE
    late = served(path, duration_s=12.0, numbers=[10, 11])
    assert 9.4 < late.times[0] < 9.8
    assert np.abs(late.colours[2] - colour_of(3)).max() <= TOLERANCE
