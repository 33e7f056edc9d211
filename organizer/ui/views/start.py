"""What a person sees before any video was found."""

from __future__ import annotations

import streamlit as st

from organizer.ui.parts.folders import show_add_folder


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
