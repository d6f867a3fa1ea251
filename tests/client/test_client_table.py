"""What goes over the wire and what comes back, table method by table method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from verge_pulumi.client import (
    BadAnswer,
    InvalidKey,
    InvalidQuery,
    Key,
    NotFound,
    Outcome,
    Receipt,
    VergeClient,
    VergeError,
    as_key,
    where,
)

from .conftest import Connect
from .servers import HttpServer, Received, Reply

HEX = "3a33" * 10
UUID = "934e250b-0f1d-4c5e-9a0b-0123456789ab"


def test_list_reads_every_column_and_the_key_unless_told_otherwise(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json=[{"$key": 1, "name": "a"}])
    assert verge.table("vms").list() == [{"$key": 1, "name": "a"}]
    request = server.received[0]
    assert (request.method, request.path) == ("GET", "/api/v4/vms")
    assert request.query == {"fields": "all,$key"}
    assert request.headers["accept"] == "application/json"


def test_list_sends_all_query_parameters(server: HttpServer, verge: VergeClient) -> None:
    verge.table("vms").list(
        fields=["$key", "machine#status#running as running"],
        filter=where("name", "eq", "a+b & c"),
        sort=["+name", "-created"],
        limit=5,
        offset=0,
    )
    assert server.received[0].query == {
        "fields": "$key,machine#status#running as running",
        "filter": "name eq 'a+b & c'",
        "sort": "+name,-created",
        "limit": "5",
        "offset": "0",
    }


@pytest.mark.parametrize("numbers", [{"limit": -1}, {"offset": -1}])
def test_list_refuses_negative_numbers(verge: VergeClient, numbers: dict[str, int]) -> None:
    with pytest.raises(InvalidQuery, match="negative"):
        verge.table("vms").list(limit=numbers.get("limit"), offset=numbers.get("offset"))


def test_list_takes_one_object_for_a_list_of_one(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json={"$key": 1})
    assert verge.table("update_settings").list() == [{"$key": 1}]


@pytest.mark.parametrize("answer", ["text", 3, [1], [{"$key": 1}, None], None])
def test_list_refuses_another_shape(server: HttpServer, verge: VergeClient, answer: Any) -> None:
    server.reply(json=answer)
    with pytest.raises(BadAnswer, match="instead of a list of objects") as caught:
        verge.table("vms").list()
    assert caught.value.outcome is Outcome.NOT_APPLIED


@pytest.mark.parametrize("key", [42, "42", HEX, HEX.upper(), UUID, "1234567890" * 4, "cloud_name", "ipv6_dns"])
def test_get_addresses_one_row(server: HttpServer, verge: VergeClient, key: int | str) -> None:
    server.reply(json={"$key": key, "name": "web"})
    assert verge.table("vms").get(key, fields="$key,name")["name"] == "web"
    assert server.received[0].path == f"/api/v4/vms/{key}"
    assert server.received[0].query == {"fields": "$key,name"}


def test_get_takes_a_list_of_one(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json=[{"$key": 1}])
    assert verge.table("vms").get(1) == {"$key": 1}


@pytest.mark.parametrize("answer", [[], [{"$key": 1}, {"$key": 2}], "text", None])
def test_get_refuses_another_shape(server: HttpServer, verge: VergeClient, answer: Any) -> None:
    server.reply(json=answer)
    with pytest.raises(BadAnswer, match="instead of an object"):
        verge.table("vms").get(1)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../users/1",
        "1?x=",
        "1#",
        "%2e%2e",
        "1/2",
        "-1",
        -1,
        True,
        1.5,
        "٣",
        "1\n",
        "007",
        HEX[:-1],
        "vms/1",
        "Web",
        "two words",
        None,
    ],
)
def test_a_value_that_is_no_key_is_refused_before_a_request(server: HttpServer, verge: VergeClient, key: Any) -> None:
    table = verge.table("vms")
    calls: list[Callable[[], object]] = [
        lambda: table.get(key),
        lambda: table.delete(key),
        lambda: table.update(key, {"a": 1}),
        lambda: table.update(key, {}),
        lambda: table.action_in_query(key, "run"),
        lambda: table.upload(key, b"x"),
        lambda: table.download(key),
    ]
    for call in calls:
        with pytest.raises(InvalidKey, match="is not the key of a row"):
            call()
    assert server.received == []


@pytest.mark.parametrize("name", ["", "../vms", "Vms", "vms/1", "vms?", "vms\n", "v ms"])
def test_a_name_that_is_no_table_is_refused(verge: VergeClient, name: str) -> None:
    with pytest.raises(InvalidQuery, match="is not the name of a table"):
        verge.table(name)


@pytest.mark.parametrize(
    ("text", "key"),
    [("42", 42), (42, 42), ("0", 0), (HEX, HEX), ("1234567890" * 4,) * 2, (UUID, UUID), ("007", "007"), ("²", "²")],
)
def test_a_key_is_a_number_where_it_is_written_as_one(text: Key, key: Key) -> None:
    assert as_key(text) == key


def test_create_returns_the_receipt(server: HttpServer, verge: VergeClient) -> None:
    server.reply(
        201,
        {"location": "/v4/vms/42", "dbpath": "vms/42", "$row": 42, "$key": "42", "response": {"machine": "54"}},
    )
    receipt = verge.table("vms").create({"name": "web", "ram": 4096})
    assert receipt == Receipt("42", 42, "vms/42", "/v4/vms/42", {"machine": "54"})
    request = server.received[0]
    assert (request.method, request.path, request.json) == ("POST", "/api/v4/vms", {"name": "web", "ram": 4096})
    assert request.headers["content-type"] == "application/json"


def test_a_receipt_does_not_show_its_response() -> None:
    assert "hush" not in repr(Receipt("1", response={"private_key": "hush"}))


@pytest.mark.parametrize(("key", "text"), [(42, "42"), ("42", "42"), (HEX, HEX), (UUID, UUID)])
def test_the_key_of_a_receipt_is_text(server: HttpServer, verge: VergeClient, key: Any, text: str) -> None:
    server.reply(201, {"$key": key})
    assert verge.table("vms").create({}) == Receipt(text)


@pytest.mark.parametrize("key", [None, "", 0, "0", "None", True, 1.5, [], {}, "../1", "x\x1b[31m"])
def test_a_receipt_without_a_usable_key_means_applied(server: HttpServer, verge: VergeClient, key: Any) -> None:
    server.reply(201, {"$key": key})
    with pytest.raises(BadAnswer, match=r"no usable \$key") as caught:
        verge.table("vms").create({"name": "a"})
    assert caught.value.outcome is Outcome.APPLIED
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("answer", [None, [], "42", 42])
def test_a_create_answered_by_no_object_is_unknown(server: HttpServer, verge: VergeClient, answer: Any) -> None:
    server.reply(201, answer)
    with pytest.raises(BadAnswer, match="instead of a receipt") as caught:
        verge.table("vms").create({"name": "a"})
    assert caught.value.outcome is Outcome.UNKNOWN
    assert len(server.received) == 1


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_values_that_are_not_json_are_refused_before_a_request(
    server: HttpServer, verge: VergeClient, value: object
) -> None:
    with pytest.raises(InvalidQuery, match="cannot be written as JSON"):
        verge.table("vms").create({"name": value})
    assert server.received == []


@pytest.mark.fault(80)
def test_long_and_odd_text_arrives_as_it_was_given(server: HttpServer, verge: VergeClient) -> None:
    text = "#cloud-config\r\n{{ ds }} \u2019 e\u0301 \U0001f600 \x00\t'\\" * 10000
    server.reply(201, {"$key": 1})
    verge.table("cloudinit_files").create({"contents": text})
    assert server.received[0].json == {"contents": text}


@pytest.mark.parametrize("body", [b"[]", b"{}", b"", b" \r\n"])
def test_update_accepts_every_known_answer(server: HttpServer, verge: VergeClient, body: bytes) -> None:
    server.reply(body=body)
    verge.table("vms").update(42, {"name": "new"})
    request = server.received[0]
    assert (request.method, request.path, request.json) == ("PUT", "/api/v4/vms/42", {"name": "new"})


def test_an_empty_update_is_refused(server: HttpServer, verge: VergeClient) -> None:
    with pytest.raises(ValueError, match="PUT /api/v4/vms/42 failed: an update without values"):
        verge.table("vms").update(42, {})
    assert server.received == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_delete(server: HttpServer, verge: VergeClient, body: bytes) -> None:
    server.reply(body=body, type=None)
    verge.table("vms").delete(42)
    assert (server.received[0].method, server.received[0].path) == ("DELETE", "/api/v4/vms/42")


def test_deleting_what_is_not_there_says_so(server: HttpServer, verge: VergeClient) -> None:
    server.reply(404, {"err": "not found"})
    with pytest.raises(NotFound):
        verge.table("vms").delete(42)


def test_count_asks_for_fields_without_a_name(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json=[{"$count": 7}])
    assert verge.table("vms").count(where("is_snapshot", "eq", False)) == 7
    assert server.received[0].query == {"fields": ",", "filter": "is_snapshot eq false"}


@pytest.mark.parametrize("answer", [{}, {"$count": "7"}, {"$count": True}, {"$count": -1}])
def test_a_count_that_is_none_is_an_error(server: HttpServer, verge: VergeClient, answer: Any) -> None:
    server.reply(json=answer)
    with pytest.raises(BadAnswer, match="count is missing"):
        verge.table("vms").count()


def test_schema_version_and_system(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json={"fields": {}})
    server.reply(json={"name": "v4", "version": "26.1.8"})
    server.reply(json=[{"$key": 1, "os_version": "26.1.8"}])
    server.reply(json={"$key": 1, "os_version": "26.1.8"})
    assert verge.table("vms").schema() == {"fields": {}}
    assert verge.version()["version"] == "26.1.8"
    assert verge.system() == verge.system()
    schema, version, system, _ = server.received
    assert (schema.path, version.path, system.path) == ("/api/v4/vms/$table", "/version.json", "/api/v4/system")
    assert "authorization" in schema.headers
    assert "authorization" not in version.headers
    assert system.query == {"fields": "$key,id,yb_version,os_version,cloud_name"}


# Pages


def paged(rows: int, *, ignore: str = "") -> Any:
    """A table with numbered rows, on a server that may ignore a parameter."""

    def respond(request: Received) -> Reply:
        found = [{"$key": key} for key in range(1, rows + 1)]
        offset = 0 if "offset" in ignore else int(request.query["offset"])
        limit = rows if "limit" in ignore else int(request.query["limit"])
        return Reply(json=found[offset : offset + limit])

    return respond


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (3, 1), (4, 2), (9, 3), (8, 3)])
def test_iterate_reads_page_by_page(server: HttpServer, verge: VergeClient, rows: int, requests: int) -> None:
    server.respond = paged(rows)
    assert [row["$key"] for row in verge.table("vms").iterate(fields="name", page_size=4)] == list(range(1, rows + 1))
    assert len(server.received) == requests
    assert server.received[0].query == {"fields": "name,$key", "sort": "$key", "limit": "4", "offset": "0"}


@pytest.mark.fault(51)
def test_iterate_ends_when_the_limit_is_ignored(server: HttpServer, verge: VergeClient) -> None:
    server.respond = paged(10, ignore="limit offset")
    assert len(list(verge.table("vms").iterate(page_size=4))) == 10
    assert len(server.received) == 1


@pytest.mark.fault(51)
def test_iterate_fails_when_pages_repeat(server: HttpServer, verge: VergeClient) -> None:
    server.respond = paged(10, ignore="offset")
    with pytest.raises(BadAnswer, match="repeated"):
        list(verge.table("vms").iterate(page_size=4))
    assert len(server.received) == 2


@pytest.mark.fault(51)
def test_iterate_yields_a_row_that_moved_between_pages_once(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json=[{"$key": 1}, {"$key": 2}])
    server.reply(json=[{"$key": 2}, {"$key": 3}])
    server.reply(json=[])
    assert [row["$key"] for row in verge.table("vms").iterate(page_size=2)] == [1, 2, 3]


def test_iterate_needs_the_key_it_asked_for(server: HttpServer, verge: VergeClient) -> None:
    server.reply(json=[{"name": "a"}])
    with pytest.raises(BadAnswer, match=r"without the \$key"):
        list(verge.table("vms").iterate())


def test_iterate_refuses_an_empty_page_at_once(verge: VergeClient) -> None:
    with pytest.raises(InvalidQuery, match="at least one row"):
        verge.table("vms").iterate(page_size=0)


# Actions


@pytest.mark.parametrize(
    ("table", "singular"),
    [
        ("vms", "vm"),
        ("vnets", "vnet"),
        ("cloud_snapshot_vms", "cloud_snapshot_vm"),
        ("site_syncs_outgoing", "site_syncs_outgoing"),
        ("catalog_repositories", "catalog_repository"),
        ("volume_antivirus", "volume_antivirus"),
        ("licenses", "license"),
    ],
)
def test_actions_are_named_by_the_singular(server: HttpServer, verge: VergeClient, table: str, singular: str) -> None:
    server.reply(201)
    assert verge.table(table).action(42, "go") == {}
    request = server.received[0]
    assert (request.method, request.path) == ("POST", f"/api/v4/{singular}_actions")
    assert request.json == {singular: 42, "action": "go"}


def test_an_action_with_parameters_and_a_response(server: HttpServer, verge: VergeClient) -> None:
    server.reply(201, {"response": {"vmkey": "43"}})
    assert verge.table("vms").action("42", "clone", {"name": "copy"}) == {"vmkey": "43"}
    assert server.received[0].json == {"vm": "42", "action": "clone", "params": {"name": "copy"}}


def test_an_action_table_and_column_of_another_name(server: HttpServer, verge: VergeClient) -> None:
    server.reply(201)
    verge.table("update_sources").action(1, "check", table="update_actions", column="source")
    assert server.received[0].path == "/api/v4/update_actions"
    assert server.received[0].json == {"source": 1, "action": "check"}


def test_an_action_on_no_row(server: HttpServer, verge: VergeClient) -> None:
    server.reply(201, {"response": {"filekey": "files/76"}})
    assert verge.table("licenses").action(None, "generate") == {"filekey": "files/76"}
    assert server.received[0].json == {"action": "generate"}


@pytest.mark.parametrize("answer", [None, [], {}, {"response": []}, {"response": None}])
def test_an_action_without_a_response(server: HttpServer, verge: VergeClient, answer: Any) -> None:
    server.reply(201, answer)
    assert verge.table("vms").action(42, "poweron") == {}


@pytest.mark.parametrize("answer", ["text", [1], 5])
def test_an_action_answered_in_another_shape(server: HttpServer, verge: VergeClient, answer: Any) -> None:
    server.reply(201, answer)
    with pytest.raises(BadAnswer) as caught:
        verge.table("vms").action(42, "poweron")
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("words", [{"name": "a/b"}, {"table": "x?"}, {"column": "vm'"}])
def test_an_action_of_a_bad_name_is_refused(server: HttpServer, verge: VergeClient, words: dict[str, str]) -> None:
    with pytest.raises(InvalidQuery):
        verge.table("vms").action(1, words.get("name", "go"), table=words.get("table"), column=words.get("column"))
    assert server.received == []


def test_an_action_in_the_path(server: HttpServer, verge: VergeClient) -> None:
    server.reply(200, [])
    server.reply(201, {"response": {"a": "b"}})
    server.reply(201)
    verge.table("vnets").action_in_path(3, "applydns", method="PUT")
    assert verge.table("alarms").action_in_path(4, "resolve", {"note": "x"}) == {"a": "b"}
    verge.table("node_actions").action_in_path(None, "enable_maintenance", {"node": 1})
    seen = [(request.method, request.path, request.body) for request in server.received]
    assert seen == [
        ("PUT", "/api/v4/vnets/3/applydns", b""),
        ("POST", "/api/v4/alarms/4/resolve", b'{"note": "x"}'),
        ("POST", "/api/v4/node_actions/enable_maintenance", b'{"node": 1}'),
    ]


def test_an_action_in_the_query(server: HttpServer, verge: VergeClient) -> None:
    server.reply(200, [])
    assert verge.table("tasks").action_in_query(5, "execute") == {}
    request = server.received[0]
    assert (request.method, request.path, request.query) == ("PUT", "/api/v4/tasks/5", {"action": "execute"})


# Files


def test_download_streams_more_than_the_limit(server: HttpServer, connect: Connect) -> None:
    verge = connect(server.url, max_body=1000)
    server.reply(503)
    server.reply(body=b"\x00\xff" * 200_000, type="application/octet-stream")
    pieces = list(verge.table("files").download(7, name="disk 1.raw"))
    assert b"".join(pieces) == b"\x00\xff" * 200_000
    assert max(map(len, pieces)) <= 65536
    assert server.received[1].query == {"download": "1", "asname": "disk 1.raw"}


def test_download_reports_an_error_and_a_missing_file(server: HttpServer, verge: VergeClient) -> None:
    server.reply(404, {"err": "gone"})
    server.reply(201, [])
    with pytest.raises(NotFound):
        list(verge.table("files").download(7))
    with pytest.raises(BadAnswer, match="instead of a file"):
        list(verge.table("files").download(7))


def test_download_checks_its_arguments_at_once(verge: VergeClient) -> None:
    with pytest.raises(InvalidKey):
        verge.table("files").download("../1")
    with pytest.raises(VergeError, match="control character"):
        verge.table("files").download(1, name="a\nb")


def test_tables_and_clients_show_what_they_are(verge: VergeClient) -> None:
    assert repr(verge.table("vms")) == "Table('vms')"
    assert repr(verge) == f"VergeClient('{verge.host}', auth=Basic('admin', ***))"
