"""``organizer train`` and ``evaluate`` on what ``organizer features`` wrote, in the space of lite."""

from __future__ import annotations

import json

import pytest

from organizer.dataset.description import DatasetFormat
from organizer.models.catalogue import open_bundle
from tests.cli.labelled import install_space, plain_terminal
from tests.dataset.made_up import decided, write
from tests.training.yt8m.generate import write_shards

QUICK = ("--arch", "moe", "--epochs", "12", "--batch", "8", "--name", "mine")


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    made = plain_terminal(tmp_path, monkeypatch, capsys)
    # A classifier alone is written where the command runs.
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def own(terminal):
    """Features of lite in two shards: 60 videos of 20 days."""
    bundle, folder = open_bundle("lite"), terminal.folder / "own"
    videos = decided(bundle, own_tag="Grandma")
    write(folder, bundle, videos[:31], own=("Grandma",))
    write(folder, bundle, videos[31:], own=("Grandma",), number=1)
    return folder


def test_own_features_teach_a_model_of_their_own_space(terminal, own):
    outcome = terminal("train", "--data", "yt8m", "--folder", own, *QUICK, "--own-tags")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Too few examples, so this model will not know: Vehicle (0)" in outcome.out
    assert "12 videos of other days in this folder" in outcome.out
    assert outcome.lines[-1] == "To use it: organizer models use mine"
    bundle = open_bundle("mine")
    assert bundle.space_id == open_bundle("lite").space_id
    assert bundle.labels == ("Animal", "Food", "Grandma")
    manifest = json.loads((bundle.folder / "bundle.json").read_text())
    assert manifest["metrics"]["top1"] > 0.9
    assert manifest["metrics"]["trained_on"]["data"] == "yt8m"
    assert len(manifest["metrics"]["trained_on"]["groups"]) == 16
    assert "YouTube-8M" not in json.dumps(manifest["licence"])

    measured = terminal("evaluate", "mine", "--data", "yt8m", "--folder", own)
    assert measured.code == 0
    assert "12 videos" in measured.out and "Days that it was trained on are left out." in measured.out
    # Days are marked alike in a library, so these are left out there too.
    whole = terminal("evaluate", "lite", "--data", "yt8m", "--folder", own)
    assert whole.code == 0 and "60 videos" in whole.out


def test_own_tags_are_learnt_only_when_asked_for(terminal, own):
    assert terminal("train", "--data", "yt8m", "--folder", own, *QUICK).code == 0
    assert open_bundle("mine").labels == ("Animal", "Food")


def test_features_mean_nothing_to_a_model_of_another_space(terminal, own):
    install_space()
    outcome = terminal("train", "--data", "yt8m", "--folder", own, *QUICK, "--space", "inception-yt8m")
    assert outcome.code == 1 and "mean nothing to inception-yt8m" in outcome.err
    refused = terminal("evaluate", "inception-yt8m", "--data", "yt8m", "--folder", own)
    assert refused.code == 1 and "mean nothing to inception-yt8m" in refused.err


def test_a_folder_without_its_description_is_youtube_8m(terminal):
    shards = terminal.folder / "shards"
    write_shards(shards, 40, 2, 1, "train")
    outcome = terminal("train", "--data", "yt8m", "--folder", shards, "--arch", "moe", "--epochs", "1")
    assert outcome.code == 0
    assert "It is a classifier alone, since inception-yt8m is not installed." in outcome.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--shards", "1"), "--shards is for YouTube-8M's"),
        (("--negatives", "0.5"), "--negatives is for YouTube-8M's"),
        (("--level", "video"), "Leave out --level"),
        (("--folder", "{own}/.."), "Name it alone"),
    ],
)
def test_what_is_youtube_8ms_is_refused(terminal, own, options, words):
    given = [option.replace("{own}", str(own)) for option in options]
    outcome = terminal("train", "--data", "yt8m", "--folder", own, *QUICK, *given)
    assert outcome.code == 1 and words in outcome.err


def test_parquet_is_not_trained_on(terminal):
    bundle, folder = open_bundle("lite"), terminal.folder / "own"
    write(folder, bundle, decided(bundle, days=1), format_=DatasetFormat.PARQUET)
    outcome = terminal("train", "--data", "yt8m", "--folder", folder, *QUICK)
    assert outcome.code == 1 and "organizer features --format yt8m" in outcome.err


@pytest.mark.parametrize(
    ("days", "words"), [(3, "too few labelled videos to learn from"), (None, "come from 1 day")]
)
def test_too_little_is_said(terminal, days, words):
    bundle, folder = open_bundle("lite"), terminal.folder / "own"
    videos = decided(bundle, days=days or 10)
    if days is None:
        one_day = videos[0].stored.facts
        videos = [
            type(one)(
                one.file,
                one.id,
                one.metadata_digest,
                one.confirmed,
                one.rejected,
                type(one.stored)(one_day, one.stored.features),
            )
            for one in videos
        ]
    write(folder, bundle, videos)
    outcome = terminal("train", "--data", "yt8m", "--folder", folder, *QUICK)
    assert outcome.code == 1 and words in outcome.err
