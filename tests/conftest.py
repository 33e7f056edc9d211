"""What holds for every test."""

from __future__ import annotations

import gc
import sys

import pytest

from tests.workers import spread


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    spread(config)


def pytest_collection_finish() -> None:
    _keep()


def _keep() -> None:
    """Leave what is there now out of all garbage collections: tests and modules, which are many and stay."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _large_packages_stay():
    """TensorFlow is loaded by whatever test needs it first; each collection would look through all of it."""
    missing = "tensorflow" not in sys.modules
    yield
    if missing and "tensorflow" in sys.modules:
        _keep()


@pytest.fixture(autouse=True)
def _same_main_module():
    """Take back what AppTest leaves: the page's script as ``__main__``, which new processes would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(autouse=True)
def _chance_without_seeds():
    """Take back what a training leaves: a TensorFlow that refuses to draw anything without a seed."""
    yield
    if "tensorflow" in sys.modules:
        from tensorflow.python.framework import config

        if config.is_op_determinism_enabled():
            config.disable_op_determinism()
