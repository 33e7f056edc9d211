"""Tests in several processes at once, and what these share with each other."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from organizer.features.processor import processors

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_MOST = 8
"""TensorFlow takes up to 2 GB of each."""


def spread(config: pytest.Config) -> None:
    """Run the tests in as many processes as there are processors, unless the command line says how many.

    Whoever has done all of his tests takes over some of another's. In one process remain: a single file or
    test, a debugger, and a run without pytest-xdist (``-p no:xdist``).
    """
    option = config.option
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    if option.numprocesses is None and not option.tx and not option.usepdb and not _is_single(config.args):
        option.numprocesses = min(processors(), _MOST)
        if option.numprocesses > 1:
            # They are the parallelism: threads of their own would only wait for each other.
            os.environ.update({name: "1" for name in THREADS if name not in os.environ})
    if option.numprocesses and option.dist == "no":
        option.dist = "worksteal"


def _is_single(arguments: list[str]) -> bool:
    return len(arguments) == 1 and re.search(r"\.py(::|$)", arguments[0]) is not None


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that ``make`` filled: in the first process that asks, for all of them.

    Nobody may write into it afterwards.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / name
    with FileLock(root / f"{name}.lock"):
        if not folder.exists():
            unfinished = root / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
