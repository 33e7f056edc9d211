"""The helper that asks routes works wherever a test stands."""

from __future__ import annotations

import asyncio

from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.ui.server.asked import asked


def test_a_route_is_asked_beside_a_running_event_loop():
    async def ask():
        return asked([Route("/hello", lambda _request: PlainTextResponse("hello"))], "/hello")

    assert asyncio.run(ask()).body == b"hello"
