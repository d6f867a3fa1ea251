"""From an answer that is no success to the error that says so, and what its text may show."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.client import (
    AlreadyExists,
    ApiError,
    ApiKey,
    Authentication,
    BadAnswer,
    BadRequest,
    Basic,
    Conflict,
    NoAnswer,
    NoSpace,
    NotFound,
    NotPermitted,
    Outcome,
    PermissionDenied,
    RateLimited,
    Redirected,
    Refused,
    ServerError,
    SessionToken,
    VergeClient,
    VergeError,
    printable,
)
from verge_pulumi.client.answer import Answer, Request

from .conftest import PASSWORD, Connect
from .servers import HttpServer

NOT_APPLIED, UNKNOWN = Outcome.NOT_APPLIED, Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "words", "kind", "outcome"),
    [
        (400, "bad", BadRequest, NOT_APPLIED),
        (403, "Permission denied", PermissionDenied, NOT_APPLIED),
        (404, "not found", NotFound, NOT_APPLIED),
        (405, "Simulation complete", NotPermitted, NOT_APPLIED),
        (501, "not here", NotPermitted, NOT_APPLIED),
        (409, "Name 'web' already in use", AlreadyExists, NOT_APPLIED),
        (422, "Tag member is already assigned", AlreadyExists, NOT_APPLIED),
        (409, "row exists", AlreadyExists, NOT_APPLIED),
        (422, "violates unique constraint", AlreadyExists, NOT_APPLIED),
        (422, "Name is Already In Use", AlreadyExists, NOT_APPLIED),
        (409, "Virtual Machine must be stopped to delete", Conflict, NOT_APPLIED),
        (422, "Invalid argument", Refused, NOT_APPLIED),
        (422, "row does not exist", Refused, NOT_APPLIED),
        (507, "no space", NoSpace, NOT_APPLIED),
        (408, "timeout", ServerError, UNKNOWN),
        (500, "unhandled error", ServerError, UNKNOWN),
        (503, "busy", ServerError, UNKNOWN),
        (599, "odd", ServerError, UNKNOWN),
        (418, "teapot", ApiError, NOT_APPLIED),
        (200, "said with a good status", ApiError, UNKNOWN),
        (201, "Name already in use", ApiError, UNKNOWN),
    ],
)
def test_a_status_has_its_error(
    server: HttpServer, verge: VergeClient, status: int, words: str, kind: type[ApiError], outcome: Outcome
) -> None:
    server.reply(status, {"err": words})
    with pytest.raises(ApiError) as caught:
        verge.table("vms").create({"name": "web"})
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.text, error.outcome) == (status, words, outcome)
    assert (error.method, error.path) == ("POST", "/api/v4/vms")
    assert str(error).startswith(f"POST /api/v4/vms failed: {words} ({status}).")


@pytest.mark.parametrize(
    ("method", "path", "needs"),
    [
        ("GET", "vms/5", "the right 'read' on vms, on its row 5, or on what that row is a part of"),
        ("PUT", "vms/5", "the right 'modify' on vms, on its row 5, or on what that row is a part of"),
        ("DELETE", "vms/5", "the right 'delete' on vms, on its row 5, or on what that row is a part of"),
        ("POST", "machine_nics", "the right 'create' on machine_nics, or on what the row is to be a part of"),
        ("PUT", "vnets/5/apply", "the right 'modify' on vnets, on its row 5, or on what that row is a part of"),
        ("POST", "vnet_actions", "the right 'modify' on vnets, or on the row that the action is for"),
        ("POST", "catalog_repository_actions", "the right 'modify' on catalog_repositories, or on the row that the"),
        ("GET", "vms", "the rights 'list' and 'read' on vms"),
        ("GET", "vms/$table", "all rights on '/'"),
        ("GET", "../version.json", "a permission for that"),
    ],
)
def test_a_denial_says_which_right_is_needed(method: Any, path: str, needs: str) -> None:
    path = "/version.json" if path.startswith("..") else f"/api/v4/{path}"
    for who, sentence in (("User 'ci'", "User 'ci'"), ("", "The user of this login")):
        answer = Answer(Request(method, path, who=who), 403, {}, b'{"err": "Permission denied"}')
        with pytest.raises(PermissionDenied) as caught:
            answer.value()
        assert f"{sentence} needs {needs}" in str(caught.value)
        assert str(caught.value).endswith(" Give it in VergeOS, or log in as a user that has it.")


@pytest.mark.parametrize(
    ("auth", "who"),
    [
        (Basic("ci", PASSWORD), "User 'ci'"),
        (ApiKey("0123456789"), "The user of this API key"),
        (SessionToken("ci", PASSWORD), "User 'ci'"),
    ],
)
def test_a_denial_names_the_user_where_it_is_known(
    server: HttpServer, connect: Connect, auth: Authentication, who: str
) -> None:
    if isinstance(auth, SessionToken):
        server.reply(201, {"$key": "0123456789abcdef"})
    server.reply(403, {"err": "Permission denied"})
    with pytest.raises(PermissionDenied, match=f"{who} needs the right 'read' on vms, on its row 1"):
        connect(server.url, auth=auth).table("vms").get(1)


def test_a_system_that_may_not_be_seen_is_a_denial(server: HttpServer, verge: VergeClient) -> None:
    server.reply(200, [])
    with pytest.raises(PermissionDenied) as caught:
        verge.system()
    assert "it shows no row (200). User 'admin' needs the rights 'list' and 'read' on system" in str(caught.value)


def test_a_read_that_failed_was_not_applied(server: HttpServer, verge: VergeClient) -> None:
    server.reply(200, {"err": "said with a good status"})
    with pytest.raises(ApiError) as caught:
        verge.table("vms").get(1)
    assert caught.value.outcome is NOT_APPLIED


@pytest.mark.parametrize("value", [None, False, "", 0])
def test_an_err_that_says_nothing_is_a_column(server: HttpServer, verge: VergeClient, value: Any) -> None:
    server.reply(200, {"err": value})
    assert verge.table("logs").get(1) == {"err": value}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"err": "words"}, "words"),
        ({"error": "words"}, "words"),
        ({"message": "words"}, "words"),
        ({"err": True, "message": "words"}, "words"),
        ({"err": {"message": "words"}}, "words"),
        ({"err": "", "error": None, "message": "words"}, "words"),
        ({}, ""),
        ({"err": 5}, ""),
    ],
)
def test_the_words_are_found_in_every_known_shape(
    server: HttpServer, verge: VergeClient, body: object, text: str
) -> None:
    server.reply(422, body)
    with pytest.raises(Refused) as caught:
        verge.table("vms").get(1)
    assert caught.value.text == text
    assert (text or "no reason was given") in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"<html>\r\n<h1>Bad gateway</h1></html>", b"plain", b"[" * 100_000, b"\xff\xfe", b"[1]"]
)
def test_an_error_need_not_be_json(server: HttpServer, verge: VergeClient, body: bytes) -> None:
    server.reply(400, body=body, type="text/html")
    with pytest.raises(BadRequest) as caught:
        verge.table("vms").get(1)
    assert str(caught.value).isprintable()
    assert len(caught.value.text) <= 200


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Validation error on field: 'dhcp_start' - 'fails validation test'", "dhcp_start"),
        ("value 'x' is not in list for field 'action'", "action"),
        ("field 'key' is readonly", "key"),
        ("Invalid argument", ""),
    ],
)
def test_the_field_is_read_from_the_words(words: str, field: str) -> None:
    assert Refused(words, status=422).field == field


def test_the_response_beside_an_error_is_kept(server: HttpServer, verge: VergeClient) -> None:
    server.reply(405, {"err": "Simulation complete", "response": {"report": "x"}})
    with pytest.raises(NotPermitted) as caught:
        verge.table("vm_recipe_instances").create({"simulate": True})
    assert caught.value.response == {"report": "x"}


@pytest.mark.fault(45, 46, 49)
@pytest.mark.parametrize(
    ("body", "type", "described"),
    [
        (b"{not json", "application/json", "application/json, 9 bytes"),
        (b"<html>login</html>", "text/html; charset=utf-8", "text/html, 18 bytes"),
        (b'{"$key": 1}', "text/html", "text/html, 11 bytes"),
        (b'{"$key": NaN}', "application/json", "13 bytes"),
        (b"[" * 100_000, "application/json", "100000 bytes"),
        (b"\xff\xff\xff", "application/json", "3 bytes"),
        (b"9" * 5000, "application/json", "5000 bytes"),
        (b"rubbish", None, "no type, 7 bytes"),
    ],
)
def test_what_is_not_json_is_described(
    server: HttpServer, verge: VergeClient, body: bytes, type: str | None, described: str
) -> None:
    for _ in range(2):
        server.reply(200, body=body, type=type)
    with pytest.raises(BadAnswer, match=described) as read:
        verge.table("vms").get(1)
    with pytest.raises(BadAnswer, match="not JSON") as written:
        verge.table("vms").create({"name": "a"})
    assert (read.value.outcome, written.value.outcome) == (NOT_APPLIED, UNKNOWN)
    assert str(read.value).isprintable()
    assert len(str(read.value)) < 600
    assert len(server.received) == 2


@pytest.mark.fault(49)
@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b'\xef\xbb\xbf{"$key": 1}', "application/json"),
        ('{"$key": 1}'.encode("utf-16"), "application/json"),
        (b'{"$key": 2, "$key": 1}', "Application/JSON; charset=utf-8"),
        (b'{"$key": 1}', "application/problem+json"),
        (b'{"$key": 1}', None),
    ],
)
def test_json_in_odd_clothes_is_read(server: HttpServer, verge: VergeClient, body: bytes, type: str | None) -> None:
    server.reply(200, body=body, type=type)
    assert verge.table("vms").get(1) == {"$key": 1}


@pytest.mark.fault(49)
@given(
    st.binary(max_size=60), st.sampled_from([200, 201, 400, 401, 404, 422, 429, 500, 302, 101]), st.text(max_size=20)
)
def test_no_answer_crashes(body: bytes, status: int, header: str) -> None:
    for method in ("GET", "POST"):
        headers = {"Content-Type": "application/json", "Retry-After": header, "Location": header, "Date": header}
        answer = Answer(Request(method, "/api/v4/vms"), status, headers, body)
        try:
            answer.value()
        except VergeError as error:
            text = str(error)
        else:
            text = ""
        assert not text or text.isprintable()


@pytest.mark.fault(35)
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "Mon, 01 Jan 2001 00:01:00 GMT", "Date": "Mon, 01 Jan 2001 00:00:00 GMT"}, 60.0),
        ({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT", "Date": "Mon, 01 Jan 2001 00:01:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 01 Jan 99999 00:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_understood_or_ignored(headers: dict[str, str], seconds: float | None) -> None:
    answer = Answer(Request("GET", "/x"), 429, headers, b"{}")
    with pytest.raises(RateLimited) as caught:
        answer.value()
    assert caught.value.retry_after == seconds


@pytest.mark.fault(16)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
@pytest.mark.parametrize("method", ["get", "create"])
def test_a_redirect_is_not_followed(
    server: HttpServer, verge: VergeClient, cleanup: Any, status: int, method: str
) -> None:
    other = HttpServer()
    cleanup.callback(other.close)
    server.reply(status, headers={"Location": f"{other.url}/login?token=canary#x"})
    vms = verge.table("vms")
    with pytest.raises(Redirected, match=f"redirected to {other.url}/login ") as caught:
        vms.get(1) if method == "get" else vms.create({"name": "a"})
    assert caught.value.outcome is NOT_APPLIED
    assert "canary" not in str(caught.value)
    assert (len(server.received), len(other.received)) == (1, 0)


@pytest.mark.fault(16)
@pytest.mark.parametrize(
    ("location", "shown"),
    [("", "nowhere"), ("/login", "/login"), ("https://u:canary@h/x", "https://h/x"), ("http://[", "http://[")],
)
def test_a_redirect_names_the_place(location: str, shown: str) -> None:
    with pytest.raises(Redirected) as caught:
        Answer(Request("GET", "/x"), 302, {"Location": location}, b"").value()
    assert f"redirected to {shown} (302)" in str(caught.value)


def test_an_error_is_one_sentence_after_the_other() -> None:
    assert str(VergeError("it broke. ", advice="Mend it.")) == "it broke. Mend it."
    assert str(NoAnswer("it broke", outcome=UNKNOWN, method="PUT", path="/x")) == (
        "PUT /x failed: it broke. It is not known whether VergeOS applied it."
    )


@pytest.mark.parametrize(
    "error", [NotFound("words", status=404, method="GET", path="/x"), NoAnswer("words", advice="Do.")]
)
def test_errors_can_be_copied_and_pickled(error: VergeError) -> None:
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301  our own bytes
        assert type(twin) is type(error)
        assert (str(twin), vars(twin)) == (str(error), vars(error))


# Hostile text


@pytest.mark.fault(80)
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\n b\t\r\nc", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x\x1b]8;;http://evil\x1b\\link", "xlink"),
        ("\x9b31mred", "red"),
        ("\x1bcreset", "reset"),
        ("a\x00b\x08c\x7f", "abc"),
        ("\u202eevil\u2066\u200b\ufeff", "evil"),
        ("\ud800x\ue000", "x"),
        ("\u2028line", "line"),
        ("Ünïcödé 漢字 \U0001f600", "Ünïcödé 漢字 \U0001f600"),
        ("x" * 300, "x" * 199 + "…"),
        ("x" * 1_000_000, "x" * 199 + "…"),
    ],
)
def test_text_is_made_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.fault(80)
@given(st.text(), st.integers(1, 50))
def test_every_text_becomes_printable(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit


FORMS = [
    lambda secret: secret,
    lambda secret: base64.b64encode(secret.encode()).decode(),
    lambda secret: quote(secret, safe=""),
    lambda secret: json.dumps(secret)[1:-1],
]


@pytest.mark.fault(74)
@pytest.mark.parametrize("form", FORMS)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4), st.integers(1, 80))
def test_no_form_of_a_secret_is_shown(form: Any, secret: str, limit: int) -> None:
    hidden = form(secret)
    assert printable(f"<{hidden}>", 10_000, [secret]) == "<***>"


def test_a_secret_is_masked_before_the_text_is_cut() -> None:
    assert "canary" not in printable("x" * 195 + "canary-secret", secrets=["canary-secret"])
    assert printable("can\x1b[0mary-\u200bsecret", secrets=["canary-secret"]) == "***"
    assert printable("two\nlines", secrets=["two\nlines"]) == "***"


def test_very_short_secrets_do_not_garble_the_text() -> None:
    assert printable("a cat", secrets=["a"]) == "a cat"


@pytest.mark.fault(74)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("status", "type"), [(422, "application/json"), (200, "text/html"), (302, "text/html")])
def test_credentials_that_a_server_repeats_are_masked(
    server: HttpServer, connect: Connect, form: Any, status: int, type: str
) -> None:
    said = f"you sent {form(PASSWORD)} and {form('admin:' + PASSWORD)}"
    body = json.dumps({"err": said}).encode() if type == "application/json" else said.encode()
    server.reply(status, body=body, type=type, headers={"Location": f"/{form(PASSWORD)}"})
    with pytest.raises(VergeError) as caught:
        connect(server.url).table("vms").get(1)
    for hidden in (form(PASSWORD), form("admin:" + PASSWORD)):
        assert hidden not in str(caught.value)
        assert hidden not in repr(vars(caught.value))
