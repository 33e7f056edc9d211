"""The command line. Prints and exit codes live only here.

Exit codes: 0 done (also when single files of a scan failed: they are named), 1 it could not be done, 2 the
command was not understood, 130 stopped with Ctrl-C, 141 stopped because its output was not read to the end.
"""

from organizer.cli.main import main

__all__ = ["main"]
