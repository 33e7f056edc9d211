"""``organizer train`` on a few videos, with the real networks of ``lite`` and the real trainer."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from organizer.cli import train as command
from organizer.cli import training_options
from organizer.models.catalogue import open_bundle
from organizer.models.inception.assemble import NAME
from organizer.tags.tagger import Tagger
from organizer.training.measure.compare import Comparison, Difference
from organizer.training.yt8m.sources import read_yt8m_sources
from organizer.types import LABELS, VideoFeatures
from tests.cli.labelled import decided_library, install_space, kept_corpus, plain_terminal
from tests.file_server import Answer, file_server
from tests.training.yt8m.generate import write_means_table, write_shards

QUICK = ("--arch", "moe", "--epochs", "2", "--name", "mine")


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    return plain_terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def corpus(terminal, tmp_path_factory):
    """The small corpus; its features lie where an earlier training kept them."""
    kept = kept_corpus(tmp_path_factory)
    shutil.copytree(kept / "cache", terminal.folder / "cache" / "corpus")
    return kept / "corpus"


def manifest(bundle):
    return json.loads((bundle.folder / "bundle.json").read_text())


@contextmanager
def stopped_at_once():
    stop = threading.Event()
    stop.set()
    yield stop


def test_a_library_teaches_a_model(terminal):
    decided_library(terminal.library, own_tag="Grandma")
    outcome = terminal(
        "train", "--arch", "moe", "--epochs", "12", "--batch", "8", "--own-tags", "--name", "mine"
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert "Too few examples, so this model will not know: Vehicle (0 confirmed)" in outcome.out
    assert "12 videos of other days in this library" in outcome.out
    assert outcome.lines[-1] == "To use it: organizer models use mine"
    bundle = open_bundle("mine")
    assert bundle.labels == ("Animal", "Food", "Grandma")
    assert all(threshold < 1 for threshold in bundle.thresholds)
    metrics = manifest(bundle)["metrics"]
    assert metrics["top1"] > 0.9 and metrics["never_suggested"] == {}
    assert metrics["trained_on"]["data"] == "library" and len(metrics["trained_on"]["groups"]) == 16
    assert "expect a little less" in metrics["summary"]
    assert "mine" in terminal("models").out
    # Nothing is left to go on with; the curves stay.
    left = {
        file.name for file in (terminal.folder / "cache" / "training" / "mine").rglob("*") if file.is_file()
    }
    assert left and not [name for name in left if name.endswith(".npz")]


def test_a_library_corrects_lite_unless_told_otherwise(terminal):
    decided_library(terminal.library, own_tag="Grandma")
    outcome = terminal("train", "--epochs", "10", "--batch", "8", "--own-tags", "--name", "mine")
    assert (outcome.code, outcome.err) == (0, "")
    lite, bundle = open_bundle("lite"), open_bundle("mine")
    assert f"Too few decisions, so as {lite.id} has them: Vehicle, Concert" in outcome.out
    assert f"mine against {lite.id}" in outcome.out and "Too few videos to choose" not in outcome.out
    assert bundle.labels == (*LABELS, "Grandma") and bundle.space_id == lite.space_id
    thresholds = dict(zip(bundle.labels, bundle.thresholds, strict=True))
    # Nobody decided about vehicles: scores and threshold are those of lite.
    assert (thresholds["Vehicle"], bundle.maybe_thresholds[0]) == (
        lite.thresholds[0],
        lite.maybe_thresholds[0],
    )
    stored = np.random.default_rng(2).integers(0, 256, (5, lite.dimensions), np.uint8)
    video = VideoFeatures(lite.space_id, stored)
    (before,), (now,) = (Tagger(one).score([video]) for one in (lite, bundle))
    animal = LABELS.index("Animal")
    assert now.scores[0] == pytest.approx(before.scores[0], abs=1e-4)
    assert now.scores[animal] != pytest.approx(before.scores[animal], abs=1e-3)
    metrics = manifest(bundle)["metrics"]
    assert metrics["map_all"] > 0.9 and "Vehicle" not in metrics["never_suggested"]
    assert metrics["labels"]["Vehicle"]["threshold"] == "as before"
    told = manifest(bundle)["provenance"]["classifier"]
    assert told["architecture"] == "correction" and "corrected by decisions about" in told["data"]
    assert "score_map" not in told


@pytest.mark.parametrize(
    ("several", "every", "words"),
    [
        (0.1, 0.0, "It is better"),
        (-0.1, 0.2, "no better than what it corrects"),
        (None, 0.1, "It is better"),
        (0.0, 0.0, "no better than what it corrects"),
        (None, None, "Too few videos are held out"),
    ],
)
def test_the_verdict_goes_by_what_could_be_measured(several, every, words):
    rows = tuple(
        Difference(name, None, None, difference, None, None)
        for name, difference in (("map", several), ("map_all", every))
    )
    assert words in command.verdict(Comparison(rows, (), ()))


def test_a_correction_is_not_measured_on_what_its_base_was_trained_on(terminal, corpus):
    decided_library(terminal.library)
    assert terminal("train", "--epochs", "1", "--name", "mine").code == 0
    outcome = terminal("evaluate", "mine", "--data", "corpus", "--folder", corpus)
    assert outcome.code == 1 and f"corrects {open_bundle('lite').id}" in outcome.err


def test_a_model_that_cannot_be_built_on_is_learnt_from_nothing_and_that_is_said(terminal):
    decided_library(terminal.library)
    assert terminal("train", "--epochs", "1", "--name", "mine").code == 0
    outcome = terminal("train", "--epochs", "1", "--name", "other", "--space", "mine")
    assert (outcome.code, outcome.err) == (0, "")
    assert "mine cannot be built on, so this learns from nothing" in outcome.out
    assert open_bundle("other").labels == ("Animal", "Food")


def test_a_correction_of_nothing_is_refused(terminal):
    install_space()
    arguments = ("train", "--arch", "correction", "--name", "mine")
    for more in (("--space", NAME), ("--data", "corpus", "--folder", terminal.folder)):
        outcome = terminal(*arguments, *more)
        assert outcome.code == 1 and "--data library with --space lite" in outcome.err


def test_shards_teach_a_model(terminal):
    install_space()
    shards = terminal.folder / "shards"
    write_shards(shards, 60, 2, 0, "train")
    write_shards(shards, 30, 1, 0, "validate")
    outcome = terminal(
        "train", "--data", "yt8m", "--folder", shards, *QUICK, "--out", terminal.folder / "out"
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert "Held out: 1 validation shard of YouTube-8M." in outcome.out
    assert outcome.lines[-1] == f"To install it: organizer models import {terminal.folder / 'out'}"
    told = json.loads((terminal.folder / "out" / "bundle.json").read_text())
    assert told["labels"] == list(LABELS)
    assert told["metrics"]["trained_on"] == {
        "data": "yt8m",
        "shards": ["train0000.tfrecord", "train0001.tfrecord"],
    }
    # Two epochs on sixty videos teach little, and the model says so instead of guessing.
    never = told["metrics"]["never_suggested"]
    assert never and all(told["thresholds"][label] == 1 for label in never)
    card = (terminal.folder / "out" / "MODEL_CARD.md").read_text()
    assert all(f"never: {reason}" in card for reason in never.values())
    at_most = told["metrics"]["never_given"].keys() - never.keys()
    assert all(told["maybe_thresholds"][label] < 1 == told["thresholds"][label] for label in at_most)
    for label in at_most:
        assert told["metrics"]["labels"][label]["suggested"].startswith("at most a maybe: no threshold gave")
    assert all(f"{label} is never suggested: {reason}." in outcome.out for label, reason in never.items())


def test_video_level_shards_teach_a_classifier_alone_that_joins_the_model_later(terminal, monkeypatch):
    monkeypatch.chdir(terminal.folder)
    shards = terminal.folder / "shards"
    # As three of the release's own might lie there: no shard to train on by its name.
    write_shards(shards, 90, 3, 0, "validate", level="video")
    arguments = ("--data", "yt8m", "--level", "video", "--folder", shards)
    outcome = terminal("train", *arguments, *QUICK)
    assert (outcome.code, outcome.err) == (0, "")
    assert "Held out: 20% of the videos in 3 video-level shards of YouTube-8M." in outcome.out
    alone = terminal.folder / "mine"
    assert outcome.lines[-2:] == [
        f"It is a classifier alone, since {NAME} is not installed.",
        f"To use it: organizer models pull {NAME}, then organizer models import {alone}",
    ]
    told = json.loads((alone / "classifier.json").read_text())
    assert told["space_name"] == NAME and told["labels"] == list(LABELS)
    assert "CC BY 4.0" in told["licence"]
    measured = terminal("evaluate", "./mine", *arguments, "--repeats", "0")
    assert (measured.code, measured.err) == (0, "")
    assert "measured on 3 validation shards of YouTube-8M." in measured.out
    assert "videos that it was trained on are left out." in measured.out
    # What is there is not written over, and that is said before anything is trained.
    again = terminal("train", *arguments, *QUICK)
    assert again.code == 1 and "there is something here already" in again.err and again.out == ""
    refused = terminal("models", "import", alone)
    assert refused.code == 1 and f"organizer models pull {NAME}" in refused.err
    install_space()
    assert terminal("models", "import", alone).code == 0
    bundle = open_bundle("mine")
    assert bundle.space_id == open_bundle(NAME).space_id and bundle.labels == LABELS


def test_a_table_of_means_teaches_a_model_and_measures_it(terminal):
    install_space()
    table = terminal.folder / "means.npz"
    write_means_table(table, 60, 0, "train", folds=5)
    arguments = ("--data", "yt8m", "--level", "video", "--folder", table)
    outcome = terminal("train", *arguments, *QUICK, "--fold", "1")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Held out: fold 1 of the table's videos (12)." in outcome.out
    measured = terminal("evaluate", "mine", *arguments, "--repeats", "0")
    assert (measured.code, measured.err) == (0, "")
    assert "12 videos from 12 sources" in measured.out
    assert "48 videos that it was trained on are left out." in measured.out
    refused = terminal("evaluate", "mine", *arguments, "--fold", "2")
    assert refused.code == 1 and "proves nothing" in refused.err
    figures = terminal.folder / "figures.json"
    nine = (*arguments, "--without", "Nature", "--labelled-only", "--repeats", "0", "--json", figures)
    assert terminal("evaluate", "mine", *nine).code == 0
    told = json.loads(figures.read_text())["figures"]
    assert [row["label"] for row in told["labels"]] == [label for label in LABELS if label != "Nature"]


@pytest.mark.parametrize("fold", ["2", None])
def test_the_corpus_teaches_a_model(terminal, corpus, fold):
    if fold is not None:
        # Made by the command itself where none are kept.
        shutil.rmtree(terminal.folder / "cache")
    chosen = [] if fold is None else ["--fold", fold]
    outcome = terminal("train", "--data", "corpus", "--folder", corpus, *QUICK, *chosen)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"Held out: fold {fold or 4} of the corpus (4 clips)." in outcome.out
    assert ("Now on all videos, for " in outcome.out) == (fold is None)
    told = manifest(open_bundle("mine"))
    assert told["metrics"]["trained_on"] == {"data": "corpus", "fold": None if fold is None else 2}
    assert told["provenance"]["classifier"]["settings"]["patience"] == (None if fold is None else 5)


def test_a_stopped_training_goes_on_with_the_same_command(terminal, monkeypatch):
    decided_library(terminal.library)
    with monkeypatch.context() as patched:
        patched.setattr("organizer.cli.train.stop_asked_for", stopped_at_once)
        outcome = terminal("train", *QUICK)
    work = terminal.folder / "cache" / "training" / "mine"
    assert outcome.code == 130
    assert outcome.err == f"Stopped. How far it came is kept in {work}; the same command goes on.\n"
    again = terminal("train", *QUICK)
    assert again.code == 0 and "going on in epoch 1 after 1 step" in again.out
    other = terminal("train", *QUICK, "--replace", "--seed", "1")
    assert other.code == 0 and "going on" not in other.out


def test_another_training_in_the_same_folder_is_refused_unless_thrown_away(terminal, monkeypatch):
    decided_library(terminal.library)
    with monkeypatch.context() as patched:
        patched.setattr("organizer.cli.train.stop_asked_for", stopped_at_once)
        assert terminal("train", *QUICK).code == 130
    refused = terminal("train", *QUICK, "--seed", "1")
    assert refused.code == 1 and "seed" in refused.err
    assert terminal("train", *QUICK, "--seed", "1", "--from-scratch").code == 0


def test_too_few_decisions_are_told_before_anything_is_trained(terminal):
    decided_library(terminal.library, days=5)
    outcome = terminal("train", *QUICK)
    assert (outcome.code, outcome.out) == (1, "")
    assert "Animal needs 3 more" in outcome.err and "organizer tag VIDEO TAG" in outcome.err


def test_a_name_that_is_taken_is_refused_before_anything_is_trained(terminal):
    install_space()
    outcome = terminal("train", "--name", NAME, "--arch", "moe")
    assert outcome.code == 1 and "--replace" in outcome.err and outcome.out == ""


def test_missing_extras_are_named_with_the_command_that_installs_them(terminal, monkeypatch):
    found = training_options.find_spec
    monkeypatch.setattr(
        training_options, "find_spec", lambda name: None if name == "tensorflow" else found(name)
    )
    outcome = terminal("train")
    assert outcome.code == 1
    assert "Not installed: tensorflow." in outcome.err and 'pip install ".[train]"' in outcome.err


def test_a_folder_that_is_not_empty_is_refused_before_anything_is_trained(terminal):
    decided_library(terminal.library)
    outcome = terminal("train", *QUICK, "--out", terminal.videos.parent)
    assert outcome.code == 1 and "there is something here already" in outcome.err and outcome.out == ""


def test_starting_from_scratch_deletes_checkpoints_and_nothing_else(terminal):
    work = terminal.folder / "work"
    checkpoint, precious = work / "held-out" / "checkpoints" / "checkpoint-1.npz", work / "precious.txt"
    for file in (checkpoint, precious):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    assert terminal("train", *QUICK, "--work", work, "--from-scratch").code == 1  # there is no library
    assert precious.exists() and not checkpoint.exists()


@pytest.mark.parametrize("name", ["../elsewhere", "Mine", "lite"])
def test_names_that_lead_elsewhere_are_refused(terminal, name):
    outcome = terminal("train", "--arch", "moe", "--name", name)
    assert outcome.code == 1 and name in outcome.err


@pytest.mark.parametrize("level", ["frame", "video"])
def test_shards_are_downloaded_first_and_kept(terminal, monkeypatch, level):
    install_space()
    source, shards = terminal.folder / "server", terminal.folder / "shards"
    contents = {
        file.name: file.read_bytes()
        for split, videos in (("train", 40), ("validate", 20))
        for file in write_shards(source, videos, 3, 0, split, level=level)
    }
    with file_server() as server:
        address = server.address
        for split in ("train", "validate"):
            names = [name for name in contents if name.startswith(split)]
            plan = {"files": {name: hashlib.md5(contents[name]).hexdigest() for name in names}}
            server.serve(f"/{level}_{split}.json", Answer(json.dumps(plan).encode()))
            for name in names:
                server.serve(f"/{level}/{name}", Answer(contents[name], etag=f'"{name}"'))
        server.serve("/vocabulary.csv", Answer((source / "vocabulary.csv").read_bytes()))
        addresses = terminal.folder / "sources.json"
        addresses.write_text(
            json.dumps(
                {
                    "mirrors": {"us": f"{address}/{{level}}/{{name}}"},
                    "plans": [f"{address}/{{level}}_{{split}}.json"],
                    "vocabulary": [f"{address}/vocabulary.csv"],
                    "usual_bytes": {"frame": 1000, "video": 1000},
                }
            )
        )
        monkeypatch.setenv("ORGANIZER_YT8M_SOURCES", str(addresses))
        arguments = ("--data", "yt8m", "--level", level, "--folder", shards, "--shards", "2", "--epochs", "1")
        outcome = terminal("train", *arguments, "--arch", "moe", "--name", "mine")
    assert (outcome.code, outcome.err) == (0, "")
    found = sorted(file.name for file in shards.glob("*.tfrecord"))
    assert len([name for name in found if name.startswith("train")]) == 2
    assert len([name for name in found if name.startswith("validate")]) == 1
    assert all((shards / name).read_bytes() == contents[name] for name in found)
    assert f"2 train shards in {shards}" in outcome.out and f"1 validate shard in {shards}" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "yt8m"], "Name the folder with YouTube-8M's shards"),
        (["--data", "yt8m", "--space", "inception-yt8m"], "models pull inception-yt8m"),
        (["--data", "yt8m", "--level", "video", "--folder", "."], "there are no shards of YouTube-8M"),
        (["--data", "yt8m", "--space", "lite", "--folder", "."], "organizer models pull inception-yt8m"),
        (["--data", "corpus"], "--folder FOLDER"),
        (["--shards", "3"], "--shards is for --data yt8m"),
        (["--negatives", "0.5"], "--negatives is for --data yt8m"),
        (["--level", "video"], "--level is for --data yt8m"),
        ([], "there is no library here yet"),
    ],
)
def test_what_is_missing_is_said(terminal, arguments, words):
    outcome = terminal("train", *QUICK, *arguments)
    assert outcome.code == 1 and words in outcome.err


def test_spelled_out_mirrors_are_those_of_the_built_in_list():
    (mirror,) = (one for one in command.train.params if one.name == "mirror")
    assert tuple(mirror.type.choices) == tuple(read_yt8m_sources({}).mirrors)
