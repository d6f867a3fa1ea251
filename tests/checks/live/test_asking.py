"""When a system is asked, how often, and what becomes of a program if it does not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tests.checks.conftest import Said
from tests.checks.live.conftest import Live
from tests.declarations.mocked import Engine
from verge_pulumi import Drive, Group, Network, Nic, Power, Provider, VirtualMachine
from verge_pulumi.checks.findings import Finding
from verge_pulumi.checks.live.names import Names
from verge_pulumi.client.pace import Budget
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.simulator import Options, Simulator

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def program() -> None:
    Network("lan", name="lan", network="10.0.0.0/24")
    for number in range(3):
        VirtualMachine(f"web-{number}", name=f"web-{number}")
        Group(f"group-{number}", name=f"group-{number}")


# How often -----------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_unless_somebody_wants_that(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_LIVE_CHECKS")
    live.unreadable = "not to be read"
    assert live.warnings(program) == []
    assert live.requests() == []


def test_each_table_is_listed_once(live: Live) -> None:
    assert live.warnings(program) == []
    assert live.lists() == ["clusters", "groups", "nodes", "system", "vms", "vnets"]


def test_the_configuration_of_the_stack_may_say_so_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_LIVE_CHECKS")
    live.simulator.add("vnets", name="lan")
    pulumi.runtime.set_config("vergeos:liveChecks", "true")
    assert "name 'lan' is already that of" in live.error(program)
    pulumi.runtime.set_config("vergeos:liveChecks", "false")
    assert live.warnings(program) == []


def test_what_is_neither_true_nor_false_is_refused(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_LIVE_CHECKS", "perhaps")
    assert live.error(program) == (
        "VERGEOS_LIVE_CHECKS (or the configuration vergeos:liveChecks) is 'perhaps' and must be true or false."
    )


# An explicit provider ------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Another system."""
    with Simulator(Options(name="site-b")) as there:
        monkeypatch.setenv("KEY_B", there.api_key)
        yield there


def network_at(there: Simulator, **arguments: Any) -> Network:
    provider = Provider("b", host=there.url, api_key_env="KEY_B", **arguments)
    return Network("lan", name="lan", opts=pulumi.ResourceOptions(provider=provider))


def test_an_explicit_provider_says_it_for_its_system(live: Live, elsewhere: Simulator, engine: Engine) -> None:
    elsewhere.add("vnets", name="lan")
    assert live.warnings(lambda: network_at(elsewhere)) == []
    assert elsewhere.requests() == []
    assert "name 'lan' is already that of" in live.error(lambda: network_at(elsewhere, live_checks=True))
    assert live.requests() == []
    # What only the program has to know is not in the state, where a change of it would be one of the provider.
    assert "vergeos:liveChecks" not in engine.inputs("b")


def test_a_row_of_another_provider_of_the_same_system_is_the_stacks_own(live: Live) -> None:
    live.simulator.add("vms", name="web")
    live.holds(VirtualMachine, "old", 1, name="web")["outputs"]["__origin"]["provider"] = "other"
    assert live.warnings(lambda: VirtualMachine("web", name="web")) == []


def test_a_row_of_another_system_with_the_same_key_is_not(live: Live) -> None:
    live.simulator.add("vms", name="web")
    live.holds(VirtualMachine, "old", 1, name="web")["outputs"]["__origin"] |= {"provider": "b", "system": "other"}
    assert "name 'web' is already that of row 1" in live.error(lambda: VirtualMachine("web", name="web"))


def test_what_moves_to_another_system_is_new_there(live: Live, elsewhere: Simulator) -> None:
    live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan")
    elsewhere.add("vnets", name="lan")
    assert "name 'lan' is already that of" in live.error(lambda: network_at(elsewhere, live_checks=True))


def test_another_providers_settings_may_not_be_known_yet(live: Live, elsewhere: Simulator) -> None:
    def program() -> None:
        host: Any = pulumi.Output.from_input(elsewhere.url)
        provider = Provider("b", host=host, api_key_env="KEY_B", live_checks=True)
        for name in ("one", "two"):
            Network(name, name=name, opts=pulumi.ResourceOptions(provider=provider))

    assert live.warnings(program) == [
        "live checks: there are none in this run: the settings of the provider 'b' are outputs of other resources."
    ]


# A system that does not answer ---------------------------------------------------------------------------------------


def test_a_system_that_is_away_is_told_of_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("VERGEOS_HOST", f"http://127.0.0.1:{closed.getsockname()[1]}")
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: what follows is left out: GET /api/v4/system failed: ")


def test_a_system_that_goes_away_is_told_of_once(live: Live) -> None:
    live.simulator.faults({"match": {"path": "/vms$", "times": 99}, "when": "before", "what": "status", "status": 503})
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: what follows is left out: GET /api/v4/vms failed: ")
    assert "groups" not in live.requests()


def test_a_system_that_asks_for_fewer_requests_is_not_waited_for(live: Live) -> None:
    match = {"path": "/vnets$", "times": 99}
    live.simulator.faults({"match": match, "when": "before", "what": "rate_limit", "retry_after": 60})
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: what follows is left out: GET /api/v4/vnets failed: ")
    assert live.lists() == ["system", "vnets"]


def test_a_system_that_is_silent_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verge_pulumi.checks.live.site.PATIENCE", 0.2)
    live.simulator.faults({"match": {"path": "/system", "times": 99}, "when": "before", "what": "hang"})
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: what follows is left out: GET /api/v4/system failed: ")


def test_a_system_that_answers_slowly_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verge_pulumi.checks.live.site.PATIENCE_IN_ALL", 0.0)
    host = live.simulator.url
    assert live.warnings(program) == [f"live checks: what follows is left out: {host} took more than 0 s to answer."]
    assert len(live.requests()) == 2


def test_what_is_no_vergeos_is_told_of_once(live: Live) -> None:
    live.simulator.faults({"match": {"path": "/system", "times": 99}, "when": "before", "what": "garbage"})
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: what follows is left out: ")


def test_a_table_that_the_account_may_not_list_is_told_of_once_and_the_rest_goes_on(live: Live) -> None:
    live.simulator.faults({"match": {"path": "/vms$", "times": 99}, "when": "before", "what": "status", "status": 403})
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: vms is left out: GET /api/v4/vms failed: ")
    assert live.lists().count("vms") == 1
    live.simulator.add("groups", name="group-1")
    assert "name 'group-1' is already that of" in live.error(program)


def test_what_refers_to_a_table_that_cannot_be_listed_is_looked_at_all_the_same(live: Live) -> None:
    mac = "f0:db:30:00:00:01"
    vm = live.simulator.add("vms", name="web")
    machine = live.simulator.rows("vms")[-1]["machine"]
    live.simulator.add("machine_nics", machine=machine, name="eth1", macaddress=mac)
    live.simulator.faults({"match": {"path": "/vnets$", "times": 9}, "when": "before", "what": "status", "status": 403})
    told = live.warnings(lambda: Nic("eth0", vm=vm, name="eth0", macaddress=mac, network=Network("lan", name="lan")))
    assert [line for line in told if line.startswith(f"Nic 'eth0': macaddress {mac} is already that of machine_nics/")]


def test_a_row_that_the_account_may_not_read_is_not_said_to_be_missing(live: Live) -> None:
    live.simulator.faults(
        {"match": {"path": "/vnets/42", "times": 99}, "when": "before", "what": "status", "status": 403}
    )
    (warning,) = live.warnings(lambda: Nic("eth0", vm=VirtualMachine("web", name="web"), network=42))
    assert warning.startswith("live checks: vnets is left out: GET /api/v4/vnets/42 failed: ")


def test_rows_of_another_form_fail_nothing(live: Live) -> None:
    # Numbers as text, nothing at all, and a row without its key.
    odd = [
        {"$key": "1", "ram": "4096", "capacity": "many", "tier": 1, "network": 5, "cluster": None},
        {"name": "x"},
        {},
    ]
    tables = ("vnets", "vms", "nodes", "clusters", "storage_tiers", "machine_nics", "vnet_addresses")
    answer = {"when": "before", "what": "status", "status": 200, "body": odd}
    live.simulator.faults(*({"match": {"path": f"/{table}$", "times": 99}, **answer} for table in tables))

    def program() -> None:
        lan = Network("lan", name="lan", network="10.0.0.0/24", layer2_type="vlan", layer2_id=100, uplink=4)
        web = VirtualMachine("web", name="web", ram=4096, cluster=1)
        Nic("eth0", vm=web, network=lan, macaddress="f0:db:30:00:00:01")
        Drive("root", vm=web, name="root", disksize="1GiB", preferred_tier="1")
        Power("web", of=web, state="running")

    assert not [text for text in live.warnings(program) if "unexpected" in text]


class Surprised:
    """A check that meets what nobody thought of."""

    def __init__(self, *_: object) -> None:
        pass

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        raise TypeError("no such row")


def test_a_check_that_fails_is_told_of_once_and_the_others_go_on(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verge_pulumi.checks.live.MAKERS", (Surprised, Names))
    assert live.warnings(program) == [
        "live checks: the check Surprised is left out: unexpected TypeError: no such row. Set VERGEOS_DEBUG=1 for "
        "details and please report it."
    ]
    live.simulator.add("groups", name="group-1")
    assert "name 'group-1' is already that of" in live.error(program)
    monkeypatch.setenv("VERGEOS_DEBUG", "1")
    with pytest.raises(TypeError, match="no such row"):
        live.warnings(program)


def test_an_hour_that_is_used_up_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def used_up(settings: Settings, *_: object) -> Budget:
        budget = Budget(1, sleep=lambda seconds: pytest.fail("it waits"))
        with budget.turn():
            return budget

    monkeypatch.setattr(Settings, "budget", used_up)
    assert live.warnings(program) == ["live checks: what follows is left out: the requests of this hour are used up."]


def test_another_system_than_that_of_the_state_is_told_of_once(live: Live) -> None:
    live.holds(Network, "other", 42, name="other")["outputs"]["__origin"]["system"] = "another"
    live.simulator.add("vnets", name="lan")
    host = live.simulator.url
    assert live.warnings(program) == [
        f"live checks: what follows is left out: {host} is another system than that of this stack's objects."
    ]


# The settings and the state -------------------------------------------------------------------------------------------


def test_missing_settings_are_for_the_providers_to_tell(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_HOST")
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: there are none in this run: VERGEOS_HOST ")


def test_a_host_that_cannot_be_one_is_told_of_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", "http://verge.example.com/path")
    (warning,) = live.warnings(program)
    assert warning.startswith("live checks: there are none in this run: ")


def test_without_the_state_nothing_is_taken_for_somebody_elses(live: Live) -> None:
    live.unreadable = "the state of the stack cannot be read"
    live.simulator.add("vnets", name="lan")
    assert live.warnings(program) == ["live checks: there are none in this run: the state of the stack cannot be read."]
    assert live.requests() == []


def test_what_was_cut_off_is_left_to_the_providers_to_note(live: Live, tmp_path: Path) -> None:
    # A note of the journal is told once, by the provider that meets it first.
    changing = live.holds(Network, "lan", 42, name="lan", __token="0123abcd-0123456789ab")
    live.pending.append({"type": "updating", "resource": changing})
    assert live.warnings(program) == []
    assert not list(tmp_path.rglob("*.attempts"))


def test_a_finding_of_the_program_itself_comes_first(live: Live, said: Said) -> None:
    live.simulator.add("vnets", name="lan")
    error = live.error(
        lambda: Network("lan", name="lan", network="10.0.0.0/24", mtu=9000, uplink=Network("u", name="u", mtu=1500))
    )
    assert "mtu 9000 is more than the 1500" in error
