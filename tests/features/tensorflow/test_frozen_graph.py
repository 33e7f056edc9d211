import numpy as np
import pytest

from benchmarks.inception import natural_pictures
from organizer.errors import BundleError
from organizer.features.tensorflow.frozen_graph import module_from_frozen_graph
from organizer.features.tensorflow.graph_ops import check_saved_model
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings
from tests.models.stand_ins import CHANNELS, CLASSES, frozen_graph


def convert(folder, definition):
    (folder / "graph.pb").write_bytes(definition.SerializeToString())
    module = folder / "module"
    module.mkdir(exist_ok=True)
    module_from_frozen_graph(folder / "graph.pb", module)
    return module


def as_the_graph_gives(definition, pictures, output):
    """One picture at a time, fed where the graph has its decoded and resized JPEG."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return np.concatenate(
                [
                    session.run(output, {"ExpandDims:0": picture[np.newaxis].astype(np.float32)}).reshape(
                        1, -1
                    )
                    for picture in pictures
                ]
            )


@pytest.mark.parametrize("old", [True, False])
def test_gives_what_the_graph_gives_in_batches_too(tmp_path, old):
    definition = frozen_graph(old=old)
    module = convert(tmp_path, definition)
    check_saved_model(module)
    pictures = natural_pictures(3)
    for output, name, size in (("pool_3", "pool_3:0", CHANNELS), ("logits", "softmax/logits:0", CLASSES)):
        expected = as_the_graph_gives(definition, pictures, name)
        got = TfHubBackbone(module, TfHubSettings(output=output, batch_size=2, bfloat16=False)).extract(
            pictures
        )
        assert got.shape == (3, size)
        assert expected.std(axis=0).max() > 0.01, "pictures must be told apart"
        np.testing.assert_allclose(got, expected, atol=1e-5 * np.abs(expected).max())


def test_resizes_inside(tmp_path):
    import tensorflow as tf

    module = convert(tmp_path, frozen_graph())
    signature = tf.saved_model.load(str(module)).signatures["serving_default"]
    outputs = signature(images=tf.zeros((2, 40, 60, 3)))
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        "pool_3": (2, CHANNELS),
        "logits": (2, CLASSES),
    }


def test_the_same_graph_gives_the_same_bytes(tmp_path):
    first = (convert(tmp_path, frozen_graph()) / "saved_model.pb").read_bytes()
    assert (convert(tmp_path, frozen_graph()) / "saved_model.pb").read_bytes() == first


def without(name):
    definition = frozen_graph()
    kept = [node for node in definition.node if node.name != name]
    del definition.node[:]
    definition.node.extend(kept)
    return definition


def with_function():
    definition = frozen_graph()
    definition.library.function.add().signature.name = "hidden"
    return definition


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: frozen_graph(reads_file=True), "do not belong there: ReadFile"),
        (lambda: frozen_graph(scale=1 / 255), "Mul does not use"),
        (lambda: without("pool_3"), "no node pool_3"),
        (lambda: without("softmax"), "no node softmax"),
        (with_function, "functions of its own"),
    ],
)
def test_another_graph_is_refused(tmp_path, make, reason):
    with pytest.raises(BundleError, match=reason):
        convert(tmp_path, make())


@pytest.mark.parametrize("content", [b"", b"no graph at all", None])
def test_what_is_no_graph_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "graph.pb").write_bytes(content)
    with pytest.raises(BundleError, match=r"graph\.pb: this is not the frozen graph"):
        module_from_frozen_graph(tmp_path / "graph.pb", tmp_path)
