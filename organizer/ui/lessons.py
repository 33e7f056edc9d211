"""The lessons of the gallery's library: tags are learnt while the page goes on."""

from __future__ import annotations

from organizer.models.catalogue import open_bundle
from organizer.teaching.lessons import Lessons
from organizer.ui.resources import library_file

LESSONS = Lessons(library_file, open_bundle)
"""For all tabs."""
