"""Training: that it learns, repeats itself, survives being killed, and is shared by several workers."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.stopping import StoppedError
from organizer.training.engine.events import Began, EpochDone, Stepped, Trained
from organizer.training.engine.settings import Monitor, Precision, TrainingSettings
from organizer.training.engine.trainer import train
from organizer.training.metrics import held_out_figures
from tests.training.fakes import FakeData, train_to_the_end

DATA = FakeData()
OF_0_1_0 = Path(__file__).parent / "data" / "checkpoint_0.1.0.npz"
FAST = TrainingSettings(epochs=3, batch=16, learning_rate=0.01, report_steps=1)


def child(folder, out, asked, **environment):
    """Start a training in a process of its own; it prints the steps it has done."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.training.train_child", str(folder), str(out), json.dumps(asked)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", **environment},
    )


def trained_here(folder, asked):
    """Train what ``child`` would, in this process; it is one worker with one processor."""
    settings, data = TrainingSettings(**asked["settings"]), FakeData(**asked["data"])
    trained = train_to_the_end(asked["name"], data, settings, folder)
    weights = {f"weight{number}": array for number, array in enumerate(trained.weights)}
    return {"losses": np.array([[f.loss, f.validation_loss] for f in trained.history]), **weights}


def finish(process):
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors[-3000:]


def results(file):
    with np.load(file) as stored:
        return {name: stored[name] for name in stored.files}


def assert_same_course(one, other):
    """The same to the last bit, but for the loss of held-out videos.

    In which order that is summed up depends on where arrays happen to lie in memory; nothing is learnt of it.
    Their precision, and which epoch is the best, are the same.
    """
    assert one.best_epoch == other.best_epoch
    assert [replace(figures, validation_loss=None) for figures in one.history] == [
        replace(figures, validation_loss=None) for figures in other.history
    ]
    measured = [figures.validation_loss for figures in one.history]
    assert measured == pytest.approx([figures.validation_loss for figures in other.history], abs=1e-7)


def assert_same_weights(one, other, atol):
    assert one.keys() == other.keys()
    for name in one:
        if name != "losses":
            assert np.allclose(one[name], other[name], rtol=0, atol=atol), name


@pytest.mark.parametrize("name", ["rnn", "moe", "netvlad", "attention", "attention-conv"])
def test_learns(name, tmp_path):
    trained = train_to_the_end(name, FakeData(videos=256), replace(FAST, epochs=6), tmp_path)
    assert trained.history[-1].loss < trained.history[0].loss - 0.01
    if name != "rnn":
        assert trained.figures.validation_map > 0.9


def test_majority_learns_how_often_each_label_is_given(tmp_path):
    data, settings = FakeData(videos=400), TrainingSettings(epochs=12, batch=16, patience=None)
    trained = train_to_the_end("majority", data, settings, tmp_path)
    _, targets, weights = (array[: data.videos] for array in data.arrays())
    shares = (targets * weights).sum(axis=0) / weights.sum(axis=0)
    scores = trained.model()(np.ones((1, 2, 8), np.float32))["scores"].numpy()[0]
    # The weights are those between two batches, of which each pulls its own way.
    assert scores == pytest.approx(shares, abs=0.05)


def test_tells_what_happens(tmp_path):
    events = list(train("moe", DATA, FAST, tmp_path))
    assert events[0] == Began(weights=675, epoch=0, step=0, replicas=1)
    steps = [event for event in events if isinstance(event, Stepped)]
    assert [(event.epoch, event.batch, event.step) for event in steps] == [
        (epoch, batch, 4 * epoch + batch) for epoch in range(3) for batch in range(1, 5)
    ]
    assert [event.epoch_steps for event in steps] == [None] * 4 + [4] * 8
    epochs = [event.figures for event in events if isinstance(event, EpochDone)]
    assert [figures.epoch for figures in epochs] == [0, 1, 2]
    assert steps[3].loss == epochs[0].loss
    assert isinstance(events[-1], Trained)
    assert events[-1].classifier.history == tuple(epochs)
    assert not events[-1].early


def test_the_figures_are_those_of_the_model_that_comes_out(tmp_path):
    trained = train_to_the_end("netvlad", DATA, FAST, tmp_path)
    (features, targets, weights) = (array[DATA.videos :] for array in DATA.arrays())
    scores = trained.model()(features, training=False)["scores"].numpy()
    loss, mean_precision = held_out_figures(scores, targets, weights)
    assert loss == pytest.approx(trained.figures.validation_loss, abs=1e-5)
    assert mean_precision == pytest.approx(trained.figures.validation_map, abs=1e-5)


def test_the_best_epoch_is_kept_and_patience_ends(tmp_path):
    # With labels that mean nothing, every epoch is learning by heart.
    data = FakeData(videos=24, strength=0.0)
    settings = replace(FAST, epochs=40, monitor=Monitor.LOSS, patience=2, learning_rate=0.02)
    *_, last = train("attention", data, settings, tmp_path)
    history = last.classifier.history
    assert last.early and len(history) < 40
    best = min(history, key=lambda figures: figures.validation_loss)
    assert last.classifier.best_epoch == best.epoch == len(history) - 3
    features, targets, weights = (array[data.videos :] for array in data.arrays())
    scores = last.classifier.model()(features, training=False)["scores"].numpy()
    assert held_out_figures(scores, targets, weights)[0] == pytest.approx(best.validation_loss, abs=1e-5)


def test_without_held_out_videos_the_last_epoch_is_taken(tmp_path):
    trained = train_to_the_end("moe", FakeData(held_out=0), FAST, tmp_path)
    assert trained.best_epoch == 2
    assert trained.figures.validation_loss is None and trained.figures.validation_map is None


@pytest.mark.parametrize("name", ["attention", "cnn-lstm-masked"])
def test_the_same_seed_trains_the_same_weights(name, tmp_path):
    settings = replace(FAST, epochs=1)
    one = train_to_the_end(name, DATA, settings, tmp_path / "one")
    same = train_to_the_end(name, DATA, settings, tmp_path / "same")
    other = train_to_the_end(name, DATA, replace(settings, seed=1), tmp_path / "other")
    assert_same_course(one, same)
    for mine, again in zip(one.weights, same.weights, strict=True):
        assert np.array_equal(mine, again)
    assert one.history != other.history


def test_what_is_unknown_teaches_nothing(tmp_path):
    class Spoilt(FakeData):
        def arrays(self):
            features, targets, weights = super().arrays()
            return features, np.where(weights > 0, targets, 1 - targets), weights

    one = train_to_the_end("moe", DATA, FAST, tmp_path / "one")
    other = train_to_the_end("moe", Spoilt(), FAST, tmp_path / "other")
    assert [figures.loss for figures in one.history] == [figures.loss for figures in other.history]
    for mine, theirs in zip(one.weights, other.weights, strict=True):
        assert np.array_equal(mine, theirs)


def test_the_loss_is_the_mean_over_what_is_known(tmp_path):
    """The first step's loss, computed by hand from the untrained network."""
    import keras

    from organizer.training.architectures import build

    settings = replace(FAST, epochs=1, batch=64)
    *_, done, _ = train("moe", DATA, settings, tmp_path)
    keras.utils.set_random_seed(settings.seed)
    features, targets, weights = (array[: DATA.videos] for array in DATA.arrays())
    scores = build("moe", 8, 3)(features, training=False)["scores"].numpy()
    losses = -np.log(np.where(targets > 0, scores, 1 - scores))
    assert done.figures.loss == pytest.approx(float((losses * weights).sum() / weights.sum()), abs=1e-5)


def test_mixed_precision_learns_and_comes_out_as_float32(tmp_path):
    settings = replace(FAST, epochs=4, precision=Precision.MIXED)
    trained = train_to_the_end("netvlad", FakeData(videos=256), settings, tmp_path)
    assert trained.figures.validation_map > 0.9
    assert {weight.dtype for weight in trained.weights} == {np.dtype(np.float32)}
    assert {variable.dtype for variable in trained.model().weights} == {"float32"}


def test_writes_curves_for_tensorboard(tmp_path):
    import tensorflow as tf

    trained = train_to_the_end("moe", DATA, FAST, tmp_path)
    (file,) = (tmp_path / "logs").iterdir()
    found = {}
    for record in tf.data.TFRecordDataset(str(file)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            assert value.metadata.plugin_data.plugin_name == "scalars"
            found.setdefault(value.tag, []).append((event.step, float(tf.make_ndarray(value.tensor))))
    assert [step for step, _ in found["epoch/loss"]] == [4, 8, 12]
    assert [loss for _, loss in found["epoch/loss"]] == pytest.approx([f.loss for f in trained.history])
    assert len(found["step/loss"]) == 12
    assert {"epoch/validation_loss", "epoch/validation_map", "epoch/learning_rate"} <= found.keys()


def test_stops_when_asked_and_goes_on(tmp_path):
    whole = train_to_the_end("attention", DATA, FAST, tmp_path / "whole")
    stop, seen = threading.Event(), []
    with pytest.raises(StoppedError):
        for event in train("attention", DATA, FAST, tmp_path / "stopped", stop=stop):
            seen.append(event)
            if isinstance(event, Stepped) and event.step == 6:
                stop.set()
    first, *rest = train("attention", DATA, FAST, tmp_path / "stopped")
    assert (first.epoch, first.step) == (1, 7)
    assert_same_course(rest[-1].classifier, whole)
    for mine, theirs in zip(rest[-1].classifier.weights, whole.weights, strict=True):
        assert np.array_equal(mine, theirs)


def test_a_finished_training_gives_its_result_again(tmp_path):
    trained = train_to_the_end("moe", DATA, FAST, tmp_path)
    events = list(train("moe", DATA, FAST, tmp_path))
    assert [type(event) for event in events] == [Began, Trained]
    assert events[-1].classifier.history == trained.history
    for mine, again in zip(trained.weights, events[-1].classifier.weights, strict=True):
        assert np.array_equal(mine, again)


@pytest.mark.parametrize(
    ("name", "settings", "data", "words"),
    [
        ("netvlad", FAST, DATA, "architecture was 'moe' and is 'netvlad'"),
        ("moe", replace(FAST, learning_rate=0.1), DATA, "learning_rate was 0.01 and is 0.1"),
        ("moe", replace(FAST, epochs=4), DATA, "epochs was 3 and is 4"),
        ("moe", FAST, FakeData(seed=1), "data was"),
        ("moe", FAST, FakeData(space_id="fake-1"), "space_id was 'fake-0' and is 'fake-1'"),
        ("moe", FAST, FakeData(labels=("Vehicle", "Concert", "Food")), "labels was"),
    ],
)
def test_another_training_in_the_folder_is_refused(name, settings, data, words, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "another"
    if not folder.exists():
        train_to_the_end("moe", DATA, FAST, folder)
    before = {file: file.stat().st_mtime_ns for file in (folder / "checkpoints").iterdir()}
    with pytest.raises(TrainingDataError, match="another training has begun in this folder") as refused:
        list(train(name, data, settings, folder))
    assert words in str(refused.value)
    assert before == {file: file.stat().st_mtime_ns for file in (folder / "checkpoints").iterdir()}


def test_how_often_to_report_is_no_other_training(tmp_path):
    train_to_the_end("moe", DATA, FAST, tmp_path)
    again = replace(FAST, report_steps=7, checkpoint_steps=2, checkpoint_s=1.0)
    assert len(list(train("moe", DATA, again, tmp_path))) == 2


def test_nothing_to_train_on(tmp_path):
    with pytest.raises(TrainingDataError, match="no video to train on"):
        list(train("moe", FakeData(videos=0), FAST, tmp_path))


def test_a_loss_that_is_no_number_ends_the_training(tmp_path):
    class Broken(FakeData):
        def arrays(self):
            features, targets, weights = super().arrays()
            features[5] = np.nan
            return features, targets, weights

    with pytest.raises(TrainingDataError, match="the loss is no number any more"):
        list(train("moe", Broken(), FAST, tmp_path))


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"batch": 0}, {"learning_rate": 0.0}, {"seed": -1}, {"patience": 0}]
)
def test_settings_that_cannot_be_used_are_refused(wrong):
    with pytest.raises(TrainingDataError, match=f"The setting {next(iter(wrong))} is"):
        TrainingSettings(**wrong)


@pytest.mark.parametrize("config", ["nonsense", '{"cluster": {"worker": ["a:1", "b:2"]}}'])
def test_a_tf_config_that_says_nothing_is_refused(config, tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(TrainingDataError, match="TF_CONFIG does not say who trains together"):
        list(train("moe", DATA, FAST, tmp_path))


# Killed and resumed.

KILLED = {"videos": 96, "seconds": 5, "dimensions": 8}
SLOW = {"epochs": 4, "batch": 8, "learning_rate": 0.01, "report_steps": 1, "checkpoint_steps": 3}


def survives(name, seed, kills, tmp_path):
    """Kill a training at random steps; what comes out is what comes out undisturbed."""
    asked = {"name": name, "settings": {**SLOW, "seed": seed}, "data": KILLED}
    out = tmp_path / "killed.npz"
    for kill in sorted(random.Random(seed).sample(range(2, 47), kills)):
        process = child(tmp_path / "killed", out, asked)
        for line in process.stdout:
            if int(line) >= kill:
                break
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert not out.exists()
    finish(child(tmp_path / "killed", out, asked))
    found = results(out)
    settings = TrainingSettings(**asked["settings"])
    undisturbed = train_to_the_end(name, FakeData(**KILLED), settings, tmp_path / "undisturbed")
    losses = np.array([[figures.loss, figures.validation_loss] for figures in undisturbed.history])
    assert len(losses) == SLOW["epochs"]
    assert found["losses"].shape == losses.shape
    assert np.abs(found["losses"] - losses).max() < 1e-5
    for number, weight in enumerate(undisturbed.weights):
        assert np.allclose(found[f"weight{number}"], weight, rtol=0, atol=1e-5)


@pytest.mark.skipif(os.name != "posix", reason="processes are killed by signals")
@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("attention", 0),
        pytest.param("netvlad", 1, marks=pytest.mark.long),
        pytest.param("rnn", 2, marks=pytest.mark.long),
    ],
)
def test_killed_and_resumed_it_gives_the_same(name, seed, tmp_path):
    survives(name, seed, 2, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 8))
@pytest.mark.parametrize("name", ["cnn-lstm", "cnn-lstm-masked", "moe", "attention-conv"])
def test_killed_and_resumed_it_gives_the_same_whatever_the_network(name, seed, tmp_path):
    survives(name, seed, 4, tmp_path)


def test_a_damaged_checkpoint_makes_it_go_on_from_the_one_before(tmp_path):
    whole = train_to_the_end("attention", DATA, FAST, tmp_path)
    older, newest = sorted((tmp_path / "checkpoints").glob("checkpoint-*.npz"))
    newest.write_bytes(newest.read_bytes()[:-500])
    first, *_, last = train("attention", DATA, FAST, tmp_path)
    assert (first.epoch, first.step) == (2, 8)
    assert_same_course(last.classifier, whole)
    assert older.exists()


def test_checkpoints_come_by_the_clock_too(tmp_path):
    settings = replace(FAST, epochs=1, checkpoint_s=0.0)
    steps = []
    for event in train("moe", DATA, settings, tmp_path):
        if isinstance(event, Stepped):
            newest = max((tmp_path / "checkpoints").glob("*.npz"))
            steps.append((event.step, int(newest.stem.removeprefix("checkpoint-"))))
    assert steps == [(1, 1), (2, 2), (3, 3), (4, 4)]


# Several processors.


def ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for found in sockets:
        found.bind(("127.0.0.1", 0))
    numbers = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return numbers


def train_together(folder, asked, workers):
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports(workers)]}
    processes = [
        child(
            folder,
            folder / f"worker{index}.npz",
            asked,
            TF_CONFIG=json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}),
        )
        for index in range(workers)
    ]
    try:
        for process in processes:
            finish(process)
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate(timeout=60)
    return [results(folder / f"worker{index}.npz") for index in range(workers)]


@pytest.mark.parametrize("videos", [pytest.param(64, marks=pytest.mark.long), 51])
def test_two_workers_end_with_what_one_ends_with(videos, tmp_path):
    """51 videos: in the last batch of an epoch the first worker has videos and the second has none."""
    asked = {
        "name": "moe",
        "settings": {"epochs": 3, "batch": 16, "learning_rate": 0.01, "report_steps": 1},
        "data": {"videos": videos},
    }
    first, second = train_together(tmp_path, asked, 2)
    assert_same_weights(first, second, 0)
    expected = trained_here(tmp_path / "alone", asked)
    assert_same_weights(first, expected, 1e-4)
    assert np.allclose(first["losses"], expected["losses"], atol=1e-4)


@pytest.mark.parametrize("name", ["moe", "netvlad"])
def test_two_processors_of_one_computer_share_a_batch(name, tmp_path):
    asked = {
        "name": name,
        "settings": {"epochs": 2, "batch": 16, "learning_rate": 0.01, "report_steps": 1},
        "data": {"videos": 49},
    }
    finish(child(tmp_path / "2", tmp_path / "2.npz", {**asked, "logical_cpus": 2}))
    one, two = trained_here(tmp_path / "1", asked), results(tmp_path / "2.npz")
    if name == "moe":
        assert_same_weights(one, two, 1e-4)
    # Normalisation sees half a batch, so the two differ; both learn.
    assert two["losses"][-1, 0] < two["losses"][0, 0]


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path):
    asked = {"name": "moe", "settings": {"epochs": 1, "batch": 15}, "data": {}}
    with pytest.raises(AssertionError, match="Batches of 15 cannot be shared by 2 workers"):
        train_together(tmp_path, asked, 2)


def test_a_training_that_an_earlier_version_began_goes_on(tmp_path):
    """Seven steps by 0.1.0, which wrote down that its learning rate was constant."""
    begun = tmp_path / "begun"
    (begun / "checkpoints").mkdir(parents=True)
    shutil.copyfile(OF_0_1_0, begun / "checkpoints" / "checkpoint-0000000007.npz")
    first, *_, last = train("majority", DATA, FAST, begun)
    assert (first.epoch, first.step) == (1, 7)
    whole = train_to_the_end("majority", DATA, FAST, tmp_path / "whole")
    for found, expected in zip(last.classifier.history, whole.history, strict=True):
        assert astuple(found) == pytest.approx(astuple(expected), abs=1e-5)


def test_the_progress_of_a_training_can_be_read(tmp_path):
    events = list(train("moe", DATA, FAST, tmp_path))
    newest = max((tmp_path / "checkpoints").glob("*.npz"))
    with np.load(newest, allow_pickle=False) as stored:
        words = json.loads(stored["json"].tobytes())
    assert words["training"]["architecture"] == "moe"
    assert words["progress"]["finished"]
    assert (words["progress"]["epoch"], words["progress"]["steps"]) == (3, 12)
    assert [figures["loss"] for figures in words["progress"]["history"]] == [
        event.figures.loss for event in events if isinstance(event, EpochDone)
    ]
