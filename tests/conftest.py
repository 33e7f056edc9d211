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
    """Keep tests and modules out of all garbage collections from here on: they are many, and they stay."""
    gc.collect()
    gc.freeze()


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
