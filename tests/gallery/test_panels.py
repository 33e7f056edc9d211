"""What panels show, as plain values."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from organizer.gallery.folder_list import folder_row
from organizer.gallery.history import history_days
from organizer.gallery.insight_plots import filmed_plot, model_rows, reviewed_shares
from organizer.gallery.job_words import current_line, end_line, left_line, not_readable, running_line, spoken
from organizer.gallery.tag_list import COLOURS, tag_rows
from organizer.gallery.view_state import from_query
from organizer.library.actions import Step, StepKind
from organizer.library.jobs import Job, JobKind, JobState
from organizer.library.records import Answers, FolderInfo, MonthTags, Reviewed, Root, TagInfo
from organizer.library.retag_report import RetagReport
from tests.contrast import contrast
from tests.dates.zones import needs_tzset, zone

JOB = Job(
    id=1,
    kind=JobKind.SCAN,
    folders=(),
    state=JobState.RUNNING,
    stop_requested=False,
    pause_requested=False,
    paused=False,
    to_do=10,
    done=4,
    failed=0,
    fresh=0,
    current="/videos/a\x1b[1m.mp4",
    left_s=200.0,
    message=None,
    finished=False,
    silent_s=0.0,
    report=None,
)


def searched(link: str) -> str:
    """Return the search of an address of the page."""
    return from_query(parse_qs(urlsplit(link).query)).query


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Looking at videos: 4 of 10 done"),
        ({"to_do": None}, "Looking through folders"),
        ({"to_do": None, "stop_requested": True}, "Stopping the scan"),
        ({"stop_requested": True}, "Stopping the scan"),
        ({"pause_requested": True}, "Pausing: 4 of 10 done"),
        ({"pause_requested": True, "paused": True}, "Paused: 4 of 10 done"),
        ({"pause_requested": True, "stop_requested": True, "paused": True}, "Stopping the scan"),
        ({"kind": JobKind.RETAG}, "Tagging again: 4 of 10 videos done"),
        ({"kind": JobKind.RETAG, "stop_requested": True}, "Stopping: 4 of 10 videos done"),
        (
            {"kind": JobKind.PREVIEW, "to_do": 12345, "done": 4321},
            "Looking what would change: 4,321 of 12,345 videos done",
        ),
        ({"kind": JobKind.MERGE}, "Merging a library: 4 of 10 videos done"),
    ],
)
def test_a_running_job_in_words(changes, line):
    assert running_line(replace(JOB, **changes)) == line


def test_what_is_at_hand_and_how_long_it_takes():
    assert current_line(JOB) == "a\\x1b[1m.mp4"
    assert left_line(JOB) == "about 3 minutes left"
    for changes in ({"paused": True, "pause_requested": True}, {"stop_requested": True}):
        assert (current_line(replace(JOB, **changes)), left_line(replace(JOB, **changes))) == ("", "")
    assert (current_line(replace(JOB, current=None)), left_line(replace(JOB, left_s=None))) == ("", "")


@pytest.mark.parametrize("kind", list(JobKind))
@pytest.mark.parametrize("state", [state for state in JobState if state is not JobState.RUNNING])
def test_the_end_of_every_kind_of_job_is_a_sentence(kind, state):
    job = replace(JOB, kind=kind, state=state, finished=True, report=RetagReport(10, 9, 2, ()))
    assert end_line(job).endswith(".")
    assert spoken(job) == ""
    assert spoken(replace(JOB, kind=kind)) in running_line(replace(JOB, kind=kind))


def test_a_scan_says_what_is_new_and_what_could_not_be_read():
    done = replace(JOB, state=JobState.DONE, finished=True, done=10, fresh=3, failed=2)
    assert end_line(done) == "The scan is done: 10 files looked at, 3 new."
    assert not_readable(done) == "2 files could not be read"
    assert not_readable(JOB) == ""
    assert end_line(replace(done, to_do=0)) == "The scan is done: nothing is new."


def test_tags_lead_to_their_videos_and_maybes():
    rows = tag_rows([TagInfo("Food", True, videos=3, maybes=1), TagInfo('a "b"', False, "#3b78c9", videos=2)])
    assert [(row.name, row.own, row.colour) for row in rows] == [
        ('a "b"', True, "#3b78c9"),
        ("Food", False, ""),
    ]
    assert searched(rows[0].link) == 'tag:"a ""b"""'
    assert searched(rows[1].maybes_link) == "maybe:Food"


@pytest.mark.parametrize("colour", COLOURS.values())
def test_colours_of_tags_are_seen_on_light_and_dark(colour):
    assert contrast(colour, "#ffffff") >= 2.3
    assert contrast(colour, "#111716") >= 3


@needs_tzset
def test_the_history_goes_by_the_day_here():
    def step(id_, at, kind=StepKind.TAG, videos=1, words="Tagged *b*\x1b"):
        return Step(id_, kind, words, videos, at, undone=id_ == 2)

    steps = [
        step(5, "2024-05-03T23:30:00+00:00"),
        step(4, "2024-05-03T20:00:00+00:00", videos=1234),
        step(3, "2024-05-03T10:00:00+00:00", StepKind.COLOUR_TAG, 0, "Lake coloured #3b78c9"),
        step(2, "2023-01-01T10:00:00+00:00"),
    ]
    with zone("Europe/Berlin"):
        days = history_days(steps, today=date(2024, 5, 4))
    assert [(day.words, [(each.id, each.time) for each in day.steps]) for day in days] == [
        ("Today", [(5, "01:30")]),
        ("Yesterday", [(4, "22:00"), (3, "12:00")]),
        ("1 January 2023", [(2, "11:00")]),
    ]
    (today,), (yesterday, coloured) = days[0].steps, days[1].steps
    assert (today.words, yesterday.videos, today.undone) == ("Tagged *b*\\x1b", "1,234 videos", False)
    assert (coloured.words, coloured.videos) == ("Lake coloured blue", "")
    assert days[2].steps[0].undone


def test_a_step_of_which_nothing_is_kept_has_no_way_back():
    run = Step(1, StepKind.RETAG, "Tagged again with lite 2", 9, "2024-05-03T10:00:00+00:00", undone=False)
    days = history_days([replace(run, id=2), replace(run, undoable=False)])
    assert [step.undoable for step in days[0].steps] == [True, False]
    assert [step.standing for step in days[0].steps] == ["", "too long ago to undo"]


def test_a_move_of_files_has_a_command_in_the_place_of_undo():
    move = Step(2, StepKind.MOVE, "Doubles moved to /x", 3, "2024-05-03T10:00:00+00:00", undone=False)
    back, gone = replace(move, undone=True, undoable=False), replace(move, undoable=False)
    (day,) = history_days([move, back, gone], undo_move="organizer x")
    assert [(step.videos, step.undoable, step.standing, step.command) for step in day.steps] == [
        ("3 files", False, "to move back:", "organizer x"),
        ("3 files", False, "moved back", ""),
        ("3 files", False, "taken away since", ""),
    ]
    assert [step.undone for step in day.steps] == [False, True, False]


def month(name, videos, **tags):
    return MonthTags(name, videos, tags)


def test_few_months_are_drawn_without_a_gap():
    plot = filmed_plot(
        [
            month("2023-11", 3, Food=2, Dance=0),
            month("2024-02", 5, Food=0, Dance=0),
            month(None, 7, Food=1, Dance=0),
        ],
        ["Food", "Dance"],
    )
    assert (plot.by, plot.undated) == ("month", 7)
    assert [(column.words, column.short, column.begins, column.videos) for column in plot.columns] == [
        ("November 2023", "Nov", "2023", 3),
        ("December 2023", "Dec", "", 0),
        ("January 2024", "Jan", "2024", 0),
        ("February 2024", "Feb", "", 5),
    ]
    # A tag that nothing carries has no row.
    (food,) = plot.rows
    assert food.counts == (2, 0, 0, 0)
    assert [searched(link) if link else "" for link in food.links] == ["tag:Food date:2023-11", "", "", ""]
    assert searched(plot.columns[0].link) == "date:2023-11"
    assert plot.columns[1].link == ""


def test_many_months_are_drawn_by_year_and_a_lost_date_makes_no_desert():
    months = [month(f"{year}-0{number}", 1, Food=1) for year in range(2015, 2021) for number in (1, 6)]
    plot = filmed_plot(months, ["Food"])
    assert plot.by == "year"
    assert [(column.words, column.videos) for column in plot.columns] == [
        (str(year), 2) for year in range(2015, 2021)
    ]
    assert searched(plot.rows[0].links[0]) == "tag:Food date:2015"
    plot = filmed_plot([month("1904-01", 4), *months], [])
    assert [column.words for column in plot.columns] == ["1904", *map(str, range(2015, 2021))]


def test_nothing_with_a_date():
    assert filmed_plot([month(None, 3)], []).columns == ()
    assert filmed_plot([], []).undated == 0


def test_the_shares_of_what_is_reviewed_make_up_all_videos():
    shares = reviewed_shares(Reviewed(100, 10, 20, 30, 50))
    assert [(share.name, share.videos) for share in shares] == [
        ("done", 10),
        ("begun", 20),
        ("waiting", 30),
        ("nothing", 40),
    ]
    assert len({searched(share.link) for share in shares}) == 4


def test_the_model_is_judged_only_by_enough_answers():
    rows = model_rows(
        [
            Answers("Dance", 3, 1, 0, 2, 0),
            Answers("Food", 9, 1, 1, 0, 2),
            Answers("Vehicle", 0, 0, 0, 0, 0),
            Answers("Animal", 0, 0, 0, 0, 4),
        ]
    )
    assert [
        (row.words, row.right, row.answered, row.percent, row.maybe_right, row.maybe_answered, row.missed)
        for row in rows
    ] == [
        ("Food", 9, 10, 90, 1, 1, 2),
        ("Dance", 3, 4, None, 0, 2, 0),
        ("Animal", 0, 0, None, 0, 0, 4),
    ]
    assert searched(rows[0].link) == "rejected:Food"


def test_a_folder_whose_path_is_no_text():
    path = os.fsdecode(b"/videos/caf\xe9 *b*")
    row = folder_row(FolderInfo(Root(7, path, True), "2024-05-03T10:00:00+00:00", 4, 1, 2))
    assert (row.id, row.words, row.offline, row.videos, row.failed, row.missing) == (
        7,
        "caf\\udce9 *b*",
        True,
        4,
        1,
        2,
    )
    assert row.scanned.startswith("3 May 2024, ")
    assert searched(row.link).startswith("folder:")
    assert folder_row(FolderInfo(Root(1, "/", False), None, 0, 0, 0)).scanned == ""
