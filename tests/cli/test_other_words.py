"""A command that there is not: which one may be meant is said."""

from __future__ import annotations

import pytest

from organizer.cli.commands import COMMANDS
from organizer.cli.other_words import _COMMANDS, _MEANT


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("doubles", "organizer duplicates"),
        ("find", "organizer list"),
        ("Search", "organizer list"),
        ("learn", "organizer teach"),
        ("label", "organizer tag"),
        ("alike", "organizer similar"),
        ("pause", "organizer job pause"),
        ("help", "organizer --help"),
        # Mistyped.
        ("duplicate", "organizer duplicates"),
        ("simlar", "organizer similar"),
        ("tgs", "organizer tags or organizer tag"),
        ("tags renme", "organizer tags rename"),
        ("models lerify", "organizer models verify"),
    ],
)
def test_the_command_that_is_meant_is_named(organizer, typed, meant):
    outcome = organizer(*typed.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith(f"Error: No such command '{typed.split()[-1]}'. Did you mean: {meant}\n")


@pytest.mark.parametrize("typed", ["xyzzy", "models find"])
def test_where_nothing_is_like_it_nothing_is_named(organizer, typed):
    assert organizer(*typed.split()).err.endswith(f"No such command '{typed.split()[-1]}'.\n")


def test_an_option_that_there_is_not_is_no_command(organizer):
    assert "No such option '--find'" in organizer("--find").err
    assert organizer("no\x1bsuch").err.endswith("No such command 'no\\x1bsuch'.\n")


@pytest.mark.parametrize("command", _COMMANDS)
def test_what_is_proposed_is_there(organizer, command):
    words = command.split()
    asked = words if words[-1].startswith("--") and len(words) == 1 else [*words, "--help"]
    assert organizer(*asked).code == 0


def test_no_other_word_is_a_command_or_stands_for_two():
    assert not _MEANT.keys() & {entry.name for entry in COMMANDS}
    assert len(_MEANT) == sum(map(len, _COMMANDS.values()))
