"""What the computers of a cluster do, in words for the terminal."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import TYPE_CHECKING

import click

from organizer.pipeline.progress import DoneElsewhere, FilesSent, NodeJoined, NodeLost
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from organizer.pipeline.progress import WorkersEvent

_LATELY_S = 30.0
_HERE = "this computer"
_WORDS = "looking at videos"


def workers_line(event: WorkersEvent) -> str:
    """Return what happened to a computer, or to a file that was not looked at at once."""
    if isinstance(event, NodeJoined):
        return f"{safe_text(event.name)} takes part with {count(event.workers, 'worker')}"
    if isinstance(event, NodeLost):
        again = "; others take over what it was at" if event.given_back else ""
        return f"{safe_text(event.name)} is gone{again}"
    if isinstance(event, FilesSent):
        return (
            f"{safe_text(event.name)} does not see {safe_text(event.root)}, so files are sent to it; it is "
            "quicker with the folder mounted there (see --map-path)"
        )
    if isinstance(event, DoneElsewhere):
        where = f"done {event.where}" if event.where == "here" else event.where
        return f"{safe_text(event.path)}: {safe_text(event.reason)}; {safe_text(where)}"
    return safe_text(event.reason)


class NodeSpeeds:
    """How many videos a second each computer looks at, lately and in all."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._all: Counter[str] = Counter()
        self._lately: deque[tuple[float, str]] = deque()
        self._shared = False
        """Whether any other computer takes part."""

    def words(self, where: str | None) -> str | None:
        """Note one more video; return what is shown of all, None where this computer works alone.

        Args:
            where: who looked at it; None for this computer.
        """
        self._shared = self._shared or where is not None
        now_s = time.monotonic()
        self._all[where or _HERE] += 1
        self._lately.append((now_s, where or _HERE))
        while now_s - self._lately[0][0] > _LATELY_S:
            self._lately.popleft()
        if not self._shared:
            return None
        span_s = max(1.0, min(_LATELY_S, now_s - self._began_s))
        lately = Counter(name for _, name in self._lately)
        speeds = ", ".join(f"{safe_text(name)} {lately[name] / span_s:.1f}/s" for name in sorted(lately))
        return f"{_WORDS}: {speeds}"

    def print(self) -> None:
        """Print what each computer did, where there were several."""
        if not self._shared:
            return
        took_s = max(1e-3, time.monotonic() - self._began_s)
        for name, videos in sorted(self._all.items()):
            speed = videos / took_s
            click.echo(f"{safe_text(name)}: {count(videos, 'video')}, {speed:.2f} videos/s", err=True)
