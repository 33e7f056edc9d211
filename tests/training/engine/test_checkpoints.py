"""Checkpoints: whole or not there, plain, and of one training only."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import StorageError, TrainingDataError
from organizer.training.engine.checkpoints import (
    Checkpoint,
    EpochFigures,
    Identity,
    Progress,
    load_checkpoint,
    save_checkpoint,
)
from organizer.training.engine.settings import Monitor, TrainingSettings

TRAINING = Identity(
    "moe",
    TrainingSettings(),
    labels=("Dance",),
    dimensions=3,
    space_id="fake-0",
    quantiser="of the space",
    data="0123",
    based_on=None,
    workers=1,
)
FIGURES = EpochFigures(0, 0.5, None, 0.75, 1e-3)
PROGRESS = Progress(1, 2, 7, 5, 12.25, 96.0, (FIGURES,), 0)


def checkpoint(steps=7, **changes):
    state = {"model/0000": np.arange(6, dtype=np.float32).reshape(2, 3), "model/0001": np.array([5, 9])}
    whole = Checkpoint(TRAINING, replace(PROGRESS, steps=steps), state, [np.full(3, steps, np.float32)])
    return replace(whole, **changes)


def test_what_is_saved_comes_back(tmp_path):
    save_checkpoint(tmp_path / "new", checkpoint())
    found = load_checkpoint(tmp_path / "new", TRAINING)
    assert found.progress == PROGRESS
    assert found.identity == TRAINING
    assert found.state.keys() == {"model/0000", "model/0001"}
    for name, array in checkpoint().state.items():
        assert np.array_equal(found.state[name], array) and found.state[name].dtype == array.dtype
    assert np.array_equal(found.best[0], [7, 7, 7])


def test_a_folder_without_any_begins_anew(tmp_path):
    assert load_checkpoint(tmp_path, TRAINING) is None
    assert load_checkpoint(tmp_path / "nowhere", TRAINING) is None


def test_the_last_two_are_kept_and_the_last_one_counts(tmp_path):
    for steps in (1, 20, 3, 100_000):
        save_checkpoint(tmp_path, checkpoint(steps))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "checkpoint-0000000020.npz",
        "checkpoint-0000100000.npz",
    ]
    assert load_checkpoint(tmp_path, TRAINING).progress.steps == 100_000


@pytest.mark.parametrize("kept", [0, 10, 300])
def test_a_damaged_one_is_passed_over(tmp_path, kept):
    save_checkpoint(tmp_path, checkpoint(1))
    newest = save_checkpoint(tmp_path, checkpoint(2))
    newest.write_bytes(newest.read_bytes()[:kept])
    assert load_checkpoint(tmp_path, TRAINING).progress.steps == 1


def test_a_flipped_bit_is_found(tmp_path):
    save_checkpoint(tmp_path, checkpoint(1))
    newest = save_checkpoint(tmp_path, checkpoint(2))
    content = bytearray(newest.read_bytes())
    at = content.index(np.arange(6, dtype=np.float32).tobytes())
    content[at + 5] ^= 1
    newest.write_bytes(content)
    assert load_checkpoint(tmp_path, TRAINING).progress.steps == 1


def test_what_a_kill_left_half_written_is_no_checkpoint(tmp_path):
    save_checkpoint(tmp_path, checkpoint(1))
    (tmp_path / ".checkpoint.part").write_bytes(b"PK half")
    assert load_checkpoint(tmp_path, TRAINING).progress.steps == 1
    save_checkpoint(tmp_path, checkpoint(2))
    assert not (tmp_path / ".checkpoint.part").exists()


def test_none_that_can_be_read_is_an_error(tmp_path):
    save_checkpoint(tmp_path, checkpoint()).write_bytes(b"nothing")
    with pytest.raises(TrainingDataError, match="no checkpoint in it can be read"):
        load_checkpoint(tmp_path, TRAINING)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"architecture": "rnn"}, "architecture was 'moe' and is 'rnn'"),
        ({"settings": TrainingSettings(seed=1)}, "seed was 0 and is 1"),
        ({"settings": TrainingSettings(monitor=Monitor.LOSS)}, "monitor was 'map' and is 'loss'"),
        ({"labels": ("Dance", "Food")}, r"labels was \['Dance'\] and is \['Dance', 'Food'\]"),
        ({"based_on": "abcd"}, "based_on was None and is 'abcd'"),
        ({"workers": 2}, "workers was 1 and is 2"),
    ],
)
def test_one_of_another_training_is_refused(tmp_path, other, words):
    save_checkpoint(tmp_path, checkpoint())
    with pytest.raises(TrainingDataError, match=words):
        load_checkpoint(tmp_path, replace(TRAINING, **other))


def test_how_often_it_is_saved_makes_no_other_training(tmp_path):
    save_checkpoint(tmp_path, checkpoint())
    often = TrainingSettings(checkpoint_steps=1, checkpoint_s=1.0, report_steps=1)
    assert load_checkpoint(tmp_path, replace(TRAINING, settings=often)).progress.steps == 7


@pytest.mark.parametrize(("schedule", "words"), [("constant", None), ("cosine", "schedule was 'cosine'")])
def test_the_schedule_that_0_1_0_wrote_down_may_be_constant_alone(tmp_path, schedule, words):
    file = save_checkpoint(tmp_path, checkpoint())
    with np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    told = json.loads(arrays.pop("json").tobytes())
    told["training"]["settings"]["schedule"] = schedule
    np.savez(file, json=np.frombuffer(json.dumps(told).encode(), np.uint8), **arrays)
    if words is None:
        assert load_checkpoint(tmp_path, TRAINING).identity == TRAINING
        return
    with pytest.raises(TrainingDataError, match=words):
        load_checkpoint(tmp_path, TRAINING)


def test_no_pickle_is_written_or_read(tmp_path):
    file = save_checkpoint(tmp_path, checkpoint())
    with zipfile.ZipFile(file) as opened:
        assert "json.npy" in opened.namelist()
        for name in opened.namelist():
            header = opened.read(name)[:128]
            assert header.startswith(b"\x93NUMPY") and b"'|O'" not in header
    np.savez(file, json=np.array([{"format": 1}], dtype=object))
    with pytest.raises(TrainingDataError, match="no checkpoint in it can be read"):
        load_checkpoint(tmp_path, TRAINING)


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        save_checkpoint(tmp_path / "file", checkpoint())
