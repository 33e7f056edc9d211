"""The gallery's entry for Streamlit. ``organizer gallery`` shows the same, with the right options."""

import streamlit as st

from organizer.config import read_settings
from organizer.ui.server.app import app_parts, main_script

app = st.App(main_script(), **app_parts(read_settings(None)))
