"""A group whose help shows the whole first sentence of each command."""

from __future__ import annotations

import click

_LONGEST = 500


class WholeHelpGroup(click.Group):
    """Click cuts what does not fit on one line; here it goes on in the next one."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(_LONGEST)) for name, command in commands if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
