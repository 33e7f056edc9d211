"""The walks of docs/architecture.md are what really runs: every file of each, when its command is given."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from organizer.demo import make_clips
from tests.cli.labelled import decided_library
from tests.workers import made_once

ROOT = Path(__file__).parents[1]
VIDEO, CLICK, TRAIN = "From a video to a tag", "From a click to a row", "From `train` to a bundle"
LONGEST = {VIDEO: 12, CLICK: 7, TRAIN: 20}
VISITS = "ORGANIZER_TEST_VISITS"

NOTE_VISITS = f"""
# Found by Python when it starts, also as a worker: notes every file of ours that a function runs in.
import os, sys, threading

seen = set()

def note(frame, event, _argument):
    code = frame.f_code
    # The body of a module or a class runs because it is imported, not because it is used.
    if event == "call" and code.co_flags & 1 and code.co_filename not in seen:
        seen.add(code.co_filename)
        if "/organizer/" in code.co_filename:
            with open(os.environ["{VISITS}"], "a") as visits:
                visits.write(code.co_filename + "\\n")

threading.setprofile(note)
sys.setprofile(note)
"""

REJECT = """
import json
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest
from organizer.library import Library
from organizer.config import read_settings
from organizer.ui.resources import use
from organizer.ui.server.app import main_script

use(read_settings(None))
page = AppTest.from_file(str(main_script()), default_timeout=60)
with Library.open(read_settings(None).library) as library:
    (video,) = library.list()
page.query_params["video"] = video.key
page.run()
(detail,) = (element for element in page.get("bidi_component") if element.key == "detail")
states = page._tree.get_widget_states()
state = states.widgets.add()
state.id = _make_trigger_id(detail.proto.id, "events")
action = {"number": 1, "key": video.key, "do": "no", "tag": "Animal"}
sent = {"event": "act", "value": {"number": 1, "actions": [action]}}
state.json_trigger_value = json.dumps([sent])
page._run(states)
assert not page.exception
with Library.open(read_settings(None).library) as library:
    assert [tag.state for tag in library.video(video.id).tags if tag.name == "Animal"] == ["rejected"]
"""


def walk(title: str) -> list[str]:
    """Return the files of a walk in docs/architecture.md, in its order."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (section,) = (
        part for part in re.split(r"^#+ ", page, flags=re.MULTILINE) if part.startswith(f"{title}\n")
    )
    steps = re.findall(r"^(\d+)\. `([^`]+)`", section, re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    return [path for _, path in steps]


def modules_named_in(path: str) -> set[str]:
    """Return the modules of ours that a file imports, wherever in it, or names in a text."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"), path)
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named.add(node.value)
    return named


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def names_of(path: str) -> set[str]:
    """Return the names by which others get at a module: its own, and those of packages that pass it on."""
    steps = module_of(path).split(".")
    return {".".join(steps[:length]) for length in range(2, len(steps) + 1)}


@pytest.mark.parametrize(("title", "most"), LONGEST.items())
def test_walks_are_short_and_their_files_hold_together(title, most):
    files = walk(title)
    assert 1 < len(files) <= most
    assert len(set(files)) == len(files)
    for number, path in enumerate(files[1:], 1):
        before = files[:number]
        called = any(names_of(path) & modules_named_in(caller) for caller in before)
        calls = modules_named_in(path) & {module_of(other) for other in before}
        assert called or calls, f"{path} has nothing to do with {', '.join(before)}"


class Computer:
    """Runs Python with a library, models and notes of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "sitecustomize.py").write_text(NOTE_VISITS, encoding="utf-8")
        self.visits = folder / "visits.txt"
        self.library = folder / "library.db"
        paths = {"LIBRARY": self.library, "MODELS": folder / "models", "CACHE": folder / "cache"}
        self._environment = {
            **os.environ,
            **{f"ORGANIZER_{name}": str(path) for name, path in paths.items()},
            "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT)]),
            VISITS: str(self.visits),
        }

    def run(self, *arguments: object) -> list[str]:
        """Run Python with some arguments, and return the files of organizer that it really ran."""
        self.visits.write_text("", encoding="utf-8")
        command = [sys.executable, *map(str, arguments)]
        ran = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        files = [Path(line) for line in self.visits.read_text(encoding="utf-8").splitlines()]
        return [file.relative_to(ROOT).as_posix() for file in files if file.is_relative_to(ROOT)]


def test_a_video_becomes_a_tag_and_a_click_a_row(tmp_path, tmp_path_factory):
    (tmp_path / "videos").mkdir()
    shutil.copy(made_once(tmp_path_factory, "demo", make_clips) / "cat.mp4", tmp_path / "videos")
    computer = Computer(tmp_path)
    assert set(walk(VIDEO)) <= set(computer.run("-m", "organizer", "scan", tmp_path / "videos"))
    assert set(walk(CLICK)) <= set(computer.run("-c", REJECT))


@pytest.mark.slow
def test_train_becomes_a_bundle(tmp_path):
    computer = Computer(tmp_path)
    decided_library(computer.library)
    assert set(walk(TRAIN)) <= set(
        computer.run("-m", "organizer", "train", "--epochs", "1", "--name", "mine")
    )
