"""``verge-pulumi compare``: two environments of one program, as their exports tell them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.cli.states import SECRET as SECRET_KIND
from tests.cli.states import SIGNATURE, export, made
from tests.providers.bench import Bench, Managed
from verge_pulumi.cli.app import app
from verge_pulumi.engine.loader import load
from verge_pulumi.review import stacks
from verge_pulumi.review.compare import Comparison, Difference, View, compare_states, render
from verge_pulumi.review.output import Format
from verge_pulumi.review.stacks import read_state

NETWORKS = {"dev": "10.0.0.0/24", "prod": "10.1.7.0/24"}


def environment(bench: Bench, stack: str, **changes: Any) -> Iterator[Managed]:
    """Make a network, a rule, a VM with a NIC and its power, as one program does in every environment."""
    owner, net = f"shop/{stack}", NETWORKS[stack].removesuffix(".0/24")
    lan = made(bench, owner, "Network", "lan", name=f"{stack}-lan", network=NETWORKS[stack], ipaddress=f"{net}.1")
    yield lan
    rule = {"source_ip": f"{net}.5,{net}.64/26", "description": f"of {stack}-web, not of devices or production"}
    yield made(bench, owner, "NetworkRule", "in", network=lan.id, name="in", **rule)
    vm = made(bench, owner, "VirtualMachine", "web", name=f"{stack}-web", **{"cpu_cores": 2, **changes})
    yield vm
    yield made(bench, owner, "Nic", "web", vm=vm.id, name="eth0", network=lan.id)
    yield made(bench, owner, "Power", "web", of=f"vms/{vm.id}", state="stopped")


def compared(folder: Path, dev: Any, prod: Any, **options: Any) -> Comparison:
    """Compare shop/dev with shop/prod."""
    states = [read_state(export(folder, f"shop/{stack}", *made)) for stack, made in (("dev", dev), ("prod", prod))]
    return compare_states(*(View(state, state.stack, **options) for state in states))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["compare", *arguments])


def test_the_same_program_does_not_differ(bench: Bench, tmp_path: Path) -> None:
    bench.simulator.add("vms", name="one more, so that keys differ")
    comparison = compared(tmp_path, environment(bench, "dev"), environment(bench, "prod"))
    assert comparison.same
    assert comparison == Comparison(
        left="shop/dev", right="shop/prod", only_left=(), only_right=(), differences=(), unknown=()
    )


def test_each_resource_is_loaded_once(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [*environment(bench, "dev")], [*environment(bench, "prod", cpu_cores=8)]
    loaded = Counter[str]()

    def counted(kind: str) -> object:
        loaded[kind] += 1
        return load(kind)

    monkeypatch.setattr(stacks, "load", counted)
    assert not compared(tmp_path, *made).same
    assert loaded == Counter(each.kind for stack in made for each in stack)


def test_a_field_that_differs_is_told(bench: Bench, tmp_path: Path) -> None:
    comparison = compared(tmp_path, environment(bench, "dev"), environment(bench, "prod", cpu_cores=8, ram=4096))
    assert comparison.differences == (
        Difference(title="VirtualMachine 'web'", field="cpu_cores", left=2.0, right=8.0),
        Difference(title="VirtualMachine 'web'", field="ram", left=None, right=4096.0),
    )


def test_literally_prefixes_and_addresses_differ_too(bench: Bench, tmp_path: Path) -> None:
    comparison = compared(tmp_path, environment(bench, "dev"), environment(bench, "prod"), literal=True)
    assert [(each.title, each.field) for each in comparison.differences] == [
        ("Network 'lan'", "name"),
        ("Network 'lan'", "network"),
        ("Network 'lan'", "ipaddress"),
        ("NetworkRule 'in'", "source_ip"),
        ("NetworkRule 'in'", "description"),
        ("VirtualMachine 'web'", "name"),
    ]


def test_what_only_one_has_is_told(bench: Bench, tmp_path: Path) -> None:
    dev = [
        made(bench, "shop/dev", "Network", "dev-lan", name="dev-lan"),
        made(bench, "shop/dev", "Network", "a", name="a"),
    ]
    prod = [made(bench, "shop/prod", "Network", "prod-lan", name="prod-lan")]
    prod.append(made(bench, "shop/prod", "VirtualMachine", "a", name="b"))
    comparison = compared(tmp_path, dev, prod)
    assert (comparison.only_left, comparison.only_right) == (("Network 'a'",), ("VirtualMachine 'a'",))
    assert not comparison.same


def test_another_resource_referred_to_is_a_difference(bench: Bench, tmp_path: Path) -> None:
    stacks = []
    for stack, chosen in (("dev", 0), ("prod", 1)):
        owner = f"shop/{stack}"
        lans = [made(bench, owner, "Network", name, name=f"{stack}-{name}") for name in ("lan", "dmz")]
        vm = made(bench, owner, "VirtualMachine", "web", name=f"{stack}-web")
        nic = made(bench, owner, "Nic", "nic", vm=vm.id, name="eth0", network=lans[chosen].id)
        stacks.append([*lans, vm, nic])
    comparison = compared(tmp_path, *stacks)
    assert comparison.differences == (
        Difference(title="Nic 'nic'", field="network", left="resource 'lan'", right="resource 'dmz'"),
    )


def test_keys_of_rows_outside_the_stacks_cannot_be_compared(bench: Bench, tmp_path: Path) -> None:
    stacks = [
        [made(bench, f"shop/{stack}", "Network", "lan", name=f"{stack}-lan", default_gateway=key)]
        for stack, key in (("dev", "3"), ("prod", "2"))
    ]
    comparison = compared(tmp_path, *stacks)
    assert (comparison.same, comparison.unknown) == (True, ("Network 'lan': default_gateway",))


def test_the_rows_of_a_list_are_compared_as_those_of_a_reference(bench: Bench, tmp_path: Path) -> None:
    def stack(name: str, *more: str, outside: str) -> list[Managed]:
        ports = [
            made(bench, f"shop/{name}", "Network", each, name=f"{name}-{each}", type="physical")
            for each in ("port-0", "port-1", *more)
        ]
        bonds = {"bond": [port.id for port in ports], "uplinks": [outside]}
        for each, keys in bonds.items():
            bonding: Any = {"enable_bonding": True, "bond_interfaces_args": keys}
            ports.append(
                made(bench, f"shop/{name}", "Network", each, name=f"{name}-{each}", type="physical", **bonding)
            )
        return ports

    comparison = compared(tmp_path, stack("dev", outside="4"), stack("prod", outside="3"))
    assert (comparison.same, comparison.unknown) == (True, ("Network 'uplinks': bond_interfaces_args",))
    comparison = compared(tmp_path, stack("test", outside="4"), stack("next", "port-2", outside="4"))
    ports = [f"resource 'port-{number}'" for number in range(3)]
    assert (ports[:2], ports) in [(each.left, each.right) for each in comparison.differences]


def test_a_resource_of_the_stack_differs_from_a_row_outside(bench: Bench, tmp_path: Path) -> None:
    def stack(name: str, gateway: str | None) -> list[Managed]:
        wan = made(bench, f"shop/{name}", "Network", "wan", name=f"{name}-wan")
        key = gateway or wan.id
        return [wan, made(bench, f"shop/{name}", "Network", "lan", name=f"{name}-lan", default_gateway=key)]

    comparison = compared(tmp_path, stack("dev", None), stack("prod", "3"))
    assert [(each.left, each.right) for each in comparison.differences] == [("resource 'wan'", "3")]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("10.0.0.9", "10.1.7.9", True),
        ("10.0.0.9", "10.1.7.10", False),
        ("http://10.0.0.9:8080/", "http://10.1.7.9:8080/", True),
        ("10.0.0.9/24", "10.1.7.9/25", False),
        ("192.168.0.1", "192.168.0.1", True),
        ("192.168.0.1", "192.168.0.2", False),
        ("version 1.2.3.4.5", "version 1.2.3.4.5", True),
        ("999.0.0.1", "999.0.0.1", True),
        ("dev-db", "prod-db", True),
        ("dev.example.com", "prod.example.com", True),
        ("devices", "products", False),
        ("fd00:1::5", "fd00:2::5", False),
        (["dev-a", {"at": "10.0.0.9"}], ["prod-a", {"at": "10.1.7.9"}], True),
        ({"dev-a": True}, {"prod-a": True}, True),
        ({"$key": 1, "location": "/v4/vms/1"}, {"$key": 2, "location": "/v4/vms/2"}, True),
    ],
)
def test_outputs_are_compared_without_what_belongs_to_the_environment(
    bench: Bench, tmp_path: Path, left: Any, right: Any, same: bool
) -> None:
    states = []
    for stack, value in (("dev", left), ("prod", right)):
        lan = made(bench, f"shop/{stack}", "Network", "lan", name=f"{stack}-lan", network=NETWORKS[stack])
        states.append(read_state(export(tmp_path, f"shop/{stack}", lan, told=value)))
    comparison = compare_states(*(View(state, state.stack) for state in states))
    assert comparison.same == same
    assert [each.title for each in comparison.differences] == ([] if same else ["stack"])


def secret(text: str) -> dict[str, str]:
    return {SIGNATURE: SECRET_KIND, "plaintext": json.dumps(text)}


def test_secrets_are_compared_and_never_shown(bench: Bench, tmp_path: Path) -> None:
    dev = environment(bench, "dev", console_pass="sesame-dev")
    prod = environment(bench, "prod", console_pass="sesame-prod")
    states = [
        read_state(export(tmp_path, "shop/dev", *dev, password=secret("sesame-a"))),
        read_state(export(tmp_path, "shop/prod", *prod, password=secret("sesame-b"))),
    ]
    comparison = compare_states(*(View(state, state.stack) for state in states))
    assert [(each.field, each.left, each.right) for each in comparison.differences] == [
        ("console_pass", "[secret]", "[secret]"),
        ("password", "[secret]", "[secret]"),
    ]
    assert not any("sesame" in render(comparison, form) for form in Format)


@pytest.mark.parametrize("told_by", ["", "prod"])
def test_secrets_that_an_export_does_not_tell_are_named(bench: Bench, tmp_path: Path, told_by: str) -> None:
    states = [
        read_state(
            export(
                tmp_path,
                f"shop/{stack}",
                *environment(bench, stack, console_pass=stack * 3),
                show_secrets=stack == told_by,
            )
        )
        for stack in ("dev", "prod")
    ]
    comparison = compare_states(*(View(state, state.stack) for state in states))
    assert comparison.same
    assert comparison.unknown == ("VirtualMachine 'web': console_pass",)
    assert "cannot be compared: VirtualMachine 'web': console_pass" in render(comparison, Format.TEXT)
    assert "Cannot be compared: `VirtualMachine 'web': console_pass`" in render(comparison, Format.MARKDOWN)


def test_an_output_that_an_export_does_not_tell_is_named(bench: Bench, tmp_path: Path) -> None:
    sealed = {SIGNATURE: SECRET_KIND, "ciphertext": "v1:abc"}
    dev, prod = (
        read_state(export(tmp_path, f"shop/{stack}", *environment(bench, stack), password=password))
        for stack, password in (("dev", sealed), ("prod", secret("sesame")))
    )
    comparison = compare_states(View(dev, "dev"), View(prod, "prod"))
    assert (comparison.differences, comparison.unknown) == ((), ("stack: password",))


# The command


def test_exit_codes(bench: Bench, tmp_path: Path) -> None:
    dev = export(tmp_path, "shop/dev", *environment(bench, "dev"))
    prod = export(tmp_path, "shop/prod", *environment(bench, "prod", cpu_cores=8))
    assert [
        run(dev, prod).exit_code,
        run(dev, prod, "--exit-code").exit_code,
        run(dev, dev, "--exit-code").exit_code,
    ] == [
        0,
        1,
        0,
    ]
    missing = run(dev, str(tmp_path))
    assert missing.exit_code == 2
    assert missing.output.startswith("Unable to compare: ")


def test_the_text_is_short(bench: Bench, tmp_path: Path) -> None:
    dev = export(tmp_path, "shop/dev", *environment(bench, "dev"))
    more = made(bench, "shop/prod", "Network", "dmz", name="prod-dmz")
    prod = export(tmp_path, "shop/prod", *environment(bench, "prod", cpu_cores=8), more)
    assert run(dev, prod).output.splitlines() == [
        "shop/dev and shop/prod differ.",
        "only in shop/prod: Network 'dmz'",
        "VirtualMachine 'web': cpu_cores: 2 | 8",
    ]
    assert run(dev, prod, "--format", "markdown").output.splitlines() == [
        "## `shop/dev` and `shop/prod` differ",
        "",
        "| Object | Field | `shop/dev` | `shop/prod` |",
        "| --- | --- | --- | --- |",
        "| `Network 'dmz'` |  |  | `exists` |",
        "| `VirtualMachine 'web'` | `cpu_cores` | `2` | `8` |",
    ]
    document = json.loads(run(dev, prod, "--format", "json").output)
    assert (document["same"], document["only_right"]) == (False, ["Network 'dmz'"])
    assert run(dev, dev, "--format", "markdown").output == "## `shop/dev` and `shop/dev` do not differ\n\n"


def test_a_prefix_of_its_own_can_be_told(bench: Bench, tmp_path: Path) -> None:
    files = [
        export(tmp_path, f"shop/{stack}", made(bench, f"shop/{stack}", "Network", "lan", name=f"{prefix}-lan"))
        for stack, prefix in (("dev", "test"), ("prod", "live"))
    ]
    assert "name" in run(*files).output
    assert (
        run(*files, "--prefix", "dev=test", "--prefix", "prod=live").output == "shop/dev and shop/prod do not differ.\n"
    )
    wrong = run(*files, "--prefix", "test")
    assert wrong.exit_code == 2
    assert "stack=prefix" in wrong.output
    assert "{prefix}" not in run(*files, "--literal").output


@pytest.mark.fault(81)
def test_hostile_names_are_harmless() -> None:
    hostile = "a`|b\x1b[2J\u202e@team"
    difference = Difference(title=hostile, field=hostile, left=hostile, right=hostile)
    comparison = Comparison(
        left=hostile,
        right=hostile,
        only_left=(hostile,),
        only_right=(hostile,),
        differences=(difference,),
        unknown=(hostile,),
    )
    for form in Format:
        shown = render(comparison, form)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    head = "| Object | Field | ``a`¦b@team`` | ``a`¦b@team`` |"
    assert head in render(comparison, Format.MARKDOWN).splitlines()
