"""Every view of the page, without a browser."""

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobNow, JobState
from organizer.library.retag_report import RetagChange, RetagReport
from organizer.models import catalogue
from organizer.pipeline.background_jobs import newest_job
from organizer.pipeline.looking_cost import looking_cost
from organizer.types import TagState
from organizer.ui.parts import model
from tests.fakes import colour_bundle
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.library.sql import database_of
from tests.ui.conftest import titles

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


def test_without_a_library_it_asks_for_a_folder(page):
    page.open()
    assert page.part("folders")["title"] == "Your videos, found again"
    assert page.listed() is None


def test_a_folder_that_is_none_is_said(page):
    page.open()
    page.act("folders", "add", path="/no/such/folder *b*")
    assert page.said()[0].startswith("/no/such/folder *b*: there is no such folder")


def test_the_videos_stand_newest_first(three):
    three.open()
    assert titles(three) == ["grey.mp4", "soup.mp4", "cat.mp4", "broken.mp4"]
    assert three.heading()["count"] == "4 videos"


def states(page, name):
    with Library.open(page.library) as library:
        id_ = next(v.id for v in library.list(VideoFilter()) if v.places[0].relative_path == name)
        return {tag.name: tag.state for tag in library.video(id_).tags}


def ended(page):
    """Wait for the end of the job."""
    wait_until(lambda: newest_job(page.library).finished)
    return page.run()


def test_everything_is_tagged_again_and_decisions_stay(three):
    with Library.open(three.library) as library:
        for record in list(library.list(VideoFilter())):
            if record.places[0].relative_path == "trip/cat.mp4":
                library.reject(record.id, "Animal")
        database_of(library).execute("DELETE FROM video_tags WHERE state = 'suggested'")
        database_of(library).conn.commit()
    ended(three.open(view="tags").click("Tag all videos again"))
    # First what would change, and nothing is changed.
    assert "2 videos of 3 would change" in three.words()
    assert "1 video need" in three.words()
    assert "Food: added to 1 video\nNature: added to 1 video" in three.plain()
    assert "Kept as you decided, against the model: 1 tag" not in three.plain()
    assert "cat.mp4: +Nature" in three.plain()
    assert states(three, "trip/cat.mp4") == {"Animal": TagState.REJECTED}
    ended(three.click("Change 2 videos"))
    assert three.job() == "3 videos tagged again, 2 changed."
    assert three.part("job")["notes"] == ["1 video need a scan first."]
    assert "cat.mp4: +Nature" in three.part("job")["changes"]
    assert states(three, "trip/cat.mp4") == {"Animal": TagState.REJECTED, "Nature": TagState.SUGGESTED}
    # All of it is one step.
    three.on_job("undo")
    assert three.said() == ["Undone."]
    assert three.job() == ""
    assert states(three, "trip/cat.mp4") == {"Animal": TagState.REJECTED}


def test_what_would_change_can_be_left(three):
    with Library.open(three.library) as library:
        database_of(library).execute("DELETE FROM video_tags")
        database_of(library).conn.commit()
    ended(three.open(view="tags").click("Tag all videos again"))
    assert "2 videos of 3 would change" in three.words()
    three.click("Leave it")
    assert "2 videos of 3 would change" not in three.words()
    assert states(three, "trip/soup.mp4") == {}
    with Library.open(three.library) as library:
        assert library.steps() == []


def test_what_was_decided_against_the_model_is_said_to_stay(three):
    with Library.open(three.library) as library:
        cat = next(v.id for v in library.list(VideoFilter()) if "cat" in v.path)
        library.confirm(cat, "Animal")
        library.reject(cat, "Nature")
        # Another model: it suggests neither of what was suggested.
        database_of(library).execute(
            "UPDATE features SET data = (SELECT f.data FROM features f JOIN places p USING (video_id) "
            "WHERE p.relative_path = 'grey.mp4'), frames = (SELECT f.frames FROM features f "
            "JOIN places p USING (video_id) WHERE p.relative_path = 'grey.mp4') WHERE video_id = ?",
            [cat],
        )
        database_of(library).conn.commit()
    ended(three.open(view="tags").click("Tag all videos again"))
    assert "Nothing would change." in three.words()
    assert "Kept as you decided, against the model: 1 tag" in three.plain()
    assert "cat.mp4: Animal stays as you decided" in three.plain()


def test_the_chosen_videos_are_tagged_again(three):
    with Library.open(three.library) as library:
        database_of(library).execute("DELETE FROM video_tags")
        database_of(library).conn.commit()
    ended(three.open(view="tags", text="soup").click("Tag the 1 chosen video again"))
    ended(three.click("Change 1 video"))
    assert three.job() == "1 video tagged again, 1 changed."
    assert states(three, "trip/cat.mp4") == {}
    assert three.query() == {"text": ["soup"], "view": ["tags"]}


def test_tagging_again_is_shown_and_can_be_stopped_from_any_tab(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.RETAG)
        library.jobs.beat(job_id, to_do=10, done=4, failed=0)
    three.open(view="tags")
    assert three.job() == "Tagging again: 4 of 10 videos done"
    assert three.button("Tag all videos again").disabled
    assert "Videos of this library are being tagged again. This waits for its end." in three.words()
    three.on_job("stop")
    with Library.open(three.library) as library:
        assert library.jobs.newest().stop_requested
        report = RetagReport(10, 6, 1, (RetagChange("a *b*", ("Food",), ("Dance",)),))
        library.jobs.finish(job_id, JobState.STOPPED, None, report)
    three.run()
    assert three.job() == "Stopped: 6 videos tagged again, 1 changed. The others are as they were."
    assert three.part("job")["changes"] == ["a *b*: +Food, \u2212Dance"]


def test_a_merge_is_shown_and_can_be_stopped_from_any_tab(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.MERGE, alone=True)
        library.jobs.beat(job_id, to_do=10, done=4, failed=0)
    three.open(view="tags")
    assert three.job() == "Merging a library: 4 of 10 videos done"
    assert three.button("Tag all videos again").disabled
    three.on_job("stop")
    with Library.open(three.library) as library:
        assert library.jobs.newest().stop_requested
        library.jobs.finish(job_id, JobState.STOPPED)
    three.run()
    words = "The merge was stopped: 4 videos of another library gone through."
    assert three.job() == f"{words} The same command goes on from there."


def test_tagging_again_that_failed_says_why(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.RETAG)
        library.jobs.finish(job_id, JobState.FAILED, "disk *full*")
    three.open()
    assert three.job() == "Tagging again failed."
    assert three.part("job")["notes"] == ["disk *full*"]


def test_a_folder_is_not_scanned_while_videos_are_tagged_again(three):
    with Library.open(three.library) as library:
        job_id = library.jobs.begin([], JobKind.RETAG)
        three.open(view="folders")
        assert three.part("folders")["busy"]
        # Of one that was not heard of for a while more would be said.
        library.jobs.beat(job_id, to_do=3, done=0, failed=0)
    three.act("folders", "rescan", id=None)
    assert three.said() == ["Videos of this library are being tagged again. Wait for its end or stop it."]


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
    assert set(titles(page)) >= {video.name for video in videos if "\udcff" not in video.name}
    for name, key in keys(page.library).items():
        page.open(video=key)
        title = name if isinstance(name, str) else "bad \\udcff name.mp4"
        assert page.video()["title"] == title
        for forbidden in ("x.invalid", "<script>alert", "onerror", "smile", "**root**", "udcff"):
            assert forbidden not in page.markup()


def test_a_library_of_another_program_is_said(page):
    page.library.write_bytes(b"something else" * 1000)
    page.open()
    assert "this file is no library of organizer" in page.plain()


def test_a_running_scan_is_shown_and_can_be_stopped(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        now = JobNow("/videos/trip/a *b*.mp4", 200.0, 3)
        library.jobs.beat(scan_id, to_do=10, done=4, failed=1, now=now)
    three.open()
    line = three.part("job")
    assert (line["words"], line["current"], line["left"]) == (
        "Looking at videos: 4 of 10 done",
        "a *b*.mp4",
        "about 3 minutes left",
    )
    assert line["share"] == 0.4
    assert three.job_ways() == {"failed": "1 file could not be read", "pause": "Pause", "stop": "Stop"}
    three.on_job("stop")
    assert three.job_ways() == {"failed": "1 file could not be read"}
    with Library.open(three.library) as library:
        assert library.jobs.newest().stop_requested
        library.jobs.finish(scan_id, JobState.STOPPED)
    three.run()
    assert three.job().startswith("The scan was stopped: 4 files looked at, 3 new.")
    three.on_job("dismiss")
    assert three.job() == ""


def test_a_job_pauses_and_goes_on(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        library.jobs.beat(scan_id, to_do=10, done=4, failed=0)
        three.open().on_job("pause")
        assert library.jobs.asked_to_pause(scan_id)
        assert three.job() == "Pausing: 4 of 10 done"
        library.jobs.beat(scan_id, to_do=10, done=5, failed=0, now=JobNow("/a.mp4", None, 0, True))
        three.run()
        assert three.job() == "Paused: 5 of 10 done"
        assert (three.part("job")["waits"], three.part("job")["current"]) == (True, "")
        # Another job is told that this one only waits.
        three.open(view="folders").act("folders", "rescan", id=None)
        assert three.said() == ["A scan of this library is paused. Let it go on or stop it."]
        three.on_job("resume")
        assert not library.jobs.asked_to_pause(scan_id)


def test_what_a_scan_could_not_read_is_a_click_away(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        library.jobs.beat(scan_id, to_do=10, done=10, failed=1)
        three.open().on_job("failed")
        assert three.query() == {"view": ["folders"]}
        assert three.part("folders")["seek"] == 1
        library.jobs.finish(scan_id, JobState.DONE)
    three.open(q="cat").on_job("failed")
    assert three.part("folders")["seek"] == 2


def test_new_videos_are_shown_when_the_person_wants_it(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        library.jobs.beat(scan_id, to_do=10, done=10, failed=0, now=JobNow(fresh=2))
        library.jobs.finish(scan_id, JobState.DONE)
    three.open(q="cat")
    assert three.job() == "The scan is done: 10 files looked at, 2 new."
    assert three.job_ways()["new"] == "Show 2 new videos"
    three.on_job("new")
    assert three.query() == {"sort": ["added"]}
    assert three.job() == ""


def test_a_scan_that_does_not_get_on_says_so(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        library.jobs.beat(scan_id, to_do=10, done=4, failed=1, message="The scan is stuck: *look*.")
    three.open()
    assert three.part("job")["notes"] == ["The scan is stuck: *look*."]


def test_a_scan_that_died_is_said(three):
    with Library.open(three.library) as library:
        library.jobs.begin(["/videos"])
        database_of(library).execute("UPDATE scans SET beat_at = beat_at - 60")
        database_of(library).conn.commit()
    three.open()
    assert three.job().startswith("The last scan ended without a word")


def test_a_scan_that_failed_says_why(three):
    with Library.open(three.library) as library:
        scan_id = library.jobs.begin(["/videos"])
        three.open()
        library.jobs.finish(scan_id, JobState.FAILED, "disk *full*")
    three.run()
    assert three.job() == "The scan failed."
    assert three.part("job")["notes"] == ["disk *full*"]


# The model


def test_the_model_in_use_and_how_to_get_another_are_named(three):
    three.open(view="tags")
    assert "lite 1: sees colours" in three.plain()
    assert "not looked at with this model" not in three.words()
    assert "organizer models pull inception-yt8m" in commands(three)


def test_what_is_left_to_do_for_another_model_is_counted(three, monkeypatch):
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(version="2")])
    three.open(view="tags")
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
    three.open(view="tags")
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
    three.open(view="tags")
    assert "The model in use, 'heavy *b*', is not installed." in three.plain()
    assert "Scans tag with lite until then." in three.plain()
    assert commands(three) == ["organizer models use auto"]
    three.trigger("bar", "go", "videos")
    assert len(titles(three)) == 4


def commands(page):
    return [element.value for element in page.test.code]


def test_a_model_installed_again_under_its_name_is_the_one_that_tags(three, monkeypatch):
    three.open(video=keys(three.library)["grey.mp4"]).do("tag_again")
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(version="2")])
    three.run().do("tag_again")
    with Library.open(three.library) as library:
        found = {record.places[0].relative_path: record.bundle for record in library.list(VideoFilter())}
    assert (found["grey.mp4"], found["trip/cat.mp4"]) == ("lite 2", "lite 1")
