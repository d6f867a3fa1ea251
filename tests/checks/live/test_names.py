"""Names that others have already, and whose rows are no clash."""

from __future__ import annotations

import pulumi
import pytest

from tests.checks.live.conftest import Live
from verge_pulumi import Address, Drive, HostOverride, Network, RuleAlias, User, VirtualMachine
from verge_pulumi.engine.ownership.mark import Mark

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

TOKEN = "0123abcd-0123456789ab"


def test_a_name_that_somebody_has_is_refused(live: Live) -> None:
    key = live.simulator.add("vnets", name="lan")
    assert live.error(lambda: Network("lan", name="lan")) == (
        f"Unable to declare Network 'lan': name 'lan' is already that of row {key} of vnets, which no stack is known "
        "to manage. Choose another one, or set adopt=True to manage that row from here."
    )


def test_the_mark_tells_who_has_it(live: Live) -> None:
    live.simulator.add("vms", name="web", description=str(Mark.new("shop/prod", "web-1", TOKEN)))
    assert "which bears the mark of shop/prod as 'web-1'. " in live.error(lambda: VirtualMachine("web", name="web"))


def test_a_free_name_is_not(live: Live) -> None:
    live.simulator.add("vms", name="web-1")
    assert live.warnings(lambda: [VirtualMachine(name, name=name) for name in ("web", "db")]) == []
    assert live.lists() == ["clusters", "nodes", "system", "vms"]


def test_a_snapshot_has_no_name_that_counts(live: Live) -> None:
    live.simulator.add("vms", name="web", is_snapshot=True)
    assert live.warnings(lambda: VirtualMachine("web", name="web")) == []


def test_what_is_unique_within_something_is_looked_for_there(live: Live) -> None:
    keys = [live.simulator.add("vms", name=name) for name in ("web", "db")]
    machines = [row["machine"] for row in live.simulator.rows("vms")]
    drive = live.simulator.add("machine_drives", machine=machines[0], name="root", media="disk", disksize=2**30)

    def root(vm: int | str) -> Drive:
        return Drive("root", vm=vm, name="root", disksize="1GiB")

    assert live.warnings(lambda: root(keys[1])) == []
    assert live.error(lambda: root(keys[0])) == (
        f"Unable to declare Drive 'root': name 'root' of vm {keys[0]} is already that of row {drive} of "
        "machine_drives, which no stack is known to manage. Choose another one, or set adopt=True to manage that row "
        "from here."
    )


def test_within_what_is_new_nothing_is_taken(live: Live) -> None:
    live.simulator.add("vnet_addresses", vnet=3, ip="10.0.0.5", type="ipalias")

    def program() -> None:
        lan = Network("lan", name="lan", network="10.0.0.0/24")
        Address("web", network=lan, ip="10.0.0.5", type="ipalias")

    assert live.warnings(program) == []


def test_a_lease_is_only_a_doubt(live: Live) -> None:
    live.simulator.add("vnet_addresses", vnet=3, ip="10.0.0.5", type="dynamic")
    (warning,) = live.warnings(lambda: Address("web", network=3, ip="10.0.0.5", type="ipalias"))
    assert warning.startswith("Address 'web': ip '10.0.0.5' of network 3 is already that of row ")
    assert ", a lease. " in warning


# Rows of the stack itself ---------------------------------------------------------------------------------------------


def test_a_second_run_asks_for_nothing(live: Live) -> None:
    live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan")
    assert live.warnings(lambda: Network("lan", name="lan")) == []
    assert live.requests() == []


def test_a_resource_that_was_renamed_in_the_program_keeps_its_row(live: Live) -> None:
    live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan")
    assert live.warnings(lambda: Network("office", name="lan")) == []


def test_an_object_that_is_renamed_meets_the_others(live: Live) -> None:
    live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan")
    live.simulator.add("vnets", name="office")
    assert live.warnings(lambda: Network("lan", name="home")) == []
    assert "name 'office' is already that of" in live.error(lambda: Network("lan", name="office"))


def test_what_a_resource_of_this_stack_gives_up_is_no_clash(live: Live) -> None:
    # What becomes of it in this run the check of the provider knows.
    live.holds(Network, "old", live.simulator.add("vnets", name="lan"), name="lan")
    assert live.warnings(lambda: Network("new", name="lan")) == []


def test_a_replaced_object_keeps_its_name(live: Live) -> None:
    live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan", type="internal")
    assert live.warnings(lambda: Network("lan", name="lan", type="external")) == []


def test_a_row_that_was_deleted_already_is_nobodys(live: Live) -> None:
    held = live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan")
    held["pendingReplacement"] = True
    assert "is already that of" in live.error(lambda: Network("lan", name="lan"))


def test_a_row_that_is_taken_over_is_no_clash(live: Live) -> None:
    live.simulator.add("vnets", name="lan")
    assert live.warnings(lambda: Network("lan", name="lan", adopt=True)) == []
    assert live.warnings(lambda: Network("two", name="lan", adopt=pulumi.Output.from_input(True))) == []


def test_within_what_is_taken_over_or_was_renamed_others_are_met(live: Live) -> None:
    key = live.simulator.add("vms", name="web")
    machine = live.simulator.rows("vms")[0]["machine"]
    live.simulator.add("machine_drives", machine=machine, name="root", media="disk", disksize=2**30)

    def program(adopt: bool | None = None) -> None:
        Drive("root", vm=VirtualMachine("web", name="web", adopt=adopt), name="root", disksize="1GiB")

    text = "name 'root' of VirtualMachine 'web' is already that of row 1 of machine_drives"
    assert text in live.error(lambda: program(adopt=True))
    live.holds(VirtualMachine, "former", key, name="web")
    assert text in live.error(program)


def test_a_row_that_was_made_by_a_create_that_was_cut_off_is_no_clash(live: Live) -> None:
    live.simulator.add("vnets", name="lan", description=str(Mark.new("shop/dev", "lan", TOKEN)))
    live.was_cut_off(Network, "lan", TOKEN)
    assert live.warnings(lambda: Network("lan", name="lan")) == []
    assert "is already that of" in live.error(lambda: Network("other", name="lan"))


def test_a_row_of_another_attempt_is_met_though_a_create_was_cut_off(live: Live) -> None:
    live.simulator.add("vnets", name="lan", description=str(Mark.new("shop/prod", "lan", "89abcdef-0123456789ab")))
    live.was_cut_off(Network, "lan", TOKEN)
    assert "which bears the mark of shop/prod as 'lan'" in live.error(lambda: Network("lan", name="lan"))


def test_a_row_without_a_mark_may_be_that_of_a_create_that_was_cut_off(live: Live) -> None:
    live.simulator.add("vnet_hosts", vnet=3, host="db", type="host", ip="10.0.0.5")
    live.was_cut_off(HostOverride, "db", TOKEN)
    assert live.warnings(lambda: HostOverride("db", network=3, host="db", type="host", ip="10.0.0.5")) == []
    assert "is already that of" in live.error(
        lambda: HostOverride("x", network=3, host="db", type="host", ip="10.0.0.5")
    )


def test_a_change_that_pulumi_ignores_is_none(live: Live) -> None:
    live.holds(Network, "lan", live.simulator.add("vnets", name="lan"), name="lan")
    live.simulator.add("vnets", name="office")
    ignored = pulumi.ResourceOptions(ignore_changes=["name"])
    assert live.warnings(lambda: Network("lan", name="office", opts=ignored)) == []


def test_the_spelling_of_a_name_does_not_matter(live: Live) -> None:
    live.simulator.add("users", name="ada", password="x")
    assert "name 'ada' is already that of" in live.error(lambda: User("ada", name="Ada", password="secret-enough"))


def test_a_name_that_is_not_known_yet_is_not_compared(live: Live) -> None:
    live.simulator.add("vnet_rule_aliases", name="web", value="10.0.0.5")
    assert live.warnings(lambda: RuleAlias("web", name=pulumi.Output.from_input("web"), value=["10.0.0.5"])) == []
    assert live.lists() == ["system"]
