"""Names of 0.1.0 that are accepted for one more version, with a note on standard error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("organizer.training.build_lite", "organizer.training.lite.build"),
        ("organizer.training.convert_backbone", "organizer.training.lite.convert_backbone"),
    ],
)
def test_a_module_that_moved_runs_by_its_old_name(old, new):
    done = run("-m", old, "--help")
    assert done.returncode == 0 and "--corpus" in done.stdout
    assert done.stderr.strip() == f"This is called python -m {new} now."


def test_benchmarks_are_found_where_they_were():
    done = run("-m", "tests.benchmarks", "nothing")
    assert done.returncode == 1
    note, words = done.stderr.strip().splitlines()
    assert note == "This is called python -m benchmarks now." and words.startswith("Name a benchmark:")


def test_readers_are_found_where_they_were():
    done = run("-W", "error", "-c", "from organizer.frames.sampling import Sampling, reader_for")
    assert done.returncode == 1 and "organizer.frames.readers.sampling" in done.stderr
    names = "from organizer.frames.sampling import Sampling, reader_for"
    script = f"{names}; print(reader_for(Sampling.AUTO, threads=1))"
    assert "Reader" in run("-c", script).stdout


def test_its_old_options_are_enough(tmp_path):
    done = run("-m", "organizer.training.build_lite", "--corpus", str(tmp_path))
    assert done.returncode != 0 and "Missing option" not in done.stderr
    assert "corpus" in done.stderr.casefold()
