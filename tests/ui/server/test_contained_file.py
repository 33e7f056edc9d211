"""Which files below a folder can be opened, whatever becomes of them meanwhile."""

import os
import socket
import threading
from functools import partial

import pytest

from organizer.ui.server.contained_file import STEP_BY_STEP, open_contained


@pytest.fixture(params=[True, False], ids=["step by step", "checked afterwards"])
def opener(request):
    """Both ways to open a file; each test holds for both."""
    if request.param and not STEP_BY_STEP:
        pytest.skip("folders cannot be opened here")
    return partial(open_contained, step_by_step=request.param)


@pytest.fixture
def folder(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "a" / "b").mkdir(parents=True)
    outside.mkdir()
    (root / "a" / "b" / "film.mp4").write_bytes(b"inside")
    (outside / "film.mp4").write_bytes(b"secret")
    return root


def content(opener, root, relative_path):
    with open(opener(str(root), relative_path), "rb") as file:
        return file.read()


def test_a_file_is_opened_through_any_number_of_folders(opener, folder):
    assert content(opener, folder, "a/b/film.mp4") == b"inside"
    assert content(opener, folder / "a" / "b", "film.mp4") == b"inside"


def test_the_root_may_be_reached_through_a_link(opener, folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert content(opener, tmp_path / "link", "a/b/film.mp4") == b"inside"


@pytest.mark.parametrize("name", ["b\udcff.mp4", "\u00e4 # ?.mp4", "-"])
def test_any_name_is_a_name(opener, folder, name):
    (folder / name).write_bytes(b"x")
    assert content(opener, folder, name) == b"x"


def test_no_step_may_be_a_link(opener, folder, tmp_path):
    (folder / "link.mp4").symlink_to(tmp_path / "outside" / "film.mp4")
    (folder / "inner.mp4").symlink_to("a/b/film.mp4")
    (folder / "c").symlink_to(tmp_path / "outside")
    (folder / "d").symlink_to("a")
    for path in ("link.mp4", "inner.mp4", "c/film.mp4", "d/b/film.mp4"):
        with pytest.raises(OSError):
            opener(str(folder), path)


@pytest.mark.parametrize(
    "path",
    ["", ".", "a/", "a//b/film.mp4", "a/./b/film.mp4", "../outside/film.mp4", "a/../../outside/film.mp4"],
)
def test_only_plain_paths_are_taken(opener, folder, path):
    with pytest.raises(ValueError):
        opener(str(folder), path)


def test_an_absolute_path_is_not_taken(opener, folder, tmp_path):
    with pytest.raises(ValueError):
        opener(str(folder), str(tmp_path / "outside" / "film.mp4"))


def test_only_regular_files_are_opened_and_nothing_is_waited_for(opener, folder, tmp_path, monkeypatch):
    os.mkfifo(folder / "pipe.mp4")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.mp4")
        for path in ("pipe.mp4", "socket.mp4", "a", "a/b", "gone.mp4", "a/b/film.mp4/x"):
            with pytest.raises(OSError):
                opener(str(folder), path)


def test_a_swap_between_any_two_steps_leads_nowhere_outside(opener, folder, tmp_path):
    stop = threading.Event()

    def swap():
        beside, target = folder / "beside", folder / "film.mp4"
        while not stop.is_set():
            beside.symlink_to(tmp_path / "outside" / "film.mp4")
            os.replace(beside, target)
            beside.write_bytes(b"inside")
            os.replace(beside, target)
            (folder / "a" / "b").rename(folder / "aside")
            (folder / "a" / "b").symlink_to(tmp_path / "outside")
            (folder / "a" / "b").unlink()
            (folder / "aside").rename(folder / "a" / "b")

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    try:
        for number in range(6000):
            try:
                seen.add(content(opener, folder, ("film.mp4", "a/b/film.mp4")[number % 2]))
            except OSError:
                seen.add(None)
    finally:
        stop.set()
        thread.join()
    assert seen <= {b"inside", None}
    assert b"inside" in seen


def test_no_descriptor_is_left_open(opener, folder, tmp_path):
    (folder / "link.mp4").symlink_to(tmp_path / "outside" / "film.mp4")
    os.mkfifo(folder / "pipe.mp4")
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    for path in ("link.mp4", "pipe.mp4", "a", "gone.mp4", "a/gone/film.mp4"):
        with pytest.raises(OSError):
            opener(str(folder), path)
        again = os.open(os.devnull, os.O_RDONLY)
        os.close(again)
        assert again == lowest
