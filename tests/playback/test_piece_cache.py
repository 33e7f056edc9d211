"""A cache that keeps to its limit, whoever writes."""

from __future__ import annotations

import os
import shutil
import threading

import pytest

from organizer.playback.piece_cache import PieceCache

VIDEO = "0" * 32


def age(folder, video, name, seconds):
    path = folder / video / name
    now = path.stat().st_mtime
    os.utime(path, (now - seconds, now - seconds))


def test_what_is_kept_is_found(tmp_path):
    cache = PieceCache(tmp_path / "cache" / "pieces", 1000)
    assert cache.get(VIDEO, "1") is None
    assert not cache.has(VIDEO, "1")
    cache.put(VIDEO, "1", b"abc")
    assert cache.get(VIDEO, "1") == b"abc"
    assert cache.has(VIDEO, "1")
    assert PieceCache(tmp_path / "cache" / "pieces", 1000).get(VIDEO, "1") == b"abc"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_nobody_else_may_look_into_it(tmp_path):
    cache = PieceCache(tmp_path / "pieces", 1000)
    cache.put(VIDEO, "1", b"abc")
    assert (tmp_path / "pieces").stat().st_mode & 0o077 == 0
    assert (tmp_path / "pieces" / VIDEO / "1").stat().st_mode & 0o077 == 0


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    cache = PieceCache(tmp_path, 1000)
    for number in range(4):
        cache.put(VIDEO, str(number), bytes(240))
        age(tmp_path, VIDEO, str(number), 100 - number)
    assert cache.get(VIDEO, "0")  # used now
    cache.put(VIDEO, "4", bytes(240))
    assert cache.kept().size <= 900
    assert cache.has(VIDEO, "0")
    assert not cache.has(VIDEO, "1")
    assert cache.has(VIDEO, "4")


def test_a_limit_of_none_keeps_nothing(tmp_path):
    cache = PieceCache(tmp_path, 0)
    cache.put(VIDEO, "1", b"abc")
    assert cache.kept().size == 0
    assert not any(tmp_path.rglob("*"))


def test_what_lay_there_before_counts(tmp_path):
    PieceCache(tmp_path, 10**6).put(VIDEO, "old", bytes(900))
    age(tmp_path, VIDEO, "old", 100)
    PieceCache(tmp_path, 1000).put("1" * 32, "new", bytes(200))
    assert PieceCache(tmp_path, 1000).kept().size == 200
    assert not (tmp_path / VIDEO).exists()


def test_it_can_be_emptied_at_any_time(tmp_path):
    cache = PieceCache(tmp_path / "pieces", 1000)
    cache.put(VIDEO, "1", bytes(10))
    assert cache.clear().size == 10
    assert cache.kept() == PieceCache(tmp_path / "nothing", 1).kept()
    cache.put(VIDEO, "1", b"again")
    shutil.rmtree(tmp_path / "pieces")
    assert cache.get(VIDEO, "1") is None
    cache.put(VIDEO, "1", b"again")
    assert cache.get(VIDEO, "1") == b"again"


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    cache = PieceCache(tmp_path / "file" / "pieces", 1000)
    cache.put(VIDEO, "1", b"abc")
    assert cache.get(VIDEO, "1") is None
    assert cache.clear().files == 0


def test_a_full_disk_is_left_alone(tmp_path, monkeypatch):
    cache = PieceCache(tmp_path, 10**9)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=2**30 - 1))
    cache.put(VIDEO, "1", b"abc")
    assert cache.get(VIDEO, "1") is None


def test_a_link_in_it_is_not_followed(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "film").write_bytes(bytes(100))
    folder = tmp_path / "pieces"
    folder.mkdir()
    os.symlink(mine, folder / VIDEO)
    cache = PieceCache(folder, 10)
    cache.clear()
    cache.put("1" * 32, "1", bytes(50))
    assert (mine / "film").exists()


def test_many_write_at_once(tmp_path):
    cache = PieceCache(tmp_path, 20_000)

    def write(video):
        for number in range(60):
            cache.put(video, str(number), bytes([number]) * 500)
            got = cache.get(video, str(number))
            assert got is None or got == bytes([number]) * 500

    threads = [threading.Thread(target=write, args=(f"{number:032x}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.kept().size <= 20_000
    assert not list(tmp_path.rglob("*.part"))
