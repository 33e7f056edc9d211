"""The table on generated data comes out whole, and a second call only fills what is missing."""

import json
import statistics

import pytest

from benchmarks import generated
from benchmarks.generated import Run, Settings
from tests.training.yt8m import generate

TINY = Settings(videos=60, held_out=40, epochs=1)


def made_up(architecture, seed, value, drawn):
    figures = dict.fromkeys(generated.FIGURES, value)
    return Run(architecture, seed, figures, {}, 10, 1, 0, 2.0, 3.0, drawn)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("generated")


def test_two_networks_from_shards_to_the_table(folder, tmp_path, capsys, monkeypatch):
    summary = generated.run(TINY, ("moe", "majority"), 1, folder, tmp_path)
    told = json.loads((tmp_path / "generated.json").read_text())
    assert "generated data" in told["data"] and told["settings"]["videos"] == 60
    assert [run["architecture"] for run in told["runs"]] == ["majority", "moe"]
    assert list(told["networks"]) == ["majority", "moe"] and told["best_published"] == "majority"
    by_name = {run["architecture"]: run for run in told["runs"]}
    pair = told["map_differences"]["moe"]["majority"]
    assert pair["difference"] == pytest.approx(
        by_name["moe"]["figures"]["map"] - by_name["majority"]["figures"]["map"]
    )
    assert pair["interval_95"][0] < pair["interval_95"][1]
    # All videos have a label.
    assert all(row["hit1"] == row["top1"] for row in told["networks"].values())
    out = capsys.readouterr().out
    assert "Generated data, no real video" in out and "| majority, published | 0." in out
    # What is there is not trained again.
    monkeypatch.setattr(generated.subprocess, "run", None)
    assert generated.run(TINY, ("majority", "moe"), 1, folder, tmp_path) == summary


def test_what_is_measured_on_is_of_sources_that_were_not_trained_on(folder):
    data = generated.make_data(folder, TINY)
    names = {split: sorted(file.name for file in (data / split).iterdir()) for split in ("train", "test")}
    assert names["train"] == [
        *(f"train{number:04}.tfrecord" for number in range(5)),
        "validate0000.tfrecord",
        "vocabulary.csv",
    ]
    assert names["test"] == ["validate0000.tfrecord", "vocabulary.csv"]
    sources = json.loads((data / "sources.json").read_text())
    assert len(sources) == 40 and set(sources) <= set(range(generate.SOURCES["validate"]))
    assert len(set(sources)) > 10


def test_differences_are_paired_by_seed():
    rising = [0.5 + draw / 1000 for draw in range(200)]
    first = [made_up("cnn-lstm", seed, 0.5 + seed / 10, rising) for seed in range(3)]
    second = [made_up("moe", seed, 0.6 + seed / 10, [one + 0.1 for one in rising]) for seed in (1, 2, 3)]
    pair = generated.difference(first, second)
    assert pair["seeds"] == [1, 2]
    # What moves both alike is in neither the difference nor its interval.
    assert [pair["difference"], *pair["interval_95"]] == pytest.approx([0.1, 0.1, 0.1])


def test_networks_are_compared_with_cnn_lstm_and_with_the_best_published_one():
    drawn = [0.5] * 200
    runs = [
        made_up(name, seed, value + seed / 10, drawn)
        for name, value in (("rnn", 0.6), ("cnn-lstm", 0.5), ("moe", 0.7))
        for seed in range(2)
    ]
    summary = generated.summarise(runs)
    assert summary["networks"]["moe"]["map"] == pytest.approx(0.75)
    assert summary["networks"]["moe"]["map_deviation"] == pytest.approx(statistics.stdev([0.7, 0.8]))
    assert {name: pair["difference"] for name, pair in summary["map_differences"]["moe"].items()} == {
        "rnn": pytest.approx(0.1),
        "cnn-lstm": pytest.approx(0.2),
    }
    text = generated.markdown(summary, TINY)
    assert "| network | mAP minus cnn-lstm | mAP minus rnn (best published) |" in text
    assert "| moe | +0.200 (+0.000 to +0.000) | +0.100 (+0.000 to +0.000) |" in text
