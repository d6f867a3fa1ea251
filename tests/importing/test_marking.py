"""Marks of what was imported: written at once, seen by other stacks, taken over on purpose, and gone on with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.importing.bench import STACK, MemoryCli, SiteBench
from verge_pulumi.ejecting.marks import unmark
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.commands import Pulumi
from verge_pulumi.importing.marking import Marking, write
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.plan_file import read_plan
from verge_pulumi.review.stack_commands import Ran
from verge_pulumi.review.stacks import parse

PROD = replace(STACK, name="prod")
TABLES = ("vnets", "vms", "machine_drives", "machine_nics", "vnet_rules", "groups", "resource_groups")
ALL = 11
"""Objects of the site that have a place for a mark."""

OTHERS = "[pulumi shop/prod lan 0badcafe-0123456789ab]"


@pytest.fixture
def web(site: SiteBench) -> SiteBench:
    """A site with a machine on a network that has a rule and a host name."""
    lan = site.network(description="for the shop")
    site.vm("web", {"eth0": lan})
    site.make("vnet_rules", vnet=lan, name="https", protocol="tcp", destination_ports="443")
    site.make("vnet_hosts", vnet=lan, host="db", ip="10.0.0.9")
    site.simulator.reset("log")
    return site


def marks(site: SiteBench, *tables: str) -> dict[str, str]:
    """Return the marks that rows bear, by their names."""
    wanted = tables or TABLES
    rows = [row for table in wanted for row in site.simulator.rows(table)]
    return {str(row["name"]): str(mark) for row in rows if (mark := Mark.of(row.get("description")))}


def written_to(site: SiteBench) -> list[tuple[str, tuple[str, ...]]]:
    """Return verb and columns of each write."""
    return [(request.verb, tuple(request.body)) for request in site.simulator.requests() if request.applied]


def recorded(cli: MemoryCli) -> dict[str, str]:
    """Return the marks that the state records, by type and name."""
    outputs = {key: entry.get("outputs") or {} for key, entry in cli.entries.items()}
    return {key: str(each["__mark"]) for key, each in outputs.items() if "__mark" in each}


def elsewhere(site: SiteBench, folder: Path, cli: MemoryCli, **options: Any) -> Outcome:
    """Import the same VergeOS into another stack."""
    folder.mkdir(exist_ok=True)
    environment = {"VERGEOS_HOST": site.simulator.url, "VERGEOS_API_KEY": site.simulator.api_key}
    return Import(folder, cast("Pulumi", cli), environment, cli.told.append).run(Options(**options))


def test_without_it_nothing_is_written(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    assert (written_to(web), marks(web), recorded(cli)) == ([], {}, {})


def test_each_row_bears_the_mark_that_the_state_records_and_nothing_else_is_written(
    web: SiteBench, cli: MemoryCli
) -> None:
    outcome = web.imports(cli, mark=True)
    assert (outcome.exit_code, outcome.quiet) == (0, True)
    assert {*written_to(web)} == {("PUT", ("description",))}
    tokens = {key: entry["inputs"]["__token"] for key, entry in cli.entries.items() if "inputs" in entry}
    known = {key.rpartition("::")[2]: token for key, token in tokens.items() if "Power" not in key}
    assert {name: mark for name, mark in marks(web).items() if "pool" not in name} == {
        "lan": f"[pulumi shop/dev lan {cli.entries[NETWORK]['inputs']['__token']}]",
        "web": f"[pulumi shop/dev web-vm {known['web-vm']}]",
        "root": f"[pulumi shop/dev web-root {known['web-root']}]",
        "eth0": f"[pulumi shop/dev web-eth0 {known['web-eth0']}]",
        "https": f"[pulumi shop/dev firewall/lan {cli.entries[FIREWALL]['inputs']['__token']}]",
        "Operators": f"[pulumi shop/dev Operators {known['Operators']}]",
    }
    assert sorted(recorded(cli).values()) == sorted(marks(web).values())
    (lan,) = [row for row in web.simulator.rows("vnets") if row["name"] == "lan"]
    assert lan["description"] == f"for the shop\n{marks(web)['lan']}"
    assert outcome.marking
    assert outcome.marking.without["HostOverride"] == 1
    assert outcome.marking.waiting == ["Firewall 'lan'"]
    # What bears a mark is listed with few requests, so each row is read once more.
    quiet = ("--diff", "--expect-no-changes")
    assert cli.commands == [("preview", *quiet), ("preview", "--refresh", *quiet)]


NETWORK = "pulumi-python:dynamic/vergeos:Network::lan"
FIREWALL = "pulumi-python:dynamic/vergeos:Firewall::lan"


def test_what_bears_no_mark_is_known_by_that_of_what_it_is_in(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    before = {key: entry["outputs"].get("__parent") for key, entry in cli.entries.items() if "outputs" in entry}
    assert {*before.values()} <= {"", None}
    web.imports(cli, mark=True)
    after = {key.rpartition("::")[2]: entry["outputs"] for key, entry in cli.entries.items() if "outputs" in entry}
    lan, vm = cli.entries[NETWORK]["outputs"]["__token"], after["web-vm"]["__token"]
    assert {after[name]["__parent"] for name in ("web-root", "web-eth0", "web-power")} == {vm}
    hosts = [entry["outputs"] for key, entry in cli.entries.items() if "HostOverride" in key]
    assert {each["__parent"] for each in (*hosts, cli.entries[FIREWALL]["outputs"])} == {lan}


@pytest.mark.promise(18)
def test_a_second_stack_looks_up_what_bears_the_mark_of_the_first(
    web: SiteBench, cli: MemoryCli, tmp_path: Path
) -> None:
    web.imports(cli, mark=True)
    web.simulator.reset("log")
    other, folder = MemoryCli(PROD), tmp_path / "prod"
    elsewhere(web, folder, other)
    lines = {(line.table, line.name): (line.treatment, line.reason) for line in read_plan(plan_of(folder)).values()}
    assert lines["vnets", "lan"] == ("lookup", "shop/dev as 'lan' manages it")
    assert lines["vms", "web"] == ("lookup", "shop/dev as 'web-vm' manages it")
    assert lines["vnet_rules", "https"] == ("lookup", "shop/dev as 'firewall/lan' manages it")
    assert lines["vnet_hosts", "db"] == ("lookup", "shop/dev as 'lan' manages what it is within")
    assert written_to(web) == []


def plan_of(folder: Path) -> Path:
    return folder / "vergeos-import" / "plan.csv"


def test_it_is_asked_for_first_and_who_says_no_gets_none(web: SiteBench, cli: MemoryCli) -> None:
    asked: list[int] = []
    (lan,) = [row["$key"] for row in web.simulator.rows("vnets") if row["name"] == "lan"]
    web.make("vnet_rules", vnet=lan, name="http", protocol="tcp", destination_ports="80")
    web.simulator.reset("log")

    def confirm(marking: Marking) -> bool:
        asked.append(len(marking.due))
        assert marking.writes == ALL + 1, "a firewall is several rows"
        return False

    outcome = web.imports(cli, confirm_marks=confirm, mark=True)
    assert asked == [len(outcome.marking.due if outcome.marking else [])] == [ALL]
    assert (written_to(web), recorded(cli), outcome.exit_code) == ([], {}, 3)
    assert cli.entries


def test_nothing_is_marked_while_the_preview_shows_changes(web: SiteBench, cli: MemoryCli) -> None:
    cli.preview = Ran(1, "~ name", "")
    outcome = web.imports(cli, mark=True)
    assert (written_to(web), outcome.marking, outcome.exit_code) == ([], None, 2)
    assert "no mark was written, since the preview shows changes" in cli.told


def test_what_was_imported_before_is_marked_later_and_only_once(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    web.imports(cli, mark=True)
    assert len(written_to(web)) == ALL
    assert cli.told[-2].endswith("before-marks.json' puts the one before it back")
    assert f"{ALL} of {ALL} objects bear their mark" in cli.told
    web.simulator.reset("log")
    outcome = web.imports(cli, mark=True)
    assert outcome.marking
    assert (written_to(web), outcome.marking.due, outcome.exit_code) == ([], [], 0)


@pytest.mark.parametrize("done", [1, ALL])
def test_a_run_that_was_killed_is_gone_on_with(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    """Some rows bear their marks, and the state does not record them."""

    def part(marking: Marking, *arguments: Any) -> None:
        write(replace(marking, due=marking.due[:done], marks={}), *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("verge_pulumi.importing.finishing.write", part)
        with pytest.raises(KeyboardInterrupt):
            web.imports(cli, mark=True)
    assert (len(marks(web)), recorded(cli)) == (done, {})
    outcome = web.imports(cli, mark=True)
    assert (outcome.exit_code, len(recorded(cli)), len(written_to(web))) == (0, ALL, ALL)


def test_what_fails_is_told_and_the_others_bear_their_marks(web: SiteBench, cli: MemoryCli) -> None:
    web.simulator.faults({"what": "status", "status": 403, "match": {"verb": "PUT", "path": "/vms/", "times": 0}})
    outcome = web.imports(cli, mark=True)
    assert outcome.marking
    (line,) = outcome.marking.failed
    assert line.startswith("Unable to mark VirtualMachine 'web-vm': ")
    assert (outcome.exit_code, len(recorded(cli))) == (1, ALL - 1)
    web.simulator.faults()
    assert web.imports(cli, mark=True).exit_code == 0
    assert len(recorded(cli)) == ALL


def test_what_was_written_is_recorded_though_vergeos_went_away(web: SiteBench, cli: MemoryCli) -> None:
    web.simulator.faults({"what": "reset", "match": {"verb": "PUT", "path": "/vms/", "times": 0}})
    with pytest.raises(
        EngineError, match=r"\d+ of 11 objects bear their mark; the same command goes on with the others"
    ):
        web.imports(cli, mark=True)
    assert sorted(recorded(cli).values()) == sorted(marks(web).values())
    web.simulator.faults()
    assert web.imports(cli, mark=True).exit_code == 0
    assert len(recorded(cli)) == ALL


def test_a_row_that_is_another_one_by_now_gets_none(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)

    def swap(marking: Marking) -> bool:
        key = next(int(row["$key"]) for row in web.simulator.rows("vms") if row["name"] == "web")
        web.simulator.edit("vms", key, uuid="another")
        return True

    outcome = web.imports(cli, confirm_marks=swap, mark=True)
    assert outcome.marking
    (line,) = outcome.marking.failed
    assert "VirtualMachine 'web-vm'" in line
    assert "another object, whose uuid is not that of this one" in line
    assert "web" not in marks(web)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mark": True, "plan_only": True}, "--mark follows the state"),
        ({"mark": True, "no_state": True}, "--mark follows the state"),
        ({"mark": True, "offline": True}, "--mark follows the state"),
        ({"take_over": True}, "Add --mark to --take-over"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_read(
    web: SiteBench, cli: MemoryCli, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(EngineError, match=words):
        web.imports(cli, **options)
    assert web.simulator.requests() == []


def test_a_stack_that_wants_no_marks_is_told(web: SiteBench, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = MemoryCli(replace(STACK, config={"vergeos:mark": "false"}))
    with pytest.raises(EngineError, match=r"vergeos:mark is false, so nothing is to bear a mark\. Leave --mark out"):
        web.imports(cli, mark=True)
    assert web.simulator.requests() == []


@pytest.mark.promise(18)
def test_a_state_that_was_lost_is_made_again_by_the_tokens_in_the_marks(web: SiteBench, cli: MemoryCli) -> None:
    assert web.imports(cli, mark=True).regained == 0
    again = MemoryCli()
    outcome = web.imports(again)
    assert (outcome.regained, outcome.exit_code, len(written_to(web))) == (ALL, 0, ALL)
    assert recorded(again) == recorded(cli)


def test_what_is_given_back_is_as_it_was_before_the_import(web: SiteBench, cli: MemoryCli) -> None:
    """The mark is all that an import leaves, and ejecting takes it off."""
    web.network("odd", description="ends with a line\n", network="10.9.0.0/24", ipaddress="10.9.0.1")
    before = {table: web.simulator.rows(table) for table in TABLES}
    web.imports(cli, mark=True)
    assert {table: web.simulator.rows(table) for table in TABLES} != before
    assert list(unmark(parse(cli.state).entries)) == []
    after = {table: web.simulator.rows(table) for table in TABLES}
    assert [without_dates(rows) for rows in after.values()] == [without_dates(rows) for rows in before.values()]


def without_dates(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if not name.startswith(("modified", "need_"))} for row in rows]


# Of other stacks -----------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(web: SiteBench, tmp_path: Path) -> MemoryCli:
    """The site, managed by another stack."""
    other = MemoryCli(PROD)
    elsewhere(web, tmp_path / "prod", other, mark=True)
    web.simulator.reset("log")
    return other


@pytest.mark.promise(18)
def test_a_row_of_another_stack_is_taken_over_on_purpose_only(
    web: SiteBench, cli: MemoryCli, theirs: MemoryCli
) -> None:
    assert web.imports(cli).taken == []
    assert not [key for key in cli.entries if "Network" in key]
    asked: list[list[str]] = []

    def confirm(outcome: Outcome) -> bool:
        asked.append(outcome.taken)
        return True

    outcome = web.imports(cli, confirm, take_over=True, mark=True)
    assert "Network 'lan', which shop/prod as 'lan' manages" in asked[0]
    assert "NetworkRule 'https', which shop/prod as 'firewall/lan' manages" in asked[0]
    assert (len(outcome.taken), outcome.exit_code, outcome.quiet) == (ALL, 0, True)
    assert all(mark.startswith("[pulumi shop/dev ") for mark in marks(web).values())
    assert {*recorded(cli).values()} == {*marks(web).values()}
    assert not {*recorded(cli).values()} & {*recorded(theirs).values()}
    tokens = {str(entry["outputs"]["__token"]) for entry in theirs.entries.values() if "outputs" in entry}
    assert not [mark for mark in marks(web).values() if any(token in mark for token in tokens)]


def test_the_plan_tells_a_take_over_before_anything_else(web: SiteBench, cli: MemoryCli, theirs: MemoryCli) -> None:
    outcome = web.imports(cli, take_over=True, plan_only=True)
    assert len(outcome.taken) == ALL
    lines = {(line.table, line.name): line.reason for line in read_plan(plan_of(web.folder)).values()}
    assert lines["vms", "web"] == "taken over from shop/prod as 'web-vm'"
    assert web.imports(cli, take_over=True, no_state=True).taken == outcome.taken
    assert written_to(web) == []


def test_a_take_over_that_was_killed_is_gone_on_with(
    web: SiteBench, cli: MemoryCli, theirs: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("verge_pulumi.importing.finishing.write", killed)
        with pytest.raises(KeyboardInterrupt):
            web.imports(cli, take_over=True, mark=True)
    assert {*marks(web).values()} == {*recorded(theirs).values()}
    outcome = web.imports(cli, mark=True)
    assert outcome.marking
    assert len(outcome.marking.failed) == ALL, "without --take-over they stay the other stack's"
    assert "now belongs to shop/prod as 'lan'" in " ".join(outcome.marking.failed)
    assert (written_to(web), outcome.exit_code) == ([], 1)
    asked: list[str] = []

    def confirm(marking: Marking) -> bool:
        asked.extend(marking.taken)
        return True

    assert web.imports(cli, confirm_marks=confirm, take_over=True, mark=True).exit_code == 0
    assert "Network 'lan', which shop/prod as 'lan' manages" in asked
    assert {*marks(web).values()} == {*recorded(cli).values()}


@pytest.mark.promise(18)
def test_a_row_that_was_copied_with_its_mark_is_nobodys_and_gets_one_of_its_own(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, mark=True)
    mine = marks(web)["lan"]
    copy = web.network("copy", description=f"a copy\n{mine}", network="10.1.0.0/24", ipaddress="10.1.0.1")
    web.imports(cli)
    line = read_plan(plan_of(web.folder))["vnets", str(copy)]
    assert (line.treatment, "a copy of 'lan' of this stack" in line.reason) == ("leave", True)
    outcome = web.imports(cli, mark=True)
    assert outcome.exit_code == 0
    assert marks(web, "vnets")["lan"] == mine
    assert marks(web, "vnets")["copy"].startswith("[pulumi shop/dev copy ")
    assert {mine, marks(web, "vnets")["copy"]} <= {*recorded(cli).values()}


def test_which_of_two_rows_of_another_stack_is_the_copy_is_not_known_so_neither_is_taken(
    web: SiteBench, cli: MemoryCli
) -> None:
    for number, name in enumerate(("one", "two"), 1):
        web.network(name, description=OTHERS, network=f"10.{number}.0.0/24", ipaddress=f"10.{number}.0.1")
    web.imports(cli, take_over=True, mark=True)
    lines = {line.name: line for line in read_plan(plan_of(web.folder)).values() if line.table == "vnets"}
    reason = "several rows bear its mark, so it is a copy or was copied"
    assert {(lines[name].treatment, lines[name].reason) for name in ("one", "two")} == {("leave", reason)}
    assert {marks(web)[name] for name in ("one", "two")} == {OTHERS}


def test_what_a_person_leaves_to_the_other_stack_stays_there_with_what_is_in_it(
    web: SiteBench, cli: MemoryCli, theirs: MemoryCli
) -> None:
    web.imports(cli, plan_only=True, take_over=True)
    web.edit("lan", treatment="lookup")
    web.imports(cli, take_over=True, mark=True)
    lines = {(line.table, line.name): line for line in read_plan(plan_of(web.folder)).values()}
    host = lines["vnet_hosts", "db"]
    assert (host.treatment, host.reason) == ("lookup", "shop/prod as 'lan' manages what it is within")
    assert marks(web)["lan"] == recorded(theirs)[NETWORK]


PEOPLE = """
from verge_pulumi import Firewall, FirewallRule, Network
lan = Network("mine", name="lan")
Firewall("mine", network=lan, rules=[FirewallRule(name="https", protocol="tcp", destination_ports="443")])
"""


def test_a_firewall_of_people_has_no_rule_of_another_stack(web: SiteBench, cli: MemoryCli) -> None:
    (rule,) = [int(row["$key"]) for row in web.simulator.rows("vnet_rules") if row["name"] == "https"]
    web.simulator.edit("vnet_rules", rule, description=OTHERS)
    (web.folder / "__main__.py").write_text(PEOPLE)
    outcome = web.imports(cli, declared=True)
    assert outcome.differences == ["Firewall 'mine': rules"]
    assert cli.entries[FIREWALL.replace("lan", "mine")]["outputs"]["keys"] == {}


def test_a_program_of_people_takes_over_what_it_declares(web: SiteBench, cli: MemoryCli, theirs: MemoryCli) -> None:
    (web.folder / "__main__.py").write_text(PEOPLE)
    refused = web.imports(cli, declared=True, no_state=True)
    network, firewall = "Network 'mine': VergeOS has no such row", "Firewall 'mine': VergeOS has no row that it is of"
    assert refused.missing == [firewall, network]
    outcome = web.imports(cli, declared=True, take_over=True, mark=True)
    assert "Network 'lan', which shop/prod as 'lan' manages" in outcome.taken
    assert (outcome.exit_code, outcome.differences) == (0, [])
    assert marks(web)["lan"].startswith("[pulumi shop/dev mine ")
    assert marks(web)["https"].startswith("[pulumi shop/dev firewall/mine ")
    assert marks(web)["web"].startswith("[pulumi shop/prod web-vm ")


def test_what_is_within_a_copy_is_left_with_it(site: SiteBench, cli: MemoryCli) -> None:
    site.network()
    site.imports(cli, mark=True)
    copy = site.network("copy", description=marks(site)["lan"], network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.make("vnet_hosts", vnet=copy, host="db", ip="10.1.0.9")
    site.imports(cli)
    assert not [urn for urn in cli.entries if "HostOverride" in urn]


@pytest.mark.parametrize("second", ["", "[pulumi shop/qa firewall/lan 0badcafe-ffffffffffff]"])
def test_rules_of_several_stacks_are_not_taken_over_as_one(site: SiteBench, cli: MemoryCli, second: str) -> None:
    lan = site.network()
    for name, mark in (("a", "[pulumi shop/prod firewall/lan 0badcafe-0123456789ab]"), ("b", second)):
        site.make("vnet_rules", vnet=lan, name=name, protocol="tcp", destination_ports="22", description=mark)
    (site.folder / "__main__.py").write_text(
        "from verge_pulumi import Firewall, FirewallRule, Network\n"
        "lan = Network('lan', name='lan')\n"
        "rules = [FirewallRule(name=name, protocol='tcp', destination_ports='22') for name in 'ab']\n"
        "Firewall('lan', network=lan, rules=rules)\n"
    )
    with pytest.raises(EngineError, match="'a' by shop/prod as 'firewall/lan', 'b' by "):
        site.imports(cli, declared=True, take_over=True, mark=True)
    assert cli.state["deployment"] == {}
