"""The ``organizer`` command: its group, its errors in words."""

from __future__ import annotations

import os
import sqlite3
import sys

import click

from organizer import __version__
from organizer.cli.commands import COMMANDS
from organizer.cli.context import library_option
from organizer.errors import OrganizerError

EXIT_FAILED = 1
EXIT_STOPPED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
    """


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; errors become one sentence, never a traceback.

    ``ORGANIZER_DEBUG=1`` in the environment shows the traceback all the same.
    """
    try:
        # Both end in their own exit code below, instead of click's 1.
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        sys.exit(EXIT_STOPPED)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; pointing at nothing keeps Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("ORGANIZER_DEBUG"):
            raise
        click.echo(f"Error: {_in_words(error)}", err=True)
        sys.exit(EXIT_FAILED)


def _in_words(error: Exception) -> str:
    from organizer.cli.text import safe_text

    if isinstance(error, OrganizerError):
        return safe_text(str(error))
    if isinstance(error, sqlite3.Error):
        return (
            f"the library cannot be read or written ({safe_text(str(error))}). "
            "Check that its disk has space and that no other program holds it, then try again."
        )
    return (
        f"something unexpected happened ({type(error).__name__}: {safe_text(str(error))}). "
        "Nothing is lost; set ORGANIZER_DEBUG=1 and run it again to see where, and please report it."
    )
