"""Tables, and words beside them, laid out for a terminal in at most 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

_WIDTH = 80


def new_table(first: str, others: Iterable[str]) -> Table:
    """Return an empty table without lines: a column of names, then columns of figures."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for column in others:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def print_laid_out(what: str | Table = "") -> None:
    """Print a table, or words that are broken where a line is full; an empty line without any."""
    from rich.console import Console

    console = Console(width=_WIDTH, highlight=False, markup=False)
    with console.capture() as laid_out:
        console.print(what)
    # Rich fills lines up with blanks; where output is piped, that is litter.
    click.echo("\n".join(line.rstrip() for line in laid_out.get().splitlines()))
