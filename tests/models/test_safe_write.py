import errno
import os
import shutil
from types import SimpleNamespace

import pytest

from organizer.errors import StorageError
from organizer.models.safe_write import copy_folder, new_folder, size_of, storage_errors
from organizer.models.unpack import unpack
from tests.models.stand_ins import tar_gz

AGAIN = "then do it again."


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "source"
    (folder / "inside" / "empty").mkdir(parents=True)
    (folder / "a").write_bytes(b"12345")
    (folder / "inside" / "b").write_bytes(b"123")
    return folder


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_folder_is_copied_whole(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "c").write_bytes(b"1")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    copy_folder(folder, tmp_path / "target", AGAIN)
    assert names(tmp_path / "target") == ["a", "inside", "inside/b", "inside/empty", "link", "link/c"]
    assert (tmp_path / "target" / "inside" / "b").read_bytes() == b"123"
    assert not (tmp_path / "target" / "link").is_symlink()
    assert size_of(tmp_path / "target") == size_of(folder) == 9


def test_a_disk_that_fills_up_while_copying_is_one_sentence(folder, tmp_path, monkeypatch):
    copied = []

    def copyfileobj(source, _target, _length=0):
        copied.append(source)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", copyfileobj)
    target = tmp_path / "target"
    with (
        pytest.raises(StorageError, match=r"target: the disk is full\. Make room; then"),
        storage_errors(target, AGAIN),
    ):
        copy_folder(folder, target, AGAIN)
    assert len(copied) == 1


def test_what_does_not_fit_is_not_begun(folder, tmp_path, monkeypatch):
    archive = tar_gz(tmp_path / "archive.tar.gz", folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=7))
    for write in (
        lambda: copy_folder(folder, tmp_path / "target", AGAIN),
        lambda: unpack(archive, tmp_path / "target"),
    ):
        with pytest.raises(StorageError, match=r"0\.0 MB are free"):
            write()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive.tar.gz", "source"]


def fill(folder):
    (folder / "inner").mkdir()
    (folder / "inner" / "a").write_bytes(b"a")
    (folder / "b").write_bytes(b"b")


@pytest.mark.parametrize("before", ["nothing", "an empty folder", "a link to an empty folder"])
def test_a_folder_appears_when_it_is_whole(tmp_path, before):
    target = tmp_path / "new" / "target"
    if before != "nothing":
        target.parent.mkdir()
        (target if before == "an empty folder" else tmp_path / "real").mkdir()
    if before == "a link to an empty folder":
        target.symlink_to(tmp_path / "real")
    with new_folder(target, AGAIN) as growing:
        fill(growing)
        assert not target.exists() or not any(target.iterdir())
    assert sorted(file.name for file in target.rglob("*")) == ["a", "b", "inner"]
    assert [entry.name for entry in target.parent.iterdir()] == ["target"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), ValueError()])
def test_what_fails_in_the_middle_leaves_nothing(tmp_path, error):
    target = tmp_path / "target"
    with pytest.raises(type(error)), new_folder(target, AGAIN) as growing:
        fill(growing)
        raise error
    assert list(tmp_path.iterdir()) == []


def test_what_appeared_there_meanwhile_stays(tmp_path):
    target = tmp_path / "target"
    with (
        pytest.raises(StorageError, match="target: it cannot be written"),
        new_folder(target, AGAIN) as growing,
    ):
        fill(growing)
        target.mkdir()
        (target / "theirs").write_bytes(b"x")
    assert [file.name for file in target.iterdir()] == ["theirs"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["target"]


def test_everything_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    flush, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: done.append(os.fstat(file).st_ino) or flush(file))
    monkeypatch.setattr(os, "replace", lambda *names: done.append("named") or rename(*names))
    with new_folder(tmp_path / "target", AGAIN) as growing:
        fill(growing)
    files = {file.stat().st_ino for file in (tmp_path / "target").rglob("*") if file.is_file()}
    assert set(done[: done.index("named")]) >= files
    assert tmp_path.stat().st_ino in done[done.index("named") :]


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")
@pytest.mark.parametrize("kind", ["a named pipe", "a device"])
def test_only_files_are_copied(folder, tmp_path, kind):
    if kind == "a device":
        (folder / "odd").symlink_to("/dev/zero")
    else:
        os.mkfifo(folder / "odd")
    with pytest.raises(StorageError, match=kind), storage_errors(tmp_path / "target", AGAIN):
        copy_folder(folder, tmp_path / "target", AGAIN)
