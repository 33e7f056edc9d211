"""Decoding in processes of their own, whatever becomes of them."""

from __future__ import annotations

import errno
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from multiprocessing import forkserver

import psutil
import pytest

from organizer.errors import MissingDependencyError, NotNowError, ScanError, UnreadableVideoError, VideoError
from organizer.frames import limits
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.sampling import Sampling
from organizer.pipeline.decoding.decoders import ProcessDecoders, ThreadDecoders, start_decoders
from organizer.stopping import StoppedError
from organizer.types import InputSpec, VideoFile
from tests.fakes import colour_bundle, show_labels
from tests.pipeline.odd_readers import OddReader

SIZE = 32
SPEC = InputSpec(SIZE)


def video_file(path):
    status = path.stat()
    return VideoFile(str(path.parent), path.name, status.st_size, status.st_mtime_ns)


@pytest.fixture
def reader(tmp_path):
    return OddReader(tmp_path / "log")


def read_by(reader):
    """The processes that read each file."""
    pids = {}
    for line in reader.log.read_text().splitlines():
        name, _, pid = line.rpartition(" ")
        pids.setdefault(name, []).append(int(pid))
    return pids


@pytest.mark.parametrize("kind", [ProcessDecoders, ThreadDecoders])
def test_videos_become_pictures_of_network_size(kind, reader, tmp_path):
    path = show_labels(tmp_path / "a.mp4", "Animal", "Food")
    decoding = kind(reader, SPEC, workers=1)
    try:
        decoded = decoding.submit(video_file(path)).result(timeout=60)
    finally:
        decoding.close()
    assert (decoded.pictures.shape, decoded.pictures.dtype) == ((2, SIZE, SIZE, 3), "uint8")
    assert decoded.poster[8:12] == b"WEBP"
    assert decoded.info.duration_s == 2.0


@pytest.mark.skipif(sys.platform == "win32", reason="processes end in other ways")
def test_what_happens_to_one_worker_is_one_files_failure(reader, tmp_path):
    names = ["a.mp4", "crash.mp4", "b.mp4", "killed.mp4", "refuse.mp4", "c.mp4"]
    files = [video_file(show_labels(tmp_path / name)) for name in names]
    decoding = ProcessDecoders(reader, SPEC, workers=2)
    try:
        futures = {file.relative_path: decoding.submit(file) for file in files}
        errors = {name: future.exception(timeout=60) for name, future in futures.items()}
    finally:
        decoding.close()
    assert [name for name, error in errors.items() if error is None] == ["a.mp4", "b.mp4", "c.mp4"]
    assert type(errors["crash.mp4"]) is UnreadableVideoError
    assert errors["crash.mp4"].reason == "it makes its decoder crash"
    assert type(errors["killed.mp4"]) is NotNowError
    assert (type(errors["refuse.mp4"]), errors["refuse.mp4"].reason) == (
        UnreadableVideoError,
        "it is cut off",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="processes end in other ways")
def test_a_crash_is_stored_and_not_tried_again(world, reader):
    for name in ("a.mp4", "crash.mp4", "z.mp4"):
        show_labels(world.videos / name, "Animal")
    world.reader = reader
    scanned = world.scan(world.videos, isolated=True)
    assert scanned.kinds == {"a.mp4": "new", "crash.mp4": "failed", "z.mp4": "new"}
    assert scanned.reasons["crash.mp4"] == "it makes its decoder crash"
    assert world.places()["videos/crash.mp4"] == "failed"
    assert world.scan(world.videos, isolated=True).outcomes == []


def test_a_decoder_that_hangs_is_ended(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "PICTURE_WAIT_S", 5.0)
    hanging, sound = show_labels(tmp_path / "hang.mp4"), show_labels(tmp_path / "a.mp4")
    decoding = ProcessDecoders(reader, SPEC, workers=1)
    try:
        first, second = (decoding.submit(video_file(path)) for path in (hanging, sound))
        assert type(first.exception(timeout=60)) is NotNowError
        assert second.result(timeout=60).pictures.shape[0] == 1
    finally:
        decoding.close()


def test_what_is_wrong_with_the_installation_is_no_files_failure(reader, tmp_path):
    decoding = ProcessDecoders(reader, SPEC, workers=1)
    try:
        future = decoding.submit(video_file(show_labels(tmp_path / "install.mp4")))
        assert type(future.exception(timeout=60)) is MissingDependencyError
    finally:
        decoding.close()


def test_closing_ends_the_processes_at_once(reader, tmp_path):
    decoding = ProcessDecoders(reader, SPEC, workers=2)
    for name in ("hang1.mp4", "hang2.mp4", "hang3.mp4"):
        decoding.submit(video_file(show_labels(tmp_path / name)))
    end = time.monotonic() + 60
    while len(read_by(reader) if reader.log.exists() else ()) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)
    started = time.monotonic()
    decoding.close()
    assert time.monotonic() - started < 10
    pids = [pid for pids in read_by(reader).values() for pid in pids]
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.mark.skipif(sys.platform == "win32", reason="processes end in other ways")
def test_an_idle_worker_that_the_system_ends_does_not_end_the_work(reader, tmp_path):
    paths = [show_labels(tmp_path / name) for name in ("a.mp4", "b.mp4", "c.mp4")]
    decoding = ProcessDecoders(reader, SPEC, workers=1)
    try:
        decoding.submit(video_file(paths[0])).result(timeout=60)
        (pid,) = read_by(reader)["a.mp4"]
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        futures = [decoding.submit(video_file(path)) for path in paths[1:]]
        assert [len(future.result(timeout=60).pictures) for future in futures] == [1, 1]
    finally:
        decoding.close()


def decode_all(decoding, paths):
    """The error of each file by its name, None for those that are decoded."""
    futures = {path.name: decoding.submit(video_file(path)) for path in paths}
    return {name: future.exception(timeout=120) for name, future in futures.items()}


on_posix = pytest.mark.skipif(sys.platform == "win32", reason="processes end in other ways")


@on_posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGHUP", "SIGSEGV", "SIGABRT"])
def test_one_end_of_a_worker_is_no_fault_of_the_file(reader, tmp_path, name):
    paths = [show_labels(tmp_path / each) for each in ("a.mp4", f"once {name}.mp4", "b.mp4")]
    with closing(ProcessDecoders(reader, SPEC, workers=1)) as decoding:
        assert set(decode_all(decoding, paths).values()) == {None}
    first, second = read_by(reader)[f"once {name}.mp4"]
    assert first in read_by(reader)["a.mp4"]
    assert first != second


@on_posix
@pytest.mark.parametrize(
    ("name", "kind", "tries"),
    [
        ("terminated.mp4", NotNowError, 2),
        ("killed.mp4", NotNowError, 2),
        ("twice SIGHUP.mp4", NotNowError, 2),
        ("crash.mp4", UnreadableVideoError, 2),
        ("exit.mp4", UnreadableVideoError, 2),
    ],
)
def test_two_new_workers_tell_whose_fault_it_is(reader, tmp_path, name, kind, tries):
    path = show_labels(tmp_path / name)
    with closing(ProcessDecoders(reader, SPEC, workers=1)) as decoding:
        assert type(decode_all(decoding, [path])[name]) is kind
    pids = read_by(reader)[name]
    assert len(pids) == len(set(pids)) == tries


@on_posix
def test_a_worker_that_did_something_before_does_not_tell(reader, tmp_path):
    paths = [show_labels(tmp_path / name) for name in ("a.mp4", "twice SIGSEGV.mp4")]
    with closing(ProcessDecoders(reader, SPEC, workers=1)) as decoding:
        assert set(decode_all(decoding, paths).values()) == {None}
    assert len(set(read_by(reader)["twice SIGSEGV.mp4"])) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a fork server")
def test_the_end_of_the_fork_server_is_no_files_fault(reader, tmp_path):
    paths = [show_labels(tmp_path / f"{name}.mp4") for name in "abcdef"]
    with closing(ProcessDecoders(reader, SPEC, workers=2)) as decoding:
        assert set(decode_all(decoding, paths[:2]).values()) == {None}
        server = psutil.Process(forkserver._forkserver._forkserver_pid)
        server.kill()
        # Not server.wait: that would take its end away from multiprocessing, which looks for it.
        end = time.monotonic() + 60
        while server.status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
            time.sleep(0.05)
        for pid in {pid for pids in read_by(reader).values() for pid in pids}:
            os.kill(pid, signal.SIGTERM)
        assert set(decode_all(decoding, paths[2:]).values()) == {None}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit it")
def test_what_asks_for_too_much_memory_is_refused_after_a_second_try_alone(reader, tmp_path):
    paths = [show_labels(tmp_path / name) for name in ("greedy.mp4", "a.mp4", "b.mp4")]
    with closing(ProcessDecoders(reader, SPEC, workers=2)) as decoding:
        errors = decode_all(decoding, paths)
    assert [name for name, error in errors.items() if error is None] == ["a.mp4", "b.mp4"]
    assert (type(errors["greedy.mp4"]), errors["greedy.mp4"].reason) == (
        UnreadableVideoError,
        "it asks for more memory than a video may take",
    )
    assert len(set(read_by(reader)["greedy.mp4"])) == 2


@on_posix
def test_what_takes_too_much_processor_time_is_refused_with_that_reason(reader, tmp_path):
    paths = [show_labels(tmp_path / name) for name in ("endless.mp4", "a.mp4")]
    with closing(ProcessDecoders(reader, SPEC, workers=1)) as decoding:
        errors = decode_all(decoding, paths)
    assert errors["a.mp4"] is None
    assert (type(errors["endless.mp4"]), errors["endless.mp4"].reason) == (
        UnreadableVideoError,
        "it takes more processor time than a video may take",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit all of it")
@pytest.mark.parametrize("threads", [1, 3])
def test_workers_are_limited_by_their_threads(reader, tmp_path, threads):
    path = show_labels(tmp_path / "limits.mp4")
    with closing(ProcessDecoders(reader, SPEC, workers=1, threads=threads)) as decoding:
        reason = decode_all(decoding, [path])["limits.mp4"].reason
    memory, cpu_s, core, used_s = map(int, re.findall(r"\d+", reason))
    assert (memory, core) == (limits.worker_memory(threads), 0)
    assert 0 <= cpu_s - used_s - limits.PICTURE_CPU_S * threads <= 2


INTERRUPTED = """
import sys, time, signal, threading
from pathlib import Path
from organizer.cli.stopping import stop_asked_for
from organizer.frames import limits
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.pipeline.decoding.decoders import ProcessDecoders
from tests.pipeline.decoding.test_decoders import SPEC, video_file
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    decoding = ProcessDecoders(reader_for(Sampling.AUTO, threads=1), SPEC, workers=2)
    with stop_asked_for() as stop:
        print("now", flush=True)
        future = decoding.submit(video_file(Path(sys.argv[1])))
        # The interrupt may come later than the result: on a quick machine workers start at once.
        print(future.result(timeout=60).pictures.shape[0], stop.wait(60), flush=True)
        decoding.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent in another way")
@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3])
def test_ctrl_c_while_workers_start_is_not_theirs(tmp_path, after_s):
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED)
    process = subprocess.Popen(
        [sys.executable, script, show_labels(tmp_path / "a.mp4")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path])},
    )
    assert process.stdout.readline() == "now\n"
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("1 True\n", "", 0)


def test_nothing_is_started_before_there_is_something_to_decode(reader):
    before = len(psutil.Process().children(recursive=True))
    decoding = ProcessDecoders(reader, SPEC, workers=2)
    assert len(psutil.Process().children(recursive=True)) == before
    decoding.close()


def test_workers_that_cannot_start_are_an_error_in_words(reader, tmp_path):
    decoding = ProcessDecoders(reader, SPEC, workers=1, prepare=fail_to_start)
    try:
        error = decoding.submit(video_file(show_labels(tmp_path / "a.mp4"))).exception(timeout=60)
    finally:
        decoding.close()
    assert type(error) is ScanError
    assert "cannot be started" in str(error)


def fail_to_start():
    raise SystemExit(3)


ORPHAN = """
import sys
from pathlib import Path
from tests.pipeline.odd_readers import OddReader
from tests.pipeline.decoding.test_decoders import SPEC, video_file
from organizer.pipeline.decoding.decoders import ProcessDecoders
if __name__ == "__main__":
    decoding = ProcessDecoders(OddReader(Path(sys.argv[2])), SPEC, workers=1)
    decoding.submit(video_file(Path(sys.argv[1]))).result()
    print("decoded", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes end in other ways")
def test_workers_do_not_outlive_a_scan_that_was_killed(reader, tmp_path):
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    path = show_labels(tmp_path / "a.mp4")
    process = subprocess.Popen(
        [sys.executable, script, path, reader.log],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path])},
    )
    assert process.stdout.readline() == "decoded\n"
    (pid,) = read_by(reader)["a.mp4"]
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=60)
    assert not psutil.pid_exists(pid)


def test_decoders_are_started_with_what_is_left(reader):
    """As many as there are files, and the reader that was given or the one of a sampling."""
    for how in (reader, Sampling.EXACT):
        with closing(start_decoders(how, colour_bundle(), workers=4, files=1, isolated=False)) as decoding:
            assert type(decoding) is ThreadDecoders
        with closing(start_decoders(how, colour_bundle(), workers=4, files=1, isolated=True)) as decoding:
            assert type(decoding) is ProcessDecoders


def kinds_of(error):
    return [error, *(kind for below in error.__subclasses__() for kind in kinds_of(below))]


@pytest.mark.parametrize("kind", kinds_of(VideoError))
def test_errors_come_back_from_processes_as_they_were(kind):
    assert CannotPlanError in kinds_of(VideoError)
    error = kind("/v/a.mp4", *["it is cut off", "Copy it again."][: 0 if kind is CannotPlanError else 2])
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back)) == (kind, str(error))
    assert (back.path, back.reason, back.advice) == (error.path, error.reason, error.advice)


class EndlessReader:
    """Says when it has read a picture, and reads on for as long as it is asked to."""

    name = "endless"
    paths = ()

    def __init__(self):
        self.began = threading.Event()

    def read(self, path, **settings):
        (picture,) = PyAvReader(threads=1).read(path, **settings)
        while True:
            yield picture
            self.began.set()
            time.sleep(0.01)


def test_threads_stop_between_two_frames(tmp_path):
    path = show_labels(tmp_path / "a.mp4", "Animal")
    reader = EndlessReader()
    decoding = ThreadDecoders(reader, SPEC, workers=1)
    decoded = decoding.submit(video_file(path))
    assert reader.began.wait(60)
    closes = threading.Thread(target=decoding.close)
    closes.start()
    assert type(decoded.exception(timeout=60)) is StoppedError
    closes.join(60)
    assert not closes.is_alive()


def kills(monkeypatch):
    """The numbers of processes that were sent a signal by their number from here on."""
    sent = []
    real = os.kill

    def kill(pid, number):
        sent.append(pid)
        real(pid, number)

    monkeypatch.setattr(os, "kill", kill)
    return sent


def without_handles(monkeypatch):
    """As on a system that has no handles of processes."""

    def fail(*_):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(os, "pidfd_open", fail, raising=False)


@on_posix
@pytest.mark.parametrize("handles", [True, False])
def test_the_number_of_a_worker_that_ended_is_left_alone(reader, tmp_path, monkeypatch, handles):
    """It may be another process's by now."""
    if not handles:
        without_handles(monkeypatch)
    path = show_labels(tmp_path / "a.mp4")
    with closing(ProcessDecoders(reader, SPEC, workers=1)) as decoding:
        assert decode_all(decoding, [path]) == {"a.mp4": None}
        (pid,) = read_by(reader)["a.mp4"]
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 60
        # On Linux the fork server takes its number away; elsewhere it stays until this process asks.
        while sys.platform == "linux" and psutil.pid_exists(pid) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5)
        sent = kills(monkeypatch)
    assert sent == []


@on_posix
def test_workers_are_ended_without_handles_too(reader, tmp_path, monkeypatch):
    without_handles(monkeypatch)
    monkeypatch.setattr(limits, "PICTURE_WAIT_S", 5.0)
    path = show_labels(tmp_path / "hang.mp4")
    with closing(ProcessDecoders(reader, SPEC, workers=1)) as decoding:
        assert type(decode_all(decoding, [path])["hang.mp4"]) is NotNowError
    assert not any(psutil.pid_exists(pid) for pid in read_by(reader)["hang.mp4"])
