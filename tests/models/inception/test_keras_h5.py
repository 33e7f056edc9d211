import json
import shutil
import sys

import h5py
import numpy as np
import pytest

from organizer.errors import BundleError, MissingDependencyError
from organizer.models.cnn_lstm_weights import SHAPES, CnnLstmWeights, load_cnn_lstm_weights
from organizer.models.inception.keras_h5 import read_published_classifier
from tests.published_model import save_h5


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    model = save_h5(folder / "model.h5")
    yield folder / "model.h5", model
    shutil.rmtree(folder)


@pytest.fixture
def file(original, tmp_path):
    copy = tmp_path / "model.h5"
    shutil.copyfile(original[0], copy)
    yield copy
    copy.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def weights(original):
    return read_published_classifier(original[0])


def describe(file, change):
    """Change the description of a model in place."""
    with h5py.File(file, "r+") as opened:
        model = json.loads(opened.attrs["model_config"])
        change(model)
        opened.attrs["model_config"] = json.dumps(model)


def layer(model, name):
    (found,) = [entry for entry in model["config"]["layers"] if entry["name"] == name]
    return found


def test_reads_every_number(original, weights):
    _, model = original
    assert model.count_params() == 4_211_400
    assert sum(array.size for array in weights.arrays.values()) == 4_211_400
    trained = [name for name in SHAPES if "moving" not in name]
    assert sum(weights.arrays[name].size for name in trained) == 4_211_340
    theirs = {variable.name: variable.numpy() for variable in model.get_layer(index=1).weights}
    assert np.array_equal(
        weights.arrays["conv0/kernel"], next(value for name, value in theirs.items() if "kernel" in name)
    )
    assert weights.epsilons == (0.001, 0.001, 0.001)


def test_is_read_back_as_written(weights, tmp_path):
    weights.save(tmp_path / "classifier.npz")
    again = load_cnn_lstm_weights(tmp_path / "classifier.npz")
    assert again.epsilons == weights.epsilons
    assert all(np.array_equal(again.arrays[name], weights.arrays[name]) for name in SHAPES)
    (tmp_path / "classifier.npz").unlink()


def rename(old, new):
    def change(file):
        with h5py.File(file, "r+") as opened:
            model = opened.attrs["model_config"].replace(f'"{old}"', f'"{new}"')
            opened.attrs["model_config"] = model
            opened["model_weights"].move(old, new)

    return change


def as_bytes(file):
    with h5py.File(file, "r+") as opened:
        opened.attrs["model_config"] = np.bytes_(opened.attrs["model_config"].encode())


def other_scopes(file):
    with h5py.File(file, "r+") as opened:
        opened["model_weights/lstm_1"].move("lstm_1/lstm_cell", "lstm_1/lstm_cell_7")


def described(change):
    return lambda file: describe(file, change)


def older(model):
    """Leave out what Keras 2 learnt to write only in later versions."""
    for entry in model["config"]["layers"]:
        for field in ("groups", "keepdims", "time_major", "sparse"):
            entry["config"].pop(field, None)


def newer(model):
    for entry in model["config"]["layers"]:
        entry.update(
            module="keras.layers", registered_name=None, build_config={"input_shape": [None, 45, 1024]}
        )


@pytest.mark.parametrize(
    "change",
    [
        rename("dense", "dense_4711"),
        rename("lstm_1", "a layer of my own"),
        as_bytes,
        other_scopes,
        described(lambda model: model.update(class_name="Model")),
        described(older),
        described(newer),
        described(lambda model: layer(model, "concatenate")["config"].update(axis=1)),
        described(lambda model: model["config"]["layers"].reverse()),
        described(
            lambda model: layer(model, "dropout")["inbound_nodes"][0][0].__setitem__(3, {"training": None})
        ),
    ],
)
def test_what_differs_between_versions_is_allowed(file, weights, change):
    change(file)
    again = read_published_classifier(file)
    assert all(np.array_equal(again.arrays[name], weights.arrays[name]) for name in SHAPES)


def add_layer(kind, **config):
    """Put one more layer behind the last one."""

    def change(model):
        last = layer(model, "dense_2")
        extra = {**last, "class_name": kind, "name": "extra"}
        extra["config"] = {**(config or last["config"]), "name": "extra"}
        extra["inbound_nodes"] = [[["dense_2", 0, 0, {}]]]
        model["config"]["layers"].append(extra)
        model["config"]["output_layers"] = [["extra", 0, 0]]

    return change


def to_lambda(model):
    entry = layer(model, "dropout")
    entry["class_name"] = "Lambda"
    entry["config"] = {"name": "dropout", "function": ["4wEAAAAAAAAA", None, None], "function_type": "lambda"}


def field(name, **fields):
    return lambda model: layer(model, name)["config"].update(fields)


def without(name, key):
    return lambda model: layer(model, name)["config"].pop(key)


def source(name, *sources):
    def change(model):
        layer(model, name)["inbound_nodes"] = [[[each, 0, 0, {}] for each in sources]]

    return change


def twice(model):
    nodes = layer(model, "dense")["inbound_nodes"]
    nodes.append(nodes[0])


def same_names(model):
    layer(model, "dropout_1")["name"] = "dropout"


def drop_layer(model):
    model["config"]["layers"].remove(layer(model, "dropout_1"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (to_lambda, "'dropout' is of the kind Lambda"),
        (add_layer("Lambda", function="os.system"), "'extra' is of the kind Lambda"),
        (add_layer("Dense"), "4 layers Dense instead of 3"),
        (add_layer("Custom>Evil"), "Custom>Evil"),
        (drop_layer, "1 layers Dropout instead of 2"),
        (same_names, "two layers are called 'dropout'"),
        (field("dense", units=256), "units of the layer 'dense' is 256 instead of 128"),
        (field("dense", activation="tanh"), "activation of the layer 'dense' is 'tanh' instead of 'relu'"),
        (field("dense_2", activation="softmax"), "'softmax' instead of 'sigmoid'"),
        (field("dense_1", activation={"class_name": "function", "config": "os.system"}), "os.system"),
        (field("lstm", recurrent_activation="hard_sigmoid"), "hard_sigmoid"),
        (field("lstm", go_backwards=True), "go_backwards"),
        (field("lstm_2", return_sequences=True), "return_sequences"),
        (field("lstm_1", units=512), "units of the layer 'lstm_1'"),
        (field("conv1d", padding="causal"), "padding"),
        (field("conv1d_1", dilation_rate=[2]), "dilation_rate"),
        (field("conv1d_1", activation="relu"), "activation of the layer 'conv1d_1'"),
        (field("conv1d_1", use_bias=1), "use_bias"),
        (field("leaky_re_lu_1", alpha=0.3), "alpha of the layer 'leaky_re_lu_1' is 0.3 instead of 0.1"),
        (field("leaky_re_lu_1", alpha=float("nan")), "alpha"),
        (field("batch_normalization", axis=[1]), "axis"),
        (field("batch_normalization", epsilon=float("nan")), "epsilon"),
        (without("batch_normalization", "epsilon"), "epsilon"),
        (without("conv1d", "strides"), "strides of the layer 'conv1d' is missing"),
        (field("dropout", rate=0.4), "rate"),
        (field("dense", dtype="float16"), "dtype"),
        (field("input_1", batch_input_shape=[None, 45, 2048]), "batch_input_shape"),
        (field("global_average_pooling1d", data_format="channels_first"), "data_format"),
        (source("lstm", "conv1d"), "connected in another way"),
        (source("conv1d_1", "input_1"), "is of the kind InputLayer where LeakyReLU should be"),
        (source("dense", "lstm_2"), "is of the kind LSTM where Concatenate should be"),
        (source("concatenate", "lstm_2"), "not called once with 2 inputs"),
        (
            source("concatenate", "lstm_2", "lstm_2"),
            "is of the kind LSTM where GlobalAveragePooling1D should be",
        ),
        (source("dense", "nowhere"), "nowhere"),
        (twice, "not called once"),
        (lambda model: layer(model, "lstm")["inbound_nodes"][0][0].__setitem__(1, 1), "unknown way"),
        (lambda model: layer(model, "lstm")["inbound_nodes"][0][0][3].update(mask="x"), "unknown way"),
        (lambda model: layer(model, "dense").update(registered_name="Mine>Dense"), "Mine>Dense"),
        (lambda model: model["config"].update(output_layers=[["dense_1", 0, 0]]), "dense_1"),
        (lambda model: model["config"].update(output_layers=[["x", 0, 0]]), "the output is not one layer"),
        (lambda model: model["config"].update(input_layers=[]), "the input is not one layer"),
        (lambda model: model.update(class_name="Sequential"), "Sequential"),
        (lambda model: model.pop("config"), "config"),
        (lambda model: model["config"].update(layers=["a"]), "description"),
    ],
)
def test_another_network_is_refused_and_the_difference_named(file, change, says):
    describe(file, change)
    with pytest.raises(BundleError, match="not the published classifier") as caught:
        read_published_classifier(file)
    assert says in str(caught.value)
    assert str(file) in str(caught.value)


KERNEL = "model_weights/dense_1/dense_1/kernel:0"


def replaced(path, make):
    def change(opened):
        old = opened[path][()]
        del opened[path]
        make(opened, path, old)

    return change


def stored(convert):
    return replaced(KERNEL, lambda opened, path, old: opened.create_dataset(path, data=convert(old)))


def spoil(path, value):
    def change(opened):
        opened[path][0] = value

    return change


def external_dataset(opened, path, old):
    opened.create_dataset(path, old.shape, old.dtype, external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


def virtual_dataset(opened, path, old):
    layout = h5py.VirtualLayout(old.shape, old.dtype)
    layout[...] = h5py.VirtualSource("elsewhere.h5", "x", old.shape)
    opened.create_virtual_dataset(path, layout)


def reference_dataset(opened, path, _):
    opened.create_dataset(path, data=np.array([opened.ref], object), dtype=h5py.ref_dtype)


def reference_attribute(opened):
    opened["model_weights"].attrs.create("seed", opened.ref, dtype=h5py.ref_dtype)


def circle(opened):
    opened["model_weights/dense/inner"] = opened["model_weights"]


def set_link(path, link):
    def change(opened):
        if path in opened:
            del opened[path]
        opened[path] = link

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (stored(lambda old: old.T), "kernel of the layer 'dense_1' is float32 (64, 128) instead of"),
        (stored(lambda old: old[:, :32]), "(128, 32)"),
        (stored(lambda old: old.astype(np.float64)), "float64"),
        (stored(lambda old: old.astype(np.int32)), "int32"),
        (lambda opened: opened.__delitem__(KERNEL), "has 0 weights 'kernel'"),
        (lambda opened: opened.__delitem__("model_weights/lstm_2"), "'lstm_2' has 0 weights"),
        (lambda opened: opened.__delitem__("model_weights"), "has 0 weights"),
        (
            lambda opened: opened.create_dataset("model_weights/dense/extra/kernel:0", data=[1.0]),
            "'dense' has 2 weights 'kernel'",
        ),
        (lambda opened: opened.create_dataset("model_weights/x/y:0", data=[1.0]), "belong to no layer"),
        (spoil("model_weights/lstm/lstm/lstm_cell/bias:0", np.nan), "no finite number"),
        (spoil("model_weights/lstm/lstm/lstm_cell/kernel:0", np.inf), "no finite number"),
        (
            spoil("model_weights/batch_normalization/batch_normalization/moving_variance:0", -1),
            "negative variance",
        ),
        (replaced(KERNEL, external_dataset), "from another file"),
        (replaced(KERNEL, virtual_dataset), "from another file"),
        (replaced(KERNEL, reference_dataset), "not plain numbers"),
        (
            replaced(KERNEL, lambda o, p, old: o.create_dataset(p, data=old, compression="gzip")),
            "through a filter",
        ),
        (set_link(KERNEL, h5py.ExternalLink("/etc/passwd", "/x")), "a link to something else"),
        (set_link(KERNEL, h5py.SoftLink("/model_weights/dense/dense/kernel:0")), "a link to something else"),
        (set_link("optimizer_weights/x", h5py.ExternalLink("other.h5", "/x")), "a link to something else"),
        (set_link("model_weights/x", np.dtype("f4")), "neither a group nor an array"),
        (reference_attribute, "the attribute seed"),
        (circle, "more than 1000 objects"),
        (lambda opened: opened.attrs.__delitem__("model_config"), "no description"),
        (lambda opened: opened.attrs.__setitem__("model_config", "{"), "not the published"),
        (lambda opened: opened.attrs.__setitem__("model_config", 7), "not the published"),
        (lambda opened: opened.attrs.__setitem__("model_config", "[" * 60000), "not the published"),
        (lambda opened: opened.attrs.__setitem__("model_config", "[]"), "not one of a Keras 2 model"),
    ],
)
def test_a_file_with_other_content_is_refused(file, change, says):
    with h5py.File(file, "r+") as opened:
        change(opened)
    with pytest.raises(BundleError, match="not the published classifier") as caught:
        read_published_classifier(file)
    assert says in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_hdf5_file_is_refused(tmp_path, content):
    (tmp_path / "model.h5").write_bytes(content)
    with pytest.raises(BundleError, match="not the published classifier"):
        read_published_classifier(tmp_path / "model.h5")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(file, share):
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BundleError, match=r"model\.h5"):
        read_published_classifier(file)


def test_without_h5py_it_says_what_to_install(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        read_published_classifier(file)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(BundleError, match="nowhere"):
        read_published_classifier(tmp_path / "nowhere.h5")
    with pytest.raises(BundleError, match=tmp_path.name):
        read_published_classifier(tmp_path)


def test_a_giant_file_is_not_opened(tmp_path):
    with (tmp_path / "model.h5").open("wb") as file:
        file.truncate(300 * 2**20)  # takes no space on disk
    with pytest.raises(BundleError, match="300 MB"):
        read_published_classifier(tmp_path / "model.h5")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_a_damaged_classifier_of_a_bundle_is_named(tmp_path, content):
    (tmp_path / "classifier.npz").write_bytes(content)
    with pytest.raises(BundleError, match=r"classifier\.npz.*Pull"):
        load_cnn_lstm_weights(tmp_path / "classifier.npz")


def test_incomplete_weights_cannot_be_made(weights):
    arrays = dict(weights.arrays)
    del arrays["dense1/bias"]
    with pytest.raises(ValueError, match="dense1/bias"):
        CnnLstmWeights(arrays, weights.epsilons)
    with pytest.raises(ValueError, match="epsilons"):
        CnnLstmWeights(weights.arrays, (0.001, 0.001, 0.0))


def test_incomplete_weights_of_a_bundle_are_refused(tmp_path):
    np.savez(tmp_path / "classifier.npz", epsilons=[0.001] * 3)
    with pytest.raises(BundleError, match="missing or unknown weights"):
        load_cnn_lstm_weights(tmp_path / "classifier.npz")
