import os

import pytest

from organizer.bench import stages as timed
from organizer.bench.measure import Step, measure
from organizer.bench.report import Report, Stage
from organizer.bench.sample import choose
from organizer.bench.stages import per_item, reading_rate, sampling_costs
from organizer.errors import ScanError
from organizer.types import InputSpec
from tests.fakes import ColourTagger, show_labels


def fingerprint_of(folder):
    return {
        path: (os.stat(path).st_size, os.stat(path).st_mtime_ns)
        for path in (os.path.join(folder, name) for name in os.listdir(folder))
    }


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Events of a measurement of two sound videos and a broken one, the folder before and after."""
    folder, scratch = tmp_path_factory.mktemp("videos"), tmp_path_factory.mktemp("scratch")
    show_labels(folder / "a.mp4", "Animal", "Food")
    show_labels(folder / "b.mp4", "Nature", "Nature", "Food")
    (folder / "c.mp4").write_bytes(b"")
    before = fingerprint_of(folder)
    events = list(measure(choose(str(folder), 5), ColourTagger(), workers=2, folder=scratch))
    return events, before, fingerprint_of(folder)


@pytest.fixture(scope="module")
def report(measured):
    report = measured[0][-1]
    assert isinstance(report, Report)
    return report


def test_steps_come_before_the_report(measured):
    events = measured[0]
    assert all(isinstance(event, Step) for event in events[:-1])
    assert [event.words for event in events[:-1]] == [
        "reading",
        "looking at each video",
        "decoding",
        "features",
        "classifying and storing",
        "a whole scan",
    ]


def test_every_stage_has_figures(report):
    assert [cost.stage for cost in report.stages] == list(Stage)
    assert all(cost.rate > 0 and cost.video_s > 0 for cost in report.stages)
    assert [cost.unit for cost in report.stages] == [
        "MB/s",
        "videos/s",
        "pictures/s",
        "videos/s",
        "videos/s",
    ]


def test_figures_fit_each_other(report):
    by_stage = {cost.stage: cost for cost in report.stages}
    for stage in (Stage.DECODE, Stage.CLASSIFY, Stage.STORE):
        assert by_stage[stage].video_s == pytest.approx(1 / by_stage[stage].rate)
    features = by_stage[Stage.FEATURES]
    assert features.video_s == pytest.approx(2.5 / features.rate)
    assert by_stage[Stage.DECODE].rate == report.samplings[0].all_workers
    assert [cost.sampling for cost in report.samplings] == ["auto", "exact"]
    assert all(cost.one_worker > 0 and cost.all_workers > 0 for cost in report.samplings)


def test_says_what_was_measured_and_what_was_left_out(report):
    videos = report.videos
    assert (videos.count, videos.found, videos.generated) == (2, 3, False)
    assert videos.mean_s == 2.5
    assert videos.widest == (64, 48)
    assert [(os.path.basename(skipped.path), bool(skipped.reason)) for skipped in videos.skipped] == [
        ("c.mp4", True)
    ]
    assert report.scan.videos == 2
    assert 0 < report.scan.start_s <= report.scan.seconds


def test_the_folder_is_left_as_it_is(measured):
    _, before, after = measured
    assert before == after


def test_nothing_but_broken_videos_is_an_error(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"")
    with pytest.raises(ScanError, match=r"not one of 1 videos can be decoded.*broken\.mp4"):
        list(measure(choose(str(tmp_path), 5), ColourTagger(), workers=1, folder=tmp_path))


def test_slow_videos_are_measured_on_as_few_as_the_budget_allows(tmp_path, monkeypatch):
    """All ways are compared on the same videos, and no worker gets fewer than two."""
    for name in "abc":
        show_labels(tmp_path / f"{name}.mp4")
    done = []

    class Counting(timed.WarmWorkers):
        def seconds(self, function, items):
            if not isinstance(items, range):
                done.append([os.path.basename(file.path) for file in items])
            return super().seconds(function, items)

    monkeypatch.setattr(timed, "WarmWorkers", Counting)
    costs, start_s = sampling_costs(choose(str(tmp_path)).files, InputSpec(32), 2, budget_s=0.0)
    assert done == [["a.mp4"], ["a.mp4"], ["a.mp4"] * 4, ["a.mp4"] * 4]
    assert start_s > 0
    assert len(costs) == 2


def test_reading_goes_on_past_a_file_that_cannot_be_read(tmp_path):
    show_labels(tmp_path / "a.mp4")
    show_labels(tmp_path / "b.mp4")
    files = choose(str(tmp_path)).files
    (tmp_path / "a.mp4").unlink()
    assert reading_rate(files) > 0


def test_a_slow_step_runs_once_a_quick_one_often():
    runs = []
    per_item(lambda: runs.append(1), 5, repeat_s=0.0)
    assert len(runs) == 1
    assert 0 < per_item(lambda: runs.append(1), 5, repeat_s=0.05) < 0.05
    assert len(runs) > 10
