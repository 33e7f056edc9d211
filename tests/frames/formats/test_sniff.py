"""What the first bytes of a file are taken for."""

from __future__ import annotations

import os

import pytest

from organizer.errors import NotAVideoError, UnreadableVideoError
from organizer.frames.formats.sniff import sniff, video_format
from tests import clips

TS_188 = (b"\x47" + bytes(187)) * 8
TS_192 = (bytes(4) + b"\x47" + bytes(187)) * 8
TS_204 = (b"\x47" + bytes(203)) * 8

KNOWN = [
    (b"\0\0\0\x1cftypisom" + bytes(16), "iso-bmff"),
    (b"\0\0\0\x14ftypqt  " + bytes(8), "iso-bmff"),
    (b"\0\0\0\x08wide\0\0\x10\0mdat" + bytes(99), "iso-bmff"),
    (b"\0\0\x10\0mdat" + bytes(99), "iso-bmff"),
    (b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0" + bytes(99), "iso-bmff"),
    (b"\0\0\0\0mdat" + bytes(99), "iso-bmff"),
    (b"\0\0\x10\0moov" + bytes(99), "iso-bmff"),
    (b"\0\0\0\x08skip" + bytes(99), "iso-bmff"),
    (b"\0\0\0\x08free" + bytes(99), "iso-bmff"),
    (b"\x1a\x45\xdf\xa3\x01\0\0\0", "matroska"),
    (b"RIFF\x10\0\0\0AVI LIST", "avi"),
    (b"RIFF\x10\0\0\0CDXAfmt ", "avi"),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(9), "asf"),
    (b"FLV\x01\x05\0\0\0\x09", "flv"),
    (b"OggS\0\x02" + bytes(20), "ogg"),
    (b".RMF\0\0\0\x12", "realmedia"),
    (b"\0\0\x01\xba\x44" + bytes(20), "mpeg"),
    (b"\0\0\x01\xb3\x16" + bytes(20), "mpeg"),
    (bytes(500) + b"\0\0\x01\xba\x44" + bytes(20), "mpeg"),
    (TS_188, "mpeg-ts"),
    (TS_192, "mpeg-ts"),
    (TS_204, "mpeg-ts"),
    (b"\x00\xff\x03" * 20 + TS_188, "mpeg-ts"),
    (bytes.fromhex("060e2b34020501010d0102010102040083") + bytes(99), "mxf"),
    (b"\x1f\x07\0" + b"\xff" * 77 + b"\x3f\x07\0" + b"\xff" * 77, "dv"),
]


@pytest.mark.parametrize(("head", "name"), KNOWN)
def test_known_formats(head, name):
    assert video_format(head) == name


REFUSED = [
    (b"", "the file is empty"),
    (bytes(4096), "it holds nothing but zeros"),
    (b"#EXTM3U\n#EXTINF:9,\nhttp://example.org/x.ts\n", "its content is text"),
    (b"\xef\xbb\xbf#EXTM3U\n", "its content is text"),
    ("#EXTM3U\n".encode("utf-16"), "its content is text"),
    (b"ffconcat version 1.0\nfile 'x.mp4'\n", "its content is text"),
    (b"<?xml version='1.0'?><MPD></MPD>", "its content is text"),
    (b"<!doctype html><html>Not found</html>", "its content is text"),
    (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "its content is text"),
    (b"[playlist]\nFile1=http://example.org/\n", "its content is text"),
    (b"G" * 5000, "its content is text"),
    ("日本語\n".encode(), "its content is text"),
    (b"\xff\xd8\xff\xe1\0\x10Exif" + bytes(30), "its content is a picture"),
    (b"\x89PNG\r\n\x1a\n" + bytes(30), "its content is a picture"),
    (b"\0\0\0\x18ftypheic" + bytes(30), "its content is a picture"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "its content is a picture"),
    (b"RIFF\x10\0\0\0WAVEfmt ", "its content is sound"),
    (b"ID3\x04\0" + bytes(30), "its content is sound"),
    (b"PK\x03\x04" + bytes(30), "its content is an archive"),
    (b"%PDF-1.7\n\0", "its content is a document"),
    (b"\x7fELF" + bytes(60), "its content is not a known video format"),
    (b"\0\0\0\x04ftypisom" + bytes(60), "its content is not a known video format"),
    (b"\0\0\x01\xb4" + bytes(60), "its content is not a known video format"),
    ((b"\x47" + bytes(187)) * 3 + bytes(600), "its content is not a known video format"),
]


@pytest.mark.parametrize(("content", "reason"), REFUSED)
def test_refused_with_a_plain_reason(tmp_path, content, reason):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(NotAVideoError) as caught:
        sniff(str(path))
    assert caught.value.reason.startswith(reason)
    assert caught.value.advice.endswith(".")


@pytest.mark.parametrize("suffix", [*clips.CODECS])
def test_what_encoders_write_is_let_through(tmp_path, suffix):
    container = "mpegts" if suffix == ".mts" else None
    assert sniff(str(clips.make_clip(tmp_path / f"clip{suffix}", seconds=2, fps=25, container=container)))


def test_what_is_no_regular_file(tmp_path):
    with pytest.raises(NotAVideoError, match="not a regular file"):
        sniff(str(tmp_path))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
        with pytest.raises(NotAVideoError, match="not a regular file"):
            sniff(str(tmp_path / "pipe.mp4"))
    with pytest.raises(UnreadableVideoError, match="cannot be read"):
        sniff(str(tmp_path / "missing.mp4"))
