"""What the server does with connections that send or take nothing, and with too many of them."""

import asyncio
import http.client
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from organizer.ui.server.connections import Limits, PatientProtocol
from tests.gallery_server.process import wait_until

REQUEST_S, STALLED_S = 1.0, 2.0


async def endless(_request):
    async def pieces():
        while True:
            yield bytes(1 << 16)
            await asyncio.sleep(0)

    return StreamingResponse(pieces())


async def slow(_request):
    await asyncio.sleep(4 * REQUEST_S)
    return PlainTextResponse("slow")


async def short(_request):
    return PlainTextResponse("short")


async def echo(websocket):
    await websocket.accept()
    while True:
        await websocket.send_text(await websocket.receive_text())


APP = Starlette(
    routes=[
        Route("/endless", endless),
        Route("/slow", slow),
        Route("/", short),
        WebSocketRoute("/echo", echo),
    ]
)


class Server:
    def __init__(self, **limits):
        class Limited(PatientProtocol):
            pass

        Limited.limits = Limits(
            **{"request_s": REQUEST_S, "stalled_s": STALLED_S, "patience_s": 0.2} | limits
        )
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        config = uvicorn.Config(APP, http=Limited, log_level="critical", timeout_graceful_shutdown=1)
        self.uvicorn = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.uvicorn.serve([self.listener])))

    @property
    def connections(self):
        return len(self.uvicorn.server_state.connections)

    def is_full(self, port):
        """Whether one who comes from this port has yet to take what was sent; None where it is gone."""
        there = {one.client[1]: one for one in list(self.uvicorn.server_state.connections) if one.client}
        return there[port]._stalled() is not None if port in there else None

    def connect(self, first=b"", *, buffer=None):
        connection = socket.socket()
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(first)
        return connection

    def ask(self, path):
        return self.connect(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def get(self, path="/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@contextmanager
def serving(**limits):
    server = Server(**limits)
    server.thread.start()
    try:
        wait_until(lambda: server.uvicorn.started)
        yield server
    finally:
        server.uvicorn.should_exit = True
        server.thread.join(60)
        assert not server.thread.is_alive()


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


def is_over(connection):
    """Whether the other end has ended it; nothing may be left to read."""
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True


HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
WITH_BODY = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"


@pytest.mark.parametrize("first", [b"", b"G", HALF])
def test_half_a_request_is_waited_for_no_longer_than_a_whole_one_takes(server, first):
    began = time.monotonic()
    with server.connect(first) as connection:
        assert is_over(connection)
    assert REQUEST_S - 0.2 < time.monotonic() - began < REQUEST_S + 5


@pytest.mark.parametrize("first", [HALF, WITH_BODY])
def test_bytes_that_trickle_in_gain_no_time(server, first):
    began = time.monotonic()
    with server.connect(first) as connection, pytest.raises(OSError):
        while time.monotonic() - began < 8:
            connection.sendall(b"x")
            time.sleep(0.1)
    assert time.monotonic() - began < REQUEST_S + 5


def test_half_a_second_request_is_not_waited_for_either(server):
    began = time.monotonic()
    with server.ask("/") as connection, pytest.raises(OSError):
        connection.recv(1000)
        while time.monotonic() - began < 8:
            connection.sendall(b"x")
            time.sleep(0.1)
    assert time.monotonic() - began < REQUEST_S + 5


def test_an_answer_may_take_its_time(server):
    assert server.get("/slow")[2] == b"slow"


def test_requests_one_after_the_other_share_a_connection(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.connect()
    sock = connection.sock
    for _ in range(4):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"short"
        time.sleep(0.4 * REQUEST_S)
    assert connection.sock is sock
    connection.close()


def test_one_who_takes_nothing_is_dropped_in_the_end(server):
    # Those of the tests before may still be on their way out.
    wait_until(lambda: server.connections == 0)
    with server.ask("/endless") as connection:
        connection.recv(100)
        wait_until(lambda: server.connections == 1)
        began = time.monotonic()
        wait_until(lambda: server.connections == 0)
        assert time.monotonic() - began > STALLED_S - 0.5


def test_one_who_takes_little_by_little_is_not(server):
    # So small a buffer that each piece it takes is seen by the server soon.
    with server.connect(b"GET /endless HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", buffer=1 << 12) as connection:
        end = time.monotonic() + 3 * STALLED_S
        while time.monotonic() < end:
            assert connection.recv(1 << 18)
            time.sleep(0.05)


@contextmanager
def paused_viewers(server, number):
    viewers = []
    try:
        for _ in range(number):
            viewers.append(server.ask("/endless"))
            viewers[-1].recv(100)
            port = viewers[-1].getsockname()[1]
            # Each is full before the next one comes, or is dropped already: that is their order.
            wait_until(lambda port=port: server.is_full(port) is not False)
        yield viewers
    finally:
        for viewer in viewers:
            viewer.close()


def test_whoever_has_taken_nothing_for_longest_makes_room():
    with serving(connections=4, stalled_s=600) as server, paused_viewers(server, 4) as viewers:
        wait_until(lambda: server.connections == 4)
        time.sleep(0.5)
        ports = [viewer.getsockname()[1] for viewer in viewers]
        assert [server.get()[0] for _ in range(2)] == [200, 200]
        # Each of the two was over before the next one came.
        kept = {connection.client[1] for connection in server.uvicorn.server_state.connections}
        assert ports[0] not in kept
        assert set(ports[1:]) <= kept


def test_many_at_once_all_get_an_answer():
    with serving(connections=4, stalled_s=600) as server, paused_viewers(server, 4):
        time.sleep(0.5)
        with paused_viewers(server, 4):
            time.sleep(0.5)
            assert server.connections <= 4
            assert server.get()[0] == 200


def test_where_nobody_waits_one_more_is_refused_in_words():
    with serving(connections=2, patience_s=600) as server, paused_viewers(server, 2):
        status, headers, body = server.get()
        assert (status, body) == (503, b"Too many connections.")
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]


def upgraded(server):
    asked = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    asked += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nHost: 127.0.0.1\r\n"
    connection = server.connect(f"GET /echo HTTP/1.1\r\n{asked}\r\n".encode())
    return connection, int(connection.recv(4096).split()[1])


def says_back(connection):
    # A masked text frame, as a client must send it; the mask is zero.
    connection.sendall(b"\x81\x85\0\0\0\0hello")
    return connection.recv(100) == b"\x81\x05hello"


def test_a_websocket_is_never_cut():
    with serving(connections=2, stalled_s=1) as server:
        tab, status = upgraded(server)
        with tab:
            assert status == 101
            time.sleep(3 * REQUEST_S)
            with paused_viewers(server, 2):
                time.sleep(0.5)
                assert server.get()[0] == 200
            assert says_back(tab)


def test_there_may_be_only_so_many_tabs():
    with serving(websockets=2) as server:
        tabs = [upgraded(server) for _ in range(3)]
        try:
            assert [status for _, status in tabs] == [101, 101, 503]
            assert says_back(tabs[0][0])
        finally:
            for tab, _ in tabs:
                tab.close()
