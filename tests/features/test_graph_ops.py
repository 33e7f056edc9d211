import pytest

from organizer.errors import BundleError
from organizer.features.graph_ops import check_saved_model, graph_operations, saved_model_operations
from tests.models.stand_ins import frozen_graph, save_hub_module


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return save_hub_module(tmp_path_factory.mktemp("hub") / "module", channels=16)


def test_finds_every_operation_that_tensorflow_finds(module):
    from tensorflow.core.protobuf import saved_model_pb2

    content = (module / "saved_model.pb").read_bytes()
    graph = saved_model_pb2.SavedModel.FromString(content).meta_graphs[0].graph_def
    expected = {node.op for node in graph.node}
    inside = {node.op for function in graph.library.function for node in function.node_def}
    assert "Conv2D" in inside - expected
    assert saved_model_operations(content) == expected | inside


def test_finds_the_operations_of_a_graph():
    graph = frozen_graph()
    assert graph_operations(graph.SerializeToString()) == {node.op for node in graph.node}


def test_a_network_is_accepted(module):
    check_saved_model(module)


def test_a_module_that_reads_a_file_is_refused(tmp_path):
    module = save_hub_module(tmp_path / "module", channels=16, reads_file=True)
    with pytest.raises(BundleError, match="reach outside the network: ReadFile"):
        check_saved_model(module)


@pytest.mark.parametrize(
    "operation",
    [
        "PyFunc",
        "EagerPyFunc",
        "WriteFile",
        "MatchingFiles",
        "TextLineReaderV2",
        "TFRecordDataset",
        "WriteSummary",
        "PrintV2",
        "DebugIdentityV2",
        "DecodeProtoV2",
        "InitializeTableFromTextFileV2",
        "RecordInput",
        "Save",
    ],
)
def test_operations_that_reach_outside_are_refused(tmp_path, operation):
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel()
    function = model.meta_graphs.add().graph_def.library.function.add()
    function.node_def.add(name="harmless", op="SaveV2")
    function.node_def.add(name="innocent", op=operation)
    (tmp_path / "saved_model.pb").write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match=rf"network: {operation} *\)"):
        check_saved_model(tmp_path)


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
