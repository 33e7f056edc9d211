from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from organizer.cli.commands import COMMANDS
from organizer.cli.filter_options import SORTS, STATES, STATUSES
from organizer.library.filters import Sort
from organizer.library.records import Status
from organizer.types import TagState

README = Path(__file__).parents[2] / "README.md"
NAMES = [command.name for command in COMMANDS]
HEAVY = {
    "ai_edge_litert",
    "av",
    "cv2",
    "numpy",
    "pandas",
    "platformdirs",
    "rich",
    "sklearn",
    "sqlite_utils",
    "streamlit",
    "tensorflow",
}


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command(organizer, option):
    outcome = organizer(option)
    assert (outcome.code, outcome.err) == (0, "")
    listed = re.findall(r"^  (\w+)  ", outcome.out.split("Commands:")[1], re.MULTILINE)
    assert sorted(listed) == sorted(NAMES)


@pytest.mark.parametrize("arguments", [["--help"], ["models", "--help"]])
def test_no_line_of_help_is_cut_off(organizer, arguments):
    assert not [line for line in organizer(*arguments).lines if line.endswith("...") and "Usage:" not in line]


def test_help_keeps_its_examples_on_lines_of_their_own(organizer):
    lines = [line.strip() for line in organizer("--help").lines]
    assert "organizer demo                   try it on five small clips" in lines
    assert not [line for line in lines if "\\b" in line]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(organizer, name):
    outcome = organizer(name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Usage: organizer {name} ")
    command = next(command for command in COMMANDS if command.name == name)
    assert " ".join(command.help.split("\n\n")[0].split()) in " ".join(outcome.out.split())
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help
            assert parameter.opts[0] in outcome.out


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_mentions_every_command(name):
    if not README.exists():
        pytest.skip("README.md IS MISSING: write it, every command must be mentioned there")
    assert f"organizer {name}" in README.read_text(encoding="utf-8")


def test_the_version_is_that_of_the_package(organizer):
    from organizer import __version__

    assert organizer("--version").out.strip() == f"organizer, version {__version__}"


@pytest.mark.parametrize("arguments", [["--help"], ["list", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from organizer.cli import main\n"
        f"sys.argv = ['organizer', *{arguments!r}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('MODULES', *sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = {name.split(".")[0] for name in result.stdout.split("MODULES")[1].split()}
    assert "click" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize(("spelled", "enum"), [(STATUSES, Status), (STATES, TagState), (SORTS, Sort)])
def test_spelled_out_choices_are_those_of_the_enums(spelled, enum):
    assert spelled == tuple(member.value for member in enum)
