"""What templates escape, and what they do with names that nobody gave."""

import pytest
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from organizer.training.render import environment

HOSTILE = "<b>'\"&"


def rendered(template, name, **values):
    return environment().overlay(loader=DictLoader({name: template})).get_template(name).render(values)


def test_values_are_text_in_html():
    assert rendered("{{ value }}", "page.html", value=HOSTILE) == "&lt;b&gt;&#39;&#34;&amp;"
    assert rendered("{{ value }}", "page.html", value=Markup("<svg/>")) == "<svg/>"


def test_values_stay_as_they_are_in_markdown():
    assert rendered("{{ value }}", "card.md", value=HOSTILE) == HOSTILE


def test_a_name_that_is_not_given_is_an_error_and_no_gap():
    with pytest.raises(UndefinedError, match="valeu"):
        rendered("{{ valeu }}", "card.md", value=1)


def test_a_line_with_only_a_statement_leaves_no_empty_line():
    template = "a\n  {% if true %}\nb\n  {% endif %}\n{{ number | thousands }}\n"
    assert rendered(template, "card.md", number=1234) == "a\nb\n1,234\n"
