"""Every view of the page, without a browser."""

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobState, RetagChange, RetagReport
from organizer.models import catalogue
from organizer.pipeline.background_jobs import newest_job
from organizer.pipeline.looking_cost import looking_cost
from organizer.types import TagState
from organizer.ui.parts import model
from tests.fakes import colour_bundle
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.library.sql import database_of

HOSTILE = [
    "![](http://x.invalid/y.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "[link](http://x.invalid)",
    ":red[x] $\\frac{1}{2}$ :material/home: :smile: **b**",
]


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


def titles(page):
    return [card["title"] for card in page.cards()]


def test_without_a_library_it_asks_for_a_folder(page):
    page.open()
    assert "Your videos, found again" in page.words()
    assert page.button("Add and scan")
    assert page.cards() is None


def test_a_folder_that_is_none_is_said(page):
    page.open()
    page.test.text_input[0].set_value("/no/such/folder *b*")
    page.click("Add and scan")
    assert "/no/such/folder *b*: there is no such folder" in page.plain()


def test_the_grid_shows_cards_newest_first(three):
    three.open()
    assert titles(three) == ["grey.mp4", "soup.mp4", "cat.mp4", "broken.mp4"]
    cat = three.cards()[2]
    assert (cat["duration"], cat["date"]) == ("0:05", "1 May 2024")
    assert [tag["name"] for tag in cat["tags"]] == ["Animal", "Nature"]
    assert three.cards()[3]["status"] == "Not readable"
    assert "4 videos" in three.words()


@pytest.mark.parametrize(
    ("key", "value", "found", "query"),
    [
        ("any_tags", ["Animal", "Food"], ["soup.mp4", "cat.mp4"], {"any": ["Animal", "Food"]}),
        ("all_tags", ["Animal", "Nature"], ["cat.mp4"], {"all": ["Animal", "Nature"]}),
        ("no_tags", ["Food"], ["grey.mp4", "cat.mp4", "broken.mp4"], {"none": ["Food"]}),
        ("untagged", True, ["grey.mp4", "broken.mp4"], {"untagged": ["1"]}),
        ("status", "failed", ["broken.mp4"], {"status": ["failed"]}),
        ("text", "TRIP so", ["soup.mp4"], {"text": ["TRIP so"]}),
        ("order", ("name", False), ["broken.mp4", "grey.mp4", "cat.mp4", "soup.mp4"], None),
    ],
)
def test_a_filter_narrows_the_grid_and_stands_in_the_address(three, key, value, found, query):
    from organizer.library.filters import Sort
    from organizer.library.records import Status

    if key == "status":
        value = Status(value)
    if key == "order":
        value, query = (Sort.NAME, False), {"sort": ["name"], "order": ["up"]}
    three.open().choose(key, value)
    assert titles(three) == found
    assert three.query() == query
    three.run()
    assert titles(three) == found


def test_days_limit_the_grid(three):
    three.open(from_="2024-05-02", to="2024-05-02")
    assert titles(three) == ["soup.mp4"]
    assert three.test.date_input[0].value.isoformat() == "2024-05-02"


def test_an_address_sets_the_filters_and_they_can_be_cleared(three):
    three.open(text="cat", any="Animal")
    assert titles(three) == ["cat.mp4"]
    three.click("Clear filters")
    assert len(titles(three)) == 4
    assert three.query() == {}


def test_no_match_says_what_to_do(three):
    three.open(text="nothing like it")
    assert "No video fits these filters" in three.words()
    assert three.cards() is None
    three.click("Clear all filters")
    assert len(titles(three)) == 4


def test_nonsense_in_the_address_is_ignored(three):
    three.open(page="99", sort="x", state="y", status="z", from_="never", all="No such tag")
    assert "No video fits" in three.words()
    three.click("Clear all filters")
    assert len(titles(three)) == 4


def test_pages(page):
    seed(page.library, page.folder, [SeedVideo(f"{number:03}.mp4") for number in range(80)])
    page.open(page="3")
    assert titles(page) == [f"{number:03}.mp4" for number in range(7, -1, -1)]
    page.choose("text", "07")
    assert len(titles(page)) == 11
    assert "page" not in page.query()


def test_a_video_with_its_labels_and_seconds(three):
    three.open(video=keys(three.library)["trip/cat.mp4"])
    player = three.player()
    assert player["playable"]
    assert player["note"] == ""
    best = player["rows"][0]
    assert (best["label"], round(best["score"], 2), best["threshold"]) == ("Animal", 0.9, 0.5)
    assert (best["strip"], best["seconds"], best["state"]) == ([90, 5], [0, 1], "suggested")
    assert "cat.mp4" in three.plain()
    assert "/videos/trip/cat.mp4" in three.plain()


def test_a_longer_video_says_how_much_was_looked_at(three):
    three.open(video=keys(three.library)["trip/soup.mp4"])
    assert "The first 45 s of 1:30 were looked at." in three.player()["note"]


def test_a_video_without_a_tag_says_why(three):
    three.open(video=keys(three.library)["grey.mp4"])
    assert "No score reaches its label's threshold" in three.plain()
    three.open(video=keys(three.library)["broken.mp4"])
    assert "the file is cut off" in three.plain()


def test_a_video_that_is_gone_from_the_library(three):
    three.open(video="x" * 22)
    assert "not in the library any more" in three.words()
    three.click("All videos")
    assert len(titles(three)) == 4


def test_neighbours(three):
    by_name = keys(three.library)
    three.open(video=by_name["trip/soup.mp4"])
    three.click("Next")
    assert three.query() == {"video": [by_name["trip/cat.mp4"]]}
    three.click("Previous").click("Previous")
    assert three.query() == {"video": [by_name["grey.mp4"]]}
    assert three.button("Previous").disabled


def states(page, name):
    with Library.open(page.library) as library:
        id_ = next(v.id for v in library.list(VideoFilter()) if v.places[0].relative_path == name)
        return {tag.name: tag.state for tag in library.video(id_).tags}


def test_a_word_that_was_typed_and_a_click_elsewhere_both_count(page):
    seed(page.library, page.folder, [SeedVideo(f"{number:03}.mp4") for number in range(80)])
    page.open()
    page.widget("text").set_value("07")
    page.choose("page", 2)
    assert page.query() == {"text": ["07"]}
    assert len(titles(page)) == 11
    page.widget("text").set_value("")
    page.run().choose("page", 2)
    assert page.query() == {"page": ["2"]}


@pytest.mark.parametrize("first", range(6))
def test_all_that_changed_at_once_counts(three, first):
    from datetime import date

    from organizer.library.filters import Sort
    from organizer.types import TagState

    changes = [
        ("text", "mp4", {"text": ["mp4"]}),
        ("any_tags", ["Food"], {"any": ["Food"]}),
        ("first_day", date(2024, 5, 2), {"from": ["2024-05-02"]}),
        ("last_day", date(2024, 5, 3), {"to": ["2024-05-03"]}),
        ("state", TagState.SUGGESTED, {"state": ["suggested"]}),
        ("order", (Sort.SIZE, True), {"sort": ["size"]}),
    ]
    three.open()
    expected = {}
    for key, value, query in changes[first:] + changes[:first]:
        three.widget(key).set_value(value)
        expected |= query
    three.run()
    assert three.query() == expected
    assert titles(three) == ["soup.mp4"]
    three.run()
    assert three.query() == expected


def test_a_word_that_was_typed_and_a_click_on_a_card_both_count(three):
    key = keys(three.library)["trip/cat.mp4"]
    three.open()
    three.widget("text").set_value("trip")
    three.trigger("card_grid", "open", key)
    assert three.query() == {"text": ["trip"], "video": [key]}
    three.click("All videos")
    assert titles(three) == ["soup.mp4", "cat.mp4"]


def test_clearing_clears_what_was_typed_too(three):
    three.open(text="cat")
    three.widget("text").set_value("soup")
    three.click("Clear filters")
    assert three.query() == {}
    assert three.widget("text").value == ""


def test_a_filter_holds_names_of_tags_whatever_their_counts(three):
    key = keys(three.library)["trip/cat.mp4"]
    three.open(any="Animal")
    assert titles(three) == ["cat.mp4"]
    three.trigger("card_grid", "open", key)
    three.click("Reject")
    three.click("All videos")
    assert three.query() == {"any": ["Animal"]}
    assert three.widget("any_tags").value == ["Animal"]
    assert "Animal\u00a00" in three.plain()
    assert "No video fits these filters" in three.words()
    three.click("Clear all filters")
    assert len(titles(three)) == 4


def test_the_counts_of_chosen_tags_come_first_however_they_are_spelled(three):
    three.open(any=["nature", "Gone"])
    assert "Nature\u00a01  Gone\u00a00  Animal\u00a01  Food\u00a01" in three.plain()


def test_no_choice_of_a_filter_holds_a_number(three):
    three.open()
    for key in ("any_tags", "all_tags", "no_tags"):
        assert sorted(three.widget(key).options) == ["Animal", "Food", "Nature"]
    assert "Animal\u00a01  Food\u00a01  Nature\u00a01" in three.plain()


@pytest.mark.parametrize("part", ["any_tags", "all_tags", "no_tags"])
def test_a_chosen_tag_that_no_video_carries_any_more_can_be_taken_away(three, part):
    name = part.removesuffix("_tags").replace("no", "none")
    three.open(**{name: "Gone"})
    assert three.widget(part).value == ["Gone"]
    three.choose(part, [])
    assert three.query() == {}
    assert len(titles(three)) == 4


def test_counts_that_change_at_every_look_change_no_filter(three):
    three.open(any="Food")
    for number in range(3):
        seed(
            three.library,
            three.folder / "videos",
            [SeedVideo("trip/cat.mp4", ("Animal", "Nature")), SeedVideo("trip/soup.mp4", ("Food",), 90.0)]
            + [SeedVideo(f"{more}.mp4", ("Food",)) for more in range(number + 1)],
        )
        three.run()
        assert three.query() == {"any": ["Food"]}
        assert three.widget("any_tags").value == ["Food"]
        assert f"Food\u00a0{number + 2}" in three.plain()


def test_confirm_reject_undo(three):
    three.open(video=keys(three.library)["trip/soup.mp4"])
    three.click("Confirm")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.CONFIRMED}
    three.click("Reject")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.REJECTED}
    assert "You rejected its tags" in three.plain()
    three.click("Undo")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.CONFIRMED}
    three.click("Undo")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.SUGGESTED}
    assert "Food 0.90\nsuggested" in three.plain()


def test_an_old_page_undoes_nothing_else(three):
    three.open(video=keys(three.library)["trip/soup.mp4"])
    three.click("Reject").click("Confirm")
    with Library.open(three.library) as library:
        library.undo(2, "Food")
    three.click("Undo")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.REJECTED}


def test_add_remove_and_undo_a_tag(three):
    three.open(video=keys(three.library)["grey.mp4"])
    three.trigger("tag_field", "add", {"number": 1, "names": [" Holiday "]})
    assert states(three, "grey.mp4") == {"Holiday": TagState.CONFIRMED}
    three.click("Remove")
    assert states(three, "grey.mp4") == {}
    assert "Holiday\nremoved by you" in three.plain()
    three.run().click("Undo")
    assert states(three, "grey.mp4") == {"Holiday": TagState.CONFIRMED}
    assert "removed by you" not in three.plain()


def test_what_cannot_be_added_is_said_and_stays_in_the_field(three):
    three.open(video=keys(three.library)["grey.mp4"])
    three.trigger("tag_field", "add", {"number": 1, "names": ["Food", "x" * 61]})
    assert states(three, "grey.mp4") == {"Food": TagState.CONFIRMED}
    assert "A tag has 1 to 60 characters, this one has 61." in three.plain()
    field = next(data for data in three.components() if "typed" in data)
    assert (field["typed"], field["acknowledged"]) == ("x" * 61, 1)
    three.run()
    assert "60 characters" not in three.plain()


def test_the_field_proposes_what_the_video_does_not_carry(three):
    with Library.open(three.library) as library:
        library.confirm(1, "Holiday")
    three.open(video=keys(three.library)["trip/soup.mp4"])
    proposed = [tag["name"] for tag in next(d for d in three.components() if "typed" in d)["tags"]]
    assert "Food" not in proposed
    assert {"Animal", "Holiday"} <= set(proposed)


def test_one_video_is_tagged_again_at_once(three):
    with Library.open(three.library) as library:
        database_of(library).execute("DELETE FROM video_tags")
        database_of(library).conn.commit()
    three.open(video=keys(three.library)["trip/soup.mp4"])
    three.click("Tag this video again")
    assert states(three, "trip/soup.mp4") == {"Food": TagState.SUGGESTED}
    assert "soup.mp4: +Food" in three.plain()
    three.click("Tag this video again")
    assert "Tagged again; nothing changed." in three.words()


def ended(page):
    """Wait for the end of the job."""
    wait_until(lambda: newest_job(page.library).finished, timeout_s=60)
    return page.run()


def test_everything_is_tagged_again_and_decisions_stay(three):
    with Library.open(three.library) as library:
        for record in list(library.list(VideoFilter())):
            if record.places[0].relative_path == "trip/cat.mp4":
                library.reject(record.id, "Animal")
        database_of(library).execute("DELETE FROM video_tags WHERE state = 'suggested'")
        database_of(library).conn.commit()
    ended(three.open().click("Tag all videos again"))
    assert "3 videos tagged again, 2 changed." in three.words()
    assert "1 video need" in three.words()
    assert "cat.mp4: +Nature" in three.plain()
    assert states(three, "trip/cat.mp4") == {"Animal": TagState.REJECTED, "Nature": TagState.SUGGESTED}
    three.click("Dismiss")
    assert "tagged again" not in three.words()


def test_the_chosen_videos_are_tagged_again(three):
    with Library.open(three.library) as library:
        database_of(library).execute("DELETE FROM video_tags")
        database_of(library).conn.commit()
    ended(three.open(text="soup").click("Tag the 1 chosen video again"))
    assert "1 video tagged again, 1 changed." in three.words()
    assert states(three, "trip/cat.mp4") == {}
    assert three.query() == {"text": ["soup"]}


def test_tagging_again_is_shown_and_can_be_stopped_from_any_tab(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.RETAG)
        library.jobs.beat(job_id, to_do=10, done=4, failed=0)
    three.open()
    assert "Tagging again: 4 of 10 videos done" in three.words()
    assert three.button("Tag all videos again").disabled
    assert "Videos of this library are being tagged again. This waits for its end." in three.words()
    three.click("Stop")
    with Library.open(three.library) as library:
        assert library.jobs.newest().stop_requested
        report = RetagReport(10, 6, 1, (RetagChange("a *b*", ("Food",), ("Dance",)),))
        library.jobs.finish(job_id, JobState.STOPPED, None, report)
    three.run()
    assert "Stopped: 6 videos tagged again, 1 changed. The others are as they were." in three.words()
    assert "a *b*: +Food, \u2212Dance" in three.plain()


def test_a_merge_is_shown_and_can_be_stopped_from_any_tab(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.MERGE, alone=True)
        library.jobs.beat(job_id, to_do=10, done=4, failed=0)
    three.open()
    assert "Merging a library: 4 of 10 videos done" in three.words()
    assert three.button("Tag all videos again").disabled
    three.click("Stop")
    with Library.open(three.library) as library:
        assert library.jobs.newest().stop_requested
        library.jobs.finish(job_id, JobState.STOPPED)
    three.run()
    words = "The merge was stopped: 4 videos of another library gone through."
    assert f"{words} The same command goes on from there." in three.words()


def test_tagging_again_that_failed_says_why(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.RETAG)
        library.jobs.finish(job_id, JobState.FAILED, "disk *full*")
    three.open()
    assert "Tagging again failed." in three.words()
    assert "disk *full*" in three.plain()


def test_a_folder_is_not_scanned_while_videos_are_tagged_again(three):
    with Library.open(three.library) as library:
        library.jobs.begin([], JobKind.RETAG)
    three.open().click("Scan all again")
    assert "Videos of this library are being tagged again. Wait for its end or stop it." in three.plain()


def test_names_and_tags_are_never_markup(page):
    videos = [
        SeedVideo(f"{number} {name.replace('/', '|')}.mp4", ("Food",)) for number, name in enumerate(HOSTILE)
    ]
    videos.append(SeedVideo("bad \udcff name.mp4", ("Food",)))
    videos.append(SeedVideo("failed.mp4", reason="cannot open ![](http://x.invalid/z.png)"))
    seed(page.library, page.folder / "**root** ![](http:", videos)
    with Library.open(page.library) as library:
        for number, name in enumerate(HOSTILE):
            library.confirm(number + 1, name)
    page.open()
    assert {card["title"] for card in page.cards()} >= {
        video.name for video in videos if "\udcff" not in video.name
    }
    for name, key in keys(page.library).items():
        page.open(video=key)
        assert (name if isinstance(name, str) else "bad \\udcff name") in page.plain()
        for forbidden in ("x.invalid", "<script>alert", "onerror", "smile", "**root**", "udcff"):
            assert forbidden not in page.markup()


def test_without_a_model_the_video_still_shows(three, monkeypatch):
    from organizer.models import catalogue

    monkeypatch.setattr(catalogue, "bundles", list)
    three.open(video=keys(three.library)["trip/cat.mp4"])
    assert "The model that scored it is not installed" in three.player()["note"]
    three.click("Tag this video again")
    assert "There is no model" in three.plain()


def test_a_library_of_another_program_is_said(page):
    page.library.write_bytes(b"something else" * 1000)
    page.open()
    assert "this file is no library of organizer" in page.plain()


def test_a_running_scan_is_shown_and_can_be_stopped(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        library.jobs.beat(scan_id, to_do=10, done=4, failed=1)
    three.open()
    assert "Looking at videos: 4 of 10 done, 1 not readable" in three.words()
    three.click("Stop")
    with Library.open(three.library) as library:
        assert library.jobs.newest().stop_requested
        library.jobs.finish(scan_id, JobState.STOPPED)
    three.run()
    assert "The scan was stopped: 4 files looked at" in three.words()
    three.click("Dismiss")
    assert "The scan was stopped" not in three.words()


def test_a_scan_that_does_not_get_on_says_so(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        library.jobs.beat(scan_id, to_do=10, done=4, failed=1, message="The scan is stuck: *look*.")
    three.open()
    assert any("look" in warning.value for warning in three.test.warning)


def test_a_scan_that_died_is_said(three):
    with Library.open(three.library) as library:
        library.jobs.begin(["/videos"])
        database_of(library).execute("UPDATE scans SET beat_at = beat_at - 60")
        database_of(library).conn.commit()
    three.open()
    assert "The last scan ended without a word" in three.words()


def test_a_scan_that_failed_says_why(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        three.open()
        library.jobs.finish(scan_id, JobState.FAILED, "disk *full*")
    three.run()
    assert "The scan failed" in three.words()
    assert "disk *full*" in three.plain()


# The model


def test_the_model_in_use_and_how_to_get_another_are_named(three):
    three.open()
    assert "lite 1: sees colours" in three.plain()
    assert "not looked at with this model" not in three.words()
    assert "organizer models pull inception-yt8m" in commands(three)


def test_what_is_left_to_do_for_another_model_is_counted(three, monkeypatch):
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(version="2")])
    three.open()
    assert "3 videos tagged by another model. **Tag again**" in three.words()
    assert "not looked at" not in three.words()
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(version="3", backbone="d" * 64)])
    three.run()
    assert "3 videos not looked at with this model yet. **Scan all again** does that." in three.words()
    assert "It takes up to 0.4 KB more in the library." in three.plain()
    assert "tagged by another model" not in three.words()


def test_what_looking_costs_is_told_once_a_job(three, monkeypatch):
    told = []
    monkeypatch.setattr(model, "looking_cost", lambda *of: told.append(of[2]) or looking_cost(*of))
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(version="3", backbone="d" * 64)])
    three.open()
    for _ in range(3):
        three.run()
        assert "It takes up to 0.4 KB more in the library." in three.plain()
    assert told == [3]
    with Library.open(three.library) as library:
        library.jobs.begin(["/videos"])
    three.run()
    assert told == [3, 3]


def test_a_chosen_model_that_is_gone_is_said_with_the_way_back(three, monkeypatch):
    monkeypatch.setattr(catalogue, "chosen", lambda: "heavy *b*")
    monkeypatch.setattr(model, "chosen", lambda: "heavy *b*")
    three.open()
    assert "The model in use, 'heavy *b*', is not installed." in three.plain()
    assert "Scans tag with lite until then." in three.plain()
    assert commands(three) == ["organizer models use auto"]
    assert len(titles(three)) == 4


def commands(page):
    return [element.value for element in page.test.code]


def test_a_model_installed_again_under_its_name_is_the_one_that_tags(three, monkeypatch):
    three.open(video=keys(three.library)["grey.mp4"]).click("Tag this video again")
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(version="2")])
    three.run().click("Tag this video again")
    with Library.open(three.library) as library:
        found = {record.places[0].relative_path: record.bundle for record in library.list(VideoFilter())}
    assert (found["grey.mp4"], found["trip/cat.mp4"]) == ("lite 2", "lite 1")
