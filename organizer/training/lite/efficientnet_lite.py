"""EfficientNet-Lite2 as a Keras model that takes the weights of the PyTorch port.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019), in the Lite
variant of the TPU team (2020): no squeeze-and-excite, ReLU6 in place of Swish, so that it quantises well.
Lite2 is Lite0 made 1.1 times as wide and 1.2 times as deep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

INPUT_SIZE = 384
"""It was trained with crops of 260 pixels, in which things look larger than in whole pictures of that size
(Touvron et al., "Fixing the train-test resolution discrepancy", 2019, arXiv:1906.06423). Chosen on the
corpus."""
PIXEL_MEAN = 127.0
PIXEL_SCALE = 128.0
_BN_EPSILON = 1e-3


@dataclass(frozen=True)
class _Stage:
    kernel: int
    stride: int
    expand: int
    repeats: int


_STAGES = (
    _Stage(3, 1, 1, 1),
    _Stage(3, 2, 6, 3),
    _Stage(5, 2, 6, 3),
    _Stage(3, 2, 6, 4),
    _Stage(5, 1, 6, 4),
    _Stage(5, 2, 6, 5),
    _Stage(3, 1, 6, 1),
)
"""The first and the last stage are not made deeper; how wide each is the weights say."""


class _Builder:
    """Adds layers that already hold their weights."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        import keras

        self._layers = keras.layers
        self._weights = weights

    def conv(self, x: Any, name: str, stride: int = 1) -> Any:
        kernel = self._weights[f"{name}.weight"].transpose(2, 3, 1, 0)
        layer = self._layers.Conv2D(
            kernel.shape[3], kernel.shape[:2], strides=stride, padding="same", use_bias=False
        )
        return self._apply(layer, x, [kernel])

    def depthwise(self, x: Any, name: str, stride: int) -> Any:
        kernel = self._weights[f"{name}.weight"].transpose(2, 3, 0, 1)
        layer = self._layers.DepthwiseConv2D(kernel.shape[:2], strides=stride, padding="same", use_bias=False)
        return self._apply(layer, x, [kernel])

    def norm(self, x: Any, name: str) -> Any:
        parts = ("weight", "bias", "running_mean", "running_var")
        layer = self._layers.BatchNormalization(epsilon=_BN_EPSILON)
        return self._apply(layer, x, [self._weights[f"{name}.{part}"] for part in parts])

    def relu6(self, x: Any) -> Any:
        return self._layers.ReLU(max_value=6.0)(x)

    @staticmethod
    def _apply(layer: Any, x: Any, weights: list[NDArray[Any]]) -> Any:
        y = layer(x)
        layer.set_weights(weights)
        return y


def build_feature_map(weights: Mapping[str, NDArray[Any]]) -> Any:
    """Return a Keras model from pictures to the last feature map.

    Input: float32 (batch, 384, 384, 3), RGB, scaled by ``(x - 127) / 128``. Output: float32
    (batch, 12, 12, 1280), 0..6. Its mean over the 12 x 12 places is the usual feature vector.

    Args:
        weights: state dict of the PyTorch port, see ``torch_weights.read_state_dict``.

    Raises:
        KeyError: a tensor of the network is not in the weights.
    """
    import keras

    build = _Builder(weights)
    pictures = keras.Input((INPUT_SIZE, INPUT_SIZE, 3))
    x = build.relu6(build.norm(build.conv(pictures, "_conv_stem", stride=2), "_bn0"))
    index = 0
    for stage in _STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = _block(build, x, f"_blocks.{index}", stage, stride)
            index += 1
    x = build.relu6(build.norm(build.conv(x, "_conv_head"), "_bn1"))
    return keras.Model(pictures, x, name="efficientnet_lite2")


def _block(build: _Builder, x: Any, name: str, stage: _Stage, stride: int) -> Any:
    y = x
    if stage.expand != 1:
        y = build.relu6(build.norm(build.conv(y, f"{name}._expand_conv"), f"{name}._bn0"))
    y = build.relu6(build.norm(build.depthwise(y, f"{name}._depthwise_conv", stride), f"{name}._bn1"))
    y = build.norm(build.conv(y, f"{name}._project_conv"), f"{name}._bn2")
    return x + y if stride == 1 and x.shape[-1] == y.shape[-1] else y
