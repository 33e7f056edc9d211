"""What the gallery shows, as values: no Streamlit, no SQL.

``view_state`` is what an address says: which videos, which page, which video. ``cards`` is a video in the
grid, ``detail`` a video on its own page.
"""
