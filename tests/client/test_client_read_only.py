"""A client that only reads: nothing but GET and the login ever leaves it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verge_pulumi.client import ApiKey, Outcome, ReadOnly, SessionToken, Table, VergeClient

from .conftest import Connect
from .servers import HttpServer

TOKEN = "ab" * 20


@pytest.fixture
def reading(connect: Connect, server: HttpServer) -> VergeClient:
    """A client that only reads."""
    client: VergeClient = connect(server.url, auth=ApiKey("key"), read_only=True)
    return client


@pytest.mark.parametrize(
    "write",
    [
        lambda vms: vms.create({"name": "web"}),
        lambda vms: vms.update(1, {"name": "web"}),
        lambda vms: vms.delete(1),
        lambda vms: vms.action_in_path(1, "poweron"),
        lambda vms: vms.action_in_query(1, "poweron"),
    ],
    ids=["create", "update", "delete", "path", "query"],
)
def test_no_write_leaves_it(reading: VergeClient, server: HttpServer, write: Callable[[Table], object]) -> None:
    with pytest.raises(ReadOnly, match="this client only reads") as caught:
        write(reading.table("vms"))
    assert caught.value.outcome is Outcome.NOT_APPLIED
    assert server.received == []


def test_it_reads(reading: VergeClient, server: HttpServer) -> None:
    server.reply(json=[{"$key": 1, "name": "web"}])
    assert reading.table("vms").list() == [{"$key": 1, "name": "web"}]
    assert [request.method for request in server.received] == ["GET"]


def test_it_may_log_in(connect: Connect, server: HttpServer) -> None:
    """A login changes nothing but the login itself."""
    server.reply(status=201, json={"location": f"/sys/tokens/{TOKEN}", "$row": 1, "$key": TOKEN})
    server.reply(json=[])
    client = connect(server.url, auth=SessionToken("admin", "secret"), read_only=True)
    assert client.table("vms").list() == []
    assert [request.method for request in server.received][:2] == ["POST", "GET"]
