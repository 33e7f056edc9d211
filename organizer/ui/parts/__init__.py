"""The panels that views and sidebar are made of, a file each.

A panel is a function ``show_...``: what it draws comes as an argument, what it changes goes through
``organizer.ui.state`` or a command of the library. Names of files and tags are other people's text: draw them
with ``st.text(safe_text(name))``, never as Markdown.
"""
