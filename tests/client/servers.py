"""Small loopback servers that say what a test tells them to, down to the last byte."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Received:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    status: int = 200
    json: Any = None
    body: bytes | None = None
    type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json).encode()


class HttpServer:
    """Answers with the queued replies, then with ``respond``; keeps what it received."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.replies: list[Reply] = []
        self.respond: Callable[[Received], Reply] = lambda request: Reply(json=[])
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                owner._handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815  http.server looks for these names

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that goes away is part of the tests

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def reply(self, status: int = 200, json: Any = None, **rest: Any) -> None:
        """Queue the next reply."""
        self.replies.append(Reply(status, json, **rest))

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        parts = urlsplit(handler.path)
        request = Received(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in handler.headers.items()},
            handler.rfile.read(length),
        )
        with self._lock:
            self.received.append(request)
            reply = self.replies.pop(0) if self.replies else None
        reply = reply or self.respond(request)
        content = reply.content()
        handler.send_response(reply.status)
        headers = {"Content-Length": str(len(content)), **reply.headers}
        if reply.type:
            headers["Content-Type"] = reply.type
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class RawServer:
    """Hands each connection, one after the other, to ``script(connection, number)``, and counts requests."""

    def __init__(self, script: Callable[[Peer, int], None], tls: ssl.SSLContext | None = None) -> None:
        self.requests = 0
        self.connections = 0
        self.stopped = threading.Event()
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    self._script(Peer(connection, self), self.connections)
            except OSError:
                connection.close()

    def close(self) -> None:
        self.stopped.set()
        # Closing alone does not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket, server: RawServer) -> None:
        self._connection = connection
        self._server = server

    def read_request(self) -> bytes:
        """Read one request to the end of its body; empty when the client went away."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self._connection.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += self._connection.recv(65536)
        self._server.requests += 1
        return head + b"\r\n\r\n" + body

    def read_slowly(self, size: int, *, pieces: int, pause: float) -> None:
        """Read a request with a body of that size, with a pause before each of so many pieces."""
        left = size
        for number in range(pieces, 0, -1):
            self._server.stopped.wait(pause)
            while left > size * (number - 1) // pieces and (piece := self._connection.recv(65536)):
                left -= len(piece)

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self, body: bytes, head: bytes = b"") -> None:
        length = b"" if head else b"Content-Length: %d\r\n" % len(body)
        self.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length + head + b"\r\n" + body)

    def drip(self, data: bytes, pause: float) -> None:
        """Send byte by byte until the client goes away or the server stops."""
        for byte in data:
            if self._server.stopped.wait(pause):
                return
            self.send(bytes([byte]))

    def hang(self) -> None:
        """Say nothing until the client goes away."""
        self._connection.recv(1)

    def reset(self) -> None:
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()
