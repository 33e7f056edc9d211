"""``organizer duplicates``."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from organizer.doubles.move_lock import moving_alone
from organizer.gallery.job_words import end_line
from organizer.library import Library
from organizer.library.jobs import JobKind, JobState
from tests.doubles.films import encoded_again, film, store_file
from tests.library.sql import database_of


@pytest.fixture
def doubled(organizer, monkeypatch):
    """Two films and a copy of each, one trimmed; the model in use makes features of another space."""
    rows, other = film(1, 20), film(2, 30)
    with Library.open(organizer.library) as library:
        store_file(library, organizer.videos, "beach.mp4", rows, picture=(1920, 1080))
        store_file(library, organizer.videos, "old/beach small.mp4", encoded_again(rows, 1))
        store_file(library, organizer.videos, "zoo.mp4", other)
        store_file(library, organizer.videos, "zoo cut.mp4", encoded_again(other[6:], 2))
        for seed in range(5):
            store_file(library, organizer.videos, f"else {seed}.mp4", film(10 + seed, 15))
    return organizer


def test_groups_are_listed_with_the_one_to_keep_and_why(doubled):
    outcome = doubled("duplicates")
    assert outcome.code == 0
    assert outcome.lines[0] == "1.  2 files"
    assert outcome.lines[1].startswith(f"    keep   {doubled.videos}/beach.mp4  0:20  1920 x 1080")
    assert outcome.lines[1].endswith("(the largest picture, 1920 x 1080)")
    assert outcome.lines[2].startswith(f"    copy   {doubled.videos}/old/beach small.mp4")
    assert outcome.lines[6].startswith(f"    part   {doubled.videos}/zoo cut.mp4")
    assert outcome.lines[7].strip() == "a part of it, from 0:06 on"
    assert outcome.lines[-1].startswith("2 groups; 2 files of ")


def test_objects_and_a_table_for_programs(doubled):
    lines = [json.loads(line) for line in doubled("duplicates", "--json").lines]
    assert [line["keep"]["why"] for line in lines] == [
        "the largest picture, 1920 x 1080",
        "the longest, 30 s",
    ]
    assert [other["relation"] for line in lines for other in line["others"]] == ["copy", "part"]
    rows = list(csv.DictReader(io.StringIO(doubled("duplicates", "--csv").out)))
    assert [(row["group"], row["role"]) for row in rows] == [
        ("1", "keep"),
        ("1", "copy"),
        ("2", "keep"),
        ("2", "part"),
    ]


def test_a_search_is_a_job_and_is_not_made_again_for_nothing(doubled):
    doubled("duplicates")
    with Library.open(doubled.library) as library:
        first = library.jobs.newest()
        assert (first.kind, first.done) == (JobKind.DOUBLES, 9)
    assert "Search for doubles: done" in doubled("job").out
    doubled("duplicates")
    with Library.open(doubled.library) as library:
        assert library.jobs.newest().id == first.id
    doubled("duplicates", "--again")
    with Library.open(doubled.library) as library:
        assert library.jobs.newest().id == first.id + 1


def test_an_answer_is_remembered(doubled):
    assert doubled("duplicates", "--not-same", "beach.mp4", "beach small.mp4").code == 0
    assert "beach" not in doubled("duplicates", "--again").out


def test_tags_are_carried_and_taken_back(doubled):
    doubled("tag", "beach small.mp4", "Holiday")
    outcome = doubled("duplicates", "--merge-tags")
    assert outcome.out.startswith(
        "1 video got what was decided about doubles. To take it back: organizer undo"
    )
    assert "Holiday" in doubled("show", "beach.mp4").out
    assert doubled("duplicates", "--merge-tags").out.startswith("Nothing to carry")
    assert doubled("undo").code == 0
    assert "Holiday" not in doubled("show", "beach.mp4").out
    assert "Holiday" in doubled("show", "beach small.mp4").out


def test_what_may_be_another_take_carries_nothing(organizer):
    with Library.open(organizer.library) as library:
        for number in range(2):
            store_file(
                library, organizer.videos, f"{number}.mp4", encoded_again(film(1, 2), number, noise=3.0)
            )
    organizer("tag", "1.mp4", "Holiday")
    assert "perhaps another take" in organizer("duplicates").out
    assert organizer("duplicates", "--merge-tags").out.startswith("Nothing to carry")


def test_a_dry_run_then_the_move_then_back(doubled):
    away = doubled.folder / "away"
    before = sorted(path.name for path in doubled.videos.rglob("*.mp4"))
    dry = doubled("duplicates", "--move-to", away)
    assert f"moves  {doubled.videos}/old/beach small.mp4 -> {away}/old/beach small.mp4" in dry.lines
    assert "Nothing was touched" in dry.lines[-1]
    assert not away.exists()
    done = doubled("duplicates", "--move-to", away, "--yes")
    assert done.lines[-1].startswith(f"2 files moved to {away}")
    assert sorted(path.name for path in away.rglob("*.mp4")) == ["beach small.mp4", "zoo cut.mp4"]
    assert doubled("duplicates").lines == ["No doubles were found."]
    assert away.exists()
    back = doubled("duplicates", "--undo-move")
    assert back.lines[-1] == "2 files moved back"
    assert sorted(path.name for path in doubled.videos.rglob("*.mp4")) == before
    assert len(doubled("duplicates", "--json").lines) == 2
    assert doubled("duplicates", "--undo-move").lines == ["Nothing to move back."]
    assert not away.exists()


def test_a_file_whose_place_is_taken_stays_and_is_named_each_time(doubled):
    doubled("duplicates", "--move-to", doubled.folder / "away", "--yes")
    taken = doubled.videos / "zoo cut.mp4"
    taken.write_bytes(b"another")
    assert doubled("duplicates", "--undo-move").lines[-1] == "1 file moved back"
    again = doubled("duplicates", "--undo-move")
    assert again.lines == ["Nothing was moved back: these files stay."]
    assert f"stays  {doubled.folder}/away/zoo cut.mp4: " in again.err
    taken.unlink()
    assert doubled("duplicates", "--undo-move").lines[-1] == "1 file moved back"


def test_a_move_is_in_the_history_and_no_undo_passes_over_it(doubled):
    away = doubled.folder / "away"
    doubled("tag", "zoo.mp4", "Trip")
    doubled("duplicates", "--move-to", away, "--yes")
    first, second = doubled("history").lines
    assert first.endswith(
        f"Doubles moved to {away}, 2 files  (to move back: organizer duplicates --undo-move)"
    )
    assert second.endswith(f"Tagged Trip, 1 video: {doubled.videos}/zoo.mp4")
    for _ in range(2):
        outcome = doubled("undo")
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err.splitlines() == [
            f"Nothing was undone: step 2 is a move of files. Doubles moved to {away}, 2 files.",
            "To move back, the last move first: organizer duplicates --undo-move",
            "To undo what was done before: organizer undo 1 (Tagged Trip, 1 video)",
        ]
    assert doubled("undo", "2").err.splitlines() == outcome.err.splitlines()[:2]
    assert "Trip" in doubled("show", "zoo.mp4").out
    assert len(list(away.rglob("*.mp4"))) == 2
    # What is named is undone and done again, whatever was moved since.
    assert doubled("undo", "1").lines == ["Undone: Tagged Trip (1 video)"]
    assert doubled("redo").lines == ["Done again: Tagged Trip (1 video)"]
    doubled("duplicates", "--undo-move")
    assert doubled("history").lines[0].endswith(f"Doubles moved to {away}, 2 files  (moved back)")
    assert doubled("undo", "2").err == "These files were moved back.\n"
    assert doubled("redo", "2").err == "These files were moved back.\n"
    assert doubled("undo").lines == ["Undone: Tagged Trip (1 video)"]
    assert doubled("undo").err == "There is nothing to undo.\n"


def test_with_nothing_before_a_move_undo_says_only_how_to_move_back(doubled):
    doubled("duplicates", "--move-to", doubled.folder / "away", "--yes")
    assert len(doubled("undo").err.splitlines()) == 2


def test_a_library_that_was_chosen_is_named_for_the_way_back(doubled):
    doubled("duplicates", "--move-to", doubled.folder / "away", "--yes")
    chosen = ("--library", doubled.library)
    assert f"--undo-move --library {doubled.library}" in doubled("history", *chosen).out
    assert f"--undo-move --library {doubled.library}" in doubled("undo", *chosen).err


def test_undo_of_a_move_of_which_nothing_is_there_does_not_promise_a_way_back(doubled):
    away = doubled.folder / "away"
    doubled("tag", "zoo.mp4", "Trip")
    doubled("duplicates", "--move-to", away, "--yes")
    away.rename(doubled.folder / "elsewhere")
    assert doubled("undo").err.splitlines()[1:] == [
        "Nothing of it lies there now, so nothing can be moved back. "
        "If its disk is away, connect it, then: organizer duplicates --undo-move",
        "To undo what was done before: organizer undo 1 (Tagged Trip, 1 video)",
    ]
    (doubled.folder / "elsewhere").rename(away)
    assert doubled("undo").err.splitlines()[1].startswith("To move back, the last move first:")
    assert doubled("duplicates", "--undo-move").lines[-1] == "2 files moved back"
    with Library.open(doubled.library) as library:
        job = library.jobs.newest()
    assert (job.kind, job.done) == (JobKind.MOVE_BACK, 2)
    assert end_line(job) == "The move is done: 2 files moved back."


def test_where_nothing_was_moved_no_way_back_is_offered(doubled):
    away = doubled.folder / "away"
    away.write_text("mine")
    outcome = doubled("duplicates", "--move-to", away / "below", "--yes")
    assert outcome.lines == [f"0 files moved to {away}/below."]
    assert outcome.err.count(f"it cannot be moved ({away} is no folder)") == 2
    assert doubled("history").lines == []


@pytest.mark.parametrize("lies", ["a file", "a link to nothing"])
def test_files_are_not_moved_to_what_is_no_folder(doubled, lies):
    away = doubled.folder / "away"
    if lies == "a file":
        away.write_text("mine")
    else:
        away.symlink_to(doubled.folder / "gone")
    for more in ([], ["--yes"]):
        outcome = doubled("duplicates", "--move-to", away, *more)
        assert (outcome.code, outcome.out) == (1, "")
        assert f"{away}: this is no folder. Choose another place for --move-to." in outcome.err
    assert len(list(doubled.videos.rglob("*.mp4"))) == 9


def test_files_that_were_taken_away_are_no_way_back(doubled):
    away = doubled.folder / "away"
    doubled("duplicates", "--move-to", away, "--yes")
    for path in list(away.rglob("*.mp4")):
        path.rename(path.with_suffix(".mine"))
    doubled("duplicates", "--undo-move")
    assert doubled("history").lines[0].endswith("2 files  (taken away since)")
    assert doubled("undo").err == "There is nothing to undo.\n"


def test_a_move_that_was_cut_off_is_settled_and_told(doubled):
    away = doubled.folder / "away"
    source = doubled.videos / "old/beach small.mp4"
    status = source.stat()
    with Library.open(doubled.library) as library:
        library.moves.begin(
            1, 2, str(source), str(away / "beach.mp4"), size_bytes=status.st_size, mtime_ns=status.st_mtime_ns
        )
    listed = doubled("duplicates", "--again", "--json")
    assert (listed.code, len(listed.lines)) == (0, 2)
    assert listed.err.splitlines()[0].startswith(f"A move was cut off: {source}")
    with Library.open(doubled.library) as library:
        assert len(library.moves.unsettled()) == 1
    outcome = doubled("duplicates", "--undo-move")
    assert outcome.err.splitlines()[0] == f"A move that was cut off was taken back: {source}"
    assert "cut off" not in doubled("duplicates").err


def test_a_list_while_a_move_runs_leaves_it_alone(doubled):
    source = doubled.videos / "old/beach small.mp4"
    status = source.stat()
    doubled("duplicates")
    with Library.open(doubled.library) as library, moving_alone(library):
        library.moves.begin(
            1, 2, str(source), "/away/beach.mp4", size_bytes=status.st_size, mtime_ns=status.st_mtime_ns
        )
        listed = doubled("duplicates")
        assert listed.code == 0
        assert listed.err.splitlines() == ["A move of files of this library is running."]
        assert doubled("duplicates", "--undo-move").code == 1
        assert len(library.moves.unsettled()) == 1


def test_no_scan_begins_while_files_are_moved(doubled):
    doubled("duplicates")
    with Library.open(doubled.library) as library:
        library.jobs.begin([], JobKind.MOVE, alone=True)
    outcome = doubled("scan", doubled.videos)
    assert outcome.code == 1
    assert "Files of this library are being moved." in outcome.err
    assert "Move of files: running" in doubled("job").out


def test_after_a_move_that_was_killed_it_is_said_when_the_next_one_can_begin(doubled):
    doubled("duplicates")
    with Library.open(doubled.library) as library:
        library.jobs.begin([], JobKind.MOVE, alone=True)
        database_of(library).execute("UPDATE scans SET beat_at = beat_at - 15")
    words = r"Nothing was heard of it for \d+ s: if it was killed, .* another job can begin in [123]?\d s\."
    outcome = doubled("duplicates", "--undo-move")
    assert outcome.code == 1
    assert (
        "Files of this library are being moved. Wait for its end or stop it, then try again." in outcome.err
    )
    assert re.search(words, outcome.err)
    assert re.search(words, doubled("job").out)
    assert re.search(words, doubled("folders", "exclude", "raw*").err)


def test_that_two_are_none_is_taken_back(doubled):
    assert len(groups(doubled)) == 2
    outcome = doubled("duplicates", "--not-same", "beach.mp4", "beach small.mp4")
    assert "--same beach.mp4 'beach small.mp4'" in outcome.out
    assert len(groups(doubled)) == 1
    assert doubled("duplicates", "--same", "beach small.mp4", "beach.mp4").code == 0
    assert len(groups(doubled)) == 2


def test_one_video_is_not_told_from_itself(doubled):
    for option in ("--not-same", "--same"):
        outcome = doubled("duplicates", option, "beach.mp4", "beach.mp4")
        assert outcome.code == 2
        assert "Both are one video" in outcome.err


def groups(organizer):
    return organizer("duplicates", "--json").lines


def test_a_move_and_the_way_back_are_jobs(doubled):
    doubled("duplicates", "--move-to", doubled.folder / "away", "--yes")
    with Library.open(doubled.library) as library:
        job = library.jobs.newest()
        assert (job.kind, job.done, job.to_do) == (JobKind.MOVE, 2, 2)
        scan = library.jobs.begin([str(doubled.videos)])
    outcome = doubled("duplicates", "--undo-move")
    assert outcome.code == 1
    assert "A scan of this library is running." in outcome.err
    with Library.open(doubled.library) as library:
        library.jobs.finish(scan, JobState.DONE)
    assert doubled("duplicates", "--undo-move").lines[-1] == "2 files moved back"


def test_no_move_while_a_job_goes_through_the_folders(doubled):
    doubled("duplicates")
    with Library.open(doubled.library) as library:
        library.jobs.begin([str(doubled.videos)])
    outcome = doubled("duplicates", "--move-to", doubled.folder / "away", "--yes")
    assert outcome.code == 1
    assert "A scan of this library is running." in outcome.err


def test_an_empty_library(organizer):
    Library.open(organizer.library).close()
    assert organizer("duplicates").lines == ["No doubles were found."]


@pytest.mark.parametrize(
    "arguments", [("--yes",), ("--merge-tags", "--undo-move"), ("--move-to", "x", "--merge-tags")]
)
def test_what_does_not_go_together(doubled, arguments):
    assert doubled("duplicates", *arguments).code == 2
