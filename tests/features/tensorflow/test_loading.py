import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from organizer.errors import MissingDependencyError
from organizer.features.tensorflow.loading import (
    PACKAGES,
    load_tensorflow,
    load_tensorflow_hub,
    missing_tensorflow,
)

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_the_extra_installs_what_the_message_names():
    extras = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(PACKAGES) <= set(extras["inception"])


@pytest.mark.parametrize("missing", ["tensorflow", "tensorflow_hub", "pkg_resources", "tf_keras"])
def test_what_is_missing_is_said_with_the_command(monkeypatch, missing):
    for name in list(sys.modules):
        if name.partition(".")[0] in {"tensorflow_hub", missing}:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingDependencyError) as raised:
        load_tensorflow_hub()
    command = 'pip install "tensorflow>=2.18" "tensorflow-hub>=0.16.1" "tf-keras>=2.18" "setuptools<82"'
    assert missing in str(raised.value)
    assert str(raised.value).endswith(f'Run: {command}, or in the clone: pip install ".[inception]"')


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TypeError("Descriptors cannot be created directly.\nIf this call came"), "TypeError: Descriptors"),
        (ValueError("numpy.dtype size changed"), "ValueError: numpy.dtype size changed"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_versions_that_do_not_fit_each_other_are_said_with_the_command(monkeypatch, error, words):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "tensorflow_hub":
                raise error

    for name in list(sys.modules):
        if name.partition(".")[0] == "tensorflow_hub":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(MissingDependencyError) as raised:
        load_tensorflow_hub()
    assert f"({words}" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert 'Run: pip install "tensorflow>=2.18"' in str(raised.value)


@pytest.mark.parametrize("missing", ["tensorflow", "tensorflow_hub", "pkg_resources", "tf_keras"])
def test_what_is_missing_is_found_without_loading_anything(monkeypatch, missing):
    assert missing_tensorflow() is None
    monkeypatch.setitem(sys.modules, missing, None)
    words = missing_tensorflow()
    assert words.startswith(f"Not installed, but needed by this model: {missing}. Run: pip install ")


@pytest.mark.parametrize("version", ["2.17.1", "1.15.5"])
def test_an_old_tensorflow_is_said_with_the_command(monkeypatch, version):
    import tensorflow as tf

    monkeypatch.setattr(tf, "__version__", version)
    with pytest.raises(
        MissingDependencyError, match=rf"{version} is too old.* pip install \"tensorflow>=2.18"
    ):
        load_tensorflow_hub()


def test_without_its_hub_tensorflow_is_loaded_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_hub", None)
    assert load_tensorflow().__name__ == "tensorflow"


def test_what_is_missing_is_said_with_the_callers_advice(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(MissingDependencyError, match=r"tensorflow.*\)\. Run this\.$"):
        load_tensorflow("Run this.")


_TELL = "import sqlite3; print(sqlite3.connect(':memory:').execute('pragma module_list').fetchall())"


@pytest.fixture(scope="module")
def loaded():
    """What a new process says that loads TensorFlow, before and after, and of SQLite at the end."""
    return _python(
        "import sys\n"
        "import organizer.features.tensorflow.tfhub_backbone, organizer.features.space\n"
        "heavy = {'tensorflow', 'tensorflow_hub', 'numpy', 'keras', '_sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "from organizer.features.tensorflow.loading import load_tensorflow_hub\n"
        "tf, hub = load_tensorflow_hub()\n"
        "print(float(tf.reduce_sum(tf.ones(3))), hub.__name__)\n" + _TELL
    )


def test_nothing_is_loaded_before_it_is_needed_and_nothing_is_said(loaded):
    assert loaded.stdout.splitlines()[:2] == ["[]", "3.0 tensorflow_hub"]
    assert loaded.stderr == ""


def test_the_library_keeps_the_sqlite_of_python(loaded):
    # TensorFlow has one too; loaded first, it would serve the library, and it knows no full-text search.
    expected = _python(_TELL).stdout
    assert "fts5" in expected
    assert loaded.stdout.splitlines()[2:] == expected.splitlines()


def _python(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
