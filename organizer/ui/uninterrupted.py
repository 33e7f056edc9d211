"""Callbacks that are done whole.

Streamlit breaks a run of the script off wherever it touches the session or the page, when the next click
arrives; also in the middle of a callback, and what the rest of that would have done is lost. It has no public
way to say "not here", so the mark that a run can be broken off is taken away while a callback works. The next
click waits for its end, and is seen right after it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "_execing"


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let nothing break off what is done inside, where Streamlit is built as it was when this was written."""
    context = get_script_run_ctx(suppress_warning=True)
    may_break_off = getattr(context and context.session_state, "_yield_callback", None)
    runner = getattr(may_break_off, "__self__", None)
    before = getattr(runner, _MARK, None)
    if not isinstance(before, bool):
        yield
        return
    setattr(runner, _MARK, False)
    try:
        yield
    finally:
        setattr(runner, _MARK, before)
