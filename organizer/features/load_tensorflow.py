"""TensorFlow and its hub, loaded when first needed, quiet, and with words for what is not installed."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError
from organizer.features.quiet import quiet_stderr

if TYPE_CHECKING:
    from types import ModuleType

PACKAGES = ("tensorflow>=2.18", "tensorflow-hub>=0.16.1", "tf-keras>=2.18", "setuptools<82")
"""What TF Hub networks need, as in the extra ``inception``. tensorflow-hub imports tf_keras, and the
pkg_resources that newer setuptools no longer have."""

_OLDEST = (2, 18)
_ONLY_FATAL = "3"


def load_tensorflow() -> tuple[ModuleType, ModuleType]:
    """Return the modules ``tensorflow`` and ``tensorflow_hub``.

    Raises MissingDependencyError, with what to install, when one or what it needs is not there or too old.
    """
    # TensorFlow brings an SQLite of its own, without full-text search; where Python's is not loaded by then,
    # the library would be served by that one.
    import _sqlite3  # noqa: F401

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", _ONLY_FATAL)
    try:
        # The level above is obeyed only once the library is up; what it says before that goes to nowhere.
        with quiet_stderr(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import tensorflow as tf
            import tensorflow_hub as hub

            tf.config.list_physical_devices()
    except ImportError as error:
        raise MissingDependencyError(
            f"TensorFlow, which this model needs, is not completely installed ({error}). {_install()}"
        ) from error
    if tuple(int(number) for number in tf.__version__.split(".")[:2]) < _OLDEST:
        raise MissingDependencyError(f"TensorFlow {tf.__version__} is too old for this model. {_install()}")
    tf.get_logger().setLevel("ERROR")
    return tf, hub


def _install() -> str:
    wanted = " ".join(f'"{package}"' for package in PACKAGES)
    return f"Run: pip install {wanted}"
