"""The options of shared commands where they are of no use; no cluster is started."""

import pytest

from tests.cli.labelled import plain_terminal


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    return plain_terminal(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scan", "{}", "--map-path", "/a=/b"), "are for --cluster"),
        (("scan", "{}", "--send-limit", "5"), "are for --cluster"),
        (("scan", "{}", "--refresh", "--cluster", "auto"), "by this computer alone"),
        (("features", "{}", "--to", "{}/out", "--map-path", "/a=/b"), "is for --cluster"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(terminal, arguments, words):
    outcome = terminal(*(one.format(terminal.folder) for one in arguments))
    assert outcome.code == 2 and words in outcome.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cluster", "nas"), "Write auto"),
        (("--cluster", "auto", "--map-path", "a=b"), "Write /here=/there"),
    ],
)
def test_what_has_not_its_form_is_refused_before_anything_starts(terminal, options, words):
    outcome = terminal("scan", terminal.folder, *options)
    assert outcome.code == 1 and words in outcome.err and "Traceback" not in outcome.err
