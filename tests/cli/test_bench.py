import dataclasses
import json
import os
from dataclasses import replace

import pytest

from organizer.bench.report import Stage
from organizer.cli.bench import print_report
from organizer.errors import BundleError, MissingDependencyError
from organizer.models import catalogue
from tests.bench.build import SKIPPED, report
from tests.fakes import ColourBundle, colour_bundle, show_labels


@pytest.fixture
def videos(organizer):
    show_labels(organizer.videos / "cat.mp4", "Animal")
    (organizer.videos / "broken.mp4").write_bytes(b"")
    return organizer.videos


def test_measures_a_folder_and_leaves_it_and_the_library_alone(organizer, videos):
    outcome = organizer("bench", videos, "--json", "--workers", "1")
    assert (outcome.code, outcome.err) == (0, "")
    content = json.loads(outcome.out)
    assert content.keys() == {
        "format",
        "machine",
        "workers",
        "videos",
        "stages",
        "samplings",
        "scan",
        "limit",
        "videos_per_minute",
        "seconds_for_1000",
    }
    assert content["workers"] == 1
    assert content["videos"]["count"] == 1
    (skipped,) = content["videos"]["skipped"]
    assert os.path.basename(skipped["path"]) == "broken.mp4"
    assert skipped["reason"]
    assert content["limit"]["stage"] in {stage["stage"] for stage in content["stages"]}
    assert min(stage["rate"] for stage in content["stages"]) > 0
    assert content["videos_per_minute"] > 0
    assert sorted(os.listdir(videos)) == ["broken.mp4", "cat.mp4"]
    assert not organizer.library.exists()


@pytest.mark.parametrize("harm", ["gone", "damaged", "no TensorFlow"])
def test_where_the_one_in_use_cannot_be_run_lite_is_measured(organizer, videos, monkeypatch, harm):
    class Unusable(ColourBundle):
        @property
        def space(self):
            raise (
                MissingDependencyError("It needs TensorFlow.")
                if harm == "no TensorFlow"
                else BundleError("It is damaged.")
            )

    lite = colour_bundle()
    fields = {field.name: getattr(lite, field.name) for field in dataclasses.fields(lite)}
    others = [] if harm == "gone" else [Unusable(**{**fields, "name": "heavy"})]
    monkeypatch.setattr(catalogue, "bundles", lambda: [lite, *others])
    monkeypatch.setattr(catalogue, "chosen", lambda: "heavy")
    outcome = organizer("bench", videos, "--json", "--workers", "1")
    assert outcome.code == 0
    reason = {
        "gone": "The model in use, 'heavy', is not installed. Install it, or: organizer models use auto",
        "damaged": "It is damaged.",
        "no TensorFlow": "It needs TensorFlow.",
    }[harm]
    assert outcome.err == f"{reason} Until then lite takes its place.\n"
    assert json.loads(outcome.out)["videos"]["count"] == 1


def test_without_a_folder_clips_are_made(organizer, monkeypatch):
    from organizer.bench import sample as samples

    small = replace(samples.PHONE_1080P, width=64, height=48, bit_rate=200_000)
    monkeypatch.setattr(samples, "PHONE_1080P", small)
    monkeypatch.setattr(samples, "CLIP_SECONDS", 2)
    outcome = organizer("bench", "--workers", "1")
    assert (outcome.code, outcome.err) == (0, "")
    assert "4 videos made for the occasion, up to 64 x 48, 2 s of each looked at" in outcome.lines
    assert sum(" limits: " in line for line in outcome.lines) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["missing"], "does not exist"), (["videos"], "no video in this folder")],
)
def test_errors_are_words(organizer, monkeypatch, arguments, words):
    monkeypatch.chdir(organizer.folder)
    outcome = organizer("bench", *arguments)
    assert outcome.code == 1
    assert words in outcome.err
    assert outcome.out == ""


def test_the_report_fits_a_terminal_of_80_columns(capsys):
    measured = report({Stage.READ: 12.34, Stage.DECODE: 123.4, Stage.FEATURES: 0.12})
    videos = replace(measured.videos, count=12, found=1_234_567, widest=(7680, 4320))
    print_report(replace(measured, videos=videos, workers=64))
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert lines == [line.rstrip() for line in lines]
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("Decoding limits: 123 s of the 136 s") for line in lines)


def test_the_report_says_what_each_sampling_costs(capsys):
    print_report(report())
    out = capsys.readouterr().out
    assert "\nseconds a video with --sampling " in out
    rows = [line.split() for line in out.splitlines()]
    assert ["auto", "0.91", "s", "0.50", "s", "1.0"] in rows
    assert ["exact", "4.00", "s", "2.50", "s", "5.0"] in rows


def test_file_names_in_the_report_cannot_act_on_the_terminal(capsys):
    measured = report()
    skipped = replace(SKIPPED, path="/videos/[red]a\x1b[2J.mp4")
    print_report(replace(measured, videos=replace(measured.videos, skipped=(skipped,) * 12)))
    out = capsys.readouterr().out
    assert "Left out: /videos/[red]a\\x1b[2J.mp4: the file is damaged" in out
    assert "... and 2 more." in out
    assert "\x1b" not in out


@pytest.mark.parametrize(("video_s", "words"), [(0.05, "50 s"), (0.5, "8 minutes"), (10.0, "2.8 hours")])
def test_the_time_for_many_videos_is_said_in_fitting_units(capsys, video_s, words):
    measured = report({Stage.DECODE: video_s})
    print_report(replace(measured, scan=replace(measured.scan, seconds=4 * video_s, start_s=0.0)))
    assert f"1,000 videos like these take about {words}." in capsys.readouterr().out.splitlines()
