"""Folders of this computer, to choose one: names alone, without what is hidden."""

from __future__ import annotations

import errno
import os

import pytest

from organizer.ui import folder_browser
from organizer.ui.folder_browser import home, open_folder, places


def test_a_folder_with_what_lies_in_it(tmp_path):
    for name in ("b", "A *x*", ".hidden", "@eaDir", "c/below"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("1.mp4", "2.MOV", "notes.txt", ".3.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "b")
    opened = open_folder(str(tmp_path))
    assert [folder.words for folder in opened.folders] == ["A *x*", "b", "c", "link"]
    assert opened.folders[2].path == str(tmp_path / "c")
    assert (opened.videos, opened.more, opened.error) == (2, False, "")
    assert [folder.path for folder in opened.above][-2:] == [str(tmp_path.parent), str(tmp_path)]
    assert opened.above[0].path == os.path.abspath(os.sep)


def test_names_that_are_no_text_can_be_opened(tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    (named,) = open_folder(str(tmp_path)).folders
    assert named.words == "caf\\udce9"
    os.mkdir(folder + b"/inside")
    assert [one.words for one in open_folder(named.path).folders] == ["inside"]


@pytest.mark.parametrize("path", ["/no/such/folder", __file__])
def test_what_cannot_be_opened_says_why(path):
    opened = open_folder(path)
    assert opened.error.startswith("This folder cannot be opened (")
    assert (opened.folders, opened.videos) == ((), 0)


def test_a_folder_that_may_not_be_read_says_why(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert open_folder(str(tmp_path)).error == "This folder cannot be opened (Permission denied)."


def test_home_is_meant_by_a_tilde_and_by_nonsense(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Videos").mkdir()
    assert open_folder("~").path == str(tmp_path) == home()
    assert open_folder("a\0b").path == str(tmp_path)
    assert [place.words for place in places()][:2] == ["Home", "Videos"]
    assert places()[-1].path == "/"


def test_a_folder_with_very_many_folders_is_shown_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_browser, "MOST_FOLDERS", 3)
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    opened = open_folder(str(tmp_path))
    assert (len(opened.folders), opened.more) == (3, True)


def test_drives_are_found_where_systems_mount_them(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/me/My\\040Drive vfat rw 0 0\nproc /proc proc rw 0 0\n"
        "/dev/sdc1 /run/media/me/Caf\\303\\251 vfat rw 0 0\n\n"
    )
    monkeypatch.setattr(folder_browser, "_MOUNTS", str(mounts))
    found = [place.words for place in places()]
    assert "My Drive" in found
    assert [place.path for place in places() if "run" in place.path] == ["/run/media/me/Café"]
    monkeypatch.setattr(folder_browser, "_MOUNTS", str(tmp_path / "none"))
    assert "My Drive" not in [place.words for place in places()]
