"""What observers of a client are told of."""

from __future__ import annotations

import socket

import pytest

from verge_pulumi.client import (
    ApiKey,
    BadAnswer,
    Exchange,
    NoAnswer,
    PermissionDenied,
    RetryPolicy,
    SessionToken,
    Unreachable,
    VergeClient,
)

from .conftest import Connect, Serve
from .servers import HttpServer, Peer

TOKEN = "a1" * 20


def told(exchanges: list[Exchange]) -> list[tuple[str, str, int, int]]:
    """Return method, path, status and bytes of each exchange."""
    return [(each.request.method, each.request.path, each.status, each.received) for each in exchanges]


def watched(connect: Connect, url: str, exchanges: list[Exchange], **options: object) -> VergeClient:
    return connect(url, observers=[exchanges.append], retries=RetryPolicy(attempts=1), **options)


def test_each_exchange_is_told_once_with_its_answer(server: HttpServer, connect: Connect) -> None:
    exchanges: list[Exchange] = []
    verge = watched(connect, server.url, exchanges, auth=ApiKey("canary"))
    server.reply(json=[{"$key": 1}], headers={"X-Told": "yes"})
    server.reply(403, json={"err": "no"})
    verge.table("vms").list(fields=["$key"])
    with pytest.raises(PermissionDenied):
        verge.table("vms").update(1, {"name": "b"})
    assert told(exchanges) == [("GET", "/api/v4/vms", 200, 13), ("PUT", "/api/v4/vms/1", 403, 13)]
    first, second = exchanges
    assert (first.body, first.headers["x-told"], first.request.query) == (b'[{"$key": 1}]', "yes", "fields=$key")
    assert (second.request.body, second.failure) == (b'{"name": "b"}', None)
    assert 0 <= first.waited <= first.lasted
    assert "canary" not in repr(exchanges)


def test_logins_and_answers_that_are_not_read_are_told_too(server: HttpServer, connect: Connect) -> None:
    exchanges: list[Exchange] = []
    verge = watched(connect, server.url, exchanges, auth=SessionToken("admin", "pass"))
    server.reply(json={"$key": TOKEN})
    server.reply(401, json={"err": "Login required"})
    server.reply(json={"$key": TOKEN[::-1]})
    server.reply(json=[])
    verge.table("vms").list(fields=["$key"])
    assert [(each.request.method, each.status, each.body is None) for each in exchanges] == [
        ("POST", 200, False),
        ("POST", 200, False),  # before the answer that asked for it is given up
        ("GET", 401, True),
        ("GET", 200, False),
    ]


def test_downloads_are_told_without_their_content(server: HttpServer, connect: Connect) -> None:
    exchanges: list[Exchange] = []
    verge = watched(connect, server.url, exchanges)
    server.reply(body=b"x" * 100_000, type="application/octet-stream")
    assert sum(map(len, verge.table("files").download(3))) == 100_000
    ((_, _, status, received), exchange) = (*told(exchanges), exchanges[0])
    assert (status, received, exchange.body) == (200, 100_000, None)


def test_what_fails_is_told_with_its_reason(serve: Serve, connect: Connect) -> None:
    exchanges: list[Exchange] = []

    def cut(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    with pytest.raises(NoAnswer):
        watched(connect, serve(cut).url, exchanges).table("vms").list(fields=["$key"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unreachable):
        watched(connect, closed, exchanges).table("vms").list(fields=["$key"])
    told_of = [(each.status, each.body, type(each.failure)) for each in exchanges]
    assert told_of == [(200, None, NoAnswer), (0, None, Unreachable)]


def test_an_answer_that_is_too_long_is_told_as_one(server: HttpServer, connect: Connect) -> None:
    exchanges: list[Exchange] = []
    server.reply(json=["x" * 100])
    with pytest.raises(BadAnswer):
        watched(connect, server.url, exchanges, max_body=50).table("vms").list(fields=["$key"])
    assert [type(each.failure) for each in exchanges] == [BadAnswer]
