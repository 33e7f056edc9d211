"""What is written for people is true: sizes, links, files that are named, commands, records, the site."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from organizer.demo import make_clips
from organizer.version import __version__
from scripts import command_line, docs_site
from tests.workers import made_once

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "assets").rglob("*.md")])
OF_TODAY = [
    page
    for page in PAGES
    if page.name != "CHANGES.md" and page not in DECISIONS and not page.is_relative_to(ROOT / "assets")
]
"""Pages that speak of the program as it is, not as it was on the day they were written."""

MOST_README_BYTES = 9_000

HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```|^ {4}[^\n]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
FILE = re.compile(r"`((?:organizer|tests|benchmarks|scripts|docs|assets|\.ci)/[\w./-]*)`")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", (DOCS / "python.md").read_text(encoding="utf-8"), re.M | re.S)
OUTPUTS = (
    r"cat\.mp4 .*Animal",
    r"\.mp4 -?\d\S+ 2 \d",
    r"100%",
    r"4 \(360, 640, 3\)",
    r"name='Animal'",
)
"""What each prints of the demo's cat."""
MODULE = re.compile(r"\bpython -m ([\w.]+)(?: ([a-z0-9_]+))?")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    return CODE_BLOCK.sub("", text_of(page))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def anchors_of(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings; links in a heading count by their words."""
    words = (
        re.sub(r"\[([^\]]*)\](\([^)]*\))?", r"\1", title) for _, title in HEADING.findall(prose_of(page))
    )
    return frozenset(docs_site.slug(heading.replace("`", "")) for heading in words)


def links_of(page: Path) -> Iterator[str]:
    for inline, reference in LINK.findall(prose_of(page)):
        yield inline or reference


def test_the_readme_is_a_page():
    assert (ROOT / "README.md").stat().st_size <= MOST_README_BYTES


@pytest.mark.parametrize(
    "command", ['pip install ".[demo]" && organizer demo', 'pip install ".[test]" && pytest']
)
def test_the_readme_names_the_two_commands(command):
    assert f"    {command}" in text_of(ROOT / "README.md").splitlines()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for link in links_of(page):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.is_file(), f"{name_of(page)} links to {link}"
        assert file.is_relative_to(ROOT), f"{name_of(page)} links to {link}, out of the repository"
        assert not anchor or anchor in anchors_of(file), f"{name_of(page)} links to {link}: no such heading"


@pytest.mark.parametrize("page", OF_TODAY, ids=name_of)
def test_files_that_are_named_exist(page):
    for path in FILE.findall(text_of(page)):
        assert (ROOT / path).exists(), f"{name_of(page)} names {path}"


@pytest.mark.parametrize("page", OF_TODAY, ids=name_of)
def test_modules_that_are_named_can_be_run(page):
    for module, word in MODULE.findall(text_of(page)):
        if module in {"venv", "pytest", "build"}:
            continue
        assert importlib.util.find_spec(module), f"{name_of(page)} names python -m {module}"
        if module == "benchmarks" and word:
            source = ROOT / "benchmarks" / f"{word}.py"
            assert source.exists(), f"{name_of(page)} names the benchmark {word}"
            assert "def main" in source.read_text(encoding="utf-8")


def test_every_benchmark_has_its_line():
    sources = (ROOT / "benchmarks").glob("[a-z]*.py")
    names = {source.stem for source in sources if "def main(" in text_of(source)}
    table = text_of(DOCS / "performance.md").partition("## Benchmarks")[2]
    assert names and names <= set(re.findall(r"`(\w+)`", table))


def test_every_part_has_its_line_in_the_layout():
    parts = {path.name for path in (ROOT / "organizer").iterdir() if (path / "__init__.py").exists()}
    assert parts <= set(re.findall(r"`organizer/(\w+)/`", text_of(DOCS / "architecture.md")))


def test_the_command_line_page_is_what_the_commands_say():
    page = text_of(command_line.PAGE)
    assert command_line.with_commands(page) == page, "Run: python scripts/command_line.py"


def test_every_command_has_a_section_and_a_line_in_the_table():
    page = text_of(command_line.PAGE)
    table = page.partition("## What there is")[2].partition("\n## ")[0]
    found = list(command_line.commands())
    assert len(found) > 15
    for context in found:
        assert re.search(rf"^##+ {context.command_path}$", page, re.MULTILINE)
        command, *rest = context.command_path.split()[1:]
        words = f"`{rest[0]}`" if rest else f"`organizer {command}"
        assert words in table, f"The table does not name {context.command_path}"


def test_environment_variables_are_documented():
    source = "".join(text_of(file) for file in (ROOT / "organizer").rglob("*.py"))
    page = text_of(command_line.PAGE)
    for variable in set(re.findall(r"\bORGANIZER_[A-Z]+\b", source)):
        assert f"`{variable}`" in page, variable


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """Return a folder with the demo's clips, a cat among them."""
    return made_once(tmp_path_factory, "demo", make_clips)


@pytest.mark.parametrize(("example", "printed"), list(zip(EXAMPLES, OUTPUTS, strict=True)), ids=OUTPUTS)
def test_examples_run(example, printed, videos, tmp_path):
    example = example.replace("/home/me/Videos", str(videos)).replace("/home/me", str(tmp_path))
    script = tmp_path / "example.py"
    script.write_text(example, encoding="utf-8")
    apart = {**os.environ, "ORGANIZER_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, script]
    ran = subprocess.run(command, cwd=ROOT, env=apart, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert re.search(printed, ran.stdout), ran.stdout


def test_changes_have_their_form():
    page = text_of(ROOT / "CHANGES.md")
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0] for section in sections]
    assert titles[0] == "[Unreleased]"
    versions = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", title) for title in titles[1:]]
    assert versions and all(versions)
    numbers = [tuple(map(int, version.groups()[:3])) for version in versions if version]
    days = [version[4] for version in versions if version]
    assert numbers == sorted(set(numbers), reverse=True) and days == sorted(days, reverse=True)
    order = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    for section in sections:
        kinds = re.findall(r"^### (.*)$", section, re.MULTILINE)
        assert kinds == [kind for kind in order if kind in kinds]
    assert __version__ == ".".join(map(str, numbers[0]))


@pytest.mark.parametrize("record", DECISIONS, ids=name_of)
def test_decisions_have_their_parts(record):
    shape = re.fullmatch(
        r"# \S.*\n\nDate: (\d{4}-\d\d-\d\d)\n"
        r"\n## Context\n\n(.+?)\n\n## Decision\n\n(.+?)\n\n## Consequence\n\n(.+)\n",
        text_of(record),
        re.DOTALL,
    )
    assert shape and all(part.strip() for part in shape.groups())


def test_decisions_are_numbered_dated_and_listed():
    assert [int(record.name[:4]) for record in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    days = [re.findall(r"^Date: (.*)$", text_of(record), re.MULTILINE)[0] for record in DECISIONS]
    assert days == sorted(days)
    titles = [text_of(record).partition("\n")[0].removeprefix("# ") for record in DECISIONS]
    listed = re.findall(
        r"^\| (\S+) \| \[(.+)\]\((\S+)\) \|$", text_of(DOCS / "decisions/README.md"), re.MULTILINE
    )
    assert listed == list(zip(days, titles, [record.name for record in DECISIONS], strict=True))


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path):
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(DECISIONS)
    loading = re.compile(
        r"""<(?:script|img|iframe|source)[^>]* src=["']?([^"'\s>]+)|<link[^>]* href=["']?([^"'\s>]+)"""
    )
    for page in pages:
        for found in loading.findall(text_of(page)):
            address = "".join(found)
            assert not re.match(r"[a-z]+:|//", address), f"{page.name} loads {address}"
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", text_of(style)), style.name
