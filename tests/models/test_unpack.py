import errno
import gzip
import io
import os
import shutil
import tarfile
from types import SimpleNamespace

import pytest

from organizer.errors import BundleError, StorageError
from organizer.models.checksums import Checksum, ChecksumKind
from organizer.models.unpack import unpack
from tests.models.stand_ins import tar_gz

SAVED_MODEL = {
    "./saved_model.pb": b"graph",
    "./variables/variables.index": b"index",
    "./variables/variables.data-00000-of-00001": bytes(range(256)) * 9000,
}


def header(name, content=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


def pack(path, *entries, form=tarfile.PAX_FORMAT):
    with tarfile.open(path, "w:gz", format=form) as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path):
    return pack(tmp_path / "hub.tar.gz", *(header(name, content) for name, content in SAVED_MODEL.items()))


def files_below(folder):
    return {
        os.path.relpath(file, folder): file.read_bytes() for file in folder.rglob("*") if not file.is_dir()
    }


def nothing_left(folder):
    return [path.name for path in folder.iterdir() if not path.name.endswith(".gz")] == []


def test_a_saved_model_comes_out_as_it_was(archive, tmp_path):
    unpack(archive, tmp_path / "models" / "hub")
    assert files_below(tmp_path / "models" / "hub") == {
        name.removeprefix("./"): content for name, content in SAVED_MODEL.items()
    }
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["hub"]


def test_empty_folders_and_long_names_come_out(tmp_path):
    long = "assets/" + "n" * 200
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        archive = pack(
            tmp_path / f"{form}.tar.gz",
            header("./", kind=tarfile.DIRTYPE),
            header("assets/", kind=tarfile.DIRTYPE),
            header(long, b"long"),
            form=form,
        )
        unpack(archive, tmp_path / str(form))
        assert files_below(tmp_path / str(form)) == {long: b"long"}


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../beside", "a/../../beside", "..\\beside", "C:beside", "a\nb", "a/..", "a\x1bb"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    archive = pack(tmp_path / "a.tar.gz", header("fine", b"1"), header(name, b"2"))
    with pytest.raises(BundleError, match="no safe name") as error:
        unpack(archive, tmp_path / "out")
    assert "a.tar.gz" in str(error.value)
    assert str(error.value).isprintable()
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        (tarfile.SYMTYPE, "/etc"),
        (tarfile.LNKTYPE, "fine"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
        (tarfile.GNUTYPE_SPARSE, ""),
    ],
)
def test_links_and_devices_are_refused(tmp_path, kind, link):
    archive = pack(tmp_path / "a.tar.gz", header("fine", b"1"), header("odd", kind=kind, link=link))
    with pytest.raises(BundleError, match="'odd' in it is no plain file"):
        unpack(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_a_file_that_is_in_it_twice_is_refused(tmp_path):
    archive = pack(tmp_path / "a.tar.gz", header("a", b"1"), header("./a", b"2"))
    with pytest.raises(BundleError, match="twice"):
        unpack(archive, tmp_path / "out")


def test_a_file_below_a_file_is_refused(tmp_path):
    archive = pack(tmp_path / "a.tar.gz", header("a", b"1"), header("a/b", b"2"))
    with pytest.raises((BundleError, StorageError)):
        unpack(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_bounds_hold(archive, tmp_path):
    whole = sum(map(len, SAVED_MODEL.values()))
    with pytest.raises(BundleError, match="more than it may"):
        unpack(archive, tmp_path / "out", most_bytes=whole - 1)
    with pytest.raises(BundleError, match="more than it may"):
        unpack(archive, tmp_path / "out", most_files=2)
    assert nothing_left(tmp_path)
    unpack(archive, tmp_path / "out", most_bytes=whole, most_files=3)


def test_a_size_that_is_only_claimed_is_refused_before_anything_is_read(tmp_path):
    info, _ = header("bomb")
    info.size = 1 << 50
    with gzip.open(tmp_path / "a.tar.gz", "wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
    with pytest.raises(BundleError, match="more than it may"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_name_of_gigabytes_is_not_read_into_memory(tmp_path, kind, monkeypatch):
    info, _ = header("x", kind=kind)
    info.size = 1 << 33
    with gzip.open(tmp_path / "a.tar.gz", "wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
    read = []
    unzip = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda *args: read.append(1) or unzip(*args))
    with pytest.raises(BundleError, match="name in it is too long"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")
    assert len(read) == 1


def test_endless_zeros_behind_the_end_are_not_read_for_ever(tmp_path):
    archive = pack(tmp_path / "a.tar.gz", header("a", b"1"))
    with gzip.open(archive, "ab") as file:
        for _ in range(8):
            file.write(bytes(1 << 20))
    with pytest.raises(BundleError, match="more than it may"):
        unpack(archive, tmp_path / "out", most_bytes=1000, most_files=1)


def test_a_cut_archive_is_refused_wherever_it_ends(archive, tmp_path):
    whole = archive.read_bytes()
    for size in (0, 1, 9, 10, 40, len(whole) // 2, len(whole) - 9, len(whole) - 8, len(whole) - 1):
        archive.write_bytes(whole[:size])
        with pytest.raises(BundleError, match="cannot be used"):
            unpack(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_a_flipped_bit_is_seen_wherever_it_is(archive, tmp_path):
    whole = archive.read_bytes()
    # Behind the header of gzip, whose date and name belong to nobody.
    for position in range(30, len(whole), max(1, len(whole) // 40)):
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        archive.write_bytes(damaged)
        with pytest.raises(BundleError, match=r"hub\.tar\.gz"):
            unpack(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>Sign in</html>", gzip.compress(b"no tar" * 200, mtime=0)])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(BundleError, match="cannot be used"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")


def test_an_archive_that_is_not_there(tmp_path):
    with pytest.raises(BundleError, match="No such file"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")
    assert nothing_left(tmp_path)


def test_files_in_it_are_proven(archive, tmp_path):
    def pin(content):
        (tmp_path / "content").write_bytes(content)
        made = Checksum(ChecksumKind.GIT_BLOB, "").of(tmp_path / "content")
        (tmp_path / "content").unlink()
        return made

    with pytest.raises(BundleError, match=r"saved_model\.pb in it is a wrong one"):
        unpack(archive, tmp_path / "out", {"saved_model.pb": pin(b"another")})
    with pytest.raises(BundleError, match=r"mean\.npy is not in it"):
        unpack(archive, tmp_path / "out", {"mean.npy": pin(b"mean")})
    assert nothing_left(tmp_path)
    unpack(archive, tmp_path / "out", {"saved_model.pb": pin(b"graph")})


def test_a_folder_that_is_there_is_left_alone(archive, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_bytes(b"1")
    with pytest.raises(BundleError, match="there already"):
        unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == {"mine": b"1"}


def test_a_full_disk_leaves_nothing(archive, tmp_path, monkeypatch):
    def full(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        unpack(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_nothing_is_written_before_all_of_it_is_known_to_be_right(tmp_path, monkeypatch):
    """What may not be in it comes last here."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a").write_bytes(b"a" * 1000)
    (folder / "b").symlink_to("/etc/passwd")
    packed = tar_gz(tmp_path / "archive.tar.gz", folder)
    monkeypatch.setattr(os, "fsync", lambda *_: pytest.fail("a file was made"))
    with pytest.raises(BundleError, match="is no plain file"):
        unpack(packed, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_room_for_all_that_is_in_it_is_looked_for_first(tmp_path, monkeypatch):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "zeros").write_bytes(bytes(10_000_000))
    packed = tar_gz(tmp_path / "archive.tar.gz", folder)
    assert packed.stat().st_size < 100_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=5_000_000))
    monkeypatch.setattr(os, "fsync", lambda *_: pytest.fail("a file was made"))
    with pytest.raises(StorageError, match=r"10\.0 MB are needed"):
        unpack(packed, tmp_path / "out")


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "archive.tar.gz")
    with pytest.raises(BundleError, match="named pipe"):
        unpack(tmp_path / "archive.tar.gz", tmp_path / "out")
