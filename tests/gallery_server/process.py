"""Start and stop ``organizer gallery`` as a person would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.gallery_server.slow_line import slow_line

REPOSITORY = Path(__file__).parents[2]
SITE = Path(__file__).with_name("site")
PATIENCE_S = 180.0
"""How long something is waited for that comes at once: the machine may be busy with ever so much else."""
SLOW_LINE_S = float(os.environ.get("ORGANIZER_TEST_SLOW_LINE", "0"))
"""How much later all that a browser asks and is told arrives: shows what a test only sometimes waits for."""


@dataclass(frozen=True)
class Gallery:
    """A running gallery."""

    address: str
    """http://127.0.0.1:PORT; where the line is slow, that of its beginning."""
    port: int
    """The server's own."""
    library: Path
    process: subprocess.Popen
    connections: Path
    """A line for every connection and look-up of the server and its scans."""


@contextmanager
def running_gallery(
    library: Path, *arguments: str, command: str = "gallery", **variables: str
) -> Iterator[Gallery]:
    """Run the command with the colour model until the block ends; its end is checked."""
    connections = library.with_name("connections.log")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(SITE), str(REPOSITORY)]),
        "ORGANIZER_TEST_MODEL": "colours",
        "ORGANIZER_TEST_CONNECTIONS": str(connections),
        "HOME": str(library.parent),
        **variables,
    }
    line = [sys.executable, "-u", "-m", "organizer", command, *arguments]
    line += ["--library", str(library), "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        line, env=environment, cwd=library.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said = []
        for words in process.stdout:
            said.append(words)
            if words.startswith("The gallery is at "):
                break
        assert "The gallery is at http://127.0.0.1:" in said[-1], said
        port = int(words.split()[4].rsplit(":", 1)[1])
        with ExitStack() as line_to_it:
            begins = line_to_it.enter_context(slow_line(port, SLOW_LINE_S)) if SLOW_LINE_S else port
            yield Gallery(f"http://127.0.0.1:{begins}", port, library, process, connections)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def memory_bytes(process: subprocess.Popen) -> int:
    """Return the process's resident memory."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def wait_until(condition, timeout_s: float = PATIENCE_S, every_s: float = 0.1) -> None:
    """Wait for a condition, or fail."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(every_s)
