"""Settings of environments: what they are read from, what is told of mistakes, and what they put in force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.declarations.mocked import Engine, settle
from verge_pulumi import Address, Firewall, FirewallRule, Network, Power, Snapshot, VirtualMachine
from verge_pulumi.environments import Environment, Pool, Sandbox, SettingsError, expiry_in
from verge_pulumi.environments.expiry import end_of_day, with_expiry
from verge_pulumi.policies import Limits

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
EXPIRES = datetime(2026, 11, 28, tzinfo=UTC)


class Database(BaseModel, extra="forbid"):
    ram: int = 2048


class Settings(Environment):
    pool = Pool("10.0.0.0/12", prefix=24, environments=("dev", "prod"), networks=2)
    sandbox = Sandbox(ttl=timedelta(days=3), settings={"web_servers": 1})

    web_servers: int = 2
    database: Database = Database()


# Where they come from


def test_a_stack_has_the_defaults_and_what_differs_in_it() -> None:
    settings = Settings.load({"web_servers": 5, "database": {"ram": 8192}}, stack="prod")
    assert (settings.stack, settings.web_servers, settings.database.ram) == ("prod", 5, 8192)
    assert Settings.load({}, stack="dev").web_servers == 2


def test_a_sandbox_has_smaller_sizes_unless_its_own_file_says_otherwise() -> None:
    assert Settings.load({}, stack="pr-17").web_servers == 1
    assert Settings.load({"web_servers": 3}, stack="pr-17").web_servers == 3


def test_they_are_read_from_the_file_of_a_stack(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text("config:\n  vergeos:host: verge.example.com\n  shop:settings:\n    web_servers: 7\n")
    settings = Settings.load(file)
    assert (settings.stack, settings.web_servers) == ("prod", 7)
    assert Settings.load(file, stack="dev").stack == "dev"


@pytest.mark.parametrize("text", ["", "config:\n", "encryptionsalt: v1\n"])
def test_a_file_without_settings_means_the_defaults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text)
    assert Settings.load(file).web_servers == 2


@pytest.mark.parametrize("text", ["config: {shop:settings: [1]}", "config: {shop:settings: 5}", "config: ["])
def test_a_file_with_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match="they are no mapping from settings to their values"):
        Settings.load(file)


def test_settings_without_a_stack_are_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="stack is missing"):
        Settings.load({})


def test_they_do_not_change() -> None:
    settings: Any = Settings.load({}, stack="dev")
    with pytest.raises(ValueError, match="frozen"):
        settings.web_servers = 9


# What is wrong with them


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"web_server": 1, "web_servers": "many", "database": {"ran": 1}, "limits": {"max_core": 1}, "x\x1b[2J": 1}
    with pytest.raises(SettingsError) as failure:
        Settings.load(wrong, stack="devv")
    assert str(failure.value).splitlines() == [
        "Unable to use the settings of stack 'devv' (key 'settings'):",
        "  web_server is no setting. Did you mean 'web_servers'?",
        "  x is no setting. Leave it out.",
        "  pool: 'devv' is none of its environments (dev, prod), and no sandbox. List it.",
        "  limits.max_core is no argument. Leave it out.",
        "  web_servers is not a whole number. Give one, such as 4.",
        "  database.ran is no argument. Leave it out.",
    ]


@pytest.mark.parametrize(("stack", "said"), [("prod-2", "and no sandbox"), ("pr-x", "no number is at its end")])
def test_a_stack_that_would_share_addresses_or_has_none_is_refused(stack: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.load({}, stack=stack)


@pytest.mark.parametrize("given", [{"unknown": 1}, {"limits": {"max_ram": "lots"}}])
def test_one_mistake_is_enough(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Settings.load(given, stack="dev")


def test_a_value_is_never_told_since_it_may_be_a_secret() -> None:
    with pytest.raises(SettingsError) as failure:
        Settings.load({"web_servers": "sesame"}, stack="dev")
    assert "sesame" not in str(failure.value)


# Names and addresses


@pytest.mark.parametrize(
    ("given", "name"), [({}, "dev-web"), ({"prefix": "test"}, "test-web"), ({"prefix": ""}, "web")]
)
def test_names_begin_with_the_environment(given: dict[str, Any], name: str) -> None:
    assert Settings.load(given, stack="dev").name("web") == name


@pytest.mark.parametrize(
    ("stack", "networks"),
    [
        ("dev", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("prod", ["10.0.2.0/24", "10.0.3.0/24"]),
        ("pr-0", ["10.8.0.0/24", "10.8.1.0/24"]),
        ("pr-17", ["10.8.34.0/24", "10.8.35.0/24"]),
    ],
)
def test_an_environment_always_has_the_same_networks(stack: str, networks: list[str]) -> None:
    settings = Settings.load({}, stack=stack)
    assert [settings.network(), settings.network(1)] == networks


def test_no_pool_no_networks() -> None:
    with pytest.raises(pulumi.RunError, match="Environment has no pool"):
        Environment.load({}, stack="dev").network()


@given(
    names=st.lists(st.from_regex(r"[a-z]{1,6}\d?", fullmatch=True), unique=True, max_size=8),
    networks=st.integers(1, 8),
    more=st.integers(0, 60),
)
def test_no_two_environments_clash_and_more_of_them_move_none(names: list[str], networks: int, more: int) -> None:
    pool = Pool("10.0.0.0/16", prefix=25, environments=tuple(names), networks=networks)
    several = [*names, *(f"pr-{number}" for number in range(more % pool.places))]
    drawn = [pool.network(name, number) for name in several for number in range(networks)]
    assert len(set(drawn)) == len(drawn)
    assert all(network.prefixlen == 25 and ip_network("10.0.0.0/16").overlaps(network) for network in drawn)
    larger = Pool("10.0.0.0/16", prefix=25, environments=(*names, "new-one"), networks=networks)
    assert [larger.network(name) for name in several] == [pool.network(name) for name in several]


def test_sandboxes_share_networks_only_as_far_apart_as_the_pool_has_places() -> None:
    pool = Pool("10.0.0.0/20", prefix=24, environments=("dev",))
    assert pool.places == 8
    assert pool.network("pr-3") == pool.network("pr-11")
    assert len({pool.network(f"pr-{number}") for number in range(3, 11)}) == 8


def test_a_pool_may_be_of_ipv6() -> None:
    assert str(Pool("fd00::/48", prefix=64, environments=("dev", "prod")).network("prod")) == "fd00:0:0:1::/64"


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"prefix": 8}, "has no network of that size"),
        ({"prefix": 33}, "has no network of that size"),
        ({"networks": 0}, "has at least one network"),
        ({"environments": ("dev", "dev")}, "dev is listed twice"),
        ({"prefix": 13, "environments": ("dev", "prod")}, "has room for 1 with 1 networks /13 each"),
        ({"cidr": "10.0.0.1/12"}, "Give the network itself, '10.0.0.0/12'"),
    ],
)
def test_a_pool_that_promises_nothing_is_refused(wrong: dict[str, Any], cause: str) -> None:
    with pytest.raises(pulumi.RunError, match=cause):
        Pool(**{"cidr": "10.0.0.0/12", "prefix": 24, "environments": ("dev",), **wrong})


@pytest.mark.parametrize(("environment", "number"), [("dev", 1), ("dev", -1), ("elsewhere", 0)])
def test_a_network_that_is_nobodys_is_refused(environment: str, number: int) -> None:
    with pytest.raises(ValueError, match=r"^number -?1: each environment|none of the environments"):
        Pool("10.0.0.0/12", prefix=24, environments=("dev",)).network(environment, number)


def test_a_pool_for_one_environment_has_no_place_for_a_sandbox() -> None:
    with pytest.raises(ValueError, match=r"none of the environments \(none\)"):
        Pool("10.0.0.0/24", prefix=24, environments=()).network("pr-1")


# Expiry


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 11, 24, tzinfo=UTC),
        datetime(2026, 11, 24, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 25, 1, 0, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_sandbox_lives_to_the_end_of_a_day(now: datetime) -> None:
    settings = Settings.load({}, stack="pr-17", now=now)
    assert settings.is_sandbox
    assert settings.expires == EXPIRES == end_of_day(now, timedelta(days=3))


def test_other_stacks_do_not_expire() -> None:
    assert Settings.load({}, stack="dev").expires is None
    assert not Settings.load({}, stack="dev").is_sandbox
    assert not Environment.load({}, stack="pr-17").is_sandbox


@given(st.one_of(st.none(), st.text()))
def test_what_is_said_of_an_expiry_is_read_again(text: str | None) -> None:
    told = with_expiry(text, EXPIRES)
    assert expiry_in(told) == expiry_in(f"{told}\n[pulumi shop/pr-17 web 1c0ffee5]") == EXPIRES
    assert with_expiry(told, EXPIRES) == told
    assert expiry_in(with_expiry(told, NOW)) == NOW


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "expires soon",
        "expires 2026-13-45T00:00Z",
        "expires 2026-11-28T00:00Z\nand more",
        "never expires 2026-11-28T00:00Z",
        "expires 2026-11-28",
    ],
)
def test_what_names_no_time_does_not_expire(text: str | None) -> None:
    assert expiry_in(text) is None


# In a program


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The configuration of the running program's stack."""
    config: dict[str, str] = {}
    monkeypatch.setattr(pulumi.runtime, "get_config", config.get)
    return config


@pytest.fixture
def program(engine: Engine) -> Iterator[Engine]:
    """A running program, whose transformations end with it."""
    root: Any = pulumi.runtime.get_root_resource()
    root._transformations, before = None, root._transformations
    yield engine
    root._transformations = before


def in_stack(monkeypatch: pytest.MonkeyPatch, stack: str) -> None:
    monkeypatch.setattr(pulumi, "get_stack", lambda: stack)


def test_a_program_reads_the_configuration_of_its_stack(program: Engine, configured: dict[str, str]) -> None:
    configured["shop:settings"] = json.dumps({"web_servers": 4})
    settings = Settings.load()
    assert (settings.stack, settings.web_servers) == ("dev", 4)
    Network("lan", name=settings.name("lan"), description="office")
    settle()
    assert program.inputs("lan")["description"] == "office"


def test_a_program_without_configuration_has_the_defaults(program: Engine, configured: dict[str, str]) -> None:
    assert Settings.load().web_servers == 2


def test_configuration_that_is_no_json_is_refused(program: Engine, configured: dict[str, str]) -> None:
    configured["shop:settings"] = "web_servers=4"
    with pytest.raises(SettingsError, match="they are no mapping from settings"):
        Settings.load()


def test_a_program_is_held_to_its_limits(program: Engine, configured: dict[str, str]) -> None:
    configured["shop:settings"] = json.dumps({"limits": {"max_cores": 4, "protected": ["db-*"]}})
    assert Settings.load().limits == Limits(max_cores=4, protected=("db-*",))
    VirtualMachine("web", name="web", cpu_cores=4)
    with pytest.raises(Exception, match="the stack has 5 cores"):
        VirtualMachine("more", name="more", cpu_cores=1)


def test_in_a_sandbox_everything_says_when_it_expires(
    program: Engine, configured: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_stack(monkeypatch, "pr-17")
    settings = Settings.load(now=NOW)
    lan = Network("lan", name=settings.name("lan"), description="office")
    vm = VirtualMachine("web", name=settings.name("web"))
    Address("dns", network=lan, ip="10.0.0.5", type="static", description=lan.id.apply(lambda id: f"of {id}"))
    Snapshot("before", vm=vm, name="before")
    Power("on", of=vm, state="running")
    Firewall("rules", network=lan, rules=[FirewallRule(name="ssh"), FirewallRule(name="web", description="shop")])
    Network.get("external", "3")
    settle()
    told = {name: program.inputs(name).get("description") for name in program.registered}
    line = "expires 2026-11-28T00:00Z"
    assert told["lan"] == f"office\n{line}"
    assert told["web"] == line
    assert told["dns"] == f"of 42\n{line}"
    assert told["on"] is None
    assert told["external"] is None
    assert [rule["description"] for rule in program.inputs("rules")["rules"]] == [line, f"shop\n{line}"]


def test_a_sandbox_is_held_to_its_prefix(
    program: Engine, configured: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_stack(monkeypatch, "pr-17")
    settings = Settings.load(now=NOW)
    Network("lan", name=settings.name("lan"))
    with pytest.raises(Exception, match="does not begin with 'pr-17-'"):
        Network("other", name="lan")
