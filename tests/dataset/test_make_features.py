"""Features of folders: complete whatever ends a run, nothing twice, nothing done again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from organizer.dataset import shard_files
from organizer.dataset.description import DatasetFormat, LabelsOf, describe, read_description
from organizer.dataset.make_features import Wanted, Written, _alone, make_features
from organizer.dataset.shard_files import read_manifest
from organizer.dataset.write_shard import write_shard
from organizer.errors import DatasetError, FeatureSpaceError, FolderError
from organizer.library import Library
from organizer.library.fingerprint import fingerprint
from organizer.pipeline.decoding.decoders import ThreadDecoders
from organizer.pipeline.scan import scan
from organizer.stopping import StoppedError
from organizer.types import LABELS, SampledSeconds
from tests.fakes import ColourTagger, CountingReader, colour_bundle, show_labels

FORMATS = list(DatasetFormat)


def seven(world):
    for number, label in enumerate(LABELS[:7]):
        world.show(f"{number}.mp4", label, "Food")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_video_has_its_record(world, format_):
    seven(world)
    run = world.run(format_=format_)
    assert (run.compared.videos, run.compared.to_do, run.all.shards, run.all.records) == (7, 7, 4, 7)
    records = world.records()
    assert sorted(records) == [f"{number}.mp4" for number in range(7)]
    for name, record in records.items():
        file = world.videos / name
        assert record.row.id == fingerprint(str(file), file.stat().st_size)
        assert record.row.file.size_bytes == file.stat().st_size
        assert record.features.shape == (2, 3) and record.row.seconds == (0, 1)
        assert record.row.facts.codec == "h264" and record.row.facts.duration_s == pytest.approx(2, abs=0.1)
    assert world.decoded == sorted(records)
    assert not [name for name in os.listdir(world.target) if name.endswith(".part")]


def test_features_are_those_of_a_scan_to_the_byte(world):
    seven(world)
    world.run()
    with Library.open(world.folder / "library.db") as library:
        tagger = ColourTagger(world.bundle)
        list(scan(library, tagger, CountingReader(), [str(world.videos)], workers=1, isolated=False))
        for name, record in world.records().items():
            video_id = library.find(str(world.videos / name))
            ((_, stored),) = library.features.of([video_id], world.bundle.space_id)
            assert (stored.quantised == record.features).all()
            assert library.contents.facts(video_id) == record.row.facts


def test_a_second_run_does_nothing(world):
    seven(world)
    world.run()
    before = world.files()
    run = world.run()
    assert (run.compared.to_do, run.written, world.decoded) == (0, [], [])
    assert run.all.records == 7
    assert world.files() == before


def test_the_same_files_give_the_same_bytes(world):
    seven(world)
    world.run()
    before = world.files()
    shutil.rmtree(world.target)
    world.run()
    assert world.files() == before


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "damage", ["cut", "flipped", "gone", "no manifest", "half a manifest", "other names"]
)
def test_a_damaged_shard_is_written_anew_and_no_other(world, format_, damage):
    seven(world)
    world.run(format_=format_)
    before = world.files()
    ending = {"yt8m": "tfrecord", "parquet": "parquet"}[format_]
    data, manifest = world.target / f"features-00001.{ending}", world.target / "features-00001.json"
    if damage == "cut":
        data.write_bytes(data.read_bytes()[:-1])
    elif damage == "flipped":
        content = bytearray(data.read_bytes())
        content[len(content) // 2] ^= 1
        data.write_bytes(content)
    elif damage == "gone":
        data.unlink()
    elif damage == "no manifest":
        manifest.unlink()
    elif damage == "half a manifest":
        manifest.write_bytes(manifest.read_bytes()[:100])
    else:
        table = json.loads(manifest.read_bytes())
        table["files"] = {"../../somewhere": "0" * 64}
        manifest.write_text(json.dumps(table))
    run = world.run(format_=format_)
    assert run.compared.damaged == ("features-00001",)
    assert [report.number for report in run.written] == [1]
    assert world.decoded == ["2.mp4", "3.mp4"]
    assert world.files() == before


@pytest.mark.parametrize("name", ["features-00001.json", "features-00001.tfrecord", "features-00001.csv"])
def test_a_read_that_fails_ends_the_run_and_deletes_nothing(world, monkeypatch, name):
    """The disk of a network that is gone for a moment, a file of another person."""
    seven(world)
    world.run()
    before = world.files()

    def failing(read, file):
        if file.name == name:
            raise PermissionError(13, "Permission denied", str(file))
        return read(file)

    with monkeypatch.context() as patch:
        for module, function in (
            ("sha256_of", shard_files.sha256_of),
            ("read_manifest", shard_files.read_manifest),
        ):
            patch.setattr(shard_files, module, partial(failing, function))
        with pytest.raises(DatasetError, match=f"{name}: it is there and cannot be read"):
            world.run()
    assert world.files() == before
    assert world.run().compared.to_do == 0


@pytest.mark.parametrize("damage", ["data", "table", "table that fits"])
def test_a_damaged_shard_of_another_folder_stays_until_it_is_written_again(world, damage):
    seven(world)
    other = world.folder / "other"
    other.mkdir()
    show_labels(other / "8.mp4", "Animal")
    world.run()
    name = "features-00001." + ("tfrecord" if damage == "data" else "csv")
    file, manifest = world.target / name, world.target / "features-00001.json"
    content = file.read_bytes()[:-1] if damage == "data" else b"no table"
    file.write_bytes(content)
    if damage == "table that fits":
        table = json.loads(manifest.read_bytes())
        table["files"][name] = hashlib.sha256(content).hexdigest()
        manifest.write_text(json.dumps(table))

    run = world.run(folders=(str(other),))
    assert run.compared.damaged == ("features-00001",)
    assert run.all.aside == ("features-00001.damaged",)
    assert (world.target / "features-00001.damaged" / name).read_bytes() == content
    assert len(world.records()) == 6

    # One original is gone: what is left of its record stays.
    away = (world.videos / "2.mp4").rename(world.folder / "2.mp4")
    assert world.run().all.aside == ("features-00001.damaged",)
    away.rename(world.videos / "2.mp4")
    run = world.run()
    assert len(world.records()) == 8
    if damage == "data":
        # The table says which records these were; without it nobody knows whether all of them are back.
        assert run.all.aside == ()
        assert not (world.target / "features-00001.damaged").exists()
    else:
        assert run.all.aside == ("features-00001.damaged",)


def test_what_was_left_halfway_is_done_and_tidied_away(world):
    seven(world)
    world.run(exclude=("*",))
    (world.target / ".features-00000.tfrecord.abcd.part").write_bytes(b"half")
    (world.target / "features-00000.tfrecord").write_bytes(b"no manifest came")
    (world.target / "mine.txt").write_text("the person's")
    run = world.run()
    assert run.compared.damaged == ("features-00000",)
    assert len(world.records()) == 7
    assert not [name for name in os.listdir(world.target) if name.endswith(".part")]
    assert (world.target / "mine.txt").read_text() == "the person's"


def test_a_run_that_is_stopped_goes_on(world):
    seven(world)

    class Stopping(type(world.runner)):
        def run(self, shards, folder):
            for event in super().run(shards, folder):
                yield event
                if len(self.works) == 2:
                    self.stop.set()

    runner = Stopping(world.bundle, world.reader, world.stop)
    with pytest.raises(StoppedError):
        world.run(runner=runner)
    assert sorted(os.listdir(world.target)) == [
        ".lock",
        "features-00000.csv",
        "features-00000.json",
        "features-00000.tfrecord",
        "features.json",
        "vocabulary.csv",
    ]
    world.stop.clear()
    run = world.run()
    assert (run.compared.complete, run.compared.records, run.compared.to_do) == (1, 2, 5)
    assert world.decoded == [f"{number}.mp4" for number in range(2, 7)]
    assert len(world.records()) == 7


def test_new_files_get_new_shards_and_changed_ones_another_record(world):
    seven(world)
    world.run()
    before = world.files()
    world.show("new.mp4", "Nature")
    world.show("3.mp4", "Cooking", title="another film")
    run = world.run()
    assert world.decoded == ["3.mp4", "new.mp4"]
    after = world.files()
    assert {name: after[name] for name in before} == before
    assert run.all.records == 9
    (world.videos / "new.mp4").unlink()
    assert world.run().all.records == 9


@pytest.mark.parametrize("format_", FORMATS)
def test_a_copy_has_a_row_and_no_record(world, format_):
    world.show("a.mp4", "Animal")
    shutil.copy(world.videos / "a.mp4", world.videos / "b.mp4")
    world.show("c.mp4", "Food")
    shutil.copy(world.videos / "a.mp4", world.videos / "d.mp4")
    run = world.run(format_=format_)
    assert (run.all.records, sum(report.copies for report in run.written)) == (2, 2)
    assert sorted(world.records()) == ["a.mp4", "c.mp4"]
    rows = world.rows()
    assert [name for name, row in rows.items() if row.copy] == ["b.mp4", "d.mp4"]
    assert rows["d.mp4"].id == rows["a.mp4"].id
    shutil.copy(world.videos / "c.mp4", world.videos / "e.mp4")
    assert world.run(format_=format_).compared.to_do == 1
    assert world.run(format_=format_).compared.to_do == 0
    assert world.decoded == []


def test_a_copy_takes_the_place_of_an_original_that_is_lost(world):
    world.show("a.mp4", "Animal")
    world.show("b.mp4", "Food")
    world.run(shard_videos=1)
    shutil.copy(world.videos / "a.mp4", world.videos / "z.mp4")
    world.run(shard_videos=1)
    (world.videos / "a.mp4").unlink()
    (world.target / "features-00000.json").unlink()
    world.run(shard_videos=1)
    assert sorted(world.records()) == ["b.mp4", "z.mp4"]


def test_a_file_that_cannot_be_read_is_listed_with_its_reason(world):
    world.show("good.mp4", "Animal")
    (world.videos / "bad.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"x" * 100)
    (world.videos / "empty.mp4").write_bytes(b"")
    run = world.run()
    assert set(run.failed) == {"bad.mp4", "empty.mp4"} and "damaged" in run.failed["bad.mp4"]
    assert sorted(world.records()) == ["good.mp4"]
    # Not tried again, and still said; tried again when it changed, or when asked.
    again = world.run()
    assert again.compared.to_do == 0 and set(again.failed) == {"bad.mp4", "empty.mp4"}
    assert world.run(retry_failed=True).compared.to_do == 2
    world.show("bad.mp4", "Food", title="whole now")
    mended = world.run()
    assert (mended.compared.to_do, set(mended.failed)) == (1, {"empty.mp4"})
    assert sorted(world.records()) == ["bad.mp4", "good.mp4"]


def test_a_file_that_cannot_be_opened_is_tried_again(world):
    world.show("good.mp4", "Animal")
    away = world.show("away.mp4", "Food")

    class Vanishing(type(world.runner)):
        def run(self, shards, folder):
            away.rename(world.folder / "away.mp4")
            yield from super().run(shards, folder)

    vanishing = Vanishing(world.bundle, world.reader, world.stop)
    assert "cannot be opened" in world.run(runner=vanishing).failed["away.mp4"]
    for _ in range(2):
        (world.folder / "away.mp4").rename(away)
        run = world.run(runner=vanishing)
        assert run.compared.to_do == 1 and "away.mp4" in run.failed
        # It does not leave a shard behind each time.
        assert run.all.shards <= 2
    (world.folder / "away.mp4").rename(away)
    assert world.run().failed == {}
    assert sorted(world.records()) == ["away.mp4", "good.mp4"]


def test_a_folder_that_is_named_twice_counts_once(world):
    seven(world)
    nested = world.videos / "more"
    nested.mkdir()
    (world.videos / "0.mp4").rename(nested / "0.mp4")
    run = world.run(folders=(str(world.videos), str(nested), str(world.videos)))
    assert (run.compared.videos, run.all.records) == (7, 7)


def test_exclude_leaves_out(world):
    seven(world)
    world.run(exclude=("[0-4].*",))
    assert sorted(world.records()) == ["5.mp4", "6.mp4"]


def test_what_a_library_knows_is_not_decoded(world):
    seven(world)
    world.library = Library.open(world.folder / "library.db")
    (world.videos / "6.mp4").rename(world.folder / "6.mp4")
    list(
        scan(
            world.library,
            ColourTagger(world.bundle),
            CountingReader(),
            [str(world.videos)],
            workers=1,
            isolated=False,
        )
    )
    (world.folder / "6.mp4").rename(world.videos / "6.mp4")
    world.library.confirm(world.library.find("0.mp4"), "Vehicle")
    world.library.confirm(world.library.find("0.mp4"), "Grandma")
    world.library.reject(world.library.find("0.mp4"), "Food")
    # Moved and renamed it is known all the same, changed it is not.
    (world.videos / "1.mp4").rename(world.videos / "one.mp4")
    world.show("2.mp4", "Nature", title="another film")
    run = world.run()
    assert world.decoded == ["2.mp4", "6.mp4"]
    assert sum(report.stored for report in run.written) == 5
    first = world.records()["0.mp4"]
    assert first.row.stored and first.row.confirmed == ("Grandma", "Vehicle")
    assert first.row.rejected == ("Food",) and first.row.labels == ("Grandma", "Vehicle")
    assert read_description(world.target).labels == (*LABELS, "Grandma")
    assert not world.records()["2.mp4"].row.stored
    # The same bytes as without the library, but for what was decided and who made them.
    alone = {name: record.features.tobytes() for name, record in world.records().items()}
    shutil.rmtree(world.target)
    world.library.close()
    world.library = None
    world.run()
    assert {name: record.features.tobytes() for name, record in world.records().items()} == alone


def test_features_of_another_model_are_made_anew_with_the_decisions(world):
    world.show("a.mp4", "Animal")
    world.library = Library.open(world.folder / "library.db")
    other = ColourTagger(colour_bundle(backbone="d" * 64))
    list(scan(world.library, other, CountingReader(), [str(world.videos)], workers=1, isolated=False))
    world.library.confirm(world.library.find("a.mp4"), "Animal")
    world.run()
    row = world.records()["a.mp4"].row
    assert world.decoded == ["a.mp4"] and not row.stored and row.confirmed == ("Animal",)


def test_labels_keep_their_numbers_when_more_come(world):
    seven(world)
    world.library = Library.open(world.folder / "library.db")
    list(
        scan(
            world.library,
            ColourTagger(world.bundle),
            CountingReader(),
            [str(world.videos)],
            workers=1,
            isolated=False,
        )
    )
    world.library.confirm(world.library.find("0.mp4"), "Zoo")
    world.run()
    world.library.confirm(world.library.find("1.mp4"), "Aunt")
    world.run()
    assert read_description(world.target).labels == (*LABELS, "Zoo", "Aunt")
    assert (world.target / "vocabulary.csv").read_text().splitlines()[-2:] == ["10,Zoo", "11,Aunt"]


def test_rows_are_the_seconds_that_were_looked_at(world):
    world.bundle = world.runner.bundle = colour_bundle(sampled=SampledSeconds(2, 3))
    world.show("a.mp4", "Animal", "Food", "Dance", "Nature", "Cooking", "Concert")
    world.run(bundle=world.bundle)
    record = world.records()["a.mp4"]
    assert record.row.seconds == (0, 1, 2, 5) and len(record.features) == 4
    assert read_description(world.target).seconds[:5] == (0, 1, 2, 5, 8)


@pytest.mark.parametrize("change", ["model", "format", "labels"])
def test_other_features_are_refused(world, change):
    world.show("a.mp4", "Animal")
    world.run()
    before = world.files()
    settings = {
        "model": {"bundle": colour_bundle(backbone="d" * 64)},
        "format": {"format_": DatasetFormat.PARQUET},
        "labels": {"labels_of": LabelsOf.GIVEN},
    }[change]
    with pytest.raises(DatasetError, match="Name another folder"):
        world.run(**settings)
    assert world.files() == before


@pytest.mark.parametrize("name", ["train0000.tfrecord", "features-00000.json", "features-00003.tfrecord"])
def test_shards_of_whom_nobody_knows_are_not_taken_for_ones_own(world, name):
    world.show("a.mp4", "Animal")
    world.target.mkdir()
    (world.target / name).write_bytes(b"")
    with pytest.raises(DatasetError, match="holds shards"):
        world.run()
    assert sorted(os.listdir(world.target)) == [".lock", name]


def test_tags_of_two_models_are_not_mixed(world, monkeypatch):
    monkeypatch.setattr("organizer.dataset.write_shard.Tagger", ColourTagger)
    world.show("a.mp4", "Animal")
    world.run(labels_of=LabelsOf.GIVEN)
    # Of the same space, so that features alone could be mixed.
    other = colour_bundle(version="2")
    assert other.space_id == world.bundle.space_id
    with pytest.raises(DatasetError, match="lite 1, not lite 2"):
        world.run(labels_of=LabelsOf.GIVEN, bundle=other)
    world.show("b.mp4", "Animal")
    world.runner.bundle = other
    with pytest.raises(FeatureSpaceError, match=r"lite 2 .* wanted is lite 1"):
        world.run(labels_of=LabelsOf.GIVEN)


def test_a_writer_with_another_model_is_refused(world):
    world.show("a.mp4", "Animal")
    world.runner.bundle = colour_bundle(backbone="d" * 64)
    with pytest.raises(FeatureSpaceError, match="Install that version"):
        world.run()
    assert not world.records()


def test_a_newer_description_is_refused(world):
    world.target.mkdir()
    (world.target / "features.json").write_text('{"features_version": 99}')
    with pytest.raises(DatasetError, match="newer organizer"):
        world.run()


def test_two_commands_do_not_plan_the_same_folder(world):
    world.show("a.mp4", "Animal")
    world.target.mkdir()
    with _alone(world.target), pytest.raises(DatasetError, match="another command"):
        world.run()
    assert world.run().all.records == 1


def test_a_missing_folder_is_refused(world):
    with pytest.raises(FolderError, match="not a folder"):
        world.run(folders=(str(world.folder / "nowhere"),))


def test_shards_may_be_written_by_others_in_any_order_and_twice(world):
    """As writers on other computers do, of which some died after, or in the middle of, their work."""
    seven(world)

    class Elsewhere(type(world.runner)):
        def run(self, shards, folder):
            works = list(shards)
            for work in reversed(works):
                with self.tools(work) as tools:
                    first = write_shard(work, folder, tools)
                    # Left halfway by another writer of the same work, and written once more.
                    (folder / f"features-{work.number:05d}.tfrecord").write_bytes(b"half")
                    again = write_shard(work, folder, tools)
                assert first == again
                yield again

    run = world.run(runner=Elsewhere(world.bundle, world.reader, world.stop))
    assert [report.number for report in run.written] == [3, 2, 1, 0]
    assert len(world.records()) == 7
    assert world.run().compared.to_do == 0


def test_a_writer_may_see_the_files_at_another_path(world):
    seven(world)
    there = world.folder / "seen from there"
    shutil.copytree(world.videos, there)
    runner, tools = world.runner, world.runner.tools

    def elsewhere(work):
        made = tools(work)
        made.here = lambda file: replace(file, root=str(there))
        return made

    runner.tools = elsewhere
    (world.videos / "6.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"x" * 100)
    shutil.copy2(world.videos / "6.mp4", there / "6.mp4")
    run = world.run()
    assert {os.path.dirname(path) for path in world.reader.paths} == {str(there)}
    # All that is told names the files as they were listed.
    assert {record.row.file.root for record in world.records().values()} == {str(world.videos)}
    assert [failed.path for failed in run.all.failed] == [str(world.videos / "6.mp4")]
    assert world.run().compared.to_do == 0


def test_decoders_get_no_more_files_than_they_want(world):
    """As in a scan; on other computers what they want may change."""
    seven(world)
    pending, most = [], []

    class Narrow(ThreadDecoders):
        room = 1

        def submit(self, file, fingerprint=""):
            pending[:] = [future for future in pending if not future.done()]
            pending.append(super().submit(file, fingerprint))
            most.append(len(pending))
            return pending[-1]

    world.runner.start = lambda how, bundle, *, workers, files, isolated: Narrow(
        world.reader, bundle.input_spec, workers=workers
    )
    assert world.run(shard_videos=7).all.records == 7
    assert most == [1] * 7


def test_a_runner_is_closed_with_the_work(world):
    seven(world)
    ended = []

    class Ending(type(world.runner)):
        def run(self, shards, folder):
            try:
                yield from super().run(shards, folder)
            finally:
                ended.append(len(self.works))

    description = describe(world.bundle, DatasetFormat.YT8M, LABELS)
    wanted = Wanted((str(world.videos),), description, shard_videos=2)
    events = make_features(world.target, wanted, Ending(world.bundle, world.reader, world.stop))
    while not isinstance(next(events), Written):
        pass
    events.close()
    assert ended == [1]
    # Nobody holds the folder any more.
    assert world.run().all.records == 7


def test_a_record_that_is_there_twice_goes(world):
    """A writer that was thought to be dead wrote a shard of an older plan in the end."""
    seven(world)
    world.run()
    old = world.runner.works[1]
    for ending in ("csv", "json", "tfrecord"):
        (world.target / f"features-00003.{ending}").unlink()
    late = type(old)(3, old.description, old.sampling, old.videos)
    with world.runner.tools(late) as tools:
        write_shard(late, world.target, tools)
    run = world.run()
    assert run.compared.damaged == ("features-00003",)
    assert len(world.records()) == 7


def test_a_shard_of_another_plan_is_noticed(world):
    seven(world)
    runner = world.runner

    class Overwritten(type(runner)):
        def run(self, shards, folder):
            yield from super().run(shards, folder)
            work = self.works[0]
            late = type(work)(0, work.description, work.sampling, work.videos[:1])
            with self.tools(late) as tools:
                write_shard(late, folder, tools)

    with pytest.raises(DatasetError, match="another process wrote this shard"):
        world.run(runner=Overwritten(world.bundle, world.reader, world.stop))
    world.run()
    assert len(world.records()) == 7


def test_given_tags_are_labels_when_asked_for(world, monkeypatch):
    monkeypatch.setattr("organizer.dataset.write_shard.Tagger", ColourTagger)
    world.show("a.mp4", "Animal", "Food")
    world.show("b.mp4", "Nature")
    world.run(labels_of=LabelsOf.GIVEN)
    rows = world.rows()
    assert rows["a.mp4"].given == rows["a.mp4"].labels == ("Animal", "Food")
    assert rows["b.mp4"].labels == ("Nature",)
    assert read_manifest(world.target / "features-00000.json").labels == {"Animal": 1, "Food": 1, "Nature": 1}


def test_numbers_of_labels_stand_in_the_records(world):
    from tensorflow.core.example.example_pb2 import SequenceExample

    from organizer.dataset.tfrecords import read_records

    world.show("a.mp4", "Animal", "Food")
    world.library = Library.open(world.folder / "library.db")
    list(
        scan(
            world.library,
            ColourTagger(world.bundle),
            CountingReader(),
            [str(world.videos)],
            workers=1,
            isolated=False,
        )
    )
    world.library.confirm(world.library.find("a.mp4"), "Food")
    world.library.confirm(world.library.find("a.mp4"), "Animal")
    world.library.reject(world.library.find("a.mp4"), "Dance")
    world.run()
    ((_, record),) = ((n, bytes(r)) for n, r in read_records(world.target / "features-00000.tfrecord", print))
    said = SequenceExample.FromString(record).context.feature
    assert said["labels"].int64_list.value == [LABELS.index("Animal"), LABELS.index("Food")]
    assert said["rejected"].int64_list.value == [LABELS.index("Dance")]


def test_features_are_not_in_memory_twice(world):
    """What is read back is a copy, for the record's memory is used again."""
    seven(world)
    world.run(shard_videos=7)
    records = list(world.records().values())
    assert len({record.features.tobytes() for record in records}) == 7
    assert all(isinstance(record.features, np.ndarray) for record in records)
