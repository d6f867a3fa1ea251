"""Power of VMs, and their drives and NICs (docs/vergeos/virtual-machines.md §3–§7, §13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

GIB = 1 << 30


@pytest.fixture
def web(http: Http) -> tuple[int, int]:
    return http.vm("web", cpu_cores=2, ram=2048)


def drive(http: Http, machine: int, **columns: Any) -> int:
    return int(http.post("machine_drives", {"machine": machine, "disksize": GIB} | columns)["$key"])


def nic(http: Http, machine: int, **columns: Any) -> int:
    return int(http.post("machine_nics", {"machine": machine, "vnet": 3} | columns)["$key"])


def word(http: Http, table: str, key: int) -> str:
    return str(http.get(f"{table}/{key}", fields="status#status as word")["word"])


def test_a_new_vm_is_stopped_and_empty(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    assert machine > 100 > key
    status = http.status(machine)
    assert (status["status"], status["running"], status["node"], status["$key"]) == ("stopped", False, None, machine)
    assert http.get("machine_drives") == http.get("machine_nics") == []
    row = http.get(f"vms/{key}", fields="machine,machine#cluster as cluster,cpu_type,uuid,machine#name as name")
    assert row["machine"] == machine
    assert (row["cluster"], row["cpu_type"], row["name"]) == (1, "host", "web")
    assert len(row["uuid"]) == 36


def test_power_on_and_off(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    assert http.act(key, "poweron") is None
    status = http.status(machine)
    assert (status["status"], status["running"], status["powerstate"], status["state"]) == (
        "running", True, True, "online",
    )  # fmt: skip
    assert (status["running_cores"], status["running_ram"]) == (2, 2048)
    assert status["node"] in (1, 2)
    again = {"vm": key, "action": "poweron"}
    assert http.error("POST", "vm_actions", again) == (
        422, "Error starting machine: Machine is already running with status 'running'",
    )  # fmt: skip
    assert http.error("DELETE", f"vms/{key}") == (422, "Virtual Machine must be stopped to delete")
    http.act(key, "poweroff")
    status = http.status(machine)
    assert (status["status"], status["running"], status["state"], status["node"]) == ("stopped", False, "offline", None)
    assert status["running_ram"] == 2048
    http.act(key, "poweroff")
    http.act(key, "kill")
    http.delete(f"vms/{key}")


def test_keys_may_be_texts_and_params_missing(http: Http, web: tuple[int, int]) -> None:
    http.post("vm_actions", {"vm": str(web[0]), "action": "poweron", "params": None})
    assert http.status(web[1])["running"]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"vm": 1, "action": "killpower"}, 422, "value 'killpower' is not in list for field 'action'"),
        ({"vm": 1}, 422, "field 'vm_actions.action' is required"),
        ({"action": "kill"}, 422, "field 'vm_actions.vm' is required"),
        ({}, 422, "field 'vm_actions.vm' is required"),
        ({"vm": 9, "action": "kill"}, 404, "error setting field 'vm': No such file or directory"),
        ({"vm": 1, "action": "kill", "params": [1]}, 422, "Invalid argument"),
        ({"vm": 1, "action": "hibernate"}, 501, "the action 'hibernate' is not modelled by this simulator"),
        ({"vm": 1, "action": "reset"}, 422, "Machine is not running"),
        ({"vm": 1, "action": "migrate"}, 422, "Machine is not running"),
    ],
)
def test_actions_refuse(http: Http, web: tuple[int, int], body: dict[str, Any], status: int, text: str) -> None:
    assert http.error("POST", "vm_actions", body) == (status, text)


def test_a_disabled_vm_does_not_start(http: Http) -> None:
    key, _ = http.vm("web", enabled=False)
    refusal = http.error("POST", "vm_actions", {"vm": key, "action": "poweron"})
    assert refusal == (422, "Error starting machine: Machine is disabled")


def test_transitions_take_time_on_the_clock(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    simulator.clock("manual")
    simulator.transitions(seconds=2)
    http.act(key, "poweron")
    status = http.status(machine)
    assert (status["status"], status["running"], status["powerstate"]) == ("starting", False, True)
    assert http.error("POST", "vm_actions", {"vm": key, "action": "poweron"})[1].endswith("'starting'")
    assert http.error("DELETE", f"vms/{key}")[0] == 422
    simulator.clock(advance=1.9)
    assert http.status(machine)["status"] == "starting"
    simulator.clock(advance=0.1)
    assert http.status(machine)["status"] == "running"
    http.act(key, "poweroff")
    status = http.status(machine)
    assert (status["status"], status["running"], status["powerstate"]) == ("stopping", True, False)
    simulator.clock(advance=2)
    assert simulator.rows("machine_status")[-1]["status"] == "stopped"


def test_transitions_end_after_looks(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    simulator.transitions(looks=2)
    http.act(key, "poweron")
    aliased = "machine#status#status as a,machine#status#running as b"
    assert http.get(f"vms/{key}", fields=aliased) == {"a": "starting", "b": False}
    http.get("vms", fields="name,machine")  # shows no status, so it is no look
    assert http.status(machine)["status"] == "starting"
    assert http.get("vms", fields=aliased) == [{"a": "running", "b": True}]


def test_transitions_can_be_stuck(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.act(key, "poweron")
    simulator.transitions(stuck=["stopping"])
    http.act(key, "poweroff")
    http.act(key, "kill")
    assert http.status(machine)["status"] == "stopping"
    simulator.transitions(stuck=[])
    assert http.status(machine)["status"] == "stopped"


def test_kill_ends_a_slow_shutdown(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.act(key, "poweron")
    simulator.transitions(seconds=100)
    http.act(key, "poweroff")
    http.act(key, "kill")
    assert http.status(machine)["status"] == "stopped"
    simulator.transitions(seconds=0)
    http.act(key, "poweron")
    assert http.status(machine)["status"] == "running"


def test_a_guest_can_ignore_the_shutdown_request(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    (key, machine), (other, other_machine) = web, http.vm("other")
    for vm in (key, other):
        http.act(vm, "poweron")
    simulator.transitions(ignore_poweroff=[machine])
    for vm in (key, other):
        http.act(vm, "poweroff")
    assert (http.status(machine)["status"], http.status(other_machine)["status"]) == ("running", "stopped")
    simulator.transitions(ignore_poweroff=True)
    http.act(key, "poweroff")
    assert http.status(machine)["status"] == "running"
    http.act(key, "kill")
    assert http.status(machine)["status"] == "stopped"


@pytest.mark.parametrize("restart", ["reset", "cycle"])
def test_hardware_changes_wait_for_a_restart(http: Http, web: tuple[int, int], restart: str) -> None:
    key, machine = web
    http.put(f"vms/{key}", {"ram": 4096})
    assert http.get(f"vms/{key}", fields="need_restart") == {"need_restart": False}
    http.act(key, "poweron")
    http.put(f"vms/{key}", {"ram": 4096, "note": "x", "boot_order": "c"})
    assert http.get(f"vms/{key}", fields="need_restart") == {"need_restart": False}
    http.put(f"vms/{key}", {"ram": 8192})
    assert http.get(f"vms/{key}", fields="need_restart") == {"need_restart": True}
    assert http.status(machine)["running_ram"] == 4096
    for action in ["reset"] if restart == "reset" else ["poweroff", "poweron"]:
        http.act(key, action)
    assert http.get(f"vms/{key}", fields="need_restart") == {"need_restart": False}
    assert http.status(machine)["running_ram"] == 8192


def test_machine_columns_are_mirrored(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.put(f"vms/{key}", {"ha_group": "+db", "name": "renamed", "cluster": 2})
    assert http.get(f"machines/{machine}", fields="name,ha_group,cluster") == {
        "name": "renamed", "ha_group": "+db", "cluster": 2,
    }  # fmt: skip
    http.act(key, "poweron")
    assert http.status(machine)["node"] == 3


def test_placement_and_migration(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.act(key, "poweron", preferred_node="2")
    assert http.status(machine)["node"] == 2
    http.act(key, "migrate")
    assert (http.status(machine)["node"], http.status(machine)["migrated_node"]) == (1, 2)
    http.act(key, "migrate", preferred_node=2)
    assert http.status(machine)["node"] == 2
    lonely, lonely_machine = http.vm("lonely", cluster=2, preferred_node=3)
    http.act(lonely, "poweron")
    http.act(lonely, "migrate")
    assert http.status(lonely_machine)["node"] == 3


def test_clusters_account_for_what_runs(http: Http, web: tuple[int, int]) -> None:
    fields = "status#running_machines as n,status#used_ram as ram,status#used_cores as cores"
    before = http.get("clusters/1", fields=fields)
    http.act(web[0], "poweron")
    assert http.get("clusters/1", fields=fields) == {"n": before["n"] + 1, "ram": 2048, "cores": 2}
    http.act(web[0], "kill")
    assert http.get("clusters/1", fields=fields) == before


def test_a_cluster_in_use_is_not_deleted(http: Http) -> None:
    assert http.error("DELETE", "clusters/1") == (422, "nodes/machines still referencing")
    assert http.error("DELETE", "catalog_repositories/1")[0] == 422


def test_the_support_procedure_edits_the_status(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    simulator.transitions(stuck=["stopping"])
    http.act(key, "poweron")
    http.act(key, "poweroff")
    fixed = {"running": False, "migratable": True, "status": "stopped", "state": "offline"}
    http.put(f"machine_status/{http.get(f'machines/{machine}', fields='status')['status']}", fixed)
    simulator.transitions(stuck=[])
    assert http.status(machine)["status"] == "stopped"
    http.delete(f"vms/{key}")


def test_a_vm_without_its_machine_fails_loudly(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    simulator.remove("machines", machine)
    assert http.error("POST", "vm_actions", {"vm": key, "action": "poweron"})[0] == 500
    http.put(f"vms/{key}", {"name": "renamed"})
    http.delete(f"vms/{key}")


# Drives and NICs


def test_devices_get_names_orders_and_identities(http: Http, web: tuple[int, int]) -> None:
    machine = web[1]
    drive(http, machine)
    drive(http, machine, name="drive_2", orderid=5)
    drive(http, machine, name="", orderid=2)
    drive(http, machine)
    rows = http.get("machine_drives", fields="name,orderid", sort="+orderid")
    assert [(row["name"], row["orderid"]) for row in rows] == [
        ("drive_0", 0), ("drive_3", 2), ("drive_2", 5), ("drive_6", 6),
    ]  # fmt: skip
    nic(http, machine)
    nic(http, machine, macaddress="F0:DB:30:00:00:FF")
    first, second = http.get("machine_nics", fields="name,macaddress")
    assert first["macaddress"].startswith("f0:db:30:")
    assert (first["name"], second) == ("nic_0", {"name": "nic_1", "macaddress": "f0:db:30:00:00:ff"})
    assert len({row["serial"] for row in http.get("machine_drives", fields="serial")}) == 4


@pytest.mark.parametrize(
    ("columns", "field"),
    [({}, "disksize"), ({"disksize": 0}, "disksize"), ({"media": "import"}, "media_source")],
)
def test_a_drive_without_what_it_needs_is_refused(
    http: Http, web: tuple[int, int], columns: dict[str, Any], field: str
) -> None:
    body = {"machine": web[1]} | columns
    text = f"Validation error on field: '{field}' - 'fails validation test'"
    assert http.error("POST", "machine_drives", body) == (422, text)


def test_a_disk_only_grows(http: Http, web: tuple[int, int]) -> None:
    key = drive(http, web[1])
    http.put(f"machine_drives/{key}", {"disksize": 2 * GIB})
    assert http.error("PUT", f"machine_drives/{key}", {"disksize": GIB})[0] == 422
    assert http.error("PUT", f"machine_drives/{key}", {"disksize": None})[0] == 422
    assert http.error("PUT", f"machine_drives/{key}", {"media": "cdrom"}) == (422, "field 'media' is readonly")
    assert http.get(f"machine_drives/{key}", fields="disksize") == {"disksize": 2 * GIB}


def test_devices_follow_the_power(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    disk, off, wired, loose = (
        drive(http, machine), drive(http, machine, enabled=False), nic(http, machine), nic(http, machine, vnet=None),
    )  # fmt: skip
    http.act(key, "poweron")
    assert [word(http, "machine_drives", row) for row in (disk, off)] == ["online", "offline"]
    assert [word(http, "machine_nics", row) for row in (wired, loose)] == ["up", "lowerlayerdown"]
    assert http.error("DELETE", f"machine_drives/{disk}") == (422, "Unable to delete online drive")
    assert http.error("DELETE", f"machine_nics/{wired}") == (422, "Unable to delete online nic")
    http.delete(f"machine_drives/{off}")
    http.put(f"machine_nics/{loose}", {"vnet": 3})
    http.put(f"machine_nics/{wired}", {"vnet": None})
    assert [word(http, "machine_nics", row) for row in (wired, loose)] == ["lowerlayerdown", "up"]
    http.act(key, "poweroff")
    assert [word(http, "machine_nics", row) for row in (wired, loose)] == ["down", "down"]
    http.put(f"machine_nics/{loose}", {"vnet": None})
    assert word(http, "machine_nics", loose) == "down"
    http.delete(f"machine_drives/{disk}")


def test_hotplug(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    simulator.clock("manual")
    http.act(key, "poweron")
    disk, card = drive(http, machine), nic(http, machine)
    assert (word(http, "machine_drives", disk), word(http, "machine_nics", card)) == ("offline", "down")
    http.act(key, "hotplugdrive", device=disk)
    http.act(key, "hotplugnic", device=str(card))
    assert (word(http, "machine_drives", disk), word(http, "machine_nics", card)) == ("online", "up")
    http.act(key, "hotplugdrive", device=disk, unplug="true")
    simulator.clock(advance=3)
    http.act(key, "hotplugnic", device=card, unplug=True)
    http.delete(f"machine_drives/{disk}")
    http.delete(f"machine_nics/{card}")


def test_hotplug_refuses(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web

    def refusal(**params: Any) -> tuple[int, str]:
        return http.error("POST", "vm_actions", {"vm": key, "action": "hotplugdrive", "params": params})

    disk, foreign = drive(http, machine), drive(http, http.vm("other")[1])
    assert refusal() == (422, "Device is a required parameter")
    assert refusal(device=disk) == (422, "Machine must be in running state to hotplug")
    http.act(key, "poweron")
    cd = drive(http, machine, media="cdrom", interface="ahci")
    # Refused after the row exists, which stays behind (docs/vergeos/quirks.md §W13).
    assert refusal(device=cd) == (422, "Drive 'drive_1' cannot be hotplugged")
    assert word(http, "machine_drives", cd) == "offline"
    for device in (foreign, 99):
        assert refusal(device=device) == (404, "error setting field 'device': No such file or directory")
    http.put(f"vms/{key}", {"allow_hotplug": False})
    assert refusal(device=disk) == (422, "Machine does not allow hotplug")


def test_secure_boot_keys_are_applied_by_the_path_form_only(start: Callable[..., Http]) -> None:
    client = start()
    key, machine = client.vm("web")
    disk = drive(client, machine)
    applied = f"machine_drives/{disk}"
    assert client.put(f"{applied}?action=apply_universal_vars", {}) == []
    assert client.get(applied, fields="ms_2023_kek_applied") == {"ms_2023_kek_applied": False}
    client.act(key, "poweron")
    assert client.error("POST", f"{applied}/apply_universal_vars") == (422, "Machine must be stopped")
    client.act(key, "kill")
    assert client.post(f"{applied}/apply_universal_vars", {}) is None
    assert client.get(applied, fields="ms_2023_kek_applied") == {"ms_2023_kek_applied": True}
    assert client.error("PUT", f"{applied}?action=erase")[0] == 501
    old = start(release="4.12.6")
    old.post("vms", {"name": "web"})
    drive(old, 108)
    assert old.error("POST", "machine_drives/1/apply_universal_vars")[0] == 501


def test_clone(http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    drive(http, machine, serial="abc")
    nic(http, machine)
    http.act(key, "poweron")
    answer = http.act(key, "clone", name="copy", quiesce="true")
    assert answer == {"response": {"vmkey": "2", "machinekey": "109", "machinestatuskey": "109", "clusterkey": "1"}}
    fields = "name,created_from,ram,machine#status#status as s,machine[drives[name,serial],nics[macaddress]]"
    copy = http.get("vms/2", fields=fields)
    (card,) = copy["machine"].pop("nics")
    (original,) = http.get("machine_nics", fields="macaddress", filter=f"machine eq {machine}")
    assert card["macaddress"] != original["macaddress"]
    assert copy == {
        "name": "copy", "created_from": "clone", "ram": 2048, "s": "stopped",
        "machine": {"drives": [{"name": "drive_0", "serial": "abc"}]},
    }  # fmt: skip
    http.act(key, "clone", preserve_macs=True, description="twin")
    twin = http.get("vms/3", fields="name,description,uuid,machine[nics[macaddress]]")
    assert twin["name"].startswith("web_")
    assert twin["description"] == "twin"
    assert twin["uuid"] != http.get(f"vms/{key}", fields="uuid")["uuid"]
    assert twin["machine"] == {"nics": [original]}
    taken = {"vm": key, "action": "clone", "params": {"name": "copy"}}
    assert http.error("POST", "vm_actions", taken)[0] == 409


def test_a_device_without_its_status_fails_loudly(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key = drive(http, web[1])
    simulator.remove("machine_drive_status", key)
    assert http.error("DELETE", f"machine_drives/{key}")[0] == 500
