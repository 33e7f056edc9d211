import hashlib
import json

import pytest

from organizer.errors import DownloadError
from organizer.models.checksums import ChecksumKind
from organizer.training.yt8m.shards import Md5, chosen_shards, read_plan

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
    few, many = chosen_shards(NAMES, 20), chosen_shards(NAMES, 21)
    assert len(few) == 20
    assert list(many)[:20] == list(few)
    assert chosen_shards(dict(reversed(NAMES.items())), 20) == few


def test_the_choice_is_spread():
    numbers = sorted(int(name[5:9]) for name in chosen_shards(NAMES, 50))
    assert all(any(low <= number < low + 200 for number in numbers) for low in range(0, 1000, 200))


def test_without_a_number_it_is_all_of_them():
    assert chosen_shards(NAMES, None) == NAMES
    assert list(chosen_shards(NAMES, None))[:20] == list(chosen_shards(NAMES, 20))


@pytest.mark.parametrize("number", [0, -1])
def test_no_shards_cannot_be_asked_for(number):
    with pytest.raises(DownloadError, match="Ask for 1 or more"):
        chosen_shards(NAMES, number)


def test_md5(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert Md5(ChecksumKind.SHA256, "900150983cd24fb0d6963f7d28e17f72").of(file) == Md5(
        ChecksumKind.SHA256, hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
    )
    assert str(Md5(ChecksumKind.SHA256, MD5)) == f"md5:{MD5}"
