"""``organizer features`` and ``organizer import-features``."""

from __future__ import annotations

import builtins
import json
import shutil
import signal

import pytest

from organizer.dataset.description import read_description
from organizer.dataset.shard_files import read_records_of
from tests.cli.conftest import install
from tests.fakes import show_labels


def records(folder, number=0):
    return read_records_of(folder, number, read_description(folder))


def test_videos_of_a_library_become_files_and_a_library_again(scanned):
    scanned("tag", "cat.mp4", "Animal", "Kitty")
    scanned("untag", "feast.mp4", "Food")
    target = scanned.folder / "out"
    outcome = scanned("features", scanned.videos, "--to", target)
    assert outcome.code == 0 and outcome.err == ""
    assert outcome.lines == [
        "4 files found, 4 to do",
        "features-00000: 3 videos, 3 from the library, 1 file failed",
        f"{scanned.videos / 'broken.mp4'}: {outcome.lines[2].partition(': ')[2]}",
        f"{target}: 3 videos in 1 shard, 1 file could not be read",
    ]
    rows = {record.row.file.relative_path: record.row for record in records(target)}
    assert rows["cat.mp4"].confirmed == ("Animal", "Kitty")
    assert rows["feast.mp4"].rejected == ("Food",) and rows["feast.mp4"].labels == ()
    assert json.loads((target / "features.json").read_text())["labels"][-1] == "Kitty"

    again = scanned("features", scanned.videos, "--to", target)
    assert again.lines[:2] == ["1 shard with 3 videos complete already", "4 files found, 0 to do"]

    library = scanned.folder / "new.db"
    brought = scanned("import-features", target, "--library", library)
    assert brought.code == 0
    assert brought.lines[0] == "3 videos new, 0 known by another model, 0 known already, 0 left out"
    # Decisions are not brought: the model's own tags are.
    listed = scanned("list", "--library", library)
    assert "cat.mp4" in listed.out and "Kitty" not in listed.out and "Food 0.90" in listed.out
    twice = scanned("import-features", target, "--library", library)
    assert twice.lines == ["0 videos new, 0 known by another model, 3 known already, 0 left out"]


def test_no_library_is_needed_and_none_is_made(organizer):
    show_labels(organizer.videos / "cat.mp4", "Animal")
    outcome = organizer("features", organizer.videos, "--to", organizer.folder / "out", "--given")
    assert outcome.code == 0
    assert records(organizer.folder / "out")[0].row.given == ("Animal",)
    assert not list(organizer.folder.rglob("library.db"))


def test_a_damaged_shard_whose_videos_are_gone_stays_and_is_named(organizer):
    target = organizer.folder / "out"
    command = ("features", organizer.videos, "--to", target, "--shard-videos", "1")
    show_labels(organizer.videos / "a.mp4", "Animal")
    show_labels(organizer.videos / "b.mp4", "Food")
    assert organizer(*command).code == 0
    data = target / "features-00000.tfrecord"
    data.write_bytes(data.read_bytes()[:-1])
    (organizer.videos / "a.mp4").unlink()
    outcome = organizer(*command)
    assert outcome.code == 0
    assert "Incomplete or damaged, written anew: features-00000" in outcome.lines
    assert outcome.err == (
        "Damaged shards whose videos were not written again stay: features-00000.damaged\n"
    )
    assert (target / "features-00000.damaged").is_dir()


def test_a_library_that_is_named_has_to_be_there(organizer):
    outcome = organizer(
        "features", organizer.videos, "--to", organizer.folder / "out", "--library", "/nowhere/l.db"
    )
    assert outcome.code == 1 and "/nowhere/l.db" in outcome.err


def test_a_video_that_moved_elsewhere_is_brought_by_its_map(scanned):
    target, there = scanned.folder / "out", scanned.folder / "there"
    assert scanned("features", scanned.videos, "--to", target).code == 0
    shutil.move(scanned.videos, there)
    library = scanned.folder / "new.db"
    mapped = f"{scanned.videos}={there}"
    assert scanned("import-features", target, "--map-path", mapped, "--library", library).code == 0
    assert str(there / "cat.mp4") in scanned("list", "--library", library).out


def test_another_file_is_named_and_left_out(scanned):
    target = scanned.folder / "out"
    scanned("features", scanned.videos, "--to", target)
    show_labels(scanned.videos / "cat.mp4", "Nature", title="another")
    outcome = scanned("import-features", target, "--library", scanned.folder / "new.db")
    assert f"{scanned.videos / 'cat.mp4'}: left out, another file lies there here" in outcome.lines


@pytest.mark.parametrize("value", ["/a", "=/b", "/a="])
def test_a_map_has_two_sides(organizer, value):
    outcome = organizer("import-features", organizer.videos, "--map-path", value)
    assert outcome.code == 2 and "OLD=NEW" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("features", "{videos}/nowhere", "--to", "{folder}/out"), "not a folder"),
        (("features", "{videos}", "--to", "{folder}/out", "--model", "none"), "no model 'none'"),
        (("import-features", "{videos}"), "no features here"),
        (("import-features", "{folder}/nowhere"), "does not exist"),
    ],
)
def test_what_cannot_be_done_is_said(organizer, arguments, words):
    given = [word.format(videos=organizer.videos, folder=organizer.folder) for word in arguments]
    outcome = organizer(*given)
    assert outcome.code == 1 and words in outcome.err and "Traceback" not in outcome.err


def test_features_of_another_model_are_refused_in_words(scanned, monkeypatch):
    target = scanned.folder / "out"
    scanned("features", scanned.videos, "--to", target)
    install(monkeypatch, backbone="d" * 64)
    outcome = scanned("features", scanned.videos, "--to", target)
    assert outcome.code == 1 and "it holds features of another model" in outcome.err
    refused = scanned("import-features", target)
    assert refused.code == 1 and "Install that version" in refused.err


@pytest.mark.parametrize(
    ("package", "options", "words"),
    [("pyarrow", ("--format", "parquet"), "organizer[parquet]"), ("google_crc32c", (), "google-crc32c")],
)
def test_a_missing_package_is_said_before_anything_is_decoded(
    organizer, monkeypatch, package, options, words
):
    imported = builtins.__import__

    def without(name, *arguments, **settings):
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return imported(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", without)
    outcome = organizer("features", organizer.videos, "--to", organizer.folder / "out", *options)
    assert outcome.code == 1 and words in outcome.err
    assert not (organizer.folder / "out").exists()


def test_tensorflow_is_not_needed(organizer, monkeypatch):
    imported = builtins.__import__

    def without(name, *arguments, **settings):
        assert name.partition(".")[0] not in {"tensorflow", "keras"}
        return imported(name, *arguments, **settings)

    show_labels(organizer.videos / "cat.mp4", "Animal")
    monkeypatch.setattr(builtins, "__import__", without)
    assert organizer("features", organizer.videos, "--to", organizer.folder / "out").code == 0


def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(organizer, monkeypatch):
    for number in range(6):
        show_labels(organizer.videos / f"{number}.mp4", "Animal")
    target = organizer.folder / "out"
    started = organizer._one_thread

    def interrupting(how, bundle, **settings):
        decoders = started(how, bundle, **settings)
        submit, files = decoders.submit, []

        def submitted(file):
            files.append(file)
            if len(files) == 4:
                signal.raise_signal(signal.SIGINT)
            return submit(file)

        decoders.submit = submitted
        return decoders

    organizer._one_thread = interrupting
    command = ("features", organizer.videos, "--to", target, "--shard-videos", "2", "--workers", "1")
    outcome = organizer(*command)
    assert outcome.code == 130
    assert outcome.err == "Stopped. Shards that are complete stay; the same command goes on.\n"
    assert not [file for file in target.iterdir() if file.name.endswith(".part")]
    organizer._one_thread = started
    again = organizer(*command)
    assert again.code == 0 and again.lines[0] == "1 shard with 2 videos complete already"
    assert again.lines[-1] == f"{target}: 6 videos in 3 shards"
