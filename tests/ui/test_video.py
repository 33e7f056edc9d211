"""The page of one video, without a browser: what its component is given, and what comes of what it sends."""

import pytest

from organizer import desktop
from organizer.errors import DesktopError
from organizer.gallery.view_state import from_query
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind
from organizer.models import catalogue
from organizer.pipeline.background_jobs import newest_job
from organizer.types import TagState
from organizer.ui import state
from tests.fakes import show_labels
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.library.sql import database_of
from tests.ui.test_pages import states


@pytest.fixture
def three(page):
    videos = [
        SeedVideo("trip/cat.mp4", ("Animal", "Nature")),
        SeedVideo("trip/soup.mp4", ("Food",), duration_s=90.0),
        SeedVideo("grey.mp4"),
        SeedVideo("broken.mp4", reason="the file is cut off"),
    ]
    seed(page.library, page.folder / "videos", videos)
    return page


def test_a_video_with_its_tags_and_where_they_are_seen(three):
    three.open(video=keys(three.library)["trip/cat.mp4"])
    video = three.video()
    assert (video["title"], video["date"], video["playable"], video["problem"]) == (
        "cat.mp4",
        "1 May 2024, 12:30",
        True,
        "",
    )
    assert three.chips() == {"Animal": "very sure", "Nature": "very sure"}
    assert [tag["spans"] for tag in video["chips"]] == [[[0, 1]], [[1, 2]]]
    assert len({tag["colour"] for tag in video["chips"]}) == 2
    assert dict(video["facts"])["File"].endswith("/videos/trip/cat.mp4")
    assert video["path"] == dict(video["facts"])["File"]
    assert (video["place"], video["total"]) == (3, 4)


def test_no_model_stands_before_the_page(three, monkeypatch):
    from organizer.tags import tagger

    def load(bundle):
        raise AssertionError("the page waits for a model")

    monkeypatch.setattr(tagger, "open_classifier", load)
    three.open(video=keys(three.library)["trip/cat.mp4"])
    assert three.chips() == {"Animal": "very sure", "Nature": "very sure"}


def test_why_names_the_seconds(three):
    three.open(video=keys(three.library)["trip/cat.mp4"])
    answer = three.evidence("trip/cat.mp4")
    best = answer["rows"][0]
    assert (best["label"], round(best["score"], 2), best["threshold"]) == ("Animal", 0.9, 0.5)
    assert (best["strip"], best["seconds"], best["state"]) == ([90, 5], [0, 1], "suggested")
    assert (best["sure"], answer["rows"][-1]["sure"]) == ("very sure", "not seen")
    assert answer["note"] == ""


def test_why_says_how_much_of_a_longer_video_was_looked_at(three):
    three.open(video=keys(three.library)["trip/soup.mp4"])
    assert three.evidence("trip/soup.mp4")["note"] == "The first 45 s of 1:30 were looked at."


def test_without_a_model_the_video_still_shows(three, monkeypatch):
    monkeypatch.setattr(catalogue, "bundles", list)
    three.open(video=keys(three.library)["trip/cat.mp4"])
    assert three.chips() == {"Animal": "very sure", "Nature": "very sure"}
    assert "The model that scored it is not installed" in three.evidence("trip/cat.mp4")["note"]
    three.do("tag_again")
    assert "There is no model" in three.video()["said"]["words"]
    assert three.video()["said"]["wrong"]


def test_another_word_for_what_the_model_says_when_it_says_something_else(three):
    three.open(video=keys(three.library)["trip/cat.mp4"])
    before = three.video()["scored"]
    assert before
    three.run()
    assert three.video()["scored"] == before
    three.do("no", tag="Animal")
    assert three.video()["scored"] != before
    three.open(video=keys(three.library)["broken.mp4"])
    assert three.video()["scored"] == ""


def test_a_video_without_a_tag_says_why(three):
    three.open(video=keys(three.library)["grey.mp4"])
    assert "The model is not sure enough of any tag." in three.video()["hint"]
    three.open(video=keys(three.library)["broken.mp4"])
    video = three.video()
    assert video["problem"] == "This file could not be read: the file is cut off."
    assert "try again" in video["advice"]
    # A browser may play what could not be decoded here.
    assert (video["playable"], video["failed"]) == (True, True)


def test_a_video_that_is_gone_from_the_library(three):
    three.open(video="x" * 22)
    assert "not in the library any more" in three.words()
    three.click("All videos")
    assert three.query() == {}


def test_a_video_that_is_like_it_is_opened_and_back_leads_back(three):
    by_name = keys(three.library)
    three.open(q="cat", video=by_name["trip/cat.mp4"])
    three.do("open", to=by_name["trip/soup.mp4"])
    assert three.video()["title"] == "soup.mp4"
    assert three.query() == {"q": ["cat"], "video": [by_name["trip/soup.mp4"]]}
    # It stands where it would in the result that it is no part of; the way goes on from there.
    three.do("step", by=1)
    assert three.video()["title"] == "cat.mp4"
    three.open(video=by_name["grey.mp4"])
    assert three.video()["title"] == "grey.mp4"


def test_a_video_that_is_like_it_and_is_gone(three):
    by_name = keys(three.library)
    three.open(video=by_name["trip/cat.mp4"])
    three.do("open", to="x" * 22)
    assert three.video()["title"] == "cat.mp4"
    assert three.video()["said"]["wrong"]
    assert "not in the library any more" in three.video()["said"]["words"]


def test_steps(three):
    by_name = keys(three.library)
    three.open(video=by_name["trip/soup.mp4"])
    assert (three.video()["before"]["key"], three.video()["after"]["key"]) == (
        by_name["grey.mp4"],
        by_name["trip/cat.mp4"],
    )
    assert three.video()["after"]["title"] == "cat.mp4"
    three.do("step", by=1)
    assert three.query() == {"video": [by_name["trip/cat.mp4"]]}
    three.do("step", by=-1).do("step", by=-1)
    assert three.query() == {"video": [by_name["grey.mp4"]]}
    assert three.video()["before"] is None
    three.do("step", by=-1)
    assert three.query() == {"video": [by_name["grey.mp4"]]}


def test_two_steps_in_one_run_are_two_also_where_the_browser_saw_but_the_first_video(three):
    by_name = keys(three.library)
    three.open(video=by_name["grey.mp4"])
    three.do_all({"do": "step", "by": 1}, {"do": "step", "by": 1})
    assert three.query() == {"video": [by_name["trip/cat.mp4"]]}
    # One that was sent from a video whose successor is open by now.
    three.do_all({"do": "step", "by": -1, "key": by_name["grey.mp4"]})
    assert three.query() == {"video": [by_name["trip/soup.mp4"]]}


def test_an_action_is_done_once(three):
    by_name = keys(three.library)
    three.open(video=by_name["grey.mp4"])
    sent = {"number": 1, "actions": [{"number": 1, "do": "step", "by": 1, "key": by_name["grey.mp4"]}]}
    three.trigger("detail", "act", sent).trigger("detail", "act", sent)
    assert three.query() == {"video": [by_name["trip/soup.mp4"]]}
    assert three.video()["acknowledged"] == 1


def test_an_answer_is_about_the_video_that_it_was_given_on(three):
    by_name = keys(three.library)
    three.open(video=by_name["trip/soup.mp4"])
    three.do_all({"do": "step", "by": 1}, {"do": "no", "tag": "Food"})
    assert three.query() == {"video": [by_name["trip/cat.mp4"]]}
    assert states(three, "trip/soup.mp4") == {"Food": TagState.REJECTED}
    assert states(three, "trip/cat.mp4") == {"Animal": TagState.SUGGESTED, "Nature": TagState.SUGGESTED}


def test_a_click_of_before_a_step_leads_nowhere(three):
    """The browser names its address with each click; it may not have heard yet where the step led."""
    by_name = keys(three.library)
    three.open(video=by_name["grey.mp4"])
    three.do("step", by=1)
    three.test.query_params["video"] = by_name["grey.mp4"]
    three.do("yes", tag="Holiday", key=by_name["grey.mp4"])
    assert three.query() == {"video": [by_name["trip/soup.mp4"]]}
    assert states(three, "grey.mp4") == {"Holiday": TagState.CONFIRMED}
    # The same once more, as where no answer came in time: there is nothing left to do.
    three.test.query_params["video"] = by_name["grey.mp4"]
    sent = {"number": 1, "actions": [{"number": 1, "do": "step", "by": 1, "key": by_name["grey.mp4"]}]}
    three.trigger("detail", "act", sent)
    assert three.query() == {"video": [by_name["trip/soup.mp4"]]}
    three.open(video=by_name["grey.mp4"])
    assert three.video()["title"] == "grey.mp4"


def test_yes_no_undo(three):
    three.open(video=keys(three.library)["trip/soup.mp4"])
    three.do("yes", tag="Food")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.CONFIRMED}
    three.do("no", tag="Food")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.REJECTED}
    assert "You said no to its tags" in three.video()["hint"]
    three.undo("Food")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.CONFIRMED}
    three.undo("Food")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.SUGGESTED}
    assert three.chips() == {"Food": "very sure"}


def test_an_old_page_undoes_nothing_else(three):
    three.open(video=keys(three.library)["trip/soup.mp4"])
    three.do("no", tag="Food").do("yes", tag="Food")
    with Library.open(three.library) as library:
        library.undo(2, "Food")
    three.undo("Food")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.REJECTED}


def test_add_remove_and_undo_a_tag(three):
    three.open(video=keys(three.library)["grey.mp4"])
    three.do("add", tag=" Holiday ")
    assert states(three, "grey.mp4") == {"Holiday": TagState.CONFIRMED}
    assert three.chips() == {"Holiday": "added by you"}
    three.do("no", tag="Holiday")
    assert states(three, "grey.mp4") == {}
    assert three.chips() == {"Holiday": "taken away by you"}
    three.run().undo("Holiday")
    assert states(three, "grey.mp4") == {"Holiday": TagState.CONFIRMED}
    assert three.chips() == {"Holiday": "added by you"}


def test_what_cannot_be_added_is_said_and_comes_back_to_be_mended(three):
    three.open(video=keys(three.library)["grey.mp4"])
    three.do_all({"do": "add", "tag": "Food"}, {"do": "add", "tag": "x" * 61})
    assert states(three, "grey.mp4") == {"Food": TagState.CONFIRMED}
    said = three.video()["said"]
    assert "A tag has 1 to 60 characters, this one has 61." in said["words"]
    assert (said["typed"], said["number"], three.video()["acknowledged"]) == ("x" * 61, 2, 2)


def test_the_field_proposes_what_the_video_does_not_carry(three):
    with Library.open(three.library) as library:
        library.confirm(1, "Holiday")
    three.open(video=keys(three.library)["trip/soup.mp4"])
    proposed = [tag["name"] for tag in three.video()["proposals"]]
    assert "Food" not in proposed
    assert {"Animal", "Holiday"} <= set(proposed)


def test_one_video_is_tagged_again_at_once(three):
    with Library.open(three.library) as library:
        database_of(library).execute("DELETE FROM video_tags")
        database_of(library).conn.commit()
    three.open(video=keys(three.library)["trip/soup.mp4"])
    three.do("tag_again")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.SUGGESTED}
    assert three.video()["said"]["words"] == "Tagged again: +Food."
    three.do("tag_again")
    assert three.video()["said"]["words"] == "Tagged again; nothing changed."


def test_the_walk_is_the_whole_result_as_it_was(page):
    seed(page.library, page.folder, [SeedVideo(f"{number:03}.mp4", ("Food",)) for number in range(80)])
    by_name = keys(page.library)
    page.open(any="Food")
    page.trigger("timeline", "open", {"key": by_name["044.mp4"]})
    assert (page.video()["place"], page.video()["total"]) == (36, 80)
    page.do("no", tag="Food")
    assert page.video()["after"]["key"] == by_name["043.mp4"]
    page.do("step", by=1).do("no", tag="Food").do("step", by=1)
    assert page.query()["video"] == [by_name["042.mp4"]]
    page.do("step", by=-1).do("step", by=-1)
    assert page.query()["video"] == [by_name["044.mp4"]]
    assert (page.video()["place"], page.video()["total"]) == (36, 80)


def test_the_way_is_that_of_the_list_which_the_grid_showed(page, monkeypatch):
    from organizer.library import library as face
    from organizer.ui.kept_lists import LISTS

    seed(page.library, page.folder, [SeedVideo(f"{number}.mp4", ("Food",)) for number in range(5)])
    by_name = keys(page.library)
    page.open(q="tag:Food")
    with Library.open(page.library) as library:
        LISTS.newest(library, from_query({"q": ["tag:Food"]}).filter())
        # Since the grid asked for its list, in another tab.
        library.reject(library.media.id_of(by_name["3.mp4"]), "Food")
    monkeypatch.setattr(face.Library, "ids", None)
    monkeypatch.setattr(state, "is_empty", lambda library: False)
    page.trigger("timeline", "open", {"key": by_name["4.mp4"]})
    assert (page.video()["place"], page.video()["total"]) == (1, 5)
    assert page.video()["after"]["key"] == by_name["3.mp4"]


def test_after_a_reload_a_video_that_left_the_result_stands_where_it_would(page):
    seed(page.library, page.folder, [SeedVideo(f"{number}.mp4", ("Food",)) for number in range(5)])
    by_name = keys(page.library)
    with Library.open(page.library) as library:
        for name in ("4.mp4", "2.mp4"):
            library.reject(library.media.id_of(by_name[name]), "Food")
    page.open(any="Food", video=by_name["2.mp4"])
    video = page.video()
    assert (video["before"]["key"], video["after"]["key"]) == (by_name["3.mp4"], by_name["1.mp4"])
    assert (video["place"], video["total"]) == (2, 4)
    page.open(video=by_name["4.mp4"])
    assert (page.video()["before"], page.video()["after"]["key"]) == (None, by_name["3.mp4"])


def test_a_step_passes_over_videos_that_are_gone_from_the_library(page):
    seed(page.library, page.folder, [SeedVideo(f"{number:03}.mp4") for number in range(80)])
    by_name = keys(page.library)
    page.open(video=by_name["079.mp4"])
    with Library.open(page.library) as library:
        database = database_of(library)
        database.execute("DELETE FROM places WHERE video_id BETWEEN 3 AND 79")
        database.execute("DELETE FROM videos WHERE id BETWEEN 3 AND 79")
        database.conn.commit()
    page.do("step", by=1)
    assert page.query()["video"] == [by_name["001.mp4"]]


def test_a_file_that_could_not_be_read_is_tried_again(page):
    videos = page.folder / "videos"
    seed(page.library, videos, [SeedVideo("cat.mp4", reason="the file is cut off")])
    show_labels(videos / "cat.mp4", "Animal")
    page.open(video=keys(page.library)["cat.mp4"])
    page.do("read_again")
    assert page.video()["said"]["words"] == "Reading it again."
    wait_until(lambda: newest_job(page.library).finished)
    page.run()
    assert newest_job(page.library).kind is JobKind.SCAN
    assert page.chips() == {"Animal": "very sure"}
    assert page.video()["problem"] == ""


def test_why_a_file_is_not_tried_again_is_said(page):
    seed(page.library, page.folder, [SeedVideo("cat.mp4", reason="the file is cut off")])
    with Library.open(page.library) as library:
        library.jobs.begin([], JobKind.RETAG)
    page.open(video=keys(page.library)["cat.mp4"])
    page.do("read_again")
    assert "Wait for its end or stop it." in page.video()["said"]["words"]


@pytest.mark.parametrize("action", ["play_elsewhere", "show_in_folder"])
def test_a_file_is_shown_outside_only_where_a_scan_found_it(three, monkeypatch, action):
    shown = []
    monkeypatch.setattr(desktop, "open_in_player", shown.append)
    monkeypatch.setattr(desktop, "show_in_folder", shown.append)
    three.open(video=keys(three.library)["trip/cat.mp4"])
    three.do(action)
    assert "this file is not there now" in three.video()["said"]["words"]
    path = three.folder / "videos" / "trip" / "cat.mp4"
    path.parent.mkdir(parents=True)
    elsewhere = three.folder / "secret.mp4"
    elsewhere.write_bytes(b"x")
    path.symlink_to(elsewhere)
    three.do(action)
    assert "this file is not there now" in three.video()["said"]["words"]
    assert shown == []
    path.unlink()
    path.write_bytes(b"x")
    three.do(action)
    assert shown == [str(path)]
    assert not three.video()["said"]["wrong"]


def test_why_a_file_is_not_shown_outside_is_said(three, monkeypatch):
    def fail(path):
        raise DesktopError(f"{path}: it could not be opened")

    monkeypatch.setattr(desktop, "open_in_player", fail)
    path = three.folder / "videos" / "trip" / "cat.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    three.open(video=keys(three.library)["trip/cat.mp4"])
    three.do("play_elsewhere")
    assert three.video()["said"]["words"] == f"{path}: it could not be opened"


def test_a_path_that_is_no_text_is_not_copied(page):
    seed(page.library, page.folder, [SeedVideo("bad \udcff name.mp4")])
    page.open(video=next(iter(keys(page.library).values())))
    assert page.video()["path"] == ""
    assert page.video()["title"] == "bad \\udcff name.mp4"


def test_nonsense_from_the_browser_does_nothing(three):
    by_name = keys(three.library)
    three.open(video=by_name["trip/cat.mp4"])
    for sent in (None, 3, {}, {"actions": 1}, {"actions": [{"number": 1, "do": "format_disk"}]}):
        three.trigger("detail", "act", sent)
    three.do("yes", tag="Animal", key="x" * 22)
    assert three.video()["said"]["words"] == "This video is not in the library any more."
    assert three.query() == {"video": [by_name["trip/cat.mp4"]]}
    assert set(states(three, "trip/cat.mp4").values()) == {TagState.SUGGESTED}


def test_the_videos_of_a_walk_are_asked_for_once(page, monkeypatch):
    from organizer.library import library as face

    seed(page.library, page.folder, [SeedVideo(f"{number}.mp4") for number in range(5)])
    page.open(video=keys(page.library)["4.mp4"])
    asked = []
    ids = face.Library.ids

    def counting(library, chosen=VideoFilter()):  # noqa: B008
        asked.append(chosen)
        return ids(library, chosen)

    monkeypatch.setattr(face.Library, "ids", counting)
    page.do("step", by=1).do("step", by=1).do("yes", tag="Food")
    assert [chosen for chosen in asked if chosen.limit is None] == []


def test_favourite_stars_and_hiding_are_steps_that_can_be_undone(three):
    three.open(video=keys(three.library)["grey.mp4"])
    marks = ("favourite", "rating", "hidden")
    assert [three.video()[mark] for mark in marks] == [False, 0, False]
    three.do_all(
        {"do": "mark", "favourite": True}, {"do": "mark", "rating": 4}, {"do": "mark", "hidden": True}
    )
    assert [three.video()[mark] for mark in marks] == [True, 4, True]
    # A hidden video has its place among the others still.
    assert (three.video()["place"], three.video()["total"]) == (1, 4)
    with Library.open(three.library) as library:
        for step in library.steps(limit=3):
            assert library.undo_step(step.id)
    three.run()
    assert [three.video()[mark] for mark in marks] == [False, 0, False]


def test_a_hidden_video_that_is_opened_stands_where_it_would(three):
    by_name = keys(three.library)
    three.open(video=by_name["trip/soup.mp4"]).do("mark", hidden=True)
    three.open()
    three.open(video=by_name["trip/soup.mp4"])
    assert three.video()["hidden"]
    assert (three.video()["before"]["key"], three.video()["after"]["key"]) == (
        by_name["grey.mp4"],
        by_name["trip/cat.mp4"],
    )


def test_a_tag_has_the_colour_that_the_person_chose(three):
    with Library.open(three.library) as library:
        library.colour_tag("Animal", "#123456")
    three.open(video=keys(three.library)["trip/cat.mp4"])
    colours = {tag["name"]: tag["colour"] for tag in three.video()["chips"]}
    assert colours["Animal"] == "#123456"
    assert colours["Nature"] != "#123456"


@pytest.mark.parametrize("key", ["", "x" * 22, "../library.db", "k" * 65, "a/b", "\u00e9" * 22])
def test_the_route_of_why_knows_keys_and_nothing_else(three, key):
    from starlette.requests import Request

    from organizer.ui.server.evidence import evidence

    three.open()
    scope = {"type": "http", "method": "GET", "headers": [], "path_params": {"key": key}}
    answer = evidence(three.library, Request(scope))
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
