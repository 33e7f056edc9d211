"""``organizer searches``: searches that are kept under a name."""

from __future__ import annotations

import click

from organizer.cli.commands import SEARCH_COMMANDS, LazyGroup
from organizer.cli.context import library_argument, library_option, open_library
from organizer.cli.query_words import QueryCommand, read_query
from organizer.errors import OrganizerError
from organizer.query import print_query
from organizer.text import safe_text


@click.group(cls=LazyGroup, entries=SEARCH_COMMANDS, invoke_without_command=True)
@library_option
@click.pass_context
def searches(context: click.Context) -> None:
    """List the searches that you keep; those below keep and forget one."""
    if context.invoked_subcommand is not None:
        return
    with open_library() as library:
        kept = library.saved_searches()
    if not kept:
        click.echo(
            f"No search is kept yet. To keep one: organizer searches save NAME QUERY{library_argument()}",
            err=True,
        )
    width = max((len(safe_text(one.name)) for one in kept), default=0)
    for one in kept:
        click.echo(f"{safe_text(one.name):{width}}  {safe_text(one.text)}")


@click.command(cls=QueryCommand)
@click.argument("name", metavar="NAME")
@click.argument("query", nargs=-1, required=True, metavar="QUERY...")
@library_option
def save(name: str, query: tuple[str, ...]) -> None:
    """Keep a QUERY under a NAME, in place of one of that name; "organizer list --saved NAME" uses it."""
    text = " ".join(query)
    expr = read_query(text)
    with open_library() as library:
        library.save_search(name, print_query(expr))
    click.echo(f"{safe_text(' '.join(name.split()))}: {safe_text(print_query(expr))}")


@click.command()
@click.argument("name", metavar="NAME")
@library_option
def delete(name: str) -> None:
    """Forget the search of this NAME; no video is touched."""
    with open_library() as library:
        if not library.delete_saved_search(name):
            raise OrganizerError(
                f"{name}: no search is kept under this name. See: organizer searches{library_argument()}"
            )
