"""Errors as words on the page; nobody sees a traceback."""

from __future__ import annotations

import traceback

import streamlit as st

from organizer.config import DEBUG_VARIABLE
from organizer.errors import OrganizerError
from organizer.memory import lacks_memory
from organizer.text import safe_text
from organizer.ui.resources import settings


def show_error(error: OrganizerError) -> None:
    """Say what went wrong. The words may quote file names, so they are shown as plain text."""
    with st.container(border=True):
        st.markdown("**That did not work.**")
        st.text(safe_text(str(error)))


def show_script_error(error: Exception) -> bool:
    """Show what no view foresaw; registered with the server for errors of the page's script."""
    if isinstance(error, OrganizerError):
        show_error(error)
        return True
    if settings().debug:
        traceback.print_exception(error)
    if lacks_memory(error):
        with st.container(border=True):
            st.markdown(
                "**There is too little memory for this.** Close other programs, then reload the page."
            )
        return True
    with st.container(border=True):
        st.markdown("**Something unexpected happened.** Nothing is lost. Reload the page.")
        st.text(
            f"If it comes back, start the gallery with {DEBUG_VARIABLE}=1 and report what it prints "
            f"({type(error).__name__})."
        )
    return True
