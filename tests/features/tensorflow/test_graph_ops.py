import sqlite3  # noqa: F401 - before TensorFlow, whose own SQLite would take its place

import pytest
from tensorflow.core.protobuf import saved_model_pb2

from organizer.errors import BundleError
from organizer.features.tensorflow.graph_ops import (
    NETWORK,
    SAVER,
    check_saved_model,
    graph_operations,
)
from organizer.features.tensorflow.tfhub_backbone import TfHubSettings
from organizer.pipeline.build_model import build_model
from tests.models.stand_ins import frozen_graph, save_hub_module


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return save_hub_module(tmp_path_factory.mktemp("hub") / "module", channels=16)


def test_finds_every_operation_that_tensorflow_finds(module):
    content = (module / "saved_model.pb").read_bytes()
    graph = saved_model_pb2.SavedModel.FromString(content).meta_graphs[0].graph_def
    expected = {node.op for node in graph.node}
    inside = {node.op for function in graph.library.function for node in function.node_def}
    assert "Conv2D" in inside - expected
    assert graph_operations(graph.SerializeToString()) == expected | inside


def test_finds_the_operations_of_a_graph():
    graph = frozen_graph()
    assert graph_operations(graph.SerializeToString()) == {node.op for node in graph.node}


def test_a_network_is_accepted(module):
    check_saved_model(module)


def test_a_module_that_reads_a_file_is_refused(tmp_path):
    module = save_hub_module(tmp_path / "module", channels=16, reads_file=True)
    with pytest.raises(BundleError, match="no network for pictures needs: ReadFile"):
        check_saved_model(module)


@pytest.mark.parametrize(
    "operation",
    [
        "PyFunc",
        "WriteFile",
        "TextLineReaderV2",
        "TFRecordDataset",
        "WriteSummary",
        "PrintV2",
        "DecodeProtoV2",
        "InitializeTableFromTextFileV2",
        "Save",
        "ImmutableConst",
        "DistributedSave",
        "LookupTableExportV2",
        "CheckpointExists",
        "OpThatNobodyKnows",
    ],
)
def test_operations_that_no_network_needs_are_refused(tmp_path, operation):
    model = saved_model_pb2.SavedModel()
    function = model.meta_graphs.add().graph_def.library.function.add()
    function.node_def.add(name="harmless", op="Conv2D")
    function.node_def.add(name="innocent", op=operation)
    (tmp_path / "saved_model.pb").write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match=rf"pictures needs: {operation} *\)"):
        check_saved_model(tmp_path)


def test_every_operation_let_through_is_one_of_tensorflow():
    from tensorflow.python.framework import op_def_registry

    assert [op for op in sorted(NETWORK | SAVER) if op_def_registry.get(op) is None] == []


class Writer:
    """A network that also saves a tensor to a file, by an operation that every saver has."""

    def __init__(self, file, operation):
        self.file, self.operation = file, operation

    def save(self, folder):
        import tensorflow as tf

        file, operation = self.file, self.operation

        def act():
            if operation == "SaveV2":
                return tf.raw_ops.SaveV2(
                    prefix=file, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.constant(1.0)]
                )
            if operation == "RestoreV2":
                (read,) = tf.raw_ops.RestoreV2(
                    prefix=file, tensor_names=["x"], shape_and_slices=[""], dtypes=[tf.float32]
                )
                return read.op
            return tf.raw_ops.MergeV2Checkpoints(
                checkpoint_prefixes=[file], destination_prefix=file, delete_old_dirs=True
            )

        class Module(tf.Module):
            @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)])
            def __call__(self, images):
                with tf.control_dependencies([act()]):
                    return tf.identity(tf.reduce_mean(images, (1, 2)))

        tf.saved_model.save(Module(), str(folder))
        return folder


@pytest.mark.parametrize("operation", ["SaveV2", "RestoreV2", "MergeV2Checkpoints"])
def test_a_network_that_saves_or_restores_when_used_is_refused(tmp_path, operation):
    folder = Writer(str(tmp_path / "written"), operation).save(tmp_path / "module")
    with pytest.raises(BundleError, match="no part of its saver"):
        check_saved_model(folder)
    with pytest.raises(BundleError, match="no part of its saver"):
        build_model_of(folder, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["module", "videos"]


def build_model_of(folder, tmp_path):
    (tmp_path / "videos").mkdir()
    return list(build_model("own", str(folder), str(tmp_path / "videos"), TfHubSettings(None, 32, 0.0, 1.0)))


def edited(module, tmp_path, edit):
    model = saved_model_pb2.SavedModel.FromString((module / "saved_model.pb").read_bytes())
    edit(model.meta_graphs[0])
    (tmp_path / "saved_model.pb").write_bytes(model.SerializeToString())
    return tmp_path


def saver_function(meta_graph, operation="SaveV2"):
    (found,) = (
        function
        for function in meta_graph.graph_def.library.function
        if operation in {node.op for node in function.node_def}
    )
    return found


def called_by_object(meta_graph):
    name = saver_function(meta_graph).signature.name
    meta_graph.object_graph_def.nodes.add().function.concrete_functions.append(name)


def called_by_function(meta_graph):
    name = saver_function(meta_graph).signature.name
    (network,) = (f for f in meta_graph.graph_def.library.function if "call" in f.signature.name)
    node = network.node_def.add(name="extra", op="StatefulPartitionedCall")
    node.attr["f"].func.name = name


def called_by_name(meta_graph):
    (network,) = (f for f in meta_graph.graph_def.library.function if "call" in f.signature.name)
    network.node_def.add(name="extra", op=saver_function(meta_graph).signature.name)


def named_by_signature(meta_graph):
    meta_graph.signature_def["serving_default"].outputs["more"].name = meta_graph.saver_def.save_tensor_name


def named_by_collection(meta_graph):
    node = meta_graph.saver_def.save_tensor_name.partition(":")[0]
    meta_graph.collection_def["table_initializer"].node_list.value.append(f"^{node}")


def named_inside_a_collection(meta_graph):
    from tensorflow.core.framework import variable_pb2

    node = meta_graph.saver_def.save_tensor_name
    variable = variable_pb2.VariableDef(initializer_name=node).SerializeToString()
    meta_graph.collection_def["local_variables"].bytes_list.value.append(variable)


def needed_by_a_signature(meta_graph):
    node = meta_graph.graph_def.node.add(name="behind", op="NoOp")
    node.input.append("^" + meta_graph.saver_def.save_tensor_name.partition(":")[0])
    meta_graph.signature_def["serving_default"].outputs["more"].name = "behind:0"


def saved_when_restored(meta_graph):
    meta_graph.saver_def.restore_op_name = meta_graph.saver_def.save_tensor_name.partition(":")[0]


def gradient_of_another(meta_graph):
    name = saver_function(meta_graph).signature.name
    meta_graph.graph_def.library.gradient.add(function_name="innocent", gradient_func=name)


def stands_in_for_another(meta_graph):
    saver_function(meta_graph).attr["api_implements"].s = b"network"


def without_name(meta_graph):
    saver_function(meta_graph).ClearField("signature")


def no_part_of_the_saver(meta_graph):
    meta_graph.saver_def.save_tensor_name = ""


def straight_in_the_graph(meta_graph):
    meta_graph.graph_def.node.add(name="write", op="SaveV2")
    meta_graph.signature_def["serving_default"].outputs["more"].name = "write:0"


@pytest.mark.parametrize(
    "edit",
    [
        called_by_object,
        called_by_function,
        called_by_name,
        named_by_signature,
        named_by_collection,
        named_inside_a_collection,
        needed_by_a_signature,
        saved_when_restored,
        gradient_of_another,
        stands_in_for_another,
        without_name,
        no_part_of_the_saver,
        straight_in_the_graph,
    ],
)
def test_a_saver_within_reach_is_refused(module, tmp_path, edit):
    check_saved_model(edited(module, tmp_path, lambda _meta_graph: None))
    with pytest.raises(BundleError, match=r"\(it .*(writes?|write files|by itself)"):
        check_saved_model(edited(module, tmp_path, edit))


def test_a_graph_of_tensorflow_1_is_accepted_until_its_saver_is_within_reach(tmp_path):
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        images = v1.placeholder(tf.float32, [None, None, None, 3], name="images")
        kernel = v1.get_variable("kernel", [3, 3, 3, 4], use_resource=False)
        features = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(images, kernel, 2, "SAME")), [1, 2])
        session.run(v1.global_variables_initializer())
        # Such a second saver is often left over.
        v1.add_to_collection(v1.GraphKeys.SAVERS, v1.train.Saver(name="other", sharded=True))
        builder = v1.saved_model.Builder(str(tmp_path / "module"))
        signature = v1.saved_model.predict_signature_def({"images": images}, {"default": features})
        builder.add_meta_graph_and_variables(session, ["serve"], {"default": signature})
        builder.save()
    check_saved_model(tmp_path / "module")

    def wait_for_other(meta_graph):
        (node,) = (node for node in meta_graph.graph_def.node if node.name == "Relu")
        node.input.append("^other/SaveV2")

    def write_when_restored(meta_graph):
        (node,) = (node for node in meta_graph.graph_def.node if node.name == "save/restore_all")
        node.input.append("^other/SaveV2")

    for edit in (wait_for_other, write_when_restored):
        with pytest.raises(BundleError, match=r"writes? files"):
            check_saved_model(edited(tmp_path / "module", tmp_path, edit))


@pytest.mark.parametrize("name", ["saved_model.cpb", "saved_model.pbtxt"])
def test_another_form_of_graph_beside_it_is_refused(module, tmp_path, name):
    (tmp_path / "saved_model.pb").write_bytes((module / "saved_model.pb").read_bytes())
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(BundleError, match=name):
        check_saved_model(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"<html>", b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"])
def test_what_is_no_graph_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(BundleError, match="no TensorFlow module"):
        check_saved_model(tmp_path)


def test_a_graph_cut_short_is_refused(module, tmp_path):
    content = (module / "saved_model.pb").read_bytes()
    for length in (1, 2, 10, len(content) // 2, len(content) - 1):
        (tmp_path / "saved_model.pb").write_bytes(content[:length])
        with pytest.raises(BundleError):
            check_saved_model(tmp_path)
