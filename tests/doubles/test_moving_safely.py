"""What goes on around a move, another command, a changed disk, a person, costs no original."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from organizer.doubles import move_files, moving
from organizer.doubles.finding import find_doubles
from organizer.doubles.grouping import groups_of
from organizer.doubles.move_lock import is_moving
from organizer.doubles.move_plan import plan_moves
from organizer.doubles.moving import move_away, move_back
from organizer.doubles.settling import settle
from organizer.errors import JobRunningError, OutputError
from organizer.library import Library
from organizer.library.doubles import MoveState
from tests.doubles.films import SPACE, encoded_again, film, store, store_file
from tests.doubles.test_moving import contents, other_disk, plan


def problems(results) -> list[str]:
    return [each.problem for each in results]


def test_no_other_command_settles_or_moves_while_one_moves(shelf):
    library, root, away = shelf
    before = contents(root)

    def look(step):
        if step == "begun":
            with Library.open(library.path) as other:
                assert is_moving(other)
                for do in (
                    settle,
                    lambda it: list(move_away(it, plan(it, away))),
                    lambda it: list(move_back(it)),
                ):
                    with pytest.raises(JobRunningError):
                        do(other)

    assert problems(move_away(library, plan(library, away), at=look)) == ["", ""]
    assert not is_moving(library)
    assert problems(move_back(library)) == ["", ""]
    assert contents(root) == before


@pytest.mark.parametrize("way", ["at once", "by a link", "onto a name"])
def test_a_rename_never_overwrites(tmp_path, monkeypatch, way):
    if way != "at once":
        monkeypatch.setattr(move_files, "_rename_at_once", lambda *_: False)
    if way == "onto a name":

        def refuse(*_args, **_options):
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    source, target, new = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    source.write_bytes(b"mine")
    target.write_bytes(b"")
    with pytest.raises(FileExistsError):
        move_files.rename_new(str(source), str(target))
    assert (source.read_bytes(), target.read_bytes()) == (b"mine", b"")
    move_files.rename_new(str(source), str(new))
    assert not source.exists()
    assert new.read_bytes() == b"mine"


@pytest.mark.parametrize("to_another_disk", [False, True])
def test_what_takes_the_name_at_the_last_moment_stays(shelf, monkeypatch, to_another_disk):
    library, root, away = shelf
    if to_another_disk:
        other_disk(monkeypatch)
    whole = (root / "2023/copy.mp4").read_bytes()

    def intrude(step):
        if step == ("compared" if to_another_disk else "begun"):
            for name in ("2023", "2024"):
                (away / name).mkdir(parents=True, exist_ok=True)
                if not (away / name / "copy.mp4").exists():
                    (away / name / "copy.mp4").write_bytes(whole)

    results = list(move_away(library, plan(library, away), at=intrude))
    assert results[0].problem == "something else took its place there meanwhile"
    assert (root / "2023/copy.mp4").read_bytes() == whole
    assert library.moves.unsettled() == []
    assert not list(away.rglob("*.part"))


def test_an_empty_file_of_somebody_else_is_not_taken_away(shelf):
    library, root, away = shelf

    def intrude(step):
        if step == "begun":
            for name in ("2023", "2024"):
                (away / name).mkdir(parents=True, exist_ok=True)
                (away / name / "copy.mp4").touch()

    list(move_away(library, plan(library, away), at=intrude))
    assert (away / "2023/copy.mp4").exists()
    assert (root / "2023/copy.mp4").exists()


def equal_files(library, root, *names: str) -> None:
    """Store one video that lies at several places."""
    for name in names:
        root.mkdir(exist_ok=True)
        (root / name).write_bytes(b"one film" * 100)
        seen = (root / name).stat()
        store(
            library, name, film(1, 20), root=root, size=seen.st_size, mtime_ns=seen.st_mtime_ns, content="ab"
        )


def test_the_one_to_keep_is_never_planned(tmp_path):
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        equal_files(library, root, "a.mp4", "b.mp4")
        (root / "a.mp4").unlink()
        (planned,) = plan(library, tmp_path / "away")
        assert planned.target is None
        assert planned.problem.startswith("it is one to keep itself")
        assert list(move_away(library, [planned])) == []
        assert (root / "b.mp4").exists()


def test_one_file_under_two_folders_is_one_file(tmp_path):
    root, alias = tmp_path / "videos", tmp_path / "alias"
    with Library.open(tmp_path / "library.db") as library:
        equal_files(library, root, "a.mp4")
        alias.symlink_to(root, target_is_directory=True)
        status = (root / "a.mp4").stat()
        store(
            library,
            "a.mp4",
            film(1, 20),
            root=alias,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            content="ab",
        )
        (planned,) = plan(library, tmp_path / "away")
        assert planned.target is None
        assert (root / "a.mp4").exists()


def test_where_the_one_to_keep_was_changed_all_stay(shelf):
    library, root, away = shelf
    planned = plan(library, away)
    (root / "best.mp4").write_bytes(b"cut off")
    assert set(problems(move_away(library, planned))) == {"the one to keep was changed since the last scan"}
    assert len(contents(root)) == 3


def test_the_same_file_is_compared_byte_for_byte(tmp_path):
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        equal_files(library, root, "a.mp4", "b.mp4", "c.mp4")
        status = (root / "b.mp4").stat()
        (root / "b.mp4").write_bytes(b"one FILM" * 100)
        os.utime(root / "b.mp4", ns=(status.st_atime_ns, status.st_mtime_ns))
        results = list(move_away(library, plan(library, tmp_path / "away")))
        assert problems(results) == ["it is not the same as the one to keep, byte for byte", ""]
        assert (root / "b.mp4").exists()
        assert not (root / "c.mp4").exists()


def stuck(monkeypatch, *names: str) -> None:
    """Let some files be such that they cannot be removed."""
    real = os.unlink

    def unlink(path, *args, **options):
        if Path(path).name in names and "away" not in str(path):
            raise PermissionError(errno.EPERM, "Operation not permitted")
        real(path, *args, **options)

    monkeypatch.setattr(os, "unlink", unlink)


def test_an_original_that_cannot_be_removed_stays_and_the_rest_goes_on(shelf, monkeypatch):
    library, root, away = shelf
    other_disk(monkeypatch)
    before = contents(root)
    stuck(monkeypatch, "copy.mp4")
    results = list(move_away(library, plan(library, away)))
    assert set(problems(results)) == {"it cannot be removed where it lies (Operation not permitted)"}
    assert contents(root) == before
    assert contents(away) == {}
    assert library.moves.unsettled() == []


def test_settling_goes_on_past_what_cannot_be_settled(shelf, monkeypatch):
    library, root, away = shelf
    away.mkdir()
    for number, name in enumerate(("2023", "2024"), start=2):
        source = root / name / "copy.mp4"
        status = source.stat()
        library.moves.begin(
            1, number, str(source), str(away / name), size_bytes=status.st_size, mtime_ns=status.st_mtime_ns
        )
        shutil.copy2(source, away / name)
    stuck(monkeypatch, "copy.mp4")
    assert len(settle(library)) == 2
    assert library.moves.unsettled() == []
    assert len(contents(root)) == 3
    assert contents(away) == {}


def test_a_move_to_a_disk_that_is_away_by_now_is_settled_when_it_is_there(shelf):
    library, root, away = shelf
    for step in move_away(library, plan(library, away)):
        assert not step.problem
    (move, *_) = library.moves.to_return()
    library.moves.set_state(move.id, MoveState.BEGUN)
    away.rename(away.with_name("unplugged"))
    (settled,) = settle(library)
    assert "cannot be reached" in settled.problem
    away.with_name("unplugged").rename(away)
    assert problems(settle(library)) == [""]
    assert problems(move_back(library)) == ["", ""]
    assert len(contents(root)) == 3


def test_one_file_that_two_names_lead_to_is_not_removed_when_a_move_is_settled(shelf):
    library, root, _ = shelf
    source = root / "2023/copy.mp4"
    status = source.stat()
    alias = root.with_name("alias")
    alias.symlink_to(root, target_is_directory=True)
    library.moves.begin(
        *(1, 2, str(source), str(alias / "2023/copy.mp4")),
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )
    settle(library)
    assert source.exists()
    assert library.moves.unsettled() == []


def test_what_a_person_took_away_keeps_no_earlier_move_from_going_back(shelf):
    library, root, away = shelf
    first, second = plan(library, away)
    list(move_away(library, [first]))
    list(move_away(library, [second]))
    (away / "2024/copy.mp4").rename(away / "2024/mine.mp4")
    assert problems(move_back(library)) == ["it was taken away since it was moved", ""]
    assert (root / "2023/copy.mp4").exists()
    assert list(move_back(library)) == []


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_where_the_disk_of_moved_files_is_away_they_can_go_back_later(shelf, how):
    library, root, away = shelf
    list(move_away(library, plan(library, away)))
    away.rename(away.with_name("unplugged"))
    if how == "empty":
        for name in ("2023", "2024"):
            (away / name).mkdir(parents=True)
    assert all(problems(move_back(library)))
    shutil.rmtree(away, ignore_errors=True)
    away.with_name("unplugged").rename(away)
    assert problems(move_back(library)) == ["", ""]
    assert len(contents(root)) == 3


@pytest.mark.parametrize("how", ["gone", "said to be offline", "empty"])
def test_nothing_goes_back_into_a_folder_that_is_not_there(shelf, how):
    library, root, away = shelf
    list(move_away(library, plan(library, away)))
    if how == "said to be offline":
        library.roots.set_offline(library.roots.all()[0], True)
    else:
        root.rename(root.with_name("unplugged"))
    if how == "empty":
        root.mkdir()
    assert all(problems(move_back(library)))
    assert len(contents(away)) == 2
    assert root.exists() == (how != "gone")
    assert {move.state for move in library.moves.to_return()} == {MoveState.MOVED}


def test_a_folder_that_a_link_took_the_place_of_is_not_followed(shelf):
    library, root, away = shelf
    planned = plan(library, away)
    elsewhere = root.with_name("elsewhere")
    (root / "2023").rename(elsewhere)
    (root / "2023").symlink_to(elsewhere, target_is_directory=True)
    assert "leads through a link" in problems(move_away(library, planned))[0]
    assert "leads through a link" in problems(plan(library, away))[0]
    assert (elsewhere / "copy.mp4").exists()


def test_a_link_below_the_target_is_not_followed(shelf):
    library, root, away = shelf
    planned = plan(library, away)
    away.mkdir()
    (away / "2023").symlink_to(root.parent, target_is_directory=True)
    assert "leads through a link" in problems(move_away(library, planned))[0]
    assert (root / "2023/copy.mp4").exists()


def test_room_is_counted_for_a_disk_not_a_folder(shelf, monkeypatch):
    library, root, away = shelf
    planned = plan(library, away)
    for name in ("2023", "2024"):
        (away / name).mkdir(parents=True)
    size = planned[0].size_bytes
    real = os.stat

    class Other:
        st_dev, st_mode = -1, 0o040755

    monkeypatch.setattr(
        moving.os, "stat", lambda path, **way: Other if str(path).startswith(str(away)) else real(path, **way)
    )
    free = moving._ROOM + size
    monkeypatch.setattr(moving.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(free, 0, free))
    with pytest.raises(OutputError):
        list(move_away(library, planned))
    assert len(contents(root)) == 3


def test_a_file_that_vanished_after_the_plan_ends_nothing(shelf):
    library, root, away = shelf
    planned = plan(library, away)
    (root / "2023/copy.mp4").unlink()
    first, second = move_away(library, planned)
    assert "cannot be found" in first.problem
    assert second.problem == ""


def test_parts_of_two_libraries_in_one_folder_have_two_names(shelf, tmp_path):
    library, root, away = shelf
    move = library.moves.begin(1, 2, str(root / "x"), str(away / "x"), size_bytes=1, mtime_ns=1)
    with Library.open(tmp_path / "other.db") as other:
        assert move_files.part_of(library, move, move.to_path) != move_files.part_of(
            other, move, move.to_path
        )


def test_an_unsure_plan_has_all_it_needs(tmp_path):
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        for number in range(2):
            store_file(library, root, f"{number}.mp4", encoded_again(film(1, 2), number, noise=3.0))
        list(find_doubles(library, SPACE))
        planned = plan_moves(library, groups_of(library), str(tmp_path / "away"), unsure=True)
        assert problems(move_away(library, planned)) == [""]


@pytest.mark.parametrize("way", ["away", "back"])
def test_a_file_with_both_names_at_the_end_of_a_command_loses_one_of_them(shelf, way):
    """So it is where a disk cannot rename without overwriting, and the command ended in between."""
    library, root, away = shelf
    before = contents(root)
    planned = plan(library, away)
    if way == "back":
        list(move_away(library, planned))
        (move, *_) = library.moves.to_return()
        library.moves.set_state(move.id, MoveState.RETURNING)
        os.link(move.to_path, move.from_path)
    else:
        first = planned[0]
        (away / "2023").mkdir(parents=True)
        library.moves.begin(
            1, 2, first.source, first.target, size_bytes=first.size_bytes, mtime_ns=first.mtime_ns
        )
        os.link(first.source, first.target)
    (settled,) = settle(library)
    assert settled.problem == ""
    assert not Path(settled.source).exists()
    list(move_back(library))
    assert contents(root) == before
    assert contents(away) == {}


def test_the_files_of_a_copy_are_compared_with_each_other(tmp_path):
    root = tmp_path / "videos"
    with Library.open(tmp_path / "library.db") as library:
        store_file(library, root, "best.mp4", film(1, 20), picture=(1920, 1080))
        equal_files(library, root, "a.mp4", "b.mp4", "c.mp4")
        list(find_doubles(library, SPACE))
        status = (root / "b.mp4").stat()
        (root / "b.mp4").write_bytes(b"one FILM" * 100)
        os.utime(root / "b.mp4", ns=(status.st_atime_ns, status.st_mtime_ns))
        results = list(move_away(library, plan(library, tmp_path / "away")))
        assert problems(results) == ["", "it is not the same as its other file, byte for byte", ""]
        assert (root / "b.mp4").exists()
