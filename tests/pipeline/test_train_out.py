"""``train --out``: the model's folder is whole or not there."""

from types import SimpleNamespace

import pytest

from organizer.errors import BundleError
from organizer.training import train_model
from organizer.training.train_model import Plan


def written(tmp_path, monkeypatch, write, out="model"):
    monkeypatch.setattr(train_model, "write_classifier_bundle", write)
    monkeypatch.setattr(train_model, "load_bundle", lambda folder: SimpleNamespace(folder=folder))
    plan = Plan("mine", "attention", None, tmp_path / "work", out=tmp_path / out)
    return train_model.write_model(plan, SimpleNamespace(), None, None)


def write(folder, *_):
    (folder / "classifier.tflite").write_bytes(b"x")
    (folder / "bundle.json").write_text("{}")


@pytest.mark.parametrize("there", [True, False])
def test_it_appears_when_it_is_whole(tmp_path, monkeypatch, there):
    out = tmp_path / "model"
    if there:
        out.mkdir()

    def looking(folder, *parts):
        write(folder, *parts)
        assert folder != out and not (out / "bundle.json").exists()

    assert written(tmp_path, monkeypatch, looking).folder == out
    assert sorted(file.name for file in out.iterdir()) == ["bundle.json", "classifier.tflite"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("error", [BundleError("no"), MemoryError(), KeyboardInterrupt()])
def test_a_writer_that_fails_in_the_middle_leaves_nothing_half(tmp_path, monkeypatch, error):
    def failing(folder, *_):
        (folder / "classifier.tflite").write_bytes(b"x")
        raise error

    with pytest.raises(type(error)):
        written(tmp_path, monkeypatch, failing)
    assert list(tmp_path.iterdir()) == []
