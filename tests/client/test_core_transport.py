"""What is sent to the byte, which connections are kept, the clocks of a login, and errors as whole sentences."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import trustme

from verge_pulumi.client import (
    ApiKey,
    BadAnswer,
    Basic,
    Clocks,
    InvalidHost,
    NoAnswer,
    RetryPolicy,
    SessionToken,
    Unreachable,
    UntrustedCertificate,
    VergeClient,
)

from .conftest import PASSWORD, Connect, Serve, server_tls
from .servers import HttpServer, Peer, Reply

ONCE = RetryPolicy(attempts=1)
UNKNOWN = "It is not known whether VergeOS applied it."
NOT_VERGEOS = "Check that the host is a VergeOS and that no proxy or portal answers in its place."
NOT_REACHED = "Check the host name and the port, and that VergeOS can be reached from here."
NOT_TRUSTED = "If the system is yours, give the file of the authority that signed its certificate as the CA file."


# What is sent


def test_a_request_is_these_lines_and_no_others(serve: Serve, connect: Connect) -> None:
    heads = []

    def script(peer: Peer, number: int) -> None:
        while request := peer.read_request():
            heads.append(request.partition(b"\r\n\r\n")[0].decode().split("\r\n"))
            peer.answer(b'{"$key": "1"}')

    server = serve(script)
    verge = connect(server.url, auth=ApiKey("the-key"))
    verge.version()
    verge.table("vms").get(1, fields=["name"])
    verge.table("vms").create({"name": "a"})
    verge.close()
    always = [
        "Accept: application/json",
        "Accept-Encoding: gzip",
        f"Host: {server.url.removeprefix('http://')}",
        "User-Agent: verge-pulumi",
    ]
    key, json = "Authorization: Bearer the-key", "Content-Type: application/json"
    assert [(head[0], sorted(head[1:])) for head in heads] == [
        ("GET /version.json HTTP/1.1", sorted(always)),
        ("GET /api/v4/vms/1?fields=name HTTP/1.1", sorted([*always, key])),
        ("POST /api/v4/vms HTTP/1.1", sorted([*always, key, json, "Content-Length: 13"])),
    ]


# Connections


class CountingServer(HttpServer):
    """Keeps from which connections requests came."""

    def __init__(self) -> None:
        self.connections: set[tuple[str, int]] = set()
        super().__init__()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        self.connections.add(handler.client_address)
        super()._handle(handler)


@pytest.mark.parametrize(("pool_size", "connections"), [(12, 12), (1, 12 + 11)])
def test_as_many_connections_are_kept_as_the_pool_has_room_for(
    connect: Connect, cleanup: Any, pool_size: int, connections: int
) -> None:
    server = CountingServer()
    cleanup.callback(server.close)
    server.respond = lambda request: Reply(body=b"x" * 70_000)
    files = connect(server.url, pool_size=pool_size).table("files")
    for _ in range(2):
        # The second piece has not been read yet, so each of them still holds its connection.
        downloads = [files.download(1) for _ in range(12)]
        for download in downloads:
            next(download)
        for download in downloads:
            assert sum(map(len, download)) == 70_000 - 64 * 1024
    assert len(server.connections) == connections


# Clocks


@pytest.mark.timeout(30)
def test_a_connect_ends_after_its_time(connect: Connect, cleanup: Any) -> None:
    # A listener whose queue is full drops further connects in silence.
    listener = cleanup.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    cleanup.enter_context(socket.create_connection(address))
    url = f"http://127.0.0.1:{address[1]}"
    with pytest.raises(Unreachable) as caught:
        connect(url, retries=ONCE, clocks=Clocks(connect=0.1)).table("vms").list()
    assert str(caught.value) == (
        f"GET /api/v4/vms failed: cannot reach {url}: no connection within 0.1 s. {NOT_REACHED}"
    )


def test_a_server_that_takes_no_more_of_a_request_is_silent(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        server.stopped.wait(10)

    server = serve(script)
    verge = connect(server.url, retries=ONCE, clocks=Clocks(connect=0.2, silence=0.2, attempt=9.0))
    with pytest.raises(NoAnswer) as caught:
        verge.table("vms").create({"description": "x" * 32 * 1024 * 1024})
    assert str(caught.value) == f"POST /api/v4/vms failed: nothing was heard for 0.2 s. {UNKNOWN}"


def test_a_login_that_drips_is_cut(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000, 0.02)

    verge = connect(
        serve(script).url,
        auth=SessionToken("admin", PASSWORD),
        retries=ONCE,
        clocks=Clocks(connect=4.0, silence=4.0, attempt=0.2),
    )
    with pytest.raises(NoAnswer, match=r"not complete within 0\.2 s"):
        verge.table("vms").list()


@pytest.mark.timeout(30)
@pytest.mark.timeout(60)
def test_a_logout_without_an_answer_does_not_hold_the_program(server: HttpServer, connect: Connect) -> None:
    released = threading.Event()

    def respond(request: Any) -> Reply:
        if request.method == "DELETE":
            released.wait(200)
        return Reply(201, {"$key": "a" * 40}) if request.method == "POST" else Reply(json=[])

    server.respond = respond
    verge = connect(server.url, auth=SessionToken("admin", PASSWORD), clocks=Clocks(silence=100.0, attempt=100.0))
    verge.table("vms").list()
    verge.close()
    released.set()
    assert server.received[-1].method == "DELETE"


def test_the_moment_an_attempt_ends_is_past_its_end(
    server: HttpServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    with pytest.raises(NoAnswer) as caught:
        connect(server.url, retries=ONCE, clocks=Clocks(attempt=0.0)).table("vms").list()
    assert str(caught.value) == "GET /api/v4/vms failed: the answer was not complete within 0 s."


# Limits


def test_a_body_as_long_as_the_limit_is_read(server: HttpServer, connect: Connect) -> None:
    vms = connect(server.url, max_body=1000).table("vms")
    server.reply(body=b"[" + b" " * 998 + b"]")
    assert vms.list() == []
    server.reply(body=b"[" + b" " * 999 + b"]")
    with pytest.raises(BadAnswer) as caught:
        vms.list()
    assert str(caught.value) == (
        f"GET /api/v4/vms failed: the answer is longer than the limit of 1000 bytes. {NOT_VERGEOS}"
    )


# Errors as people read them


def test_no_connection(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        connect(url, retries=ONCE).table("vms").create({"name": "a"})
    assert str(caught.value) == f"POST /api/v4/vms failed: cannot reach {url}: Connection refused. {NOT_REACHED}"


def test_no_http(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")

    with pytest.raises(BadAnswer) as caught:
        connect(serve(script).url).table("vms").create({"name": "a"})
    assert str(caught.value) == (
        f"POST /api/v4/vms failed: what came is not a readable HTTP answer. {UNKNOWN} {NOT_VERGEOS}"
    )


def test_no_whole_answer(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()

    with pytest.raises(NoAnswer) as caught:
        connect(serve(script).url).table("vms").create({"name": "a"})
    assert str(caught.value) == (
        f"POST /api/v4/vms failed: the connection ended before the answer did: closed by the other side. {UNKNOWN}"
    )


def test_no_trust(authority: trustme.CA, ca_file: Path, serve: Serve, connect: Connect) -> None:
    server = serve(lambda peer, number: None, tls=server_tls(authority, "verge.example.com"))
    with pytest.raises(UntrustedCertificate) as caught:
        connect(server.url, ca_file=ca_file).table("vms").create({"name": "a"})
    text = str(caught.value)
    assert text.startswith(f"POST /api/v4/vms failed: the certificate of {server.url} is not trusted: ")
    assert text.endswith(f"certificate is not valid for '127.0.0.1'. {NOT_TRUSTED}")


def test_no_common_tls(authority: trustme.CA, ca_file: Path, serve: Serve, connect: Connect) -> None:
    tls = server_tls(authority, "127.0.0.1")
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers("NULL-SHA256:@SECLEVEL=0")
    server = serve(lambda peer, number: None, tls=tls)
    with pytest.raises(BadAnswer) as caught:
        connect(server.url, ca_file=ca_file).table("vms").list()
    text = str(caught.value)
    assert text.startswith(f"GET /api/v4/vms failed: no secure connection to {server.url}: ")
    assert text.endswith(f". {NOT_VERGEOS}")


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), ("rubbish", "it holds no certificate")]
)
def test_no_ca_file(tmp_path: Path, content: str | None, reason: str) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidHost) as caught:
        VergeClient("verge", auth=Basic("a", "b"), ca_file=path)
    assert str(caught.value) == (
        f'the CA file "{path}" cannot be used: {reason}. Give a file of certificates in PEM form.'
    )


def test_a_ca_file_beside_insecure(ca_file: Path) -> None:
    with pytest.raises(InvalidHost) as caught:
        VergeClient("verge", auth=Basic("a", "b"), ca_file=ca_file, insecure=True)
    assert str(caught.value) == "a CA file and insecure exclude each other. Leave out insecure."
