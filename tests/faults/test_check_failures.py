"""F76 and F80: a failed check shows nothing of what the program said, for no argument of no resource.

Which values are secret is not known there: Pulumi hands an `Output.secret` to a provider as a plain value.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.faulty import cases, error_of
from tests.providers.bench import Bench, hosted
from verge_pulumi import resources
from verge_pulumi.checks.findings import Mistake, refuse
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.errors import MOST_PROBLEMS
from verge_pulumi.engine.loader import load

CANARY = "c4naryq"
KINDS = sorted(resources.__all__)

SHAPES: list[Any] = [
    CANARY,
    f"vmnic:{CANARY}",
    f"alias:{CANARY}",
    f"10.0.0.1-{CANARY}",
    f"10.0.0.0/{CANARY}",
    f"22,{CANARY}",
    f"{CANARY}GiB",
    f"vms/{CANARY}",
    f"{CANARY}\x00",
    f"\x1b]0;{CANARY}\x07\u202e",
    CANARY * 500,
    f"<{CANARY}>\n#cloud-config\n{CANARY}: [",
    [CANARY],
    [f"{CANARY} {CANARY},"],
    {CANARY: CANARY},
    [{"name": CANARY, "action": CANARY, CANARY: CANARY}],
    [{"name": CANARY}, {"name": CANARY}],
    [{"name": CANARY, "action": "accept", "target_ip": "10.0.0.1", "pin": "bottom"}, {"name": "a", "pin": "top"}],
    {CANARY: 2.0**60},
]


def reasons(kind: str, inputs: dict[str, Any]) -> list[str]:
    """Return why a check fails."""
    provider: Any = load(kind)
    provider.connection = Connection(Settings(host="127.0.0.1", api_key="none"))  # no check asks anything of it
    return [failure.reason for failure in provider.check({}, hosted(inputs)).failures]


@pytest.mark.fault(76)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [4, pytest.param(1, marks=pytest.mark.long)], ids=["a part", "all"])
def test_no_failed_check_shows_what_the_program_said(kind: str, part: int) -> None:
    """Each argument is given every fourth shape, and its neighbours the others."""
    provider: Any = load(kind)
    failed = 0
    for number, name in enumerate(provider.declaration.inputs):
        for shape in SHAPES[number % part :: part]:
            told = reasons(kind, {name: shape})
            failed += any(reason.startswith(f"{name}") for reason in told)
            assert not any(CANARY in reason for reason in told), (name, shape, told)
            assert all(reason.isprintable() and len(reason) <= 2001 for reason in told)
    assert failed > len(provider.declaration.inputs) / part


TOGETHER: list[tuple[str, dict[str, Any]]] = [
    ("Network", {"name": "n", "network": "10.91.0.0/24", "dhcp_start": "10.92.0.9", "dhcp_stop": "10.92.0.1"}),
    ("Network", {"name": "n", "type": "external", "network": "10.91.0.0/24", "gateway": "10.92.0.9"}),
    ("BgpInterface", {"router": "1", "network": "1", "cidr": "10.91.0.0/30", "ipaddress": "10.92.0.9"}),
    ("Firewall", {"network": "1", "rules": [], "management": "10.92.0.9", "management_ports": "9292"}),
    (
        "Firewall",
        {
            "network": "1",
            "rules": [{"name": "10.92", "action": "drop", "direction": "incoming", "protocol": "any"}],
            "management": "10.92.0.9",
        },
    ),
]


@pytest.mark.fault(76)
@pytest.mark.parametrize(("kind", "inputs"), TOGETHER)
def test_no_check_of_arguments_together_shows_them(kind: str, inputs: dict[str, Any]) -> None:
    told = reasons(kind, inputs)
    assert told
    assert not any("92" in reason or "10.9" in reason for reason in told), told


@pytest.mark.fault(80)
@cases(150)
@given(st.sampled_from(KINDS), st.data())
def test_whatever_is_wrong_is_told_in_short_printable_sentences(kind: str, data: st.DataObject) -> None:
    provider: Any = load(kind)
    texts = st.text(max_size=20) | st.sampled_from(["\x1b[2J", "\u202e", "\r", "x" * 5000])
    values = st.recursive(
        st.none() | st.booleans() | st.floats() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
    )
    inputs = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(provider.declaration.inputs, values)))
    told = reasons(kind, inputs)
    assert len(told) <= MOST_PROBLEMS + 1
    assert all(
        reason.isprintable() and len(reason) <= 2001 and reason.endswith((".", "…", "!", "?")) for reason in told
    )


@pytest.mark.fault(80)
def test_a_thousand_problems_are_counted_and_not_listed() -> None:
    told = reasons("Network", {"name": "n", **{f"no_such_{number}": 1 for number in range(1000)}} | {"mtu": 1})
    assert len(told) <= MOST_PROBLEMS + 1
    told = reasons("Network", {"name": "n", "bond_interfaces_args": [None] * 1000})
    assert told[-1] == "And 980 more."


@pytest.mark.fault(74)
def test_a_secret_is_masked_in_lines_that_are_shown_on_the_way(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    engine = SimpleNamespace(Log=lambda request, timeout: shown.append(request.message))
    monkeypatch.setattr("verge_pulumi.engine.runtime.provider_process._engine", lambda: engine)
    vm = bench.create("VirtualMachine", name="web", console_pass=CANARY)
    provider = bench.provider("VirtualMachine")
    monkeypatch.setattr(type(provider), "notes", lambda *_: [f"\x1b[2Jthe host says {CANARY}\u202e"])
    provider.diff(vm.id, vm.outs, vm.inputs_with(ram=2048))
    assert shown == ["the host says ***"]


@pytest.mark.fault(74)
def test_the_secret_of_another_resource_is_masked_too(bench: Bench) -> None:
    bench.create("VirtualMachine", name="web", console_pass=CANARY)
    body = {"err": f"a row with {CANARY} is in the way"}
    match = {"verb": "POST", "path": "/vnets$"}
    bench.simulator.faults({"match": match, "what": "status", "status": 422, "body": body})
    text = error_of(lambda: bench.create("Network", name="lan"))
    assert "a row with *** is in the way (422)" in text


@pytest.mark.fault(80)
def test_a_program_is_refused_in_harmless_words() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        refuse("Network 'lan'", [Mistake("the name '\x1b[31mred\u202e' " + "x" * 5000, "Choose another.")])
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 2100
