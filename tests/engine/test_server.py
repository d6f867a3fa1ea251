"""A `Server`: complete before it starts, stopped before it goes, its parts known by their names."""

from __future__ import annotations

import base64
from typing import Any

import pulumi
import pytest

from tests.engine.lab import Lab, Program
from verge_pulumi import CloudInit, DeviceArgs, DriveArgs, Network, NicArgs, PowerArgs, Server, cloudinit

GIB = 1024**3
CANARY = "c4nary-password"


def server(*drives: str, size: str = "1GiB", **settings: Any) -> Program:
    """Return a program of a network and a server on it, with these drives."""

    def program() -> None:
        lan = Network("lan", name="lan")
        given: dict[str, Any] = {"nics": {"eth0": NicArgs(network=lan)}} | settings
        sized = {name: DriveArgs(disksize=size) for name in drives or ("root",)}
        made = Server("web", name="web", drives=sized, **given)
        for name in ("machine", "ram"):
            pulumi.export(name, getattr(made, name))
        pulumi.export("status", made.power.status)
        pulumi.export("mac", made.nics["eth0"].macaddress)

    return program


def whole(lab: Lab) -> Program:
    """Return a program of a server with two of everything, and secrets."""

    def program() -> None:
        lan, back = Network("lan", name="lan"), Network("back", name="back")
        user = cloudinit.User(name="ada", password=CANARY + "-user")
        script = cloudinit.WriteFile(path="/etc/token", content=pulumi.Output.secret(CANARY + "-token"))
        Server(
            "web",
            name="web",
            ram=2048,
            console_pass=CANARY + "-console",
            drives={"root": DriveArgs(disksize="2GiB"), "data": DriveArgs(disksize="1GiB")},
            nics={"eth0": NicArgs(network=lan), "eth1": NicArgs(network=back)},
            devices={"tpm": DeviceArgs(type="tpm", model="crb", version="2")},
            cloud_init=CloudInit(hostname="web", password=CANARY + "-default", users=[user], write_files=[script]),
            power=PowerArgs(state="running", timeout=60),
        )

    return program


def done(lab: Lab) -> list[str]:
    """Return the applied writes in order: verb and table, or the action."""
    requests = [request for request in lab.simulator.requests() if request.applied]
    return [
        request.body["action"] if request.path.endswith("_actions") else f"{request.verb} {request.path.split('/')[3]}"
        for request in requests
    ]


def test_it_starts_when_it_is_complete_and_stops_before_it_goes(lab: Lab) -> None:
    before = lab.simulator.snapshot()
    program = whole(lab)
    runs = [lab.preview(program), lab.up(program)]
    assert sorted(runs[0].changes) == [
        *("back", "lan", "web", "web-data", "web-eth0", "web-eth1", "web-meta-data", "web-power", "web-root"),
        *("web-tpm", "web-user-data", "web-vm"),
    ]
    assert done(lab)[-1] == "poweron"
    assert done(lab).count("poweron") == 1
    lab.simulator.reset("log")
    runs += [lab.preview(program), lab.preview_refresh(program), lab.up(program), lab.refresh(program)]
    assert [run.changes for run in runs[2:]] == [{}] * 4
    assert done(lab) == []
    lab.simulator.reset("log")
    runs.append(lab.destroy())
    assert done(lab)[0] == "poweroff"
    assert lab.simulator.snapshot() == before
    # Nothing secret was shown, and the state holds it encrypted only.
    shown = repr(runs) + lab.state_text() + repr(lab.simulator.requests())
    assert CANARY not in shown
    assert base64.b64encode(CANARY.encode()).decode()[:-4] not in shown


def test_what_it_has_and_costs_and_that_a_drive_grows_by_one_put_and_never_shrinks(lab: Lab) -> None:
    made = lab.up(server(ram=512))
    (vm,), (nic,) = lab.simulator.rows("vms"), lab.simulator.rows("machine_nics")
    assert made.outputs == {"machine": vm["machine"], "ram": 512, "status": "running", "mac": nic["macaddress"]}
    # In addition: the network (2, and 1 for the name of the system).
    assert made.requests - 3 <= 8
    assert lab.refresh(server(ram=512)).requests <= 5

    lab.simulator.reset("log")
    grown = lab.up(server(size="2GiB", ram=512))
    assert grown.changes == {"web-root": "update"}
    assert done(lab) == ["PUT machine_drives"]
    assert [row["disksize"] for row in lab.simulator.rows("machine_drives")] == [2 * GIB]
    refused = lab.preview(server(size="1GiB", ram=512), fails=True)
    assert any("a drive never shrinks; it has 2GiB, the program says 1GiB" in text for text in refused.errors)


def test_removing_the_first_of_three_drives_touches_no_other(lab: Lab) -> None:
    lab.up(server("a", "b", "c"))
    keys = {row["name"]: row["$key"] for row in lab.simulator.rows("machine_drives")}
    lab.simulator.reset("log")
    run = lab.up(server("b", "c"))
    assert run.changes == {"web-a": "delete"}
    assert done(lab) == ["hotplugdrive", "DELETE machine_drives"]
    assert {row["name"]: row["$key"] for row in lab.simulator.rows("machine_drives")} == {
        "b": keys["b"],
        "c": keys["c"],
    }


def test_a_change_of_the_network_of_a_running_server_is_live(lab: Lab) -> None:
    def program(name: str) -> Program:
        def inner() -> None:
            networks = {each: Network(each, name=each) for each in ("lan", "back")}
            Server("web", name="web", nics={"eth0": NicArgs(network=networks[name])})

        return inner

    lab.up(program("lan"))
    lab.simulator.reset("log")
    assert lab.up(program("back")).changes == {"web-eth0": "update"}
    assert done(lab) == ["PUT machine_nics"]


def test_destroying_it_costs_a_stop_and_a_delete(lab: Lab) -> None:
    lab.up(server("a", "b", "c", cloud_init=CloudInit(hostname="web")))
    lab.simulator.reset("log")
    lab.destroy()
    assert done(lab) == ["poweroff", "DELETE vms", "DELETE vnets"]


def test_another_first_boot_is_for_another_server_if_the_program_says_so(lab: Lab) -> None:
    def program(hostname: str, on_change: Any) -> Program:
        return server(cloud_init=CloudInit(hostname=hostname), cloud_init_on_change=on_change)

    lab.up(program("web", "replace"))
    (old,) = lab.simulator.rows("vms")
    assert lab.preview(program("web", "replace")).changes == {}
    assert lab.preview(program("db", "replace")).changes["web-vm"] == "replace"
    lab.up(program("db", "replace"))
    (new,) = lab.simulator.rows("vms")
    assert old["$key"] != new["$key"]
    assert len(lab.simulator.rows("machine_drives")) == 1
    assert lab.preview(program("db", "replace")).changes == {}
    # The policy itself is no reason to replace anything, and next-boot touches the files only.
    edited = lab.up(program("db2", None))
    assert set(edited.changes) - {"web-vm"} == {"web-user-data", "web-meta-data"}
    assert [vm["$key"] for vm in lab.simulator.rows("vms")] == [new["$key"]]


def test_it_may_stay_off(lab: Lab) -> None:
    made = lab.up(server(power=PowerArgs(state="stopped")))
    assert made.outputs["status"] == "stopped"
    assert "poweron" not in done(lab)


@pytest.mark.parametrize("drives", [[DriveArgs(disksize="1GiB")], {"root": NicArgs()}, {"root": {"disksize": "1GiB"}}])
def test_parts_are_given_by_name_and_in_their_own_form(lab: Lab, drives: Any) -> None:
    def program() -> None:
        Server("web", name="web", drives=drives)

    errors = " ".join(lab.preview(program, fails=True).errors)
    assert "Unable to declare Server 'web': drives is not a mapping of DriveArgs. Give one by name: " in errors
