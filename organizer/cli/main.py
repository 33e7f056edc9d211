"""The ``organizer`` command: its group, its errors in words."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Any

import click

from organizer import __version__
from organizer.cli.commands import COMMANDS
from organizer.cli.context import EXIT_STOPPED, library_option
from organizer.cli.whole_help import WholeHelpGroup
from organizer.errors import OrganizerError

EXIT_FAILED = 1


class _Commands(WholeHelpGroup):
    """The group, but for a reader of a pipe who has seen enough: click would end in 1 for it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(0) from None


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="organizer")
@library_option
def cli() -> None:
    """Organize personal videos: private, on this computer, originals only ever read.

    \b
    organizer scan ~/Videos          look at a folder of videos and tag them
    organizer list --tag Animal      what was found
    organizer demo                   try it on five small clips

    \b
    Exit codes: 0 done, 1 it could not be done, 2 the command was not understood,
    130 stopped with Ctrl-C.
    """  # noqa: D301 - click wants the character, not the two letters


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; errors become one sentence, never a traceback.

    ``ORGANIZER_DEBUG=1`` in the environment shows the traceback all the same.
    """
    # A file name that the terminal's encoding lacks is spelled out, not a reason to stop.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Not standalone: click would end in 1 what has an exit code of its own below.
        code = cli.main(prog_name="organizer", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        sys.exit(EXIT_STOPPED)
    except BrokenPipeError:
        # Pointing at nothing keeps Python from complaining at exit about what it cannot write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("ORGANIZER_DEBUG"):
            raise
        click.echo(f"Error: {_in_words(error)}", err=True)
        sys.exit(EXIT_FAILED)


def _in_words(error: Exception) -> str:
    from organizer.words import safe_text

    if isinstance(error, OrganizerError):
        return safe_text(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return (
            f"{safe_text(os.fsdecode(error.filename))}: {error.strerror}. Check the path and its permissions."
        )
    return (
        f"something unexpected happened ({type(error).__name__}: {safe_text(str(error))}). "
        "Nothing is lost; set ORGANIZER_DEBUG=1 and run it again to see where, and please report it."
    )
