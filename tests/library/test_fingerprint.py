from __future__ import annotations

import io
import os

import pytest

from organizer.library import fingerprint as fingerprint_module
from organizer.library.fingerprint import (
    BLOCK_BYTES,
    BLOCKS,
    UNREADABLE,
    fingerprint,
    unreadable_fingerprint,
)

WHOLE = BLOCKS * BLOCK_BYTES
BIG = 3 * WHOLE + 17


def of(path) -> str:
    return fingerprint(str(path), path.stat().st_size)


def content(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(size % 251)


@pytest.mark.parametrize("size", [0, 1, 1000, WHOLE, BIG])
def test_a_copy_has_the_same_fingerprint(tmp_path, size):
    (tmp_path / "a.mp4").write_bytes(content(size))
    (tmp_path / "b.mov").write_bytes(content(size))
    os.utime(tmp_path / "b.mov", ns=(1, 1))
    assert of(tmp_path / "a.mp4") == of(tmp_path / "b.mov")
    assert len(of(tmp_path / "a.mp4")) == 40


@pytest.mark.parametrize(
    ("size", "position"),
    [
        (1, 0),
        (1000, 0),
        (1000, 500),
        (1000, 999),
        (WHOLE, 0),
        (WHOLE, WHOLE // 2 + 1),
        (WHOLE, WHOLE - 1),
        (BIG, 0),
        (BIG, BLOCK_BYTES - 1),
        (BIG, (BIG - BLOCK_BYTES) * 7 // 15),
        (BIG, BIG - BLOCK_BYTES),
        (BIG, BIG - 1),
    ],
)
def test_one_other_byte_gives_another_fingerprint(tmp_path, size, position):
    data = bytearray(content(size))
    (tmp_path / "a.mp4").write_bytes(data)
    data[position] ^= 1
    (tmp_path / "b.mp4").write_bytes(data)
    assert of(tmp_path / "a.mp4") != of(tmp_path / "b.mp4")


def test_one_byte_more_gives_another_fingerprint_even_where_the_blocks_agree(tmp_path):
    for name, size in (("a", BIG), ("b", BIG + 1)):
        (tmp_path / name).write_bytes(bytes(size))
    assert of(tmp_path / "a") != of(tmp_path / "b")


class CountingFile(io.FileIO):
    reads = 0

    def readinto(self, buffer):
        count = super().readinto(buffer)
        CountingFile.reads += count
        return count


@pytest.mark.parametrize("size", [WHOLE, WHOLE + 1, 50 * 2**30])
def test_at_most_256_kib_are_read(tmp_path, monkeypatch, size):
    def counting_open(path, mode, buffering):
        return io.BufferedReader(CountingFile(path, mode), buffering)

    monkeypatch.setattr(fingerprint_module, "open", counting_open, raising=False)
    monkeypatch.setattr(CountingFile, "reads", 0)
    path = tmp_path / "sparse.mp4"
    with path.open("wb") as file:
        file.truncate(size)
    of(path)
    assert 0 < CountingFile.reads <= 256 * 1024


def test_a_file_that_grows_is_read_only_up_to_the_size_that_was_seen(tmp_path):
    path = tmp_path / "growing.mp4"
    path.write_bytes(b"abc")
    seen = fingerprint(str(path), 3)
    path.write_bytes(b"abcdef")
    assert fingerprint(str(path), 3) == seen


def test_a_file_that_is_not_there_raises_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        fingerprint(str(tmp_path / "nothing.mp4"), 10)


def test_an_unreadable_file_gets_a_stand_in_of_its_own():
    names = ["/v/a.mp4", "/v/b.mp4", os.fsdecode(b"/v/\xff.mp4")]
    stand_ins = {unreadable_fingerprint(name) for name in names}
    assert len(stand_ins) == 3
    assert all(stand_in.startswith(UNREADABLE) and stand_in.isascii() for stand_in in stand_ins)
