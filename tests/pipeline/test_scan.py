"""What a scan makes of files that come, go, move and change."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import fields, replace
from functools import partial
from threading import Event

import pytest

from organizer.errors import (
    BundleError,
    FolderError,
    MissingDependencyError,
    UnreadableVideoError,
    VideoError,
)
from organizer.frames.decode import decode
from organizer.frames.folders import walk
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.library import Library
from organizer.library.fingerprint import fingerprint
from organizer.models.bundle import Bundle
from organizer.pipeline.analyse import Looked
from organizer.pipeline.looking_cost import LookingCost
from organizer.pipeline.progress import AtHand, Listed, ModelUnusable, NewForModel, Stored, Vanished
from organizer.pipeline.retag import retag
from organizer.pipeline.scan import FileAccess, scan
from organizer.pipeline.usable_model import UsableModel
from organizer.stopping import StoppedError
from organizer.tags.tagger import Tagger
from organizer.types import SampledSeconds
from tests.clips import cut, make_clip, make_sound
from tests.fakes import ColourBundle, ColourTagger, CountingReader, colour_bundle, show_labels
from tests.library.sql import database_of

begin = partial(scan, isolated=False)


def touch(path, ns: int = 1_700_000_000_000_000_000) -> None:
    os.utime(path, ns=(ns, ns))


# New and unchanged


def test_new_videos_are_found_and_tagged(world):
    show_labels(world.videos / "pets" / "cat.mp4", "Animal")
    show_labels(world.videos / "feast.mp4", "Food", "Cooking", "Food")
    show_labels(world.videos / "wall.mp4")
    (world.videos / "notes.txt").write_text("nothing")
    scanned = world.scan(world.videos)
    assert scanned.listed == Listed(3, 0, 0, 3, 0, ())
    assert scanned.kinds == {"cat.mp4": "new", "feast.mp4": "new", "wall.mp4": "new"}
    assert {os.path.basename(outcome.path): set(outcome.tags) for outcome in scanned.outcomes} == {
        "cat.mp4": {"Animal"},
        "feast.mp4": {"Food", "Cooking"},
        "wall.mp4": set(),
    }
    assert scanned.vanished == []
    assert world.places() == {
        "videos/pets/cat.mp4": "ok",
        "videos/feast.mp4": "ok",
        "videos/wall.mp4": "ok",
    }
    feast = world.library.video(world.id_of(world.videos / "feast.mp4"))
    assert {tag.name: tag.seconds for tag in feast.tags} == {"Food": (0, 2), "Cooking": (1,)}
    assert (feast.bundle, feast.duration_s, feast.width, feast.height) == ("lite 1", 3.0, 64, 48)
    assert world.library.media.poster_of(feast.key)[8:12] == b"WEBP"
    ((_, features),) = world.library.features.of([feast.id], world.tagger.bundle.space_id)
    assert features.quantised.shape == (3, 3)


def test_unchanged_files_are_not_opened(world):
    for name in ("a.mp4", "b.mp4"):
        show_labels(world.videos / name, "Animal")
    world.scan(world.videos)
    unread = FileAccess(fingerprint=lambda *_: pytest.fail("opened"))
    scanned = world.scan(world.videos, access=unread)
    assert scanned.listed == Listed(2, 2, 0, 0, 0, ())
    assert scanned.quiet


def test_a_scan_without_folders_takes_all_that_were_ever_scanned(world):
    show_labels(world.videos / "a.mp4")
    show_labels(world.folder / "more" / "b.mp4")
    world.scan(world.videos)
    world.scan(world.folder / "more")
    show_labels(world.videos / "c.mp4")
    show_labels(world.folder / "more" / "d.mp4")
    assert world.scan().kinds == {"c.mp4": "new", "d.mp4": "new"}


def test_names_that_are_not_utf8_are_scanned(world):
    folder = world.videos / os.fsdecode(b"caf\xe9")
    name = os.fsdecode(b"\xff.mp4")
    show_labels(world.videos / "a.mp4", "Animal").rename(world.videos / "tmp")
    folder.mkdir()
    (world.videos / "tmp").rename(folder / name)
    (folder / os.fsdecode(b"\xfe.mp4")).write_bytes(b"")
    assert sorted(world.scan(world.videos).kinds.values()) == ["failed", "new"]
    assert world.scan(world.videos).quiet
    assert world.tags()[name] == {"Animal": "suggested"}
    (folder / name).unlink()
    assert world.scan(world.videos).vanished == [name]


def test_originals_are_only_ever_read(world):
    def state():
        return {
            path.name: (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
                path.stat().st_mode,
            )
            for path in sorted(world.videos.rglob("*"))
            if path.is_file()
        }

    show_labels(world.videos / "a.mp4", "Animal").chmod(0o444)
    show_labels(world.videos / "b" / "c.mov", "Food")
    cut(world.videos / "a.mp4", world.videos / "broken.mp4", 0.5)
    before = state()
    world.scan(world.videos)
    touch(world.videos / "a.mp4")
    before["a.mp4"] = (before["a.mp4"][0], 1_700_000_000_000_000_000, before["a.mp4"][2])
    world.scan(world.videos)
    assert state() == before


# Moves and copies


@pytest.mark.parametrize("new", ["videos/b.mp4", "videos/sub/a.mp4", "other/a.mp4", "other/sub/b.mp4"])
def test_a_moved_video_keeps_its_tags_and_is_not_decoded(world, new):
    old = show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "stays.mp4")
    show_labels(world.folder / "other" / "stays too.mp4")
    world.scan(world.videos, world.folder / "other")
    video = world.id_of(old)
    world.library.confirm(video, "Holiday")
    target = world.folder / new
    target.parent.mkdir(exist_ok=True)
    old.rename(target)
    scanned = world.scan()
    assert (scanned.kinds, scanned.decoded, scanned.vanished) == ({target.name: "moved"}, [], [])
    assert world.id_of(target) == video
    assert "videos/a.mp4" not in world.places()
    assert world.tags()[target.name] == {"Animal": "suggested", "Holiday": "confirmed"}
    assert world.scan().quiet


def test_a_moved_video_is_found_when_only_its_new_root_is_scanned(world):
    old = show_labels(world.videos / "a.mp4")
    show_labels(world.videos / "stays.mp4")
    world.scan(world.videos)
    (world.folder / "other").mkdir()
    old.rename(world.folder / "other" / "a.mp4")
    assert world.scan(world.folder / "other").kinds == {"a.mp4": "moved"}
    assert world.scan(world.videos).quiet
    assert world.places() == {"other/a.mp4": "ok", "videos/stays.mp4": "ok"}


def test_a_copy_is_another_place_and_not_decoded(world):
    first = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    shutil.copy(first, world.videos / "b.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"b.mp4": "copy"}, [])
    assert len(world.records()) == 1
    assert world.places() == {"videos/a.mp4": "ok", "videos/b.mp4": "ok"}
    first.unlink()
    assert world.scan(world.videos).vanished == []
    assert world.places() == {"videos/b.mp4": "ok"}


def test_two_new_copies_are_one_video(world):
    first = show_labels(world.videos / "a.mp4", "Animal")
    shutil.copy(first, world.videos / "b.mp4")
    assert sorted(world.scan(world.videos).kinds.values()) == ["copy", "new"]
    assert len(world.records()) == 1


def test_of_new_copies_one_is_decoded_however_many_files_are_at_once(world):
    first = show_labels(world.videos / "a.mp4", "Animal")
    for name in ("b.mp4", "c.mp4", "d.mp4"):
        shutil.copy(first, world.videos / name)
    show_labels(world.videos / "e.mp4", "Food")
    scanned = world.scan(world.videos, workers=4)
    assert sorted(scanned.kinds.values()) == ["copy", "copy", "copy", "new", "new"]
    assert len(scanned.decoded) == 2
    assert len(world.records()) == 2


def test_copies_of_a_damaged_file_are_each_tried(world):
    (world.videos / "a.mp4").write_bytes(b"\0\0\0\x18ftypisom, and then nothing of a video" * 9)
    shutil.copy(world.videos / "a.mp4", world.videos / "b.mp4")
    assert world.scan(world.videos).kinds == {"a.mp4": "failed", "b.mp4": "failed"}


def test_names_that_are_handed_on_follow_their_content(world):
    show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4", "Food")
    world.scan(world.videos)
    (world.videos / "b.mp4").rename(world.videos / "c.mp4")
    (world.videos / "a.mp4").rename(world.videos / "b.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"b.mp4": "moved", "c.mp4": "moved"}, [])
    assert world.tags() == {"b.mp4": {"Animal": "suggested"}, "c.mp4": {"Food": "suggested"}}


def test_swapped_names_follow_their_content(world):
    show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4", "Food")
    touch(world.videos / "b.mp4")
    world.scan(world.videos)
    (world.videos / "a.mp4").rename(world.videos / "c.tmp")
    (world.videos / "b.mp4").rename(world.videos / "a.mp4")
    (world.videos / "c.tmp").rename(world.videos / "b.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.decoded, scanned.vanished) == ([], [])
    assert world.tags() == {"a.mp4": {"Food": "suggested"}, "b.mp4": {"Animal": "suggested"}}
    assert world.places() == {"videos/a.mp4": "ok", "videos/b.mp4": "ok"}


def test_a_video_on_a_drive_that_is_not_plugged_in_has_not_moved(world):
    usb = world.folder / "usb"
    first = show_labels(usb / "a.mp4", "Animal")
    world.scan(usb)
    shutil.copy(first, world.videos / "a.mp4")
    usb.rename(world.folder / "unplugged")
    # Only the other folder is scanned: nothing says that the drive is absent.
    assert world.scan(world.videos).kinds == {"a.mp4": "copy"}
    assert world.places() == {"videos/a.mp4": "ok", "usb/a.mp4": "offline"}
    (world.folder / "unplugged").rename(usb)
    assert world.scan().quiet
    assert world.places() == {"videos/a.mp4": "ok", "usb/a.mp4": "ok"}


def test_a_place_that_cannot_be_looked_at_has_not_moved(world, monkeypatch):
    first = show_labels(world.folder / "locked" / "a.mp4")
    world.scan(world.folder / "locked")
    shutil.copy(first, world.videos / "b.mp4")

    def refusing(real):
        def look(path, *arguments, **settings):
            if path == str(first):
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return real(path, *arguments, **settings)

        return look

    monkeypatch.setattr(os, "stat", refusing(os.stat))
    monkeypatch.setattr(os, "lstat", refusing(os.lstat))
    assert world.scan(world.videos).kinds == {"b.mp4": "copy"}


# Deleted and back


def test_a_deleted_video_is_missing_and_comes_back_with_its_tags(world):
    path = show_labels(world.videos / "a.mp4", "Animal", "Food")
    show_labels(world.videos / "stays.mp4")
    world.scan(world.videos)
    video = world.id_of(path)
    world.library.reject(video, "Food")
    path.rename(world.folder / "trash")
    scanned = world.scan(world.videos)
    assert scanned.vanished == ["a.mp4"]
    assert world.scan(world.videos).quiet
    record = world.library.video(video)
    assert (record.status, len(record.scores)) == ("missing", 10)
    assert world.tags()["a.mp4"] == {"Animal": "suggested", "Food": "rejected"}
    assert list(world.library.features.of([video], world.tagger.bundle.space_id))
    (world.folder / "trash").rename(path)
    scanned = world.scan(world.videos)
    assert (scanned.listed.returned, scanned.listed.unchanged, scanned.decoded) == (1, 2, [])
    assert world.places()["videos/a.mp4"] == "ok"
    assert world.tags()["a.mp4"] == {"Animal": "suggested", "Food": "rejected"}


def test_another_video_in_the_place_of_a_missing_one_is_there(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "stays.mp4")
    world.scan(world.videos)
    path.unlink()
    world.scan(world.videos)
    show_labels(path, "Food", "Food", "Food")
    assert world.scan(world.videos).kinds == {"a.mp4": "changed"}
    assert world.places()["videos/a.mp4"] == "ok"
    assert world.tags()["a.mp4"] == {"Food": "suggested"}


def test_a_missing_video_comes_back_under_another_name_and_date(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "stays.mp4")
    world.scan(world.videos)
    path.rename(world.folder / "trash")
    world.scan(world.videos)
    touch(world.folder / "trash")
    (world.folder / "trash").rename(world.videos / "b.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"b.mp4": "moved"}, [])
    assert world.places() == {"videos/b.mp4": "ok", "videos/stays.mp4": "ok"}


def test_a_folder_that_became_a_link_counts_as_gone(world):
    show_labels(world.videos / "sub" / "a.mp4")
    show_labels(world.videos / "stays.mp4")
    world.scan(world.videos)
    (world.videos / "sub").rename(world.folder / "elsewhere")
    (world.videos / "sub").symlink_to(world.folder / "elsewhere")
    scanned = world.scan(world.videos)
    assert (scanned.vanished, scanned.listed.links_not_followed) == (["a.mp4"], 1)


def test_a_folder_that_became_a_link_to_another_root_moved_its_videos_there(world):
    show_labels(world.videos / "sub" / "a.mp4")
    show_labels(world.videos / "stays.mp4")
    world.scan(world.videos)
    (world.videos / "sub").rename(world.folder / "elsewhere")
    (world.videos / "sub").symlink_to(world.folder / "elsewhere")
    assert world.scan(world.videos, world.folder / "elsewhere").kinds == {"a.mp4": "moved"}
    assert world.places() == {"elsewhere/a.mp4": "ok", "videos/stays.mp4": "ok"}


# Changed


def test_changed_content_is_done_again(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    show_labels(path, "Food", "Food", "Food")
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"a.mp4": "changed"}, ["a.mp4"])
    assert world.tags() == {"a.mp4": {"Food": "suggested"}}
    assert world.scan(world.videos).quiet


def test_a_file_rewritten_with_the_same_length_keeps_what_the_person_decided(world):
    path = show_labels(world.videos / "a.mp4", "Animal", "Food")
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Holiday")
    world.library.reject(world.id_of(path), "Food")
    show_labels(path, "Animal", "Food", title="a better title")
    assert world.scan(world.videos).kinds == {"a.mp4": "changed"}
    assert world.tags() == {"a.mp4": {"Animal": "suggested", "Food": "rejected", "Holiday": "confirmed"}}


def test_a_touched_file_is_neither_decoded_nor_a_copy(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    touch(path)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"a.mp4": "unchanged"}, [])
    assert world.scan(world.videos).quiet


def test_another_feature_space_redoes_videos_and_keeps_the_old_features(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    cut(path, world.videos / "broken.mp4", 0.5)
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Holiday")
    first = world.tagger.bundle.space_id
    world.tagger = ColourTagger(colour_bundle(version="2", backbone="d" * 64))
    second = world.tagger.bundle.space_id
    assert first != second
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"a.mp4": "looked at again"}, ["a.mp4"])
    assert world.scan(world.videos).quiet
    for space in (first, second):
        assert len(list(world.library.features.of([world.id_of(path)], space))) == 1
    assert world.tags()["a.mp4"] == {"Animal": "suggested", "Holiday": "confirmed"}
    assert world.library.video(world.id_of(path)).bundle == "lite 2"
    # Back to the first model: its features are still there.
    world.tagger = ColourTagger()
    assert world.scan(world.videos).quiet


def test_what_a_model_has_not_seen_is_counted_before_it_looks(world):
    """Once for each video, without what is new, changed or broken anyway."""
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        show_labels(world.videos / name, "Animal")
    shutil.copy(world.videos / "a.mp4", world.videos / "copy.mp4")
    cut(world.videos / "b.mp4", world.videos / "broken.mp4", 0.5)
    assert not any(isinstance(event, NewForModel) for event in begin_all(world))
    show_labels(world.videos / "c.mp4", "Food")
    show_labels(world.videos / "new.mp4", "Food")
    world.tagger = ColourTagger(colour_bundle(version="2", sampled=SampledSeconds(0, 3)))
    events = begin_all(world)
    assert [type(event) for event in events[:3]] == [Listed, NewForModel, Stored]
    # 15 seconds of each of the two, three numbers of each second.
    assert events[1] == NewForModel("lite 2", LookingCost(2, None, 2 * 15 * 3))
    kinds = Counter(event.outcome.kind.value for event in events if isinstance(event, Stored))
    assert kinds == {"looked at again": 2, "unchanged": 1, "changed": 1, "new": 1}
    assert not any(isinstance(event, NewForModel) for event in begin_all(world))


def begin_all(world):
    return list(begin(world.library, world.tagger, world.reader, [str(world.videos)], workers=1))


def test_a_model_that_looks_at_other_seconds_looks_again_and_decisions_stay(world):
    path = show_labels(world.videos / "a.mp4", *["Animal"] * 8, "Food", "Dance", "Cooking", "Food")
    world.scan(world.videos)
    id_ = world.id_of(path)
    world.library.confirm(id_, "Animal")
    world.library.reject(id_, "Food")
    world.tagger = ColourTagger(colour_bundle(version="2", sampled=SampledSeconds(8, 2)))
    assert world.scan(world.videos).kinds == {"a.mp4": "looked at again"}
    record = world.library.video(id_)
    # Dance is shown in a second that is left out.
    assert {tag.name: (tag.state.value, tag.seconds) for tag in record.tags} == {
        "Animal": ("confirmed", (0, 1, 2, 3, 4, 5, 6, 7)),
        "Food": ("rejected", (8,)),
        "Cooking": ("suggested", (10,)),
    }
    ((_, features),) = world.library.features.of([id_], world.tagger.bundle.space_id)
    assert len(features.quantised) == 10
    (progress,) = retag(world.library, world.tagger, [id_])
    assert (progress.tagged, progress.changes) == (1, ())
    assert world.library.video(id_).tags == record.tags


# Files that cannot be used


def make_bad_files(folder):
    show_labels(folder / "whole.mp4", "Animal")
    cut(folder / "whole.mp4", folder / "cut.mp4", 0.6)
    make_sound(folder / "song.mp4")
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "nothing.mov").write_bytes(b"")
    (folder / "text.mp4").write_text("This is a letter.\n" * 100)


BAD = {
    "cut.mp4": "cut off",
    "song.mp4": "sound",
    "empty.mp4": "empty",
    "nothing.mov": "empty",
    "text.mp4": "text",
}


def test_bad_files_are_stored_with_their_reason_and_not_tried_again(world):
    make_bad_files(world.videos)
    scanned = world.scan(world.videos)
    assert scanned.kinds == {"whole.mp4": "new", **dict.fromkeys(BAD, "failed")}
    for name, word in BAD.items():
        assert word in scanned.reasons[name]
        assert str(world.videos) not in scanned.reasons[name]
        assert world.places()[f"videos/{name}"] == "failed"
        assert world.library.video(world.id_of(world.videos / name)).error == scanned.reasons[name]
    assert world.scan(world.videos).quiet


def test_a_bad_file_is_tried_again_when_it_changes(world):
    make_bad_files(world.videos)
    world.scan(world.videos)
    touch(world.videos / "text.mp4")
    shutil.copy(world.videos / "whole.mp4", world.videos / "cut.mp4")
    show_labels(world.videos / "empty.mp4", "Food")
    assert world.scan(world.videos).kinds == {"text.mp4": "failed", "cut.mp4": "copy", "empty.mp4": "changed"}
    assert world.tags()["empty.mp4"] == {"Food": "suggested"}
    assert world.places()["videos/nothing.mov"] == "failed"
    assert world.scan(world.videos).quiet


def test_a_bad_file_may_move_and_go(world):
    make_bad_files(world.videos)
    world.scan(world.videos)
    (world.videos / "cut.mp4").rename(world.videos / "renamed.mp4")
    (world.videos / "empty.mp4").unlink()
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.vanished) == ({"renamed.mp4": "failed"}, [])
    assert sorted(world.places()) == [
        "videos/nothing.mov",
        "videos/renamed.mp4",
        "videos/song.mp4",
        "videos/text.mp4",
        "videos/whole.mp4",
    ]


def test_a_file_that_cannot_be_opened_is_tried_at_every_scan(world):
    path = world.videos / os.fsdecode(b"caf\xe9.mp4")
    show_labels(world.videos / "a.mp4", "Animal").rename(path)

    def locked(name, size):
        if name == str(path):
            raise PermissionError(errno.EACCES, "Permission denied", name)
        return fingerprint(name, size)

    for _ in range(2):
        scanned = world.scan(world.videos, access=FileAccess(fingerprint=locked))
        assert scanned.reasons == {path.name: "it cannot be opened (Permission denied)"}
        assert (scanned.decoded, world.places()) == ([], {f"videos/{path.name}": "failed"})
    assert world.scan(world.videos).kinds == {path.name: "changed"}
    assert world.tags() == {path.name: {"Animal": "suggested"}}
    assert len(world.records()) == 1


class FailingReader:
    """Fails for one file, in a way that no one expects."""

    name = "failing"

    def __init__(self, reader, name, error):
        self.reader, self.bad, self.error = reader, name, error

    @property
    def paths(self):
        return self.reader.paths

    def read(self, path, **settings):
        for frame in self.reader.read(path, **settings):
            if os.path.basename(path) == self.bad:
                raise self.error
            yield frame


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("decoder is broken"),
        KeyError("x"),
        OSError(errno.EIO, "Input/output error"),
        ValueError("/v/caf\udce9.mp4"),
    ],
)
def test_an_unexpected_failure_of_a_decoder_is_that_files_failure(world, error):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        show_labels(world.videos / name, "Animal")
    world.reader = FailingReader(world.reader, "b.mp4", error)
    scanned = world.scan(world.videos)
    assert scanned.kinds == {"a.mp4": "new", "b.mp4": "failed", "c.mp4": "new"}
    assert type(error).__name__ in scanned.reasons["b.mp4"]
    assert world.places()["videos/b.mp4"] == "failed"


def too_many_open_files():
    error = UnreadableVideoError("b.mp4", "it cannot be opened", "Try again.")
    error.__cause__ = OSError(errno.EMFILE, "Too many open files")
    return error


@pytest.mark.parametrize("make_error", [MemoryError, too_many_open_files])
def test_what_may_work_the_next_time_is_tried_again(world, make_error):
    show_labels(world.videos / "b.mp4", "Animal")
    sound = world.reader
    world.reader = FailingReader(sound, "b.mp4", make_error())
    assert world.scan(world.videos).kinds == {"b.mp4": "failed"}
    assert world.places() == {}
    world.reader = sound
    assert world.scan(world.videos).kinds == {"b.mp4": "new"}
    assert world.scan(world.videos).quiet


def test_a_video_that_cannot_be_opened_today_is_not_hidden_by_a_failed_one(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Holiday")
    touch(path)

    def broken(name, size):
        raise OSError(errno.EIO, "Input/output error", name)

    scanned = world.scan(world.videos, access=FileAccess(fingerprint=broken))
    assert scanned.reasons == {"a.mp4": "it cannot be opened (Input/output error)"}
    kept = {"a.mp4": {"Animal": "suggested", "Holiday": "confirmed"}}
    assert (world.places(), world.tags()) == ({"videos/a.mp4": "ok"}, kept)
    assert world.scan(world.videos).kinds == {"a.mp4": "unchanged"}
    assert world.tags() == kept


def test_content_that_was_read_once_does_not_become_broken(world):
    show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    world.tagger = ColourTagger(colour_bundle(version="2", backbone="d" * 64))
    sound = world.reader
    world.reader = FailingReader(sound, "a.mp4", RuntimeError("decoder is broken"))
    assert world.scan(world.videos).kinds == {"a.mp4": "failed"}
    assert world.places() == {"videos/a.mp4": "ok"}
    world.reader = sound
    assert world.scan(world.videos).kinds == {"a.mp4": "looked at again"}


def test_another_recording_of_the_same_length_does_not_inherit(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Felix")
    path.rename(world.videos / "keep.mp4")
    show_labels(path, "Food")
    world.scan(world.videos)
    both = {"a.mp4": {"Food": "suggested"}, "keep.mp4": {"Animal": "suggested", "Felix": "confirmed"}}
    assert world.tags() == both


@pytest.mark.parametrize("error", [MissingDependencyError("OpenCV is not installed"), BundleError("damaged")])
def test_what_is_wrong_with_the_installation_stops_the_scan(world, error):
    show_labels(world.videos / "a.mp4")
    show_labels(world.videos / "b.mp4")
    world.reader = FailingReader(world.reader, "b.mp4", error)
    with pytest.raises(type(error)):
        world.scan(world.videos)
    assert "videos/b.mp4" not in world.places()


class MeddlingReader(FailingReader):
    """Does something to one file while it is read."""

    def __init__(self, reader, name, meddle):
        super().__init__(reader, name, None)
        self.meddle = meddle

    def read(self, path, **settings):
        yield from self.reader.read(path, **settings)
        if os.path.basename(path) == self.bad:
            self.meddle(path)


def grow(path):
    with open(path, "ab") as file:
        file.write(b"more")


def grow_and_fail(path):
    grow(path)
    raise RuntimeError("half a file")


def grow_and_refuse(path):
    grow(path)
    raise UnreadableVideoError(path, "it is cut off", "Copy it again.")


@pytest.mark.parametrize(
    ("meddle", "reason"),
    [
        (grow, "it changed while it was read"),
        (touch, "it changed while it was read"),
        (grow_and_fail, "it changed while it was read"),
        (grow_and_refuse, "it changed while it was read"),
        (os.unlink, "it disappeared during the scan"),
    ],
)
def test_a_file_that_changes_while_it_is_read_is_not_stored(world, meddle, reason):
    path = show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4", "Food")
    reader = world.reader
    world.reader = MeddlingReader(reader, "a.mp4", meddle)
    scanned = world.scan(world.videos)
    assert scanned.reasons == {"a.mp4": reason, "b.mp4": None}
    assert world.places() == {"videos/b.mp4": "ok"}
    world.reader = reader
    assert world.scan(world.videos).kinds == ({"a.mp4": "new"} if path.exists() else {})


def test_a_file_that_goes_between_listing_and_reading_is_not_stored(world):
    show_labels(world.videos / "a.mp4")
    gone = show_labels(world.videos / "b.mp4")
    events = begin(world.library, world.tagger, world.reader, [str(world.videos)])
    assert isinstance(next(events), Listed)
    gone.unlink()
    outcomes = [event.outcome for event in events if isinstance(event, Stored)]
    reasons = {os.path.basename(outcome.path): outcome.reason for outcome in outcomes}
    assert reasons == {"a.mp4": None, "b.mp4": "it disappeared during the scan"}
    assert world.places() == {"videos/a.mp4": "ok"}


# Roots


@pytest.mark.parametrize("empty", [False, True])
def test_an_absent_drive_is_offline_and_comes_back(world, empty):
    usb = world.folder / "usb"
    show_labels(usb / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4")
    world.scan(usb, world.videos)
    usb.rename(world.folder / "unplugged")
    if empty:
        # The mount point stays where the drive was.
        usb.mkdir()
    for folders in ((), (usb,), (usb, world.videos)):
        scanned = world.scan(*folders)
        assert (scanned.offline, scanned.vanished) == (["usb"], [])
    assert world.places() == {"usb/a.mp4": "offline", "videos/b.mp4": "ok"}
    assert world.tags()["a.mp4"] == {"Animal": "suggested"}
    if empty:
        usb.rmdir()
    (world.folder / "unplugged").rename(usb)
    assert world.scan().quiet
    assert world.places() == {"usb/a.mp4": "ok", "videos/b.mp4": "ok"}


@pytest.mark.parametrize("empty", [False, True])
def test_a_root_that_became_a_file_is_offline(world, empty):
    (world.folder / "usb").mkdir()
    if not empty:
        show_labels(world.folder / "usb" / "a.mp4")
    world.scan(world.folder / "usb")
    shutil.rmtree(world.folder / "usb")
    (world.folder / "usb").write_bytes(b"")
    assert world.scan().offline == ["usb"]


def test_a_drive_pulled_out_while_it_is_walked_loses_nothing(world, monkeypatch):
    usb = world.folder / "usb"
    show_labels(usb / "a.mp4")
    show_labels(usb / "sub" / "b.mp4")
    world.scan(usb)
    real = world.library.places.known

    def pull_out(root, path, space):
        if path == "a.mp4" and usb.exists():
            usb.rename(world.folder / "unplugged")
        return real(root, path, space)

    monkeypatch.setattr(world.library.places, "known", pull_out)
    assert world.scan(usb).vanished == []
    assert "missing" not in world.places().values()


def test_a_folder_that_was_emptied_for_good_stays_as_it_is(world):
    path = show_labels(world.videos / "a.mp4")
    show_labels(world.videos / "b.mp4")
    world.scan(world.videos)
    path.unlink()
    world.scan(world.videos)
    (world.videos / "b.mp4").unlink()
    assert world.scan(world.videos).offline == ["videos"]
    assert world.places() == {"videos/a.mp4": "missing", "videos/b.mp4": "offline"}


def test_the_date_of_a_scan_is_that_of_its_end(world):
    def scanned_at():
        return database_of(world.library).execute("SELECT scanned_at FROM roots").fetchone()[0]

    show_labels(world.videos / "sub" / "a.mp4")
    events = begin(world.library, world.tagger, world.reader, [str(world.videos)])
    next(events)
    events.close()
    world.scan(world.videos / "sub")
    assert scanned_at() is None
    world.scan(world.videos)
    assert scanned_at() is not None


def test_an_empty_new_folder_is_fine(world):
    scanned = world.scan(world.videos)
    assert scanned.quiet
    assert scanned.listed == Listed(0, 0, 0, 0, 0, ())


@pytest.mark.parametrize("bad", ["nowhere", "file.mp4", ""])
def test_a_folder_that_is_not_there_stops_before_anything_is_scanned(world, bad):
    show_labels(world.videos / "a.mp4")
    (world.folder / "file.mp4").write_bytes(b"")
    folders = [str(world.videos), str(world.folder / bad) if bad else ""]
    with pytest.raises(FolderError, match=bad or "empty"):
        list(begin(world.library, world.tagger, world.reader, folders))
    assert (world.library.roots.all(), world.records(), world.reader.paths) == ([], [], [])


def test_a_folder_below_a_root_is_a_part_of_it(world):
    show_labels(world.videos / "sub" / "a.mp4")
    show_labels(world.videos / "b.mp4")
    world.scan(world.videos)
    show_labels(world.videos / "sub" / "c.mp4")
    show_labels(world.videos / "d.mp4")
    (world.videos / "sub" / "a.mp4").unlink()
    (world.videos / "b.mp4").unlink()
    scanned = world.scan(world.videos / "sub")
    assert (scanned.kinds, scanned.vanished, scanned.listed.videos) == ({"c.mp4": "new"}, ["a.mp4"], 1)
    assert [root.path for root in world.library.roots.all()] == [str(world.videos)]
    scanned = world.scan()
    assert (scanned.kinds, scanned.vanished) == ({"d.mp4": "new"}, ["b.mp4"])


def test_a_root_above_a_known_one_leaves_its_files_to_it(world):
    show_labels(world.videos / "sub" / "a.mp4")
    world.scan(world.videos / "sub")
    show_labels(world.videos / "b.mp4")
    show_labels(world.videos / "sub" / "c.mp4")
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.listed.videos) == ({"b.mp4": "new", "c.mp4": "new"}, 3)
    assert world.scan().quiet
    (world.videos / "sub" / "a.mp4").unlink()
    (world.videos / "b.mp4").unlink()
    assert world.scan(world.videos).vanished == ["a.mp4", "b.mp4"]


def test_an_absent_nested_root_is_offline_and_not_missing(world):
    show_labels(world.videos / "usb" / "a.mp4")
    world.scan(world.videos / "usb")
    show_labels(world.videos / "b.mp4")
    world.scan(world.videos)
    shutil.rmtree(world.videos / "usb")
    scanned = world.scan(world.videos)
    assert (scanned.offline, scanned.vanished) == (["usb"], [])
    assert world.places() == {"videos/usb/a.mp4": "offline", "videos/b.mp4": "ok"}


def test_a_hidden_folder_below_a_root_can_be_scanned_by_its_name(world):
    show_labels(world.videos / "a.mp4")
    show_labels(world.videos / ".secret" / "b.mp4")
    assert world.scan(world.videos).kinds == {"a.mp4": "new"}
    assert world.scan(world.videos / ".secret").kinds == {"b.mp4": "new"}
    assert world.scan(world.videos).quiet
    assert len(world.library.roots.all()) == 2


@pytest.mark.parametrize(
    "folders",
    [
        ["videos", "videos"],
        ["videos", "videos/x"],
        ["videos/x", "videos"],
        ["videos/x/y", "videos", "videos/x"],
        ["videos", "videos/../videos/x/", "link"],
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_overlapping_folders_are_scanned_once(world, folders, known):
    (world.folder / "link").symlink_to(world.videos)
    if known:
        world.scan(world.videos)
    show_labels(world.videos / "a.mp4")
    show_labels(world.videos / "x" / "b.mp4")
    show_labels(world.videos / "x" / "y" / "c.mp4")
    scanned = world.scan(*[world.folder / folder for folder in folders])
    assert scanned.listed.videos == 3
    assert scanned.decoded == ["a.mp4", "b.mp4", "c.mp4"]
    assert [root.path for root in world.library.roots.all()] == [str(world.videos)]
    assert world.scan().quiet


def test_nested_folders_below_a_known_root_are_scanned_once(world):
    world.scan(world.videos)
    show_labels(world.videos / "x" / "y" / "c.mp4")
    scanned = world.scan(world.videos / "x" / "y", world.videos / "x")
    assert (scanned.kinds, scanned.listed.videos) == ({"c.mp4": "new"}, 1)


def test_folders_whose_names_begin_alike_are_two_roots(world):
    show_labels(world.videos / "a.mp4")
    show_labels(world.folder / "videos 2" / "b.mp4")
    world.scan(world.videos, world.folder / "videos 2")
    assert len(world.library.roots.all()) == 2


# Files out of sight


def test_excluded_files_are_not_missing(world):
    show_labels(world.videos / "a.mp4")
    show_labels(world.videos / "raw" / "b.mp4")
    show_labels(world.videos / "c.raw.mp4")
    world.scan(world.videos)
    (world.videos / "raw" / "b.mp4").unlink()
    scanned = world.scan(world.videos, exclude=["raw", "*.raw.*"])
    assert (scanned.vanished, scanned.listed.videos) == ([], 1)
    assert set(world.places().values()) == {"ok"}
    assert world.scan(world.videos).vanished == ["b.mp4"]


def test_files_in_a_folder_that_cannot_be_read_are_not_missing(world, monkeypatch):
    show_labels(world.videos / "a.mp4")
    show_labels(world.videos / "locked" / "b.mp4")
    show_labels(world.videos / "locked" / "deep" / "c.mp4")
    world.scan(world.videos)
    real = os.scandir

    def scandir(path):
        if os.path.basename(path) == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    scanned = world.scan(world.videos)
    assert scanned.vanished == []
    assert scanned.listed.unreadable_folders == (str(world.videos / "locked"),)
    assert set(world.places().values()) == {"ok"}


# Stopping


@pytest.mark.parametrize("stop_after", range(5))
def test_an_interrupted_scan_goes_on_where_it_stopped(world, stop_after):
    names = [f"{number}.mp4" for number in range(5)]
    for name in names:
        show_labels(world.videos / name)
    events = begin(world.library, world.tagger, world.reader, [str(world.videos)], workers=2)
    first = []
    next(events)
    while len(first) < stop_after:
        first.append(os.path.basename(next(events).outcome.path))
    events.close()
    assert len(world.records()) == stop_after
    second = world.scan(world.videos)
    assert sorted([*first, *second.kinds]) == names
    assert set(second.kinds.values()) == {"new"}
    assert second.vanished == []
    assert world.scan(world.videos).quiet


class EndlessReader:
    """Yields the first frame of a video again and again, slowly."""

    name = "endless"

    def __init__(self, reader):
        self.reader, self.frames = reader, 0

    def read(self, path, **settings):
        (frame,) = self.reader.read(path, **settings)
        for second in range(1000):
            if os.path.basename(path) != "a.mp4":
                time.sleep(0.02)
            elif second:
                return
            self.frames += 1
            yield replace(frame, second=second)


def test_stopping_does_not_wait_for_the_videos_being_decoded(world):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        show_labels(world.videos / name)
    reader = EndlessReader(world.reader)
    events = begin(world.library, world.tagger, reader, [str(world.videos)], workers=2)
    next(events)
    assert next(events).outcome.kind == "new"
    started = time.monotonic()
    events.close()
    assert time.monotonic() - started < 3
    assert world.places() == {"videos/a.mp4": "ok"}


def test_a_scan_that_is_asked_to_stop_ends_between_two_steps(world):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        show_labels(world.videos / name)
    stop = Event()
    events = begin(
        world.library, world.tagger, EndlessReader(world.reader), [str(world.videos)], workers=2, stop=stop
    )
    next(events)
    assert next(events).outcome.kind == "new"
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()
    with pytest.raises(StoppedError):
        list(events)
    assert time.monotonic() - started < 3
    assert world.places() == {"videos/a.mp4": "ok"}


def test_a_scan_that_is_asked_to_stop_while_it_looks_through_folders_ends_there(world):
    show_labels(world.videos / "a.mp4")
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        list(begin(world.library, world.tagger, world.reader, [str(world.videos)], stop=stop))
    assert (world.places(), world.reader.paths) == ({}, [])


def test_an_error_while_storing_does_not_wait_for_the_videos_being_decoded(world, monkeypatch):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        show_labels(world.videos / name)

    def full_disk(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(world.library.contents, "store", full_disk)
    started = time.monotonic()
    with pytest.raises(OSError, match="No space"):
        list(begin(world.library, world.tagger, EndlessReader(world.reader), [str(world.videos)], workers=2))
    assert time.monotonic() - started < 5


def test_ctrl_c_while_a_fingerprint_is_read_does_not_wait_either(world):
    for name in ("a.mp4", "b.mp4", "c.mp4", "d.mp4"):
        show_labels(world.videos / name)

    def interrupted(path, size):
        if path.endswith("d.mp4"):
            raise KeyboardInterrupt
        return fingerprint(path, size)

    reader, access = EndlessReader(world.reader), FileAccess(fingerprint=interrupted)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(begin(world.library, world.tagger, reader, [str(world.videos)], workers=2, access=access))
    assert time.monotonic() - started < 5


class NoNetworkHere(ColourBundle):
    """A bundle whose network must not be loaded."""

    @property
    def space(self):
        pytest.fail("the network was loaded")


class MadeElsewhere:
    """Decoders whose videos come with the features that another computer made."""

    room = 2

    def __init__(self, reader, bundle, **_):
        self._reader, self._spec = reader, bundle.input_spec

    def submit(self, file, fingerprint=""):
        done = Future()
        try:
            decoded = decode(file, self._reader, self._spec)
            (features,) = colour_bundle().space.extract_all([decoded.pictures])
            done.set_result(Looked(decoded.info, features, decoded.poster, "another"))
        except VideoError as error:
            done.set_exception(error)
        return done

    def news(self):
        return ()

    def close(self):
        pass


def test_what_others_make_features_of_needs_no_network_here(world):
    show_labels(world.videos / "a.mp4", "Animal")
    (world.videos / "broken.mp4").write_bytes(b"no video")
    bundle = NoNetworkHere(**{field.name: getattr(colour_bundle(), field.name) for field in fields(Bundle)})
    scanned = world.scan(
        world.videos, model=ColourTagger(bundle), access=FileAccess(start_decoders=MadeElsewhere)
    )
    assert scanned.kinds == {"a.mp4": "new", "broken.mp4": "failed"}
    assert "Animal" in world.tags()["a.mp4"]


def test_two_scans_at_once_agree(world):
    """What another scan stores between our walk and our end is not taken for vanished."""
    show_labels(world.videos / "a.mp4")
    events = begin(world.library, world.tagger, world.reader, [str(world.videos)])
    next(events)
    show_labels(world.videos / "b.mp4")
    world.scan(world.videos)
    list(events)
    assert world.places() == {"videos/a.mp4": "ok", "videos/b.mp4": "ok"}


def test_two_scans_of_the_same_files_report_no_moves(world):
    """Both list all files before either stores one; nothing moved, whoever is quicker."""
    names = [f"{number}.mp4" for number in range(12)]
    for name in names:
        show_labels(world.videos / name, "Animal")
    shutil.copy(world.videos / "0.mp4", world.videos / "copy of 0.mp4")
    (world.videos / "broken.mp4").write_bytes(b"")
    listed, kinds, errors = threading.Barrier(2), [], []

    def scan_it():
        library = Library.open(world.folder / "library.db")
        try:
            events = begin(library, ColourTagger(), CountingReader(), [str(world.videos)], workers=2)
            for event in events:
                if isinstance(event, Listed):
                    listed.wait()
                elif isinstance(event, Stored):
                    kinds.append((os.path.basename(event.outcome.path), event.outcome.kind.value))
                elif isinstance(event, Vanished):
                    assert event.paths == ()
        except BaseException as error:
            errors.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=scan_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {kind for _, kind in kinds} == {"new", "unchanged", "copy", "failed"}
    assert {name for name, kind in kinds if kind in ("new", "copy")} == {*names, "copy of 0.mp4"}
    assert set(world.places()) == {f"videos/{name}" for name in (*names, "copy of 0.mp4", "broken.mp4")}
    assert world.scan(world.videos).quiet


def test_a_long_video_is_looked_at_for_45_seconds(world):
    make_clip(world.videos / "long.mp4", seconds=50, fps=2, size=(32, 32))
    world.scan(world.videos)
    (record,) = world.records()
    ((_, features),) = world.library.features.of([record.id], world.tagger.bundle.space_id)
    assert (len(features.quantised), record.duration_s) == (45, 50.0)


# Fixed once: what reviews found


def test_a_copy_that_cannot_be_decoded_does_not_break_the_video_it_is_a_copy_of(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    world.tagger = ColourTagger(colour_bundle(version="2", backbone="d" * 64))
    shutil.copy(path, world.videos / "b.mp4")
    sound = world.reader
    world.reader = FailingReader(FailingReader(sound, "a.mp4", RuntimeError("x")), "b.mp4", RuntimeError("x"))
    assert set(world.scan(world.videos).kinds.values()) == {"failed"}
    assert world.places() == {"videos/a.mp4": "ok", "videos/b.mp4": "ok"}
    world.reader = sound
    assert "looked at again" in world.scan(world.videos).kinds.values()


def test_what_only_one_sampling_cannot_read_is_tried_again(world):
    show_labels(world.videos / "a.mp4", "Animal")
    sound = world.reader
    world.reader = FailingReader(sound, "a.mp4", CannotPlanError(str(world.videos / "a.mp4")))
    assert world.scan(world.videos).kinds == {"a.mp4": "failed"}
    world.reader = sound
    assert world.scan(world.videos).kinds == {"a.mp4": "new"}


def test_a_file_that_came_back_is_back_for_the_model_in_the_others_place_too(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    content, status = path.read_bytes(), path.stat()
    path.unlink()
    show_labels(world.videos / "b.mp4", "Food")
    world.scan(world.videos)
    assert world.places()["videos/a.mp4"] == "missing"
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    list(begin(world.library, UsableModel(BrokenTagger(), world.tagger), world.reader))
    assert world.places() == {"videos/a.mp4": "ok", "videos/b.mp4": "ok"}


def test_a_video_in_the_cloud_keeps_its_place_when_a_copy_turns_up(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    copy = world.videos / "copy.mp4"
    path.rename(copy)
    (world.videos / ".a.mp4.icloud").write_bytes(b"bplist00")
    scanned = world.scan(world.videos)
    assert scanned.kinds == {"copy.mp4": "copy"}
    assert set(world.places()) == {"videos/a.mp4", "videos/copy.mp4"}
    assert scanned.listed.cloud_only == 0


def test_known_files_do_not_wait_for_a_long_one(world):
    for number in range(60):
        show_labels(world.videos / f"b{number:02}.mp4")
    world.scan(world.videos)
    for number in range(60):
        touch(world.videos / f"b{number:02}.mp4")
    show_labels(world.videos / "a0.mp4")
    ended = Event()

    class Waiting(CountingReader):
        def read(self, path, **settings):
            if path.endswith("a0.mp4"):
                ended.wait(60)
            return super().read(path, **settings)

    events = begin(world.library, world.tagger, Waiting(), [str(world.videos)], workers=1)
    next(events)
    started = time.monotonic()
    kinds = {next(events).outcome.kind.value for _ in range(60)}
    waited = time.monotonic() - started
    ended.set()
    list(events)
    assert kinds == {"unchanged"}
    # A tenth of a second for each two would be three seconds.
    assert waited < 2


# A model that cannot be run


class BrokenTagger(ColourTagger):
    """Its backbone cannot be loaded, as where TensorFlow is missing."""

    def __init__(self, error=None):
        bundle = colour_bundle(version="2", backbone="d" * 64)
        error = error or MissingDependencyError("TensorFlow is not installed. Run: pip install it")

        class Broken(type(bundle)):
            @property
            def space(self):
                raise error

        super().__init__(Broken(**bundle.__dict__))


@pytest.mark.parametrize("error", [None, BundleError("a file of the model is missing")])
def test_another_model_takes_the_place_of_one_that_cannot_be_run(world, error):
    show_labels(world.videos / "a.mp4", "Animal")
    lite, world.tagger = world.tagger, BrokenTagger(error)
    events = list(
        begin(world.library, UsableModel(world.tagger, lite), world.reader, [str(world.videos)], workers=1)
    )
    assert [type(event) for event in events] == [Listed, ModelUnusable, Stored, Vanished]
    assert events[1] == ModelUnusable(str(error or "TensorFlow is not installed. Run: pip install it"), 1)
    assert world.tags() == {"a.mp4": {"Animal": "suggested"}}
    (record,) = world.records()
    assert record.bundle == "lite 1"


def test_what_the_other_model_saw_before_is_not_looked_at_again_by_the_one_in_its_place(world):
    show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    show_labels(world.videos / "b.mp4", "Food")
    events = list(
        begin(
            world.library,
            UsableModel(BrokenTagger(), world.tagger),
            world.reader,
            [str(world.videos)],
            workers=1,
        )
    )
    (listed,) = (event for event in events if isinstance(event, Listed))
    (unusable,) = (event for event in events if isinstance(event, ModelUnusable))
    assert (listed.to_do, unusable.to_do) == (2, 1)
    assert [event.outcome.path for event in events if isinstance(event, Stored)] == [
        str(world.videos / "b.mp4")
    ]
    assert [(event.done, event.to_do) for event in events if isinstance(event, Stored)] == [(1, 1)]


def test_a_model_that_is_not_needed_is_not_loaded(world):
    show_labels(world.videos / "a.mp4", "Animal")
    world.scan(world.videos)
    (world.videos / "a.mp4").unlink()
    events = list(begin(world.library, UsableModel(BrokenTagger(), world.tagger), world.reader))
    assert not [event for event in events if isinstance(event, ModelUnusable)]


def test_without_another_model_the_reason_is_raised(world):
    show_labels(world.videos / "a.mp4", "Animal")
    with pytest.raises(MissingDependencyError, match="TensorFlow"):
        list(begin(world.library, BrokenTagger(), world.reader, [str(world.videos)]))


class MuteTagger(Tagger):
    """Its backbone runs, its classifier is damaged."""

    def __init__(self):
        bundle = colour_bundle(version="2", backbone="d" * 64)

        class Mute(type(bundle)):
            @property
            def classifier_file(self):
                raise BundleError("classifier: this file is damaged.")

        super().__init__(Mute(**bundle.__dict__))


def test_a_damaged_classifier_is_found_before_anything_is_decoded(world):
    show_labels(world.videos / "a.mp4", "Animal")
    events = list(
        begin(
            world.library,
            UsableModel(MuteTagger(), world.tagger),
            world.reader,
            [str(world.videos)],
            workers=1,
        )
    )
    assert [type(event) for event in events] == [Listed, ModelUnusable, Stored, Vanished]
    assert events[1] == ModelUnusable("classifier: this file is damaged.", 1)
    assert world.records()[0].bundle == "lite 1"


def test_in_the_place_of_one_that_is_gone_only_what_no_model_saw_is_looked_at(world):
    show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4", "Food")
    show_labels(world.videos / "c.mp4", "Dance")
    lite, world.tagger = world.tagger, ColourTagger(colour_bundle(version="2", backbone="d" * 64))
    world.scan(world.videos)
    # One moves, one goes and comes back, one is new.
    (world.videos / "b.mp4").rename(world.videos / "moved.mp4")
    (world.videos / "c.mp4").rename(world.folder / "c.mp4")
    world.scan(world.videos)
    (world.folder / "c.mp4").rename(world.videos / "c.mp4")
    (world.videos / "moved.mp4").rename(world.videos / "again.mp4")
    show_labels(world.videos / "new.mp4", "Nature")
    world.reader.paths.clear()
    in_place = UsableModel(lite, unusable="It is gone.")
    events = list(begin(world.library, in_place, world.reader, [str(world.videos)], workers=1))
    # Two are known where they lie, the one that came back among them.
    assert [event for event in events if isinstance(event, ModelUnusable)] == [
        ModelUnusable("It is gone.", 2)
    ]
    assert world.reader.paths == [str(world.videos / "new.mp4")]
    models = {os.path.basename(record.places[0].path): record.bundle for record in world.records()}
    assert models == {"a.mp4": "lite 2", "again.mp4": "lite 2", "c.mp4": "lite 2", "new.mp4": "lite 1"}
    assert set(world.places().values()) == {"ok"}
    # Nothing is left to do, whichever of the two the next scan is given.
    events = list(begin(world.library, in_place, world.reader, workers=1))
    assert not [event for event in events if isinstance(event, Stored)]


# Retry


@pytest.fixture
def failed(world):
    """Four files that cannot be read at first; the reader is mended by ``failed.discard``."""
    names = {"a.mp4", "sub/b.mp4", "sub/deep/c.mp4", "sub2/d.mp4"}
    for name in sorted(names):
        show_labels(world.videos / name, "Animal")
    show_labels(world.videos / "sound.mp4")
    broken = {str(world.videos / name) for name in names}
    real = world.reader.read

    def read(path, **settings):
        if path in broken:
            raise UnreadableVideoError(path, "today's decoder cannot read it", "Wait for a better one.")
        return real(path, **settings)

    world.reader.read = read
    world.scan(world.videos)
    assert sorted(world.places().values()) == ["failed"] * 4 + ["ok"]
    return broken


@pytest.mark.parametrize(
    ("asked", "tried"),
    [
        ([], {"a.mp4", "b.mp4", "c.mp4", "d.mp4"}),
        (["a.mp4"], {"a.mp4"}),
        (["sub"], {"b.mp4", "c.mp4"}),
        (["sub/"], {"b.mp4", "c.mp4"}),
        (["sub/deep/c.mp4", "sub2"], {"c.mp4", "d.mp4"}),
        ([""], {"a.mp4", "b.mp4", "c.mp4", "d.mp4"}),
        (["sound.mp4"], set()),
    ],
)
def test_failed_files_are_tried_again_when_asked(world, failed, asked, tried):
    failed.clear()
    show_labels(world.videos / "new.mp4")
    # Whatever a scan makes of them: it leaves them alone, for they did not change.
    assert world.scan(world.videos, only=failed).outcomes == []
    scanned = world.scan(*(world.videos / name for name in asked), retry_failed=True)
    assert scanned.kinds == dict.fromkeys(tried, "changed")
    assert (scanned.vanished, set(scanned.decoded)) == ([], tried)
    names = {os.path.basename(path): status for path, status in world.places().items()}
    assert {name for name, status in names.items() if status == "ok"} == {"sound.mp4", *tried}
    assert all(world.tags()[name] == {"Animal": "suggested"} for name in tried)
    again = world.scan(*(world.videos / name for name in asked), retry_failed=True)
    assert again.quiet


def test_what_fails_again_has_its_newest_reason(world, failed):
    before = world.reader.read

    def read(path, **settings):
        if path in failed:
            raise UnreadableVideoError(path, "tomorrow's cannot either", "Wait.")
        return before(path, **settings)

    world.reader.read = read
    scanned = world.scan(world.videos / "a.mp4", retry_failed=True)
    assert scanned.reasons == {"a.mp4": "tomorrow's cannot either"}
    assert world.library.video(world.id_of(world.videos / "a.mp4")).error == "tomorrow's cannot either"


def test_a_failed_file_that_is_gone_is_missing_after_a_retry(world, failed):
    (world.videos / "a.mp4").unlink()
    scanned = world.scan(retry_failed=True)
    assert (scanned.vanished, "a.mp4" in scanned.kinds) == (["a.mp4"], False)
    assert world.places()["videos/a.mp4"] == "missing"


def test_a_retry_does_not_count_as_a_scan_of_its_root(world, failed):
    before = database_of(world.library).execute("SELECT scanned_at FROM roots").fetchall()
    database_of(world.library).execute("UPDATE roots SET scanned_at = 'then'")
    world.scan(retry_failed=True)
    assert (
        database_of(world.library).execute("SELECT scanned_at FROM roots").fetchall() == [("then",)] != before
    )


def test_a_retry_of_what_is_not_there_is_an_error(world, failed):
    with pytest.raises(FolderError, match="does not exist"):
        world.scan(world.videos / "nowhere", retry_failed=True)


def test_failed_files_on_an_absent_drive_wait(world, failed):
    world.videos.rename(world.folder / "unplugged")
    scanned = world.scan(retry_failed=True)
    assert (scanned.offline, scanned.outcomes, scanned.vanished) == (["videos"], [], [])


# Again


@pytest.fixture
def misread(world):
    """Three videos, one of them at two places, in which an older organizer saw a football match."""
    for name in ("a.mp4", "sub/b.mp4", "sub/c.mp4"):
        show_labels(world.videos / name, "Football")
    world.scan(world.videos)
    shutil.copy(world.videos / "a.mp4", world.videos / "copy.mp4")
    world.scan(world.videos)
    world.library.confirm(world.id_of(world.videos / "sub/b.mp4"), "Mine")
    world.library.reject(world.id_of(world.videos / "sub/c.mp4"), "Animal")
    real = world.reader.read
    seen_now = world.folder / "seen now.mp4"
    show_labels(seen_now, "Animal")
    world.reader.read = lambda path, **settings: real(
        str(seen_now) if path.startswith(str(world.videos)) else path, **settings
    )
    return world


@pytest.mark.parametrize(
    ("asked", "looked_at"),
    [([], ["a.mp4", "b.mp4", "c.mp4"]), (["sub"], ["b.mp4", "c.mp4"]), (["sub/b.mp4"], ["b.mp4"])],
)
def test_known_videos_are_looked_at_again_when_asked(misread, asked, looked_at):
    world = misread
    ids = {name: world.id_of(world.videos / name) for name in ("a.mp4", "sub/b.mp4", "sub/c.mp4")}
    assert world.scan(world.videos).quiet
    scanned = world.scan(*(world.videos / name for name in asked), again=True)
    assert scanned.kinds == dict.fromkeys(looked_at, "looked at again")
    assert ids == {name: world.id_of(world.videos / name) for name in ids}
    tags = world.tags()
    for name in looked_at:
        decided = {"b.mp4": {"Mine": "confirmed", "Animal": "suggested"}, "c.mp4": {"Animal": "rejected"}}
        assert tags[name] == decided.get(name, {"Animal": "suggested"})
    for name in {"a.mp4", "b.mp4", "c.mp4"} - set(looked_at):
        assert tags[name]["Football"] == "suggested"
    assert world.id_of(world.videos / "copy.mp4") == ids["a.mp4"]
    assert world.scan(world.videos).quiet


@pytest.mark.parametrize("asked", ["copy.mp4", "a.mp4", ""])
def test_any_copy_may_be_named_and_one_is_looked_at(misread, asked):
    scanned = misread.scan(misread.videos / asked, again=True)
    assert len([name for name in scanned.decoded if name in {"a.mp4", "copy.mp4"}]) <= 1
    assert misread.tags()["a.mp4"]["Animal"] == "suggested"


def test_one_that_was_stopped_begins_with_the_rest(misread):
    world = misread
    database_of(world.library).execute("UPDATE videos SET analysed_at = '2020-01-01T00:00:00+00:00'")
    world.scan(world.videos / "sub/b.mp4", again=True)
    events = scan(world.library, world.tagger, world.reader, [], again=True, isolated=False, workers=1)
    order = [os.path.basename(event.outcome.path) for event in events if isinstance(event, Stored)]
    assert order[-1] == "b.mp4"
    assert sorted(order[:-1]) == ["a.mp4", "c.mp4"]


def test_no_other_model_takes_the_place_when_videos_are_looked_at_again(misread):
    before = misread.tags()
    with pytest.raises(BundleError, match="looked at again only with the model"):
        misread.scan(again=True, model=UsableModel(misread.tagger, unusable="The model is damaged."))
    assert misread.tags() == before


def test_a_zone_that_an_earlier_name_gave_away_stays_when_looked_at_again(world):
    noted = "2023-05-01T12:00:03Z"
    path = show_labels(world.videos / "20230501_140000.mp4", "Animal", creation_time=noted)
    world.scan(world.videos)
    path.rename(world.videos / "holiday.mp4")
    world.scan(world.videos)
    (before,) = (record.taken_at for record in world.records())
    assert before.endswith("+02:00")
    assert world.scan(again=True).kinds == {"holiday.mp4": "looked at again"}
    assert [record.taken_at for record in world.records()] == [before]


def test_what_cannot_be_read_again_stays_as_it_was(misread):
    world = misread
    before = world.tags()

    def read(path, **settings):
        raise UnreadableVideoError(path, "today's decoder cannot read it", "Wait for a better one.")

    world.reader.read = read
    scanned = world.scan(again=True)
    assert set(scanned.kinds.values()) == {"failed"}
    assert world.tags() == before
    assert set(world.places().values()) == {"ok"}


def test_a_known_video_of_an_ambiguous_name_that_cannot_be_read_any_more_failed(world):
    """Not missing, as if nobody had it: the file is there."""
    path = make_clip(world.videos / "tape.ts", seconds=2)
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Holiday")
    path.write_bytes(bytes(range(256)) * 40)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.vanished) == ({"tape.ts": "failed"}, [])
    assert scanned.reasons == {"tape.ts": "its content is not a known video format"}
    assert world.scan(world.videos).quiet


def test_what_is_left_out_is_reported(world):
    (world.videos / "damaged.ts").write_bytes(bytes(range(256)) * 40)
    show_labels(world.videos / "sub" / "a.mp4")
    (world.videos / "sub" / ".nomedia").touch()
    left_out = world.scan(world.videos).listed.left_out
    assert [(os.path.basename(entry.path), entry.of_interest) for entry in left_out] == [
        ("damaged.ts", True),
        ("sub", True),
    ]


@pytest.mark.parametrize("marker", [".nomedia", "renamed"])
def test_what_is_known_below_a_folder_that_is_now_left_out_stays(world, marker):
    show_labels(world.videos / "sub" / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4")
    world.scan(world.videos)
    if marker == ".nomedia":
        (world.videos / "sub" / ".nomedia").touch()
        expected = {"videos/sub/a.mp4": "ok", "videos/b.mp4": "ok"}
    else:
        # Moved to the trash of a storage box: gone from where it was.
        (world.videos / "@Recycle").mkdir()
        (world.videos / "sub").rename(world.videos / "@Recycle" / "sub")
        expected = {"videos/sub/a.mp4": "missing", "videos/b.mp4": "ok"}
    world.scan(world.videos)
    assert world.places() == expected
    # It is not listed for ever: its file can go there, too.
    (world.videos / "sub" / "a.mp4").unlink(missing_ok=True)
    world.scan(world.videos)
    assert world.places() == {"videos/sub/a.mp4": "missing", "videos/b.mp4": "ok"}


def test_a_known_video_in_a_trash_stays_as_long_as_its_file(world, monkeypatch):
    """Older versions looked into the trash of storage boxes."""
    show_labels(world.videos / "@Recycle" / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4")
    with monkeypatch.context() as older:
        older.setattr(walk, "is_system_name", lambda _: False)
        world.scan(world.videos)
    assert world.scan(world.videos).quiet
    assert world.places() == {"videos/@Recycle/a.mp4": "ok", "videos/b.mp4": "ok"}
    (world.videos / "@Recycle" / "a.mp4").unlink()
    assert world.scan(world.videos).vanished == ["a.mp4"]


@pytest.mark.parametrize("name", ["@Recycle", "RECYCLER", "private", ".private"])
def test_a_folder_that_is_left_out_can_be_scanned_by_its_name(world, name):
    show_labels(world.videos / name / "deep" / "a.mp4", "Animal")
    show_labels(world.videos / "b.mp4")
    (world.videos / name / ".nomedia").touch()
    assert world.scan(world.videos).kinds == {"b.mp4": "new"}
    assert world.scan(world.videos / name).kinds == {"a.mp4": "new"}
    assert world.scan(world.videos).quiet
    assert world.scan().quiet
    assert world.places() == {f"videos/{name}/deep/a.mp4": "ok", "videos/b.mp4": "ok"}


@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("VID_20230501_120000_00_001.insv", "mp4", "libx264"),
        ("GS010013.360", "mp4", "libx264"),
        ("PXL_20230501_120000000.MP", "mp4", "libx264"),
        ("Isml_480.ismv", "ismv", "libx264"),
        ("VR_MOVIE.VRO", "vob", "mpeg2video"),
        ("tape.m2p", "mpeg", "mpeg2video"),
        ("film.mp2v", "mpeg2video", "mpeg2video"),
        ("DVB 2009.tp", "mpegts", "mpeg2video"),
        ("Tatort.rec", "mpegts", "libx264"),
        ("Tagesschau.dvr-ms", "asf", "mpeg2video"),
    ],
)
def test_files_of_cameras_and_recorders_are_read(world, name, container, codec):
    make_clip(world.videos / name, seconds=2, fps=25, container=container, codec=codec)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.reasons) == ({name: "new"}, {name: None})
    assert world.scan(world.videos).quiet


def test_who_shows_a_scan_is_told_which_file_is_looked_at(world):
    paths = [show_labels(world.videos / f"{number}.mp4", "Animal") for number in range(3)]
    at_hand, told = AtHand(), []
    events = begin(world.library, world.tagger, world.reader, [str(world.videos)], workers=1, at_hand=at_hand)
    for event in events:
        if isinstance(event, Listed):
            assert at_hand.path is None
        told.append(at_hand.path)
    assert {path for path in told if path is not None} <= set(map(str, paths))
    assert told[-1] is not None
