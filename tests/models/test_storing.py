import errno
import shutil
from types import SimpleNamespace

import pytest

from organizer.errors import StorageError
from organizer.models.storing import copy_folder, size_of, storing
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

    def copyfile(source, target, **_options):
        copied.append(source)
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    target = tmp_path / "target"
    with (
        pytest.raises(StorageError, match=r"target: the disk is full\. Make room; then"),
        storing(target, AGAIN),
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
