import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from organizer.training.measure.compare import compare
from organizer.training.measure.figures import figures_of
from organizer.training.measure.report import Report, report_html
from tests.training.measure.scores import random_scored, scored

VOID = {"meta", "br"}
HOSTILE = "<script>alert('x')</script>"
LABELS = (*"ABCDEFGHI", HOSTILE)


class Tags(HTMLParser):
    """Checks that tags close in order, and gathers names, attributes and text."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


def parsed(page):
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    return tags


def report(*, other=False):
    first = random_scored(skill=0.4)
    first = replace(first, labels=LABELS, names=tuple(f"{HOSTILE}{number}" for number in range(250)))
    second = replace(
        first,
        scores=first.scores**2,
        thresholds=np.append(np.full(8, 0.5), [1.0, 1.0]),
        maybe_thresholds=np.append(np.full(9, 0.45), 1.0),
    )
    if not other:
        notes = (f"Beware {HOSTILE}",)
        return Report("mine 1", "Its data.", "some videos.", notes, figures_of(first, repeats=150))
    return Report(
        "mine 2",
        "Its data.",
        "some videos.",
        (),
        figures_of(second, repeats=150),
        f"mine {HOSTILE}",
        figures_of(first, repeats=150),
        compare(first, second, repeats=150),
    )


@pytest.fixture(scope="module")
def one():
    return report(), report_html(report())


@pytest.fixture(scope="module")
def two():
    return report(other=True), report_html(report(other=True))


def test_the_page_is_one_file_that_loads_nothing(one, two):
    for _, page in (one, two):
        tags = parsed(page)
        assert not {"script", "link", "img", "iframe"} & set(tags.seen)
        assert not {name for name, _ in tags.attributes} & {"src", "href"}
        assert "url(" not in page and "@import" not in page and "http" not in page


def test_what_comes_from_data_is_text(one, two):
    for _, page in (one, two):
        assert HOSTILE not in page
    assert f"Beware {HOSTILE}" in "".join(parsed(one[1]).text)


def test_the_page_tells_the_figures(one):
    told, page = one
    text = " ".join(parsed(page).text)
    for figure in told.figures.headline.values():
        assert f"{figure.value:.3f}" in text
        assert f"{figure.interval.low:.3f} to {figure.interval.high:.3f}" in text
    for label in told.figures.labels:
        assert f"{label.average_precision.value:.3f}" in text
    assert page.count('class="plot"') == 1 + 10 + 1


def test_light_and_dark_and_narrow_have_their_rules(one):
    assert "prefers-color-scheme: dark" in one[1] and "max-width: 640px" in one[1]
    assert 'name="viewport"' in one[1]


def test_a_comparison_says_what_differs(two):
    told, page = two
    text = " ".join(parsed(page).text)
    for row in told.comparison.headline:
        assert f"{row.difference:+.3f}" in text and row.verdict in text
    assert f"{len(told.comparison.changes):,} videos have another best label or other tags" in text
    assert "... and" in text  # of hundreds of changes only some are listed


def test_a_label_that_is_never_suggested_is_named(two):
    assert re.search(r"Never suggested, [^<]*&lt;script", two[1])
    assert re.search(r"Never given and at most a maybe, [^<]*: I\.", two[1])


def test_maybes_are_told_label_by_label(one):
    told, page = one
    table = page.partition("<h3>With maybes</h3>")[2]
    row = " ".join(parsed(re.search(r'<tr><th scope="row">A</th>.*?</tr>', table, re.DOTALL)[0]).text)
    label = told.figures.labels[0]
    assert label.maybes.tags > 0
    figures = f"0.450 {label.maybes.tags} {label.maybes.precision:.3f}"
    assert f"{figures} {label.with_maybes.precision:.3f} {label.with_maybes.recall:.3f}" in " ".join(
        row.split()
    )


def test_a_model_without_maybes_has_no_word_of_them():
    figures = figures_of(random_scored(maybes=None), repeats=0)
    assert "maybe" not in report_html(Report("m 1", "", "some videos.", (), figures))


def test_nothing_known_is_a_dash_and_not_an_error():
    page = report_html(Report("m 1", "", "two videos.", (), figures_of(scored([[0, 0]], [[0.1, 0.2]]))))
    assert "too few to tell" in page and "nan" not in page
