from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from organizer.cli import show
from organizer.dates.shown import shown_date
from organizer.library import Library
from organizer.models import catalogue
from organizer.types import SampledSeconds
from tests.cli.conftest import install
from tests.clips import make_clip, make_rotated_clip
from tests.fakes import COLOUR_OF, colour_bundle, show_labels
from tests.library.sql import database_of

FAULTS = Path(__file__).parents[1] / "faults"


def test_a_video_is_shown_with_its_tags_scores_and_thresholds(scanned):
    scanned("tag", "feast.mp4", "Holiday")
    scanned("untag", "feast.mp4", "Cooking")
    outcome = scanned("show", "feast.mp4")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.lines
    assert lines[0] == f"{scanned.videos}/feast.mp4  [ok]"
    assert "length     0:03" in lines
    assert "picture    64 x 48, 5 frames/s, h264" in lines
    assert "model      lite 1" in lines
    assert lines[lines.index("tags") + 1 :][:3] == [
        "  Food 0.90, given, seconds 0-1",
        "  Holiday, confirmed",
        "  Cooking 0.90, rejected (the model: given), seconds 2",
    ]
    assert "scores     (a tag is given from the number in brackets on)" in lines
    scores = [line.split() for line in lines if "(0.50)" in line]
    assert len(scores) == 10
    assert scores[0] == ["Food", "0.90", "(0.50)", "#" * 18]
    assert any("(from the file's date)" in line for line in lines)


def test_both_tiers_are_shown_with_both_thresholds(unsure):
    unsure("tag", "cat.mp4", "Animal")
    lines = unsure("show", "cat.mp4").lines
    assert lines[lines.index("tags") + 1] == "  Animal 0.40, confirmed (the model: maybe), seconds 0"
    lines = unsure("show", "feast.mp4").lines
    assert lines[lines.index("tags") + 1 :][:2] == [
        "  Food 0.90, given, seconds 0-1",
        "  Cooking? 0.40, maybe, seconds 2",
    ]
    words = "scores     (in brackets from which on a tag is given, and from which on it is a maybe)"
    scores = [line.split() for line in lines[lines.index(words) + 1 :]]
    assert len(scores) == 10
    assert scores[1] == ["Cooking", "0.40", "(0.50,", "0.30)", "#" * 8]


def test_a_label_that_is_never_given_says_so(scanned, monkeypatch):
    bundle = colour_bundle(threshold=1.0, maybe_threshold=0.3)
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    assert "(never, 0.30)" in scanned("show", "cat.mp4").out


def test_the_date_says_where_it_is_from(scanned):
    assert "taken      2024-05-06 (from the file's name)" in scanned("show", "2024-05-06 wall.mp4").lines


def test_a_video_without_a_tag(scanned):
    (video,) = scanned.json("--text", "wall")
    words = (
        "  none. No score reaches its label's threshold. Add a tag if you know better: "
        f"organizer tag {video['id']} TAG"
    )
    assert words in scanned("show", "2024-05-06 wall.mp4").lines
    option = f" --library {scanned.library}"
    assert words + option in scanned("show", "2024-05-06 wall.mp4", "--library", scanned.library).lines


def test_why_a_label_with_a_high_score_is_no_tag(scanned):
    scanned("untag", "cat.mp4", "Animal")
    words = "  none. You rejected its tags, and no other score reaches its label's threshold."
    assert words in scanned("show", "cat.mp4").lines
    with Library.open(scanned.library) as library:
        # As a decision that was taken back was left by versions before the journal.
        database_of(library).execute("DELETE FROM video_tags")
        database_of(library).conn.commit()
    (line,) = [line for line in scanned("show", "cat.mp4").lines if line.startswith("  none. ")]
    assert "took back what you decided about Animal" in line and "organizer retag" in line


def test_seconds_that_were_left_out_are_said_and_part_no_span(organizer, monkeypatch):
    install(monkeypatch, sampled=SampledSeconds(2, 3))
    show_labels(organizer.videos / "a.mp4", *["Animal"] * 9, "Food", "Food", "Animal")
    organizer("scan", organizer.videos)
    lines = organizer("show", "a.mp4").lines
    assert "           from 2 s on one second in 3 was looked at" in lines
    # Looked at were 0, 1, 2, 5, 8 and 11.
    assert "  Animal 0.90, given, seconds 0-11" in lines
    assert not [line for line in lines if line.startswith("  Food 0.90, ")]
    (animal,) = organizer.json()[0]["tags"]
    assert animal["seconds"] == [0, 1, 2, 5, 8, 11]


def test_numbers_are_no_longer_than_they_need_be(scanned):
    record = SimpleNamespace(
        taken=shown_date("2024-05-06T01:02:03.456789+02:00", "place"), frame_rate=30000 / 1001
    )
    assert show.taken_text(record) == "2024-05-06T01:02:03+02:00"
    assert show.frame_rate_text(record) == "29.97 frames/s"


def test_a_failed_video_is_shown_with_its_reason_and_ones_own_tags(scanned):
    number = next(video["id"] for video in scanned.json("--status", "failed"))
    head = [f"{scanned.videos}/broken.mp4  [failed]", f"id         {number}", "failed     the file is empty"]
    assert scanned("show", "broken.mp4").lines == head
    scanned("tag", "broken.mp4", "Repair this")
    assert scanned("show", "broken.mp4").lines == [*head, "", "tags", "  Repair this, confirmed"]


def test_a_long_video_says_how_much_was_looked_at(organizer):
    make_clip(organizer.videos / "long.mp4", seconds=50, fps=2, size=(32, 32))
    make_clip(organizer.videos / "short.mp4", seconds=45, fps=2, size=(32, 32))
    organizer("scan", organizer.videos)
    hint = "           the first 45 s were looked at"
    assert hint in organizer("show", "long.mp4").lines
    assert hint not in organizer("show", "short.mp4").lines


def test_a_turned_video_says_so(organizer):
    make_rotated_clip(organizer.videos / "phone.mp4", 90)
    organizer("scan", organizer.videos)
    assert any(
        line.startswith("picture    64 x 96,") and line.endswith("turned by 90 degrees")
        for line in organizer("show", "phone.mp4").lines
    )


@pytest.mark.parametrize(
    ("name", "size", "placed"),
    [
        ("06_hflip.mp4", "160 x 92", ", mirrored"),
        ("08_transpose.mp4", "92 x 160", ", turned by 90 degrees, mirrored"),
        ("09_rot90_in_mvhd.mp4", "92 x 160", ", turned by 90 degrees"),
        ("11_sar_64_45_circle.mp4", "1024 x 576 (stored 720 x 576)", ""),
    ],
)
def test_how_a_picture_lies_in_the_file(organizer, name, size, placed):
    shutil.copy(FAULTS / name, organizer.videos / name)
    organizer("scan", organizer.videos)
    (line,) = [line for line in organizer("show", name).lines if line.startswith("picture")]
    assert re.fullmatch(rf"picture    {re.escape(size)}, [\d.]+ frames/s, h264{placed}", line)


def test_every_place_is_shown_with_its_status(scanned):
    (scanned.videos / "a copy.mp4").write_bytes((scanned.videos / "cat.mp4").read_bytes())
    scanned("scan")
    assert scanned("show", "cat.mp4").lines[:2] == [
        f"{scanned.videos}/cat.mp4  [ok]",
        f"{scanned.videos}/a copy.mp4  [ok]",
    ]
    (scanned.videos / "feast.mp4").unlink()
    scanned("scan")
    assert scanned("show", "feast.mp4").lines[0] == f"{scanned.videos}/feast.mp4  [missing]"


def test_scores_of_a_model_that_is_not_installed_have_no_thresholds(scanned, monkeypatch):
    install(monkeypatch, version="2")
    lines = scanned("show", "feast.mp4").lines
    assert not [line for line in lines if "(0.50)" in line]
    assert len([line for line in lines if line.strip().split("  ")[0] in COLOUR_OF]) == 10
