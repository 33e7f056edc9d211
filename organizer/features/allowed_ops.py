"""The operations that networks for pictures are made of.

Found in Inception v3, MobileNet, EfficientNet, NASNet and ConvNeXt as Keras and TensorFlow 1 save them, with
their nearest relatives. None of them reads or writes files, prints, runs other code or talks to anybody.
"""

from __future__ import annotations

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
