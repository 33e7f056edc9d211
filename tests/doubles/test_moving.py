"""Originals are moved, and moved back, and never lost, overwritten or torn, whatever happens meanwhile."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from organizer.doubles import move_files
from organizer.doubles.finding import find_doubles
from organizer.doubles.grouping import groups_of
from organizer.doubles.move_plan import plan_moves
from organizer.doubles.moving import move_away, move_back
from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.library.doubles import MovedAway, MoveState
from organizer.library.records import Status
from tests.doubles.films import SPACE, encoded_again, film, store_file


def contents(*folders: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def plan(library, away):
    return plan_moves(library, groups_of(library), str(away))


def other_disk(monkeypatch) -> None:
    """Let every rename of an original fail as one to another disk does."""
    real = move_files.rename_new

    def rename(source, target):
        if not str(source).endswith(".part"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(move_files, "rename_new", rename)


def test_a_plan_touches_nothing(shelf):
    library, root, away = shelf
    before = contents(root)
    planned = plan(library, away)
    assert [(Path(each.source).name, Path(each.target)) for each in planned] == [
        ("copy.mp4", away / "2023/copy.mp4"),
        ("copy.mp4", away / "2024/copy.mp4"),
    ]
    assert contents(root) == before
    assert not away.exists()


@pytest.mark.parametrize("to_another_disk", [False, True])
def test_there_and_back_again(shelf, monkeypatch, to_another_disk):
    library, root, away = shelf
    if to_another_disk:
        other_disk(monkeypatch)
    before = contents(root)
    dates = {path: os.stat(root / path).st_mtime_ns for path in ("2023/copy.mp4", "2024/copy.mp4")}
    moved = list(move_away(library, plan(library, away)))
    assert [each.problem for each in moved] == ["", ""]
    assert sorted(contents(root)) == ["videos/best.mp4"]
    assert {path: os.stat(away / path).st_mtime_ns for path in dates} == dates
    assert contents(root, away).keys() == {"videos/best.mp4", "away/2023/copy.mp4", "away/2024/copy.mp4"}
    assert [library.video(id_).status for id_ in (1, 2, 3)] == [Status.OK, Status.MISSING, Status.MISSING]
    assert groups_of(library) == []
    assert [each.problem for each in move_back(library)] == ["", ""]
    assert contents(root) == before
    assert [library.video(id_).status for id_ in (1, 2, 3)] == [Status.OK] * 3
    assert list(move_back(library)) == []
    assert not list(away.rglob("*.part"))


def test_what_was_decided_stays_with_a_video_that_was_moved_away(shelf):
    library, _, away = shelf
    library.confirm(2, "Holiday")
    list(move_away(library, plan(library, away)))
    assert [tag.name for tag in library.video(2).tags] == ["Holiday"]


def test_a_folder_of_the_library_knows_what_was_moved_into_it(shelf):
    library, _, away = shelf
    away.mkdir()
    library.roots.add(str(away))
    list(move_away(library, plan(library, away)))
    assert library.video(2).path == str(away / "2023/copy.mp4")
    assert library.video(2).status is Status.OK
    assert [place.status for place in library.video(2).places] == [Status.OK]


def test_nothing_is_overwritten(shelf):
    library, _, away = shelf
    (away / "2023").mkdir(parents=True)
    (away / "2023/copy.mp4").write_bytes(b"somebody else's")
    planned = plan(library, away)
    # Meanwhile something takes the next name too.
    (away / "2023/copy (2).mp4").write_bytes(b"later")
    list(move_away(library, planned))
    kept = contents(away)
    assert kept["away/2023/copy.mp4"] == b"somebody else's"
    assert kept["away/2023/copy (2).mp4"] == b"later"
    assert kept["away/2023/copy (2) (2).mp4"].startswith(b"the film 2023/copy.mp4")


def test_a_file_that_was_changed_stays(shelf):
    library, root, away = shelf
    planned = plan(library, away)
    (root / "2023/copy.mp4").write_bytes(b"edited")
    results = list(move_away(library, planned))
    assert [each.problem for each in results] == ["it was changed since the last scan", ""]
    assert [each.problem for each in plan(library, away)] == ["it was changed since the last scan"]


def test_without_the_one_to_keep_all_stay(shelf):
    library, root, away = shelf
    planned = plan(library, away)
    (root / "best.mp4").unlink()
    assert {each.problem for each in move_away(library, planned)} == {"the one to keep is not there any more"}
    assert {each.target for each in plan(library, away)} == {None}
    assert len(contents(root)) == 2


def test_an_offline_folder_stays(shelf):
    library, _, away = shelf
    (root,) = library.roots.all()
    library.roots.set_offline(root, True)
    assert {each.problem for each in plan(library, away)} == {"it is offline"}


def test_a_folder_that_cannot_be_written_stays(shelf, monkeypatch):
    library, root, away = shelf
    real = os.access
    closed = str(root / "2023")
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and real(path, mode))
    assert [each.problem for each in plan(library, away)] == ["its folder cannot be written", ""]


def test_what_lies_there_already_stays(shelf):
    library, root, _ = shelf
    assert {each.problem for each in plan(library, root)} == {"it lies in that folder already"}


def test_what_may_be_another_take_is_moved_only_when_that_is_wanted(tmp_path):
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        for number in range(2):
            store_file(library, root, f"{number}.mp4", encoded_again(film(1, 2), number, noise=3.0))
        list(find_doubles(library, SPACE))
        (planned,) = plan(library, tmp_path / "away")
        assert planned.problem == "it may be another take, for it is too short or too still to tell"
        (planned,) = plan_moves(library, groups_of(library), str(tmp_path / "away"), unsure=True)
        assert planned.target == str(tmp_path / "away/1.mp4")


def test_an_overlap_is_never_moved(tmp_path):
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        rows = film(1, 40)
        store_file(library, root, "end.mp4", rows[:32])
        store_file(library, root, "start.mp4", encoded_again(rows[6:]))
        list(find_doubles(library, SPACE))
        (planned,) = plan(library, tmp_path / "away")
        assert planned.target is None
        assert planned.problem == "it shows something that the kept one does not"


def test_a_copy_that_differs_is_no_copy(shelf, monkeypatch):
    library, root, away = shelf
    other_disk(monkeypatch)
    before = contents(root)
    monkeypatch.setattr(move_files, "sha256_of", lambda _: "something else")
    results = list(move_away(library, plan(library, away)))
    assert all("differs" in each.problem for each in results)
    assert contents(root) == before
    assert contents(away) == {}


def test_a_disk_that_rounds_dates_keeps_nothing_from_being_moved_back(shelf, monkeypatch):
    library, root, away = shelf
    other_disk(monkeypatch)
    date = os.stat(root / "2023/copy.mp4").st_mtime_ns
    list(move_away(library, plan(library, away)))
    os.utime(away / "2023/copy.mp4", (1_000_000_000, 1_000_000_000))
    assert [each.problem for each in move_back(library)] == ["", ""]
    assert os.stat(root / "2023/copy.mp4").st_mtime_ns == date


def test_what_was_edited_after_it_was_moved_stays_there(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))
    (away / "2024/copy.mp4").write_bytes(b"edited")
    assert {each.problem for each in move_back(library)} == {"", "it was changed since it was moved"}
    assert (away / "2024/copy.mp4").read_bytes() == b"edited"


def test_what_lies_where_a_file_lay_stays_when_it_is_moved_back(shelf):
    library, root, away = shelf
    list(move_away(library, plan(library, away)))
    (root / "2024/copy.mp4").write_bytes(b"new")
    results = {Path(each.source).parent.name: each.problem for each in move_back(library)}
    assert results == {"2024": "something else lies where it lay", "2023": ""}
    assert (root / "2024/copy.mp4").read_bytes() == b"new"


def test_a_move_is_a_step_of_the_history_which_only_the_way_back_undoes(shelf):
    library, _, away = shelf
    library.apply(MarkChange(favourite=True), [1])
    list(move_away(library, plan(library, away)))
    move, mark = library.steps()
    assert (move.words, move.videos, move.noun) == (f"Doubles moved to {away}", 2, "file")
    assert (move.undone, move.undoable) == (False, True)
    assert (library.last_step(), library.last_step(moves=False)) == (move, mark)
    outcome = library.undo_step(move.id)
    assert (bool(outcome), outcome.reasons) == (
        False,
        ("Files are moved back, the last move first, by: organizer duplicates --undo-move",),
    )
    assert len(contents(away)) == 2
    list(move_back(library))
    move, mark = library.steps()
    assert (move.videos, move.undone) == (2, True)
    assert library.last_step() == mark
    for again in (library.undo_step, library.redo_step):
        assert again(move.id).reasons == ("These files were moved back.",)
    library.undo_step(mark.id)
    assert library.last_step(undone=True).id == mark.id


def test_a_move_stands_until_all_of_it_is_back(shelf):
    library, _, away = shelf
    list(move_away(library, plan(library, away)))
    (away / "2024/copy.mp4").write_bytes(b"edited")
    list(move_back(library))
    (move,) = library.steps()
    assert (move.videos, move.undone, move.undoable) == (2, False, True)
    assert library.moves.last_away() == MovedAway(1, str(away), move.at)
    (away / "2024/copy.mp4").rename(away / "2024/mine.mp4")
    list(move_back(library))
    (move,) = library.steps()
    assert (move.undone, library.last_step(), library.moves.last_away()) == (True, None, None)


def test_a_move_whose_files_were_taken_away_keeps_no_step_from_being_undone(shelf):
    library, _, away = shelf
    library.apply(MarkChange(favourite=True), [1])
    list(move_away(library, plan(library, away)))
    for name in ("2023", "2024"):
        (away / name / "copy.mp4").rename(away / name / "mine.mp4")
    list(move_back(library))
    move, mark = library.steps()
    assert (move.videos, move.undone, move.undoable) == (2, False, False)
    assert library.last_step() == mark
    assert library.undo_step(move.id).reasons == ("These files were taken away since they were moved.",)


def test_a_move_that_comes_to_nothing_is_no_step(shelf, monkeypatch):
    library, _, away = shelf

    def refuse(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(move_files, "rename_new", refuse)
    list(move_away(library, plan(library, away)))
    assert (library.steps(), library.last_step(), library.moves.last_away()) == ([], None, None)


def test_what_was_undone_before_a_move_can_be_done_again_after_it(shelf):
    library, _, away = shelf
    mark = library.apply(MarkChange(favourite=True), [1])
    library.undo_step(mark.id)
    list(move_away(library, plan(library, away)))
    assert library.last_step(undone=True).id == mark.id


def test_a_move_is_noted_before_its_file_is_touched(shelf):
    library, _, away = shelf

    def look(step):
        if step == "begun":
            (move,) = library.moves.unsettled()
            assert move.state is MoveState.BEGUN
            assert library.last_step().moves_files
            assert Path(move.from_path).exists()
            assert not Path(move.to_path).exists()

    list(move_away(library, plan(library, away), at=look))
