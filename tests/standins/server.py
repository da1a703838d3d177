"""The plumbing of a stand-in: HTTP/1.1 on the loopback, silent, gone without a trace when the test ends."""

import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.standins.script import Scripted

HOST = "127.0.0.1"
STAMPEDE = 512
"""Connections the kernel keeps for us while we are busy."""
WAKES = 0.01
"""Seconds between two looks at whether the test has ended."""


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What goes back; ``cut`` closes the connection instead of answering."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    @classmethod
    def from_script(cls, scripted: Scripted) -> Self:
        return cls(scripted.status or 500, scripted.body, scripted.headers, scripted.cut)


class Conversation(BaseHTTPRequestHandler):
    """One kept-alive connection; every request goes to the stand-in as a whole."""

    server: "LoopbackServer"
    protocol_version = "HTTP/1.1"
    server_version = "standin"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one packet, and is flushed when it is complete

    def do_POST(self) -> None:
        if "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.respond(Request(self.command, self.path, self.headers, body))
        if reply.cut:
            self.hang_up()
        else:
            self.send(reply)

    def do_GET(self) -> None:
        self.do_POST()

    def hang_up(self) -> None:
        """Close without a byte of an answer, as a proxy that died would."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *args: Any) -> None:
        """Say nothing: the test's standard error is not ours."""


class LoopbackServer(ThreadingHTTPServer):
    """A thread for each connection, each of which ends with the server, whatever the client wants."""

    daemon_threads = False  # closing joins them, so nothing outlives its test
    request_queue_size = STAMPEDE

    def __init__(self, respond: Callable[[Request], Reply], port: int) -> None:
        super().__init__((HOST, port), Conversation)
        self.respond = respond
        self.faults: list[BaseException] = []
        self.connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Remember what broke, for the test to fail of; a client that went away is none of it."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.faults.append(error)

    def hang_up_on_everybody(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it hung up first
                continue


class StandIn:
    """A service of the outside world for the length of a ``with``; other processes may connect too.

    ``port`` 0 is any that is free.
    """

    def __init__(self, port: int = 0) -> None:
        self.server = LoopbackServer(self.respond, port)
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.server.serve_forever, args=(WAKES,), name=type(self).__name__)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server.server_port}"

    def respond(self, request: Request) -> Reply:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.hang_up_on_everybody()
        self.server.server_close()
        self.thread.join()
        if kind is None and self.server.faults:
            raise BaseExceptionGroup(f"{type(self).__name__} itself broke", self.server.faults)
