"""Ask routes of the gallery, behind its guard, without a server."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.applications import Starlette

from organizer.ui.server.guard import guard


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def asked(routes, path, query=(), *, method="GET", headers=()):
    """Return the answer to a request; ``query`` is pairs, or a mapping."""
    app = Starlette(routes=list(routes), middleware=[guard()])
    sent = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query).encode(),
        "headers": [(b"host", b"127.0.0.1:8765"), *((n.encode(), v.encode()) for n, v in headers)],
    }

    async def receive():
        await asyncio.sleep(0 if not sent else 3600)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    # In a thread of its own: a browser of an earlier test leaves its event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, body)
