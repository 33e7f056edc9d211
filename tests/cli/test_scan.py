from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from organizer.cli.stopping import stop_asked_for
from organizer.models import catalogue
from organizer.pipeline.progress import OutcomeKind
from organizer.types import SampledSeconds
from tests.cli.conftest import install
from tests.fakes import colour_bundle, show_labels
from tests.pipeline.test_scan import BrokenTagger


def counts(lines: list[str]) -> dict[str, int]:
    found = (re.fullmatch(r" *(\d+)  (\w+).*", line) for line in lines)
    return {match[2]: int(match[1]) for match in found if match}


def test_a_scan_says_what_became_of_each_file_and_sums_up(organizer):
    show_labels(organizer.videos / "cat.mp4", "Animal")
    show_labels(organizer.videos / "feast.mp4", "Food", "Animal")
    (organizer.videos / "empty.mp4").write_bytes(b"")
    outcome = organizer("scan", organizer.videos)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"new: {organizer.videos}/cat.mp4: Animal" in outcome.lines
    assert f"new: {organizer.videos}/feast.mp4: Animal, Food" in outcome.lines
    assert f"failed: {organizer.videos}/empty.mp4: the file is empty" in outcome.lines
    # Once, not again at the end.
    assert outcome.out.count("empty.mp4") == 1
    assert outcome.lines[-1] == "See them: organizer list, organizer gallery"
    assert counts(outcome.lines) == {"new": 2, "unchanged": 0, "changed": 0, "moved": 0, "failed": 1}
    assert "Tags found: Animal 2, Food 1" in outcome.lines


def test_a_scan_tells_tags_from_maybes(organizer, monkeypatch):
    install(monkeypatch, unsure=("Animal",), maybe_threshold=0.3)
    show_labels(organizer.videos / "cat.mp4", "Animal")
    show_labels(organizer.videos / "feast.mp4", "Food", "Animal")
    lines = organizer("scan", organizer.videos).lines
    assert f"new: {organizer.videos}/cat.mp4: Animal?" in lines
    assert f"new: {organizer.videos}/feast.mp4: Food, Animal?" in lines
    assert "Tags found: Food 1" in lines
    assert "Maybes: Animal 2. To see them: organizer list --only-maybes" in lines


def test_a_scan_reports_tags_and_maybes_as_they_were_decided(organizer, monkeypatch):
    install(monkeypatch, unsure=("Animal", "Dance"), maybe_threshold=0.3)
    show_labels(organizer.videos / "cat.mp4", "Animal")
    show_labels(organizer.videos / "feast.mp4", "Food", "Animal", "Dance", "Cooking")
    organizer("scan", organizer.videos)
    organizer("untag", "feast.mp4", "Dance")
    organizer("untag", "feast.mp4", "Food")
    organizer("tag", "feast.mp4", "animal")
    organizer("tag", "feast.mp4", "Holiday")
    lines = organizer("scan", "--again").lines
    assert f"looked at again: {organizer.videos}/cat.mp4: Animal?" in lines
    assert f"looked at again: {organizer.videos}/feast.mp4: Cooking, Animal" in lines
    assert "Tags found: Cooking 1, Animal 1" in lines
    assert "Maybes: Animal 1. To see them: organizer list --only-maybes" in lines
    assert len(organizer("list", "--only-maybes", "--json").lines) == 1


def test_a_second_scan_has_nothing_to_do(scanned):
    outcome = scanned("scan")
    assert counts(outcome.lines) == {"new": 0, "unchanged": 4, "changed": 0, "moved": 0}
    assert not [line for line in outcome.lines if str(scanned.videos) in line]
    words = (
        "1 video could not be read at an earlier scan. See: organizer list --status failed. "
        "To try again: organizer scan --retry-failed"
    )
    assert words in outcome.lines
    assert words not in scanned("scan", scanned.videos, "--exclude", "*").lines


def test_a_folder_without_videos(organizer):
    (organizer.videos / "notes.txt").write_text("x")
    lines = organizer("scan", organizer.videos).lines
    assert lines == [
        f"No videos in {organizer.videos}. Files count by their names: .mp4, .mov, .mkv, .avi and the like."
    ]


def test_the_next_step_names_the_chosen_library(organizer):
    show_labels(organizer.videos / "a.mp4")
    chosen = organizer.folder / "my library.db"
    last = organizer("scan", organizer.videos, "--library", chosen).lines[-1]
    assert last == (f"See them: organizer list --library '{chosen}', organizer gallery --library '{chosen}'")


def test_every_hint_names_the_chosen_library(organizer, monkeypatch):
    show_labels(organizer.videos / "a.mp4", "Animal")
    (organizer.videos / "broken.mp4").write_bytes(b"")
    library = organizer.folder / "chosen.db"

    def hints_of(*command):
        return [line for line in organizer(*command, "--library", library).lines if "organizer " in line]

    organizer("scan", organizer.videos, "--library", library)
    install(monkeypatch, version="2")
    hints = hints_of("scan") + hints_of("models", "use", "auto", "--no-scan")
    install(monkeypatch, version="2", backbone="d" * 64)
    hints += hints_of("retag") + hints_of("models", "use", "auto", "--no-scan")
    assert len(hints) == 6
    for hint in hints:
        assert hint.count("organizer ") == hint.count(f" --library {library}")


def test_a_scan_counts_every_kind(scanned):
    (scanned.videos / "cat.mp4").rename(scanned.videos / "tom.mp4")
    (scanned.videos / "copy.mp4").write_bytes((scanned.videos / "feast.mp4").read_bytes())
    os.utime(scanned.videos / "feast.mp4", (1, 1))
    (scanned.videos / "2024-05-06 wall.mp4").unlink()
    show_labels(scanned.videos / "broken.mp4", "Dance")
    outcome = scanned("scan")
    assert counts(outcome.lines) == {
        "new": 0,
        "unchanged": 1,
        "changed": 1,
        "moved": 1,
        "copy": 1,
        "missing": 1,
    }
    show_labels(scanned.videos / "2024-05-06 wall.mp4")
    assert "unchanged" in {kind.value for kind in OutcomeKind}
    os.utime(scanned.videos / "2024-05-06 wall.mp4", (1, 1))
    assert counts(scanned("scan").lines)["unchanged"] == 5


def test_what_another_model_costs_is_said_before_it_looks(scanned, monkeypatch):
    scanned("tag", "cat.mp4", "Felix")
    install(monkeypatch, version="2", sampled=SampledSeconds(8, 2))
    outcome = scanned("scan")
    said = (
        "3 videos were not looked at with lite 2 yet, so each is looked at once more: up to 0.2 KB more in "
        "the library. What you decided stays."
    )
    assert (outcome.code, outcome.lines[0]) == (0, said)
    assert f"looked at again: {scanned.videos}/cat.mp4: Animal" in outcome.lines
    assert counts(outcome.lines) == {"new": 0, "unchanged": 1, "changed": 0, "moved": 0, "looked": 3}
    assert "     3  looked at again, for this model" in outcome.lines
    (cat,) = (video for video in scanned.json() if video["path"].endswith("cat.mp4"))
    assert {tag["name"]: tag["state"] for tag in cat["tags"]} == {"Felix": "confirmed", "Animal": "suggested"}
    again = scanned("scan")
    assert "not looked at" not in again.out
    assert counts(again.lines) == {"new": 0, "unchanged": 4, "changed": 0, "moved": 0}


def test_missing_and_back(scanned):
    (scanned.videos / "cat.mp4").rename(scanned.folder / "trash")
    assert counts(scanned("scan").lines)["missing"] == 1
    (scanned.folder / "trash").rename(scanned.videos / "cat.mp4")
    assert counts(scanned("scan").lines) == {"new": 0, "unchanged": 3, "changed": 0, "moved": 0, "back": 1}


def test_what_is_out_of_sight_is_said(scanned):
    show_labels(scanned.folder / "usb\n" / "a.mp4")
    scanned("scan", scanned.folder / "usb\n")
    (scanned.folder / "usb\n").rename(scanned.folder / "gone")
    (scanned.videos / "link.mp4").symlink_to(scanned.folder)
    outcome = scanned("scan")
    assert any(line.startswith(f"Offline: {scanned.folder}/usb\\n: ") for line in outcome.lines)
    assert any(line.startswith("1 symbolic link not followed") for line in outcome.lines)


def test_a_long_list_of_failures_is_cut(organizer, monkeypatch):
    monkeypatch.setattr(sys, "stdout", FakeTerminal(sys.stdout))
    for number in range(23):
        (organizer.videos / f"{number}.mp4").write_bytes(b"")
    lines = organizer("scan", organizer.videos).lines
    assert len([line for line in lines if line.startswith("Failed: ")]) == 20
    assert "... and 3 more. See: organizer list --status failed" in lines


def test_excluded_files_are_left_alone(organizer):
    show_labels(organizer.videos / "a.mp4")
    show_labels(organizer.videos / "raw" / "b.mp4")
    show_labels(organizer.videos / "c.tmp.mp4")
    organizer("scan", organizer.videos, "--exclude", "raw", "--exclude", "*.tmp.*", "--workers", "1")
    assert [os.path.basename(video["path"]) for video in organizer.json()] == ["a.mp4"]


def test_another_classifier_of_the_same_space_is_a_hint(scanned, monkeypatch):
    install(monkeypatch, version="2")
    hint = "3 videos tagged by another model. To tag again with lite 2: organizer retag"
    assert scanned("scan").lines[-2] == hint
    scanned("retag")
    assert hint not in scanned("scan").lines


def test_another_space_is_scanned_again_without_a_hint(scanned, monkeypatch):
    install(monkeypatch, version="2", backbone="d" * 64)
    outcome = scanned("scan")
    assert counts(outcome.lines)["looked"] == 3
    assert "another model" not in outcome.out


def test_without_a_folder_there_must_be_a_known_one(organizer):
    outcome = organizer("scan")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "Error: No folder was ever scanned. Name one: organizer scan FOLDER\n"


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_bad_number_of_workers_is_not_understood(organizer, workers):
    assert organizer("scan", organizer.videos, "--workers", workers).code == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), "auto"), (("--sampling", "exact"), "exact"), (("--sampling", "keyframe"), "keyframe")],
)
def test_the_sampling_is_chosen(organizer, options, expected):
    show_labels(organizer.videos / "a.mp4", "Animal")
    outcome = organizer("scan", organizer.videos, *options)
    assert (outcome.code, counts(outcome.lines)["new"], organizer.samplings) == (0, 1, [expected])


class FakeTerminal:
    """Makes standard output look like a terminal to the scan."""

    def __init__(self, stream):
        self._stream = stream

    def isatty(self):
        return True

    def __getattr__(self, name):
        return getattr(self._stream, name)


def test_on_a_terminal_a_bar_takes_the_place_of_the_lines(organizer, monkeypatch):
    show_labels(organizer.videos / "[red]cat.mp4", "Animal")
    (organizer.videos / "[bold]empty.mp4").write_bytes(b"")
    real = sys.stdout
    monkeypatch.setattr(sys, "stdout", FakeTerminal(real))
    outcome = organizer("scan", organizer.videos)
    assert outcome.code == 0
    assert "new: " not in outcome.out
    assert f"Failed: {organizer.videos}/[bold]empty.mp4: the file is empty" in outcome.lines
    assert counts(outcome.lines)["new"] == 1


SLOW_SCAN = """
import signal
from organizer.cli import main
from organizer.models import catalogue
from organizer.frames.readers.sampling import reader_for
from organizer.pipeline.decoding.decoders import ProcessDecoders
from organizer.pipeline.scan import FileAccess
from organizer.tags import tagger
from tests.cli.slow_decode import slow_decode
from tests.fakes import ColourClassifier, colour_bundle
if __name__ == "__main__":
    # As in a shell that did not start this in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    catalogue.bundles = lambda: [colour_bundle()]
    tagger.open_classifier = lambda bundle: ColourClassifier()
    def start(how, bundle, *, workers, files, isolated):
        reader, spec = reader_for(how, threads=1), bundle.input_spec
        return ProcessDecoders(reader, spec, workers=workers, decode=slow_decode)
    main(FileAccess(start_decoders=start))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent in another way")
@pytest.mark.parametrize(
    ("name", "to_all"),
    [("SIGINT", False), ("SIGINT", True), ("SIGTERM", False), ("SIGHUP", True)],
    ids=["process", "group", "logout", "closed terminal"],
)
def test_ctrl_c_stops_with_130_and_the_next_scan_goes_on(organizer, tmp_path, name, to_all):
    number_of = getattr(signal, name)
    for number in range(4):
        show_labels(organizer.videos / f"{number}.mp4")
    script = tmp_path / "slow_scan.py"
    script.write_text(SLOW_SCAN)
    process = subprocess.Popen(
        [sys.executable, script, "scan", organizer.videos, "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path])},
    )
    assert process.stdout.readline() == f"new: {organizer.videos}/0.mp4\n"
    workers = psutil.Process(process.pid).children(recursive=True)
    # A terminal sends Ctrl-C to all processes of a command.
    os.killpg(process.pid, number_of) if to_all else process.send_signal(number_of)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err == (
        "Stopped after 1 of 4 files. Everything done is stored; the next scan goes on from here.\n"
    )
    assert len(workers) >= 2
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert counts(organizer("scan").lines) == {"new": 3, "unchanged": 1, "changed": 0, "moved": 0}


def test_a_second_ctrl_c_does_not_wait():
    before = signal.getsignal(signal.SIGINT)
    with stop_asked_for() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_there_are_no_signals_to_take():
    seen = []

    def use() -> None:
        with stop_asked_for() as stop:
            seen.append(stop.is_set())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert seen == [False]


def test_the_first_scan_says_that_there_are_other_models(organizer):
    show_labels(organizer.videos / "a.mp4", "Animal")
    hint = "Tagged with lite, the model that comes with organizer. Others: organizer models"
    assert organizer("scan", organizer.videos).lines[-2] == hint
    assert hint not in organizer("scan").lines


def test_a_chosen_model_that_cannot_be_run_is_named_and_lite_goes_on(organizer, monkeypatch):
    show_labels(organizer.videos / "a.mp4", "Animal")
    lite = colour_bundle()
    broken = BrokenTagger().bundle
    object.__setattr__(broken, "name", "heavy")
    monkeypatch.setattr(catalogue, "bundles", lambda: [lite, broken])
    monkeypatch.setattr(catalogue, "chosen", lambda: "heavy")
    outcome = organizer("scan", organizer.videos)
    assert outcome.code == 0
    assert outcome.err == (
        "TensorFlow is not installed. Run: pip install it Until then lite takes its place.\n"
    )
    assert f"new: {organizer.videos}/a.mp4: Animal" in outcome.lines
    assert not [line for line in outcome.lines if "retag" in line]
    assert outcome.lines[-2].startswith("Tagged with lite, the model that comes with organizer.")


def test_the_first_scan_names_the_model_that_was_chosen(organizer, monkeypatch):
    show_labels(organizer.videos / "a.mp4", "Animal")
    lite, heavy = colour_bundle(), colour_bundle(version="2")
    object.__setattr__(heavy, "name", "heavy")
    monkeypatch.setattr(catalogue, "bundles", lambda: [lite, heavy])
    monkeypatch.setattr(catalogue, "chosen", lambda: "heavy")
    assert organizer("scan", organizer.videos).lines[-2] == "Tagged with heavy. Others: organizer models"


def test_files_that_are_only_in_the_cloud_are_counted(organizer, monkeypatch):
    show_labels(organizer.videos / "a.mp4", "Animal")
    (organizer.videos / ".b.mp4.icloud").write_bytes(b"bplist00")
    outcome = organizer("scan", organizer.videos)
    assert (
        "1 file only in the cloud and not downloaded; make them available on this computer, then scan again"
        in outcome.lines
    )
    assert counts(outcome.lines)["new"] == 1
