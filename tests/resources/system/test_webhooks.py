"""Webhooks: headers by their meaning, and a proof that is written and never read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Options, Simulator

URL = "https://hooks.example.com/ops"
CANARY = "c4nary:webhook-proof"


def webhook(bench: Bench, name: str = "ops", **arguments: Any) -> Managed:
    return bench.create("Webhook", name, **{"name": name, "url": URL, **arguments})


def problems(bench: Bench, **inputs: Any) -> list[str]:
    result = bench.provider("Webhook").check({}, hosted({"name": "ops", "url": URL, **inputs}))
    return [failure.reason for failure in result.failures]


def test_everything_arrives(bench: Bench) -> None:
    said: dict[str, Any] = {
        "headers": {"Content-Type": "application/json", "X-Team": "ops: night"},
        "authorization_type": "basic",
        "authorization_value": CANARY,
        "allow_insecure": True,
        "timeout": 30,
        "retries": 0,
    }
    made = webhook(bench, **said)
    row = made.row()
    assert row["headers"] == "Content-Type:application/json\nX-Team:ops: night\n"
    assert {name: row[name] for name in said if name != "headers"} == {
        name: said[name] for name in said if name != "headers"
    }
    made.refresh()
    assert made.outs["headers"] == said["headers"]
    assert made.diff(**said).changes is False
    assert bench.simulator.counters().unknown_columns == {}
    made.destroy()
    assert bench.simulator.rows("webhook_urls") == []


def test_an_edit_writes_one_column(bench: Bench) -> None:
    made = webhook(bench, timeout=10)
    made.up(timeout=20)
    assert bench.writes()[-1].body == {"timeout": 20}


@pytest.mark.parametrize(
    "live",
    [
        "Content-Type:application/json\nX-A:1\n",
        "x-a: 1\ncontent-type : application/json",
        "X-A:1\r\nContent-Type:application/json\r\n\r\n",
    ],
)
def test_the_order_of_headers_and_the_case_of_their_names_mean_nothing(bench: Bench, live: str) -> None:
    made = webhook(bench, headers={"Content-Type": "application/json", "X-A": "1"})
    bench.simulator.edit("webhook_urls", int(made.id), headers=live)
    made.refresh()
    assert made.diff().changes is False


@pytest.mark.parametrize("live", ["", "X-A:2\n", "X-A:1\nX-B:1\n", "no header at all"])
def test_drift_of_headers_is_seen_and_mended(bench: Bench, live: str) -> None:
    made = webhook(bench, headers={"X-A": "1"})
    bench.simulator.edit("webhook_urls", int(made.id), headers=live)
    made.refresh()
    made.up(headers={"X-A": "1"})
    assert made.row()["headers"] == "X-A:1\n"


def test_headers_are_taken_away_and_left_alone(bench: Bench) -> None:
    made = webhook(bench, headers={"X-A": "1"})
    made.up(headers={})
    assert (list(bench.writes()[-1].body), made.row()["headers"]) == (["headers"], "")
    bench.simulator.edit("webhook_urls", int(made.id), headers="X-B:1\n")
    made.up(headers=None, timeout=20)
    assert made.row()["headers"] == "X-B:1\n"


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"url": "ftp://example.com"}, "url does not fit. Give one that begins with https://"),
        ({"url": "https:///x"}, "url does not fit. Give one that begins with https://"),
        ({"timeout": 2}, "timeout is too small. "),
        ({"retries": 101}, "retries is too large. "),
        (
            {"headers": {"a:b": "1"}},
            "headers (a secret, not shown) has a header with another name than letters, digits and hyphens. "
            "Change its name.",
        ),
        (
            {"headers": {"X-A": "1", "x-a": "2"}},
            "headers (a secret, not shown) names a header twice, in upper and lower case. Name it once.",
        ),
        (
            {"headers": {"X-A": f"1\nX-B: {CANARY}"}},
            "headers (a secret, not shown) has a header whose value is no line of text. Give one line.",
        ),
        ({"authorization_value": CANARY}, "authorization_type: say what authorization_value is: "),
        ({"authorization_type": "none", "authorization_value": CANARY}, "authorization_type: say what "),
        ({"authorization_type": "bearer"}, "authorization_value: authorization_type='bearer' needs it."),
        (
            {"authorization_type": "basic", "authorization_value": "no-colon"},
            "authorization_value: authorization_type='basic' needs 'user:password'.",
        ),
        (
            {"authorization_type": "bearer", "authorization_value": f"{CANARY}\nX: y"},
            "authorization_value: is one line of text.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_preview(bench: Bench, inputs: dict[str, Any], problem: str) -> None:
    (found,) = problems(bench, **inputs)
    assert found.startswith(problem)
    assert CANARY not in found
    assert "no-colon" not in found


def test_what_is_not_known_yet_is_let_through(bench: Bench) -> None:
    assert problems(bench, authorization_type="basic", authorization_value=UNKNOWN) == []
    assert problems(bench, authorization_type=UNKNOWN, authorization_value=CANARY) == []
    assert problems(bench, url=UNKNOWN, headers={"X-A": UNKNOWN}) == []


def test_the_proof_is_written_when_it_changes_and_with_its_kind(bench: Bench) -> None:
    made = webhook(bench, authorization_type="bearer", authorization_value="first")
    made.refresh()
    assert made.diff().changes is False
    made.up(timeout=20)
    assert bench.writes()[-1].body == {"timeout": 20}
    made.up(authorization_value="second")
    both = {"authorization_type": "bearer", "authorization_value": "second"}
    assert made.row()["authorization_value"] == "second"
    made.up(authorization_type="apikey")
    assert {name: made.row()[name] for name in both} == {**both, "authorization_type": "apikey"}
    made.up(authorization_type="none", authorization_value=None)
    assert made.row()["authorization_type"] == "none"
    assert made.outs["authorization_value"] is None


def test_the_proof_is_in_no_error_and_is_never_asked_for(bench: Bench) -> None:
    refusal = {"what": "status", "status": 422, "body": {"err": f"invalid request: authorization_value={CANARY}"}}
    bench.simulator.faults({"match": {"verb": "POST", "path": "webhook_urls"}, **refusal})
    with pytest.raises(Reported) as error:
        webhook(bench, authorization_type="basic", authorization_value=CANARY)
    assert CANARY not in str(error.value)
    bench.simulator.faults()
    webhook(bench, authorization_type="basic", authorization_value=CANARY).refresh()
    reads = "".join(request.query for request in bench.simulator.requests() if request.verb == "GET")
    assert "authorization_type" in reads
    assert "authorization_value" not in reads


@pytest.mark.parametrize(("retries", "warned"), [(None, False), (0, False), (5, True)])
def test_an_old_vergeos_makes_one_attempt(bench: Bench, told: list[str], retries: int | None, warned: bool) -> None:
    webhook(bench, retries=retries)
    warning = "warning: retries: VergeOS 26.1.8 ignores it and makes one attempt; 26.2 heeds it"
    assert told == [warning] * warned


def test_a_newer_vergeos_heeds_it(told: list[str]) -> None:
    with Simulator(Options(release="26.2")) as simulator:
        bench = Bench(simulator)
        webhook(bench, retries=5)
        bench.connection.client.close()
    assert told == []


def test_a_name_that_is_taken_belongs_to_whoever_has_it(bench: Bench) -> None:
    key = bench.simulator.add("webhook_urls", name="ops", url="https://theirs.example.com")
    with pytest.raises(Reported, match=f"row {key} of webhook_urls has that name already and no stack manages it"):
        webhook(bench)
    made = webhook(bench, adopt=True)
    assert (made.id, made.row()["url"]) == (str(key), URL)


def test_a_create_that_was_cut_off_is_found_again(bench: Bench) -> None:
    first = webhook(bench).cut_off()
    assert webhook(bench.later()).id == first.id
    assert len(bench.simulator.rows("webhook_urls")) == 1


def test_what_the_state_holds_encrypted_is_no_proof_against_it(bench: Bench) -> None:
    said: dict[str, Any] = {"authorization_type": "bearer", "authorization_value": CANARY, "headers": {"X-Key": CANARY}}
    first = webhook(bench, **said)
    sealed = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
    first.inputs = {**first.inputs, "authorization_value": sealed, "headers": sealed}
    first.cut_off()
    assert webhook(bench.later(), **said).id == first.id


def test_another_row_of_that_name_is_no_row_of_ours_that_was_cut_off(bench: Bench) -> None:
    first = webhook(bench).cut_off()
    bench.simulator.edit("webhook_urls", int(first.id), url="https://theirs.example.com")
    with pytest.raises(Reported, match="has that name already and no stack manages it"):
        webhook(bench.later())
