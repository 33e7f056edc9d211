"""Taught tags as files."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from organizer.errors import TeachingError
from organizer.teaching import transfer
from organizer.teaching.transfer import read_taught, write_taught
from tests.teaching.test_taught_tags import RED


def changed(source, target, **changes):
    with np.load(source) as stored:
        arrays = dict(stored)
    facts = json.loads(str(arrays["facts"]))
    for name, value in changes.items():
        if name in arrays:
            arrays[name] = value
        else:
            facts[name] = value
    arrays["facts"] = np.array(json.dumps(facts))
    with target.open("wb") as stream:
        np.savez(stream, **arrays)
    return target


def test_what_was_written_is_read(tmp_path):
    write_taught(RED, tmp_path / "red.npz")
    read = read_taught(tmp_path / "red.npz")
    for field in fields(RED):
        np.testing.assert_array_equal(getattr(read, field.name), getattr(RED, field.name))
    assert [path.name for path in tmp_path.iterdir()] == ["red.npz"]


def test_no_file_is_written_over(tmp_path):
    (tmp_path / "red.npz").write_text("mine")
    with pytest.raises(TeachingError, match="already"):
        write_taught(RED, tmp_path / "red.npz")
    assert (tmp_path / "red.npz").read_text() == "mine"


def test_a_refined_label_stays_with_its_answers(tmp_path):
    with pytest.raises(TeachingError, match="refined by your answers"):
        write_taught(replace(RED, refines="lite 1"), tmp_path / "red.npz")


def test_a_place_that_knows_no_links_is_written_too(tmp_path, monkeypatch):
    def no_link(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(transfer.os, "link", no_link)
    write_taught(RED, tmp_path / "red.npz")
    assert read_taught(tmp_path / "red.npz").name == RED.name
    assert [path.name for path in tmp_path.iterdir()] == ["red.npz"]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(TeachingError, match="cannot be written"):
        write_taught(RED, tmp_path / "nowhere" / "red.npz")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"weights": np.zeros(2, np.float32)},
        {"weights": np.array([1, np.nan, 1], np.float32)},
        {"weights": np.zeros((3, 3), np.float32)},
        {"slope": "x"},
        {"offset": float("inf")},
        {"maybe": 0.0},
        {"maybe": 0.9, "given": 0.5},
        {"given": 2.0},
        {"report": {}},
        {"report": None},
        {"shown": None},
        {"shown": 10**30},
        {"shown": True},
        {"slope": 10**400},
        {"offset": 1e9},
        {"scale": np.full(3, 3e38, np.float32)},
        {"report": {"given": 0, "suggested": None, "wrong": 0, "expected": 0.1, "answers": 0}},
        {"report": {"given": 0, "suggested": "\\x1b[2J", "wrong": 0, "expected": 0.1, "answers": 0}},
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, change):
    write_taught(RED, tmp_path / "red.npz")
    with pytest.raises(TeachingError, match="no taught tag, or it is damaged"):
        read_taught(changed(tmp_path / "red.npz", tmp_path / "other.npz", **change))


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_what_is_no_such_file_is_refused(tmp_path, content):
    (tmp_path / "red.npz").write_bytes(content)
    with pytest.raises(TeachingError, match="no taught tag, or it is damaged"):
        read_taught(tmp_path / "red.npz")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(TeachingError, match="cannot be read"):
        read_taught(tmp_path / "none.npz")
