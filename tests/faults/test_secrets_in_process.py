"""F73 to F77 inside one process: what a secret argument or a credential could leak into, short of the real CLI."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import stat
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.faulty import CREATE, READ, UPDATE, cases, error_of, fault
from tests.providers.bench import Bench
from verge_pulumi.client import ApiKey, NoAnswer, VergeClient, VergeError
from verge_pulumi.engine.connecting.settings import Settings, read_settings
from verge_pulumi.engine.declaring.model import validate
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.lifecycle.reporting import failure
from verge_pulumi.engine.loader import load
from verge_pulumi.resources import VirtualMachine
from verge_pulumi.simulator import Options, Simulator

CANARY = "canary-pass/word+1"
SECRETS = [name for name, a in VirtualMachine.declaration.attributes.items() if a.secret and a.column]

FORMS: list[Callable[[str], str]] = [
    lambda secret: secret,
    lambda secret: base64.b64encode(secret.encode()).decode(),
    lambda secret: quote(secret, safe=""),
    lambda secret: quote_plus(secret),
    lambda secret: json.dumps(secret)[1:-1],
]


def shows(text: str, secret: str = CANARY) -> bool:
    """Say whether a text holds a secret in any of its spellings."""
    return any(form(secret) in text for form in FORMS)


def told_by(error: BaseException) -> str:
    """Return everything an error says when it is printed, with its traceback and its context."""
    return f"{error!r} {error.args!r} {vars(error)!r} " + "".join(traceback.format_exception(error))


@pytest.mark.fault(73)
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_argument_goes_to_vergeos_and_nowhere_else(
    bench: Bench, name: str, told: list[str], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    vm = bench.create("VirtualMachine", name="web", **{name: CANARY})
    vm.refresh()
    assert vm.row()[name] == CANARY
    logged = json.dumps([vars(request) for request in bench.simulator.requests()])
    printed = capsys.readouterr()
    assert not any(map(shows, (logged, caplog.text, printed.out, printed.err, " ".join(told))))


@pytest.mark.fault(73)
def test_no_credential_is_logged_or_kept_in_an_output(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vm = bench.create("VirtualMachine", name="web")
    assert not shows(caplog.text + json.dumps(vm.outs) + repr(bench.connection.settings), bench.simulator.api_key)
    assert not shows(json.dumps([vars(request) for request in bench.simulator.requests()]), bench.simulator.api_key)


@pytest.mark.fault(74)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("match", [CREATE, UPDATE])
def test_an_echoed_secret_is_masked_in_every_spelling(
    bench: Bench, form: Callable[[str], str], match: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VERGEOS_DEBUG", raising=False)
    vm = bench.create("VirtualMachine", "old", name="old")
    body = {"err": f"Validation error on field: 'console_pass' - '{form(CANARY)}' is too weak"}
    bench.simulator.faults(fault(match, "status", status=422, body=body))
    call: Callable[[], object] = lambda: vm.up(console_pass=CANARY)  # noqa: E731  one of two calls
    if match is CREATE:
        call = lambda: bench.create("VirtualMachine", name="web", console_pass=CANARY)  # noqa: E731
    text = error_of(call)
    assert "on field: 'console_pass' - '***' is too weak (422)" in text
    assert not shows(text)


@pytest.mark.fault(74)
def test_an_old_secret_is_masked_when_it_is_changed(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web", console_pass=CANARY)
    bench.simulator.faults(fault(UPDATE, "status", status=422, body={"err": f"{CANARY} may not become new-canary"}))
    assert "*** may not become *** (422)" in error_of(lambda: vm.up(console_pass="new-canary"))


@pytest.mark.fault(74)
def test_a_secret_that_did_not_stick_is_not_told(bench: Bench, saved: list[Any]) -> None:
    bench.simulator.faults(fault(READ, "garbage", body=CANARY, times=0))
    text = error_of(lambda: bench.create("VirtualMachine", name="web", console_pass=CANARY))
    assert not shows(text)
    assert not shows(saved[0].reason)
    assert not shows(saved[0].outs["__unfinished"])


@pytest.mark.fault(74)
@cases(1000)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=20), st.sampled_from(FORMS))
def test_any_secret_is_masked_in_any_spelling(secret: str, form: Callable[[str], str]) -> None:
    provider: Any = load("VirtualMachine")
    reported = failure(provider, "create", [{"name": "x", "console_pass": secret}], EngineError(f"<{form(secret)}>"))
    assert str(reported) == "Unable to create VirtualMachine 'x': <***>."


@pytest.mark.fault(75)
def test_errors_hold_neither_the_query_nor_what_requests_knew(simulator: Simulator) -> None:
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key)) as verge:
        simulator.faults(fault({"path": "/vms"}, "reset", times=0))
        with pytest.raises(NoAnswer) as caught:
            verge.table("vms").list(fields=["name", "ram"])
    assert "GET /api/v4/vms failed" in str(caught.value)
    assert not shows(told_by(caught.value), simulator.api_key)
    assert not any(mark in f"{caught.value!r} {vars(caught.value)}" for mark in ("fields", "ram", "?"))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.fault(75)
def test_settings_and_clients_show_no_credential() -> None:
    settings = Settings(host="verge.example.com", username="admin", password=CANARY, api_key="canary-key")
    with VergeClient("verge.example.com", auth=settings.authentication()) as verge:
        shown = f"{settings!r} {settings} {verge!r} {settings.authentication()!r} {vars(verge)!r}"
        assert not shows(shown)
        assert "canary-key" not in shown
        for take in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                take(verge)


@pytest.mark.fault(75)
def test_a_missing_setting_is_told_without_the_others() -> None:
    with pytest.raises(EngineError) as caught:
        read_settings(lambda name: None, {"VERGEOS_PASSWORD": CANARY, "VERGEOS_API_KEY": CANARY})
    assert not shows(told_by(caught.value))


WRONG: list[Any] = [{"value": CANARY}, [CANARY], CANARY * 100]


@pytest.mark.fault(76)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_secret_is_refused_without_its_value(bench: Bench, wrong: Any) -> None:
    result = bench.provider("VirtualMachine").check({}, {"name": "web", "console_pass": wrong})
    assert result.failures
    for each in result.failures:
        assert each.property == ""
        assert each.reason.startswith("console_pass")
        assert not shows(each.reason)


@pytest.mark.fault(76)
@cases(500)
@given(
    st.sampled_from(SECRETS), st.recursive(st.just(CANARY), lambda x: st.lists(x) | st.dictionaries(st.just("k"), x))
)
def test_no_validation_quotes_a_secret(name: str, value: Any) -> None:
    _, problems = validate(VirtualMachine.declaration, {"name": "web", name: value})
    assert not shows(" ".join(problems))


@pytest.mark.fault(77)
def test_the_state_of_the_simulator_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with Simulator(Options(state=path, password=CANARY)):
        pass
    assert shows(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.fault(73, 75)
def test_what_reaches_pulumi_is_one_line_without_a_cause(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_DEBUG", raising=False)
    bench.simulator.faults(fault(CREATE, "status", status=422, body={"err": CANARY}))
    with pytest.raises(Reported) as caught:
        bench.create("VirtualMachine", name="web", console_pass=CANARY)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert not shows(told_by(caught.value))
    assert not isinstance(caught.value, VergeError)
