"""The lessons of the gallery's library: tags are learnt while the page goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.models.catalogue import open_bundle
from organizer.pipeline.model_again import model_again
from organizer.tags.tagger import Tagger
from organizer.teaching.lessons import Lessons
from organizer.ui.resources import library_file

if TYPE_CHECKING:
    from collections.abc import Generator

    from organizer.library import Library
    from organizer.models.bundle import Bundle


def _model_again(library: Library, bundle: Bundle, label: str) -> Generator[tuple[int, int], None, None]:
    for step in model_again(library, Tagger(bundle), label):
        yield step.done, step.total


LESSONS = Lessons(library_file, open_bundle, _model_again)
"""For all tabs."""
