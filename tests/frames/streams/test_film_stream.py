"""The film is found among covers, thumbnails, previews and other streams; list and pictures agree on it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from organizer.errors import UnreadableVideoError
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.film_stream import film_stream
from tests import clips
from tests.frames.full_decode import assert_as_decoded, full_decode

FAULTS = Path(__file__).parents[2] / "faults"

FILM = {"codec": "libx264", "size": (160, 96), "pictures": 30}
THUMBNAIL = {"codec": "mjpeg", "size": (64, 64), "pictures": 1}


def write_streams(path: Path, *streams: dict[str, Any]) -> Path:
    """Encode several streams, 10 pictures a second, each of one colour: that of its place among them."""
    import av
    from av.stream import Disposition

    with av.open(str(path), "w") as output:
        made = []
        for index, wanted in enumerate(streams):
            stream: Any = output.add_stream(wanted["codec"], rate=10)
            stream.width, stream.height = wanted["size"]
            stream.pix_fmt = {"mjpeg": "yuvj420p", "png": "rgb24"}.get(wanted["codec"], "yuv420p")
            stream.disposition = Disposition(wanted.get("disposition", 0))
            made.append((stream, wanted, clips.plain(clips.colour_of(index), wanted["size"])))
        for at in range(max(wanted["pictures"] for wanted in streams)):
            for stream, wanted, picture in made:
                if at < wanted["pictures"]:
                    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                    frame.pts, frame.time_base = at, Fraction(1, 10)
                    output.mux(stream.encode(frame))
        for stream, _, _ in made:
            output.mux(stream.encode())
    return path


def stream(*, disposition: int = 0, **facts: Any) -> Any:
    """Stands in for a stream: muxers do not write every mark."""
    from av.stream import Disposition

    given = {"width": 160, "height": 96, "frames": 30, "duration": 3, "time_base": Fraction(1), **facts}
    codec = SimpleNamespace(codec=SimpleNamespace(canonical_name="h264"))
    return SimpleNamespace(disposition=Disposition(disposition), codec_context=codec, **given)


def assert_film(path: Path, index: int, *, size: tuple[int, int] = FILM["size"], seconds: int = 3) -> None:
    """Fail unless the stream with that index is what is listed and what each reader shows."""
    info = probe(str(path), mtime_ns=0)
    assert (info.width, info.height) == size
    for sampling in Sampling:
        try:
            frames = list(reader_for(sampling, threads=1).read(str(path)))
        except CannotPlanError:
            assert sampling is Sampling.KEYFRAME
            continue
        assert len(frames) == seconds, sampling
        for frame in frames:
            assert frame.rgb.shape[:2] == (size[1], size[0])
            clips.assert_colour(frame.rgb, clips.colour_of(index))


DEFAULT = 1
STILL, TIMED, DEPENDENT = 1 << 20, 1 << 11, 1 << 19


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi"])
@pytest.mark.parametrize("codec", ["mjpeg", "png"])
def test_one_picture_before_the_film(tmp_path, suffix, codec):
    if (suffix, codec) == (".mkv", "png"):
        pytest.skip("FFmpeg writes no such file")
    still = {**THUMBNAIL, "codec": codec}
    assert_film(write_streams(tmp_path / f"clip{suffix}", still, FILM), 1)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_one_large_default_picture_before_the_film(tmp_path, suffix):
    still = {**THUMBNAIL, "size": (640, 480), "disposition": DEFAULT}
    assert_film(write_streams(tmp_path / f"clip{suffix}", still, FILM), 1)


def test_a_film_of_one_picture_is_one(tmp_path):
    path = write_streams(tmp_path / "clip.mp4", {**FILM, "pictures": 1})
    assert_film(path, 0, seconds=1)
    path = write_streams(tmp_path / "clip.avi", {**THUMBNAIL, "size": (160, 96), "pictures": 30})
    assert_film(path, 0)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_default_of_several_films(tmp_path, suffix):
    other = {**FILM, "size": (320, 192)}
    streams = [other, {**FILM, "disposition": DEFAULT}, other]
    # Matroska and MP4 mark the first as the default when none is.
    assert_film(write_streams(tmp_path / f"clip{suffix}", *streams), 1)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_largest_where_none_or_all_are_the_default(tmp_path, suffix, order):
    films = [{**FILM, "disposition": DEFAULT}, {**FILM, "size": (320, 192), "disposition": DEFAULT}]
    path = write_streams(tmp_path / f"clip{suffix}", *(films[index] for index in order))
    assert_film(path, order.index(1), size=(320, 192))


def test_the_longest_of_the_same_size(tmp_path):
    short = {**FILM, "pictures": 8, "disposition": DEFAULT}
    assert_film(write_streams(tmp_path / "clip.mp4", short, {**FILM, "disposition": DEFAULT}, short), 1)


@pytest.mark.parametrize("aside", [STILL, TIMED, DEPENDENT, STILL | TIMED])
def test_what_stands_aside_is_no_film(aside):
    films = [stream(disposition=aside | DEFAULT, width=1920, height=1080, frames=900), stream()]
    assert film_stream(films) is films[1]
    assert film_stream(films[:1]) is films[0]


def test_a_codec_that_is_not_known_counts_only_alone(tmp_path):
    path = write_streams(tmp_path / "clip.mov", {**FILM, "size": (640, 480), "disposition": DEFAULT}, FILM)
    data = path.read_bytes()
    at = data.index(b"avc1", data.index(b"stsd"))
    path.write_bytes(data[:at] + b"xyz1" + data[at + 4 :])
    assert_film(path, 1)
    data = path.read_bytes()
    at = data.index(b"avc1", data.index(b"stsd"))
    path.write_bytes(data[:at] + b"xyz1" + data[at + 4 :])
    with open_container(str(path)) as container, pytest.raises(UnreadableVideoError, match="not known"):
        picture_stream(container, str(path))


def test_a_cover_is_never_the_film():
    from av.stream import Disposition

    cover = stream(disposition=int(Disposition.attached_pic), width=3000, height=3000)
    film = stream()
    assert film_stream([cover, film]) is film
    assert film_stream([cover]) is None
    assert film_stream([]) is None


def test_a_stream_whose_size_is_not_known_yet_is_not_preferred():
    late, film = stream(width=0, height=0, disposition=DEFAULT), stream()
    assert film_stream([late, film]) is film
    assert film_stream([late]) is late


@pytest.mark.parametrize("sampling", Sampling)
def test_the_input_that_failed(sampling):
    path = FAULTS / "12_thumbnail_stream_first.mp4"
    seconds = full_decode(path)
    assert len(seconds) == 6
    frames = list(reader_for(sampling, threads=1).read(str(path)))
    assert_as_decoded(frames, seconds, exact=sampling is Sampling.EXACT)
    info = probe(str(path), mtime_ns=0)
    assert (info.width, info.height, info.codec) == (192, 128, "h264")
