"""``organizer evaluate``, with the real bundled model."""

from __future__ import annotations

import json
import shutil

import pytest

from organizer.assets import assets_folder
from organizer.models.catalogue import open_bundle
from organizer.training.lite.out_of_fold import BARELY_MEASURABLE
from organizer.types import LABELS
from tests.cli.labelled import decided_library, install_space, kept_corpus, plain_terminal
from tests.corpus import CORPUS, needs_corpus
from tests.training.yt8m.generate import write_shards

QUICK = ("--arch", "moe", "--epochs", "2", "--name", "mine")
METRICS = json.loads((assets_folder() / "lite" / "bundle.json").read_text())["metrics"]


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    return plain_terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def corpus(terminal, tmp_path_factory):
    """The small corpus; its features lie where an earlier training kept them."""
    kept = kept_corpus(tmp_path_factory)
    shutil.copytree(kept / "cache", terminal.folder / "cache" / "corpus")
    return kept / "corpus"


def test_a_library_measures_the_model_in_use(terminal):
    decided_library(terminal.library)
    page, figures = terminal.folder / "report.html", terminal.folder / "figures.json"
    outcome = terminal("evaluate", "--html", page, "--json", figures, "--repeats", "200")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[0] == f"{open_bundle('lite').id}, measured on this library."
    assert "60 videos from 20 sources, 20 of them with none of the labels." in outcome.out
    assert "recall and average precision look better here than they are" in outcome.out
    assert max(map(len, [line for line in outcome.lines if "  " in line])) <= 80
    told = json.loads(figures.read_text())
    assert told["figures"]["videos"] == 60
    assert page.read_text().startswith("<!doctype html>")
    assert outcome.lines[-2:] == [f"Report: {page}", f"Figures: {figures}"]


def test_maybes_are_measured_beside_what_is_given(terminal):
    decided_library(terminal.library)
    lite = open_bundle("lite")
    folder = terminal.folder / "models" / "curious"
    shutil.copytree(lite.folder, folder)
    manifest = json.loads((folder / "bundle.json").read_text())
    manifest |= {
        "name": "curious",
        "space_name": "lite",
        "thresholds": dict.fromkeys(lite.labels, 0.99) | {"Animal": 1.0},
        "maybe_thresholds": dict.fromkeys(("Animal", "Food"), 0.0),
    }
    (folder / "bundle.json").write_text(json.dumps(manifest))
    page, file = terminal.folder / "report.html", terminal.folder / "figures.json"
    outcome = terminal(
        *("evaluate", "curious", "--compare", "lite", "--repeats", "100"),
        *("--json", file, "--html", page),
    )
    assert (outcome.code, outcome.err) == (0, "")
    table = outcome.lines[
        next(row for row, line in enumerate(outcome.lines) if line.startswith("with maybes")) :
    ]
    assert table[5].split()[:3] == ["Animal", "0.00", "60"]
    assert table[1].split()[:3] == ["Vehicle", "never", "0"]
    assert max(map(len, [line for line in outcome.lines if "  " in line])) <= 80
    told = json.loads(file.read_text())
    animal, vehicle = (told["figures"]["labels"][lite.labels.index(name)] for name in ("Animal", "Vehicle"))
    assert animal["never"] and animal["maybes"]["tags"] == 60
    assert animal["with_maybes"]["recall"] == 1 and vehicle["with_maybes"] is None
    assert told["figures"]["headline"]["both_recall"]["value"] == told["figures"]["with_maybes"]["recall"]
    assert {row["name"] for row in told["comparison"]["headline"]} >= {"both_precision", "both_recall"}
    assert "recall with maybes" in page.read_text()


def test_a_model_is_not_measured_on_days_that_taught_it(terminal, corpus):
    assert terminal("train", "--data", "corpus", "--folder", corpus, *QUICK, "--fold", "3").code == 0
    outcome = terminal("evaluate", "mine", "--data", "corpus", "--folder", corpus, "--repeats", "0")
    assert outcome.code == 0 and "measured on fold 3 of the corpus." in outcome.out
    assert "4 videos from 4 sources" in outcome.out
    refused = terminal("evaluate", "mine", "--data", "corpus", "--folder", corpus, "--fold", "1")
    assert refused.code == 1 and "--fold 3" in refused.err and "proves nothing" in refused.err


def test_a_model_that_saw_all_folds_is_refused(terminal, corpus):
    assert terminal("train", "--data", "corpus", "--folder", corpus, *QUICK).code == 0
    refused = terminal("evaluate", "mine", "--data", "corpus", "--folder", corpus)
    assert refused.code == 1 and "trained on all of its folds" in refused.err


def test_shards_measure_a_model(terminal):
    install_space()
    shards = terminal.folder / "shards"
    write_shards(shards, 40, 2, 0, "validate")
    arguments = ("--data", "yt8m", "--folder", shards, "--repeats", "0")
    outcome = terminal("evaluate", "inception-yt8m", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert "measured on 2 validation shards of YouTube-8M." in outcome.out
    refused = terminal("evaluate", "lite", *arguments)
    assert refused.code == 1 and "mean nothing to lite" in refused.err


def test_labels_can_be_left_out(terminal):
    decided_library(terminal.library)
    arguments = ("evaluate", "--repeats", "0")
    outcome = terminal(*arguments, "--without", "Animal")
    assert outcome.code == 0 and "Food" in outcome.out and "Animal" not in outcome.out
    unknown = terminal(*arguments, "--without", "Boat")
    assert unknown.code == 1 and "no label 'Boat' to leave out" in unknown.err
    every = [word for label in LABELS for word in ("--without", label)]
    nothing = terminal(*arguments, *every)
    assert nothing.code == 1 and "All labels are left out" in nothing.err


@needs_corpus
def test_the_bundled_model_is_measured_out_of_fold(terminal):
    file = terminal.folder / "figures.json"
    arguments = ("evaluate", "lite", "--data", "corpus", "--folder", CORPUS, "--json", file)
    nine = terminal(*arguments, "--without", BARELY_MEASURABLE, "--repeats", "0")
    assert nine.code == 0
    headline = json.loads(file.read_text())["figures"]["headline"]
    assert headline["map"]["value"] == pytest.approx(METRICS["mean_average_precision_9"], abs=6e-4)
    outcome = terminal(*arguments)
    assert outcome.code == 0 and "out-of-fold figures" in outcome.out
    figures = json.loads(file.read_text())["figures"]
    for name, metric in (
        ("map_all", "mean_average_precision_10"),
        ("top1", "top1"),
        ("precision", "micro_precision"),
        ("recall", "micro_recall"),
    ):
        figure = figures["headline"][name]
        assert figure["value"] == pytest.approx(METRICS[metric], abs=6e-4)
        if metric in METRICS["intervals_95"]:
            ends = [figure["interval"]["low"], figure["interval"]["high"]]
            assert ends == pytest.approx(METRICS["intervals_95"][metric], abs=2e-3)


def test_two_models_are_compared_on_the_videos_of_both(terminal, corpus):
    assert terminal("train", "--data", "corpus", "--folder", corpus, *QUICK, "--fold", "3").code == 0
    again = ("--arch", "moe", "--epochs", "1", "--seed", "4", "--name", "other", "--fold", "3")
    assert terminal("train", "--data", "corpus", "--folder", corpus, *again).code == 0
    page = terminal.folder / "report.html"
    outcome = terminal(
        *("evaluate", "mine", "--compare", "other", "--data", "corpus", "--folder", corpus),
        *("--repeats", "200", "--html", page),
    )
    assert (outcome.code, outcome.err) == (0, "")
    mine, other = open_bundle("mine").id, open_bundle("other").id
    assert f"{mine} against" in outcome.out and f"{mine} against {other}" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "no model 'nobody'"),
        (["--data", "corpus"], "--folder FOLDER"),
        (["lite", "--labelled-only"], "--labelled-only is for --data yt8m"),
        (["lite", "--level", "video"], "--level is for --data yt8m"),
        ([], "there is no library here yet"),
    ],
)
def test_what_is_missing_is_said(terminal, arguments, words):
    outcome = terminal("evaluate", *arguments)
    assert outcome.code == 1 and words in outcome.err
