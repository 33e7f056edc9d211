"""Real clips through the whole command line with the bundled model."""

import csv
import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from organizer.models.catalogue import open_bundle
from organizer.types import LABELS
from tests.corpus import CORPUS, needs_corpus

pytestmark = needs_corpus


def organizer(library, *arguments):
    command = [sys.executable, "-m", "organizer", "--library", str(library), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    library = tmp_path_factory.mktemp("library") / "library.db"
    organizer(library, "scan", str(CORPUS / "video"))
    return library


@pytest.fixture(scope="module")
def listed(library):
    return {row["path"]: row for row in map(json.loads, organizer(library, "list", "--json").splitlines())}


def test_every_file_is_there_with_all_scores(listed):
    assert set(listed) == {str(path) for path in (CORPUS / "video").iterdir()}
    for row in listed.values():
        assert (row["status"], row["error"]) == ("ok", None)
        assert list(row["scores"]) == list(LABELS)
        assert all(0 <= score <= 1 for score in row["scores"].values())


def test_every_file_has_those_frames_of_the_table_that_are_looked_at(library):
    looked_at = open_bundle("lite").sampled.all
    with (CORPUS / "clips.csv").open(newline="") as file:
        expected = {
            row["clip"]: sum(second < int(row["frames"]) for second in looked_at)
            for row in csv.DictReader(file)
            if row["video"]
        }
    with closing(sqlite3.connect(library)) as opened:
        rows = opened.execute(
            "SELECT relative_path, frames, length(data) FROM places JOIN features USING (video_id)"
        ).fetchall()
    assert {path.split(".")[0]: frames for path, frames, _ in rows} == expected
    assert all(size == frames * 1024 for _, frames, size in rows)


def test_most_clips_that_show_a_label_get_it_first(listed):
    """Shows that scanning sees what training saw; not how good the model is, for it was trained on these."""
    with (CORPUS / "clips.csv").open(newline="") as file:
        labelled = [row for row in csv.DictReader(file) if row["video"] and row["labels"] != "none"]
    right = 0
    for row in labelled:
        scores = listed[str(CORPUS / row["video"])]["scores"]
        right += max(scores, key=scores.get) in row["labels"].split(";")
    assert right >= 0.9 * len(labelled)


def test_the_second_scan_has_nothing_to_do(library):
    report = organizer(library, "scan", str(CORPUS / "video"))
    assert "new:" not in report and "changed:" not in report
    assert f"{len(list((CORPUS / 'video').iterdir())):6}  unchanged" in report.splitlines()
