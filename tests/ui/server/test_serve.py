"""The socket that the gallery listens on."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from organizer.ui.server.serve import listen


def test_answers_leave_at_once_and_do_not_wait_for_the_other_end():
    """Without this, each answer on a kept connection waits 40 ms for the browser's acknowledgement."""

    async def accepted_without_delay():
        loop = asyncio.get_running_loop()
        accepted = loop.create_future()

        class Noticing(asyncio.Protocol):
            def connection_made(self, transport):
                end = transport.get_extra_info("socket")
                accepted.set_result(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        listener = listen(0)
        async with await loop.create_server(Noticing, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            found = await asyncio.wait_for(accepted, 10)
            writer.close()
            return found

    # In a thread of its own: another test may have left this one with a loop that runs.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(accepted_without_delay())).result() != 0
