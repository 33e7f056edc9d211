from __future__ import annotations

import io
import sys

import pytest

from organizer.cli.progress import Unit, progress_bar


class FakeTerminal(io.StringIO):
    def isatty(self):
        return True


def on_a_terminal(monkeypatch):
    """Make standard output one, in the test itself: pytest puts its own there before each."""
    terminal = FakeTerminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stdout", terminal)
    return terminal


@pytest.mark.parametrize("unit", Unit)
def test_where_output_is_piped_nothing_is_drawn(capsys, unit):
    with progress_bar("looking", unit) as bar:
        assert not bar.drawn
        bar.restart(3, "counting")
        bar.update(1, 3, "one")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("unit", "amount"), [(Unit.STEPS, "2/3"), (Unit.VIDEOS, "2/3"), (Unit.BYTES, "2/3 bytes")]
)
def test_a_bar_counts_in_its_unit(monkeypatch, unit, amount):
    terminal = on_a_terminal(monkeypatch)
    with progress_bar("looking", unit) as bar:
        assert bar.drawn
        bar.restart(3, "counting")
        bar.update(2)
    assert amount in terminal.getvalue()


def test_words_are_shown_as_they_are(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    with progress_bar("[red]looking[/red]") as bar:
        bar.update(1, 2)
        bar.update(2, words="[bold]done")
    assert "[bold]done" in terminal.getvalue()
