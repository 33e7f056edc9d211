"""Folders that a move made go when nothing is in them any more; all others stay."""

from __future__ import annotations

import errno
import os

import pytest

from organizer.doubles import move_files, moving
from organizer.doubles.made_folders import make_folders
from organizer.doubles.moving import move_away, move_back
from organizer.doubles.settling import settle
from organizer.stopping import StoppedError
from tests.doubles.test_moving import other_disk, plan


def folders(*above) -> list[str]:
    return sorted(
        str(path.relative_to(each.parent))
        for each in above
        for path in [each, *each.rglob("*")]
        if path.is_dir()
    )


@pytest.mark.parametrize("to_another_disk", [False, True])
def test_all_that_the_move_made_is_gone_when_all_is_back(shelf, monkeypatch, to_another_disk):
    library, root, away = shelf
    if to_another_disk:
        other_disk(monkeypatch)
    before = folders(root)
    list(move_away(library, plan(library, away / "deep/er")))
    assert folders(away) == ["away", "away/deep", "away/deep/er", "away/deep/er/2023", "away/deep/er/2024"]
    list(move_back(library))
    assert not away.exists()
    assert folders(root) == before


def test_what_was_there_before_stays(shelf):
    library, _, away = shelf
    (away / "2023").mkdir(parents=True)
    list(move_away(library, plan(library, away)))
    list(move_back(library))
    assert folders(away) == ["away", "away/2023"]


def test_what_came_into_a_folder_since_keeps_it(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))
    (away / "2023/notes.txt").write_text("mine")
    (away / "mine").mkdir()
    list(move_back(library))
    assert folders(away) == ["away", "away/2023", "away/mine"]


def test_a_folder_of_the_same_name_that_somebody_made_since_stays(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))
    (away / "2024").rename(away / "theirs")
    other = away / "other"
    other.mkdir()
    other.rename(away / "2024")
    (away / "theirs/copy.mp4").rename(away / "2024/copy.mp4")
    assert [each.problem for each in move_back(library)] == ["", ""]
    assert folders(away) == ["away", "away/2024", "away/theirs"]


def test_a_folder_that_was_scanned_since_stays(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))
    library.roots.add(str(away))
    list(move_back(library))
    assert folders(away) == ["away"]


def test_a_folder_that_was_scanned_through_a_link_stays(shelf, tmp_path):
    library, _, _ = shelf
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    list(move_away(library, plan(library, tmp_path / "link/away")))
    library.roots.add(str(tmp_path / "disk/away"))
    list(move_back(library))
    assert folders(tmp_path / "disk") == ["disk", "disk/away"]


def test_where_a_file_stays_so_does_its_folder(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))
    (away / "2024/copy.mp4").write_bytes(b"edited")
    list(move_back(library))
    assert folders(away) == ["away", "away/2024"]
    # By another command, when it can go back.
    os.unlink(away / "2024/copy.mp4")
    (moved,) = move_back(library)
    assert moved.target is None
    assert folders(away) == ["away", "away/2024"]


def test_only_those_of_the_move_that_goes_back(shelf, tmp_path):
    library, _, away = shelf
    list(move_away(library, plan(library, away)[:1]))
    list(move_away(library, [plan(library, tmp_path / "later")[0]]))
    assert folders(tmp_path / "later") == ["later", "later/2024"]
    list(move_back(library))
    assert not (tmp_path / "later").exists()
    assert folders(away) == ["away", "away/2023"]
    list(move_back(library))
    assert not away.exists()


def refuse(*_):
    raise OSError(errno.EIO, "Input/output error")


def test_a_move_that_comes_to_nothing_leaves_no_folder(shelf, monkeypatch):
    library, root, away = shelf
    monkeypatch.setattr(move_files, "rename_new", refuse)
    assert all(each.target is None for each in move_away(library, plan(library, away)))
    assert not away.exists()
    assert len(list(root.rglob("*.mp4"))) == 3


def test_a_way_back_that_comes_to_nothing_leaves_no_folder(shelf, monkeypatch):
    library, root, away = shelf
    list(move_away(library, plan(library, away)))
    (root / "2023").rmdir()
    monkeypatch.setattr(move_files, "rename_new", refuse)
    assert all(each.target is None for each in move_back(library))
    assert not (root / "2023").exists()
    assert len(list(away.rglob("*.mp4"))) == 2


def test_a_way_back_that_was_stopped_goes_on_and_leaves_none(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))

    class Stop:
        def __init__(self) -> None:
            self.asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            return self.asked == 2

    with pytest.raises(StoppedError):
        list(move_back(library, stop=Stop()))
    assert folders(away) == ["away", "away/2023"]
    list(move_back(library))
    assert not away.exists()


@pytest.mark.parametrize("step", ["begun", "made"])
def test_a_move_that_was_cut_off_and_taken_back_leaves_none(shelf, monkeypatch, step):
    library, root, away = shelf

    def cut_off(*_):
        raise KeyboardInterrupt

    if step == "made":
        monkeypatch.setattr(moving, "carry", cut_off)
    monkeypatch.setattr(moving, "tidy", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        list(move_away(library, plan(library, away), at=cut_off if step == "begun" else lambda _: None))
    assert away.exists() is (step == "made")
    assert settle(library)[0].target is None
    assert not away.exists()
    assert len(list(root.rglob("*.mp4"))) == 3


def test_folders_that_cannot_all_be_made_are_not_made(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_text("")
    with pytest.raises(NotADirectoryError, match="a/file is no folder"):
        make_folders(str(tmp_path / "a/file/b"), str(tmp_path / "a"))
    with pytest.raises(OSError, match="too long"):
        make_folders(str(tmp_path / "new" / ("x" * 300)), str(tmp_path))
    assert not (tmp_path / "new").exists()
