"""Which cluster a person means."""

from __future__ import annotations

import re
from dataclasses import dataclass

from organizer.errors import ClusterError

_LOCAL = re.compile(r"local:(\d{1,3})", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]+:\d{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Either a number of workers of a cluster on this computer alone, or where a running one is reached."""

    local_workers: int | None = None
    running: str | None = None
    """``auto``, for the one that this computer belongs to, or ``HOST:PORT``."""


def parse_address(text: str) -> ClusterAddress:
    """Read ``auto``, ``HOST:PORT`` or ``local:N``.

    Raises:
        ClusterError: it is none of these.
    """
    if text == "auto":
        return ClusterAddress(running=text)
    local = _LOCAL.fullmatch(text)
    if local and int(local[1]) > 0:
        return ClusterAddress(local_workers=int(local[1]))
    if not local and _HOST.fullmatch(text):
        return ClusterAddress(running=text)
    raise ClusterError(
        f"{text}: this is no cluster. Write auto for the one that this computer belongs to, HOST:PORT where "
        "it belongs to several, or local:4 for four workers on this computer."
    )
