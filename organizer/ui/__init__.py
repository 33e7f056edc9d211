"""The gallery in the browser. Only this package, and ``app.py``, know Streamlit.

- ``main.py`` is the page's script; it draws the sidebar's panels and one view.
- ``views/`` holds a file for each view: the grid, and one video.
- ``parts/`` holds a file for each panel of the sidebar or of a view; a new panel is a new file here, called
  from ``main.py`` or a view. ``parts/browser/`` are the scripts and styles of our own components.
- ``server/`` is the server around the page: options, routes, who may talk to it.
- ``state.py`` keeps a tab's view, ``resources.py`` gives library and model, ``errors.py`` says errors,
  ``theme.py`` is how all of it looks.

What is shown, as values without Streamlit, is made in ``organizer.gallery``.
"""
