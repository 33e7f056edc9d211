"""Train on made-up data in a process of its own, to be killed, or as one of several workers.

    python -m tests.training.train_child FOLDER OUT '{"name": "moe", "settings": {...}, "data": {...}}'

At the end OUT holds the history and the weights. With ``logical_cpus`` in the JSON the processor is divided.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from organizer.training.engine.events import Stepped, Trained
from organizer.training.engine.settings import TrainingSettings
from organizer.training.engine.trainer import train
from tests.training.fakes import FakeData


def main(folder: Path, out: Path, asked: dict) -> None:
    import tensorflow as tf

    if cpus := asked.get("logical_cpus"):
        (cpu,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * cpus)
    settings = TrainingSettings(**asked["settings"])
    for event in train(asked["name"], FakeData(**asked["data"]), settings, folder):
        if isinstance(event, Stepped):
            print(event.step, flush=True)
        if isinstance(event, Trained):
            weights = {f"weight{number}": array for number, array in enumerate(event.classifier.weights)}
            losses = [[f.loss, f.validation_loss] for f in event.classifier.history]
            np.savez(out, losses=np.array(losses), **weights)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
