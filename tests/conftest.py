"""What holds for every test."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from tests.workers import spread

HERE = Path(__file__).parent
SLOW = (
    "bench",
    "benchmarks",
    "browser",
    "cli/test_bench.py",
    "cli/test_evaluate.py",
    "cli/test_main.py",
    "cli/test_models.py",
    "cli/test_streams.py",
    "cli/test_train.py",
    "cli/test_train_own_features.py",
    "cluster/test_hosts.py",
    "cluster/test_ray.py",
    "dataset/test_processes.py",
    "doubles/test_killed.py",
    "end_to_end",
    "features/tensorflow",
    "features/test_backbones.py",
    "frames/test_corpus.py",
    "library/test_merge_killed.py",
    "library/test_merge_other.py",
    "library/test_patience.py",
    "library/test_read_only.py",
    "models/inception",
    "models/test_installing.py",
    "models/test_transfer.py",
    "pipeline/decoding",
    "pipeline/test_build_model.py",
    "pipeline/test_verify.py",
    "playback/test_odd_files.py",
    "playback/test_players.py",
    "playback/test_served.py",
    "playback/test_strip.py",
    "tags/test_cnn_lstm.py",
    "training",
    "ui",
)
"""Networks, browsers, servers and processes: ``scripts/check`` leaves them out."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    spread(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = [HERE / name for name in SLOW]
    for item in items:
        if any(item.path.is_relative_to(place) for place in slow):
            item.add_marker("slow")


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
