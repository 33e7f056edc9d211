"""Several processes: when there are some, and what they share."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from tests import conftest, workers


def config(*args, **option):
    options = {"numprocesses": None, "tx": [], "usepdb": False, "dist": "no", **option}
    manager = SimpleNamespace(hasplugin=lambda name: name == "xdist")
    return SimpleNamespace(pluginmanager=manager, args=list(args), option=SimpleNamespace(**options))


@pytest.fixture
def three_processors(monkeypatch):
    """And nothing said about threads."""
    monkeypatch.setattr(workers, "processors", lambda: 3)
    for name in workers.THREADS:
        # Set first, so that what the test sets is taken back.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("args", "option", "processes"),
    [
        (["tests"], {}, 3),
        ([], {}, 3),
        (["tests/cli", "tests/ui"], {}, 3),
        (["tests/cli/test_help.py", "tests/cli/test_show.py"], {}, 3),
        (["tests/cli/test_help.py"], {}, None),
        (["tests/cli/test_help.py::test_it[a.py b]"], {}, None),
        (["tests"], {"usepdb": True}, None),
        (["tests"], {"numprocesses": 0}, 0),
        (["tests"], {"numprocesses": 7}, 7),
    ],
)
def test_processes_are_those_of_the_command_line_or_as_many_as_processors(
    three_processors, args, option, processes
):
    asked = config(*args, **option)
    workers.spread(asked)
    assert asked.option.numprocesses == processes
    assert asked.option.dist == ("worksteal" if processes else "no")


def test_where_there_are_several_each_has_one_thread(three_processors, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    workers.spread(config("tests/cli/test_help.py"))
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    workers.spread(config("tests"))
    assert {name: os.environ[name] for name in workers.THREADS} == {
        **dict.fromkeys(workers.THREADS, "1"),
        "OMP_NUM_THREADS": "5",
    }


def test_what_is_dear_is_made_once_for_all_workers(tmp_path, monkeypatch):
    made = []

    def make(folder):
        made.append(folder)
        (folder / "a").write_text("made")

    for name in ("gw0", "gw1"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", name)
        factory = SimpleNamespace(getbasetemp=lambda name=name: tmp_path / name)
        folder = workers.made_once(factory, "dear", make)
        assert (folder / "a").read_text() == "made"
    assert len(made) == 1


def test_what_was_made_by_half_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    factory = SimpleNamespace(getbasetemp=lambda: tmp_path)

    def fail(folder):
        (folder / "half").write_text("")
        raise ValueError("broke off")

    with pytest.raises(ValueError, match="broke off"):
        workers.made_once(factory, "dear", fail)
    folder = workers.made_once(factory, "dear", lambda folder: (folder / "whole").write_text(""))
    assert [file.name for file in folder.iterdir()] == ["whole"]


@pytest.mark.parametrize("name", conftest.SLOW)
def test_what_is_called_slow_is_there(name):
    assert (conftest.HERE / name).exists()
