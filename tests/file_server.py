"""A server of files on 127.0.0.1 that can be told to misbehave."""

from __future__ import annotations

import re
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Answer:
    """How one request is answered."""

    content: bytes = b""
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Further headers; they win over all others."""
    knows_range: bool = True
    knows_if_range: bool = True
    cut_after: int | None = None
    """Bytes of the body after which the connection is closed."""
    chunked: bool = False
    """Says no length; the body comes in two chunks."""
    announced: int | None = None
    """Content-Length, where it is not the true one."""
    gate: threading.Event | None = None
    """Waited for after ``gate_after`` bytes of the body."""
    gate_after: int = 0


@dataclass(frozen=True)
class Request:
    """What was asked."""

    target: str
    """As in the request line: a path, or a whole address when the server is used as a proxy."""
    headers: dict[str, str]
    """By names in lower case."""

    @property
    def first_byte(self) -> int | None:
        """Where the asked-for part begins; None when the whole file was asked for."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(found.group(1)) if found else None


class FileServer:
    """Answers by path, and what was asked so far."""

    def __init__(self, port: int, scheme: str) -> None:
        self.address = f"{scheme}://127.0.0.1:{port}"
        self.host = f"127.0.0.1:{port}"
        self.requests: list[Request] = []
        self.reached_gate = threading.Event()
        """Set when a body waits at its gate."""
        self._answers: dict[str, list[Answer]] = {}

    def serve(self, path: str, *answers: Answer) -> str:
        """Give these answers one after the other, the last one for ever; return the address."""
        self._answers[path] = list(answers)
        return self.address + path

    def next_answer(self, target: str) -> Answer:
        answers = self._answers.get(target, [Answer(status=404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def file_server(certificate: Path | None = None) -> Iterator[FileServer]:
    """Run a server until the block ends; by HTTPS with a certificate, a PEM file that holds its key too."""

    class Handler(_Handler):
        pass

    server = _Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Handler.files = FileServer(server.server_address[1], "http" if certificate is None else "https")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Handler.files
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """Return a port where nothing listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: object) -> None:
        """Say nothing of connections that a client broke off."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_args)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: FileServer

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        request = Request(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.files.requests.append(request)
        answer = self.files.next_answer(self.path)
        status, body, headers = answer.status, answer.content, {}
        start = request.first_byte if answer.knows_range else None
        if status == 200 and start is not None and self._unchanged(request, answer):
            status, body, headers = self._part(start, answer.content)
        if answer.etag:
            headers["ETag"] = answer.etag
        if answer.last_modified:
            headers["Last-Modified"] = answer.last_modified
        if answer.chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(body) if answer.announced is None else answer.announced)
        self.send_response(status)
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self._send(body, answer)
        except ConnectionError:
            self.close_connection = True

    def _unchanged(self, request: Request, answer: Answer) -> bool:
        condition = request.headers.get("if-range")
        return not answer.knows_if_range or condition in {None, answer.etag, answer.last_modified}

    def _part(self, start: int, content: bytes) -> tuple[int, bytes, dict[str, str]]:
        if start >= len(content):
            return 416, b"", {"Content-Range": f"bytes */{len(content)}"}
        return 206, content[start:], {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}

    def _send(self, body: bytes, answer: Answer) -> None:
        if answer.gate is not None:
            self._write(body[: answer.gate_after], answer)
            self.files.reached_gate.set()
            answer.gate.wait(90)
            body = body[answer.gate_after :]
        if answer.cut_after is not None:
            self._write(body[: answer.cut_after], answer)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._write(body, answer)
        if answer.chunked:
            self.wfile.write(b"0\r\n\r\n")
        elif answer.announced is not None:
            self.close_connection = True

    def _write(self, body: bytes, answer: Answer) -> None:
        if not answer.chunked:
            self.wfile.write(body)
        elif body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))
        self.wfile.flush()
