"""The page of folders: add by browsing, look through again, forget, leave out, and what could not be read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.errors import FolderError
from organizer.gallery.folder_list import (
    FAILED_LINK,
    LIVE_LINK,
    MOST_FAILED,
    failed_file,
    folder_row,
)
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.pipeline.background_jobs import start_scan
from organizer.text import count, safe_text
from organizer.ui.folder_browser import home, open_folder, places
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.parts.folders import checked_folder
from organizer.ui.parts.job_panel import SEEK_FAILED, remember_job
from organizer.ui.parts.panel_actions import carry_out, text
from organizer.ui.parts.toasts import say
from organizer.ui.resources import library_file, open_library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from organizer.gallery.view_state import ViewState
    from organizer.library import Library

_FOLDERS, _BROWSED = "folders", "folders_browsed"
_PURPOSES = ("add", "exclude")
_folders = load_component(_FOLDERS)
_FAILED = VideoFilter(
    status=Status.FAILED, sort=Sort.NAME, descending=False, hidden=None, live=None, limit=MOST_FAILED
)


def show_folders(library: Library, _view: ViewState) -> None:
    """Draw the folders and all that is done to them."""
    job = library.jobs.newest()
    failed = library.count(_FAILED)
    _draw(
        {
            "title": "Folders",
            "folders": [asdict(folder_row(info)) for info in library.folders()],
            "failed": [asdict(failed_file(video)) for video in library.list(_FAILED)] if failed else [],
            "failed_more": max(0, failed - MOST_FAILED),
            "failed_link": FAILED_LINK,
            "left_out": [
                {"pattern": one.pattern, "words": safe_text(one.pattern)} for one in library.exclusions()
            ],
            "live": {
                "folded": library.live_photos.folded,
                "count": library.live_photos.count(),
                "link": LIVE_LINK,
            },
            "busy": job is not None and not job.finished,
            "seek": int(st.session_state.get(SEEK_FAILED, 0)),
        }
    )


def show_first_folder() -> None:
    """Say what organizer does and let the first folder be chosen."""
    _draw(
        {
            "title": "Your videos, found again",
            "intro": (
                "Add a folder with videos. organizer looks at the first 45 seconds of each and suggests "
                "tags. Your files are only ever read, and nothing leaves this computer."
            ),
            "folders": [],
            "busy": False,
        }
    )


def _draw(data: dict[str, Any]) -> None:
    _folders(
        key=_FOLDERS,
        data=data | {"browse": _browsed(), "acknowledged": acknowledged(_FOLDERS)},
        on_act_change=_act,
    )


def _browsed() -> dict[str, Any] | None:
    """Return the folder that is looked at to choose one; None where none is."""
    path, purpose = st.session_state.get(_BROWSED, (None, "add"))
    if path is None:
        return None
    return asdict(open_folder(path)) | {
        "shown": safe_text(path),
        "purpose": purpose,
        "places": [asdict(place) for place in places()],
    }


def _act() -> None:
    carry_out(
        _FOLDERS,
        {
            "browse": _browse,
            "add": _add,
            "exclude": _exclude,
            "include": _include,
            "rescan": _rescan,
            "retry": _retry,
            "forget": _forget,
            "fold": _fold,
        },
    )


def _browse(action: Mapping[str, Any]) -> None:
    path = action.get("path")
    if not isinstance(path, str):
        st.session_state.pop(_BROWSED, None)
        return
    before = st.session_state.get(_BROWSED, (None, "add"))[1]
    purpose = action.get("purpose", before)
    st.session_state[_BROWSED] = (
        open_folder(path).path if path else home(),
        purpose if purpose in _PURPOSES else "add",
    )


def _add(action: Mapping[str, Any]) -> None:
    folder = checked_folder(text(action, "path"))
    st.session_state.pop(_BROWSED, None)
    _scan([folder])


def _exclude(action: Mapping[str, Any]) -> None:
    st.session_state.pop(_BROWSED, None)
    with open_library() as library:
        step = library.exclude(text(action, "path"))
    say(f"{step.words}: {count(step.videos, 'video')} left the library.", step.id or None)


def _include(action: Mapping[str, Any]) -> None:
    with open_library() as library:
        step = library.include(text(action, "pattern"))
    say(f"{step.words}. The next scan finds its videos.", step.id or None)


def _rescan(action: Mapping[str, Any]) -> None:
    _scan([] if action.get("id") is None else [_path_of(action)])


def _retry(action: Mapping[str, Any]) -> None:
    key = action.get("key")
    paths: list[str] = []
    if key is not None:
        with open_library() as library:
            paths = [library.video(library.media.id_of(text(action, "key"))).path]
    _scan(paths, retry_failed=True)


def _scan(paths: Sequence[str], *, retry_failed: bool = False) -> None:
    remember_job(start_scan(library_file(), paths, retry_failed=retry_failed))


def _forget(action: Mapping[str, Any]) -> None:
    path = _path_of(action)
    with open_library() as library:
        step = library.forget_folder(path, action.get("keep") is not False)
    say(f"{step.words}: {count(step.videos, 'video')}.", step.id or None)


def _fold(action: Mapping[str, Any]) -> None:
    with open_library() as library:
        library.live_photos.fold(action.get("folded") is True)


def _path_of(action: Mapping[str, Any]) -> str:
    """Return the path of the folder that an action names.

    Raises:
        FolderError: it is not in the library any more.
    """
    with open_library() as library:
        for root in library.roots.all():
            if root.id == action.get("id"):
                return root.path
    raise FolderError("This folder is not in the library any more.")
