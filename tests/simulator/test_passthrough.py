"""Devices of VMs and the pools they come from, the pace of NICs, and their addresses.

See docs/vergeos/virtual-machines.md §7, §8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator


@pytest.fixture
def web(http: Http) -> tuple[int, int]:
    return http.vm("web")


@pytest.fixture
def pools(http: Http) -> dict[str, str]:
    return {row["type"]: row["$key"] for row in http.get("resource_groups", fields="$key,type")}


def word(http: Http, key: int) -> str:
    return str(http.get(f"machine_devices/{key}", fields="status#status as word")["word"])


def test_there_is_a_pool_of_each_kind(http: Http, pools: dict[str, str]) -> None:
    assert len(pools) == 5
    for kind, key in pools.items():
        assert len(key) == 36
        assert http.get(f"resource_groups/{key}", fields="type") == {"type": kind}
        assert http.get("resource_groups", fields="type", filter=f"$key eq '{key}'") == [{"type": kind}]


def test_a_pool_and_its_rules(http: Http) -> None:
    key = http.post("resource_groups", {"name": "keys", "type": "node_usb_devices", "class": "hid"})["$key"]
    rule = http.post("resource_rules", {"resource_group": key, "name": "all", "filter": "vendor_id eq '1'"})["$key"]
    assert http.get(f"resource_rules/{rule}", fields="resource_group,enabled") == {
        "resource_group": key, "enabled": True,
    }  # fmt: skip
    http.delete(f"resource_groups/{key}")
    assert http.get("resource_rules") == []


def test_the_documented_request(http: Http, web: tuple[int, int], pools: dict[str, str]) -> None:
    body = {"machine": str(web[1]), "resource_group": pools["node_usb_devices"], "settings_args": {}}
    receipt = http.post("machine_devices", body)
    assert receipt["$key"] == "1"
    row = http.get("machine_devices/1", fields="all,settings_args,status#status as word")
    assert (row["type"], row["name"], row["orderid"], row["word"]) == ("node_usb_devices", "device_0", 0, "offline")
    assert (row["enabled"], row["optional"], row["uuid"]) == (True, False, receipt["response"]["uuid"])
    listed = http.get("machines", fields="devices[name,type]", filter=f"$key eq {web[1]}")
    assert listed == [{"devices": [{"name": "device_0", "type": "node_usb_devices"}]}]


@pytest.mark.parametrize(
    ("columns", "status", "text"),
    [
        ({}, 422, "'resource_group'"),
        ({"type": "node_pci_devices"}, 422, "'resource_group'"),
        ({"type": "tpm", "settings_args": {"version": "1.2"}}, 422, "'settings_args'"),
        ({"type": "tpm", "settings_args": {"model": "none"}}, 422, "'settings_args'"),
        ({"type": "floppy"}, 422, "value 'floppy' is not in list for field 'type'"),
        ({"type": "tpm", "resource_group": "12345678-1234-1234-1234-123456789012"}, 404, "'resource_group'"),
        ({"type": "tpm", "count": 2}, 501, "several devices"),
        ({"type": "tpm", "count": 17}, 422, "'count'"),
    ],
)
def test_a_device_that_makes_no_sense_is_refused(
    http: Http, web: tuple[int, int], columns: dict[str, Any], status: int, text: str
) -> None:
    refusal = http.error("POST", "machine_devices", {"machine": web[1], **columns})
    assert refusal[0] == status
    assert text in refusal[1]
    assert http.get("machine_devices") == []


def test_the_settings_of_a_tpm_are_fixed(http: Http, web: tuple[int, int], pools: dict[str, str]) -> None:
    settings = {"model": "crb", "version": "2"}
    tpm = http.post("machine_devices", {"machine": web[1], "type": "tpm", "settings_args": settings})["$key"]
    refusal = http.error("PUT", f"machine_devices/{tpm}", {"settings_args": {"version": "1"}})
    assert refusal == (422, "field 'settings_args' is readonly")
    http.put(f"machine_devices/{tpm}", {"settings_args": settings, "name": "tpm"})
    usb = http.post("machine_devices", {"machine": web[1], "resource_group": pools["node_usb_devices"]})["$key"]
    http.put(f"machine_devices/{usb}", {"settings_args": {"guest_reset": True}})
    assert http.get(f"machine_devices/{usb}", fields="settings_args") == {"settings_args": {"guest_reset": True}}


def test_devices_follow_the_power(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    first = int(http.post("machine_devices", {"machine": machine, "type": "tpm"})["$key"])
    http.act(key, "poweron")
    late = int(http.post("machine_devices", {"machine": machine, "type": "tpm"})["$key"])
    assert (word(http, first), word(http, late)) == ("online", "offline")
    assert http.error("DELETE", f"machine_devices/{first}") == (422, "Unable to delete online device")
    http.delete(f"machine_devices/{late}")
    http.act(key, "kill")
    http.delete(f"machine_devices/{first}")
    http.post("machine_devices", {"machine": machine, "type": "tpm"})
    http.delete(f"vms/{key}")
    assert http.get("machine_devices") == http.get("machine_device_status") == []


# NICs ----------------------------------------------------------------------------------------------------------------


def plugged(client: Http, seconds: float) -> tuple[int, int]:
    """Plug two NICs in, the second some seconds after the first; return the status of the answers."""
    key, machine = client.vm("web")
    client.act(key, "poweron")
    client.simulator.clock("manual")
    answers = []
    for _ in range(2):
        device = client.post("machine_nics", {"machine": machine, "vnet": 3})["$key"]
        body = {"vm": key, "action": "hotplugnic", "params": {"device": device}}
        answers.append(client.send("POST", "/api/v4/vm_actions", json=body).status_code)
        client.simulator.clock(advance=seconds)
    return answers[0], answers[1]


@pytest.mark.parametrize(("release", "seconds", "second"), [("26.1.8", 2.9, 422), ("26.1.8", 3, 201), ("26.0", 0, 201)])
def test_nics_are_plugged_in_three_seconds_apart(
    start: Callable[..., Http], release: str, seconds: float, second: int
) -> None:
    assert plugged(start(release=release), seconds) == (201, second)


def test_a_plug_takes_time_and_is_lost_when_the_vm_stops(
    simulator: Simulator, http: Http, web: tuple[int, int]
) -> None:
    key, machine = web
    http.act(key, "poweron")
    nic = http.post("machine_nics", {"machine": machine, "vnet": 3})["$key"]
    simulator.clock("manual")
    simulator.transitions(seconds=5)
    http.act(key, "hotplugnic", device=nic)
    assert http.get(f"machine_nics/{nic}", fields="status#status as word") == {"word": "down"}
    http.act(key, "kill")
    simulator.clock(advance=5)
    assert http.get(f"machine_nics/{nic}", fields="status#status as word") == {"word": "down"}


def test_a_nic_shows_the_address_that_is_reserved_for_it(http: Http, web: tuple[int, int]) -> None:
    lan = http.post("vnets", {"name": "lan", "network": "10.0.0.0/24"})["$key"]
    nic = http.post("machine_nics", {"machine": web[1], "vnet": lan, "macaddress": "F0:DB:30:00:00:AA"})["$key"]
    other = http.post("machine_nics", {"machine": web[1], "vnet": lan})["$key"]

    def shown() -> list[str | None]:
        return [http.get(f"machine_nics/{key}", fields="ipaddress")["ipaddress"] for key in (nic, other)]

    body = {"vnet": lan, "type": "static", "ip": "10.0.0.5", "mac": "F0:DB:30:00:00:AA"}
    key = http.post("vnet_addresses", body)["$key"]
    assert shown() == ["10.0.0.5", None]
    http.put(f"vnet_addresses/{key}", {"ip": "10.0.0.6"})
    assert shown() == ["10.0.0.6", None]
    http.put(f"vnet_addresses/{key}", {"mac": http.get(f"machine_nics/{other}", fields="macaddress")["macaddress"]})
    assert shown() == [None, "10.0.0.6"]
    http.delete(f"vnet_addresses/{key}")
    assert shown() == [None, None]
    http.post("vnet_addresses", {"vnet": lan, "type": "ipalias", "ip": "10.0.0.9"})
    assert shown() == [None, None]
    assert http.get(f"vnets/{lan}", fields="need_fw_apply") == {"need_fw_apply": True}


# Pools ---------------------------------------------------------------------------------------------------------------


def test_settings_of_a_pool_are_written_by_an_argument_and_read_through_a_reference(http: Http) -> None:
    settings = {"numvfs": 4, "trust": "on"}
    body = {"name": "nics", "type": "node_sriov_nic_devices", "settings_args": settings}
    key = http.post("resource_groups", body)["$key"]
    read = http.get(f"resource_groups/{key}", fields="uuid,settings_args,settings[all] as settings")
    assert (read["uuid"], read["settings_args"]) == (key, None)
    assert {name: read["settings"][name] for name in ("numvfs", "trust", "vlan")} == {**settings, "vlan": 0}
    http.put(f"resource_groups/{key}", {"settings_args": {"vlan": 7}})
    found = http.get(f"resource_groups/{key}", fields="settings#vlan as vlan,settings#numvfs as numvfs")
    assert found == {"vlan": 7, "numvfs": 4}
    http.delete(f"resource_groups/{key}")
    assert http.simulator.rows("resource_group_settings_node_sriov_nic_devices") != []  # that of the seed
    assert key not in [
        r["resource_group"] for r in http.simulator.rows("resource_group_settings_node_sriov_nic_devices")
    ]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"settings_args": {"numvfs": "many"}}, 422, "'numvfs'"),
        ({"settings_args": [1]}, 422, "'settings_args'"),
        ({"key_args": [1]}, 501, "the key of a device"),
        ({"type": "tpm"}, 422, "is not in list for field 'type'"),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused(http: Http, body: dict[str, Any], status: int, text: str) -> None:
    refusal = http.error("POST", "resource_groups", {"name": "nics", "type": "node_sriov_nic_devices", **body})
    assert refusal[0] == status
    assert text in refusal[1]


def test_a_setting_that_a_type_has_not_is_dropped_and_counted(http: Http, pools: dict[str, str]) -> None:
    http.put(f"resource_groups/{pools['node_usb_devices']}", {"settings_args": {"vlan": 7}})
    http.put(f"resource_groups/{pools['node_pci_devices']}", {"settings_args": {"vlan": 7}})
    assert http.simulator.counters().unknown_columns == {("resource_groups", "settings_args.vlan"): 2}


def test_a_pool_in_use_is_not_deleted_and_its_type_never_changes(
    http: Http, web: tuple[int, int], pools: dict[str, str]
) -> None:
    key = pools["node_usb_devices"]
    assert http.error("PUT", f"resource_groups/{key}", {"type": "node_pci_devices"})[0] == 422
    device = http.post("machine_devices", {"machine": web[1], "resource_group": key})["$key"]
    assert http.error("DELETE", f"resource_groups/{key}")[0] == 409
    http.delete(f"machine_devices/{device}")
    http.delete(f"resource_groups/{key}")


def test_a_rule_has_the_type_of_its_pool(http: Http, pools: dict[str, str]) -> None:
    body = {"resource_group": pools["node_usb_devices"], "name": "all", "filter": "vendor ct 'x'"}
    key = http.post("resource_rules", body)["$key"]
    assert http.get(f"resource_rules/{key}", fields="type,system_created") == {
        "type": "node_usb_devices", "system_created": False,
    }  # fmt: skip
    assert http.error("POST", "resource_rules", {**body, "auto_create_based_on": 3})[0] == 501
