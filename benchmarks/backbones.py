"""Pictures a second of the backbones: python -m benchmarks backbones [lite|inception].

The ways take turns, so that whatever else the computer does meets all of them; the median and the best of the
rounds are kept, and the processor time a picture costs, which other programs do not change much.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.inception import natural_pictures, random_inception
from benchmarks.results_file import write
from organizer.assets import assets_folder
from organizer.features.litert import LiteRtBackbone, open_interpreter

Way = Callable[[NDArray[np.uint8]], Any]

LITE_ROUNDS, LITE_PICTURES = 25, 45
INCEPTION_ROUNDS, INCEPTION_PICTURES = 7, 48
LITE = assets_folder() / "lite" / "backbone.tflite"


def in_turn(ways: dict[str, Way], pictures: NDArray[np.uint8], rounds: int) -> dict[str, dict[str, float]]:
    """Return figures for each way; one round before is not counted."""
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for counted in [False, *[True] * rounds]:
        for name, way in ways.items():
            started, started_cpu = time.perf_counter(), time.process_time()
            way(pictures)
            if counted:
                wall[name].append(time.perf_counter() - started)
                cpu[name].append(time.process_time() - started_cpu)
    return {
        name: {
            "pictures_per_s": round(len(pictures) / statistics.median(wall[name]), 1),
            "best_pictures_per_s": round(len(pictures) / min(wall[name]), 1),
            "processor_ms_a_picture": round(1000 * statistics.median(cpu[name]) / len(pictures), 2),
        }
        for name in ways
    }


def against(figures: dict[str, dict[str, float]], first: str) -> dict[str, dict[str, float]]:
    """Add to each way how many times as fast as the first one it is, by medians and by the best rounds."""
    for figure in figures.values():
        for key in ("pictures_per_s", "best_pictures_per_s"):
            figure[key.replace("pictures_per_s", "ratio")] = round(figure[key] / figures[first][key], 2)
    return figures


def one_interpreter(threads: int, batch: int = 1) -> Way:
    """Return lite in one interpreter whose threads share each batch; the last one is filled up."""
    interpreter = open_interpreter(LITE, threads=threads)
    picture = interpreter.get_input_details()[0]["index"]
    feature_map = interpreter.get_output_details()[0]["index"]
    if batch > 1:
        _, *shape = interpreter.get_input_details()[0]["shape"]
        interpreter.resize_tensor_input(picture, [batch, *shape])
        interpreter.allocate_tensors()

    def run(pictures: NDArray[np.uint8]) -> None:
        filled = np.concatenate([pictures, pictures[: -len(pictures) % batch]])
        for start in range(0, len(filled), batch):
            interpreter.set_tensor(picture, filled[start : start + batch])
            interpreter.invoke()
            interpreter.get_tensor(feature_map).mean(axis=(1, 2))

    return run


def measure_lite(rounds: int = LITE_ROUNDS) -> dict[str, Any]:
    """Measure the ways to spread lite over threads, at 45 pictures."""
    two_interpreters = LiteRtBackbone(LITE, threads=2)
    ways: dict[str, Way] = {
        "one interpreter, 1 thread": one_interpreter(1),
        "one interpreter, 2 threads": one_interpreter(2),
        "one interpreter, 2 threads, batch 4": one_interpreter(2, 4),
        "one interpreter, 2 threads, batch 8": one_interpreter(2, 8),
        "one interpreter, 2 threads, batch 16": one_interpreter(2, 16),
        "two interpreters": two_interpreters.extract,
    }
    figures = in_turn(ways, natural_pictures(LITE_PICTURES, two_interpreters.input_size), rounds)
    return against(figures, "one interpreter, 2 threads")


def label_scores(features: NDArray[np.float32], like: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (pictures, 10) scores 0..1 of a fixed random classifier; ``like`` standardises the features."""
    weights = np.random.default_rng(10).standard_normal((features.shape[1], 10)) / np.sqrt(features.shape[1])
    logits = (features - like.mean(axis=0)) / (like.std(axis=0) + 1e-6) @ weights
    return np.asarray(1 / (1 + np.exp(-logits)))


def measure_inception(folder: Path) -> dict[str, Any]:
    """Measure Inception v3 as the published notebook runs it and as organizer does."""
    import tensorflow as tf

    from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings, cosines

    module = random_inception(folder)
    pictures = natural_pictures(INCEPTION_PICTURES)
    network = tf.saved_model.load(str(module))

    def one_by_one(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        pixels = (pictures.astype(np.float32) - 128) / 128
        return np.concatenate([network(tf.constant(one[np.newaxis]))["pool_3"].numpy() for one in pixels])

    in_float = TfHubBackbone(module, TfHubSettings(bfloat16=False))
    started = time.perf_counter()
    chosen = TfHubBackbone(module)
    loading_s = time.perf_counter() - started
    ways: dict[str, Way] = {
        "one by one, float32": one_by_one,
        f"batches of {in_float.batch_size}, float32": in_float.extract,
    }
    if chosen.precision != in_float.precision:
        ways[f"batches of {chosen.batch_size}, {chosen.precision}"] = chosen.extract
    figures = against(in_turn(ways, pictures, INCEPTION_ROUNDS), "one by one, float32")
    expected, got = one_by_one(pictures), chosen.extract(pictures)
    scores, expected_scores = label_scores(got, expected), label_scores(expected, expected)
    return {
        "ways": figures,
        "precision": chosen.precision.value,
        "device": chosen.device,
        "loading_s": round(loading_s, 1),
        "lowest_cosine": round(float(cosines(expected, got).min()), 5),
        "lowest_cosine_float32": round(float(cosines(expected, in_float.extract(pictures)).min()), 7),
        "largest_score_difference": round(float(np.abs(scores - expected_scores).max()), 4),
        "largest_score_difference_of_a_video": round(
            float(np.abs((scores - expected_scores).mean(axis=0)).max()), 4
        ),
        "tensorflow": version("tensorflow"),
    }


def main() -> None:
    """Measure, print and write the results."""
    which = sys.argv[1:] or ["lite", "inception"]
    result: dict[str, Any] = {}
    if "lite" in which:
        result["lite"] = measure_lite()
        show(result["lite"])
    if "inception" in which:
        with tempfile.TemporaryDirectory() as folder:
            result["inception_random_weights"] = measure_inception(Path(folder))
        show(result["inception_random_weights"]["ways"])
        for name, value in result["inception_random_weights"].items():
            if name != "ways":
                print(f"{name}: {value}")
    if sys.argv[1:] == []:
        print(write("backbones", result))


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print one line for each way."""
    for name, figure in figures.items():
        print(
            f"{name:38} {figure['pictures_per_s']:6.1f} pictures/s "
            f"(best {figure['best_pictures_per_s']:6.1f}), "
            f"{figure['processor_ms_a_picture']:6.2f} ms of processor, x{figure['ratio']:.2f} "
            f"(best x{figure['best_ratio']:.2f})"
        )


if __name__ == "__main__":
    main()
