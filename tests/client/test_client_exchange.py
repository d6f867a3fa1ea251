"""`VergeClient.exchange`: an answer as it came, for those who ask how VergeOS answers."""

from __future__ import annotations

import pytest

from verge_pulumi.client import ReadOnly, ServerError, VergeClient
from verge_pulumi.client.answer import Request

from .conftest import Connect
from .servers import HttpServer


def test_a_refusal_is_an_answer(server: HttpServer, verge: VergeClient) -> None:
    server.reply(422, {"err": "Invalid argument"})
    answer = verge.exchange(Request("GET", "/api/v4/vms", "limit=1"))
    assert (answer.status, answer.body) == (422, b'{"err": "Invalid argument"}')
    assert server.received[0].path == "/api/v4/vms"


def test_who_is_to_come_again_comes_again(server: HttpServer, verge: VergeClient, slept: list[float]) -> None:
    server.reply(503, {"err": "Busy"})
    server.reply(404, {"err": "There is no such row"})
    assert verge.exchange(Request("GET", "/api/v4/vms/7")).status == 404
    assert len(slept) == 1


def test_a_post_is_sent_once(server: HttpServer, verge: VergeClient) -> None:
    server.reply(503, {"err": "Busy"})
    with pytest.raises(ServerError):
        verge.exchange(Request("POST", "/api/v4/vms", body=b"{}"))
    assert len(server.received) == 1


def test_a_client_that_only_reads_sends_no_write(server: HttpServer, connect: Connect) -> None:
    with pytest.raises(ReadOnly):
        connect(server.url, read_only=True).exchange(Request("DELETE", "/api/v4/vms/7"))
    assert server.received == []
