"""``organizer merge``."""

from __future__ import annotations

import io
import shutil
import sys

import pytest

from organizer.cli import merge as command
from organizer.library import Library
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from tests.library.build import add


@pytest.fixture
def elsewhere(organizer):
    """A library of another computer, of whose videos one is here too."""
    path = organizer.folder / "elsewhere" / "library.db"
    with Library.open(path) as other:
        add(other, "/mnt/nas", "cat.mp4", "Animal", content="cat")
        add(other, "/mnt/nas", "zoo.mp4", "Animal", content="zoo")
        other.confirm(1, "Holiday")
        other.reject(2, "Animal")
    with Library.open(organizer.library) as library:
        add(library, "/nas", "cat.mp4", "Animal", content="cat")
    return path


def count(organizer) -> int:
    """Videos, of which one may lie at two files."""
    return len({video["id"] for video in organizer.json()})


def decide_against(organizer, elsewhere) -> None:
    """Decide here before the other library did, and not alike."""
    with Library.open(organizer.library) as library:
        library.confirm(1, "Dance")
    with Library.open(elsewhere) as other:
        other.reject(1, "Dance")
        other._database.execute("UPDATE video_tags SET changed_at = '2999' WHERE state = 'rejected'")
        other._database.conn.commit()


def test_all_of_it_comes_over(organizer, elsewhere):
    outcome = organizer("merge", "--map-path", "/mnt/nas=/nas", elsewhere)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines == [
        "1 new video, 1 known, of 2",
        "1 new file",
        "1 set of features, 1 poster (0.0 KB)",
        "2 decisions came over",
        "To take these decisions back: organizer merge --undo",
    ]
    assert {video["path"]: [tag["name"] for tag in video["tags"]] for video in organizer.json()} == {
        "/nas/cat.mp4": ["Animal", "Holiday"],
        "/nas/zoo.mp4": ["Animal"],
    }
    job = newest_job(organizer.library)
    assert (job.kind, job.state, job.to_do, job.done) == (JobKind.MERGE, JobState.DONE, 2, 2)
    assert organizer("merge", "--map-path", "/mnt/nas=/nas", elsewhere).lines == [
        "Nothing new: this library holds all of it already."
    ]


def test_a_folder_means_the_library_in_it(organizer, elsewhere):
    assert organizer("merge", elsewhere.parent).code == 0
    assert count(organizer) == 2


def test_a_merge_makes_a_library(organizer, elsewhere):
    organizer.library.unlink()
    assert organizer("merge", elsewhere).code == 0
    assert count(organizer) == 2


def test_a_dry_run_names_what_would_happen(organizer, elsewhere):
    decide_against(organizer, elsewhere)
    before = organizer.library.read_bytes()
    outcome = organizer("merge", "--dry-run", elsewhere)
    assert outcome.code == 0
    assert outcome.lines[:2] == [
        "new folder: /mnt/nas",
        "conflict: /nas/cat.mp4: Dance: confirmed here, rejected there; rejected is newer and holds",
    ]
    assert outcome.lines[-1] == "Nothing is written yet: that is what a merge would do."
    assert organizer.library.read_bytes() == before


def test_a_conflict_is_named_and_undone(organizer, elsewhere):
    decide_against(organizer, elsewhere)
    outcome = organizer("merge", "--map-path", "/mnt/nas=/nas", elsewhere)
    assert "1 conflict: the newer decision holds" in outcome.lines
    undone = organizer("merge", "--undo")
    assert undone.lines == [f"3 decisions of {elsewhere} taken back; videos and files stay."]
    states = {tag["name"]: tag["state"] for tag in organizer.json("--text", "cat")[0]["tags"]}
    assert states == {"Animal": "suggested", "Dance": "confirmed"}
    assert organizer("merge", "--undo").lines == ["There is no merge with decisions to take back."]


def test_a_last_merge_without_decisions_is_named(organizer, elsewhere, tmp_path):
    organizer("merge", elsewhere)
    with Library.open(tmp_path / "third.db") as third:
        add(third, "/third", "new.mp4", content="new")
    organizer("merge", tmp_path / "third.db")
    (said,) = organizer("merge", "--undo").lines
    assert said.startswith(f"The last merge, of {tmp_path / 'third.db'} at 20")
    assert organizer("merge", "--undo").lines == [
        f"2 decisions of {elsewhere} taken back; videos and files stay."
    ]


def test_files_of_others_at_a_path_here_are_named(organizer, elsewhere):
    with Library.open(organizer.library) as library:
        add(library, "/mnt/nas", "zoo.mp4", content="mine")
    outcome = organizer("merge", elsewhere)
    assert "kept: /mnt/nas/zoo.mp4: another video lies there in this library" in outcome.lines
    assert "1 file left out, for another video lies at that path here" in outcome.lines


def test_a_map_that_fits_nothing_is_told(organizer, elsewhere):
    outcome = organizer("merge", "--map-path", "/mnt/NAS=/nas", elsewhere)
    assert outcome.err == f"{elsewhere} knows nothing below /mnt/NAS; look at the folder's spelling there\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name the other library"),
        (("--undo", "other.db"), "--undo"),
        (("--map-path", "/mnt", "other.db"), "OLD=NEW"),
    ],
)
def test_what_makes_no_sense_is_refused(organizer, arguments, words):
    outcome = organizer("merge", *arguments)
    assert outcome.code == 2
    assert words in outcome.err


def test_what_cannot_be_done_is_one_sentence(organizer, elsewhere):
    for arguments, words in (
        (("merge", "nothing.db"), "there is no such library"),
        (("merge", "--map-path", "nas=/x", elsewhere), "absolute path"),
    ):
        outcome = organizer(*arguments)
        assert outcome.code == 1
        assert words in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert newest_job(organizer.library).state is JobState.FAILED


def test_one_job_at_a_time(organizer, elsewhere):
    with Library.open(organizer.library) as library:
        library.jobs.begin(["/v"])
    outcome = organizer("merge", elsewhere)
    assert outcome.code == 1
    assert "A scan of this library is running." in outcome.err
    assert count(organizer) == 1


def test_this_library_itself_has_nothing_new(organizer, elsewhere):
    outcome = organizer("merge", organizer.library)
    assert outcome.lines == [
        f"{organizer.library}: there is nothing in it, or it is this library itself",
        "Nothing new: this library holds all of it already.",
    ]
    shutil.copy(organizer.library, organizer.folder / "copy.db")
    assert organizer("merge", organizer.folder / "copy.db").lines == [
        "Nothing new: this library holds all of it already."
    ]


class Keyboard(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("answer", "videos"), [("n", 1), ("y", 2), ("", 2)])
def test_on_a_terminal_it_asks(organizer, elsewhere, monkeypatch, answer, videos):
    monkeypatch.setattr(sys, "stdin", Keyboard(answer + "\n"))
    outcome = organizer("merge", elsewhere)
    assert outcome.code == 0
    assert "Merge?" in outcome.out
    assert ("Nothing was merged." in outcome.out) == (videos == 1)
    # What comes is said once.
    assert outcome.out.count("new folder: /mnt/nas") == 1
    assert count(organizer) == videos


def test_yes_is_an_answer(organizer, elsewhere, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Keyboard(""))
    assert "Merge?" not in organizer("merge", "--yes", elsewhere).out
    assert count(organizer) == 2


def test_it_stops_and_goes_on(organizer, elsewhere, monkeypatch):
    follow = command.stop_asked_for

    class Stopped:
        def __enter__(self):
            self.context = follow()
            stop = self.context.__enter__()
            stop.set()
            return stop

        def __exit__(self, *error):
            return self.context.__exit__(*error)

    with monkeypatch.context() as patch:
        patch.setattr(command, "stop_asked_for", Stopped)
        outcome = organizer("merge", elsewhere)
    assert outcome.code == 130
    assert "the same command goes on from there" in outcome.err
    assert newest_job(organizer.library).state is JobState.STOPPED
    assert organizer("merge", elsewhere).code == 0
    assert count(organizer) == 2
