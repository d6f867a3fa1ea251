"""``adopt=True`` looks first, says in the preview what it would change, and refuses there what an update refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, urn_of
from verge_pulumi.engine.errors import Reported

GIB = 1024**3


def look(bench: Bench, kind: str, name: str = "web", /, **arguments: Any) -> None:
    """Preview a new resource that adopts."""
    bench.plan(kind, name, adopt=True, **arguments)


def refusal(bench: Bench, kind: str, /, **arguments: Any) -> str:
    """Return why the preview refuses, after which nothing was written."""
    bench.simulator.reset("log")
    with pytest.raises(Reported) as error:
        look(bench, kind, **arguments)
    assert bench.writes() == []
    return str(error.value)


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A VM that the stack manages."""
    return bench.create("VirtualMachine", "vm", name="web")


# What the preview tells ----------------------------------------------------------------------------------------------


def test_the_preview_names_every_field_that_changes_and_no_other(bench: Bench, told: list[str]) -> None:
    key = bench.simulator.add("vms", name="web", cpu_cores=8, ram=4096, os_description="old")
    look(bench, "VirtualMachine", name="web", cpu_cores=1, ram=4096, note="Front end")
    assert told[0] == (
        f"warning: VirtualMachine 'web' exists already (key {key}): the update would take it over and change "
        "note unset → 'Front end', cpu_cores 8 → 1"
    )
    assert "cpu_cores: what runs takes this on when it restarts" in told[1]
    assert bench.writes() == []


def test_what_the_program_does_not_set_stays_and_is_not_told(bench: Bench, told: list[str]) -> None:
    key = bench.simulator.add("vms", name="web", cpu_cores=8, ram=4096, video="virtio", enabled=False)
    vm = bench.create("VirtualMachine", name="web", adopt=True)
    assert told[0] == (
        f"warning: VirtualMachine 'web' exists already (key {key}): the update would take it over as it is"
    )
    (write,) = bench.writes()
    assert (write.verb, sorted(write.body)) == ("PUT", ["description"])
    assert {name: vm.row()[name] for name in ("cpu_cores", "ram", "video", "enabled")} == {
        "cpu_cores": 8,
        "ram": 4096,
        "video": "virtio",
        "enabled": False,
    }


def test_secrets_and_what_cannot_be_read_are_named_without_their_values(bench: Bench, told: list[str]) -> None:
    bench.simulator.add("vms", name="web", console_pass="theirs")
    look(bench, "VirtualMachine", name="web", console_pass="canary")
    assert told[0].endswith("and change console_pass (which cannot be read) → [secret]")


def test_whose_mark_a_row_bears_is_told(bench: Bench, told: list[str]) -> None:
    key = bench.simulator.add("vnets", name="lan", description="[pulumi shop/prod web 12ab]")
    look(bench, "Network", name="lan")
    assert f"(key {key}, which bears the mark of shop/prod as 'web')" in told[0]


def test_without_adopt_nothing_is_looked_for(bench: Bench, told: list[str]) -> None:
    bench.simulator.add("vnets", name="lan")
    bench.plan("Network", name="lan")
    assert (bench.asked(), told) == ([], [])


def test_where_there_is_nothing_it_is_made(bench: Bench, told: list[str]) -> None:
    lan = bench.create("Network", name="lan", adopt=True)
    assert told == ["warning: adopt: there is no such row yet; the update makes one"]
    assert [verb for verb, path in bench.asked() if path == "vnets"] == ["GET", "GET", "POST"]
    assert lan.row()["description"] == lan.outs["__mark"]


def test_a_name_that_is_not_known_yet_is_told(bench: Bench, told: list[str]) -> None:
    look(bench, "Network", name=UNKNOWN)
    assert told == ["warning: adopt: which row is meant, and what of it changes, is known in the update only"]
    assert bench.asked() == []


def test_a_value_that_is_not_known_yet_may_change_and_is_told(bench: Bench, told: list[str]) -> None:
    bench.simulator.add("vnets", name="lan", mtu=1500)
    look(bench, "Network", name="lan", mtu=UNKNOWN)
    assert told[0].endswith("and change mtu 1500 → what the update finds out")


def test_a_resource_that_is_adopted_already_is_not_looked_at_again(bench: Bench, told: list[str]) -> None:
    bench.simulator.add("vnets", name="lan")
    lan = bench.create("Network", name="lan", adopt=True)
    later = bench.later()
    later.simulator.reset("log")
    told.clear()
    later.check("Network", lan.inputs, lan.inputs)
    assert (later.asked(), told) == ([], [])


def test_its_own_replacement_is_not_taken_for_somebody_elses_row(bench: Bench, told: list[str]) -> None:
    lan = bench.create("Network", name="lan", adopt=True)
    told.clear()
    bench.later().check("Network", lan.inputs)
    assert told == []


# Looking first -------------------------------------------------------------------------------------------------------


def test_a_create_that_adopts_sends_no_post_at_a_row_that_is_there(bench: Bench) -> None:
    bench.simulator.add("vnets", name="lan")
    bench.create("Network", name="lan", adopt=True)
    assert [write.verb for write in bench.writes()] == ["PUT"]
    assert "POST" not in [verb for verb, _ in bench.asked()]


def test_a_row_that_appears_after_the_look_is_taken_on_all_the_same(bench: Bench) -> None:
    inputs = bench.plan("Network", name="lan", mtu=9000, adopt=True)
    key = bench.simulator.add("vnets", name="lan")
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": "/vnets$", "times": 1}, "what": "status", "status": 200, "body": []}
    )
    assert bench.carry_out("Network", inputs).id == str(key)


# Refusals ------------------------------------------------------------------------------------------------------------


def test_what_is_set_on_creation_only_is_refused_in_the_preview(bench: Bench) -> None:
    key = bench.simulator.add("vnets", name="lan", type="external")
    assert refusal(bench, "Network", name="lan", type="internal") == (
        f"Unable to create Network 'lan': row {key} of vnets differs in type, which is set on creation only. "
        "Delete the row, or declare what it has."
    )


def test_a_drive_does_not_shrink_by_being_adopted(bench: Bench, vm: Managed) -> None:
    key = bench.simulator.add("machine_drives", name="data", machine=vm.row()["machine"], disksize=20 * GIB)
    assert refusal(bench, "Drive", vm=vm.id, name="data", disksize="10GiB") == (
        f"Unable to create Drive 'data': row {key} of machine_drives cannot be taken over: disksize: a drive never "
        "shrinks; it has 20GiB, the program says 10GiB."
    )


def test_what_changed_between_preview_and_update_is_refused_before_any_write(bench: Bench, vm: Managed) -> None:
    row = {"name": "data", "machine": vm.row()["machine"], "disksize": GIB}
    key = bench.simulator.add("machine_drives", **row)
    inputs = bench.plan("Drive", "data", vm=vm.id, name="data", disksize="10GiB", adopt=True)
    bench.simulator.edit("machine_drives", key, disksize=20 * GIB)
    bench.simulator.reset("log")
    with pytest.raises(Reported, match="a drive never shrinks; it has 20GiB, the program says 10GiB"):
        bench.carry_out("Drive", inputs)
    assert bench.writes() == []


def test_several_rows_of_the_name_are_refused_in_the_preview(bench: Bench) -> None:
    keys = [bench.simulator.add("vnets", name="lan") for _ in range(2)]
    assert f"several rows of vnets have that name: {keys[0]}, {keys[1]}" in refusal(bench, "Network", name="lan")


def test_a_part_without_a_name_is_not_made_beside_those_that_may_be_meant(bench: Bench, vm: Managed) -> None:
    key = bench.simulator.add("machine_drives", name="os", machine=vm.row()["machine"], disksize=GIB)
    assert refusal(bench, "Drive", vm=vm.id, disksize="1GiB") == (
        "Unable to create Drive 'web': adopt: without name nothing tells which row of machine_drives is meant: "
        f"{key} ('os'). Set name, or leave adopt out to create another one."
    )


def test_a_name_that_several_rows_may_have_adopts_none(bench: Bench) -> None:
    key = bench.simulator.add("files", name="debian.iso")
    text = refusal(bench, "MediaFile", name="debian.iso", url="https://example.org/debian.iso")
    assert f"several rows of files may have one name, so it does not tell whether row {key} is meant" in text


# Which row -----------------------------------------------------------------------------------------------------------


def test_a_part_is_looked_for_within_its_parent_only(bench: Bench, vm: Managed, told: list[str]) -> None:
    other = bench.create("VirtualMachine", "other", name="other")
    bench.simulator.add("machine_drives", name="data", machine=other.row()["machine"], disksize=GIB)
    told.clear()
    look(bench, "Drive", vm=vm.id, name="data", disksize="1GiB")
    assert told == ["warning: adopt: there is no such row yet; the update makes one"]


def test_a_device_is_told_by_its_vm_and_its_name(bench: Bench, vm: Managed) -> None:
    machine = vm.row()["machine"]
    key = bench.simulator.add("machine_devices", name="tpm", machine=machine, type="tpm")
    bench.simulator.add("machine_devices", name="other", machine=machine, type="tpm")
    device = bench.create("Device", vm=vm.id, name="tpm", type="tpm", adopt=True)
    assert device.id == str(key)
    bench.simulator.add("machine_devices", name="twin", machine=machine, type="tpm")
    bench.simulator.add("machine_devices", name="twin", machine=machine, type="tpm")
    assert "several rows of machine_devices have that name" in refusal(
        bench, "Device", vm=vm.id, name="twin", type="tpm"
    )


def test_what_nothing_names_has_to_be_as_the_program_says(bench: Bench, lan: Managed) -> None:
    view = bench.create("DnsView", "view", network=lan.id, name="inside")
    zone = bench.create("DnsZone", "zone", view=view.id, domain="example.org")
    row = {"zone": int(zone.id), "host": "www", "type": "A"}
    key = bench.simulator.add("vnet_dns_zone_records", **row, value="10.0.0.5")
    same = bench.create("DnsRecord", "same", zone=zone.id, host="www", type="A", value="10.0.0.5", adopt=True)
    assert same.id == str(key)
    other = bench.create("DnsRecord", "other", zone=zone.id, host="www", type="A", value="10.0.0.6", adopt=True)
    assert other.id != str(key)


# Within what is adopted too ------------------------------------------------------------------------------------------


def test_a_part_of_a_vm_that_is_to_be_adopted_is_found_in_the_preview(bench: Bench, told: list[str]) -> None:
    vm = bench.simulator.add("vms", name="web")
    (machine,) = [row["machine"] for row in bench.simulator.rows("vms") if row["$key"] == vm]
    key = bench.simulator.add("machine_drives", name="data", machine=machine, disksize=GIB)
    look(bench, "VirtualMachine", "vm", name="web")
    adopted = {"vm": urn_of("VirtualMachine", "vm")}
    look(bench, "Drive", "data", vm=UNKNOWN, name="data", disksize="2GiB", __adopted=adopted)
    assert told[-1] == (
        f"warning: Drive 'data' exists already (key {key}): the update would take it over and change "
        "disksize '1GiB' → '2GiB'"
    )


def test_nothing_is_within_a_vm_that_is_to_be_made(bench: Bench, told: list[str]) -> None:
    look(bench, "VirtualMachine", "vm", name="web")
    told.clear()
    adopted = {"vm": urn_of("VirtualMachine", "vm")}
    look(bench, "Drive", "data", vm=UNKNOWN, name="data", disksize="2GiB", __adopted=adopted)
    assert told == []


def test_a_nic_on_a_network_that_is_to_be_adopted_stays_on_it(bench: Bench, vm: Managed, told: list[str]) -> None:
    lan = bench.simulator.add("vnets", name="lan")
    bench.simulator.add("machine_nics", name="eth0", machine=vm.row()["machine"], vnet=lan)
    look(bench, "Network", "lan", name="lan")
    adopted = {"network": urn_of("Network", "lan")}
    look(bench, "Nic", "eth0", vm=vm.id, name="eth0", network=UNKNOWN, __adopted=adopted)
    assert told[-1].endswith("the update would take it over as it is")


def test_what_only_a_preview_needs_is_not_kept(bench: Bench) -> None:
    inputs = bench.check("Drive", {"vm": "3", "name": "data", "disksize": "1GiB", "__adopted": {}, "__assumed": []})
    assert not {"__adopted", "__assumed"} & inputs.keys()


def test_how_many_objects_there_are_is_learned_and_not_kept(bench: Bench) -> None:
    inputs = bench.check("Network", {"name": "lan", "__objects": 700.0})
    assert "__objects" not in inputs
    assert bench.connection.reader.scarcity.remaining == 700


def test_what_is_unchanged_or_done_is_not_counted_any_more(bench: Bench) -> None:
    scarcity = bench.connection.reader.scarcity
    scarcity.expect(10)
    lan = bench.create("Network", "lan", name="lan")
    assert scarcity.remaining == 9
    lan.diff()
    assert scarcity.remaining == 8
    lan.diff(mtu=9000)
    assert scarcity.remaining == 8
    lan.up(mtu=9000)
    assert scarcity.remaining == 7
    lan.destroy()
    assert scarcity.remaining == 6


# Kinds that are special ----------------------------------------------------------------------------------------------


def test_a_row_that_exists_before_the_program_is_looked_at_if_asked(bench: Bench, told: list[str]) -> None:
    (row,) = [row for row in bench.simulator.rows("settings") if row["key"] == "max_connections"]
    bench.plan("Setting", name="max_connections", value="7")
    assert (bench.asked(), told) == ([], [])
    look(bench, "Setting", name="max_connections", value="7")
    assert told[0].startswith(
        f"warning: Setting 'max_connections' exists already (key {row['$key']}): the update would"
    )
    assert f"value '{row['value']}' → '7'" in told[0]
    assert bench.writes() == []


@pytest.mark.parametrize("shared", [False, True])
def test_a_preview_makes_no_row_that_a_network_shares(
    bench: Bench, lan: Managed, told: list[str], *, shared: bool
) -> None:
    if shared:
        bench.create("BgpRouter", "first", network=lan.id, asn=65001)
    told.clear()
    bench.simulator.reset("log")
    look(bench, "BgpRouter", network=lan.id, asn=65000)
    assert bench.writes() == []
    assert told == (["warning: adopt: there is no such row yet; the update makes one"] if shared else [])


def test_rights_that_a_take_over_withdraws_are_named(bench: Bench, told: list[str]) -> None:
    user = bench.create("User", "ada", name="ada", password="canary-password")
    who = f"users/{user.id}"
    kept = bench.create("Permission", "kept", who=who, table="vnets", read=True, modify=True)
    bench.stack.forget(kept)
    told.clear()
    bench.later().plan("Permission", "kept", who=who, table="vnets", read=True, adopt=True)
    assert told[0].endswith("and change modify True → False")


def test_a_tag_that_is_on_something_already_is_taken_over_as_it_is(bench: Bench, vm: Managed, told: list[str]) -> None:
    category = bench.create("TagCategory", "colour", name="colour", taggable_vms=True)
    tag = bench.create("Tag", "red", name="red", category=category.id)
    key = bench.simulator.add("tag_members", tag=int(tag.id), member=f"vms/{vm.id}")
    told.clear()
    assigned = bench.create("TagAssignment", "it", tag=tag.id, on=f"vms/{vm.id}", adopt=True)
    assert assigned.id == str(key)
    assert told[0].endswith(f"exists already (key {key}): the update would take it over as it is")


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ("#cloud-config\n{}\n", "the update would take it over as it is"),
        ("#cloud-config\nhostname: web\n", "the update would take it over and change contents [secret] → [secret]"),
    ],
)
def test_the_contents_of_a_file_are_compared(
    bench: Bench, vm: Managed, told: list[str], contents: str, expected: str
) -> None:
    given = {"vm": f"vms/{vm.id}", "name": "/vendor-data"}
    file = bench.create("CloudInitFile", "file", **given, contents="#cloud-config\n{}\n")
    bench.stack.forget(file)
    later = bench.later()
    told.clear()
    later.simulator.reset("log")
    look(later, "CloudInitFile", "file", **given, contents=contents)
    assert next(line for line in told if "exists already" in line).endswith(expected)
    later.create("CloudInitFile", "file", **given, contents=contents, adopt=True)
    assert len(later.writes()) == ("change" in expected)


def test_the_periods_of_a_profile_are_compared(bench: Bench, told: list[str]) -> None:
    daily = {"frequency": "daily", "hour": 2, "retention": "7d"}
    profile = bench.create("SnapshotProfile", name="nightly", periods={"daily": daily})
    bench.stack.forget(profile)
    later = bench.later()
    told.clear()
    look(later, "SnapshotProfile", name="nightly", periods={"daily": daily})
    assert "the update would take it over as it is" in told[0]
    told.clear()
    look(later, "SnapshotProfile", name="nightly", periods={"daily": {**daily, "hour": 3}})
    assert "the update would take it over and change periods " in told[0]
    adopted = later.create("SnapshotProfile", name="nightly", periods={"daily": daily}, adopt=True)
    assert adopted.outs["period_keys"] == profile.outs["period_keys"]


# What others left waiting --------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(bench: Bench) -> int:
    """A running VM of nobody's, whose changes by others wait for a power cycle."""
    vm = bench.create("VirtualMachine", "vm", name="web")
    bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    bench.simulator.edit("vms", int(vm.id), need_restart=True, description="")
    bench.stack.forget(vm)
    return int(vm.id)


@pytest.mark.parametrize(("arguments", "cycled"), [({}, False), ({"cpu_cores": 2}, True)])
def test_a_vm_is_not_restarted_for_what_others_changed(
    bench: Bench, waiting: int, arguments: dict[str, Any], *, cycled: bool
) -> None:
    later = bench.later()
    later.simulator.reset("log")
    later.share_clock()
    adopted = later.create("VirtualMachine", "vm", name="web", restart="on-change", adopt=True, **arguments)
    assert adopted.id == str(waiting)
    actions = [write.body["action"] for write in later.writes() if write.path.endswith("_actions")]
    assert actions == (["poweroff", "poweron"] if cycled else [])


def test_what_others_left_to_be_applied_waits_on(running: Managed, told: list[str]) -> None:
    bench = running.bench
    rule = bench.create("NetworkRule", "web", network=running.id, name="web", action="accept", direction="incoming")
    bench.stack.forget(rule)
    bench.simulator.edit("vnets", int(running.id), need_fw_apply=True)
    later = bench.later()
    later.simulator.reset("log")
    given = {"network": running.id, "name": "web", "action": "accept", "direction": "incoming"}
    assert later.create("NetworkRule", "web", **given, adopt=True).id == rule.id
    assert [write.verb for write in later.writes()] == ["PUT"]
