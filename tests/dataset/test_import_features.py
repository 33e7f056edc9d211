"""Features come into a library: what it knows stays, and no video is opened."""

from __future__ import annotations

import ntpath
import os
import shutil
from dataclasses import dataclass, replace

import pytest

from organizer.dataset.description import DatasetFormat
from organizer.dataset.import_features import Found, Imported, Outcome, import_features
from organizer.errors import DatasetError
from organizer.library import Library
from organizer.library.database.columns import from_column
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.path_maps import PathMap
from organizer.pipeline.scan import scan
from organizer.types import TagState, VideoFile
from tests.dataset.made_up import facts, video, write
from tests.fakes import ColourTagger, CountingReader, colour_bundle
from tests.library.sql import database_of


class Import:
    """Imports from a world's folder into a library of its own."""

    def __init__(self, world, monkeypatch, name="library.db"):
        monkeypatch.setattr("organizer.dataset.import_features.Tagger", ColourTagger)
        self.world = world
        self.library = Library.open(world.folder / name)

    def __call__(self, path_map=None, **settings) -> dict[str, Outcome]:
        self.reasons: dict[str, str] = {}
        found, outcomes = None, {}
        maps = [PathMap(old, new) for old, new in (path_map or {}).items()]
        for event in import_features(
            self.library, self.world.target, maps, bundle=settings.get("bundle", self.world.bundle)
        ):
            match event:
                case Found():
                    found = event
                case Imported(path, outcome, reason):
                    name = os.path.basename(path)
                    outcomes[name] = outcome
                    if reason:
                        self.reasons[name] = reason
        self.found = found
        assert found.records == len(outcomes)
        return outcomes

    def dump(self) -> list[str]:
        """All of the library, as SQL, but for keys and moments that are drawn anew each time."""
        return list(self.library._database.conn.iterdump())

    def scan(self):
        reader = CountingReader()
        tagger = ColourTagger(self.world.bundle)
        list(scan(self.library, tagger, reader, [str(self.world.videos)], workers=1, isolated=False))
        return [os.path.basename(path) for path in reader.paths]


@pytest.fixture
def bring(world, monkeypatch):
    bring = Import(world, monkeypatch)
    yield bring
    bring.library.close()


@pytest.mark.parametrize("format_", list(DatasetFormat))
def test_videos_that_are_here_come_as_a_scan_would_bring_them(world, bring, monkeypatch, format_):
    world.show("cat.mp4", "Animal")
    world.show("feast.mp4", "Food", "Cooking")
    world.run(format_=format_)
    assert bring() == {"cat.mp4": Outcome.NEW, "feast.mp4": Outcome.NEW}

    other = Import(world, monkeypatch, "scanned.db")
    other.scan()
    for name in ("cat.mp4", "feast.mp4"):
        ours, theirs = (one.library.video(one.library.find(name)) for one in (bring, other))
        assert ours.tags == theirs.tags and ours.scores == theirs.scores and ours.bundle == theirs.bundle
        assert ours.places == theirs.places and ours.status is Status.OK
        assert ours.taken_at == theirs.taken_at and ours.size_bytes == theirs.size_bytes
        assert bring.library.contents.facts(ours.id) == other.library.contents.facts(theirs.id)
        ((_, mine),), ((_, scanned),) = (
            one.library.features.of([one.library.find(name)], world.bundle.space_id) for one in (bring, other)
        )
        assert (mine.quantised == scanned.quantised).all()
    # Nothing is left to a scan.
    assert bring.scan() == []
    other.library.close()


def test_twice_changes_nothing(world, bring):
    world.show("cat.mp4", "Animal")
    world.show("feast.mp4", "Food")
    world.run()
    bring()
    before = bring.dump()
    assert bring() == {"cat.mp4": Outcome.KNOWN, "feast.mp4": Outcome.KNOWN}
    assert bring.dump() == before


def test_what_the_library_knows_stays(world, bring):
    world.show("cat.mp4", "Animal")
    world.run()
    bring.scan()
    cat = bring.library.find("cat.mp4")
    bring.library.reject(cat, "Animal")
    bring.library.confirm(cat, "Grandma")
    before = bring.dump()
    assert bring() == {"cat.mp4": Outcome.KNOWN}
    assert bring.dump() == before


def test_a_video_of_another_model_gets_features_and_keeps_its_scores(world, bring):
    world.show("cat.mp4", "Animal")
    bring.scan()
    cat = bring.library.find("cat.mp4")
    before = bring.library.video(cat)
    other = world.bundle = world.runner.bundle = colour_bundle(version="2", backbone="d" * 64)
    world.run(bundle=other)
    assert bring(bundle=other) == {"cat.mp4": Outcome.FEATURES}
    assert len(bring.library.features.spaces()) == 2
    assert bring.library.video(cat) == before
    assert bring(bundle=other) == {"cat.mp4": Outcome.KNOWN}


def test_a_video_that_could_not_be_read_can_now_be(world, bring):
    cat = world.show("cat.mp4", "Animal")
    world.run()
    root = bring.library.roots.add(str(world.videos))
    row = world.rows()["cat.mp4"]
    bring.library.contents.store_failure(root, row.file, row.id, "there was no codec")
    assert bring() == {"cat.mp4": Outcome.NEW}
    record = bring.library.video(bring.library.find(str(cat)))
    assert (record.status, [tag.name for tag in record.tags]) == (Status.OK, ["Animal"])


def test_another_file_in_its_place_is_left_alone(world, bring):
    world.show("cat.mp4", "Animal")
    world.run()
    world.show("cat.mp4", "Food", title="another film")
    assert bring() == {"cat.mp4": Outcome.LEFT_OUT}
    assert bring.reasons == {"cat.mp4": "another file lies there here"}
    assert bring.library.count() == 0


def test_paths_are_mapped(world, bring):
    world.show("below/cat.mp4", "Animal")
    world.run()
    there = world.folder / "nas" / "films"
    there.parent.mkdir()
    shutil.move(world.videos, there)
    world.videos.mkdir()
    assert bring({str(world.videos): str(there), "/vid": "/wrong"}) == {"cat.mp4": Outcome.NEW}
    (root,) = bring.library.roots.all()
    assert root.path == str(there) and not root.offline
    (record,) = bring.library.list()
    assert record.path == str(there / "below" / "cat.mp4") and record.status is Status.OK


def test_a_known_root_above_is_the_root(world, bring):
    world.show("below/cat.mp4", "Animal")
    world.run(folders=(str(world.videos / "below"),))
    bring.library.roots.add(str(world.videos))
    bring()
    assert [root.path for root in bring.library.roots.all()] == [str(world.videos)]
    assert bring.scan() == []


@pytest.mark.parametrize(
    ("old", "path", "here"),
    [
        ("/a", "/a/b/c.mp4", "/new/b/c.mp4"),
        ("/a/", "/a/b/c.mp4", "/new/b/c.mp4"),
        ("/", "/a/c.mp4", "/new/a/c.mp4"),
        ("/a", "/ab/c.mp4", "/ab/c.mp4"),
        ("C:\\Videos", "C:\\Videos\\b\\c.mp4", "/new/b/c.mp4"),
    ],
)
def test_a_path_is_mapped_by_whole_folders(world, bring, old, path, here):
    folder, _, name = path.rpartition(path[2] if path[1] == ":" else "/")
    made = video(1, "/v/c.mp4", _grey(), world.bundle)
    moved = replace(made, file=replace(made.file, root=folder, relative_path=name))
    write(world.target, world.bundle, [moved])
    bring({old: "/new"})
    (record,) = bring.library.list()
    assert record.path == here


def test_a_map_of_a_folder_below_the_root_makes_a_root_of_its_own(world, bring):
    world.show("cat.mp4", "Animal")
    world.show("sub/feast.mp4", "Food")
    world.run()
    there = world.folder / "new"
    shutil.move(world.videos / "sub", there)
    assert bring({str(world.videos / "sub"): str(there)}) == dict.fromkeys(
        ("cat.mp4", "feast.mp4"), Outcome.NEW
    )
    assert _places(bring) == [(str(there), "feast.mp4"), (str(world.videos), "cat.mp4")]
    assert {one.status for one in bring.library.list()} == {Status.OK}
    assert bring.scan() == []


def test_features_of_windows_come_without_a_map(world, bring):
    """As a merge brings such videos: offline, in the folder that they lie in there."""
    made = video(1, "/v/a.mp4", _grey(), world.bundle)
    root = "C:\\videos"
    write(world.target, world.bundle, [replace(made, file=_File(root, "2020\\a.mp4", 1, 1))])
    assert list(bring().values()) == [Outcome.NEW]
    assert _places(bring) == [(root, "2020\\a.mp4")]
    assert {one.status for one in bring.library.list()} == {Status.OFFLINE}
    assert list(bring().values()) == [Outcome.KNOWN]
    bring.library.close()
    bring.library = Library.open(world.folder / "mapped.db")
    bring({"c:\\Videos": str(world.folder)})
    assert _places(bring) == [(str(world.folder), "2020/a.mp4")]


@dataclass(frozen=True)
class _File(VideoFile):
    """A file as the system writes it that it is listed on."""

    @property
    def path(self):
        return ntpath.join(self.root, self.relative_path)


def _places(bring) -> list[tuple[str, str]]:
    rows = database_of(bring.library).execute(
        "SELECT r.path, p.relative_path FROM places p JOIN roots r ON r.id = p.root_id ORDER BY 1, 2"
    )
    return [(from_column(root), from_column(path)) for root, path in rows]


def test_a_video_that_is_not_here_is_missing_or_offline(world, bring):
    world.show("cat.mp4", "Animal")
    world.show("feast.mp4", "Food")
    world.run()
    (world.videos / "cat.mp4").unlink()
    bring()
    status = {os.path.basename(one.path): one.status for one in bring.library.list()}
    assert status == {"cat.mp4": Status.MISSING, "feast.mp4": Status.OK}

    shutil.rmtree(world.videos)
    with Library.open(world.folder / "other.db") as other:
        list(import_features(other, world.target, bundle=world.bundle))
        assert {one.status for one in other.list()} == {Status.OFFLINE}
        assert other.count(VideoFilter(any_tags=("Animal",))) == 1
    world.videos.mkdir()


def test_a_file_that_comes_back_keeps_what_was_decided(world, bring):
    cat = world.show("cat.mp4", "Animal")
    world.run()
    away = cat.rename(world.folder / "cat.mp4")
    bring()
    bring.library.confirm(bring.library.find("cat.mp4"), "Grandma")
    away.rename(cat)
    assert bring.scan() == []
    (record,) = bring.library.list()
    assert record.status is Status.OK
    assert {tag.name: tag.state for tag in record.tags}["Grandma"] is TagState.CONFIRMED


def test_what_the_library_knows_at_a_place_is_not_overwritten_unseen(world, bring):
    world.show("cat.mp4", "Animal")
    bring.scan()
    world.show("cat.mp4", "Food", title="another film")
    world.run()
    (world.videos / "cat.mp4").unlink()
    assert bring() == {"cat.mp4": Outcome.LEFT_OUT}
    assert bring.reasons == {"cat.mp4": "the library knows another video there"}


def test_a_damaged_shard_is_left_out(world, bring):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        world.show(name, "Animal")
    world.run()
    (world.target / "features-00000.csv").write_bytes(b"")
    assert bring() == {"c.mp4": Outcome.NEW}
    assert bring.found.damaged == ("features-00000",)


def test_a_folder_without_features_is_refused(world, bring):
    world.target.mkdir()
    with pytest.raises(DatasetError, match="no features here"):
        bring()


def test_features_that_nothing_here_can_score_are_refused(world, bring, monkeypatch):
    bundle = colour_bundle(backbone="d" * 64)
    write(world.target, bundle, [video(1, "/v/a.mp4", _grey(), bundle)])
    monkeypatch.setattr("organizer.models.catalogue.bundles", lambda: [colour_bundle()])
    with pytest.raises(DatasetError, match="Install that version"):
        list(import_features(bring.library, world.target))


def test_a_date_that_is_none_is_left_out(world, bring):
    write(world.target, world.bundle, [video(1, "/v/a.mp4", _grey(), world.bundle, facts=facts("yesterday"))])
    assert bring() == {"a.mp4": Outcome.LEFT_OUT}
    assert "damaged" in bring.reasons["a.mp4"]


def _grey():
    import numpy as np

    return np.full((2, 3), 128, np.uint8)
