"""Snapshots, what is made of them, and what guests report.

See docs/vergeos/virtual-machines.md §4, §5, §9, docs/vergeos/quirks.md §W11, §R9.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

GIB = 1 << 30
FIELDS = "$key,name,machine,is_snapshot"


@pytest.fixture
def web(http: Http) -> tuple[int, int]:
    """A VM with a drive and a NIC."""
    key, machine = http.vm("web", ram=2048, description="the original", guest_agent=True)
    http.post("machine_drives", {"machine": machine, "name": "disk", "disksize": GIB})
    http.post("machine_nics", {"machine": machine, "name": "eth0", "vnet": 3})
    return key, machine


def take(http: Http, machine: int, **columns: Any) -> int:
    return int(http.post("machine_snapshots", {"machine": machine, "name": "before", **columns})["$key"])


def snapshot(http: Http, key: int) -> Any:
    return http.get(f"machine_snapshots/{key}", fields="all")


def hidden(http: Http, key: int) -> Any:
    """Return the VM that holds a snapshot's content, as clients find it."""
    machine = snapshot(http, key)["snap_machine"]
    (row,) = http.get("vms", fields=FIELDS, filter=f"machine eq {machine}")
    return row


def devices(http: Http, machine: int) -> Any:
    return http.get(f"machines/{machine}", fields="drives[name,disksize],nics[name,macaddress]")


def test_a_snapshot_is_a_hidden_vm(http: Http, web: tuple[int, int]) -> None:
    key = take(http, web[1], description="d", created_manually=True)
    row = snapshot(http, key)
    assert (row["name"], row["description"], row["created_manually"], row["quiesced"]) == ("before", "d", True, False)
    assert "quiesce" not in row
    twin = hidden(http, key)
    assert (twin["name"], twin["is_snapshot"]) == ("web", True)
    assert devices(http, twin["machine"]) == devices(http, web[1])
    assert [vm["$key"] for vm in http.get("vms", fields=FIELDS, filter="name eq 'web' and is_snapshot eq false")] == [
        web[0]
    ]
    assert http.get(f"machines/{web[1]}", fields="snapshots[name]") == {"snapshots": [{"name": "before"}]}


def test_the_name_of_a_snapshot_is_not_taken(http: Http, web: tuple[int, int]) -> None:
    take(http, web[1])
    http.put(f"vms/{web[0]}", {"name": "web", "note": "n"})
    http.put(f"vms/{web[0]}", {"name": "other"})
    http.vm("web")
    assert http.error("POST", "vms", {"name": "web"})[0] == 409


@pytest.mark.parametrize(
    ("columns", "expires", "kind"),
    [({}, 72 * 3600, "date"), ({"expires": None}, 72 * 3600, "date"), ({"expires": 0}, None, "never")],
)
def test_when_a_snapshot_expires(
    simulator: Simulator, http: Http, web: tuple[int, int], columns: dict[str, Any], expires: int | None, kind: str
) -> None:
    simulator.clock("manual")
    row = snapshot(http, take(http, web[1], **columns))
    assert row["expires"] == (0 if expires is None else int(simulator.clock()) + expires)
    assert row["expires_type"] == kind


def test_the_expiry_changes(http: Http, web: tuple[int, int]) -> None:
    key = take(http, web[1], expires=1900000000)
    http.put(f"machine_snapshots/{key}", {"expires": 0})
    assert snapshot(http, key)["expires_type"] == "never"
    http.put(f"machine_snapshots/{key}", {"expires": 1900000000})
    http.put(f"machine_snapshots/{key}", {"name": "renamed"})
    row = snapshot(http, key)
    assert (row["expires"], row["expires_type"], row["name"]) == (1900000000, "date", "renamed")
    refusal = http.error("PUT", f"machine_snapshots/{key}", {"quiesce": True})
    assert refusal == (422, "field 'quiesce' is readonly")


def test_quiescing_needs_a_running_guest_with_an_agent(http: Http, web: tuple[int, int]) -> None:
    assert not snapshot(http, take(http, web[1], quiesce=True))["quiesced"]
    http.act(web[0], "poweron")
    assert snapshot(http, take(http, web[1], quiesce=True))["quiesced"]
    assert not snapshot(http, take(http, web[1], quiesce=False))["quiesced"]
    http.put(f"vms/{web[0]}", {"guest_agent": False})
    assert not snapshot(http, take(http, web[1], quiesce=True))["quiesced"]


def test_a_snapshot_takes_time(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    simulator.transitions(looks=2)
    key = take(http, web[1])
    assert [snapshot(http, key)["snap_machine"] is None for _ in range(3)] == [True, True, False]


def test_a_snapshot_of_no_vm_is_refused(http: Http, web: tuple[int, int]) -> None:
    (node,) = http.get("nodes", fields="machine", filter="name eq 'node1'")
    twin = hidden(http, take(http, web[1]))
    for machine in (node["machine"], twin["machine"]):
        refusal = http.error("POST", "machine_snapshots", {"machine": machine, "name": "x"})
        assert refusal == (422, "Validation error on field: 'machine' - 'fails validation test'")


def test_a_snapshot_is_neither_changed_nor_switched(http: Http, web: tuple[int, int]) -> None:
    twin = hidden(http, take(http, web[1]))["$key"]
    refusal = (422, "Virtual Machine is a snapshot")
    assert http.error("PUT", f"vms/{twin}", {"note": "n"}) == refusal
    for action in ("poweron", "kill", "hotplugdrive"):
        assert http.error("POST", "vm_actions", {"vm": twin, "action": action}) == refusal


def test_deleting_a_snapshot_or_its_vm_leaves_nothing(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    before = simulator.snapshot()
    http.delete(f"machine_snapshots/{take(http, web[1])}")
    assert simulator.snapshot() == before
    take(http, web[1])
    simulator.transitions(stuck=["building"])
    take(http, web[1])
    http.delete(f"vms/{web[0]}")
    for table in ("vms", "machine_snapshots", "machine_drives", "machine_nics"):
        assert simulator.rows(table) == []


def test_a_snapshot_of_a_vm_that_went_meanwhile_is_never_complete(
    simulator: Simulator, http: Http, web: tuple[int, int]
) -> None:
    simulator.transitions(stuck=["building"])
    key = take(http, web[1])
    simulator.edit("vms", web[0], machine=None)
    simulator.transitions(stuck=[])
    assert snapshot(http, key)["snap_machine"] is None


def test_a_clone_of_a_snapshot_is_a_vm_like_any(http: Http, web: tuple[int, int]) -> None:
    twin = hidden(http, take(http, web[1]))["$key"]
    http.put(f"vms/{web[0]}", {"ram": 4096})
    answer = http.act(twin, "clone", name="old", description="as it was")["response"]
    row = http.get(f"vms/{answer['vmkey']}", fields="name,ram,description,is_snapshot,created_from")
    assert row == {
        "name": "old", "ram": 2048, "description": "as it was", "is_snapshot": False, "created_from": "clone",
    }  # fmt: skip
    assert len(devices(http, int(answer["machinekey"]))["drives"]) == 1
    http.act(int(answer["vmkey"]), "poweron")


def test_a_restore_brings_the_vm_back(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.post("machine_drives", {"machine": machine, "name": "second", "disksize": GIB})
    twin = hidden(http, take(http, machine))["$key"]
    before = simulator.snapshot()
    http.put(f"vms/{key}", {"ram": 4096, "name": "renamed"})
    first, second = (row["$key"] for row in simulator.rows("machine_drives")[:2])
    http.put(f"machine_drives/{first}", {"disksize": 2 * GIB})
    http.delete(f"machine_drives/{second}")
    http.post("machine_drives", {"machine": machine, "name": "third", "disksize": GIB})
    assert http.act(twin, "restore") is None
    row = http.get(f"vms/{key}", fields="name,ram,machine,is_snapshot")
    assert row == {"name": "renamed", "ram": 2048, "machine": machine, "is_snapshot": False}
    restored = devices(http, machine)
    assert sorted((drive["name"], drive["disksize"]) for drive in restored["drives"]) == [
        ("disk", GIB),
        ("second", GIB),
    ]
    after = simulator.snapshot()
    assert after["machine_drives"][str(first)] == before["machine_drives"][str(first)]
    assert after["machine_nics"] == before["machine_nics"]


def test_a_restore_refuses(http: Http, web: tuple[int, int]) -> None:
    twin = hidden(http, take(http, web[1]))["$key"]
    wrong = {"vm": web[0], "action": "restore"}
    assert http.error("POST", "vm_actions", wrong) == (422, "Virtual Machine is not a snapshot")
    http.act(web[0], "poweron")
    assert http.error("POST", "vm_actions", {"vm": twin, "action": "restore"}) == (422, "Machine must be stopped")


def test_the_disks_of_a_clone_are_copied_in_the_background(
    simulator: Simulator, http: Http, web: tuple[int, int]
) -> None:
    http.post("machine_drives", {"machine": web[1], "name": "cd", "media": "cdrom"})
    simulator.transitions(looks=1)
    machine = http.act(web[0], "clone", name="copy")["response"]["machinekey"]
    fields = "drives[name,status#status as status]"
    seen = [http.get(f"machines/{machine}", fields=fields)["drives"] for _ in range(2)]
    assert [{drive["name"]: drive["status"] for drive in drives} for drives in seen] == [
        {"disk": "importing", "cd": "offline"},
        {"disk": "offline", "cd": "offline"},
    ]


# Guests --------------------------------------------------------------------------------------------------------------

REPORT = {
    "hostname": "web",
    "network": [
        {
            "name": "eth0",
            "ip-addresses": [
                {"ip-address-type": "ipv4", "ip-address": "10.0.0.5"},
                {"ip-address-type": "ipv6", "ip-address": "fd00::5"},
            ],
        }
    ],
}


def report(http: Http, machine: int) -> Any:
    return http.status(machine)["agent_guest_info"]


def test_a_guest_reports_once_it_has_booted(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    simulator.guest(machine, addresses=["10.0.0.5", "fd00::5"], hostname="web")
    assert report(http, machine) == []
    simulator.transitions(looks=1)
    http.act(key, "poweron")
    assert [report(http, machine) for _ in range(3)] == [[], [], REPORT]
    assert http.status(machine)["agent_version"]
    http.act(key, "reset")
    assert [report(http, machine) for _ in range(2)] == [[], REPORT]
    http.act(key, "kill")
    assert (report(http, machine), http.status(machine)["agent_version"]) == ([], "")


def test_the_dial_of_a_guest(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.act(key, "poweron")
    body: dict[str, Any] = {"machine": machine, "addresses": ["10.0.0.5", "fd00::5"], "hostname": "web"}
    assert http.send("PUT", "/_sim/guest", json=body).status_code == 200
    assert report(http, machine) == REPORT
    assert http.send("PUT", "/_sim/guest", json={**body, "addresses": ["10.0.0"]}).status_code == 422
    simulator.reset()
    assert http.vm("web", guest_agent=True) == web
    http.act(key, "poweron")
    assert report(http, machine) == []


def test_a_guest_without_an_agent_reports_nothing(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    key, machine = web
    http.put(f"vms/{key}", {"guest_agent": False})
    http.act(key, "poweron")
    simulator.guest(machine, addresses=["10.0.0.5"])
    assert report(http, machine) == []
    simulator.guest(999, addresses=["10.0.0.5"])


def test_guests_that_boot_at_the_same_moment(simulator: Simulator, http: Http) -> None:
    simulator.clock("manual")
    simulator.transitions(seconds=1)
    machines = []
    for name in ("a", "b"):
        key, machine = http.vm(name, guest_agent=True)
        simulator.guest(machine, addresses=["10.0.0.5"])
        http.act(key, "poweron")
        machines.append(machine)
    simulator.clock(advance=1)
    assert [http.status(machine)["status"] for machine in machines] == ["running", "running"]
    simulator.clock(advance=1)
    assert all(report(http, machine) for machine in machines)


def test_a_loaded_state_knows_no_guests(simulator: Simulator, http: Http, web: tuple[int, int]) -> None:
    simulator.transitions(stuck=["booting"])
    simulator.guest(web[1], addresses=["10.0.0.5"])
    http.act(web[0], "poweron")
    state = http.send("GET", "/_sim/state").json()
    simulator.reset()
    assert http.send("PUT", "/_sim/state", json=state).status_code == 200
    assert report(http, web[1]) == []
