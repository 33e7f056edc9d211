"""What the page's script needs at every run: the library, and the model in use."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from organizer.config import read_settings
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.tags.tagger import Tagger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from organizer.config import Settings
    from organizer.models.bundle import Bundle


_settings: Settings | None = None


def use(chosen: Settings) -> None:
    """Say which library the page shows; Streamlit gives its script no argument to pass it in.

    For whoever starts the server, before its first run of the script: from then on it is only read.
    """
    global _settings  # noqa: PLW0603 - one gallery a process, as one ``st.App``
    _settings = chosen


def settings() -> Settings:
    """Return what the server was started with."""
    # Where Streamlit watches files, as under ``streamlit run app.py``, it loads this module anew after an
    # edit, and what it was told is gone. The server was then started with what ``app.py`` reads: the same as
    # here.
    return _settings or read_settings(None)


def library_file() -> Path:
    """Return the library's path; the file may not exist yet."""
    return settings().library


def named_library() -> Path | None:
    """Return the library's path where a command does not find it by itself, and has to be told; else None."""
    return None if library_file() == read_settings(None).library else library_file()


def open_library() -> AbstractContextManager[Library]:
    """Open the library for one run of the script: a connection belongs to the thread of that run.

    Raises:
        LibraryError: it cannot be opened.
    """
    return Library.open(library_file())


@st.cache_resource(show_spinner=False, max_entries=2)
def _shared_tagger(_bundle: Bundle, *_key: str) -> tuple[Tagger, threading.Lock]:
    return Tagger(_bundle), threading.Lock()


@contextmanager
def tagger() -> Iterator[Tagger]:
    """Lend the tagger of the model in use: one for all tabs, one tab at a time.

    Raises:
        BundleError: the model is missing or damaged.
    """
    # By all that tells models apart: one that was chosen, or installed again, meanwhile is used from the next
    # click on.
    bundle = open_bundle()
    shared, lock = _shared_tagger(bundle, bundle.id, bundle.space_id, str(bundle.folder))
    with lock:
        yield shared
