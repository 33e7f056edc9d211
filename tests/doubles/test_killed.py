"""A move that is killed at any step loses nothing, and the next command brings it to one of its ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from organizer.doubles.grouping import groups_of
from organizer.doubles.move_plan import plan_moves
from organizer.doubles.moving import move_away, move_back
from organizer.doubles.settling import settle
from organizer.library.records import Status

STEPS_OF_A_RENAME = ("begun", "moved", "followed")
STEPS_OF_A_COPY = ("begun", "copied", "compared", "named", "moved", "followed")

KILLED = """
import errno, os, signal, sys
from organizer.doubles import move_files, moving
from organizer.doubles.grouping import groups_of
from organizer.doubles.move_plan import plan_moves
from organizer.library import Library

library, away, wanted, disk, way = sys.argv[1:]
real = move_files.rename_new
def replace(source, target):
    if disk == "other" and not str(source).endswith(".part"):
        raise OSError(errno.EXDEV, "Invalid cross-device link")
    real(source, target)
move_files.rename_new = replace
def at(step):
    if step == wanted:
        os.kill(os.getpid(), signal.SIGKILL)
with Library.open(library) as opened:
    if way == "back":
        list(moving.move_back(opened, at=at))
    else:
        list(moving.move_away(opened, plan_moves(opened, groups_of(opened), away), at=at))
"""


@pytest.mark.parametrize("way", ["away", "back"])
@pytest.mark.parametrize(
    ("disk", "step"),
    [("same", step) for step in STEPS_OF_A_RENAME] + [("other", step) for step in STEPS_OF_A_COPY],
)
def test_a_kill_at_any_step_leaves_each_file_whole(shelf, tmp_path, disk, step, way):
    library, root, away = shelf
    whole = {path.name + path.parent.name: path.read_bytes() for path in root.rglob("*.mp4")}
    if way == "back":
        list(move_away(library, plan_moves(library, groups_of(library), str(away))))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(library.path), str(away), step, disk, way],
        check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert killed.returncode == -signal.SIGKILL

    def places(name: str) -> list[Path]:
        """The places at which a file has its name and more than nothing in it."""
        found = [root / name, away / name]
        return [path for path in found if path.exists() and path.stat().st_size]

    for name in ("2023/copy.mp4", "2024/copy.mp4"):
        path = Path(name)
        there = places(name)
        # On one disk it is at one place at every moment; on two it may be whole at both.
        assert len(there) in ({1} if disk == "same" else {1, 2})
        assert {each.read_bytes() for each in there} == {whole[path.name + path.parent.name]}
    settle(library)
    assert library.moves.unsettled() == []
    for name in ("2023/copy.mp4", "2024/copy.mp4"):
        (there,) = places(name)
        ids = {"2023/copy.mp4": 2, "2024/copy.mp4": 3}
        assert library.video(ids[name]).status is (
            Status.OK if there.is_relative_to(root) else Status.MISSING
        )
    left = [path for folder in (root, away) for path in folder.rglob("*") if path.is_file()]
    assert len(left) == 3, "no part of a copy, and no empty name"
    # And back again to where they were.
    list(move_back(library))
    assert {path.name + path.parent.name: path.read_bytes() for path in root.rglob("*.mp4")} == whole
    assert not away.exists(), "no folder that the move made"
