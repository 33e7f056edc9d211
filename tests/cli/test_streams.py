"""Streams that are closed, full or broken off, and too little memory: an end in order, in words."""

import os
import subprocess
import sys
import threading

import pytest

from organizer.cli.main import in_words
from organizer.errors import BundleError, OutputError, UnknownVideoError
from organizer.library import Library
from organizer.memory import lacks_memory
from tests.fakes import show_labels
from tests.gallery_server.process import REPOSITORY
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of
from tests.library.test_patience import another_program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shells and streams as POSIX has them")

FULL = (
    "Error: the output cannot be written (No space left on device). Make room there, or write it elsewhere.\n"
)
NEEDS_FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    # More than a pipe holds.
    videos = [SeedVideo(f"{'a long name ' * 15}{number:03}.mp4", ("Animal",)) for number in range(500)]
    seed(folder / "library.db", folder, videos)
    return folder / "library.db"


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for number in range(6):
        show_labels(folder / f"{number}.mp4", "Animal")
    return folder


def shell(command):
    """Run a line in a shell in which ``organizer`` is a command; return its first code, output and errors."""
    organizer = f'organizer() {{ "{sys.executable}" -m organizer "$@"; }}; '
    return subprocess.run(
        ["bash", "-c", f"{organizer}{command}\nexit ${{PIPESTATUS[0]}}"],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


COMMANDS = ["list", "show 1", "tag 1 Mine", "--help", "--version", "list --json", "models", "retag 1"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_one_that_leads_nowhere(library, command, closed):
    result = shell(
        f"organizer {command} --library '{library}' {closed}".replace("--help --library", "--help")
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert bool(result.stdout) == (">&-" not in closed.replace("2>&-", ""))


@NEEDS_FULL
@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_that_is_full_ends_in_1_and_in_words(library, command):
    result = shell(f"organizer {command} --library '{library}' > /dev/full")
    assert (result.returncode, result.stderr) == (1, FULL)


@NEEDS_FULL
def test_where_nothing_can_be_said_the_code_says_it(library):
    assert shell(f"organizer list --library '{library}' > /dev/full 2>&1").returncode == 1
    assert shell(f"organizer show nowhere --library '{library}' 2> /dev/full").returncode == 1
    assert shell(f"organizer list --library '{library}' 2> /dev/full").returncode == 0
    assert shell("organizer nonsense 2> /dev/full").returncode == 2


@pytest.mark.parametrize("command", ["list", "list --json"])
def test_a_reader_that_has_seen_enough_ends_it_with_141(library, command):
    result = shell(f"organizer {command} --library '{library}' | head -1")
    assert (result.returncode, result.stderr) == (141, "")
    assert result.stdout.count("\n") == 1


def test_no_file_takes_the_number_of_a_closed_stream(tmp_path, videos):
    """What is printed would be written into it."""
    library = tmp_path / "library.db"
    result = shell(f"organizer scan --library '{library}' --workers 1 '{videos}' <&- >&- 2>&-")
    assert result.returncode == 0
    with Library.open(library) as opened:
        assert database_of(opened).execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert opened.jobs.newest().state == "done"


def newest(library):
    with Library.open(library) as opened:
        return opened.jobs.newest()


def test_a_scan_whose_reader_has_seen_enough_stops_in_order(tmp_path, videos):
    library = tmp_path / "library.db"
    result = shell(f"organizer scan --library '{library}' --workers 1 '{videos}' | head -1")
    row = newest(library)
    assert result.returncode == 141
    assert result.stderr.startswith(f"Stopped after {row.done} of 6 files. Everything done is stored")
    assert result.stderr.count("\n") == 1
    assert (row.state, row.to_do) == ("stopped", 6)
    again = shell(f"organizer scan --library '{library}' --workers 1 '{videos}'")
    assert (again.returncode, newest(library).done) == (0, 6 - row.done)


@NEEDS_FULL
def test_a_scan_whose_output_is_full_fails_in_words(tmp_path, videos):
    library = tmp_path / "library.db"
    result = shell(f"organizer scan --library '{library}' --workers 1 '{videos}' > /dev/full")
    assert (result.returncode, result.stderr) == (1, FULL)
    row = newest(library)
    assert row.state == "failed"
    assert row.message.startswith("the output cannot be written (No space left on device)")


def test_a_progress_bar_whose_terminal_is_gone_ends_it_in_words(tmp_path, videos):
    """Its own thread draws it, and may find out first."""
    import pty

    library = tmp_path / "library.db"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "organizer", "scan", "--library", str(library), "--workers", "1", str(videos)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        # Otherwise the terminal's end is a signal to it.
        start_new_session=True,
    )
    os.close(theirs)
    os.read(ours, 10)
    os.close(ours)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said == FULL.replace("No space left on device", "Input/output error")
    # The thread that draws may be the only one to have met the error before the scan was done.
    assert newest(library).state in {"failed", "done"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not keep to ulimit -v")
@pytest.mark.parametrize("megabytes", [60, 120, 270, 350, 500, 700])
def test_too_little_memory_is_said_in_words(tmp_path, videos, megabytes):
    line = f"ulimit -v {megabytes * 1024}; organizer scan --library '{tmp_path}/library.db' '{videos}'"
    result = shell(line)
    assert result.returncode == 1
    assert "memory" in result.stderr.splitlines()[-1]
    for word in ("Traceback", "please report", "Exception ignored"):
        assert word not in result.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not keep to ulimit -v")
@pytest.mark.parametrize("megabytes", [500, 1500])
def test_what_tensorflow_would_end_without_a_word_is_not_begun(library, megabytes):
    pytest.importorskip("tensorflow")
    result = shell(f"ulimit -v {megabytes * 1024}; organizer train --library '{library}'")
    assert result.returncode == 1
    assert "at least 3,072 MB are needed for this. Raise the limit (ulimit -v)" in result.stderr
    assert result.stderr.count("\n") == 1


def raised(error, cause=None):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        BlockingIOError(11, "Resource temporarily unavailable"),
        RuntimeError("can't start new thread"),
        ImportError("libx.so: failed to map segment from shared object"),
        RuntimeError("Failed to allocate memory for tensors."),
        raised(BundleError("/m: this model file cannot be used."), MemoryError()),
    ],
)
def test_what_says_that_there_is_no_memory(error):
    assert lacks_memory(error)
    assert "too little memory" in in_words(error)
    assert "report" not in in_words(error)


@pytest.mark.parametrize(
    "error",
    [UnknownVideoError("out of memory.mp4: no such video"), OSError(2, "No such file", "out of memory")],
)
def test_names_of_files_say_nothing_about_memory(error):
    assert not lacks_memory(error)


def test_threads_leave_it_to_the_command_to_say_it(monkeypatch):
    from organizer.cli.streams import mend_streams

    said = []
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(threading, "__excepthook__", said.append)
    mend_streams()
    for error in (OutputError("full"), MemoryError(), ZeroDivisionError("a")):
        thread = threading.Thread(target=lambda error=error: raised_again(error))
        thread.start()
        thread.join()
    assert [found.exc_type for found in said] == [ZeroDivisionError]


def raised_again(error):
    raise error


def test_another_writer_is_waited_for_with_a_word_said_once(library):
    with another_program(library) as let_go:
        threading.Timer(5, let_go).start()
        result = shell(f"organizer tag 1 Yours Ours --library '{library}'")
    assert (result.returncode, result.stderr) == (
        0,
        "Waiting for another program that writes to the library ...\n",
    )
    assert "Yours (yours)" in result.stdout
