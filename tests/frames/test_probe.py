"""What a probe tells of clips whose answers are known."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime

import pytest

from organizer.errors import NotAVideoError, UnreadableVideoError
from organizer.frames.formats.iso_boxes import has_index
from organizer.frames.probe import probe
from organizer.types import DateSource
from tests import clips


def info_of(path):
    return probe(str(path), mtime_ns=path.stat().st_mtime_ns)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "h264"),
        ("a.mov", "h264"),
        ("a.mkv", "h264"),
        ("a.webm", "vp9"),
        ("a.avi", "mpeg4"),
        ("a.ts", "h264"),
        ("a.mpg", "mpeg2video"),
        ("a.wmv", "wmv2"),
    ],
)
def test_plain_facts(tmp_path, name, codec):
    info = info_of(clips.make_clip(tmp_path / name, seconds=3, fps=25, size=(96, 64)))
    assert (info.width, info.height, info.codec, info.rotation_deg) == (96, 64, codec, 0)
    assert info.duration_s == pytest.approx(3, abs=0.3)
    assert info.frame_rate == pytest.approx(25, abs=0.5)
    assert info.taken_at.source == DateSource.FILE


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_rotation_and_size_as_shown(tmp_path, degrees, suffix):
    info = info_of(clips.make_rotated_clip(tmp_path / f"a{suffix}", degrees))
    assert info.rotation_deg == degrees
    assert (info.width, info.height) == ((64, 96) if degrees in (90, 270) else (96, 64))


def test_cut_headers_are_no_index(tmp_path):
    assert not has_index(str(tmp_path / "missing.mp4"))


def test_creation_time(tmp_path):
    path = clips.make_clip(tmp_path / "a.mp4", metadata={"creation_time": "2021-07-08T09:10:11Z"})
    taken = info_of(path).taken_at
    assert taken.moment == datetime(2021, 7, 8, 9, 10, 11, tzinfo=UTC)
    assert taken.source == DateSource.CONTAINER


def test_apple_creation_date_keeps_its_zone(tmp_path):
    path = clips.make_clip(
        tmp_path / "a.mov",
        metadata={
            "creation_time": "2021-07-08T07:10:11Z",
            "com.apple.quicktime.creationdate": "2021-07-08T09:10:11+0200",
        },
    )
    assert info_of(path).taken_at.moment.isoformat() == "2021-07-08T09:10:11+02:00"


@pytest.mark.parametrize(
    "name", [b"http:a.mp4", b"img_%02d.mp4", b"concat:a|b.mp4", b"-a.mp4", b"new\nline.mp4", b"bad \xff.mp4"]
)
def test_names_are_only_names(tmp_path, name):
    source = clips.make_clip(tmp_path / "source.mp4", seconds=1)
    path = tmp_path / os.fsdecode(name)
    try:
        shutil.copy(source, path)
    except OSError as error:
        pytest.skip(f"this file system refuses the name {name!r}: {error}")
    assert info_of(path).codec == "h264"


@pytest.mark.parametrize("cover", [False, True])
def test_sound_alone(tmp_path, cover):
    with pytest.raises(NotAVideoError, match="sound but no picture"):
        info_of(clips.make_sound(tmp_path / "a.mp4", cover=cover))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"words", "its content is text"), (b"#EXTM3U\nhttp://x/y.ts", "is text")],
)
def test_other_content(tmp_path, content, reason):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(NotAVideoError, match=reason):
        info_of(path)


# The index lies at the end: cut before it, and inside it.
@pytest.mark.parametrize("keep", [0.2, 0.4, 0.6])
def test_cut_before_the_end_of_the_index(tmp_path, capfd, keep):
    whole = clips.make_clip(tmp_path / "whole.mp4")
    assert has_index(str(whole))
    with pytest.raises(UnreadableVideoError) as caught:
        info_of(clips.cut(whole, tmp_path / "a.mp4", keep))
    assert caught.value.reason == "the file is cut off or damaged (its index is missing)"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_cut_in_the_middle_can_still_be_probed(tmp_path, suffix):
    whole = clips.make_clip(tmp_path / f"whole{suffix}", seconds=8, fps=25)
    assert info_of(clips.cut(whole, tmp_path / f"a{suffix}", 0.5)).codec == "h264"


def test_a_damaged_header_is_unreadable(tmp_path, capfd):
    path = tmp_path / "a.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40)
    with pytest.raises(UnreadableVideoError) as caught:
        info_of(path)
    assert caught.value.reason == "the file is damaged (Invalid data found when processing input)"
    assert capfd.readouterr() == ("", "")


def test_metadata_in_an_old_encoding_is_no_error(tmp_path):
    path = clips.make_clip(tmp_path / "a.mp4", seconds=1, metadata={"title": "XXXXXXXX"})
    path.write_bytes(path.read_bytes().replace(b"XXXXXXXX", b"caf\xe9 \xff\xfe!"))
    assert info_of(path).codec == "h264"


def test_relative_paths_are_refused(tmp_path, monkeypatch):
    clips.make_clip(tmp_path / "a.mp4", seconds=1)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="absolute"):
        probe("a.mp4", mtime_ns=0)


def test_the_original_is_left_as_it_was(tmp_path):
    path = clips.make_clip(tmp_path / "a.mp4", seconds=1)
    path.chmod(0o444)
    before = path.read_bytes(), path.stat().st_mtime_ns
    info_of(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
