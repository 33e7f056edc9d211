"""A model like YouTube-8M's from download to tags, each command in a process of its own.

The small stand-in is always run; Inception v3 in its full size, with random weights, under the marker
``long``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.inception import natural_pictures, random_inception
from tests import published_model
from tests.clips import write_clip
from tests.file_server import Answer, file_server
from tests.models.stand_ins import PARTS, Site, archives, graph_archive, pca_archive, tar_gz
from tests.yt8m import YT8M, needs_yt8m

__all__ = ["archives"]
NAME = "inception-yt8m"
FRAMES = 41
VIDEOS = 5


class Machine:
    """Folders of its own, and the command line."""

    def __init__(self, folder, site):
        self.videos, self.models = folder / "videos", folder / "models"
        self.videos.mkdir()
        self.environment = {
            **os.environ,
            "ORGANIZER_LIBRARY": str(folder / "library.db"),
            "ORGANIZER_MODELS": str(self.models),
            "ORGANIZER_CACHE": str(folder / "cache"),
            "ORGANIZER_SOURCES": str(site.sources),
            "ORGANIZER_DEBUG": "1",
        }

    def __call__(self, *arguments, code=0):
        command = [sys.executable, "-m", "organizer", *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def listed(self):
        return [json.loads(line) for line in self("list", "--json").splitlines()]


def from_download_to_tags(folder, archives):
    """Return what ``verify`` said in the end."""
    with file_server() as server:
        site = Site(server, archives, folder / "sources.json")
        content = (archives / PARTS["inception-hub"]).read_bytes()
        # The first download of the network breaks off in the middle; the same command goes on.
        whole, cut = Answer(content, etag='"1"'), Answer(content, etag='"1"', cut_after=len(content) // 2)
        site.serve("inception-hub", whole, cut, whole)
        machine = Machine(folder, site)
        for seed in range(VIDEOS):
            pictures = natural_pictures(FRAMES, 96, seed=seed)
            write_clip(machine.videos / f"{seed}.mp4", enumerate(pictures), fps=1)
        machine("models", "pull", NAME, "--accept-unlicensed-classifier")
        assert [request.first_byte for request in site.asked_for("inception-hub")] == [
            None,
            None,
            len(content) // 2,
        ]
    machine("scan", machine.videos)
    with_lite = machine.listed()
    machine("models", "use", NAME, "--no-scan")
    assert f"0 videos tagged again with {NAME} 1.1.0+" in machine("retag")
    assert machine.listed() == with_lite
    machine("scan")
    rows = machine.listed()
    assert all(row["scores"] != old["scores"] for row, old in zip(rows, with_lite, strict=True))
    assert all(0 <= score <= 1 for row in rows for score in row["scores"].values())
    for row in rows:
        assert f"model      {NAME} 1.1.0+" in machine("show", row["path"])
    assert f"{VIDEOS} videos tagged again" in machine("retag")
    verified = machine("models", "verify")
    machine("models", "export", NAME, folder / "stick")
    machine("models", "remove", NAME, "--yes")
    machine("models", "import", folder / "stick")
    machine("models", "use", NAME, "--no-scan")
    # The same feature space again: nothing is looked at anew.
    assert f"{VIDEOS}  unchanged" in machine("scan")
    return verified


def test_from_download_to_tags(archives, tmp_path):
    verified = from_download_to_tags(tmp_path, archives)
    assert f"{FRAMES * VIDEOS} frames of {VIDEOS} videos" in verified
    assert "failed" not in verified


@pytest.mark.long
def test_in_full_size(tmp_path):
    import tensorflow as tf

    made = tmp_path / "made"
    made.mkdir()
    module = random_inception(made)
    scaled = (natural_pictures(32, seed=77).astype(np.float32) - 128) / 128
    features = tf.saved_model.load(str(module))(tf.constant(scaled))["pool_3"].numpy()
    tar_gz(made / PARTS["inception-hub"], module)
    graph_archive(made / PARTS["inception-graph"])
    pca_archive(made / PARTS["yt8m-pca"], features.mean(axis=0))
    published_model.save_h5(made / PARTS["cnn-lstm"])
    verified = from_download_to_tags(tmp_path, made)
    print(verified)
    assert "failed" not in verified


@needs_yt8m
@pytest.mark.long
def test_a_random_network_does_not_fit_the_real_mean(tmp_path):
    """The fit test of the whole command line, with the real mean: this network is another one."""
    made = tmp_path / "made"
    made.mkdir()
    tar_gz(made / PARTS["inception-hub"], random_inception(made))
    graph_archive(made / PARTS["inception-graph"])
    pca_archive(made / PARTS["yt8m-pca"], np.load(YT8M / "mean.npy")[:, 0])
    published_model.save_h5(made / PARTS["cnn-lstm"])
    with file_server() as server:
        machine = Machine(tmp_path, Site(server, made, tmp_path / "sources.json"))
        for seed in range(VIDEOS):
            write_clip(
                machine.videos / f"{seed}.mp4", enumerate(natural_pictures(FRAMES, 96, seed=seed)), fps=1
            )
        machine("models", "pull", NAME, "--no-classifier")
    machine("scan", machine.videos)
    verified = machine("models", "verify", NAME, code=1)
    print(verified)
    failed = [line for line in verified.splitlines() if line.startswith("failed")]
    assert len(failed) == 1
    assert "fit of network and PCA" in failed[0]
