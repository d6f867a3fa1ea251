"""What guests report of themselves: read with care, and waited for."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.compute import _guest as guest

IPV4, IPV6 = "10.0.0.5", "fd00::5"


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM whose guest has an agent."""
    return bench.create("VirtualMachine", "vm", name="web", guest_agent=True)


def reports(vm: Managed, *addresses: str, hostname: str = "web.example") -> None:
    vm.bench.simulator.guest(int(vm.outs["machine"]), addresses=addresses, hostname=hostname)


def start(vm: Managed, **arguments: Any) -> Managed:
    return vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="running", **arguments)


def problems(bench: Bench, **arguments: Any) -> list[str]:
    check = bench.provider("Power").check({}, {"of": "vms/1", "state": "running", **arguments})
    return [failure.reason for failure in check.failures]


# Reading a report ----------------------------------------------------------------------------------------------------


def govergeos(*addresses: str) -> dict[str, Any]:
    """Return a report in the layout of the vendor's Go client."""
    own = [{"ip-address-type": "ipv4", "ip-address": text, "prefix": 24} for text in addresses]
    return {
        "hostname": "web",
        "network": [{"name": "eth0", "hardware-address": "f0:db:30:00:00:01", "ip-addresses": own}],
    }


@pytest.mark.parametrize(
    ("report", "found"),
    [
        ([], []),
        ({}, []),
        (None, []),
        ("10.0.0.5", []),
        (govergeos(IPV4, IPV6, IPV4), [IPV4, IPV6]),
        (govergeos("127.0.0.1", "::1", "169.254.1.1", "fe80::1%eth0", IPV4), [IPV4]),
        (
            govergeos("10.0.0.5/24", " FD00:0::5%eth0 ", "10.0.0", str(IPv4Address(0)), "::", "224.0.0.1", "ff02::1"),
            [IPV4, IPV6],
        ),
        ({"network": {"eth0": {"addresses": [IPV4, [IPV6]]}}}, [IPV4, IPV6]),
        ({"ip": IPV4, "ipv6": IPV6, "gateway": "10.0.0.1", "dns": ["10.0.0.2"], "version": "1.2.3.4"}, [IPV4, IPV6]),
        ({"address": 167772165, "addr": None, "ip": True}, []),
        (govergeos("10.0.0.5\n", "\x1b[31m10.0.0.6", "10.0.0.7%\x1b[31m"), [IPV4, "10.0.0.7"]),
    ],
)
def test_the_addresses_in_a_report(report: Any, found: list[str]) -> None:
    assert guest.addresses(report) == found


def test_which_addresses_count_is_for_the_program_to_say() -> None:
    report = govergeos("127.0.0.1", "172.17.0.1", IPV4, IPV6)
    assert guest.addresses(report, []) == ["127.0.0.1", "172.17.0.1", IPV4, IPV6]
    assert guest.addresses(report, ["172.16.0.0/12", "fd00::/8"]) == ["127.0.0.1", IPV4]


def test_a_report_of_any_size_is_read_only_so_far() -> None:
    many = govergeos(*(f"10.1.{number // 250}.{number % 250 + 1}" for number in range(1000)))
    assert guest.addresses(many) == [f"10.1.0.{number + 1}" for number in range(guest.MOST_ADDRESSES)]
    assert guest.addresses({"network": [{}] * guest.MOST_NODES, "ip": IPV4}) == []
    deep: Any = IPV4
    for _ in range(guest.MOST_NODES + 1):
        deep = {"address": deep}
    assert guest.addresses(deep) == []


@pytest.mark.parametrize(
    ("report", "name"),
    [
        (govergeos(), "web"),
        ({"host-name": "a.b-c_d.example"}, "a.b-c_d.example"),
        ({"hostname": "two words", "host_name": "web"}, "web"),
        ({"hostname": "web\n"}, None),
        ({"hostname": "\x1b[31mweb"}, None),
        ({"hostname": "w" * 254}, None),
        ({"hostname": ["web"]}, None),
        ({"hostname": ""}, None),
        ([], None),
    ],
)
def test_the_host_name_in_a_report(report: Any, name: str | None) -> None:
    assert guest.hostname(report) == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([IPV4, IPV6, "::1%x"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["ip-address", "network", "hostname", "x"]), inner),
)


@settings(max_examples=30)
@given(JSON)
def test_no_report_is_too_strange(report: Any) -> None:
    found = guest.addresses(report, [])
    assert set(found) <= {IPV4, IPV6, "::1"}
    name = guest.hostname(report)
    assert name is None or name.isprintable()


# As outputs ----------------------------------------------------------------------------------------------------------


def test_what_a_guest_reports_is_an_output(vm: Managed) -> None:
    power = start(vm)
    assert (power.outs["addresses"], power.outs["guest_hostname"]) == (None, None)
    reports(vm, "127.0.0.1", IPV4, IPV6)
    later = Bench(vm.bench.simulator)
    later.simulator.reset("log")
    vm.seen_by(later).refresh()
    power = power.seen_by(later)
    power.refresh()
    assert (power.outs["addresses"], power.outs["guest_hostname"]) == ([IPV4, IPV6], "web.example")
    assert later.asked() == [("GET", "system"), ("GET", "vms")]
    assert power.diff().changes is False
    assert vm.seen_by(later).read().outs["guest_addresses"] == [IPV4, IPV6]


def test_what_is_ignored_is_no_output(vm: Managed) -> None:
    reports(vm, "127.0.0.1", IPV4, IPV6)
    assert start(vm, guest_ignore=["fd00::/8"]).outs["addresses"] == ["127.0.0.1", IPV4]


def test_a_guest_that_stopped_reports_nothing(vm: Managed) -> None:
    reports(vm, IPV4)
    power = start(vm, wait_for_guest="any")
    assert power.outs["addresses"] == [IPV4]
    power.up(state="stopped")
    assert (power.outs["addresses"], power.outs["guest_hostname"]) == (None, None)


def test_a_network_has_no_guest(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    power = bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    assert power.outs["addresses"] is None
    power.refresh()
    assert power.outs["addresses"] is None


# Waiting -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["any", "ipv4", "ipv6"])
def test_a_start_waits_for_the_guest(vm: Managed, family: str) -> None:
    vm.bench.simulator.transitions(looks=3)
    reports(vm, IPV4, IPV6)
    power = start(vm, wait_for_guest=family)
    assert (power.outs["addresses"], power.outs["status"]) == ([IPV4, IPV6], "running")
    assert vm.bench.time.now > 0


def test_a_guest_that_has_reported_costs_no_request_more(vm: Managed) -> None:
    reports(vm, IPV4)
    vm.bench.simulator.reset("log")
    start(vm)
    asked = len(vm.bench.asked())
    start(vm).destroy()
    vm.bench.simulator.reset("log")
    start(vm, wait_for_guest="ipv4")
    assert len(vm.bench.asked()) == asked


def test_the_wanted_address_is_waited_for(vm: Managed) -> None:
    reports(vm, "172.17.0.1", "fe80::1")
    vm.bench.time.meanwhile = lambda: reports(vm, "172.17.0.1", "fe80::1", IPV6)
    power = start(vm, wait_for_guest="ipv6", guest_ignore=["fe80::/10", "172.17.5.0/16"])
    assert power.outs["addresses"] == [IPV6]
    assert power.inputs["guest_ignore"] == ["fe80::/10", "172.17.0.0/16"]


@pytest.mark.parametrize(
    ("family", "words"), [("ipv4", "an ipv4 address"), ("ipv6", "an ipv6 address"), ("any", "an address")]
)
def test_a_guest_that_never_reports_goes_on_with_the_next_run(
    vm: Managed, saved: list[Saved], family: str, words: str
) -> None:
    with pytest.raises(Reported) as error:
        start(vm, wait_for_guest=family, timeout=20)
    assert str(error.value) == (
        f"Unable to create Power 'on': {words} of the guest: still 'none reported' after 20 s (vms/1); the guest must "
        "run its agent, and the VM have guest_agent=True. "
        "It exists and is in the state; the next 'pulumi up' completes it."
    )
    inputs = {
        "of": "vms/1", "state": "running", "wait_for_guest": family, "timeout": 20,
        "__owner": "shop/dev", "__name": "on",
    }  # fmt: skip
    power = Managed(vm.bench, "Power", saved[0].id, inputs, saved[0].outs)
    assert power.diff().changes is True
    reports(vm, IPV4, IPV6)
    power.up()
    assert (power.outs["addresses"], "__unfinished" in power.outs) == ([IPV4, IPV6], False)


def test_a_vm_that_stops_while_its_guest_is_waited_for_is_an_error_at_once(vm: Managed, saved: list[Saved]) -> None:
    machine = int(vm.outs["machine"])
    stopped = {"running": False, "status": "stopped"}
    vm.bench.time.meanwhile = lambda: vm.bench.simulator.edit("machine_status", machine, **stopped)
    with pytest.raises(Reported, match="an address of the guest: it is 'stopped' now, which does not pass by itself"):
        start(vm, wait_for_guest="any")
    assert vm.bench.time.now < 1
    assert len(saved) == 1


def test_asking_for_the_guest_later_waits_then(vm: Managed) -> None:
    power = start(vm)
    reports(vm, IPV4)
    assert power.diff(wait_for_guest="any").replaces == []
    power.up(wait_for_guest="any")
    assert power.outs["addresses"] == [IPV4]


def test_what_shall_be_stopped_is_not_waited_for(vm: Managed) -> None:
    power = vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="stopped", wait_for_guest="any")
    assert vm.bench.time.now == 0
    assert power.outs["addresses"] is None


def test_arguments_that_make_no_sense(bench: Bench) -> None:
    assert problems(bench, of="vnets/1", wait_for_guest="any") == ["wait_for_guest: only a VirtualMachine has a guest."]
    assert problems(bench, of=UNKNOWN, wait_for_guest="any") == problems(bench, wait_for_guest=UNKNOWN) == []
    assert problems(bench, wait_for_guest="ipx") == [
        "wait_for_guest is not a valid choice. Give 'ipv4', 'ipv6' or 'any'."
    ]
    wanted = ["guest_ignore is not a list of networks. Give one, such as ['172.17.0.0/16']."]
    assert problems(bench, guest_ignore=["172.17"]) == problems(bench, guest_ignore=5) == wanted
