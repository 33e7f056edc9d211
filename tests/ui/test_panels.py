"""The pages of tags, folders, insights and the history, without a browser."""

from __future__ import annotations

import os

import pytest

from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind
from organizer.pipeline.background_jobs import newest_job
from tests.fakes import show_labels
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.test_pages import HOSTILE


@pytest.fixture
def three(page):
    videos = [
        SeedVideo("trip/cat.mp4", ("Animal", "Nature?")),
        SeedVideo("trip/soup.mp4", ("Food",), duration_s=90.0),
        SeedVideo("grey.mp4"),
        SeedVideo("broken.mp4", reason="the file is cut off"),
    ]
    (page.folder / "videos").mkdir()
    seed(page.library, page.folder / "videos", videos)
    return page


def opened(page):
    return Library.open(page.library)


def ids(page):
    with opened(page) as library:
        return {os.path.basename(video.path): video.id for video in library.list(VideoFilter(hidden=None))}


def tags(page, name):
    with opened(page) as library:
        return {tag.name: tag.state.value for tag in library.video(ids(page)[name]).tags}


def tag(page, name):
    return next(row for row in page.part("tags")["tags"] if row["name"] == name)


def ended(page):
    wait_until(lambda: newest_job(page.library).finished)
    return page.run()


# Tags


def test_tags_of_ones_own_come_first_and_labels_say_what_was_answered(three):
    with opened(three) as library:
        library.confirm(ids(three)["grey.mp4"], "Gran's cat")
        library.confirm(ids(three)["soup.mp4"], "Food")
        library.reject(ids(three)["cat.mp4"], "Animal")
    three.open(view="tags")
    rows = three.part("tags")["tags"]
    assert [row["name"] for row in rows][:3] == ["Gran's cat", "Vehicle", "Concert"]
    assert [row["own"] for row in rows] == [True] + [False] * 10
    food = tag(three, "Food")
    assert (food["videos"], food["maybes"], food["confirmed"], food["rejected"]) == (1, 0, 1, 0)
    assert (tag(three, "Animal")["videos"], tag(three, "Animal")["rejected"]) == (0, 1)
    nature = tag(three, "Nature")
    assert (nature["videos"], nature["maybes"]) == (0, 1)
    # Its links lead there within the page.
    three.act("tags", "go", href=nature["maybes_link"])
    assert three.query() == {"q": ["maybe:Nature"]}
    assert three.listed() == ["cat.mp4"]


def test_a_tag_is_renamed_merged_coloured_and_deleted_and_all_of_it_undone(three):
    grey, soup = ids(three)["grey.mp4"], ids(three)["soup.mp4"]
    with opened(three) as library:
        library.confirm(grey, "Oma")
        library.confirm(soup, "Gran")
    three.open(view="tags").act("tags", "rename", name="Oma", to="Grandma")
    assert tags(three, "grey.mp4") == {"Grandma": "confirmed"}
    assert three.said() == ["Tag Oma renamed to Grandma: 1 video."]
    three.act("tags", "merge", name="Gran", into="Grandma")
    assert tags(three, "soup.mp4") == {"Food": "suggested", "Grandma": "confirmed"}
    three.act("tags", "colour", name="Grandma", colour="#d6453d")
    assert tag(three, "Grandma")["colour"] == "#d6453d"
    three.act("tags", "delete", name="Grandma")
    assert tags(three, "grey.mp4") == {}
    three.open(view="history")
    steps = [step for day in three.part("history")["days"] for step in day["steps"]]
    assert [step["words"] for step in steps] == [
        "Tag Grandma deleted",
        "Grandma coloured red",
        "Gran merged into Grandma",
        "Tag Oma renamed to Grandma",
        "Tagged Gran",
        "Tagged Oma",
    ]
    for step in steps[:4]:
        three.act("history", "undo", step=step["id"])
    assert tags(three, "grey.mp4") == {"Oma": "confirmed"}
    assert tags(three, "soup.mp4") == {"Food": "suggested", "Gran": "confirmed"}
    assert all(step["undone"] for step in three.part("history")["days"][0]["steps"][:4])
    three.act("history", "redo", step=steps[3]["id"])
    assert tags(three, "grey.mp4") == {"Grandma": "confirmed"}


def test_a_label_is_hidden_for_good_and_shown_again(three):
    three.open(view="tags").act("tags", "hide", name="Animal", hidden=True)
    assert tag(three, "Animal")["hidden"]
    with opened(three) as library:
        assert "Animal" not in library.tag_counts()
    three.act("tags", "hide", name="Animal", hidden=False)
    assert not tag(three, "Animal")["hidden"]
    with opened(three) as library:
        assert library.tag_counts()["Animal"] == 1


def test_what_cannot_be_done_to_a_tag_is_said(three):
    three.open(view="tags").act("tags", "rename", name="Animal", to="Beast")
    assert len(three.said()) == 1
    assert "Animal" in three.said()[0]
    assert tags(three, "cat.mp4")["Animal"] == "suggested"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {"actions": "x"},
        {"actions": [{"action": "delete"}]},
        {"actions": [{"number": 1, "action": "nothing"}]},
        {"actions": [{"number": True, "action": "delete", "name": "Food"}]},
        {"actions": [{"number": 1, "action": "go", "href": "http://x.invalid/?q=Food"}]},
        {"actions": [{"number": 1, "action": "go", "href": ["/"]}]},
    ],
)
def test_nonsense_from_a_browser_does_nothing(three, sent):
    three.open(view="tags").trigger("tags", "act", sent)
    assert three.query() == {"view": ["tags"]}
    with opened(three) as library:
        assert library.steps() == []


def test_an_action_that_is_sent_twice_is_done_once(three):
    with opened(three) as library:
        library.confirm(ids(three)["grey.mp4"], "Oma")
    three.open(view="tags")
    rename = {"number": 1, "action": "rename", "name": "Oma", "to": "Gran"}
    colour = {"number": 2, "action": "colour", "name": "Gran", "colour": "#3b78c9"}
    three.trigger("tags", "act", {"number": 1, "actions": [rename]})
    three.trigger("tags", "act", {"number": 2, "actions": [rename, colour]})
    with opened(three) as library:
        assert [step.words for step in library.steps()][:2] == [
            "Gran coloured #3b78c9",
            "Tag Oma renamed to Gran",
        ]


# Folders


def test_folders_say_what_they_hold_and_why_files_cannot_be_read(three):
    three.open(view="folders")
    (folder,) = three.part("folders")["folders"]
    assert (folder["words"], folder["videos"], folder["failed"], folder["scanned"]) == ("videos", 4, 1, "")
    (failed,) = three.part("folders")["failed"]
    assert (failed["words"], failed["reason"]) == ("broken.mp4", "The file is cut off.")
    three.act("folders", "go", href=failed["link"])
    assert three.query() == {"video": [keys(three.library)["broken.mp4"]]}


def test_a_folder_is_chosen_by_browsing_and_scanned(page):
    folder = page.folder / "Films *b*"
    (folder / "2024").mkdir(parents=True)
    show_labels(folder / "2024" / "cat.mp4", "Animal")
    page.open().act("folders", "browse", path=str(page.folder), purpose="add")
    browse = page.part("folders")["browse"]
    assert "Films *b*" in [one["words"] for one in browse["folders"]]
    assert [one["words"] for one in browse["above"]][-1] == page.folder.name
    page.act("folders", "browse", path=str(folder / "2024"))
    assert (page.part("folders")["browse"]["videos"], page.part("folders")["browse"]["folders"]) == (1, [])
    page.act("folders", "add", path=str(folder))
    ended(page)
    assert page.listed() == ["cat.mp4"]
    assert tags(page, "cat.mp4") == {"Animal": "suggested"}
    assert page.open(view="folders").part("folders")["browse"] is None


def test_one_file_and_one_folder_are_looked_at_again(three):
    videos = three.folder / "videos"
    show_labels(videos / "broken.mp4", "Food")
    three.open(view="folders").act("folders", "retry", key=keys(three.library)["broken.mp4"])
    job = newest_job(three.library)
    assert (job.kind, job.folders) == (JobKind.SCAN, (str(videos / "broken.mp4"),))
    ended(three)
    assert three.part("folders")["failed"] == []
    show_labels(videos / "new.mp4", "Dance")
    three.act("folders", "rescan", id=three.part("folders")["folders"][0]["id"])
    ended(three)
    assert tags(three, "new.mp4") == {"Dance": "suggested"}


@pytest.mark.parametrize("keep", [True, False])
def test_a_folder_is_forgotten_with_a_choice_and_the_step_undone(three, keep):
    with opened(three) as library:
        library.confirm(ids(three)["cat.mp4"], "Gran's cat")
        library.apply(MarkChange(favourite=True), [ids(three)["cat.mp4"]])
        cat = ids(three)["cat.mp4"]
    three.open(view="folders")
    three.act("folders", "forget", id=three.part("folders")["folders"][0]["id"], keep=keep)
    # It was the only one. There is a way to the history all the same.
    assert three.part("folders")["title"] == "Your videos, found again"
    assert [view["words"] for view in three.bar()["views"]][-1] == "History"
    assert three.open(view="history").part("history")["days"]
    three.open(view="folders")
    assert three.said()[0].endswith(
        "forgotten, its tags are kept: 4 videos." if keep else "forgotten, with its tags: 4 videos."
    )
    with opened(three) as library:
        assert library.count() == 0
        (step,) = library.steps(1)
        assert library.undo_step(step.id)
        video = library.video(cat)
        assert video.favourite
        assert ("Gran's cat", "confirmed") in [(tag.name, tag.state) for tag in video.tags]
    assert len(three.open(view="folders").part("folders")["folders"]) == 1


def test_a_folder_and_names_are_left_out_and_looked_at_again(three):
    trip = str(three.folder / "videos" / "trip")
    three.open(view="folders").act("folders", "exclude", path=trip)
    assert [one["pattern"] for one in three.part("folders")["left_out"]] == [trip]
    assert three.said()[0].endswith(": 2 videos left the library.")
    three.act("folders", "exclude", path="*")
    assert "would leave out everything" in three.said()[1]
    three.act("folders", "include", pattern=trip)
    assert three.part("folders")["left_out"] == []
    # The step is undone, not the folder looked through.
    with opened(three) as library:
        assert library.count() == 2
        for step in library.steps(2):
            library.undo_step(step.id)
        assert library.count() == 4


def test_live_photos_are_folded_away_or_not(three):
    with opened(three) as library:
        (root,) = library.roots.all()
        library.places.note_pictures(root, {"trip/cat.mp4": True})
    three.open(view="folders")
    assert three.part("folders")["live"]["count"] == 1
    assert three.part("folders")["live"]["folded"]
    three.act("folders", "fold", folded=False)
    assert not three.part("folders")["live"]["folded"]
    with opened(three) as library:
        assert library.count() == 4
    three.act("folders", "fold", folded=True)
    with opened(three) as library:
        assert library.count() == 3
    three.act("folders", "go", href=three.part("folders")["live"]["link"])
    assert three.listed() == ["cat.mp4"]


def test_a_folder_that_is_gone_meanwhile_is_said(three):
    three.open(view="folders").act("folders", "forget", id=99, keep=True)
    assert three.said() == ["This folder is not in the library any more."]


# Insights


def test_insights_show_the_right_numbers(three):
    with opened(three) as library:
        library.confirm(ids(three)["soup.mp4"], "Food")
        library.confirm(ids(three)["cat.mp4"], "Nature")
    data = three.open(view="insights").part("insights")
    assert data["reviewed"]["videos"] == 3
    shares = {share["name"]: share["videos"] for share in data["reviewed"]["shares"]}
    assert shares == {"done": 1, "begun": 1, "waiting": 0, "nothing": 1}
    assert [(column["words"], column["videos"]) for column in data["filmed"]["columns"]] == [("May 2024", 3)]
    assert data["filmed"]["undated"] == 1
    assert {row["words"]: row["counts"] for row in data["filmed"]["rows"]} == {
        "Animal": [1],
        "Food": [1],
        "Nature": [1],
    }
    assert [
        (row["words"], row["right"], row["answered"], row["percent"]) for row in data["model"]["rows"]
    ] == [
        ("Food", 1, 1, None),
        ("Nature", 0, 0, None),
    ]
    begun = next(share for share in data["reviewed"]["shares"] if share["name"] == "begun")
    three.act("insights", "go", href=begun["link"])
    assert three.listed() == ["cat.mp4"]


@pytest.mark.parametrize("name", ["done", "begun", "waiting", "nothing"])
def test_each_share_leads_to_as_many_videos_as_it_counts(three, name):
    with opened(three) as library:
        library.confirm(ids(three)["soup.mp4"], "Food")
        library.confirm(ids(three)["cat.mp4"], "Nature")
    shares = three.open(view="insights").part("insights")["reviewed"]["shares"]
    share = next(share for share in shares if share["name"] == name)
    three.act("insights", "go", href=share["link"])
    assert len(three.listed() or ()) == share["videos"]


# History


def test_the_history_shows_older_steps_when_asked(three):
    with opened(three) as library:
        for number in range(70):
            library.confirm(ids(three)["grey.mp4"], f"tag {number}")
    three.open(view="history")
    data = three.part("history")
    assert (sum(len(day["steps"]) for day in data["days"]), data["more"]) == (60, True)
    three.act("history", "older")
    data = three.part("history")
    assert (sum(len(day["steps"]) for day in data["days"]), data["more"]) == (70, False)


def test_the_history_leads_to_the_video_that_a_step_was_about(three):
    with opened(three) as library:
        library.confirm(ids(three)["grey.mp4"], "Food")
        library.apply(MarkChange(favourite=True), [ids(three)["cat.mp4"]])
        library.apply(MarkChange(favourite=True), [ids(three)["cat.mp4"], ids(three)["grey.mp4"]])
    (day,) = three.open(view="history").part("history")["days"]
    assert [step["name"] for step in day["steps"]] == ["grey.mp4", "cat.mp4", "grey.mp4"]
    three.act("history", "go", href=day["steps"][1]["link"])
    assert three.video()["title"] == "cat.mp4"
    with opened(three) as library:
        library.apply(MarkChange(rating=3), list(ids(three).values()))
        library.apply(MarkChange(hidden=True), [ids(three)["cat.mp4"]])
        library.exclude("trip")
    (day,) = three.open(view="history").part("history")["days"]
    assert [step["name"] for step in day["steps"]][:3] == ["", "", ""]


def overruled(three):
    """Decide twice about a tag of grey.mp4; return the first step, which undoing leaves as it is."""
    grey = ids(three)["grey.mp4"]
    with opened(three) as library:
        library.confirm(grey, "Food")
        library.reject(grey, "Food")
        return library.steps()[-1].id


def test_the_toast_says_what_an_undo_leaves_too(three):
    first = overruled(three)
    three.open().act("toasts", "undo", step=first)
    assert "decided there since" in three.said()[0]


def test_what_is_left_out_can_be_looked_at_again_where_nothing_else_is_left(three):
    three.open(view="folders").act("folders", "exclude", path="*.mp4")
    with opened(three) as library:
        assert library.count() == 0
    folders = three.open(view="folders").part("folders")
    assert [one["pattern"] for one in folders["left_out"]] == ["*.mp4"]
    assert [view["words"] for view in three.bar()["views"]][-1] == "History"
    three.act("folders", "include", pattern="*.mp4")
    assert three.part("folders")["left_out"] == []


def test_what_an_undo_leaves_is_said_with_the_reason(three):
    first = overruled(three)
    three.open(view="history").act("history", "undo", step=first)
    assert tags(three, "grey.mp4") == {"Food": "rejected"}
    assert three.said() != ["Undone."]


@pytest.mark.parametrize("view", ["tags", "folders", "insights", "history"])
def test_names_and_tags_are_never_markup_on_a_panel(page, view):
    videos = [SeedVideo(f"{number}.mp4", ("Food",)) for number in range(len(HOSTILE))]
    videos.append(SeedVideo("bad \udcff name.mp4", reason="cannot open ![](http://x.invalid/z.png)"))
    seed(page.library, page.folder / "**root** \udcff ![](http:", videos)
    with opened(page) as library:
        for number, name in enumerate(HOSTILE):
            library.confirm(number + 1, name)
    page.open(view=view)
    assert page.part(view) is not None
    for forbidden in ("x.invalid", "<script>alert", "onerror", "smile", "**root**", "udcff"):
        assert forbidden not in page.markup()
