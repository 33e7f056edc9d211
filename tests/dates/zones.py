"""Other time zones for tests."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest

ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati")

needs_tzset = pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its zone")


@contextmanager
def zone(name: str):
    """Let this process be in a zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()
