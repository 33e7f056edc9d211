"""Make a TF Hub module of the original frozen graph of Inception v3 (``classify_image_graph_def.pb``).

The graph takes one JPEG at a time. Here it is fed behind its own decoding and scaling, at ``Mul``, so that
batches work, and gets the inputs and outputs of ``tensorflow/tfgan/eval/inception/1``. Only protocol buffers
are edited; the same graph always gives the same bytes, and with them the same feature space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.features.tensorflow.graph_ops import SAVED_MODEL, graph_operations
from organizer.features.tensorflow.loading import load_tensorflow
from organizer.regular_file import read_regular

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

GRAPH = "classify_image_graph_def.pb"
INPUT_SIZE = 299
FEATURES = 2048
PIXEL_MEAN = 128.0
PIXEL_SCALE = 128.0

_SCALED, _SHIFTED, _POOLED, _FLAT, _SCORES = "Mul", "Sub", "pool_3", "pool_3/_reshape", "softmax"
"""Names of nodes, as everybody who uses this graph knows them."""
_IMAGES, _SIZE, _SHAPE = "images", "images/size", "pool_3/flat_shape"
_MAX_BYTES = 512 * 2**20

ALLOWED = frozenset(
    [
        "Add",
        "AddV2",
        "AvgPool",
        "BatchNormWithGlobalNormalization",
        "BiasAdd",
        "Cast",
        "CheckNumerics",
        "Concat",
        "ConcatV2",
        "Const",
        "Conv2D",
        "DecodeJpeg",
        "ExpandDims",
        "FusedBatchNorm",
        "FusedBatchNormV2",
        "FusedBatchNormV3",
        "Identity",
        "MatMul",
        "MaxPool",
        "Mean",
        "Mul",
        "NoOp",
        "Placeholder",
        "Relu",
        "Relu6",
        "Reshape",
        "ResizeBilinear",
        "Softmax",
        "Squeeze",
        "Sub",
    ]
)
"""What a graph may be made of: arithmetic, and the decoding that is cut away."""

_OLD_NORM = "BatchNormWithGlobalNormalization"
_PRODUCER = 1000
"""Graph version written: one that knows all operations above and is older than any TensorFlow used here. It
is fixed, so that the bytes do not depend on the TensorFlow at hand."""


def module_from_frozen_graph(graph_file: Path, folder: Path) -> None:
    """Write a SavedModel.

    Its signature takes ``images``, float32 (pictures, height, width, 3), RGB, -1..1, resized inside to 299;
    it gives ``pool_3`` (pictures, 2048) and ``logits`` (pictures, 1008).

    Args:
        graph_file: the graph.
        folder: an existing folder for the SavedModel.

    Raises:
        BundleError: the file is not this graph, or has operations that it has no need of.
        MissingDependencyError: TensorFlow is not installed.
        OSError: the folder cannot be written.
    """
    try:
        content = read_regular(graph_file, _MAX_BYTES)
        if refused := sorted(graph_operations(content) - ALLOWED):
            raise ValueError(f"it has operations that do not belong there: {', '.join(refused)}")
        tf = load_tensorflow()
        saved_model = _saved_model(tf, tf.compat.v1.GraphDef.FromString(content))
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise BundleError(
            f"{graph_file}: this is not the frozen graph of Inception v3 ({error}). Get it again."
        ) from error
    (folder / SAVED_MODEL).write_bytes(saved_model.SerializeToString(deterministic=True))


def _saved_model(tf: ModuleType, graph: Any) -> Any:
    from tensorflow.core.protobuf import saved_model_pb2

    if graph.library.function:
        raise ValueError("it has functions of its own")
    nodes = {node.name: node for node in graph.node}
    if missing := {_SCALED, _SHIFTED, _POOLED, _FLAT, _SCORES} - nodes.keys():
        raise ValueError(f"it has no node {', '.join(sorted(missing))}")
    _check_scaling(tf, nodes)
    logits = nodes[_SCORES].input[0]
    _feed_pictures(tf, nodes[_SCALED])
    _flatten(nodes[_FLAT])
    edited = tf.compat.v1.GraphDef()
    edited.node.extend(_inputs(tf))
    for node in graph.node:
        if node.op == _OLD_NORM:
            edited.node.extend(_fused_norm(tf, node, nodes))
        else:
            edited.node.append(node)
    edited = tf.compat.v1.graph_util.extract_sub_graph(edited, [_FLAT, logits.partition(":")[0]])
    edited.versions.producer = _PRODUCER

    model = saved_model_pb2.SavedModel(saved_model_schema_version=1)
    meta = model.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    meta.graph_def.CopyFrom(edited)
    signature = meta.signature_def["serving_default"]
    signature.method_name = "tensorflow/serving/predict"
    _describe(tf, signature.inputs["images"], f"{_IMAGES}:0", (-1, -1, -1, 3))
    _describe(tf, signature.outputs["pool_3"], f"{_FLAT}:0", (-1, FEATURES))
    _describe(tf, signature.outputs["logits"], logits if ":" in logits else f"{logits}:0", (-1, -1))
    return model


def _describe(tf: ModuleType, info: Any, name: str, shape: tuple[int, ...]) -> None:
    info.name = name
    info.dtype = tf.float32.as_datatype_enum
    for size in shape:
        info.tensor_shape.dim.add().size = size


def _check_scaling(tf: ModuleType, nodes: dict[str, Any]) -> None:
    """Refuse a graph that scales pixels otherwise than a backbone does that is fed behind the scaling."""
    for name, op, expected in ((_SHIFTED, "Sub", PIXEL_MEAN), (_SCALED, "Mul", 1 / PIXEL_SCALE)):
        node = nodes[name]
        if node.op != op or len(node.input) != 2:
            raise ValueError(f"its node {name} is no {op} of two numbers")
        constant = nodes[node.input[1].partition(":")[0]]
        if float(tf.make_ndarray(constant.attr["value"].tensor)) != expected:
            raise ValueError(f"its node {name} does not use {expected}")


def _inputs(tf: ModuleType) -> list[Any]:
    images = tf.compat.v1.NodeDef(name=_IMAGES, op="Placeholder")
    images.attr["dtype"].type = tf.float32.as_datatype_enum
    for size in (-1, -1, -1, 3):
        images.attr["shape"].shape.dim.add().size = size
    return [
        images,
        _constant(tf, _SIZE, [INPUT_SIZE, INPUT_SIZE], tf.int32),
        _constant(tf, _SHAPE, [-1, FEATURES], tf.int32),
    ]


def _constant(tf: ModuleType, name: str, value: Any, dtype: Any) -> Any:
    node = tf.compat.v1.NodeDef(name=name, op="Const")
    node.attr["dtype"].type = dtype.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, dtype))
    return node


def _feed_pictures(tf: ModuleType, node: Any) -> None:
    """Put resized pictures where the graph's own scaled picture came from.

    Resizing and scaling are both linear, so their order does not matter.
    """
    node.op = "ResizeBilinear"
    del node.input[:]
    node.input.extend([_IMAGES, _SIZE])
    node.attr.clear()
    node.attr["T"].type = tf.float32.as_datatype_enum


def _flatten(node: Any) -> None:
    """Let the reshaping behind the pooling take any number of pictures; the graph has it fixed at one."""
    if node.op != "Reshape" or node.input[0].partition(":")[0] != _POOLED:
        raise ValueError(f"its node {_FLAT} does not reshape {_POOLED}")
    node.input[1] = _SHAPE
    node.attr.pop("Tshape", None)


def _fused_norm(tf: ModuleType, node: Any, nodes: dict[str, Any]) -> list[Any]:
    """Return today's normalisation for one that TensorFlow removed in graph version 9."""
    import numpy as np

    pictures, mean, variance, beta, gamma = node.input
    new = []
    if not node.attr["scale_after_normalization"].b:
        constant = nodes[variance.partition(":")[0]]
        if constant.op != "Const":
            raise ValueError(f"{node.name} is normalised with something that is no constant")
        ones = np.ones(tf.make_ndarray(constant.attr["value"].tensor).shape, np.float32)
        gamma = f"{node.name}/ones"
        new.append(_constant(tf, gamma, ones, tf.float32))
    fused = tf.compat.v1.NodeDef(name=node.name, op="FusedBatchNormV3")
    fused.input.extend([pictures, gamma, beta, mean, variance])
    fused.attr["T"].type = fused.attr["U"].type = tf.float32.as_datatype_enum
    fused.attr["epsilon"].f = node.attr["variance_epsilon"].f
    fused.attr["is_training"].b = False
    fused.attr["data_format"].s = b"NHWC"
    return [*new, fused]
