"""How a file that lies only in a cloud, or that Windows hides, is told from one that is here."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from organizer.frames.folders.left_out import is_cloud_only, is_hidden_by_attribute, stands_for


@pytest.mark.parametrize(
    ("attributes", "cloud_only"),
    [
        ({"st_file_attributes": 0x501620}, True),  # OneDrive on Windows 11, "available when online"
        ({"st_file_attributes": 0x400000}, True),
        ({"st_file_attributes": 0x40000}, True),
        ({"st_file_attributes": 0x1000}, True),
        ({"st_file_attributes": 0x80420}, False),  # "always keep on this device": pinned and here
        ({"st_file_attributes": 0x20}, False),
        ({"st_flags": 0x40000000}, True),
        ({"st_flags": 0x20 | 0x40}, False),  # compressed and tracked
        ({}, False),
    ],
)
def test_attributes(attributes, cloud_only):
    assert is_cloud_only(SimpleNamespace(**attributes)) is cloud_only  # type: ignore[arg-type]


def test_windows_attributes_hide_a_file():
    assert is_hidden_by_attribute(SimpleNamespace(st_file_attributes=0x2))  # type: ignore[arg-type]
    assert not is_hidden_by_attribute(os.stat(__file__))


def test_an_ordinary_file_is_here(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"x")
    assert not is_cloud_only(os.stat(tmp_path / "clip.mp4"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".Beach.mp4.icloud", "Beach.mp4"),
        (".two\nlines.mov.icloud", "two\nlines.mov"),
        ("Beach.mp4.nextcloud", "Beach.mp4"),
        ("Beach.mp4.owncloud", "Beach.mp4"),
        ("Beach.mp4.icloud", None),
        ("..icloud", None),
        (".icloud", None),
        (".nextcloud", None),
        ("Beach.mp4", None),
    ],
)
def test_stand_ins(name, expected):
    assert stands_for(name) == expected
