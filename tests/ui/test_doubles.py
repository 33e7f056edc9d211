"""The page of doubles, without a browser."""

from __future__ import annotations

import pytest

from organizer.doubles.finding import find_doubles
from organizer.doubles.grouping import groups_of
from organizer.doubles.move_plan import plan_moves
from organizer.doubles.moving import move_away, move_back
from organizer.library import Library
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from tests.doubles.films import SPACE, encoded_again, film, seed_doubles, store, store_file
from tests.gallery_server.process import wait_until


@pytest.fixture
def doubled(page):
    seed_doubles(page.library, page.folder / "videos")
    return page


@pytest.fixture
def found(doubled):
    with Library.open(doubled.library) as library:
        list(find_doubles(library, SPACE))
    return doubled


def data(page):
    return page.part("doubles")


def groups(page):
    return [[card["name"] for card in group["cards"]] for group in data(page)["groups"]]


def test_before_a_search_there_is_the_way_to_one(doubled):
    doubled.open(view="doubles")
    assert data(doubled)["searched"] == "Doubles were not looked for yet."
    assert (data(doubled)["began"], data(doubled)["groups"]) == (False, [])
    doubled.act("doubles", "search")
    assert newest_job(doubled.library).kind is JobKind.DOUBLES
    wait_until(lambda: newest_job(doubled.library).finished)
    doubled.run()
    assert len(groups(doubled)) == 2
    assert doubled.job() == "The search for doubles is done."
    assert "doubles" not in doubled.job_ways()


def test_groups_stand_side_by_side(found):
    found.open(view="doubles")
    assert groups(found) == [
        ["beach.mp4", "<b>beach small.mp4"],
        ["zoo and garden.mp4", "zoo.mp4", "zoo cut.mp4"],
    ]
    assert data(found)["command"].endswith("--move-to FOLDER")
    assert data(found)["files"] == 3


def test_an_answer_is_remembered_and_can_be_taken_back(found):
    found.open(view="doubles")
    first = data(found)["groups"][0]
    found.act("doubles", "not_same", kept=first["kept"], video=first["cards"][1]["id"])
    assert len(groups(found)) == 1
    assert "is no double" in data(found)["answered"]
    with Library.open(found.library) as library:
        list(find_doubles(library, SPACE))
    found.run()
    assert len(groups(found)) == 1
    found.act("doubles", "same")
    assert len(groups(found)) == 2
    assert data(found)["answered"] == ""


def test_tags_are_carried_as_a_step(found):
    with Library.open(found.library) as library:
        library.confirm(2, "Holiday")
    found.open(view="doubles")
    first = data(found)["groups"][0]
    assert first["carries"]
    found.act("doubles", "keep_tags", kept=first["kept"])
    with Library.open(found.library) as library:
        assert [tag.name for tag in library.video(1).tags] == ["Holiday"]
        step = library.last_step()
    (toast,) = found.part("toasts")["toasts"]
    assert toast["undo"] == step.id


def test_files_that_were_moved_away_are_told_with_the_way_back(page):
    away, rows = page.folder / "away", film(1, 20)
    with Library.open(page.library) as library:
        store_file(library, page.folder / "videos", "beach.mp4", rows, picture=(1920, 1080))
        store_file(library, page.folder / "videos", "small.mp4", encoded_again(rows, 1))
        list(find_doubles(library, SPACE))
        page.open(view="doubles")
        assert data(page)["moved"] == ""
        list(move_away(library, plan_moves(library, groups_of(library), str(away))))
    page.run()
    assert groups(page) == []
    assert data(page)["moved"].startswith(f"1 file was moved to {away} on ")
    command = data(page)["undo_move"]
    assert command.endswith("--undo-move")
    ((step,),) = (day["steps"] for day in page.open(view="history").part("history")["days"])
    assert (step["words"], step["videos"]) == (f"Doubles moved to {away}", "1 file")
    assert (step["undoable"], step["command"]) == (False, command)
    # A page that is older than the move may ask for it all the same: nothing is moved.
    page.act("history", "undo", step=step["id"])
    assert "Files are moved back" in page.part("toasts")["toasts"][-1]["words"]
    assert (away / "small.mp4").exists()
    with Library.open(page.library) as library:
        list(move_back(library))
    page.open(view="doubles")
    assert data(page)["moved"] == ""
    assert len(groups(page)) == 1


def test_what_is_no_group_any_more_does_nothing(found):
    found.open(view="doubles")
    for values in ({"kept": 99, "video": 1}, {"kept": 1, "video": 99}, {"kept": 1, "video": "x"}, {}):
        found.act("doubles", "not_same", **values)
        found.act("doubles", "keep_tags", **values)
    assert len(groups(found)) == 2


def test_new_videos_are_told(found):
    found.open(view="doubles")
    assert "other videos" not in data(found)["searched"]
    with Library.open(found.library) as library:
        store(library, "new.mp4", film(77, 9), root=found.folder / "videos")
    found.run()
    assert "There are other videos by now." in data(found)["searched"]


def test_many_groups_come_by_and_by(page):
    with Library.open(page.library) as library:
        for seed in range(25):
            store(library, f"{seed}.mp4", film(seed, 12))
            store(library, f"{seed} again.mp4", encoded_again(film(seed, 12), seed))
        list(find_doubles(library, SPACE))
    page.open(view="doubles")
    assert (len(groups(page)), data(page)["more"], data(page)["count"]) == (20, 5, "25 groups")
    page.act("doubles", "more")
    assert (len(groups(page)), data(page)["more"]) == (25, 0)


def test_the_end_of_a_search_leads_there_from_elsewhere(doubled):
    doubled.open(view="doubles")
    doubled.act("doubles", "search")
    wait_until(lambda: newest_job(doubled.library).finished, timeout_s=60)
    doubled.trigger("bar", "go", "videos")
    assert doubled.query() == {}
    assert doubled.job_ways()["doubles"] == "Show doubles"
    doubled.on_job("doubles")
    assert doubled.query() == {"view": ["doubles"]}


@pytest.mark.parametrize("end", [None, JobState.DONE, JobState.FAILED])
def test_the_end_of_a_search_in_a_terminal_is_told_on_the_page_of_doubles_alone(found, end):
    with Library.open(found.library) as library:
        job = library.jobs.begin([], JobKind.DOUBLES)
        if end is not None:
            library.jobs.finish(job, end)
    # While it runs it is in the way of other jobs.
    elsewhere = "Looking for doubles: 0 of 0 videos done" if end is None else ""
    for view in ("", "tags", "review", "history"):
        assert found.open(view=view).job() == elsewhere
    assert found.open(view="doubles").job() != ""
    if end is None:
        with Library.open(found.library) as library:
            library.jobs.finish(job, JobState.DONE)
        assert found.run().job() == "The search for doubles is done."
        assert found.open(view="tags").job() == ""
        found.open(view="doubles")
    # Dismissed once, in whichever tab, it is told no more.
    found.on_job("dismiss")
    assert found.job() == ""
    assert type(found)(found.folder).open(view="doubles").job() == ""


def test_another_job_in_a_terminal_is_told_everywhere(found):
    with Library.open(found.library) as library:
        library.jobs.begin([], JobKind.MERGE)
    for view in ("", "doubles"):
        assert found.open(view=view).job().startswith("Merging a library")
