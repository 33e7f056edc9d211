"""The ``organizer`` command: its group, its errors in words."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.commands import COMMANDS, LazyGroup
from organizer.cli.context import EXIT_NOT_READ, EXIT_STOPPED, library_argument, library_option
from organizer.cli.streams import discard_output, mend_streams
from organizer.config import DEBUG_VARIABLE
from organizer.errors import OrganizerError, OutputClosedError, OutputError, ScanError
from organizer.library.waiting import tell_waits
from organizer.memory import (
    LEAST_FOR_ANYTHING,
    TOO_LITTLE_MEMORY,
    check_memory_limit,
    lacks_memory,
    memory_limit,
)
from organizer.text import safe_text
from organizer.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.pipeline.scan import FileAccess

EXIT_FAILED = 1
_LONGEST = 300
"""Characters of what an unexpected error says of itself."""
_WAITING = "Waiting for another program that writes to the library ..."


class _Commands(LazyGroup):
    """The group, but for a broken pipe between processes: click would end in 1 for it without a word.

    What to do after an error is said of the library that was chosen.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OrganizerError as error:
            if error.ends_in_command:
                error.args = (f"{error}{library_argument()}",)
            raise
        except BrokenPipeError as error:
            raise OrganizerError(
                "another process of organizer ended without a word. Run the command again."
            ) from error


@click.group(
    cls=_Commands,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
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
    130 stopped with Ctrl-C, 141 stopped because its output was not read to the end.
    """  # noqa: D301 - click wants the character, not the two letters
    check_memory_limit(LEAST_FOR_ANYTHING)

    tell_waits(_say_once(_WAITING))


def main(access: FileAccess | None = None) -> None:
    """Run the command line; errors become one sentence, never a traceback.

    ``ORGANIZER_DEBUG=1`` in the environment shows the traceback all the same.

    Args:
        access: how scans get at files, for tests; they find it as the context's object.
    """
    mend_streams()
    try:
        try:
            # Not standalone: click would end in 1 what has an exit code of its own below.
            code = cli.main(prog_name="organizer", standalone_mode=False, obj=access)
        except SystemExit as ended:
            code = ended.code
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        sys.exit(EXIT_STOPPED)
    except OutputClosedError:
        discard_output()
        sys.exit(EXIT_NOT_READ)
    except Exception as error:
        if isinstance(error, OutputError):
            discard_output()
        elif os.environ.get(DEBUG_VARIABLE):
            raise
        click.echo(f"Error: {in_words(error)}", err=True)
        sys.exit(EXIT_FAILED)


def _say_once(words: str) -> Callable[[], None]:
    said = threading.Event()

    def say() -> None:
        if not said.is_set():
            said.set()
            click.echo(words, err=True)

    return say


def in_words(error: BaseException) -> str:
    """Return what a person is told of an error that ended a command."""
    if lacks_memory(error):
        return f"{TOO_LITTLE_MEMORY}; a scan takes less with --workers 1. ({safe_text(_shortly(error))})"
    limit = memory_limit()
    hint = f" This process may use {limit / 2**20:,.0f} MB of memory only (ulimit -v)." if limit else ""
    if isinstance(error, ScanError):
        # Processes that decode end without a word where they get too little.
        return safe_text(str(error)) + hint
    if isinstance(error, OrganizerError):
        return safe_text(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return (
            f"{safe_text(os.fsdecode(error.filename))}: {error.strerror}. Check the path and its permissions."
        )
    unexpected = f"something unexpected happened ({safe_text(_shortly(error))})."
    if hint:
        return f"{unexpected}{hint} That is the likely reason: raise the limit, then run it again."
    return (
        f"{unexpected} "
        f"Nothing is lost; set {DEBUG_VARIABLE}=1 and run it again to see where, and please report it."
    )


def _shortly(error: BaseException) -> str:
    text = str(error).strip()[:_LONGEST]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
