"""Only files are opened for reading, and nothing is ever waited for."""

import os
import socket

import pytest

from organizer.models.checksums import git_blob_id, sha256_of
from organizer.regular_file import open_regular, read_regular

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")


@pytest.fixture(params=["named pipe", "socket", "device", "folder", "link to a device"])
def odd(request, tmp_path, monkeypatch):
    """Something that is no file."""
    path = tmp_path / "odd"
    if request.param == "named pipe":
        os.mkfifo(path)
    elif request.param == "folder":
        path.mkdir()
    elif request.param == "socket":
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("odd")
    elif request.param == "link to a device":
        path.symlink_to("/dev/zero")
    else:
        path = type(path)("/dev/zero")
    return path, request.param.removeprefix("link to a ")


@pytest.mark.parametrize("use", [open_regular, lambda path: read_regular(path, 9), sha256_of, git_blob_id])
def test_what_is_no_file_is_refused_at_once(odd, use):
    path, kind = odd
    with pytest.raises(OSError, match=kind):
        use(path)


def test_a_file_is_read_also_through_a_link(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    for name in ("file", "link"):
        assert read_regular(tmp_path / name, 7) == b"content"
        with open_regular(tmp_path / name) as file:
            assert os.get_blocking(file.fileno()) in {True, False} and file.read() == b"content"


def test_more_than_there_may_be_is_not_read(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="more than 1 MB"):
        read_regular(tmp_path / "file", 1 << 20)


def test_a_missing_one_is_said_as_ever(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "gone")
