"""A merge whose process was killed goes on where it was."""

from __future__ import annotations

import random
import signal
import subprocess
import sys

from organizer.library import Library
from tests.library.merged import drawn, merge, rows, view

KILLED = """
import sys
from pathlib import Path
from organizer.library import Library
with Library.open(sys.argv[1]) as library:
    for progress in library.merges.merge([Path(sys.argv[2])], batch=2):
        print(progress.done, flush=True)
"""


def test_a_merge_that_was_killed_goes_on(tmp_path):
    with drawn(tmp_path / "a.db", 1) as whole, drawn(tmp_path / "b.db", 2) as other:
        merge(whole, other)
        expected = view(whole)
    drawn(tmp_path / "c.db", 1).close()
    draw = random.Random(0)
    for _ in range(4):
        command = [sys.executable, "-c", KILLED, tmp_path / "c.db", tmp_path / "b.db"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            for _ in range(draw.randrange(2, 5)):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
    with Library.open(tmp_path / "c.db") as library:
        assert rows(library, "PRAGMA integrity_check") == [("ok",)]
        assert view(library) != expected
        merge(library, tmp_path / "b.db")
        assert view(library) == expected
