"""``organizer retag`` as a job that the gallery shows and stops."""

from __future__ import annotations

import io
import threading

import pytest

from organizer.library import Library
from organizer.library.jobs import JobKind, JobState
from organizer.library.retag_report import RetagChange, RetagReport
from organizer.pipeline import job_record
from organizer.pipeline.background_jobs import newest_job, start_retag
from organizer.pipeline.retag import retag
from tests.cli.conftest import install
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, seed


def test_a_run_leaves_its_row_with_what_changed(scanned, monkeypatch):
    install(monkeypatch, version="2", unsure=("Animal",))
    assert scanned("retag").code == 0
    job = newest_job(scanned.library)
    assert (job.kind, job.state, job.to_do, job.done) == (JobKind.RETAG, JobState.DONE, 4, 4)
    report = job.report
    assert (report.asked, report.tagged, report.changed) == (4, 3, 1)
    assert report.changes == (RetagChange("cat.mp4", (), ("Animal",)),)


def test_no_more_changes_than_a_page_shows_are_kept(scanned, monkeypatch):
    monkeypatch.setattr(RetagReport, "MAX_CHANGES", 1)
    install(monkeypatch, version="2", unsure=("Animal", "Food"))
    assert len(scanned("retag").lines) == 5
    report = newest_job(scanned.library).report
    assert (report.changed, len(report.changes)) == (2, 1)


def test_tags_and_maybes_are_told_apart(scanned, monkeypatch):
    install(monkeypatch, version="2", unsure=("Animal", "Food"), maybe_threshold=0.3)
    assert scanned("retag").lines == [
        f"{scanned.videos}/cat.mp4: -Animal +Animal?",
        f"{scanned.videos}/feast.mp4: -Food +Food?",
        "3 videos tagged again with lite 2, 2 changed",
        "removed: Animal 1, Food 1",
        "maybes added: Animal 1, Food 1",
        "In this library now: 1 tag, 2 maybes",
    ]
    assert newest_job(scanned.library).report.changes == (
        RetagChange("cat.mp4", (), ("Animal",), ("Animal",), ()),
        RetagChange("feast.mp4", (), ("Food",), ("Food",), ()),
    )
    scanned("untag", "feast.mp4", "Food")
    install(monkeypatch, version="3", maybe_threshold=0.3)
    assert scanned("retag").lines == [
        f"{scanned.videos}/cat.mp4: +Animal -Animal?",
        "3 videos tagged again with lite 3, 1 changed",
        "added: Animal 1",
        "maybes removed: Animal 1",
        "In this library now: 2 tags, 0 maybes",
    ]


def test_only_videos_with_a_maybe_may_be_tagged_again(unsure):
    assert unsure("retag", "--tag", "Cooking").lines[0].startswith("0 videos")
    assert unsure("retag", "--tag", "Cooking", "--maybe").lines[0].startswith("1 video tagged again")
    assert unsure("retag", "--only-maybes").lines[0].startswith("2 videos")


def test_a_tag_that_no_video_has_is_explained(scanned):
    outcome = scanned("retag", "--tag", "Dog")
    assert outcome.lines == ["0 videos tagged again with lite 1, 0 changed"]
    assert outcome.err == "No video fits. No video has the tag Dog, and it is no built-in label.\n"
    assert scanned("retag", "cat.mp4", "--tag", "Food").err == ""


def test_a_folder_is_no_video_and_says_what_to_name(scanned):
    below = scanned.videos / "trip"
    below.mkdir()
    for folder in (scanned.videos, below):
        outcome = scanned("retag", folder)
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err == (
            f"Error: {folder}: it is a folder. Name videos, or choose them by words in their path: "
            f"organizer retag --text {folder}/\n"
        )
    assert scanned("retag", "--text", f"{scanned.videos}/").lines[0].startswith("3 videos")


def test_the_page_can_stop_it(scanned, monkeypatch):
    monkeypatch.setattr(job_record, "BEAT_S", 0.01)
    install(monkeypatch, version="2", unsure=("Animal",))
    real = retag

    def asked_after_the_first_step(opened, tagger, ids, *, stop):
        steps = real(opened, tagger, ids, stop=stop, chunk_size=1)
        yield next(steps)
        with Library.open(scanned.library) as other:
            other.jobs.request_stop(other.jobs.newest().id)
        assert stop.wait(90)
        yield from steps

    monkeypatch.setattr("organizer.cli.retag.tag_again", asked_after_the_first_step)
    outcome = scanned("retag")
    assert outcome.code == 130
    assert "Stopped after 1 of 4 videos" in outcome.err
    job = newest_job(scanned.library)
    assert (job.state, job.done, job.report.asked) == (JobState.STOPPED, 1, 4)


def test_a_model_that_fails_leaves_its_reason(scanned, monkeypatch):
    from organizer.errors import BundleError
    from organizer.tags import tagger

    def damaged(_file):
        raise BundleError("classifier.tflite: it is damaged. Install the model again.")

    monkeypatch.setattr(tagger, "open_classifier", damaged)
    outcome = scanned("retag")
    assert (outcome.code, outcome.err) == (
        1,
        "Error: classifier.tflite: it is damaged. Install the model again.\n",
    )
    job = newest_job(scanned.library)
    assert (job.state, job.message) == (JobState.FAILED, outcome.err[len("Error: ") : -1])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (JobKind.SCAN, "A scan of this library is running."),
        (JobKind.RETAG, "Videos of this library are being tagged again."),
    ],
)
def test_it_is_refused_while_another_job_runs(scanned, kind, words):
    with Library.open(scanned.library) as opened:
        other = opened.jobs.begin([], kind)
    outcome = scanned("retag")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == f"Error: {words} Wait for its end or stop it, then try again.\n"
    with Library.open(scanned.library) as opened:
        assert opened.jobs.newest().id == other
        opened.jobs.finish(other, JobState.DONE)
    assert scanned("retag").code == 0


def test_of_two_that_begin_at_once_one_runs(tmp_path):
    from organizer.errors import JobRunningError

    library, began, refused = tmp_path / "library.db", [], []
    Library.open(library).__enter__().close()
    barrier = threading.Barrier(4)

    def begin():
        with Library.open(library) as opened:
            barrier.wait()
            try:
                began.append(opened.jobs.begin([], JobKind.RETAG, alone=True))
            except JobRunningError as error:
                refused.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(began), len(refused)) == (1, 3)


@pytest.mark.parametrize(("ids", "tagged"), [("1\n2\n", 2), ("", 0), ("1 1 99", 1)])
def test_the_videos_may_stand_on_standard_input(scanned, monkeypatch, ids, tagged):
    featured = [str(video["id"]) for video in scanned.json("--status", "ok")]
    words = ids.replace("1", featured[0]).replace("2", featured[1])
    monkeypatch.setattr("sys.stdin", io.StringIO(words))
    assert newest_job(scanned.library).kind is JobKind.SCAN
    assert scanned("retag", "--stdin").lines[0].startswith(f"{tagged} video")


def test_standard_input_that_is_no_id_is_not_understood(scanned, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n\u0661 cat.mp4"))
    outcome = scanned("retag", "--stdin")
    assert (outcome.code, outcome.out) == (2, "")
    assert "\u0661 on standard input is no id of a video." in outcome.err


def test_the_page_starts_it_as_a_process_with_its_videos(tmp_path):
    library = tmp_path / "library.db"
    seed(library, tmp_path / "videos", [SeedVideo(f"{number}.mp4") for number in range(3)])
    job_id = start_retag(library, [1, 3])
    wait_until(lambda: newest_job(library).finished)
    job = newest_job(library)
    # Tagged none: these features are of no installed model.
    assert (job.id, job.kind, job.state, job.report.asked) == (job_id, JobKind.RETAG, JobState.DONE, 2)
