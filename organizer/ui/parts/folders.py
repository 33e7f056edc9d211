"""The folders of the library: which there are, add the first or another one, scan them again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import FolderError
from organizer.library import Library
from organizer.pipeline.background_jobs import start_scan
from organizer.text import safe_text
from organizer.ui.parts.job_panel import show_why_not_started, start_job
from organizer.ui.resources import library_file

if TYPE_CHECKING:
    from collections.abc import Sequence

_PANEL, _TYPED = "folders", "folder_to_add"


def show_start() -> None:
    """Say what organizer does and ask for the first folder."""
    _, middle, _ = st.columns([1, 2.4, 1])
    with middle:
        st.markdown("## Your videos, found again")
        st.markdown(
            "Name a folder with videos. organizer looks at the first 45 seconds of each and suggests tags. "
            "Your files are only ever read, and nothing leaves this computer."
        )
        show_add_folder()


def show_folders(library: Library) -> None:
    """Draw the folders with a form to add one."""
    with st.expander("Folders", icon=":material/folder:"):
        known = library.roots.all()
        for root in known:
            st.text(safe_text(root.path) + ("  (offline)" if root.offline else ""))
        if known:
            st.button(
                "Scan all again", icon=":material/refresh:", width="stretch", on_click=_start, args=([],)
            )
        show_add_folder()


def show_add_folder() -> None:
    """Draw a form that takes a folder and scans it."""
    with st.form("add_folder", border=False):
        st.text_input("Folder with videos on this computer", placeholder="/home/me/Videos", key=_TYPED)
        st.form_submit_button(
            "Add and scan", type="primary", icon=":material/add:", on_click=lambda: _start([_typed()])
        )
    show_why_not_started(_PANEL)


def _typed() -> str:
    return str(st.session_state.get(_TYPED) or "")


def _start(folders: Sequence[str]) -> None:
    start_job(lambda: start_scan(library_file(), [checked_folder(folder) for folder in folders]), _PANEL)


def checked_folder(typed: str) -> str:
    """Return the absolute path of a folder that a person typed.

    Raises:
        FolderError: there is no such folder.
    """
    name = typed.strip()
    path = os.path.abspath(os.path.expanduser(name))
    if not name or "\0" in name or not os.path.isdir(path):
        raise FolderError(f"{name or 'Nothing'}: there is no such folder. Give the whole path of a folder.")
    return path
