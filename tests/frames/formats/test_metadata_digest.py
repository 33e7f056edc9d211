"""The digest of headers: it sees what changes there, and nothing else."""

from __future__ import annotations

import random

import pytest

from organizer.frames.dates.container_dates import header_dates, recorded_text
from organizer.frames.formats.metadata_digest import metadata_digest
from tests import clips

META = {"title": "A title of a film", "comment": "nothing"}


def digest(path):
    return metadata_digest(str(path))


def patched(path, old: bytes, new: bytes, *, last: bool = False):
    """Change bytes in place."""
    data = path.read_bytes()
    at = data.rindex(old) if last else data.index(old)
    path.write_bytes(data[:at] + new + data[at + len(old) :])
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm", ".avi", ".wmv"])
def test_a_patch_of_the_header_is_seen(tmp_path, suffix):
    path = clips.make_clip(tmp_path / f"a{suffix}", seconds=2, metadata=META)
    before = digest(path)
    assert len(before) == 32
    title = "A title of a film".encode("utf-16-le" if suffix == ".wmv" else "utf-8")
    assert digest(patched(path, title, title[::-1] if suffix != ".wmv" else title.upper())) != before


@pytest.mark.parametrize(
    ("suffix", "piece"),
    [(".mp4", b"mvhd"), (".mov", b"mvhd"), (".mp4", b"tkhd"), (".mp4", b"mdhd"), (".avi", b"avih")],
)
def test_a_patch_of_numbers_is_seen(tmp_path, suffix, piece):
    path = clips.make_clip(tmp_path / f"a{suffix}", seconds=2)
    before = digest(path)
    data = bytearray(path.read_bytes())
    data[data.index(piece) + 9] ^= 0x40
    path.write_bytes(data)
    assert digest(path) != before


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_the_video_itself_is_not_looked_at(tmp_path, suffix):
    path = clips.make_clip(tmp_path / f"a{suffix}", seconds=2)
    before = digest(path)
    data = bytearray(path.read_bytes())
    start = data.index({".mp4": b"mdat", ".mkv": b"\x1f\x43\xb6\x75", ".avi": b"movi"}[suffix])
    data[start + 400] ^= 0xFF
    path.write_bytes(data)
    assert digest(path) == before


def element(id_: str, *content: bytes) -> bytes:
    data = b"".join(content)
    return bytes.fromhex(id_) + (1 << 56 | len(data)).to_bytes(8, "big") + data


@pytest.mark.parametrize("open_ended", [False, True])
def test_tags_behind_the_video_are_seen(tmp_path, open_ended):
    """Where a program had no room before the pictures, the list of what is where leads to the end."""

    def film(title: bytes, picture: bytes = b"x") -> bytes:
        info, tags = element("1549a966", element("7ba9", b"same")), element("1254c367", title)
        video = element("1f43b675", picture * 100_000)

        def seek(position: int) -> bytes:
            entry = element("53ab", bytes.fromhex("1254c367")), element("53ac", position.to_bytes(8, "big"))
            return element("114d9b74", element("4dbb", *entry))

        content = seek(len(seek(0) + info + video)) + info + video + tags
        segment = (
            bytes.fromhex("18538067") + b"\xff" + content if open_ended else element("18538067", content)
        )
        return element("1a45dfa3", b"") + segment

    path = tmp_path / "a.mkv"
    digests = []
    for content in (film(b"2006"), film(b"2022"), film(b"2006", b"y")):
        path.write_bytes(content)
        digests.append(digest(path))
    assert digests[0] != digests[1] and digests[0] == digests[2]


@pytest.mark.parametrize("suffix", [".ts", ".mpg"])
def test_other_formats_have_none(tmp_path, suffix):
    assert digest(clips.make_clip(tmp_path / f"a{suffix}", seconds=1)) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\x08moov",
        b"\0\0\0\x10moov" + b"\xff" * 40,
        b"\x1a\x45\xdf\xa3" + b"\xff" * 100,
        b"RIFF\xff\xff\xff\xffAVI " + b"\xff" * 50,
        bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + b"\xff" * 8,
        b"\0\0\x20\0moov" + b"\0\0\x1f\0trak" * 3000,
    ],
)
def test_damage_is_no_error(tmp_path, data):
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert len(digest(path)) in (0, 32)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".wmv"])
def test_no_damage_is_an_error(tmp_path, suffix):
    """Bytes drawn at random, where sizes and positions lie too."""
    whole = clips.make_clip(tmp_path / f"whole{suffix}", seconds=1, metadata=META).read_bytes()
    draw, path = random.Random(12), tmp_path / "a"
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 4, 40))):
            # Where headers are: at the beginning, and in MP4 at the end.
            at = draw.randrange(min(1500, len(data))) * draw.choice((1, -1))
            data[at] = draw.choice((0, 1, 0x7F, 0xFF, draw.randrange(256)))
        path.write_bytes(data[: draw.choice((len(data), draw.randrange(len(data))))])
        assert len(digest(path)) in (0, 32)
        assert len(header_dates(str(path))) <= 32
        assert len(recorded_text(str(path))) <= 100


def test_only_headers_are_read(tmp_path):
    """A file of 100 GB, nearly all of it a hole."""
    path = clips.make_clip(tmp_path / "a.mp4", seconds=1)
    data = path.read_bytes()
    at = data.index(b"mdat") - 4
    assert data.index(b"moov") > at
    hole = 100 * 10**9
    with open(path, "wb") as file:
        file.write(data[:at] + b"\0\0\0\1mdat" + (16 + hole).to_bytes(8, "big"))
        file.seek(hole, 1)
        file.write(data[data.index(b"moov") - 4 :])
    assert len(digest(path)) == 32
