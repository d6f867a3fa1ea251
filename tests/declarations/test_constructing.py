"""What a program's resources register with Pulumi, and what the program gets back."""

from __future__ import annotations

import base64
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

from tests.declarations.mocked import Engine, outcome, settle
from verge_pulumi import Drive, Network, Nic, Power, Provider, VirtualMachine, export
from verge_pulumi.engine.declaring.values import equal

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


UNTYPED: dict[str, Any] = {"Network": Network, "Power": Power}
"""Resources as a program without a type checker sees them."""


NETWORK_PROVIDER = "Y3ZlcmdlX3B1bHVtaS5lbmdpbmUubG9hZGVyCmxvYWQKKFZOZXR3b3JrCnRSLg=="
"""Frozen: every state that holds a network holds this text."""


def test_the_constant_of_the_state_is_frozen() -> None:
    assert Network.declaration.provider == NETWORK_PROVIDER
    assert base64.b64decode(NETWORK_PROVIDER) == b"cverge_pulumi.engine.loader\nload\n(VNetwork\ntR."


@pytest.mark.parametrize("resource", [Drive, Network, Nic, Power, VirtualMachine])
def test_the_type_of_the_state_is_frozen(resource: Any) -> None:
    assert resource.declaration.type_token == f"pulumi-python:dynamic/vergeos:{resource.__name__}"


def test_the_first_resource_of_each_system_tells_how_many_there_are(engine: Engine) -> None:
    site = Provider("site-b", host="vergeos.example", api_key_env="SITE_B_KEY")
    elsewhere = pulumi.ResourceOptions(provider=site)
    for name in ("a", "b", "c"):
        Network(name, name=name)
    for name in ("d", "e"):
        Network(name, name=name, opts=elsewhere)
    settle()
    told = {name: engine.inputs(name).get("__objects") for name in "abcde"}
    assert told == {"a": 3, "b": None, "c": None, "d": 2, "e": None}


def test_a_resource_registers_what_it_was_given_and_who_it_is(engine: Engine) -> None:
    lan = Network("lan", name="lan", mtu=1500, dnslist=["1.1.1.1"])
    assert outcome(lan.urn).endswith("$pulumi-python:dynamic/vergeos:Network::lan")
    assert engine.inputs("lan") == {
        "name": "lan",
        "mtu": 1500,
        "dnslist": ["1.1.1.1"],
        "__owner": "shop/dev",
        "__name": "lan",
        "__objects": 1,
        "__given": ["name", "mtu", "dnslist"],
        "__provider": NETWORK_PROVIDER,
    }


def test_only_values_that_stand_in_the_program_are_named_as_such(engine: Engine) -> None:
    later = pulumi.Output.from_input("text")
    vm = VirtualMachine(
        "vm",
        name="vm",
        note=later,
        meta={"a": [later]},
        boot_order=None,
        console_pass="canary",
        cluster="1",
        ram="2GiB",
    )
    outcome(vm.urn)
    assert engine.inputs("vm")["__given"] == ["name", "cluster", "ram"]


def test_every_attribute_is_an_output(engine: Engine) -> None:
    engine.answers = {"running": True, "machine": 101}
    lan = Network("lan", name="lan")
    outputs = {name: outcome(getattr(lan, name)) for name in Network.declaration.attributes}
    known = {name: value for name, value in outputs.items() if value is not None}
    assert known == {"name": "lan", "running": True, "machine": 101}


def test_outputs_have_the_type_that_is_declared(engine: Engine) -> None:
    engine.answers = {"machine": 101.0, "need_restart": True, "layer2_id": 100.0, "status": "stopped"}
    lan = Network("lan", name="lan", mtu=9000)
    for output, value in ((lan.mtu, 9000), (lan.machine, 101), (lan.layer2_id, 100), (lan.status, "stopped")):
        found = outcome(output)
        assert (found, type(found)) == (value, type(value))


def test_key_and_location_come_from_the_id(engine: Engine) -> None:
    lan = Network("lan", name="lan")
    power = Power("on", of="vms/7", state="running")
    assert (outcome(lan.key), outcome(lan.location)) == (42, "/v4/vnets/42")
    assert outcome(power.key) == 42
    other = VirtualMachine.get("other", id="vms/7")
    assert (outcome(other.key), outcome(other.location)) == (7, "/v4/vms/7")
    hexadecimal = Network.get("hex", id="ab" * 20)
    assert outcome(hexadecimal.key) == "ab" * 20


@pytest.mark.parametrize("way", ["resource", "id", "key", "text"])
def test_a_reference_is_a_resource_its_id_or_a_key(engine: Engine, way: str) -> None:
    vm = VirtualMachine("vm", name="web")
    given: Any = {"resource": vm, "id": vm.id, "key": 42, "text": "42"}[way]
    drive = Drive("data", vm=given, disksize="1GiB")
    outcome(drive.urn)
    assert engine.inputs("data")["vm"] == (42 if way == "key" else "42")


@pytest.mark.parametrize(("kind", "path"), [(VirtualMachine, "vms/42"), (Network, "vnets/42")])
def test_power_refers_to_a_row_of_either_table(engine: Engine, kind: Any, path: str) -> None:
    target = kind("it", name="it")
    outcome(Power("on", of=target, state="running").urn)
    assert engine.inputs("on")["of"] == path


def test_a_subclass_is_accepted_where_its_base_is(engine: Engine) -> None:
    class Web(VirtualMachine, table="vms", unique=("name",)):
        """A VM of ours."""

    outcome(Drive("data", vm=Web("web", name="web"), disksize="1GiB").urn)
    assert engine.inputs("data")["vm"] == "42"


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (
            lambda n, v: Drive("d", vm=n, disksize=1),
            "Unable to declare Drive 'd': vm accepts VirtualMachine, not Network 'lan'. "
            "Pass a VirtualMachine, its key, or by_name(...).",
        ),
        (
            lambda n, v: Nic("n", vm=v, network=v),
            "Unable to declare Nic 'n': network accepts Network, not VirtualMachine 'vm'. "
            "Pass a Network, its key, or by_name(...).",
        ),
        (
            lambda n, v: Power("p", of=Drive("d", vm=v, disksize=1), state="running"),  # type: ignore[arg-type]
            "Unable to declare Power 'p': of accepts VirtualMachine or Network, not Drive 'd'. "
            "Pass a VirtualMachine or a Network, its path such as 'vms/42', or by_name(...).",
        ),
        (
            lambda n, v: Network("x", name=v),
            "Unable to declare Network 'x': name accepts no resource. Pass an output of VirtualMachine 'vm'.",
        ),
        (
            lambda n, v: UNTYPED["Network"]("x", name="x", mtuu=1),
            "Unable to declare Network 'x': mtuu is no argument. Did you mean 'mtu'?",
        ),
        (
            lambda n, v: UNTYPED["Network"]("x", name="x", zzz=1),
            "Unable to declare Network 'x': zzz is no argument. Leave it out.",
        ),
        (
            lambda n, v: UNTYPED["Network"]("x", name="x", machine=1),
            "Unable to declare Network 'x': VergeOS decides machine. Leave it out, and read it as an output.",
        ),
        (lambda n, v: UNTYPED["Network"]("x"), "Unable to declare Network 'x': name is missing. Give it."),
        (
            lambda n, v: UNTYPED["Power"]("x"),
            "Unable to declare Power 'x': state is missing. Give it. of is missing. Give it.",
        ),
    ],
)
def test_a_mistake_is_told_at_once(engine: Engine, declare: Any, message: str) -> None:
    network, vm = Network("lan", name="lan"), VirtualMachine("vm", name="web")
    with pytest.raises(TypeError) as error:
        declare(network, vm)
    assert str(error.value) == message
    settle()


@pytest.mark.parametrize("name", ["name", "uplink", "default_gateway"])
def test_an_output_cannot_be_assigned(engine: Engine, name: str) -> None:
    lan = Network("lan", name="lan")
    with pytest.raises(AttributeError) as error:
        setattr(lan, name, "other")
    assert str(error.value) == f"'{name}' is set by the constructor of Network"
    nic = Nic("n", vm="1")
    with pytest.raises(AttributeError, match="'vm' is set by the constructor of Nic"):
        nic.vm = "2"
    settle()


def test_secrets_are_secret_on_the_way_in_and_out(engine: Engine) -> None:
    vm = VirtualMachine("vm", name="web", console_pass="canary")
    outcome(vm.urn)
    sent = engine.registered["vm"].inputs["console_pass"]
    assert rpc.is_rpc_secret(sent)
    assert rpc.unwrap_rpc_secret(sent) == "canary"
    assert not rpc.is_rpc_secret(engine.registered["vm"].inputs["name"])
    other = VirtualMachine("other", name="other")
    outcome(other.urn)
    assert "console_pass" not in engine.inputs("other")
    outcome(VirtualMachine.get("foreign", id="1").urn)
    secret = ["console_pass", "console_pass_hash", "replacement_trigger"]
    assert [engine.secret_outputs[name] for name in ("vm", "other", "foreign")] == [secret, secret, secret]


def test_options_reach_pulumi(engine: Engine) -> None:
    provider = Provider("site-b", host="b.example.com", api_key_env="SITE_B_KEY")
    parent = Network("lan", name="lan", opts=pulumi.ResourceOptions(provider=provider))
    child = Network("child", name="child", opts=pulumi.ResourceOptions(parent=parent))
    assert "dynamic/vergeos:Network$pulumi-python:dynamic/vergeos:Network::child" in outcome(child.urn)
    assert (engine.registered["lan"].provider or "").split("::")[-2] == "site-b"


def test_an_import_is_refused_with_the_way_that_works(engine: Engine) -> None:
    with pytest.raises(
        pulumi.RunError, match=r"^Unable to import Network 'ext': .* Leave import_ out and set adopt=True"
    ):
        Network("ext", name="External", opts=pulumi.ResourceOptions(import_="3"))


def test_get_reads_a_row_that_is_not_managed(engine: Engine) -> None:
    engine.answers = {"name": "core", "mtu": 9216.0}
    core = Network.get("core", id="1")
    assert isinstance(core, Network)
    assert (outcome(core.id), outcome(core.name), outcome(core.mtu)) == ("1", "core", 9216)
    assert engine.registered["core"].resource_id == "1"
    assert engine.inputs("core") == {"__provider": NETWORK_PROVIDER}


def test_get_takes_options(engine: Engine) -> None:
    parent = Network("lan", name="lan")
    core = Network.get("core", id="1", opts=pulumi.ResourceOptions(parent=parent))
    assert "Network$" in outcome(core.urn)


def test_export_gives_key_and_location(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)
    export("web", VirtualMachine("vm", name="web"))
    assert outcome(pulumi.Output.from_input(exported["web"])) == {"$key": 42, "location": "/v4/vms/42"}


def test_a_provider_registers_its_settings_and_only_the_names_of_credentials(engine: Engine) -> None:
    provider = Provider(
        "site-b",
        host="b.example.com",
        api_key_env="SITE_B_KEY",
        username_env="SITE_B_USER",
        password_env="SITE_B_PASSWORD",
        ca_file="/ca.pem",
        insecure=True,
        timeout=9.5,
        mark=False,
        former_name="old",
    )
    outcome(provider.urn)
    assert engine.registered["site-b"].typ == "pulumi:providers:pulumi-python"
    assert {name: value for name, value in engine.inputs("site-b").items() if name.startswith("vergeos:")} == {
        "vergeos:provider": "site-b",
        "vergeos:host": "b.example.com",
        "vergeos:apiKeyEnv": "SITE_B_KEY",
        "vergeos:usernameEnv": "SITE_B_USER",
        "vergeos:passwordEnv": "SITE_B_PASSWORD",
        "vergeos:caFile": "/ca.pem",
        "vergeos:insecure": "true",
        "vergeos:timeout": "9.5",
        "vergeos:mark": "false",
        "vergeos:formerName": "old",
    }


@pytest.mark.parametrize("credentials", [{}, {"username_env": "U"}, {"password_env": "P"}])
def test_a_provider_without_credentials_is_refused(engine: Engine, credentials: dict[str, str]) -> None:
    with pytest.raises(TypeError) as error:
        Provider("b", host="b.example.com", **credentials)  # type: ignore[arg-type]
    assert str(error.value) == (
        "Unable to declare Provider 'b': it needs api_key_env, or username_env and password_env. "
        "Give the names of variables that hold them."
    )


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), {"id": 2**53 + 1}, {"a": [{"b": (1, 10**400)}]}, 1e300]
)
def test_a_number_that_does_not_arrive_as_it_is_is_refused_by_the_constructor(engine: Engine, value: Any) -> None:
    with pytest.raises(pulumi.RunError, match=r"^Unable to declare VirtualMachine 'vm': meta holds "):
        VirtualMachine("vm", name="vm", meta=value)
    with pytest.raises(pulumi.RunError, match=r"^Unable to declare Network 'lan': advanced_options holds "):
        Network("lan", name="lan", advanced_options={"a": [value]})


@pytest.mark.parametrize("within", [lambda output: output, lambda output: {"a": [output]}])
def test_an_output_is_looked_at_when_it_is_known(engine: Engine, within: Any) -> None:
    untyped: Any = VirtualMachine
    kept = untyped("kept", name="kept", meta=within(pulumi.Output.from_input({"id": 2**53 - 1})))
    assert outcome(kept.urn)
    refused = untyped("refused", name="refused", meta=within(pulumi.Output.from_input({"id": 2**53})))
    with pytest.raises(pulumi.RunError, match=r"^Unable to declare VirtualMachine 'refused': meta holds a number"):
        outcome(refused.urn)


def test_numbers_text_and_truth_values_reach_pulumi_as_they_are(engine: Engine) -> None:
    meta = {"a": 2**53 - 1, "b": True, "c": 1, "d": [False, 0, None, "9007199254740993"]}
    vm = VirtualMachine("vm", name="vm", meta={**meta, "e": pulumi.Output.from_input(5)})
    assert outcome(vm.urn)
    assert equal(engine.inputs("vm")["meta"], {**meta, "e": 5})
