import os
import shutil
import subprocess

import pytest

from organizer.models.checksums import Checksum, ChecksumKind, git_blob_id, parse_checksum, sha256_of

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("content", "sha256", "blob"),
    [
        (b"", EMPTY_SHA256, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        # The example of the book Pro Git.
        (
            b"what is up, doc?",
            "af4e812d13b4eae6da91024f15f7679dae49d40aee3fb4c7216b56d04193f46c",
            "bd9dbf5aae1a3862dd1526723246b20206e5fc37",
        ),
    ],
)
def test_worked_examples(tmp_path, content, sha256, blob):
    file = tmp_path / "file"
    file.write_bytes(content)
    assert sha256_of(file) == sha256
    assert git_blob_id(file) == blob


@pytest.mark.parametrize("size", [1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001])
def test_a_blob_is_named_as_git_names_it(tmp_path, size):
    if shutil.which("git") is None:
        pytest.skip("GIT IS MISSING")
    file = tmp_path / "file"
    file.write_bytes((bytes(range(256)) * (size // 256 + 1))[:size])
    command = ["git", "hash-object", "--no-filters", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert git_blob_id(file) == said.strip()


def test_a_file_that_grows_meanwhile_has_no_blob_id(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"longer than it was")
    (tmp_path / "before").write_bytes(b"short")
    before = os.stat(tmp_path / "before")
    monkeypatch.setattr(os, "fstat", lambda _number: before)
    with pytest.raises(OSError, match="changed while it was read"):
        git_blob_id(tmp_path / "file")


def test_a_checksum_tells_one_flipped_bit(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"organizer")
    for kind in ChecksumKind:
        right = Checksum(kind, "").of(file)
        assert right == Checksum(kind, "").of(file)
        file.write_bytes(b"organizes")
        assert right != Checksum(kind, "").of(file)
        file.write_bytes(b"organizer")


def test_reads_what_it_writes():
    pin = parse_checksum(f"sha256:{EMPTY_SHA256.upper()}")
    assert pin == Checksum(ChecksumKind.SHA256, EMPTY_SHA256)
    assert parse_checksum(str(pin)) == pin
    assert str(parse_checksum("git-blob:" + "0a" * 20)) == "git-blob:" + "0a" * 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "neither"),
        (EMPTY_SHA256, "neither"),
        ("md5:" + "0" * 32, "neither"),
        ("sha256:" + "0" * 63, "64"),
        ("sha256:" + "g" * 64, "64"),
        ("git-blob:" + "0" * 64, "40"),
        ("sha256:" + "0" * 64 + "\n", "64"),
    ],
)
def test_what_is_no_checksum_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        parse_checksum(text)
