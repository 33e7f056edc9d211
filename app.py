"""The gallery's entry for Streamlit. ``organizer gallery`` runs it with the right options."""

import streamlit as st

from organizer.ui.errors import show_script_error
from organizer.ui.server.guard import guard
from organizer.ui.server.media import media_routes
from organizer.ui.server.options import main_script

app = st.App(main_script(), routes=media_routes(), middleware=[guard()], on_script_error=show_script_error)
