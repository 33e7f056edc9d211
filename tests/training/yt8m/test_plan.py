import hashlib
import json

import pytest

from organizer.errors import DownloadError
from organizer.models.checksums import ChecksumKind
from organizer.training.yt8m.shards import Choice, Md5, read_plan

MD5 = "0123456789abcdef0123456789abcdef"
NAMES = {f"train{number:04d}.tfrecord": MD5 for number in range(1000)}


def test_a_plan(tmp_path):
    file = tmp_path / "frame_train.json"
    file.write_text(
        json.dumps({"files": {"train01.tfrecord": MD5.upper(), "trainZz": MD5}}), encoding="utf-8"
    )
    assert read_plan(file) == {"train01.tfrecord": MD5, "trainZz.tfrecord": MD5}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<html>",
        "[]",
        '{"shards": {}}',
        '{"files": {}}',
        '{"files": []}',
        '{"files": {"train": 5}}',
        '{"files": {"train": "0123"}}',
        json.dumps({"files": {"../train": MD5}}),
        json.dumps({"files": {"/etc/train": MD5}}),
        json.dumps({"files": {".tfrecord": MD5}}),
    ],
)
def test_other_files_are_no_plans(tmp_path, content):
    file = tmp_path / "frame_train.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DownloadError, match=r"frame_train\.json"):
        read_plan(file)


def test_more_shards_are_the_same_and_more():
    few, many = Choice(20).of(NAMES), Choice(21).of(NAMES)
    assert len(few) == 20
    assert list(many)[:20] == list(few)
    assert Choice(20).of(dict(reversed(NAMES.items()))) == few


def test_the_choice_is_spread():
    numbers = sorted(int(name[5:9]) for name in Choice(50).of(NAMES))
    assert all(any(low <= number < low + 200 for number in numbers) for low in range(0, 1000, 200))


def test_parts_are_all_shards_once():
    parts = [Choice(None, part, 3).of(NAMES) for part in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(NAMES)
    assert list(Choice(2, 2, 3).of(NAMES)) == list(parts[1])[:2]


@pytest.mark.parametrize("choice", [Choice(0), Choice(1, 0, 3), Choice(1, 4, 3), Choice(None, 1500, 2000)])
def test_choices_of_nothing(choice):
    with pytest.raises(DownloadError):
        choice.of(NAMES)


def test_md5(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert Md5(ChecksumKind.SHA256, "900150983cd24fb0d6963f7d28e17f72").of(file) == Md5(
        ChecksumKind.SHA256, hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
    )
    assert str(Md5(ChecksumKind.SHA256, MD5)) == f"md5:{MD5}"
