"""Small stand-ins for what is downloaded: same formats, same inputs and outputs, numbers of their own."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3  # noqa: F401 - before TensorFlow, whose own SQLite would take its place
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.inception import natural_pictures
from tests import published_model
from tests.file_server import Answer, FileServer
from tests.workers import made_once

CHANNELS = 2048
SIZE = 299
CLASSES = 1008


def tar_gz(target: Path, folder: Path, *, prefix: str = "") -> Path:
    """Pack all files of a folder."""
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.add(file, prefix + file.relative_to(folder).as_posix())
    return target


def save_hub_module(
    folder: Path, *, channels: int = CHANNELS, as_dict: bool = True, reads_file: bool = False
) -> Path:
    """Save a SavedModel with what the TF-GAN module takes and gives, of two small convolutions."""
    import tensorflow as tf

    rng = np.random.default_rng(5)

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = tf.Variable(rng.normal(0, 0.3, (3, 3, 3, 16)).astype(np.float32))
            self.second = tf.Variable(rng.normal(0, 0.3, (1, 1, 16, channels)).astype(np.float32))
            self.head = tf.Variable(rng.normal(0, 0.1, (channels, CLASSES)).astype(np.float32))

        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)])
        def __call__(self, images: Any) -> Any:
            if reads_file:
                images += tf.cast(tf.strings.length(tf.io.read_file("/etc/hosts")), tf.float32)
            x = tf.image.resize(images, (32, 32))
            x = tf.nn.relu(tf.nn.conv2d(x, self.first, 2, "SAME"))
            x = tf.nn.relu(tf.nn.conv2d(x, self.second, 2, "SAME"))
            pooled = tf.reduce_mean(x, (1, 2))
            return {"pool_3": pooled, "logits": pooled @ self.head} if as_dict else pooled

    tf.saved_model.save(Module(), str(folder))
    return folder


def orthonormal(rng: np.random.Generator) -> np.ndarray:
    """Return (2048, 2048), float32: rows of length 1 at right angles."""
    signs = np.ones((1, 1), np.float32)
    for _ in range(11):
        signs = np.kron(signs, np.array([[1, 1], [1, -1]], np.float32))
    rows = signs * rng.choice(np.array([-1, 1], np.float32), CHANNELS)
    return (rows / np.float32(np.sqrt(CHANNELS)))[rng.permutation(CHANNELS)]


def pca_arrays(mean: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the three arrays of the PCA by file name."""
    rng = np.random.default_rng(6)
    if mean is None:
        mean = rng.uniform(0.1, 1, CHANNELS)
    return {
        "mean.npy": mean.astype("<f4").reshape(CHANNELS, 1),
        "eigenvals.npy": np.geomspace(15, 1e-3, CHANNELS).astype("<f4")[:, np.newaxis],
        "eigenvecs.npy": np.ascontiguousarray(orthonormal(rng), "<f4"),
    }


def pca_archive(target: Path, mean: np.ndarray | None = None) -> Path:
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for name, array in pca_arrays(mean).items():
            content = io.BytesIO()
            np.save(content, array)
            member = tarfile.TarInfo(name)
            member.size = content.tell()
            content.seek(0)
            archive.addfile(member, content)
    return target


def frozen_graph(*, old: bool = True, scale: float = 1 / 128, reads_file: bool = False) -> Any:
    """Return a GraphDef with the node names of ``classify_image_graph_def.pb``.

    old: with the normalisation that TensorFlow removed, as the original has it. scale: of the pixels.
    reads_file: it has an operation that does not belong there.
    """
    import tensorflow as tf

    rng = np.random.default_rng(7)

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    with tf.Graph().as_default() as graph:
        jpeg = tf.constant(b"", name="DecodeJpeg/contents")
        decoded = tf.raw_ops.DecodeJpeg(contents=jpeg, channels=3, name="DecodeJpeg")
        cast = tf.raw_ops.Cast(x=decoded, DstT=tf.float32, name="Cast")
        pictures = tf.raw_ops.ExpandDims(
            input=cast, axis=tf.constant(0, name="ExpandDims/dim"), name="ExpandDims"
        )
        pictures = tf.raw_ops.ResizeBilinear(
            images=pictures, size=tf.constant([SIZE, SIZE], name="ResizeBilinear/size"), name="ResizeBilinear"
        )
        x = tf.raw_ops.Sub(x=pictures, y=tf.constant(128.0, name="Sub/y"), name="Sub")
        x = tf.raw_ops.Mul(x=x, y=tf.constant(scale, tf.float32, name="Mul/y"), name="Mul")
        for name, inputs, outputs, step in (("conv", 3, 8, 4), ("conv_1", 8, CHANNELS, 8)):
            weights = tf.constant(normal(3, 3, inputs, outputs), name=f"{name}/conv2d_params")
            x = tf.raw_ops.Conv2D(
                input=x, filter=weights, strides=[1, step, step, 1], padding="VALID", name=f"{name}/Conv2D"
            )
            norm = {
                "m": tf.constant(normal(outputs), name=f"{name}/batchnorm/moving_mean"),
                "v": tf.constant(np.abs(normal(outputs)) + 0.5, name=f"{name}/batchnorm/moving_variance"),
                "beta": tf.constant(normal(outputs) + 1, name=f"{name}/batchnorm/beta"),
                "gamma": tf.constant(normal(outputs), name=f"{name}/batchnorm/gamma"),
            }
            if old:
                # Made as an Identity, for today's TensorFlow does not make it any more.
                with tf.control_dependencies(list(norm.values())):
                    x = tf.identity(x, name=f"{name}/batchnorm")
            x = tf.raw_ops.CheckNumerics(tensor=x, message="", name=f"{name}/CheckNumerics")
            x = tf.raw_ops.Relu(features=x, name=name if name == "conv" else "mixed_10/join")
        side = (SIZE - 3) // 4 + 1
        side = (side - 3) // 8 + 1
        x = tf.raw_ops.AvgPool(
            value=x, ksize=[1, side, side, 1], strides=[1, 1, 1, 1], padding="VALID", name="pool_3"
        )
        flat = tf.raw_ops.Reshape(
            tensor=x, shape=tf.constant([1, CHANNELS], name="pool_3/_reshape/shape"), name="pool_3/_reshape"
        )
        weights = tf.constant(normal(CHANNELS, CLASSES) / 10, name="softmax/weights")
        scores = tf.raw_ops.MatMul(a=flat, b=weights, name="softmax/logits/MatMul")
        scores = tf.raw_ops.BiasAdd(
            value=scores, bias=tf.constant(normal(CLASSES), name="softmax/biases"), name="softmax/logits"
        )
        tf.raw_ops.Softmax(logits=scores, name="softmax")
        if reads_file:
            tf.raw_ops.ReadFile(filename="/etc/hosts")
    definition = graph.as_graph_def()
    for node in definition.node:
        if old and node.op == "Identity" and node.name.endswith("/batchnorm"):
            node.op = "BatchNormWithGlobalNormalization"
            inputs = [
                node.input[0],
                *(f"{node.name}/{name}" for name in ("moving_mean", "moving_variance", "beta", "gamma")),
            ]
            del node.input[:]
            node.input.extend(inputs)
            node.attr["variance_epsilon"].f = 0.001
            node.attr["scale_after_normalization"].b = node.name == "conv_1/batchnorm"
    definition.versions.producer = 8
    return definition


def graph_archive(target: Path, definition: Any = None) -> Path:
    content = (definition or frozen_graph()).SerializeToString()
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for name, data in (("classify_image_graph_def.pb", content), ("LICENSE", b"as there")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return target


def make_archives(folder: Path) -> Path:
    """Make all that can be downloaded for ``inception-yt8m``, under the names it has there.

    The PCA's mean is that of the network's features, so the two fit each other.
    """
    import tensorflow as tf

    module = save_hub_module(folder / "module")
    scaled = (natural_pictures(16).astype(np.float32) - 128) / 128
    features = tf.saved_model.load(str(module))(tf.constant(scaled))["pool_3"].numpy()
    tar_gz(folder / "tfgan-eval-inception-1.tar.gz", module)
    graph_archive(folder / "inception-2015-12-05.tgz")
    pca_archive(folder / "yt8m_pca.tgz", features.mean(axis=0))
    published_model.save_h5(folder / "model.h5")
    return folder


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Made once a run, whichever module asks first."""
    return made_once(tmp_path_factory, "stand-ins", make_archives)


PARTS = {
    "inception-hub": "tfgan-eval-inception-1.tar.gz",
    "inception-graph": "inception-2015-12-05.tgz",
    "yt8m-pca": "yt8m_pca.tgz",
    "cnn-lstm": "model.h5",
}


class Site:
    """A server with the stand-ins, and the list of sources that names it, with their checksums as pins."""

    def __init__(self, server: FileServer, archives: Path, sources: Path) -> None:
        self.server, self.sources = server, sources
        parts = {}
        for part, file in PARTS.items():
            content = (archives / file).read_bytes()
            # No checksum of the module is known, as for the real one.
            pin = None if part == "inception-hub" else f"sha256:{hashlib.sha256(content).hexdigest()}"
            url = self.serve(part, Answer(content, etag='"1"'))
            parts[part] = {"urls": [url], "checksum": pin, "members": {}}
        sources.write_text(json.dumps({"parts": parts}))

    def serve(self, part: str, *answers: Answer) -> str:
        return self.server.serve(f"/{part}", *answers)

    def asked_for(self, part: str) -> list:
        return [request for request in self.server.requests if request.target == f"/{part}"]
