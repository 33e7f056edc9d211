"""Networks that 0.1.0 saved still load: layers keep their registered names and what they compute."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SAVED = Path(__file__).parent / "data" / "layers_0.1.0.keras"
EXPECTED = SAVED.with_suffix(".npz")
"""Of one network with every layer of ours, and what 0.1.0 computed with it."""


@pytest.fixture(scope="module")
def model():
    import keras

    from organizer.training.architectures import layers

    assert layers
    return keras.saving.load_model(SAVED, compile=False)


def layers_of(module):
    """Return the names under which a module registers its layers."""
    from keras import Layer
    from keras.saving import get_registered_name

    own = [value for value in vars(module).values() if getattr(value, "__module__", "") == module.__name__]
    return {
        get_registered_name(value) for value in own if isinstance(value, type) and issubclass(value, Layer)
    }


def test_every_layer_of_that_time_is_in_the_saved_network(model):
    from keras.saving import get_registered_name

    from organizer.training.architectures import evidence_layers, layers

    saved = {get_registered_name(type(layer)) for layer in model.layers}
    assert len(layers_of(layers)) == 10 and layers_of(layers) <= saved
    # These came later.
    newer = layers_of(evidence_layers)
    assert newer == {"organizer>EvidenceLogits", "organizer>StrongerLogits"} and not newer & saved


def test_a_saved_network_computes_what_it_did(model):
    with np.load(EXPECTED) as stored:
        expected = {name: stored[name] for name in stored.files}
    found = model(expected.pop("features"), training=False)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert np.allclose(found[name].numpy(), values, atol=1e-6), name


def test_it_is_saved_under_the_same_names_again(model, tmp_path):
    import keras

    model.save(tmp_path / "again.keras")
    again = keras.saving.load_model(tmp_path / "again.keras", compile=False)
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]


def test_a_saved_network_opens_in_a_process_that_built_nothing():
    code = (
        "import sys, keras, organizer.training.architectures.layers;"
        "print(keras.saving.load_model(sys.argv[1], compile=False).count_params())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(SAVED)], check=True, capture_output=True, text=True, timeout=120
    )
    assert int(done.stdout) > 0
