"""TensorFlow and its hub, loaded when first needed, quiet, and with words for what is not installed."""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError
from organizer.features.quiet import quiet_stderr
from organizer.memory import LEAST_FOR_TENSORFLOW, check_memory_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PACKAGES = ("tensorflow>=2.18", "tensorflow-hub>=0.16.1", "tf-keras>=2.18", "setuptools<82")
"""What TF Hub networks need, as in the extra ``inception``. tensorflow-hub imports tf_keras, and the
pkg_resources that newer setuptools no longer have."""

_MODULES = ("tensorflow", "tensorflow_hub", "tf_keras", "pkg_resources")
_INSTALL = (
    "Run: pip install "
    + " ".join(f'"{package}"' for package in PACKAGES)
    + ', or in the clone: pip install ".[inception]"'
)
_OLDEST = (2, 18)
_ONLY_FATAL = "3"


def load_tensorflow(advice: str = _INSTALL) -> ModuleType:
    """Return the module ``tensorflow``; from then on it says errors alone.

    Args:
        advice: how to install what is wanted of it, a sentence.

    Raises:
        MissingDependencyError: it, or what it needs, is not there or too old; the message ends in the advice.
    """
    # TensorFlow brings an SQLite of its own, without full-text search; where Python's is not loaded by then,
    # the library would be served by that one.
    import _sqlite3  # noqa: F401

    check_memory_limit(LEAST_FOR_TENSORFLOW)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", _ONLY_FATAL)
    # The level above is obeyed only once the library is up; what it says before that goes to nowhere.
    with _loading(advice):
        import tensorflow as tf
        from absl import logging

        tf.config.list_physical_devices()
    if tuple(int(number) for number in tf.__version__.split(".")[:2]) < _OLDEST:
        raise MissingDependencyError(f"TensorFlow {tf.__version__} is too old. {advice}")
    tf.get_logger().setLevel("ERROR")
    # Its converter speaks through this one, about itself.
    logging.set_verbosity(logging.ERROR)
    module: ModuleType = tf
    return module


def load_tensorflow_hub() -> tuple[ModuleType, ModuleType]:
    """Return the modules ``tensorflow`` and ``tensorflow_hub``.

    Raises:
        MissingDependencyError: one, or what it needs, is not there or too old; the message says what to
            install.
    """
    tf = load_tensorflow()
    with _loading(_INSTALL):
        import tensorflow_hub as hub
    return tf, hub


@contextmanager
def _loading(advice: str) -> Iterator[None]:
    """Let modules be imported quietly, and turn what goes wrong into words."""
    try:
        with quiet_stderr(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        # Versions that do not fit each other end in whatever they run into: protobuf's TypeError, numpy's
        # ValueError or AttributeError. All of them mean the same to a person.
        raise MissingDependencyError(
            f"TensorFlow, which is needed here, is not completely installed ({_reason(error)}). {advice}"
        ) from error


def missing_tensorflow() -> str | None:
    """Say what is not installed of what TF Hub networks need, and the command; None when all is there.

    Nothing is loaded, so what is there may still not work.
    """
    missing = [name for name in _MODULES if find_spec(name) is None]
    if not missing:
        return None
    return f"Not installed, but needed by this model: {', '.join(missing)}. {_INSTALL}"


def _reason(error: Exception) -> str:
    """Return an error's first line; those of protobuf go on for a page."""
    lines = str(error).strip().splitlines()
    words = lines[0] if lines else ""
    if isinstance(error, ImportError):
        return words
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
