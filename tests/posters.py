"""Posters of frames made in tests."""

from __future__ import annotations

from organizer.frames.pictures.poster import PosterPicker


def make_poster(frames):
    picker = PosterPicker()
    for rgb in frames:
        picker.add(rgb)
    return picker.encode()
