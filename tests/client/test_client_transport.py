"""Faults on the wire, seen from above: the error, its outcome, and how often the request arrived."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from verge_pulumi.client import (
    ApiKey,
    BadAnswer,
    Clocks,
    NoAnswer,
    Outcome,
    RetryPolicy,
    SessionToken,
    Unreachable,
    UntrustedCertificate,
    VergeClient,
    VergeError,
)

from .conftest import PASSWORD, Connect, Serve, server_tls
from .servers import HttpServer, Peer

UNKNOWN, NOT_APPLIED = Outcome.UNKNOWN, Outcome.NOT_APPLIED
ONCE = RetryPolicy(attempts=1)
# Each fault is met with one clock that is short: on a busy machine another one would run out before it.
USUAL = Clocks(connect=4.0, silence=4.0, attempt=8.0)
IMPATIENT = Clocks(connect=4.0, silence=0.2, attempt=8.0)
SHORT = Clocks(connect=4.0, silence=4.0, attempt=0.4)


@pytest.fixture
def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


# No connection


@pytest.mark.fault(1)
@pytest.mark.parametrize("method", ["list", "create"])
def test_a_refused_connection_is_tried_four_times(
    closed_port: str, connect: Connect, slept: list[float], method: str
) -> None:
    vms = connect(closed_port).table("vms")
    with pytest.raises(Unreachable, match=f"cannot reach {closed_port}: Connection refused") as caught:
        vms.list() if method == "list" else vms.create({"name": "a"})
    assert caught.value.outcome is NOT_APPLIED
    assert len(slept) == 3


@pytest.mark.fault(1)
def test_a_name_that_does_not_resolve(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Unreachable, match=r"cannot reach https://verge\.invalid: Name or service not known"):
        connect("verge.invalid", retries=ONCE).table("vms").create({"name": "a"})


@pytest.mark.fault(1)
def test_a_connect_that_is_not_answered(connect: Connect, cleanup: Any) -> None:
    # A listener whose queue is full drops further connects in silence.
    listener = cleanup.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    cleanup.enter_context(socket.create_connection(address))
    verge = connect(f"http://127.0.0.1:{address[1]}", retries=ONCE, clocks=Clocks(connect=0.1))
    with pytest.raises(Unreachable, match=r"no connection within 0\.1 s") as caught:
        verge.table("vms").create({"name": "a"})
    assert caught.value.outcome is NOT_APPLIED


# No answer


def reset_after_reading(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.reset()


def close_after_reading(peer: Peer, number: int) -> None:
    peer.read_request()


def hang(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.hang()


def cut_short(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.answer(b'{"$key"', b"Content-Length: 100\r\n")


def cut_chunks(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.answer(b'5\r\n{"$ke', b"Transfer-Encoding: chunked\r\n")


def drip_body(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.answer(b"", b"Content-Length: 100000\r\n")
    peer.drip(b"[" * 100_000, 0.02)


def drip_head(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 60_000, 0.02)


def drip_redirect(peer: Peer, number: int) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100000\r\n\r\n")
    peer.drip(b"x" * 100_000, 0.02)


FAULTS = [
    (reset_after_reading, USUAL, "the connection ended before the answer did: Connection reset by peer"),
    (close_after_reading, USUAL, "the connection ended before the answer did: closed by the other side"),
    (cut_short, USUAL, "the connection ended before the answer did"),
    (cut_chunks, USUAL, "the connection ended before the answer did"),
    (hang, IMPATIENT, r"nothing was heard for 0\.2 s"),
    (drip_body, SHORT, r"not complete within 0\.4 s"),
    (drip_head, SHORT, r"not complete within 0\.4 s"),
    (drip_redirect, SHORT, r"not complete within 0\.4 s"),
]


@pytest.mark.fault(2, 6, 7, 47)
@pytest.mark.timeout(60)
@pytest.mark.parametrize(("fault", "clocks", "reason"), FAULTS)
def test_a_post_without_a_whole_answer_is_unknown_and_sent_once(
    serve: Serve, connect: Connect, slept: list[float], fault: Any, clocks: Clocks, reason: str
) -> None:
    server = serve(fault)
    with pytest.raises(NoAnswer, match=reason) as caught:
        connect(server.url, clocks=clocks).table("vms").create({"name": "a"})
    assert caught.value.outcome is UNKNOWN
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert (server.requests, slept) == (1, [])


@pytest.mark.fault(5, 47)
@pytest.mark.parametrize("fault", [reset_after_reading, close_after_reading, cut_short, hang])
@pytest.mark.parametrize("method", ["get", "update", "delete"])
def test_what_may_be_repeated_is_sent_again(serve: Serve, connect: Connect, fault: Any, method: str) -> None:
    clocks = Clocks(connect=4.0, silence=1.0, attempt=8.0) if fault is hang else USUAL

    def script(peer: Peer, number: int) -> None:
        if number == 1:
            fault(peer, number)
        else:
            peer.read_request()
            peer.answer(b'{"$key": 1}')

    server = serve(script)
    vms = connect(server.url, clocks=clocks).table("vms")
    calls: dict[str, Callable[[], object]] = {
        "get": lambda: vms.get(1),
        "update": lambda: vms.update(1, {"a": 1}),
        "delete": lambda: vms.delete(1),
    }
    calls[method]()
    assert server.requests == 2


@pytest.mark.fault(48)
def test_a_body_cut_without_a_length_is_not_json(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.answer(b'{"$key": "4', b"Connection: close\r\n")

    with pytest.raises(BadAnswer, match="not JSON") as caught:
        connect(serve(script).url).table("vms").create({"name": "a"})
    assert caught.value.outcome is UNKNOWN


def test_a_download_that_is_cut_fails_after_what_was_handed_out(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.answer(b"x" * 70_000, b"Content-Length: 100000\r\n")

    server = serve(script)
    pieces = connect(server.url).table("files").download(1)
    assert next(pieces) == b"x" * 65536
    with pytest.raises(NoAnswer, match="ended before the answer did"):
        list(pieces)
    assert server.requests == 1


def test_a_download_may_take_longer_than_other_answers(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.answer(b"", b"Content-Length: 30\r\n")
        peer.drip(b"x" * 30, 0.02)

    verge = connect(serve(script).url, clocks=Clocks(connect=4.0, silence=4.0, attempt=0.1))
    assert b"".join(verge.table("files").download(1)) == b"x" * 30


def test_each_request_on_a_kept_connection_has_its_own_clock(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        while peer.read_request():
            peer.answer(b"", b"Content-Length: 2\r\n")
            peer.drip(b"[]", 0.1)

    server = serve(script)
    verge = connect(server.url, clocks=Clocks(connect=4.0, silence=4.0, attempt=1.5))
    for _ in range(8):
        verge.table("vms").list()
    verge.close()
    assert (server.requests, server.connections) == (8, 1)


@pytest.mark.fault(6)
@pytest.mark.timeout(60)
def test_a_silence_is_cut_by_the_attempt_when_that_ends_first(serve: Serve, connect: Connect) -> None:
    with pytest.raises(NoAnswer, match=r"not complete within 0\.2 s"):
        connect(serve(hang).url, clocks=Clocks(silence=100.0, attempt=0.2)).table("vms").create({"name": "a"})


def test_an_attempt_without_time_ends_at_once(server: HttpServer, connect: Connect) -> None:
    verge = connect(server.url, retries=ONCE, clocks=Clocks(attempt=0.0))
    with pytest.raises(NoAnswer, match="not complete within 0 s"):
        verge.table("vms").list()


# Answers that are odd but good


@pytest.mark.fault(8)
def test_tiny_packets_split_heads_and_100_continue(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        peer.drip(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n[{"$key": 1}]', 0)

    assert connect(serve(script).url).table("vms").list() == [{"$key": 1}]


@pytest.mark.fault(18)
def test_http_1_0(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.send(b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[{"$key": 1}]')

    assert connect(serve(script).url).table("vms").list() == [{"$key": 1}]


def test_a_connection_is_used_again(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        while peer.read_request():
            peer.answer(b"[]")

    server = serve(script)
    verge = connect(server.url)
    for _ in range(3):
        verge.table("vms").list()
    verge.close()
    assert (server.requests, server.connections) == (3, 1)


@pytest.mark.fault(4)
def test_a_kept_connection_that_the_server_closed_is_noticed(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.answer(b'{"$key": "1"}')

    server = serve(script)
    vms = connect(server.url).table("vms")
    vms.get(1)
    vms.get(1)
    assert server.connections == 2


@pytest.mark.fault(18)
def test_gzip(server: HttpServer, verge: VergeClient) -> None:
    server.reply(body=gzip.compress(b'[{"$key": 1}]'), headers={"Content-Encoding": "gzip"})
    assert verge.table("vms").list() == [{"$key": 1}]
    assert server.received[0].headers["accept-encoding"] == "gzip"


# Answers that are refused


@pytest.mark.fault(18)
@pytest.mark.parametrize("compressed", [False, True])
def test_a_body_over_the_limit_is_refused(server: HttpServer, connect: Connect, compressed: bool) -> None:
    body = b"[" + b" " * 3_000_000 + b"]"
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    server.reply(201, body=gzip.compress(body) if compressed else body, headers=headers)
    with pytest.raises(BadAnswer, match="longer than the limit of 1000000 bytes") as caught:
        connect(server.url, max_body=1_000_000).table("vms").create({"name": "a"})
    assert caught.value.outcome is UNKNOWN
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ],
)
def test_what_is_not_http_is_refused(serve: Serve, connect: Connect, sent: bytes) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.send(sent)

    server = serve(script)
    with pytest.raises(BadAnswer, match="not a readable HTTP answer") as caught:
        connect(server.url).table("vms").create({"name": "a"})
    assert caught.value.outcome is UNKNOWN
    assert server.requests == 1


# The environment


@pytest.mark.fault(17)
def test_nothing_is_taken_from_the_environment(
    server: HttpServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, closed_port: str
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_port)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    connect(server.url, auth=ApiKey("the-key")).table("vms").list()
    assert server.received[0].headers["authorization"] == "Bearer the-key"


def test_cookies_are_not_kept(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json=[], headers={"Set-Cookie": "a=b; Path=/"})
    verge.table("vms").list()
    verge.table("vms").list()
    assert "cookie" not in server.received[1].headers


# TLS


@pytest.fixture
def secure(authority: trustme.CA, cleanup: Any) -> HttpServer:
    server = HttpServer(tls=server_tls(authority, "127.0.0.1"))
    cleanup.callback(server.close)
    return server


@pytest.mark.fault(11)
def test_a_certificate_of_the_given_authority_is_trusted(secure: HttpServer, connect: Connect, ca_file: Path) -> None:
    assert connect(secure.url, ca_file=ca_file).table("vms").list() == []


@pytest.mark.fault(10, 17)
def test_a_certificate_of_an_unknown_authority_is_refused_at_once(
    secure: HttpServer, connect: Connect, slept: list[float], monkeypatch: pytest.MonkeyPatch, ca_file: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    with pytest.raises(UntrustedCertificate, match=r"not trusted: .*certificate.*CA file") as caught:
        connect(secure.url).table("vms").create({"name": "a"})
    assert caught.value.outcome is NOT_APPLIED
    assert (secure.received, slept) == ([], [])


@pytest.mark.fault(13)
def test_insecure_trusts_any_certificate(secure: HttpServer, connect: Connect) -> None:
    assert connect(secure.url, insecure=True).table("vms").list() == []


NOW = datetime.now(UTC)


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    ("names", "options", "reason"),
    [
        (["verge.example.com"], {}, "(?i)mismatch"),
        (["127.0.0.1"], {"not_before": NOW - timedelta(2), "not_after": NOW - timedelta(1)}, "expired"),
        (["127.0.0.1"], {"not_before": NOW + timedelta(1), "not_after": NOW + timedelta(2)}, "not yet valid"),
    ],
)
def test_a_wrong_certificate_is_refused_at_once_and_it_is_said_why(
    authority: trustme.CA,
    ca_file: Path,
    serve: Serve,
    connect: Connect,
    slept: list[float],
    names: list[str],
    options: dict[str, Any],
    reason: str,
) -> None:
    server = serve(close_after_reading, tls=server_tls(authority, *names, **options))
    with pytest.raises(UntrustedCertificate, match=reason):
        connect(server.url, ca_file=ca_file).table("vms").list()
    assert (server.connections, server.requests, slept) == (1, 0, [])


def test_a_server_without_tls_is_no_secure_connection(server: HttpServer, connect: Connect, slept: list[float]) -> None:
    with pytest.raises(BadAnswer, match=f"no secure connection to https://127.0.0.1:{server.port}"):
        connect(f"https://127.0.0.1:{server.port}").table("vms").list()
    assert slept == []


@pytest.mark.fault(7)
@pytest.mark.timeout(60)
def test_a_tls_answer_that_drips_is_cut(authority: trustme.CA, ca_file: Path, serve: Serve, connect: Connect) -> None:
    server = serve(drip_head, tls=server_tls(authority, "127.0.0.1"))
    with pytest.raises(NoAnswer, match=r"not complete within 0\.4 s"):
        connect(server.url, ca_file=ca_file, clocks=SHORT).table("vms").create({"name": "a"})


def test_a_tls_connection_that_is_cut_is_no_answer(
    authority: trustme.CA, ca_file: Path, serve: Serve, connect: Connect
) -> None:
    server = serve(reset_after_reading, tls=server_tls(authority, "127.0.0.1"))
    with pytest.raises(NoAnswer) as caught:
        connect(server.url, ca_file=ca_file).table("vms").create({"name": "a"})
    assert caught.value.outcome is UNKNOWN
    assert server.requests == 1


# What errors hold


@pytest.mark.parametrize("auth", [SessionToken("admin", PASSWORD), ApiKey("canary-key")])
def test_no_error_holds_a_credential_or_a_query(serve: Serve, connect: Connect, auth: Any) -> None:
    with pytest.raises(VergeError) as caught:
        connect(serve(reset_after_reading).url, auth=auth, retries=ONCE).table("vms").list(fields="canary_field")
    seen, error = [], caught.value
    seen += [str(error), repr(error), repr(error.args), repr(vars(error))]
    assert error.__context__ is None
    assert not any("canary" in text for text in seen)


def test_a_bomb_inside_a_download_is_not_unpacked(server: HttpServer, verge: VergeClient) -> None:
    list(verge.table("files").download(1))
    assert server.received[0].headers["accept-encoding"] == "identity"


def test_a_deflated_answer_is_read(server: HttpServer, verge: VergeClient) -> None:
    server.reply(body=zlib.compress(b"[]"), headers={"Content-Encoding": "deflate"})
    assert verge.table("vms").list() == []
