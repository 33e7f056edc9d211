"""Processes that make pieces: asked, let be, ended from outside, crashed, and never more than a few."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from concurrent.futures import CancelledError

import pytest

from organizer.errors import UnreadableVideoError, VideoError
from organizer.pipeline.decoding.worker_process import Sign
from organizer.playback import maker as maker_module
from organizer.playback.desk import STOPPED, Asked, Leave, Opened
from organizer.playback.maker import Maker
from organizer.playback.original import Original
from organizer.playback.piece_cache import PieceCache
from organizer.playback.plan import Piece, Plan, Way
from organizer.playback.players import Players
from tests.gallery_server.process import wait_until
from tests.playback.films import decoded, make_film, original_of

PATIENCE_S = 60


def film_of(number):
    return Original(f"/films/{number}", f"film {number}", 1, number, 100, 0, 60.0)


def odd_main(connection, threads):
    """Answers by the name of the file; each piece of "slow" takes until it is let be."""
    connection.send(Sign.READY)
    while True:
        asked = connection.recv()
        if not isinstance(asked, Asked):
            continue
        question = asked.question
        if "crash" in question.original.path:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "ended" in question.original.path:
            os.kill(os.getpid(), signal.SIGKILL)
        if "slow" in question.original.path:
            heard = connection.recv()
            while not (isinstance(heard, Leave) and heard.number == asked.number):
                heard = connection.recv()
            connection.send(STOPPED)
            continue
        number = getattr(question, "number", None)
        if number is None:
            plan = Plan(Way.CONVERT, "video/mp4", 1, 1, 60.0, "h264", "", sound_plays=True)
            connection.send(Opened(plan, str(os.getpid()).encode()))
        else:
            connection.send(Piece(f"{number} by {os.getpid()}".encode(), is_last=number == 9))


class Nobody(Maker):
    """Is never asked."""

    def __init__(self):
        super().__init__(1)

    def answer(self, question, kind):
        pytest.fail("somebody was asked")


@pytest.fixture
def odd(monkeypatch):
    monkeypatch.setattr(maker_module, "serve", odd_main)


@pytest.fixture
def players(tmp_path):
    made = Players(PieceCache(tmp_path / "pieces", 10**8))
    yield made
    made.close()


def test_a_film_is_made_in_another_process_and_kept(tmp_path, players):
    path = make_film(tmp_path / "film.avi", "mpeg4", "libmp3lame", seconds=3)
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
    original = original_of(path)
    opened = players.look(original).result(PATIENCE_S)
    pieces = [players.piece(original, number).result(PATIENCE_S) for number in range(opened.plan.count)]
    assert [piece.is_last for piece in pieces] == [False, False, False, True]
    assert len(decoded(opened, [piece.data for piece in pieces]).times) == 30
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) == before
    # All of it is kept: nobody is asked any more.
    nobody = Players(PieceCache(tmp_path / "pieces", 10**8), maker=Nobody)
    assert nobody.look(original).result(0) == opened
    assert nobody.piece(original, 2).result(0) == pieces[2]


def test_a_strip_is_made_and_kept(tmp_path, players):
    original = original_of(make_film(tmp_path / "film.avi", "mpeg4", None, seconds=3))
    strip = players.strip(original).result(PATIENCE_S)
    assert len(strip.seconds) == 6
    assert players.strip(original).done()
    assert players.strip(original).result(0) == strip


def test_a_changed_file_is_another_one(tmp_path):
    path = make_film(tmp_path / "film.avi", "mpeg4", None, seconds=1)
    before = original_of(path)
    os.utime(path, (1, 1))
    assert before.name_of_pieces != original_of(path).name_of_pieces


def test_what_cannot_be_played_is_told_in_words(tmp_path, players):
    (tmp_path / "none.avi").write_bytes(b"no video")
    with pytest.raises(VideoError, match="not a video"):
        players.look(original_of(tmp_path / "none.avi")).result(PATIENCE_S)


@pytest.mark.usefixtures("odd")
def test_the_next_pieces_are_made_before_they_are_asked_for(tmp_path, players):
    cache = PieceCache(tmp_path / "pieces", 10**8)
    players.piece(film_of(1), 3).result(PATIENCE_S)
    wait_until(lambda: cache.has(film_of(1).name_of_pieces, "5"))
    assert not cache.has(film_of(1).name_of_pieces, "2")
    time.sleep(0.3)
    assert not cache.has(film_of(1).name_of_pieces, "6")


@pytest.mark.usefixtures("odd")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_file_that_crashes_two_processes_is_given_up(players):
    crash = Original("/films/crash", "crash", 1, 1, 100, 0, 60.0)
    with pytest.raises(UnreadableVideoError, match="makes its decoder crash"):
        players.piece(crash, 0).result(PATIENCE_S)
    ended = Original("/films/ended", "ended", 1, 1, 100, 0, 60.0)
    with pytest.raises(VideoError, match="ended by the system"):
        players.piece(ended, 0).result(PATIENCE_S)
    # Others go on.
    assert players.piece(film_of(2), 0).result(PATIENCE_S).data.startswith(b"0 by ")


@pytest.mark.usefixtures("odd")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_process_that_was_ended_is_replaced(players):
    first = int(players.look(film_of(1)).result(PATIENCE_S).beginning)
    os.kill(first, signal.SIGKILL)
    second = int(players.piece(film_of(1), 9).result(PATIENCE_S).data.split()[-1])
    assert second != first


@pytest.mark.usefixtures("odd")
def test_who_jumps_does_not_wait_for_what_was_asked_before(players):
    slow = Original("/films/slow", "slow", 1, 1, 100, 0, 60.0)
    first = players.piece(slow, 0)
    time.sleep(0.5)
    assert not first.done()
    players.give_up(slow, 0, first)
    assert first.cancelled()
    # It would wait for good, were the first one not let be.
    second = players.piece(slow, 5)
    threading.Timer(0.5, players.give_up, (slow, 5, second)).start()
    with pytest.raises(CancelledError):
        second.result(PATIENCE_S)


@pytest.mark.usefixtures("odd")
def test_a_film_more_takes_the_place_of_the_one_that_was_asked_least_recently(tmp_path):
    players = Players(PieceCache(tmp_path / "pieces", 10**8), most=2)
    slow = Original("/films/slow", "slow", 1, 1, 100, 0, 60.0)
    waiting = players.piece(slow, 0)
    pids = [int(players.look(film_of(number)).result(PATIENCE_S).beginning) for number in range(4)]
    # Whoever waits keeps the place as long as there is another one.
    assert not waiting.done()
    wait_until(lambda: not any(is_running(pid) for pid in pids[:3]))
    players.close()
    with pytest.raises(CancelledError):
        waiting.result(PATIENCE_S)
    wait_until(lambda: not is_running(pids[3]))


@pytest.mark.usefixtures("odd")
def test_a_process_that_nobody_asks_is_ended_and_comes_back(tmp_path):
    players = Players(PieceCache(tmp_path / "pieces", 10**8), idle_s=0.3, ahead=0)
    first = int(players.look(film_of(1)).result(PATIENCE_S).beginning)
    wait_until(lambda: not is_running(first))
    assert players.piece(film_of(1), 0).result(PATIENCE_S).data
    players.close()


@pytest.mark.usefixtures("odd")
def test_a_process_that_says_nothing_is_ended(monkeypatch):
    monkeypatch.setattr(maker_module, "_SILENT_S", 0.5)
    maker = Maker(1)
    slow = Original("/films/slow", "slow", 1, 1, 100, 0, 60.0)
    from organizer.playback.desk import Make

    with pytest.raises(VideoError, match="not read in time"):
        maker.answer(Make(slow, 0), Piece)
    maker.end()


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
