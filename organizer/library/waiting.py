"""How this process waits for another one that writes to a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Waiting:
    """How long another writer is waited for, and who is told."""

    patience_s: float = 30.0
    """How long in all; a scan's own transactions take milliseconds."""
    quiet_s: float = 1.5
    """How long a wait may be before it is told."""
    tell: Callable[[], None] | None = None
    """Is called, in whichever thread, when a wait becomes long."""


WAITING = Waiting()
"""The same for every library that this process has open."""


def tell_waits(tell: Callable[[], None] | None) -> None:
    """Have ``tell`` called, in whichever thread, when a wait becomes long; None has nobody told."""
    WAITING.tell = tell
