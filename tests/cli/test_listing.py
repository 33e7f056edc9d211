from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.fakes import show_labels

KEYS = ["id", "path", "duration_s", "taken_at", "status", "error", "tags", "scores"]
KEYS += ["favourite", "rating", "hidden", "live_photo"]

ODD_NAMES = {
    "two\nlines.mp4": "two\\nlines.mp4",
    "\x1b[31mred\x1b[0m.mp4": "\\x1b[31mred\\x1b[0m.mp4",
    "[red]markup[bold] :smile:.mp4": "[red]markup[bold] :smile:.mp4",
    os.fsdecode(b"caf\xe9.mp4"): "caf\\udce9.mp4",
    "bell\x07.mp4": "bell\\x07.mp4",
    "x" * 200 + ".mp4": "x" * 200 + ".mp4",
}


def test_json_is_one_object_a_line_with_these_keys(scanned):
    objects = {os.path.basename(video["path"]): video for video in scanned.json()}
    assert list(objects) == ["2024-05-06 wall.mp4", "broken.mp4", "cat.mp4", "feast.mp4"]
    for video in objects.values():
        assert list(video) == KEYS
        for tag in video["tags"]:
            assert list(tag) == ["name", "score", "state", "seconds", "tier"]
    feast, broken = objects["feast.mp4"], objects["broken.mp4"]
    assert feast["path"] == str(scanned.videos / "feast.mp4")
    assert (feast["duration_s"], feast["status"], feast["error"]) == (3.0, "ok", None)
    assert [(tag["name"], tag["state"], tag["seconds"]) for tag in feast["tags"]] == [
        ("Cooking", "suggested", [2]),
        ("Food", "suggested", [0, 1]),
    ]
    assert len(feast["scores"]) == 10
    assert feast["scores"]["Food"] == pytest.approx(0.9)
    assert (broken["status"], broken["tags"], broken["scores"], broken["taken_at"]) == (
        "failed",
        [],
        {},
        None,
    )
    assert "empty" in broken["error"]
    assert objects["2024-05-06 wall.mp4"]["taken_at"] == "2024-05-06T00:00:00"


def test_a_line_for_people_says_the_same(scanned):
    lines = {line.split("  ")[0]: line.split("  ")[1:] for line in scanned("list").lines}
    assert lines[str(scanned.videos / "feast.mp4")][0] == "0:03"
    assert lines[str(scanned.videos / "feast.mp4")][2] == "Cooking 0.90, Food 0.90"
    assert lines[str(scanned.videos / "2024-05-06 wall.mp4")] == ["0:01", "2024-05-06", "no tag"]
    assert lines[str(scanned.videos / "broken.mp4")][2].startswith("[failed] ")


def test_a_copy_has_a_line_of_its_own(scanned):
    (scanned.videos / "copy.mp4").write_bytes((scanned.videos / "cat.mp4").read_bytes())
    (scanned.videos / "cat.mp4").unlink()
    (scanned.videos / "cat too.mp4").write_bytes((scanned.videos / "copy.mp4").read_bytes())
    scanned("scan")
    cats = scanned.json("--tag", "Animal")
    assert [os.path.basename(cat["path"]) for cat in cats] == ["cat too.mp4", "copy.mp4"]
    assert cats[0]["id"] == cats[1]["id"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--tag Food", ["feast.mp4"]),
        ("--tag food --tag COOKING", ["feast.mp4"]),
        ("--tag Food --tag Animal", []),
        ("--any Food --any Animal", ["cat.mp4", "feast.mp4"]),
        ("--not Food", ["2024-05-06 wall.mp4", "broken.mp4", "cat.mp4"]),
        ("--untagged", ["2024-05-06 wall.mp4", "broken.mp4"]),
        ("--untagged --status ok", ["2024-05-06 wall.mp4"]),
        ("--state confirmed", []),
        ("--state suggested", ["cat.mp4", "feast.mp4"]),
        ("--status failed", ["broken.mp4"]),
        ("--text FEAST", ["feast.mp4"]),
        ("--text %", []),
        ("--since 2024-05-06 --before 2024-05-07", ["2024-05-06 wall.mp4"]),
        ("--before 0001-01-01", []),
        ("--before 2024-05-06", []),
        ("--limit 2", ["2024-05-06 wall.mp4", "broken.mp4"]),
        ("--descending --limit 1", ["feast.mp4"]),
        ("--sort duration --descending --limit 1", ["feast.mp4"]),
        ("--sort size --limit 1", ["broken.mp4"]),
        ("--sort added --limit 1", ["2024-05-06 wall.mp4"]),
        ("--sort taken --limit 1", ["2024-05-06 wall.mp4"]),
    ],
)
def test_options_choose_and_sort(scanned, options, expected):
    assert [os.path.basename(video["path"]) for video in scanned.json(*options.split())] == expected


def test_nothing_found_is_said_beside_the_output(scanned):
    assert (scanned("list", "--tag", "Dance").out, scanned("list", "--tag", "Dance").err) == (
        "",
        "No video fits.\n",
    )
    outcome = scanned("list", "--tag", "Dance", "--json")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_why_nothing_was_found(scanned):
    words = "No video fits. No video has the tag Nonsense, and it is no built-in label.\n"
    assert scanned("list", "--tag", "nonsense", "--text", "x").err == words.replace("Nonsense", "nonsense")
    assert scanned("list", "--any", "Nonsense", "--any", "dance").err == words
    (scanned.folder / "none").mkdir()
    scanned("scan", scanned.folder / "none", "--library", scanned.folder / "empty.db")
    outcome = scanned("list", "--library", scanned.folder / "empty.db")
    assert (outcome.code, outcome.err) == (
        0,
        f"This library is empty. To fill it: organizer scan FOLDER --library {scanned.folder}/empty.db\n",
    )


def test_a_maybe_is_listed_with_a_question_mark_and_its_tier(unsure):
    unsure("tag", "cat.mp4", "Holiday")
    unsure("untag", "cat.mp4", "Dance")
    lines = {line.split("  ")[0]: line.split("  ")[3] for line in unsure("list").lines if "[" not in line}
    assert lines == {
        str(unsure.videos / "cat.mp4"): "Holiday (yours), Animal? 0.40",
        str(unsure.videos / "feast.mp4"): "Food 0.90, Cooking? 0.40",
        str(unsure.videos / "2024-05-06 wall.mp4"): "no tag",
    }
    tiers = {(tag["name"], tag["state"]): tag["tier"] for video in unsure.json() for tag in video["tags"]}
    assert tiers == {
        ("Holiday", "confirmed"): None,
        ("Animal", "suggested"): "maybe",
        ("Dance", "rejected"): None,
        ("Food", "suggested"): "given",
        ("Cooking", "suggested"): "maybe",
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--tag Animal", []),
        ("--tag Animal --maybe", ["cat.mp4"]),
        ("--tag Food --tag Cooking", []),
        ("--tag Food --tag Cooking --maybe", ["feast.mp4"]),
        ("--any Animal --any Food", ["feast.mp4"]),
        ("--any Animal --any Food --maybe", ["cat.mp4", "feast.mp4"]),
        ("--not Cooking --status ok", ["2024-05-06 wall.mp4", "cat.mp4", "feast.mp4"]),
        ("--not Cooking --status ok --maybe", ["2024-05-06 wall.mp4", "cat.mp4"]),
        ("--untagged --status ok", ["2024-05-06 wall.mp4", "cat.mp4"]),
        ("--untagged --status ok --maybe", ["2024-05-06 wall.mp4"]),
        ("--state suggested", ["feast.mp4"]),
        ("--state suggested --maybe", ["cat.mp4", "feast.mp4"]),
        ("--only-maybes", ["cat.mp4", "feast.mp4"]),
        ("--only-maybes --tag Cooking", ["feast.mp4"]),
        ("--only-maybes --tag Food", []),
        ("--only-maybes --not Cooking", ["cat.mp4"]),
        ("--only-maybes --not Food", ["cat.mp4", "feast.mp4"]),
        ("--only-maybes --untagged", ["cat.mp4"]),
    ],
)
def test_a_maybe_is_no_tag_unless_asked_for(unsure, options, expected):
    assert [os.path.basename(video["path"]) for video in unsure.json(*options.split())] == expected


@pytest.mark.parametrize("command", ["list", "retag"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--maybe", True),
        ("--maybe --text mp4", True),
        ("--maybe --state confirmed --tag Food", True),
        ("--maybe --tag Food", False),
        ("--maybe --any Food", False),
        ("--maybe --not Food", False),
        ("--maybe --untagged", False),
        ("--maybe --state suggested", False),
        ("--only-maybes", False),
        ("", False),
    ],
)
def test_an_option_that_changes_nothing_says_so(unsure, command, options, said):
    outcome = unsure(command, *options.split())
    assert outcome.code == 0
    assert outcome.err.startswith(
        "--maybe changes nothing here: with it --tag, --any, --not, --untagged and --state suggested count "
        "maybes as tags. For the videos that have a maybe: --only-maybes\n"
        if said
        else ""
    )
    assert ("changes nothing" in outcome.err) is said


@pytest.mark.parametrize("command", ["list", "retag"])
def test_maybes_count_beside_tags_or_alone(unsure, command):
    outcome = unsure(command, "--maybe", "--only-maybes")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--maybe and --only-maybes exclude each other" in outcome.err


@pytest.mark.parametrize("command", ["list", "retag"])
@pytest.mark.parametrize("option", ["--tag", "--any", "--not"])
def test_a_maybe_in_a_filter_says_how_to_ask_for_it(unsure, command, option):
    outcome = unsure(command, option, "outdoor recreation?")
    assert (outcome.code, outcome.out) == (2, "")
    assert (
        "outdoor recreation? is a maybe, and these are left out here. To count them as tags: "
        f"--maybe {option} 'Outdoor recreation'. To count them alone: "
        f"--only-maybes {option} 'Outdoor recreation'."
    ) in outcome.err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--maybe --tag Animal?", ["cat.mp4"]),
        ("--only-maybes --any animal? --any Food?", ["cat.mp4"]),
        ("--only-maybes --not Cooking?", ["cat.mp4"]),
        ("--tag Nonsense?", []),
    ],
)
def test_a_maybe_in_a_filter_is_its_tag_where_maybes_are_asked_for(unsure, options, expected):
    assert [os.path.basename(video["path"]) for video in unsure.json(*options.split())] == expected


@pytest.mark.parametrize("command", ["list", "retag"])
@pytest.mark.parametrize("state", ["confirmed", "rejected"])
def test_a_maybe_is_not_decided_about(unsure, command, state):
    outcome = unsure(command, "--only-maybes", "--state", state)
    assert (outcome.code, outcome.out) == (2, "")
    words = f"--only-maybes does not go with --state {state}: a maybe is a tag that nobody decided about."
    assert words in outcome.err
    assert len(unsure.json("--only-maybes", "--state", "suggested")) == 2


def test_a_decision_about_a_maybe_counts_as_any(unsure):
    unsure("tag", "cat.mp4", "Animal")
    unsure("untag", "feast.mp4", "Cooking")
    assert [os.path.basename(video["path"]) for video in unsure.json("--tag", "Animal")] == ["cat.mp4"]
    assert unsure.json("--only-maybes") == []
    forgotten = unsure("untag", "--forget", "feast.mp4", "Cooking")
    assert forgotten.lines == ["feast.mp4: Food 0.90, Cooking? 0.40"]
    assert len(unsure.json("--only-maybes")) == 1


def test_where_only_a_maybe_fits_that_is_said(unsure):
    words = "No video fits. With maybes: 1 video. To list them: --maybe\n"
    assert unsure("list", "--tag", "Animal").err == words
    assert unsure("list", "--tag", "Animal", "--text", "feast").err == "No video fits.\n"
    assert unsure("list", "--tag", "Dance").err == "No video fits.\n"


def test_what_is_counted_is_what_would_be_listed(unsure):
    (unsure.videos / "copy.mp4").write_bytes((unsure.videos / "cat.mp4").read_bytes())
    unsure("scan")
    words = "No video fits. With maybes: 1 video in 2 files. To list them: --maybe\n"
    assert unsure("list", "--tag", "Animal").err == words
    assert unsure("list", "--tag", "Animal", "--limit", "1").err == words
    assert len(unsure("list", "--tag", "Animal", "--maybe").lines) == 2


def test_rejected_tags_are_shown_where_they_are_asked_for(scanned):
    scanned("untag", "cat.mp4", "Dance")
    assert scanned("list", "--state", "rejected").lines[0].endswith("  Animal 0.90, not Dance")
    assert scanned("list", "--tag", "Dance", "--state", "rejected").lines[0].endswith("not Dance")
    assert "not Dance" not in scanned("list").out


def test_odd_names_are_printed_on_one_safe_line(organizer):
    for name in ODD_NAMES:
        (organizer.videos / name).write_bytes(b"")
    scan, listing = organizer("scan", organizer.videos), organizer("list")
    for shown in ODD_NAMES.values():
        assert f"failed: {organizer.videos}/{shown}: the file is empty" in scan.lines
        assert any(line.startswith(f"{organizer.videos}/{shown}  ") for line in listing.lines)
    assert len(listing.lines) == len(ODD_NAMES)
    assert {os.path.basename(video["path"]) for video in organizer.json()} == set(ODD_NAMES)
    for name, shown in ODD_NAMES.items():
        assert f"{organizer.videos}/{shown}  [failed]" in organizer("show", organizer.videos / name).lines
        assert organizer("tag", organizer.videos / name, "Nature").lines == [
            f"{organizer.videos}/{shown}: Nature (yours)"
        ]


def run_piped(*arguments: str, **settings) -> subprocess.CompletedProcess[bytes]:
    code = "from organizer.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=False, **settings
    )


def test_piped_output_is_plain_and_unwrapped_whatever_the_encoding(scanned):
    name = "\u65e5\u672c \u00e9 " + "long " * 40 + ".mp4"
    show_labels(scanned.videos / name, "Animal")
    scanned("scan")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "40", "FORCE_COLOR": "1"}
    result = run_piped("list", "--tag", "Animal", env=environment)
    assert (result.returncode, result.stderr) == (0, b"")
    lines = result.stdout.decode("latin-1").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{scanned.videos}/\\u65e5\\u672c \u00e9 long long")
    assert b"\x1b" not in result.stdout


def test_a_reader_of_a_pipe_may_leave_early(scanned):
    with closing(sqlite3.connect(scanned.library)) as connection:
        connection.executescript(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
            INSERT INTO places (video_id, root_id, relative_path, size_bytes, mtime_ns)
            SELECT 1, 1, 'copy ' || i || '.mp4', 1, 1 FROM n;
            """
        )
    code = "from organizer.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert list(json.loads(process.stdout.readline())) == KEYS
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=90) == 141
