"""All stages together, and the files that they leave."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.lab import ask
from tests.importing.bench import MemoryCli, SiteBench, record_quickly
from tests.importing.engine import differences
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing import chain, code
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.recording import Refused, Registered
from verge_pulumi.importing.scope import Scope
from verge_pulumi.review.stack_commands import Ran


def files(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture
def web(site: SiteBench) -> SiteBench:
    """A site with a machine on a network."""
    site.vm("web", {"eth0": site.network()})
    return site


@pytest.mark.promise(6)
def test_one_run_leaves_a_program_a_plan_and_a_state_and_the_next_finds_nothing(web: SiteBench, cli: MemoryCli) -> None:
    before = web.simulator.snapshot()
    web.simulator.reset("log")
    outcome = web.imports(cli)
    assert {request.verb for request in web.simulator.requests()} == {"GET"}
    assert web.simulator.snapshot() == before
    assert (outcome.differences, outcome.kept, outcome.quiet, outcome.exit_code) == ([], [], True, 0)
    assert outcome.new == len(cli.entries) - 1, "that of the stack itself is not imported"
    assert cli.commands == [("preview", "--diff", "--expect-no-changes")]
    assert any("pulumi stack import --file" in line for line in cli.told)
    left = files(web.folder)
    assert {"__main__.py", "infrastructure/compute.py", "infrastructure/network.py"} <= left.keys()
    assert {".vergeos/.gitignore", ".vergeos/site.json.gz", "vergeos-import/plan.csv"} <= left.keys()
    assert not [name for name in left if name.endswith(".part")]
    assert (web.folder / ".vergeos" / "before.json").stat().st_mode & 0o777 == 0o600
    assert json.loads(left[".vergeos/before.json"]) == {"version": 3, "deployment": {}}
    written = json.loads(left["vergeos-import/written.json"])["files"]
    assert {name: each["sha256"] for name, each in written.items()} == {
        name: hashlib.sha256(left[name]).hexdigest() for name in written
    }
    assert written["infrastructure/network.py"]["rows"] == ["vnets/5"]

    state = cli.state
    again = web.imports(cli)
    assert (again.new, again.exit_code) == (0, 0)
    assert cli.state == state
    assert files(web.folder) == left


def test_it_ends_where_it_is_told_to(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    assert [*files(web.folder)] == [
        name for name in files(web.folder) if name.startswith((".vergeos/", "vergeos-import/"))
    ]
    outcome = web.imports(cli, no_state=True)
    assert "infrastructure/compute.py" in files(web.folder)
    assert (outcome.differences, outcome.quiet, cli.state["deployment"], cli.commands) == ([], None, {}, [])


def test_offline_it_asks_vergeos_for_nothing_and_ends_the_same(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    web.simulator.reset("log")
    outcome = web.imports(cli, offline=True)
    assert web.simulator.requests() == []
    assert outcome.exit_code == 0


def test_offline_the_program_still_reads_what_it_looks_up_by_its_name(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    web.simulator.reset("log")
    web.imports(cli, offline=True, no_state=True, scope=Scope(only=("web",)))
    asked = {(request.verb, request.path) for request in web.simulator.requests()}
    assert asked == {("GET", "/api/v4/vnets")}


@pytest.mark.parametrize(
    "options",
    [{"plan_only": True}, {"plan_only": True, "take_over": True}, {"fold": True}, {"scope": Scope(only=("web",))}],
)
def test_what_a_program_declares_is_recorded_as_a_whole_or_not_at_all(
    web: SiteBench, cli: MemoryCli, options: dict[str, Any]
) -> None:
    (web.folder / "__main__.py").write_text("from verge_pulumi import Network\nNetwork('lan', name='lan')\n")
    with pytest.raises(EngineError, match="Leave out --plan, --fold, --only"):
        web.imports(cli, declared=True, **options)
    assert cli.state["deployment"] == {}


def test_who_says_no_gets_no_state(web: SiteBench, cli: MemoryCli) -> None:
    asked: list[Outcome] = []

    def confirm(outcome: Outcome) -> bool:
        asked.append(outcome)
        return False

    outcome = web.imports(cli, confirm=confirm)
    assert asked == [outcome]
    assert outcome.new > 0
    assert outcome.exit_code == 3
    assert cli.state["deployment"] == {}
    assert cli.commands == []
    assert not (web.folder / ".vergeos" / "before.json").exists()


def test_a_state_with_pending_operations_is_left_alone(web: SiteBench, cli: MemoryCli) -> None:
    web.simulator.reset("log")
    cli.state["deployment"] = {"pending_operations": [{"type": "creating"}]}
    advice = r"only the state records that\. Run 'pulumi up', then 'pulumi refresh --clear-pending-creates'"
    with pytest.raises(EngineError, match=advice):
        web.imports(cli)
    assert files(web.folder) == {}
    assert web.simulator.requests() == []


def test_a_preview_that_shows_changes_is_told(web: SiteBench, cli: MemoryCli) -> None:
    cli.preview = Ran(1, "~ name", "error")
    outcome = web.imports(cli)
    assert (outcome.quiet, outcome.shown, outcome.exit_code) == (False, "~ nameerror", 2)


def test_what_a_preview_shows_is_a_line_for_each_argument(web: SiteBench, cli: MemoryCli) -> None:
    """The form of the document is what Pulumi 3.259 prints."""
    urn = "urn:pulumi:dev::shop::vergeos:index:Server$pulumi-python:dynamic/vergeos:VirtualMachine::web-vm"
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"c4nary"'}
    states = {
        "newState": {"inputs": {"cpu_cores": 1, "console_pass": secret, "note": "x" * 200}},
        "oldState": {"outputs": {"cpu_cores": 3, "console_pass": secret}},
    }
    steps = [
        {"op": "refresh", "urn": urn, "detailedDiff": None},
        {"op": "same", "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"},
        {
            "op": "update",
            "urn": urn,
            "detailedDiff": {name: {} for name in ("cpu_cores", "console_pass", "note")},
            **states,
        },
        {"op": "create", "urn": urn.replace("web-vm", "more")},
    ]
    cli.preview, cli.listed = Ran(7, "~ cpu_cores: 3 => 1", ""), Ran(0, json.dumps({"steps": steps}), "")
    outcome = web.imports(cli)
    assert (outcome.quiet, outcome.exit_code) == (False, 2)
    todo = "Say in the program what VergeOS has, or run 'pulumi up'"
    web_vm = "VirtualMachine 'web-vm'"
    assert outcome.leftovers == [
        "VirtualMachine 'more': an update would create it. See 'pulumi preview --diff', and change the program",
        f"{web_vm}: console_pass is a secret in the program and a secret in VergeOS. {todo}",
        f"{web_vm}: cpu_cores is 1 in the program and 3 in VergeOS. {todo}",
        f'{web_vm}: note is "{"x" * 59}… in the program and unset in VergeOS. {todo}',
    ]
    assert "cpu_cores is 1 in the program" in (web.folder / "vergeos-import" / "report.md").read_text()


def test_a_literal_that_is_not_the_value_of_vergeos_is_found_before_the_state_is_written(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = code.quoted
    monkeypatch.setattr(code, "quoted", lambda text: real(text.replace("10.0.0.1", "10.0.0.2")))
    outcome = web.imports(cli)
    assert outcome.differences == ["Network 'lan': ipaddress"]
    assert (outcome.exit_code, cli.state["deployment"]) == (2, {})


def test_nothing_gets_into_the_state_while_the_program_differs(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        chain, "deployment", lambda before, *rest: ({**before, "resources": []}, ["Network 'lan': mtu"])
    )
    outcome = web.imports(cli)
    assert (outcome.differences, outcome.exit_code) == (["Network 'lan': mtu"], 2)
    assert cli.state["deployment"] == {}


@pytest.mark.promise(7)
def test_what_somebody_edited_is_never_overwritten(web: SiteBench, cli: MemoryCli) -> None:
    """The rest is written again; what is new goes into a module beside the edited one."""
    web.imports(cli, no_state=True)
    compute = web.folder / "infrastructure" / "compute.py"
    edited = compute.read_text() + "\n# by hand\n"
    compute.write_text(edited)
    network = (web.folder / "infrastructure" / "network.py").read_bytes()
    web.vm("db")
    web.make("vnets", name="wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    outcome = web.imports(cli, no_state=True)
    assert compute.read_text() == edited
    assert outcome.kept == []
    assert '"db"' in (web.folder / "infrastructure" / "compute_2.py").read_text()
    assert (web.folder / "infrastructure" / "network.py").read_bytes() != network
    main = (web.folder / "__main__.py").read_text()
    assert "compute, compute_2" in main


def test_a_main_program_that_is_not_ours_is_kept_and_told(web: SiteBench, cli: MemoryCli) -> None:
    main = web.folder / "__main__.py"
    main.write_text("from infrastructure import access, compute, network\n\n# mine\n")
    outcome = web.imports(cli, no_state=True)
    assert outcome.kept == ["__main__.py"]
    assert main.read_text().endswith("# mine\n")


def test_a_program_that_lacks_what_the_plan_manages_ends_it(web: SiteBench, cli: MemoryCli) -> None:
    """The main program of a new project imports nothing of what was written, so a preview would show no change."""
    main = web.folder / "__main__.py"
    main.write_text('"""A Python Pulumi program"""\n\nimport pulumi\n')
    words = r"the program lacks Group 'Operators' and 10 more, which the plan manages. Import in __main__.py"
    with pytest.raises(EngineError, match=words):
        web.imports(cli)
    assert cli.state["deployment"] == {}
    main.write_text("from infrastructure import access, compute, network  # and mine\n")
    assert web.imports(cli).exit_code == 0
    compute = web.folder / "infrastructure" / "compute.py"
    compute.write_text(compute.read_text().partition("web = Server")[0])
    with pytest.raises(
        EngineError, match=r"the program lacks VirtualMachine 'web-vm' and 3 more, .* or set its treatment to 'leave'"
    ):
        web.imports(cli)


def test_the_plan_that_people_edited_is_what_the_program_says(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    web.edit("lan", resource="backbone", variable="spine", module="core")
    web.edit("Operators", treatment="leave", reason="HR takes care of it")
    for _ in range(2):
        web.imports(cli, no_state=True)
        assert 'spine = Network(\n    "backbone"' in (web.folder / "infrastructure" / "core.py").read_text()
        assert "NicArgs(network=core.spine" in (web.folder / "infrastructure" / "compute.py").read_text()
        assert not (web.folder / "infrastructure" / "access.py").exists()
        assert "HR takes care of it" in (web.folder / "vergeos-import" / "plan.csv").read_text()


def test_a_row_that_the_whole_program_refuses_is_left_out_and_the_rest_goes_on(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [("Nic", "web-eth0", "no such plug."), ("Group", "Operators", "taken.")]

    def record(*arguments: Any) -> list[Registered]:
        if refused:
            raise Refused(*refused.pop())
        return record_quickly(*arguments)

    monkeypatch.setattr(chain, "record", record)
    outcome = web.imports(cli)
    assert outcome.refused == [
        "Group 'Operators': a program cannot say it: taken.",
        "Nic 'eth0': a program cannot say it: no such plug.",
    ]
    assert outcome.exit_code == 3
    assert outcome.quiet is True
    assert "left out: Group 'Operators' cannot be declared: taken." in cli.told
    names = {key.rpartition("::")[2] for key in cli.entries}
    assert "web-eth0" not in names
    assert {"web", "root", "lan"} <= names, "the VM is there without it, and no Server any more"


def test_a_firewall_that_the_whole_program_refuses_becomes_single_rules(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.make("vnet_rules", vnet=web.network("dmz"), name="https", protocol="tcp", destination_ports="443")
    refused = [("Firewall", "dmz", "no.")]

    def record(*arguments: Any) -> list[Registered]:
        if refused:
            raise Refused(*refused.pop())
        return record_quickly(*arguments)

    monkeypatch.setattr(chain, "record", record)
    outcome = web.imports(cli)
    assert (outcome.exit_code, outcome.refused) == (0, [])
    assert [key.rpartition(":")[2] for key in cli.entries if "NetworkRule" in key] == ["https"]


def test_a_row_that_is_refused_again_although_it_was_left_out_ends_it(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(*arguments: Any) -> list[Registered]:
        raise Refused("Network", "lan", "no.")

    monkeypatch.setattr(chain, "record", record)
    with pytest.raises(Refused, match="Network 'lan' cannot be declared: no"):
        web.imports(cli)


@pytest.mark.parametrize("kept", [True, False])
def test_a_refusal_of_what_is_no_row_or_in_an_edited_file_ends_it(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    def record(*arguments: Any) -> list[Registered]:
        raise Refused("Network", "lan" if kept else "unknown", "no.")

    monkeypatch.setattr(chain, "record", record)
    if kept:
        (web.folder / "__main__.py").write_text("# mine\n")
    with pytest.raises(Refused, match="cannot be declared: no"):
        web.imports(cli)
    assert cli.state["deployment"] == {}


@pytest.mark.parametrize("stage", ["plan", "program", "recording"])
def test_an_interrupt_leaves_whole_files_and_the_same_command_goes_on(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    def interrupt(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if stage == "plan":
            patched.setattr(chain, "write_plan", interrupt)
        elif stage == "program":
            real = Path.replace
            patched.setattr(Path, "replace", lambda self, to: interrupt() if "compute" in str(to) else real(self, to))
        else:
            patched.setattr(chain, "record", interrupt)
        with pytest.raises(KeyboardInterrupt):
            web.imports(cli)
    for name, content in files(web.folder / "infrastructure").items():
        if name.endswith(".py"):
            compile(content, name, "exec")
    assert cli.state["deployment"] == {}
    outcome = web.imports(cli)
    assert (outcome.exit_code, outcome.kept) == (0, [])
    assert not [name for name in files(web.folder) if name.endswith(".part")]


def test_a_table_without_right_is_named_and_the_rest_is_imported(web: SiteBench, cli: MemoryCli) -> None:
    web.simulator.faults(
        {
            "what": "status",
            "status": 403,
            "match": {"verb": "GET", "path": "/users$", "times": 0},
            "body": {"err": "no"},
        }
    )
    outcome = web.imports(cli)
    assert [*outcome.unread] == ["users"]
    assert (outcome.quiet, outcome.exit_code) == (True, 3)
    assert [line["type"] for line in cli.entries.values() if line["type"].endswith(":Permission")] == []


def test_what_comes_later_is_added_and_changes_nothing_of_what_was_there(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli)
    before, state = files(web.folder), cli.entries
    web.vm("db")
    outcome = web.imports(cli, scope=Scope(only=("db", "web")))
    after = files(web.folder)
    assert outcome.exit_code == 0
    assert {name: after[name] for name in before if name.startswith("infrastructure/")} == {
        name: before[name] for name in before if name.startswith("infrastructure/")
    }
    assert '"db"' in after["infrastructure/compute_2.py"].decode()
    assert {key: cli.entries[key] for key in state} == state
    assert outcome.new == len(cli.entries) - len(state) == 4


@pytest.mark.parametrize("mark", [False, True])
def test_a_rule_that_comes_later_stands_beside_the_firewall(web: SiteBench, cli: MemoryCli, mark: bool) -> None:
    (lan,) = [int(row["$key"]) for row in web.simulator.rows("vnets") if row["name"] == "lan"]
    for name in ("http", "https"):
        web.make("vnet_rules", vnet=lan, name=name, protocol="tcp", destination_ports="80")
    web.imports(cli, mark=mark)
    before, state = files(web.folder), {*cli.entries}
    web.make("vnet_rules", vnet=lan, name="later", protocol="tcp", destination_ports="443")
    outcome = web.imports(cli, mark=mark)
    assert (outcome.exit_code, {key.rpartition(":")[2] for key in cli.entries.keys() - state}) == (0, {"later"})
    after, state = files(web.folder), {*cli.entries}
    assert after["infrastructure/firewall.py"] == before["infrastructure/firewall.py"]
    assert "NetworkRule(" in after["infrastructure/firewall_2.py"].decode()
    again = web.imports(cli, mark=mark)
    assert (again.exit_code, again.new, {*cli.entries}) == (0, 0, state)


def test_a_written_list_that_is_broken_is_refused(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    (web.folder / "vergeos-import" / "written.json").write_text("{")
    with pytest.raises(EngineError, match=r"written\.json cannot be read .*\. Put it back from version control"):
        web.imports(cli)


def test_code_that_is_no_python_never_gets_a_name(
    web: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Program, "files", {"infrastructure/network.py": "class ="})
    with pytest.raises(SyntaxError):
        web.imports(cli)
    assert not (web.folder / "infrastructure" / "network.py").exists()


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(), 0),
        (Outcome(quiet=True), 0),
        (Outcome(quiet=False), 2),
        (Outcome(differences=["x"], refused=["y"]), 2),
        (Outcome(refused=["y"]), 3),
        (Outcome(unread={"users": "no"}), 3),
    ],
)
def test_the_exit_code_tells(outcome: Outcome, code: int) -> None:
    assert outcome.exit_code == code


PEOPLE = """
from verge_pulumi import *
lan = Network("backbone", name="lan", network="10.0.0.0/24", ipaddress="10.0.0.1")
Server("shop", name="web", ram=1024, drives={"root": DriveArgs(disksize="1GiB")},
       nics={"eth0": NicArgs(network=lan)}, power=PowerArgs(state="stopped"))
"""


def test_what_a_program_of_people_declares_is_recorded(web: SiteBench, cli: MemoryCli) -> None:
    (web.folder / "__main__.py").write_text(PEOPLE)
    before = web.simulator.snapshot()
    outcome = web.imports(cli, declared=True)
    assert (outcome.missing, outcome.differences, outcome.exit_code) == ([], [], 0)
    names = {key.rpartition("::")[2] for key in cli.entries}
    assert names == {"shop-dev", "default", "backbone", "shop", "shop-vm", "shop-root", "shop-eth0", "shop-power"}
    assert web.simulator.snapshot() == before
    assert (web.folder / "__main__.py").read_text() == PEOPLE
    assert not (web.folder / "infrastructure").exists()
    again = web.imports(cli, declared=True)
    assert (again.new, again.exit_code) == (0, 0)


def test_what_a_program_of_people_declares_and_vergeos_lacks_is_named(web: SiteBench, cli: MemoryCli) -> None:
    (web.folder / "__main__.py").write_text(PEOPLE + 'Network("dmz", name="dmz")\n')
    outcome = web.imports(cli, declared=True)
    assert outcome.missing == ["Network 'dmz': VergeOS has no such row"]
    assert outcome.exit_code == 2
    assert not [key for key in cli.entries if key.endswith("::dmz")]


def test_what_a_program_of_people_says_otherwise_is_for_the_preview(web: SiteBench, cli: MemoryCli) -> None:
    (web.folder / "__main__.py").write_text(PEOPLE.replace("ram=1024", "ram=2048"))
    cli.preview = Ran(1, "~ ram", "")
    outcome = web.imports(cli, declared=True)
    assert outcome.differences == ["VirtualMachine 'shop-vm': ram"]
    assert (outcome.quiet, outcome.exit_code) == (False, 2)
    assert cli.entries, "the state has what VergeOS has; an update brings what the program says"


LOOPS = """
import pulumi
from verge_pulumi import *

class Shop(pulumi.ComponentResource):
    def __init__(self, name, number):
        super().__init__("acme:index:Shop", name)
        here = pulumi.ResourceOptions(parent=self)
        lan = Network(f"{name}-lan", name=f"lan-{number}", opts=here)
        for part in range(2):
            Server(f"{name}-{part}", name=f"web-{number}-{part}", ram=1024,
                   drives={"root": DriveArgs(disksize="1GiB")}, nics={"eth0": NicArgs(network=lan)},
                   power=PowerArgs(state="stopped"), opts=here)

for number in range(2):
    Shop(f"shop-{number}", number)
"""


@pytest.mark.promise(21)
def test_a_program_of_people_with_components_and_loops_is_recorded(web: SiteBench, cli: MemoryCli) -> None:
    """The drives and NICs of all machines have the same names; what they are within tells which is which."""
    for number in range(2):
        lan = web.network(f"lan-{number}", network=f"10.{number + 1}.0.0/24", ipaddress=f"10.{number + 1}.0.1")
        for part in range(2):
            web.vm(f"web-{number}-{part}", {"eth0": lan})
    (web.folder / "__main__.py").write_text(
        LOOPS + 'Network("missing", name="dmz")\nTag("unclear", name="prod", category=by_name("of two"))\n'
    )
    category = web.make("tag_categories", name="of two", taggable_vms=True)
    for name in ("prod", "other"):
        web.make("tags", category=category, name=name)
    web.simulator.edit("tags", 2, name="prod")
    outcome = web.imports(cli, declared=True)
    assert outcome.missing == [
        "Network 'missing': VergeOS has no such row",
        "Tag 'unclear': several rows may be it: 1, 2",
    ]
    assert outcome.differences == []
    rows = {key.rpartition("::")[2]: entry for key, entry in cli.entries.items()}
    machines = {row["name"]: row for row in web.simulator.rows("vms")}
    for number, part in ((0, 0), (0, 1), (1, 0), (1, 1)):
        machine = machines[f"web-{number}-{part}"]
        assert rows[f"shop-{number}-{part}-vm"]["id"] == str(machine["$key"])
        drive = rows[f"shop-{number}-{part}-root"]
        assert drive["outputs"]["machine"] == machine["machine"]
        assert drive["urn"].split("::")[2].startswith("acme:index:Shop$vergeos:index:Server$")
    assert rows["shop-1-lan"]["parent"].endswith("acme:index:Shop::shop-1")
    assert differences(cli, web.simulator) == []


def test_a_component_depends_on_what_its_program_says(web: SiteBench, cli: MemoryCli) -> None:
    after = "opts=pulumi.ResourceOptions(depends_on=[lan])"
    (web.folder / "__main__.py").write_text(
        f"import pulumi\n{PEOPLE}".replace('state="stopped"))', f'state="stopped"), {after})')
    )
    assert web.imports(cli, declared=True).exit_code == 0
    assert [urn.rpartition("::")[2] for urn in cli.entries["vergeos:index:Server::shop"]["dependencies"]] == [
        "backbone"
    ]


@pytest.mark.promise(11)
def test_what_a_newer_release_has_is_told_and_no_hindrance(web: SiteBench, cli: MemoryCli) -> None:
    """Words that this package does not know, one of them where it knows all, and tables that it or VergeOS lacks."""
    web.simulator.edit("vms", 1, video="holographic", machine_type="pc-q35-99.0")
    web.simulator.edit("machines", web.machine(1), on_power_loss="teleport")
    index = [{"name": name, "type": "table"} for name in ("vms", "vm_actions", "wormholes", "black_holes")]
    web.simulator.faults(
        {"what": "status", "status": 404, "body": {"err": "no"}, "match": {"path": "/themes$", "times": 0}},
        {"what": "status", "status": 200, "body": index, "match": {"path": "/api/v4$", "times": 0}},
    )
    outcome = web.imports(cli)
    assert [*outcome.unread] == ["themes"]
    assert outcome.unknown == [
        "vms.machine_type is 'pc-q35-99.0', which is written as it is: VirtualMachine 'web'",
        "vms.on_power_loss is 'teleport', which is left out: VirtualMachine 'web'",
        "vms.video is 'holographic', which is written as it is: VirtualMachine 'web'",
    ]
    assert outcome.others == ["black_holes", "wormholes"]
    assert (outcome.differences, outcome.refused, outcome.exit_code) == ([], [], 3)
    program = (web.folder / "infrastructure" / "compute.py").read_text()
    assert '"holographic"' in program
    assert '"pc-q35-99.0"' in program
    assert "teleport" not in program
    assert differences(cli, web.simulator) == []


@pytest.mark.promise(11)
@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"video": "holographic"}, ["vms.video is 'holographic', which is written as it is: VirtualMachine 'web'"]),
        ({"boot_order": "zzz"}, ["vms.boot_order is 'zzz', which is left out: VirtualMachine 'web'"]),
        ({"video": "qxl"}, []),
    ],
)
def test_a_word_that_is_not_known_is_told_by_the_exit_code_alone_too(
    web: SiteBench, cli: MemoryCli, columns: dict[str, str], told: list[str]
) -> None:
    web.simulator.edit("vms", 1, **columns)
    for _ in range(2):  # what the state has since the first run is told as well
        outcome = web.imports(cli)
        assert (outcome.unknown, outcome.unread, outcome.quiet) == (told, {}, True)
        assert outcome.exit_code == (3 if told else 0)


@pytest.mark.promise(11)
def test_alike_machines_with_a_word_that_is_not_known_are_one_line(web: SiteBench, cli: MemoryCli) -> None:
    for number in range(3):
        web.vm(f"app-{number}", video="std")
    for row in web.simulator.rows("vms"):
        web.simulator.edit("vms", int(row["$key"]), video="holographic")
    (line,) = web.imports(cli, plan_only=True).unknown
    assert line.endswith(": VirtualMachine 'web' and 3 more")


def test_tables_that_are_not_known_are_told_and_no_reason_for_an_exit_code(web: SiteBench, cli: MemoryCli) -> None:
    index = [{"name": "wormholes", "type": "table"}, {"name": "all_holes", "type": "view"}, {"type": "table"}]
    web.simulator.faults({"what": "status", "status": 200, "body": index, "match": {"path": "/api/v4$", "times": 0}})
    outcome = web.imports(cli)
    assert (outcome.others, outcome.exit_code) == (["wormholes"], 0)


def test_an_account_that_may_not_list_the_tables_imports_without_them(web: SiteBench, cli: MemoryCli) -> None:
    web.simulator.faults(
        {"what": "status", "status": 403, "body": {"err": "no"}, "match": {"path": "/api/v4$", "times": 0}}
    )
    outcome = web.imports(cli)
    assert (outcome.others, outcome.exit_code) == ([], 0)


@pytest.mark.promise(16)
def test_a_running_machine_stays_so(web: SiteBench, cli: MemoryCli) -> None:
    ask(web.simulator, "POST", "vm_actions", {"vm": 1, "action": "poweron"})
    web.imports(cli)
    (power,) = [entry for key, entry in cli.entries.items() if key.endswith("::web-power")]
    assert power["inputs"]["state"] == "running"
    assert "PowerArgs" not in (web.folder / "infrastructure" / "compute.py").read_text()


def test_a_state_that_another_run_has_changed_meanwhile_is_left_alone(web: SiteBench, cli: MemoryCli) -> None:
    def confirm(outcome: Outcome) -> bool:
        cli.state["deployment"]["resources"] = [{"urn": "urn:pulumi:dev::shop::other::made-meanwhile", "type": "other"}]
        return True

    with pytest.raises(EngineError, match=r"the state was changed meanwhile\. Run the command again"):
        web.imports(cli, confirm=confirm)
    assert [*cli.entries] == ["other::made-meanwhile"]
    assert not (web.folder / ".vergeos" / "before.json").exists()


def test_what_the_state_has_already_is_taken_over_as_it_is(web: SiteBench, cli: MemoryCli) -> None:
    other = {
        "urn": "urn:pulumi:dev::shop::other:index:Thing::thing",
        "custom": True,
        "id": "x",
        "type": "other:index:Thing",
        "dependencies": None,
        "propertyDependencies": {"size": None},
    }
    # An update was cut off after a replacement, before the old one was deleted: it is there twice.
    there = [other, {**other, "id": "old", "delete": True}]
    cli.state["deployment"]["resources"] = list(there)
    web.imports(cli)
    assert [each for each in cli.state["deployment"]["resources"] if each["type"] == "other:index:Thing"] == there
    assert len(cli.entries) > 1
