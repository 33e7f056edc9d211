"""Write what docs/command-line.md says of each command: python scripts/command_line.py.

It comes from the commands themselves and stands between the two marks of the page; the rest is written by
hand. With ``--check`` nothing is written, and the exit code is 1 where the page is not up to date.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from organizer.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[1] / "docs" / "command-line.md"
BEGIN = "<!-- commands: written by scripts/command_line.py -->"
END = "<!-- end of commands -->"
_PROGRAM = "organizer"
_EVERYWHERE = {"--help", "--library"}
"""Options that the page explains once."""
_RANGES = (
    (re.compile(r"\b([\d.]+)<=x<=([\d.]+)"), r"\1 to \2"),
    (re.compile(r"\b([\d.]+)<x<([\d.]+)"), r"between \1 and \2"),
    (re.compile(r"\bx>=([\d.]+)"), r"\1 or more"),
    (re.compile(r"\bx>([\d.]+)"), r"more than \1"),
)
"""How click says which numbers an option takes, and how the page says it."""


def main() -> None:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description="Write docs/command-line.md from the commands.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where it is not up to date")
    only_check = parser.parse_args().check
    written = PAGE.read_text(encoding="utf-8")
    page = with_commands(written)
    if not only_check:
        PAGE.write_text(page, encoding="utf-8")
    elif page != written:
        sys.exit(f"{PAGE} is not what the commands say. Run: python scripts/command_line.py")


def with_commands(page: str) -> str:
    """Return a page with what the commands say between its marks.

    Raises:
        ValueError: it has not exactly one of each mark.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"{PAGE.name} must hold {BEGIN} and {END}, each once")
    return f"{before}{BEGIN}\n\n{commands_text()}\n{END}{after}"


def commands_text() -> str:
    """Return a section for each command, in the order that help shows them."""
    return "\n".join(_section(context) for context in commands())


def commands() -> Iterator[click.Context]:
    """Yield every command that can be called, groups before their own commands."""
    yield from _below(click.Context(cli, info_name=_PROGRAM, **cli.context_settings))


def _below(group: click.Context) -> Iterator[click.Context]:
    assert isinstance(group.command, click.Group)
    for name in group.command.list_commands(group):
        command = group.command.get_command(group, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=group, **command.context_settings)
        yield context
        if isinstance(command, click.Group):
            yield from _below(context)


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    depth = "##" if context.parent and context.parent.parent is None else "###"
    lines = [f"{depth} {context.command_path}", "", f"    {context.command_path} {usage}", ""]
    lines += [_paragraphs(command.help or ""), ""]
    options = [option for option in command.get_params(context) if isinstance(option, click.Option)]
    if shown := [_option(context, option) for option in options if _EVERYWHERE.isdisjoint(option.opts)]:
        lines += [*shown, ""]
    return "\n".join(lines)


def _paragraphs(text: str) -> str:
    """Return help text as Markdown; a paragraph that click leaves as it is becomes a block of code."""
    paragraphs = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            paragraphs.append("\n".join(f"    {line}" for line in paragraph.splitlines()[1:]))
        else:
            paragraphs.append(_plain(" ".join(paragraph.split())))
    return "\n\n".join(paragraphs)


def _option(context: click.Context, option: click.Option) -> str:
    """Return an item of a list about an option."""
    names, text = option.get_help_record(context) or ("", "")
    text = " ".join(text.split())
    for range_, words in _RANGES:
        text = range_.sub(words, text)
    return f"- `{names.replace(' RANGE', '')}`: {_plain(text)}"


def _plain(text: str) -> str:
    """Return text with nothing in it that Markdown would take for a sign of its own."""
    for sign in ("\\", "`", "*", "_", "<"):
        text = text.replace(sign, f"\\{sign}")
    return text


if __name__ == "__main__":
    main()
