"""What is asked of this computer to show a file, and what is said where that fails."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from organizer import desktop
from organizer.errors import DesktopError

HOSTILE = '/videos/it\'s; $(touch x) `y` "z" -n, ä.mp4'


def test_a_path_is_one_argument_whatever_it_holds():
    assert desktop.player_command(HOSTILE, "linux") == ["xdg-open", HOSTILE]
    assert desktop.player_command(HOSTILE, "darwin") == ["open", HOSTILE]
    assert desktop.folder_commands(HOSTILE, "darwin") == [["open", "-R", HOSTILE]]
    by_name, by_folder = desktop.folder_commands(HOSTILE, "linux")
    assert by_folder == ["xdg-open", "/videos"]
    (uris,) = [part for part in by_name if part.startswith("array:")]
    assert uris == (
        "array:string:file:///videos/it%27s%3B%20%24%28touch%20x%29%20%60y%60%20%22z%22%20-n%2C%20%C3%A4.mp4"
    )
    (line,) = desktop.folder_commands("C:\\my videos\\a, b.mp4", "win32")
    assert line == 'explorer /select,"C:\\my videos\\a, b.mp4"'


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder of programs in the place of this computer's; ``programs(name, script)`` writes one."""
    if sys.platform == "win32":
        pytest.skip("scripts are programs where there is a shell")
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    # They end at once, but a busy machine may take long to start one.
    monkeypatch.setattr(desktop, "_PATIENCE_S", 60.0)

    def write(name, script):
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    return write


def opener():
    return "open" if sys.platform == "darwin" else "xdg-open"


def test_a_file_is_given_to_its_program(programs, tmp_path):
    programs(opener(), f'printf "%s|" "$#" "$1" > {tmp_path}/asked')
    desktop.open_in_player("/videos/a b; c.mp4")
    assert (tmp_path / "asked").read_text() == "1|/videos/a b; c.mp4|"


def test_a_player_that_stays_open_is_not_waited_for(programs, monkeypatch):
    monkeypatch.setattr(desktop, "_PATIENCE_S", 0.1)
    programs(opener(), f"exec {sys.executable} -c 'import time; time.sleep(60)'")
    desktop.open_in_player("/videos/a.mp4")
    process = desktop._started[-1]
    assert process.poll() is None
    assert os.getsid(process.pid) != os.getsid(0)
    process.kill()
    process.wait()


@pytest.mark.parametrize("script", [None, "exit 3"])
def test_no_program_for_a_file_is_said_in_words(programs, script):
    if script:
        programs(opener(), script)
    with pytest.raises(DesktopError, match=r"^/videos/a\.mp4: it could not be opened .*Copy its path"):
        desktop.open_in_player("/videos/a.mp4")


@pytest.mark.skipif(sys.platform == "darwin", reason="it has one way to show a file")
def test_where_no_file_manager_takes_a_file_its_folder_is_opened(programs, tmp_path):
    programs("dbus-send", "exit 1")
    programs("xdg-open", f'echo "$1" > {tmp_path}/asked')
    desktop.show_in_folder("/videos/trip/a.mp4")
    assert (tmp_path / "asked").read_text() == "/videos/trip\n"
    programs("xdg-open", "exit 1")
    with pytest.raises(DesktopError):
        desktop.show_in_folder("/videos/trip/a.mp4")
