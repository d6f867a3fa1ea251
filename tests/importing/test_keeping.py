"""No run takes away from what earlier ones have written and recorded, and none mixes two systems or two stacks."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.lab import ask
from tests.importing.bench import STACK, MemoryCli, SiteBench
from tests.importing.engine import differences
from tests.importing.hostile import fill
from tests.importing.test_again import edit, plan_of
from tests.importing.test_chain import files
from verge_pulumi import resources
from verge_pulumi.cli.imported import summary
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import OURS, StackState
from verge_pulumi.importing.scope import Scope
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def web(site: SiteBench) -> SiteBench:
    """A site with a machine on a network."""
    site.vm("web", {"eth0": site.network()})
    return site


def refused(site: SiteBench, cli: MemoryCli, words: str, **options: Any) -> None:
    """Import, which is to be refused before anything is written but what was read of VergeOS."""
    state, before = cli.state, files(site.folder)
    with pytest.raises(EngineError, match=words):
        site.imports(cli, **options)
    after = files(site.folder)
    assert {name: text for name, text in after.items() if not name.startswith(".vergeos/")} == {
        name: text for name, text in before.items() if not name.startswith(".vergeos/")
    }
    assert cli.state == state


def lose(path: Path, wanted: Callable[[str], bool]) -> None:
    """Take lines out of the plan."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not wanted(line)))


@pytest.mark.promise(6, 7)
@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        (lambda line: not line.startswith("table,"), r"\w+ '\w+' and \d more"),
        (lambda line: line.startswith("vms,"), "VirtualMachine 'web'"),
        (lambda line: line.startswith("vnets,") and ",lan," in line, "Network 'lan'"),
        (lambda line: line.startswith("machine_drives,"), "Drive 'root'"),
    ],
)
def test_lines_that_are_lost_empty_no_program(
    web: SiteBench, cli: MemoryCli, wanted: Callable[[str], bool], title: str
) -> None:
    web.imports(cli)
    lose(web.folder / "vergeos-import" / "plan.csv", wanted)
    refused(web, cli, rf"plan\.csv has no line for ({title}).*, which the program declares\. Put the file back from")


def test_a_plan_that_is_lost_before_the_state_is_written_does_not_start_anew(web: SiteBench, cli: MemoryCli) -> None:
    """Another stack may have recorded the program by now, on another machine."""
    web.imports(cli, no_state=True)
    (web.folder / "vergeos-import" / "plan.csv").unlink()
    refused(web, cli, r"has no line for .*Put the file back", plan_only=True)
    shutil.rmtree(web.folder / "infrastructure")
    shutil.rmtree(web.folder / "vergeos-import")
    assert web.imports(cli).exit_code == 0


@pytest.mark.promise(18)
@pytest.mark.parametrize("options", [{"no_state": True}, {"plan_only": True}, {}])
def test_another_stack_of_the_project_takes_nothing_out_of_the_program(
    web: SiteBench, cli: MemoryCli, options: dict[str, bool]
) -> None:
    web.imports(cli, mark=True)
    other = MemoryCli(replace(STACK, name="prod"))
    words = (
        r"written for the stack 'shop/dev', too, and would lose .* \(shop/dev as '[\w-]+' manages it\)\. Import into "
    )
    refused(web, other, words, **options)


def test_a_part_of_the_site_for_another_stack_takes_nothing_out_of_the_program(web: SiteBench, cli: MemoryCli) -> None:
    """Nothing bears a mark here."""
    web.imports(cli)
    other = MemoryCli(replace(STACK, name="prod"))
    words = r"would lose \w+ '\w+' and \d more \(it was not chosen\)\. Import into 'shop/prod'"
    refused(web, other, words, scope=Scope(only=("Network/lan",)))
    words = r"would lose \w+ '\w+' and \d more \(.*(is left out|it was excluded)\)"
    refused(web, other, words, scope=Scope(exclude=("web",)))


@pytest.mark.promise(18)
def test_what_was_written_and_another_stack_has_marked_since_leaves_the_program_only_as_people_decide(
    web: SiteBench, cli: MemoryCli, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As after a review: the files are here, and the state was written elsewhere, into another stack."""
    web.imports(cli, no_state=True)
    elsewhere = SiteBench(web.simulator, tmp_path_factory.mktemp("elsewhere"))
    elsewhere.imports(MemoryCli(replace(STACK, name="prod")), mark=True, scope=Scope(only=("Network/lan",)))
    words = r"the program in this folder declares Network 'lan', and shop/prod as 'lan' manages it\. Import into that"
    refused(web, cli, words)
    web.edit("lan", treatment="leave")
    assert web.imports(cli).exit_code == 0
    assert not (web.folder / "infrastructure" / "network.py").exists(), "what declares nothing any more is gone"
    assert 'by_name("lan")' in (web.folder / "infrastructure" / "compute.py").read_text()
    assert differences(cli, web.simulator) == []


@pytest.mark.promise(24)
def test_another_system_at_the_same_address_is_refused(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(words: str, **options: bool) -> None:
        simulator.reset("log")
        with monkeypatch.context() as patch:
            patch.setenv("VERGEOS_HOST", simulator.url)
            patch.setenv("VERGEOS_API_KEY", simulator.api_key)
            refused(other, cli, words, **options)
        assert {request.path for request in simulator.requests()} <= {"/api/v4/system"}

    with Simulator(Options(name="site-b")) as simulator:
        other = SiteBench(simulator, web.folder)
        other.vm("web", {"eth0": other.network()})
        web.imports(cli, plan_only=True)
        elsewhere(
            r"the plan in vergeos-import belongs to the system 'site-a', and \S+ is the system 'site-b'\. Point it"
        )
        elsewhere(r"site\.json\.gz was read from \S+, and not from \S+\. Read it again", offline=True)
        web.imports(cli)
        shutil.rmtree(web.folder / "vergeos-import")
        words = r"what the state of this stack has belongs to the system 'site-a', .*set vergeos:formerName to '\S+'"
        elsewhere(words)
        elsewhere(words, declared=True)


def test_a_renamed_system_is_the_same_with_its_former_name(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release without an id of the system is known by its name."""
    web.imports(cli)
    for entry in cli.entries.values():
        if "__origin" in entry.get("outputs", {}):
            entry["outputs"]["__origin"]["system"] = "before"
    path = web.folder / "vergeos-import" / "written.json"
    plan = path.read_text()
    refused(web, cli, "what the state of this stack has belongs to")
    cli.config["vergeos:formerName"] = "before"
    web.vm("db")
    outcome = web.imports(cli)
    assert (outcome.exit_code, outcome.new, path.read_text() != plan) == (0, 4, True)
    web.edit("lan", treatment="leave")
    refused(web, cli, "the state of this stack has Network 'lan'")


@pytest.mark.promise(7)
@pytest.mark.parametrize(
    ("name", "treatment"), [("web", "leave"), ("lan", "leave"), ("lan", "lookup"), ("root", "leave"), ("http", "leave")]
)
def test_the_plan_does_not_take_out_what_the_state_has(
    web: SiteBench, cli: MemoryCli, name: str, treatment: str
) -> None:
    lan = next(int(row["$key"]) for row in web.simulator.rows("vnets") if row["name"] == "lan")
    for rule in ("http", "https"):
        web.make("vnet_rules", vnet=lan, name=rule, protocol="tcp", destination_ports="80")
    web.imports(cli)
    web.edit(name, treatment=treatment)
    words = rf"the state of this stack has \w+ '{name}'.*, so the plan cannot leave that out\. Set .*eject"
    refused(web, cli, words)


@pytest.mark.parametrize(("name", "change"), [("root", "treatment"), ("http", "treatment"), ("web", "resource")])
def test_no_row_comes_into_the_state_twice(web: SiteBench, cli: MemoryCli, name: str, change: str) -> None:
    lan = next(int(row["$key"]) for row in web.simulator.rows("vnets") if row["name"] == "lan")
    for rule in ("http", "https"):
        web.make("vnet_rules", vnet=lan, name=rule, protocol="tcp", destination_ports="80")
    web.imports(cli)
    web.edit(name, **{change: "manage" if change == "treatment" else "shop"})
    refused(web, cli, r"' is in the state as \w+ '[\w-]+', and would be \w+ '[\w-]+' as well\. Set its line in ")


def test_a_row_that_the_state_has_under_another_name_is_never_recorded_again(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    state = copy.deepcopy(cli.state["deployment"])
    (drive,) = [entry for entry in state["resources"] if entry["type"].endswith(":Drive")]
    drive["urn"] = drive["urn"].replace("web-root", "mine")
    plan = web.plan()
    with pytest.raises(EngineError, match=r"row 1 of machine_drives would be .* twice, as Drive 'mine' and as Drive"):
        web.deployed(plan, before=state)


def test_what_people_moved_to_code_of_their_own_is_left_by_the_plan(web: SiteBench, cli: MemoryCli) -> None:
    """Its module was edited, so nothing is lost by that; what lies within the machine follows it."""
    web.imports(cli)
    compute = web.folder / "infrastructure" / "compute.py"
    compute.write_text(compute.read_text().replace("web = Server(", "mine = Server("))
    web.edit("web", treatment="leave")
    before, state = (web.folder / "__main__.py").read_text(), cli.state
    outcome = web.imports(cli)
    assert (outcome.exit_code, outcome.new, cli.state == state) == (0, 0, True)
    assert (web.folder / "__main__.py").read_text() == before
    assert {line["treatment"] for line in plan_of(web) if line["name"] in ("web", "root", "eth0")} <= {
        "leave",
        "lookup",
    }


def test_a_module_stays_as_long_as_the_state_has_something_of_it(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    site.vm("web")
    site.imports(cli)
    main = (site.folder / "__main__.py").read_text()
    site.simulator.remove("vnets", lan)
    for _ in range(2):
        site.imports(cli)
        assert (site.folder / "__main__.py").read_text() == main
    assert (site.folder / "infrastructure" / "network.py").exists()
    assert "vnets" not in {line["table"] for line in plan_of(site) if line["name"] == "lan"}


def test_modules_that_people_emptied_in_the_plan_are_removed(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, no_state=True)
    edit(web, lambda line: {"module": "core"} if line["module"] else {})
    assert web.imports(cli).exit_code == 0
    assert [path.stem for path in sorted(web.folder.glob("infrastructure/*.py"))] == ["__init__", "core"]
    assert "import core" in (web.folder / "__main__.py").read_text()


@pytest.mark.promise(7)
def test_a_part_that_is_to_stand_by_itself_does_so(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    web.edit("root", treatment="manage")
    assert web.imports(cli).exit_code == 0
    kinds = {key.rpartition(":")[0].rpartition(":")[0].rpartition(":")[2] for key in cli.entries}
    assert "Server" not in kinds
    assert {"VirtualMachine", "Drive", "Nic"} <= kinds
    assert differences(cli, web.simulator) == []


@pytest.mark.parametrize(
    ("name", "treatment", "words"),
    [
        ("web", "part", "says 'part' for VirtualMachine 'web', but .*Set it to 'manage'"),
        ("photo.iso", "manage", "says 'manage' for MediaFile 'photo.iso', but .*Set it to 'leave'"),
    ],
)
def test_a_decision_that_has_no_effect_is_refused(
    web: SiteBench, cli: MemoryCli, name: str, treatment: str, words: str
) -> None:
    web.make("files", name="photo.iso")
    web.imports(cli, plan_only=True)
    web.edit(name, treatment=treatment)
    refused(web, cli, words)


def test_a_pattern_that_nothing_meets_writes_nothing(web: SiteBench, cli: MemoryCli) -> None:
    refused(web, cli, r"VergeOS has nothing with the name 'wbe'\. Name one as it is", scope=Scope(only=("wbe",)))


def test_where_there_is_nothing_to_import_nothing_is_written(site: SiteBench, cli: MemoryCli) -> None:
    outcome = site.imports(cli, scope=Scope(only=("Network/External",)))
    assert (outcome.new, outcome.quiet, outcome.exit_code) == (0, None, 0)
    assert cli.state["deployment"] == {}
    assert cli.commands == []


@pytest.mark.promise(30)
def test_more_requests_than_an_hour_has_are_refused_at_once(site: SiteBench, cli: MemoryCli) -> None:
    site.imports(cli, plan_only=True)
    told = next(line for line in cli.told if line.startswith("reading "))
    tables = int(told.split()[1])
    assert "again" not in told
    cli.config["vergeos:requestsPerHour"] = str(2 * tables)
    site.simulator.reset("log")
    refused(
        site, cli, rf"{tables} tables are read twice, .*: that takes {2 * tables} requests or more, and \d+ can be "
    )
    assert {request.path for request in site.simulator.requests()} == {"/api/v4/system"}
    assert site.imports(cli, plan_only=True).exit_code == 0
    del cli.config["vergeos:requestsPerHour"]
    assert site.imports(cli).exit_code == 0
    assert any("; as many before the state is written, and once more if something cha" in line for line in cli.told)


def given_again(site: SiteBench, table: str, key: int | str, make: Callable[[], object]) -> None:
    """Remove a row, and let VergeOS give its key to the next one."""
    site.simulator.remove(table, key)
    content = site.simulator.dump()
    content["next"][table] = int(key)
    site.simulator.load(content)
    make()


@pytest.mark.promise(18)
@pytest.mark.parametrize("description", ["", "[pulumi shop/prod other 7f3a21c4-9d3ed164b2c4]"])
@pytest.mark.parametrize("mark", [True, False])
def test_a_key_that_was_given_to_another_object_brings_nothing_of_that_into_the_state(
    web: SiteBench, cli: MemoryCli, description: str, mark: bool
) -> None:
    """Its drive would be one of ours, and the next update would take it away."""
    web.imports(cli, mark=mark)
    (vm,) = [row["$key"] for row in web.simulator.rows("vms") if row["name"] == "web"]
    given_again(web, "vms", vm, lambda: web.vm("other", description=description))
    assert [row["$key"] for row in web.simulator.rows("vms") if row["name"] == "other"] == [vm]
    refused(web, cli, rf"has VirtualMachine 'web-vm' as row {vm} of vms, and that is another object by now.*refresh")


@pytest.mark.promise(18)
def test_a_key_of_a_network_that_was_given_again_is_refused_too(web: SiteBench, cli: MemoryCli) -> None:
    web.simulator.remove("vms", 1)
    web.imports(cli)
    (lan,) = [row["$key"] for row in web.simulator.rows("vnets") if row["name"] == "lan"]
    given_again(web, "vnets", lan, lambda: web.network("theirs"))
    refused(
        web, cli, r"has Network 'lan' as row \d+ of vnets, and that is another object by now\. Run 'pulumi refresh'"
    )


def unreadable(*tables: str) -> list[dict[str, Any]]:
    """Return the faults by which VergeOS refuses to list tables."""
    answer = {"what": "status", "status": 403, "body": {"err": "no"}}
    return [{**answer, "match": {"path": f"/{table}$", "times": 0}} for table in tables]


@pytest.mark.promise(7)
def test_what_people_decided_and_called_is_kept_while_a_table_cannot_be_read(web: SiteBench, cli: MemoryCli) -> None:
    web.vm("db")
    web.imports(cli, plan_only=True)
    web.edit("db", treatment="leave", reason="it belongs to finance")
    web.edit("web", resource="frontend")
    web.simulator.faults(*unreadable("vms"))
    outcome = web.imports(cli, plan_only=True)
    assert (list(outcome.unread), outcome.exit_code) == (["vms"], 3)
    web.simulator.faults()
    web.imports(cli)
    names = {entry["urn"].rpartition("::")[2] for entry in cli.entries.values()}
    assert "frontend" in names
    assert not [name for name in names if name.startswith("db")]


@pytest.mark.promise(7)
def test_what_people_left_out_stays_so_though_it_was_out_of_sight(web: SiteBench, cli: MemoryCli) -> None:
    web.vm("db")
    web.imports(cli, plan_only=True)
    web.edit("db", treatment="leave")
    there = web.simulator.dump()
    web.simulator.load({**there, "rows": {**there["rows"], "vms": []}})
    web.imports(cli, plan_only=True)
    web.simulator.load(there)
    web.imports(cli)
    assert not [urn for urn in cli.entries if urn.rpartition("::")[2].startswith("db")]


@pytest.mark.promise(5)
@pytest.mark.parametrize("table", ["vnets", "machine_drives", "vms"])
def test_what_the_state_has_and_cannot_be_read_is_left_as_it_is(web: SiteBench, cli: MemoryCli, table: str) -> None:
    web.imports(cli)
    web.vm("db")
    web.simulator.faults(*unreadable(table))
    refused(web, cli, rf"this stack has \w+ '[\w-]+', and {table} cannot be read now: .*403.*\. Run the command")
    web.simulator.faults()
    assert web.imports(cli).exit_code == 0
    assert differences(cli, web.simulator) == []


def test_a_second_part_takes_the_first_one_out_of_no_program(web: SiteBench, cli: MemoryCli) -> None:
    web.vm("db")
    db = Scope(only=("db",))
    web.imports(cli, no_state=True, scope=Scope(only=("web",)))
    refused(web, cli, r"declares .*, which the state does not have yet and this run does not choose\. Run", scope=db)
    web.imports(cli, scope=Scope(only=("web",)))
    assert web.imports(cli, scope=db).exit_code == 0
    assert {"web", "db"} <= {urn.rpartition("::")[2] for urn in cli.entries}


def test_what_is_gone_in_vergeos_is_told_and_no_success(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    web.simulator.remove("vms", 1)
    outcome = web.imports(cli)
    assert outcome.gone == ["Drive 'web-root'", "Nic 'web-eth0'", "VirtualMachine 'web-vm'"]
    assert outcome.exit_code == 2
    told = summary(outcome)
    assert "In the state, and gone in VergeOS; 'pulumi refresh' takes them out:\n  Drive 'web-root'" in told


@pytest.mark.promise(6, 7)
def test_without_the_note_of_what_was_written_nothing_is(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    (web.folder / "vergeos-import" / "written.json").unlink()
    refused(web, cli, r"written\.json is not there, .* Put it back from version control")


def test_a_program_that_people_have_moved_is_no_reason_to_stop(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    package = web.folder / "infrastructure"
    package.rename(web.folder / "ours")
    main = web.folder / "__main__.py"
    main.write_text(main.read_text().replace("infrastructure", "ours"))
    for path in (web.folder / "ours").glob("*.py"):
        path.write_text(path.read_text().replace("infrastructure", "ours"))
    assert web.imports(cli, declared=True).exit_code == 0


def test_the_key_of_any_kind_may_be_given_to_another_object(site: SiteBench, cli: MemoryCli) -> None:
    """Whatever tells one from the other: what VergeOS drew for it, a parent, or its name where nothing else does."""
    fill(site.simulator, 3, 2)
    site.imports(cli)
    seen = set[str]()
    for entry in list(cli.entries.values()):
        held = StackState({"resources": [entry]}).held
        place = held[0].place if held else None
        if place is None or place[0] in seen:
            continue
        declaration = getattr(resources, entry["type"].removeprefix(OURS)).declaration
        (row,) = [each for each in site.simulator.rows(place[0]) if str(each["$key"]) == place[1]]
        names = [declaration.inputs[name].column for name in declaration.unique if name in declaration.inputs]
        drawn = {name: row[name] for name in declaration.fixed if row.get(name) is not None}
        others = {name: row[name] for name in names if isinstance(row.get(str(name)), str)}
        changes = {
            name: value + 1 if isinstance(value, int) else f"{value}x" for name, value in (drawn or others).items()
        }
        if not changes:
            continue
        seen.add(place[0])
        site.simulator.edit(place[0], row["$key"], **changes)
        refused(site, cli, rf" as row {place[1]} of {place[0]}, and that is another object by now\.")
        site.simulator.edit(place[0], row["$key"], **{name: row[name] for name in changes})
    assert seen > {"vnets", "vms", "users", "groups", "tags", "tag_categories", "vnet_hosts", "vnet_dns_zones"}
    assert site.imports(cli).exit_code == 0


@pytest.mark.parametrize("again", [False, True])
def test_a_rule_of_a_firewall_that_is_gone_is_told_too(site: SiteBench, cli: MemoryCli, again: bool) -> None:
    network = site.network()
    rule = {"vnet": network, "protocol": "tcp", "destination_ports": "443"}
    key = int(ask(site.simulator, "POST", "vnet_rules", {**rule, "name": "https"})["$key"])
    site.imports(cli)
    if again:
        given_again(
            site, "vnet_rules", key, lambda: ask(site.simulator, "POST", "vnet_rules", {**rule, "name": "theirs"})
        )
    else:
        site.simulator.remove("vnet_rules", key)
    outcome = site.imports(cli)
    assert (outcome.gone, outcome.exit_code) == (["the rule 'https' of Firewall 'lan'"], 2)
