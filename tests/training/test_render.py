"""Templates: what they escape, and that they are there in an installed package."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from organizer.training import render as module
from organizer.training.render import render

HOSTILE = "<b>'\"&"


@pytest.fixture
def templates(monkeypatch):
    from jinja2 import DictLoader

    def put(**files):
        environment = module._environment()
        names = {name.replace("_", "."): text for name, text in files.items()}
        monkeypatch.setattr(environment, "loader", DictLoader(names))
        environment.cache.clear()

    yield put
    module._environment.cache_clear()


def test_values_are_text_in_html_and_stay_as_they_are_in_markdown(templates):
    templates(page_html="{{ value }}", card_md="{{ value }}")
    assert render("page.html", value=HOSTILE) == "&lt;b&gt;&#39;&#34;&amp;"
    assert render("page.html", value=Markup("<svg/>")) == "<svg/>"
    assert render("card.md", value=HOSTILE) == HOSTILE


def test_a_name_that_is_not_given_is_an_error_and_no_gap(templates):
    templates(page_html="{{ valeu }}")
    with pytest.raises(UndefinedError, match="valeu"):
        render("page.html", value=1)


def test_a_line_with_only_a_statement_leaves_no_empty_line(templates):
    templates(card_md="a\n  {% if true %}\nb\n  {% endif %}\n{{ number | thousands }}\n")
    assert render("card.md", number=1234) == "a\nb\n1,234\n"
