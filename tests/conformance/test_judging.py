"""Whom a difference hurts, and whom it does not."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.bench import report_on, system_in
from verge_pulumi.conformance.comparing import Kind, compare
from verge_pulumi.conformance.examining import Conformance, Finding, examine
from verge_pulumi.conformance.harm import Harm
from verge_pulumi.conformance.judging import hurts
from verge_pulumi.conformance.rendering import as_text
from verge_pulumi.conformance.uses import uses

Json = dict[str, Any]


@pytest.fixture(scope="module")
def today() -> Json:
    return report_on("26.1.8")


def found(report: Json, table: str, change: Callable[[Json], object], release: str = "") -> Conformance:
    report = copy.deepcopy(report)
    change(report["tables"][table])
    return examine(system_in(report | ({"release": release} if release else {})))


def column(report: Json, place: str, **facts: Any) -> Finding:
    """Return the one finding that something which a column says of itself makes."""
    table, _, name = place.partition(".")
    (finding,) = found(report, table, lambda schema: schema["fields"][name].update(facts)).findings
    return finding


def told(finding: Finding) -> tuple[Kind, list[tuple[str, Harm]]]:
    return finding.difference.kind, [(hurt.whom, hurt.harm) for hurt in finding.hurts]


@pytest.mark.parametrize(
    ("place", "facts", "kind", "whom", "harm"),
    [
        ("vms.cpu_cores", {"max": 2048}, Kind.MAXIMUM, "VirtualMachine.cpu_cores", Harm.WITHHELD),
        ("vms.ram", {"min": 128}, Kind.MINIMUM, "VirtualMachine.ram", Harm.WITHHELD),
        ("vnets.name", {"maxlength": 256}, Kind.LENGTH, "Network.name", Harm.WITHHELD),
        ("vnets.description", {"maxlength": 10}, Kind.LENGTH, "Network.description", Harm.REFUSED),
        ("vnets.type", {"readonly": False}, Kind.UPDATED, "Network.type", Harm.WITHHELD),
        ("vms.machine_type", {"type": "json"}, Kind.TYPE, "VirtualMachine.machine_type", Harm.REFUSED),
        ("vnets.hostname", {"list": ["router", "switch"]}, Kind.LISTED, "Network.hostname", Harm.REFUSED),
        ("vms.meta", {"type": "rows"}, Kind.TYPE, "VirtualMachine.meta", Harm.REFUSED),
        ("vnet_bgp_routers.bgp", {"table": "vnets"}, Kind.TARGET, "BgpRouter.network", Harm.REFUSED),
        ("vnet_bgp_router_commands.no", {"default": True}, Kind.DEFAULT, "BgpRouterCommand.no", Harm.DECIDED),
    ],
)  # fmt: skip
def test_it_hurts(today: Json, place: str, facts: Json, kind: Kind, whom: str, harm: Harm) -> None:
    finding = column(today, place, **facts)
    assert finding.difference.kind is kind
    assert (whom, harm) in [(hurt.whom, hurt.harm) for hurt in finding.hurts]


@pytest.mark.parametrize(
    ("place", "facts", "kind"),
    [
        ("vnets.creator", {"type": "num"}, Kind.TYPE),  # nothing reads it
        ("vms.ram", {"type": "other"}, Kind.TYPE),  # of a type of which nothing is known nothing can be said
        ("vms.cpu_type", {"list": ["host"]}, Kind.WORDS_GONE),  # a list that grows is left to VergeOS
        ("users.name", {"required": False}, Kind.OPTIONAL),
        ("vnets.creator", {"create": True}, Kind.CREATED),
        ("settings.value", {"create": True}, Kind.CREATED),
        ("vms.created", {"default": 7}, Kind.DEFAULT),
        ("vnets.name", {"default": "net"}, Kind.DEFAULT),  # it is always said
        ("vms.cluster", {"default": 1}, Kind.DEFAULT),  # what has no default is always written
    ],
)
def test_it_hurts_nobody(today: Json, place: str, facts: Json, kind: Kind) -> None:
    finding = column(today, place, **facts)
    assert (finding.difference.kind, finding.hurts) == (kind, ())


@pytest.mark.parametrize(
    ("place", "fact"),
    [
        ("vnets.type", "list"),
        ("vms.cpu_cores", "default"),
        ("vms.cpu_cores", "min"),
        ("vms.cpu_cores", "max"),
        ("vms.name", "maxlength"),
        ("vms.name", "required"),
        ("vms.name", "create"),
        ("vms.uuid", "readonly"),
        ("vnet_addresses.vnet", "table"),
        ("vms.cpu_cores", "type"),
    ],
)
def test_what_a_column_says_nothing_of_is_no_difference(today: Json, place: str, fact: str) -> None:
    table, _, name = place.partition(".")
    result = found(today, table, lambda schema: schema["fields"][name].pop(fact))
    assert (result.findings, result.exit_code, result.untold) == ((), 0, ())


@pytest.mark.parametrize(
    ("place", "default"),
    [
        ("vms.uefi", None),
        ("vms.uefi", 0),
        ("vms.uefi", "0"),
        ("vms.uefi", "false"),
        ("vms.description", None),
        ("vms.snapshot_profile", 0),
        ("vms.enabled", 1),
        ("vms.enabled", "1"),
        ("vms.enabled", "true"),
        ("vms.cpu_cores", "1"),
        ("vms.cpu_cores", 1.0),
    ],
)
def test_defaults_that_mean_the_same_are_no_difference(today: Json, place: str, default: Any) -> None:
    table, _, name = place.partition(".")
    assert found(today, table, lambda schema: schema["fields"][name].update(default=default)).findings == ()


@pytest.mark.parametrize(
    ("place", "default"), [("vms.cpu_cores", 0), ("vms.enabled", False), ("vms.uefi", "true"), ("vms.enabled", 2)]
)
def test_a_default_that_is_told_and_means_another_thing_is_a_difference(today: Json, place: str, default: Any) -> None:
    assert column(today, place, default=default).difference.kind is Kind.DEFAULT


def test_a_limit_of_what_the_catalogue_knows_no_limit_of_is_no_difference(today: Json) -> None:
    assert found(today, "vnets", lambda schema: schema["fields"]["domain"].update(maxlength=10)).findings == ()


def test_words_that_hold_all_of_ours_hurt_nobody(today: Json) -> None:
    finding = column(today, "vms.enabled", list=["true", "false"])
    assert told(finding) == (Kind.LISTED, [("VirtualMachine.enabled", Harm.REFUSED)])
    assert "refused" in finding.hurts[0].how


def test_a_unique_name_that_is_no_longer_unique_is_the_worst(today: Json) -> None:
    (finding,) = found(today, "vms", lambda schema: schema.update(unique=[])).findings
    assert told(finding) == (Kind.UNIQUE_GONE, [("VirtualMachine", Harm.UNPROTECTED)])


def test_a_unique_column_that_is_missing_is_told_once(today: Json) -> None:
    def without_name(schema: Json) -> None:
        schema["fields"].pop("name")
        schema["unique"] = []

    findings = found(today, "vms", without_name).findings
    assert [finding.difference.kind for finding in findings] == [Kind.NO_COLUMN]


def test_groups_that_nothing_relies_on_hurt_nobody(today: Json) -> None:
    (finding,) = found(today, "groups", lambda schema: schema.update(unique=[["name"]])).findings
    assert told(finding) == (Kind.UNIQUE_GONE, [])


def test_columns_of_which_fewer_are_unique_alone_stay_unique(today: Json) -> None:
    (known,) = (group for group in today["tables"]["vnet_hosts"]["unique"] if len(group) > 1)
    result = found(today, "vnet_hosts", lambda schema: schema.update(unique=[known[:1]]))
    assert [told(finding)[0] for finding in result.findings] == [Kind.UNIQUE_NEW]


def test_another_owner_hurts_and_another_parent_does_not(today: Json) -> None:
    (owner,) = found(today, "tags", lambda schema: schema.update(owner="category")).findings
    assert told(owner)[1] == [("Tag", Harm.REFUSED), ("get_tag()", Harm.REFUSED)]
    (gone,) = found(today, "cloudinit_files", lambda schema: schema.update(owner=None)).findings
    assert told(gone) == (Kind.OWNER, [])
    (parent,) = found(today, "tags", lambda schema: schema.update(parent=None)).findings
    assert told(parent) == (Kind.PARENT, [])


def test_a_new_column_that_is_required_hurts_all_that_make_rows(today: Json) -> None:
    new = {"type": "text", "required": True, "create": True}
    for table, whom in (
        ("vnet_rules", ["Firewall", "NetworkRule"]),
        ("snapshot_profile_periods", ["SnapshotProfile"]),
        ("clusters", []),  # they are there already
    ):
        (finding,) = found(today, table, lambda schema: schema["fields"].update(new=new)).findings
        assert told(finding) == (Kind.REQUIRED, [(each, Harm.REFUSED) for each in whom])


def test_a_rule_without_a_description_is_refused_by_a_firewall_too(today: Json) -> None:
    finding = column(today, "vnet_rules.description", required=True)
    assert told(finding)[1] == [
        ("Firewall.rules[].description", Harm.REFUSED),
        ("NetworkRule.description", Harm.REFUSED),
    ]


@pytest.mark.parametrize("change", ["missing", "retyped", "defaulted"])
def test_each_column_that_differs_is_one_difference(today: Json, change: str) -> None:
    system = system_in(today)
    for table, described_table in system.tables.items():
        for name, said in described_table.columns.items():
            if said.type == "rows":
                continue
            other = {
                "retyped": dataclasses.replace(said, type="json" if said.type != "json" else "bool"),
                "defaulted": dataclasses.replace(said, default="another"),
            }.get(change)
            columns = {each: one for each, one in described_table.columns.items() if each != name}
            columns |= {name: other} if other else {}
            alone = {table: dataclasses.replace(described_table, columns=columns)}
            (difference,) = compare(dataclasses.replace(system, tables=alone))
            assert (difference.table, difference.column) == (table, name)
            if change == "missing":
                assert bool(hurts(difference)) is bool(uses().get((table, name)))


def test_a_new_column_that_has_a_default_is_no_difference(today: Json) -> None:
    new = {"type": "text", "required": True, "default": "x"}
    result = found(today, "tags", lambda schema: schema["fields"].update(new=new))
    assert (result.findings, result.other_columns) == ((), 1)


def test_what_a_later_release_brought_is_refused_by_this_package(today: Json) -> None:
    result = found(today, "vms", lambda schema: None, release="4.12.6")
    early = {each.difference.table: told(each) for each in result.findings if each.difference.kind is Kind.EARLY_TABLE}
    assert early["tags"] == (Kind.EARLY_TABLE, [("Tag", Harm.WITHHELD)])
    columns = [each for each in result.findings if each.difference.kind is Kind.EARLY_COLUMN]
    assert columns
    assert {hurt.harm for each in columns for hurt in each.hurts} == {Harm.WITHHELD}


@pytest.mark.parametrize(
    ("gone", "new", "guess"),
    [
        ("mtu", {"mtu_bytes": {"type": "uint32"}}, "mtu_bytes"),
        ("mtu", {"mtu_bytes": {"type": "text"}}, ""),
        ("mtu", {"zz": {"type": "uint32"}}, ""),
        ("pxe", {"boot_from": {"type": "text", "list": ["none", "ybos", "custom"]}}, "boot_from"),
    ],
)
def test_a_new_name_is_guessed_by_type_words_and_likeness(today: Json, gone: str, new: Json, guess: str) -> None:
    def change(schema: Json) -> None:
        del schema["fields"][gone]
        schema["fields"] |= new

    (finding,) = found(today, "vnets", change).findings
    assert finding.difference.theirs == (f"perhaps named {guess}" if guess else "")


def without_held(report: Json, *, machines: bool = True) -> Json:
    """Return a report in which VMs have no cluster and, unless told otherwise, their machines have one."""
    report = copy.deepcopy(report)
    del report["tables"]["vms"]["fields"]["cluster"]
    if not machines:
        del report["tables"]["machines"]["fields"]["cluster"]
    return report


def test_a_column_that_the_machine_has_instead_is_no_difference(today: Json) -> None:
    result = examine(system_in(without_held(today)))
    assert (result.findings, result.exit_code, {**result.held}) == ((), 0, {"vms.cluster": "machines"})
    assert as_text(result).endswith(
        "\nColumns that machines have instead, from where they are read: vms.cluster.\n"
        "Whether a write of them holds no schema says; verge-pulumi conformance --lab tries it.\n"
        "\nIt also has 0 other columns in these tables, and 223 other tables."
    )


def test_a_column_that_neither_has_is_dropped(today: Json) -> None:
    result = examine(system_in(without_held(today, machines=False)))
    assert {**result.held} == {}
    (lost,) = [each for each in result.findings if each.difference.table == "vms"]
    assert told(lost) == (Kind.NO_COLUMN, [("VirtualMachine.cluster", Harm.DROPPED)])


def test_of_a_machine_that_could_not_be_read_nothing_is_known(today: Json) -> None:
    system = system_in(without_held(today))
    tables = {name: table for name, table in system.tables.items() if name != "machines"}
    unread = dataclasses.replace(system, tables=tables, unread={"machines": "refused"})
    assert [each for each in compare(unread) if each.place == "vms.cluster"] == []
    absent = dataclasses.replace(system, tables=tables, absent=frozenset({"machines"}))
    assert [each.kind for each in compare(absent) if each.place == "vms.cluster"] == [Kind.NO_COLUMN]
