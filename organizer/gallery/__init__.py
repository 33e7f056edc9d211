"""What the gallery shows, as values: no Streamlit, no SQL.

``view_state`` is what an address says: which videos, which page, which video. ``cards`` is a video in the
grid, ``listing`` a part of a list as the grid asks for it, ``takeaway`` a list as a table or a playlist,
``detail`` a video on its own page.
"""
