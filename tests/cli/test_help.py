from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import organizer.cli
from organizer.cli.commands import (
    COMMANDS,
    FOLDER_COMMANDS,
    MODEL_COMMANDS,
    SEARCH_COMMANDS,
    TAG_COMMANDS,
    load_command,
)
from organizer.cli.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
ALL = COMMANDS + MODEL_COMMANDS + TAG_COMMANDS + FOLDER_COMMANDS + SEARCH_COMMANDS
NAMES = [entry.name for entry in COMMANDS]
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
    listed = re.findall(r"^  ([\w-]+)  ", outcome.out.split("Commands:")[1], re.MULTILINE)
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
    command = load_command(next(entry for entry in COMMANDS if entry.name == name))
    assert " ".join(command.help.split("\n\n")[0].split()) in " ".join(outcome.out.split())
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help
            # One that is hidden is what a job is started with, and for nobody to type.
            assert (parameter.opts[0] in outcome.out) is not parameter.hidden


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_commands_explains_every_one(name):
    assert f"\n## organizer {name}\n" in PAGE.read_text(encoding="utf-8")


def test_the_version_is_that_of_the_package(organizer):
    from organizer import __version__

    assert organizer("--version").out.strip() == f"organizer, version {__version__}"


def modules_after(*arguments: str) -> set[str]:
    """Run a command in a process of its own and return what it imported."""
    code = (
        "import sys\n"
        "from organizer.cli import main\n"
        f"sys.argv = ['organizer', *{arguments!r}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('MODULES', *sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split("MODULES")[1].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["models", "--help"], *([name, "--help"] for name in NAMES)]
)
def test_help_imports_nothing_heavy(arguments):
    modules = {name.split(".")[0] for name in modules_after(*arguments)}
    assert "click" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "table"), [(["--help"], COMMANDS), (["models", "--help"], MODEL_COMMANDS)]
)
def test_the_list_of_commands_imports_none_of_them(arguments, table):
    assert modules_after(*arguments) & {entry.module for entry in table} == set()


@pytest.mark.parametrize("name", ["list", "show", "tag", "untag", "adopt"])
def test_light_commands_import_neither_the_pipeline_nor_training(name):
    layers = {".".join(module.split(".")[:2]) for module in modules_after(name, "--help")}
    assert "organizer.library" in layers
    assert layers & {"organizer.pipeline", "organizer.training", "organizer.bench", "organizer.ui"} == set()


def test_help_answers_at_once():
    """In less than 0.4 s of processor time, whatever else the computer does."""
    before = os.times()
    subprocess.run([sys.executable, "-m", "organizer", "--help"], capture_output=True, check=True)
    after = os.times()
    spent_s = after.children_user - before.children_user + after.children_system - before.children_system
    assert spent_s < 0.4


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_the_table_says_what_the_command_says(entry):
    command = load_command(entry)
    assert command.name == entry.name
    assert command.get_short_help_str(500) == entry.help


def test_every_command_stands_in_the_table():
    """Each ``@click.command`` and ``@click.group`` in the command line's files has a line."""
    table = {(entry.module, entry.attribute) for entry in ALL}
    found = set()
    folder = Path(organizer.cli.__file__).parent
    for file in folder.rglob("*.py"):
        module = ".".join(["organizer", "cli", *file.relative_to(folder).with_suffix("").parts])
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            decorators = getattr(node, "decorator_list", [])
            if any(re.match(r"click\.(command|group)\(", ast.unparse(one)) for one in decorators):
                found.add((module, node.name))
    assert found - {("organizer.cli.main", "cli")} == table


def test_programs_can_walk_all_commands():
    # With its settings: click keeps the help option that the first context asks for, for all later tests.
    context = click.Context(cli, **cli.context_settings)
    assert cli.list_commands(context) == NAMES
    assert cli.get_command(context, "nonsense") is None
    assert all(cli.get_command(context, name) for name in NAMES)
    group = cli.get_command(context, "models")
    below = click.Context(group, parent=context)
    assert group.list_commands(below) == [entry.name for entry in MODEL_COMMANDS]
    assert all(group.get_command(below, name).get_help(below) for name in group.list_commands(below))
