"""A person's tags follow a recording that is turned, trimmed or packed anew."""

from __future__ import annotations

import os
import struct
import threading

import numpy as np
import pytest

from organizer.library.recordings.likeness import Likeness
from organizer.pipeline.progress import LeftBehind
from organizer.pipeline.scan import scan
from organizer.stopping import StoppedError
from tests import fakes
from tests.clips import rewrap, set_rotation, write_clip
from tests.fakes import ColourBackbone, ColourTagger, colour_bundle
from tests.library.sql import database_of
from tests.library.test_same_recording import scene


def film(path, seed: int = 1, *, seconds: int = 3, **settings):
    """A clip of a scene, in which a grey block goes along the lower edge."""

    def pictures():
        for index in range(10 * seconds):
            picture = scene(seed, (96, 128)).copy()
            picture[80:, 3 * index : 3 * index + 10] = 128
            yield index / 10, np.ascontiguousarray(picture)

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_clip(path, pictures(), **settings)


def padded(path, size: int = 4000) -> None:
    """Lengthen an MP4 by a box that players pass over, as tools do that keep or drop metadata."""
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", size, b"free") + bytes(size - 8))


class CornerBackbone(ColourBackbone):
    """Gives the mean colour of the upper left corner: features that change when a picture is turned."""

    def extract(self, pictures):
        return pictures[:, :12, :12].reshape(len(pictures), -1, 3).mean(axis=1).astype(np.float32)


@pytest.fixture(autouse=True)
def corner(monkeypatch):
    monkeypatch.setattr(fakes, "ColourBackbone", CornerBackbone)


@pytest.fixture
def decided(world):
    """A film about whose tags a person decided, and another one."""
    path = film(world.videos / "IMG_1.mov", metadata={"creation_time": "2024-05-01T12:00:00Z"})
    film(world.videos / "other.mp4", 2, metadata={"creation_time": "2024-05-01T12:03:00Z"})
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Holiday")
    world.library.reject(world.id_of(path), "Animal")
    return path


DECISIONS = {"Holiday": "confirmed", "Animal": "rejected"}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_tags_survive_a_corrected_rotation(world, decided, degrees):
    old = world.id_of(decided)
    set_rotation(decided, degrees)
    os.utime(decided, (1, 1))
    assert world.scan(world.videos).kinds == {"IMG_1.mov": "changed"}
    assert world.tags()["IMG_1.mov"] == DECISIONS
    assert Likeness(database_of(world.library)).feature_distance(old, world.id_of(decided)) > 12


def test_tags_survive_a_trim_of_metadata(world, decided):
    padded(decided)
    assert world.scan(world.videos).kinds == {"IMG_1.mov": "changed"}
    assert world.tags()["IMG_1.mov"] == DECISIONS


def trim(old, new):
    padded(old)
    old.rename(new)


def pack(old, new):
    rewrap(old, new)
    old.unlink()


def turn(old, new):
    set_rotation(old, 90)
    old.rename(new)


@pytest.mark.parametrize(
    ("change", "name"),
    [(trim, "Crete.mov"), (pack, "IMG_1.mp4"), (pack, "Crete.mkv"), (turn, "Crete.mov")],
)
@pytest.mark.parametrize("folder", ["", "sorted", "../elsewhere"])
def test_tags_follow_a_recording_under_another_name(world, decided, change, name, folder):
    target = (world.videos / folder).resolve() / name
    target.parent.mkdir(exist_ok=True)
    change(decided, target)
    scanned = world.scan(world.videos, target.parent)
    assert (scanned.kinds, scanned.rejoined) == ({name: "new"}, {"IMG_1.mov": name})
    assert (scanned.vanished, scanned.undecided, scanned.stranded) == ([], {}, 0)
    assert world.tags()[name] == DECISIONS
    assert "videos/IMG_1.mov" not in world.places()
    assert world.scan().quiet


def test_tags_follow_also_when_the_old_file_goes_later_or_went_earlier(world, decided):
    aside = world.folder / "aside.mov"
    decided.rename(aside)
    scanned = world.scan(world.videos)
    assert (scanned.vanished, scanned.rejoined, scanned.stranded) == (["IMG_1.mov"], {}, 1)
    rewrap(aside, world.videos / "Crete.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.rejoined, scanned.stranded) == ({"IMG_1.mov": "Crete.mp4"}, 0)
    assert world.tags()["Crete.mp4"] == DECISIONS


def test_a_scan_that_stopped_is_made_up_for(world, decided):
    pack(decided, world.videos / "Crete.mp4")

    def stopped(*_):
        raise StoppedError

    places = world.library.places
    real, places.forget_vanished = places.forget_vanished, stopped
    with pytest.raises(StoppedError):
        world.scan(world.videos)
    places.forget_vanished = real
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.rejoined) == ({}, {"IMG_1.mov": "Crete.mp4"})


def stop_before_comparing(world, monkeypatch, stop):
    real = world.library.recordings.follow

    def follow(*arguments, **options):
        stop.set()
        return real(*arguments, **options)

    monkeypatch.setattr(world.library.recordings, "follow", follow)


def test_a_search_that_stopped_moves_nothing_and_is_made_up_for(world, decided, monkeypatch):
    pack(decided, world.videos / "Crete.mp4")
    stop = threading.Event()
    with monkeypatch.context() as patched:
        stop_before_comparing(world, patched, stop)
        with pytest.raises(StoppedError):
            world.scan(world.videos, stop=stop)
    assert world.tags()["IMG_1.mov"] == DECISIONS
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.rejoined) == ({}, {"IMG_1.mov": "Crete.mp4"})


@pytest.fixture
def known_twin(world, decided):
    """A packed copy of the film, which scans that ended know as long as it."""
    rewrap(decided, world.videos / "b.mkv")
    world.scan(world.videos)
    decided.unlink()
    assert world.scan(world.videos).rejoined == {}
    return decided


@pytest.mark.parametrize("settings", [{"retry_failed": True}, {"again": True}])
def test_old_files_take_nothing_where_known_ones_are_looked_at_again(world, known_twin, settings):
    scanned = world.scan(**settings)
    assert (scanned.rejoined, scanned.undecided) == ({}, {})
    assert world.tags()["b.mkv"] == {}


def test_old_files_take_nothing_where_another_folder_is_scanned_for_the_first_time(world, known_twin):
    film(world.folder / "more" / "c.mp4", 7, seconds=5)
    scanned = world.scan(world.folder / "more")
    assert (scanned.kinds, scanned.rejoined) == ({"c.mp4": "new"}, {})
    scanned = world.scan(world.videos, world.folder / "more")
    assert (scanned.rejoined, world.tags()["b.mkv"]) == ({}, {})


def test_tags_survive_a_cut_in_place(world, decided):
    film(decided, 1, seconds=8)
    world.scan(world.videos)
    world.library.confirm(world.id_of(decided), "Holiday")
    film(decided, 1, seconds=4)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.left_behind) == ({"IMG_1.mov": "changed"}, {})
    assert world.tags()["IMG_1.mov"]["Holiday"] == "confirmed"


def save_another(path):
    film(path, 9, seconds=5)


def move_a_known_one(path):
    path.with_name("other.mp4").rename(path)


def break_it(path):
    path.write_bytes(b"nothing")


@pytest.mark.parametrize("overwrite", [save_another, move_a_known_one, break_it])
@pytest.mark.parametrize("was_missing", [False, True])
def test_a_scan_says_that_tags_stayed_with_what_was_overwritten(world, decided, overwrite, was_missing):
    old = world.id_of(decided)
    if was_missing:
        decided.unlink()
        world.scan(world.videos)
    overwrite(decided)
    scanned = world.scan(world.videos)
    assert (scanned.left_behind, scanned.rejoined) == ({"IMG_1.mov": old}, {})
    assert world.tags()["IMG_1.mov"] == {} or overwrite is save_another
    assert world.scan(world.videos).left_behind == {}
    world.library.adopt(old, world.id_of(decided))
    assert world.tags()["IMG_1.mov"].items() >= DECISIONS.items()


def test_what_was_overwritten_is_said_also_where_the_search_stops(world, decided, monkeypatch):
    old = world.id_of(decided)
    save_another(decided)
    stop, events = threading.Event(), []
    stop_before_comparing(world, monkeypatch, stop)
    (world.videos / "other.mp4").unlink()
    film(world.videos / "twin.mov")
    scanning = scan(
        world.library, world.tagger, world.reader, [str(world.videos)], workers=1, isolated=False, stop=stop
    )
    with pytest.raises(StoppedError):
        events.extend(scanning)
    assert events[-1] == LeftBehind(old, str(decided))


def test_files_that_change_places_leave_nothing_behind(world, decided):
    other = world.videos / "other.mp4"
    world.library.confirm(world.id_of(other), "Animal")
    aside = decided.rename(world.folder / "aside")
    other.rename(decided)
    aside.rename(other)
    scanned = world.scan(world.videos)
    assert (scanned.left_behind, scanned.rejoined) == ({}, {})
    assert world.tags()["other.mp4"] == DECISIONS


def test_tags_follow_a_recording_whose_old_place_another_took(world, decided):
    pack(decided, world.videos / "Crete.mkv")
    film(decided, 9, seconds=5)
    scanned = world.scan(world.videos)
    assert (list(scanned.rejoined.values()), scanned.left_behind) == (["Crete.mkv"], {})
    assert world.tags()["Crete.mkv"] == DECISIONS


def test_another_clip_of_the_same_length_takes_nothing(world, decided):
    decided.unlink()
    film(world.videos / "third.mov", 3)
    scanned = world.scan(world.videos)
    assert (scanned.rejoined, scanned.vanished, scanned.stranded) == ({}, ["IMG_1.mov"], 1)
    assert set(world.tags()["third.mov"].values()) <= {"suggested"}
    assert world.tags()["IMG_1.mov"] == DECISIONS


def test_the_next_clip_of_the_same_scene_takes_nothing(world, decided):
    """A camera on a tripod or behind a windscreen: only the date tells that it is another recording."""
    decided.unlink()
    film(world.videos / "IMG_2.mov", metadata={"creation_time": "2024-05-01T12:00:03Z"})
    scanned = world.scan(world.videos)
    assert (scanned.rejoined, scanned.stranded) == ({}, 1)
    assert world.tags()["IMG_2.mov"] == {}


def test_where_two_new_files_are_the_recording_nothing_moves(world, decided):
    rewrap(decided, world.videos / "a.mp4")
    pack(decided, world.videos / "b.mkv")
    scanned = world.scan(world.videos)
    assert (scanned.rejoined, scanned.undecided) == ({}, {"IMG_1.mov": {"a.mp4", "b.mkv"}})
    assert world.tags()["IMG_1.mov"] == DECISIONS


def test_a_recording_whose_file_is_still_there_keeps_its_tags(world, decided):
    rewrap(decided, world.videos / "a.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.rejoined, scanned.stranded) == ({}, 0)
    assert (world.tags()["a.mp4"], world.tags()["IMG_1.mov"]) == ({}, DECISIONS)


def test_a_recording_on_an_absent_drive_keeps_its_tags(world, decided):
    usb = world.folder / "usb"
    usb.mkdir()
    decided.rename(usb / "IMG_1.mov")
    world.scan(world.videos, usb)
    rewrap(usb / "IMG_1.mov", world.videos / "a.mp4")
    usb.rename(world.folder / "unplugged")
    scanned = world.scan()
    assert (scanned.rejoined, scanned.stranded) == ({}, 0)
    assert (world.tags()["a.mp4"], world.tags()["IMG_1.mov"]) == ({}, DECISIONS)


def test_tags_follow_while_another_model_is_in_use(world, decided):
    """Its features cannot be compared, the posters of a file of the same name can."""
    world.tagger = ColourTagger(colour_bundle(backbone="e" * 64))
    set_rotation(decided, 90)
    os.utime(decided, (1, 1))
    world.scan(world.videos)
    assert world.tags()["IMG_1.mov"] == DECISIONS
