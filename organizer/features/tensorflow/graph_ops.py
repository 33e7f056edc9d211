"""Whether a TensorFlow graph does what a network does and nothing else, read without running anything.

A graph is a program: some operations read and write files, call Python or talk to other computers. So only
those are let through that networks for pictures are made of, and what has others is refused before TensorFlow
gets to see it. Every SavedModel has a saver too, which does write files: it must be nothing but that, and out
of reach for everything that runs when the network is loaded or used.

The allowed operations were found in Inception v3, MobileNet, EfficientNet, NASNet and ConvNeXt as Keras and
TensorFlow 1 save them, with their nearest relatives. None of them reads or writes files, prints, runs other
code or talks to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from organizer.errors import BundleError
from organizer.features.tensorflow.protobuf import payloads, texts
from organizer.regular_file import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


_ARITHMETIC = """
    Abs Add AddN AddV2 All Any ArgMax ArgMin BatchMatMul BatchMatMulV2 BatchMatMulV3 Bucketize Ceil
    ClipByValue Cos Cumsum Div DivNoNan Einsum Equal Erf Erfc Exp Expm1 Floor FloorDiv FloorMod
    Greater GreaterEqual Inv IsFinite IsInf IsNan L2Loss Less LessEqual Log Log1p LogicalAnd
    LogicalNot LogicalOr MatMul Max Maximum Mean Min Minimum Mod Mul MulNoNan Neg NotEqual Pow Prod
    RealDiv Reciprocal Rint Round Rsqrt Sigmoid Sign Sin Sqrt Square SquaredDifference Sub Sum Tanh
    TopK TopKV2 TruncateDiv TruncateMod Xdivy
"""
_LAYERS = """
    AvgPool BatchNormWithGlobalNormalization BiasAdd BiasAddV1 Conv2D Conv2DBackpropInput
    DepthwiseConv2dNative Dilation2D Elu FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN
    LeakyRelu LogSoftmax MaxPool MaxPoolV2 Relu Relu6 Selu Softmax Softplus Softsign
"""
_PICTURES = """
    AdjustContrastv2 AdjustHue AdjustSaturation CropAndResize DecodeJpeg ExtractImagePatches
    HSVToRGB RGBToHSV ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor
    ScaleAndTranslate
"""
_SHAPES = """
    BatchToSpaceND BroadcastArgs BroadcastTo Cast Concat ConcatV2 DepthToSpace EnsureShape
    ExpandDims Fill Gather GatherNd GatherV2 InvertPermutation MirrorPad OneHot OnesLike Pack Pad
    PadV2 Range Rank Reshape ReverseV2 Roll ScatterNd Select SelectV2 Shape ShapeN Size Slice
    SpaceToBatchND SpaceToDepth Split SplitV Squeeze StridedSlice Tile Transpose Unpack Where
    ZerosLike
"""
_CONTROL = """
    Assert Bitcast CheckNumerics CheckNumericsV2 Const Enter Exit GuaranteeConst Identity IdentityN
    If LoopCond Merge NextIteration NoOp PartitionedCall Placeholder PlaceholderV2
    PlaceholderWithDefault PreventGradient Snapshot StatefulPartitionedCall StatelessIf
    StatelessWhile StopGradient Switch TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3
    TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArrayV3 TensorArrayWriteV3
    TensorListElementShape TensorListFromTensor TensorListGetItem TensorListLength TensorListReserve
    TensorListSetItem TensorListStack While
"""
_RANDOM = """
    RandomStandardNormal RandomUniform RandomUniformInt StatelessRandomGetAlg
    StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StatelessRandomNormal
    StatelessRandomNormalV2 StatelessRandomUniform StatelessRandomUniformV2
    StatelessTruncatedNormalV2 TruncatedNormal
"""
_VARIABLES = """
    Assign AssignAdd AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp
    IsVariableInitialized ReadVariableOp ResourceGather VarHandleOp VarIsInitializedOp Variable
    VariableShape VariableV2
"""
_NAMES = """
    DisableCopyOnRead StaticRegexFullMatch StringJoin
"""
"""Texts, as a saver puts the names of its files together with."""

NETWORK = frozenset(
    " ".join((_ARITHMETIC, _LAYERS, _PICTURES, _SHAPES, _CONTROL, _RANDOM, _VARIABLES, _NAMES)).split()
)
"""What may stand anywhere."""
WRITING = frozenset({"SaveV2", "MergeV2Checkpoints"})
"""What writes files, or deletes them."""
SAVER = WRITING | {"RestoreV2", "ShardedFilename"}
"""What saves and restores weights: in every SavedModel, and needed in nothing but its saver."""


_MAX_BYTES = 1 << 30
SAVED_MODEL = "saved_model.pb"
_OTHER_FORMS = ("saved_model.cpb", "saved_model.pbtxt")
"""Files that TensorFlow takes instead of ``saved_model.pb``, or reads in another way."""
_OTHER_SAVERS = b"savers"
"""A collection with notes about savers; loading a model does not look at it."""

# Field numbers of TensorFlow's messages.
_SAVED_MODEL_META_GRAPH = 2
_META_GRAPH, _META_SAVER, _META_COLLECTION, _META_SIGNATURE, _META_ASSET, _META_OBJECTS = 2, 3, 4, 5, 6, 7
_SAVER_FILE_NAME, _SAVER_SAVE, _SAVER_RESTORE = 1, 2, 3
_GRAPH_NODE, _GRAPH_LIBRARY = 1, 2
_LIBRARY_FUNCTION, _LIBRARY_GRADIENT = 1, 2
_FUNCTION_SIGNATURE, _FUNCTION_NODE, _FUNCTION_SETTING = 1, 3, 5
_SIGNATURE_NAME = 1
_NODE_NAME, _NODE_OP, _NODE_INPUT, _NODE_SETTING = 1, 2, 3, 5
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_STANDS_IN_FOR = b"api_implements"
"""Setting of a function that TensorFlow may run in the place of others with the same."""
_SETTING_TEXT, _SETTING_LIST, _SETTING_FUNCTION = 2, 1, 10


@dataclass(slots=True)
class _Code:
    """A node of the graph, or a whole function."""

    ops: set[bytes] = field(default_factory=set)
    """Of all its nodes; a function may be called by its name as if it were one."""
    words: set[bytes] = field(default_factory=set)
    """All names and texts in its settings: the functions that it calls are among them."""
    inputs: set[bytes] = field(default_factory=set)
    """Nodes that must run before."""


def graph_operations(graph: bytes) -> set[str]:
    """Return the names of all operations in a serialised GraphDef, its functions included.

    Raises:
        ValueError: it is none.
    """
    nodes, functions = _read(memoryview(graph))
    return {op.decode("utf-8") for code in (*nodes.values(), *functions.values()) for op in code.ops}


def check_saved_model(folder: Path) -> None:
    """Refuse a folder that holds no SavedModel, or one that could do more than a network does.

    Raises:
        BundleError: it may not be loaded.
    """
    file = folder / SAVED_MODEL
    try:
        if other := [name for name in _OTHER_FORMS if (folder / name).exists()]:
            raise ValueError(f"it has {other[0]}, which is not read here")
        if not file.is_file():
            raise ValueError(f"there is no {SAVED_MODEL} in it")
        content = memoryview(read_regular(file, _MAX_BYTES))
        meta_graphs = list(payloads(content, _SAVED_MODEL_META_GRAPH))
        if not any(list(payloads(meta_graph, _META_GRAPH)) for meta_graph in meta_graphs):
            raise ValueError("there is no graph in it")
        for meta_graph in meta_graphs:
            _check(meta_graph)
    except (OSError, ValueError) as error:
        raise BundleError(
            f"{folder}: this is no TensorFlow module that can be used ({error}). "
            "Get it again, or another one."
        ) from error


def _check(meta_graph: memoryview) -> None:
    nodes: dict[bytes, _Code] = {}
    functions: dict[bytes, _Code] = {}
    for graph in payloads(meta_graph, _META_GRAPH):
        some_nodes, some_functions = _read(graph)
        for codes, more in ((nodes, some_nodes), (functions, some_functions)):
            for name, code in more.items():
                _add(codes, name, code)
    everything = [*nodes.values(), *functions.values()]
    ops = set(chain.from_iterable(code.ops for code in everything)) - functions.keys()
    if refused := sorted(op.decode("utf-8") for op in ops if op.decode("utf-8") not in NETWORK | SAVER):
        raise ValueError(f"it has operations that no network for pictures needs: {', '.join(refused)}")
    saving = _touching(SAVER, nodes, functions)
    writing = _touching(WRITING, nodes, functions)
    saver = list(payloads(meta_graph, _META_SAVER))
    named = [_nodes_named(saver, number) for number in (_SAVER_FILE_NAME, _SAVER_SAVE, _SAVER_RESTORE)]
    restored = _needed(named[2], nodes, functions)
    if writing & restored:
        raise ValueError("it writes files when its weights are restored")
    if not saving & functions.keys() <= _needed(chain(*named), nodes, functions):
        raise ValueError("it has functions that read or write files and are no part of its saver")
    if any(_STANDS_IN_FOR in functions[name].words for name in saving & functions.keys()):
        raise ValueError("it has functions that read or write files and can take the place of others")
    if saving & set(_mentioned(meta_graph)):
        raise ValueError("it can read or write files by itself when it is loaded or used")


def _touching(ops: Iterable[str], nodes: dict[bytes, _Code], functions: dict[bytes, _Code]) -> set[bytes]:
    """Return the names of what has one of these operations, calls it, or in the graph comes behind it."""
    wanted = {op.encode() for op in ops}
    found = {name for name, code in functions.items() if code.ops & wanted}
    while more := {
        name for name, code in functions.items() if name not in found and (code.ops | code.words) & found
    }:
        found |= more
    reached = {name for name, code in nodes.items() if code.ops & wanted or (code.ops | code.words) & found}
    found |= reached
    behind: dict[bytes, set[bytes]] = {}
    for name, code in nodes.items():
        for before in code.inputs:
            behind.setdefault(before, set()).add(name)
    while reached:
        reached = set().union(*(behind.get(name, set()) for name in reached)) - found
        found |= reached
    return found


def _needed(start: Iterable[bytes], nodes: dict[bytes, _Code], functions: dict[bytes, _Code]) -> set[bytes]:
    """Return the names of all nodes and functions that run when some nodes do."""
    found: set[bytes] = set()
    new = set(start)
    while new:
        found |= new
        codes = [codes[name] for name in new for codes in (nodes, functions) if name in codes]
        called = {word for code in codes for word in code.ops | code.words if word in functions}
        new = called.union(*(code.inputs for code in codes)) - found
    return found


def _nodes_named(saver: Iterable[memoryview], number: int) -> set[bytes]:
    return {_node(bytes(name)) for message in saver for name in payloads(message, number)}


def _mentioned(meta_graph: memoryview) -> Iterator[bytes]:
    """Yield every name that anything but the saver can be run by, among other texts."""
    places = [
        *chain.from_iterable(
            payloads(meta_graph, number) for number in (_META_SIGNATURE, _META_ASSET, _META_OBJECTS)
        ),
        *(
            collection
            for collection in payloads(meta_graph, _META_COLLECTION)
            if [bytes(key) for key in payloads(collection, _ENTRY_KEY)] != [_OTHER_SAVERS]
        ),
        *(
            gradient
            for graph in payloads(meta_graph, _META_GRAPH)
            for library in payloads(graph, _GRAPH_LIBRARY)
            for gradient in payloads(library, _LIBRARY_GRADIENT)
        ),
    ]
    for text in chain.from_iterable(map(texts, places)):
        yield text
        yield _node(text)


def _read(graph: memoryview) -> tuple[dict[bytes, _Code], dict[bytes, _Code]]:
    """Return the nodes and the functions of a graph by name."""
    nodes: dict[bytes, _Code] = {}
    functions: dict[bytes, _Code] = {}
    for node in payloads(graph, _GRAPH_NODE):
        for name in [bytes(name) for name in payloads(node, _NODE_NAME)] or [b""]:
            _add(nodes, name, _code([node]))
    for library in payloads(graph, _GRAPH_LIBRARY):
        for function in payloads(library, _LIBRARY_FUNCTION):
            code = _code(list(payloads(function, _FUNCTION_NODE)))
            # Its gradient, for one, is named there.
            code.words |= _words(payloads(function, _FUNCTION_SETTING))
            # They are inside; in the graph there may be others of the same names.
            code.inputs.clear()
            names = [
                bytes(name)
                for signature in payloads(function, _FUNCTION_SIGNATURE)
                for name in payloads(signature, _SIGNATURE_NAME)
            ]
            for name in names or [b""]:
                _add(functions, name, code)
    return nodes, functions


def _add(codes: dict[bytes, _Code], name: bytes, code: _Code) -> None:
    known = codes.setdefault(name, _Code())
    known.ops |= code.ops
    known.words |= code.words
    known.inputs |= code.inputs


def _code(nodes: list[memoryview]) -> _Code:
    return _Code(
        ops={bytes(op) for node in nodes for op in payloads(node, _NODE_OP)},
        words=_words(setting for node in nodes for setting in payloads(node, _NODE_SETTING)),
        inputs={_node(bytes(name)) for node in nodes for name in payloads(node, _NODE_INPUT)},
    )


def _words(settings: Iterable[memoryview]) -> set[bytes]:
    """Return the names and texts of settings; what a tensor holds, which may be all weights, is none."""
    found: set[bytes] = set()
    for setting in settings:
        found.update(map(bytes, payloads(setting, _ENTRY_KEY)))
        for value in payloads(setting, _ENTRY_VALUE):
            for number in (_SETTING_TEXT, _SETTING_FUNCTION, _SETTING_LIST):
                for part in payloads(value, number):
                    found.add(bytes(part))
                    found.update(texts(part))
    return found


def _node(name: bytes) -> bytes:
    """Return the node that a tensor, or an input that is only waited for, belongs to."""
    return name.removeprefix(b"^").partition(b":")[0]
