"""``verge-pulumi drift`` against the simulator, with states made of what the providers made."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.cli.states import export, made
from tests.providers.bench import Bench, Managed
from verge_pulumi.cli.app import app
from verge_pulumi.review.drift import Difference, Drifted, Report, Risk, Stray, find_drift
from verge_pulumi.review.drift_words import LISTED, render
from verge_pulumi.review.output import Format
from verge_pulumi.review.stacks import read_state

LOADING = b"cverge_pulumi.engine.loader\nload\n(V%s\ntR."


@pytest.fixture
def lan(bench: Bench) -> Managed:
    """A network of shop/dev."""
    return bench.create("Network", "lan", name="dev-lan", network="10.0.0.0/24", dhcp_enabled=True)


@pytest.fixture
def web(bench: Bench) -> Managed:
    """A VM of shop/dev."""
    return bench.create("VirtualMachine", "web", name="dev-web", cpu_cores=2, console_pass="sesame-opens")


def found(folder: Path, *resources: Managed, **options: Any) -> Report:
    """Look for drift of shop/dev, which must write nothing."""
    simulator = resources[0].bench.simulator
    state = read_state(export(folder, "shop/dev", *resources, **options))
    simulator.reset("log")
    report = find_drift([state])
    assert {request.verb for request in simulator.requests()} == {"GET"}
    assert report.requests == len(simulator.requests())
    return report


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["drift", *arguments])


def test_what_is_as_it_was_left_has_not_drifted(bench: Bench, lan: Managed, web: Managed, tmp_path: Path) -> None:
    report = found(tmp_path, lan, web)
    assert (report.stacks, report.checked, report.drifted, report.strays) == (("shop/dev",), 2, (), ())
    assert (report.exit_code, report.requests) == (0, 6)


def test_fifty_objects_cost_no_more_requests_than_five(bench: Bench, tmp_path: Path) -> None:
    several = [bench.create("Network", f"lan-{n}", name=f"dev-lan-{n}") for n in range(25)]
    several += [bench.create("VirtualMachine", f"web-{n}", name=f"dev-web-{n}") for n in range(25)]
    report = found(tmp_path, *several)
    # The system, the stack's rows of two tables, what else these hold, and the rules of the networks.
    assert (report.checked, report.drifted, report.requests) == (50, (), 6)


def test_rows_without_a_mark_are_read_together(bench: Bench, web: Managed, tmp_path: Path) -> None:
    files = [bench.create("CloudInitFile", f"file-{n}", vm=web.id, name=f"/file-{n}", contents="x") for n in range(10)]
    assert found(tmp_path, web, *files).requests <= 8


def test_each_field_that_differs_is_told(bench: Bench, lan: Managed, web: Managed, tmp_path: Path) -> None:
    bench.simulator.edit("vms", int(web.id), cpu_cores=8, os_description="not set by the program")
    report = found(tmp_path, lan, web)
    (drifted,) = report.drifted
    assert (drifted.stack, drifted.title, drifted.id) == ("shop/dev", "VirtualMachine 'web'", web.id)
    assert (drifted.what, drifted.risk) == ("changed", Risk.MEDIUM)
    assert drifted.differences == (Difference(field="cpu_cores", recorded=2.0, live=8),)
    assert report.exit_code == 1


def test_what_only_means_the_same_has_not_drifted(bench: Bench, web: Managed, tmp_path: Path) -> None:
    nic = bench.create("Nic", "nic", vm=web.id, name="eth0", macaddress="F0:DB:30:00:00:01")
    bench.simulator.edit("machine_nics", int(nic.id), macaddress="f0-db-30-00-00-01")
    assert found(tmp_path, web, nic).drifted == ()


def test_what_is_gone_weighs_most(bench: Bench, lan: Managed, web: Managed, tmp_path: Path) -> None:
    bench.simulator.edit("vnets", int(lan.id), name="renamed")
    bench.simulator.remove("vms", int(web.id))
    report = found(tmp_path, lan, web)
    assert [(each.title, each.what, each.risk) for each in report.drifted] == [
        ("VirtualMachine 'web'", "gone", Risk.HIGH),
        ("Network 'lan'", "changed", Risk.LOW),
    ]


def test_what_another_stack_took_over_is_gone(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    bench.simulator.edit("vnets", int(lan.id), description="[pulumi other/prod lan 1c0ffee5]")
    assert [each.what for each in found(tmp_path, lan).drifted] == ["gone"]


def test_a_rule_weighs_much_whatever_differs(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    rule = bench.create("NetworkRule", "ssh", network=lan.id, name="ssh", source_ip="10.0.0.5", action="accept")
    bench.simulator.edit("vnet_rules", int(rule.id), source_ip="")
    (drifted,) = found(tmp_path, lan, rule).drifted
    assert drifted.risk is Risk.HIGH
    assert drifted.differences == (Difference(field="source_ip", recorded="10.0.0.5", live=None),)


def test_what_can_only_be_made_anew_weighs_much(bench: Bench, tmp_path: Path) -> None:
    lan = bench.create("Network", "lan", name="dev-lan", type="internal")
    bench.simulator.edit("vnets", int(lan.id), type="vpn")
    assert [each.risk for each in found(tmp_path, lan).drifted] == [Risk.HIGH]


def test_power_is_compared_too(bench: Bench, web: Managed, tmp_path: Path) -> None:
    power = bench.create("Power", "on", of=f"vms/{web.id}", state="running")
    power.destroy()
    (drifted,) = found(tmp_path, web, power).drifted
    assert (drifted.title, drifted.risk) == ("Power 'on'", Risk.MEDIUM)
    assert drifted.differences == (Difference(field="state", recorded="running", live="stopped"),)


@pytest.mark.parametrize("show_secrets", [True, False])
def test_a_secret_is_compared_where_the_export_tells_it_and_never_shown(
    bench: Bench, web: Managed, tmp_path: Path, show_secrets: bool
) -> None:
    file = bench.create("CloudInitFile", "file", vm=web.id, name="/user-data", contents="#cloud-config\n{}")
    file.seen_by(bench).up(contents="#cloud-config\n{hostname: sesame}")
    report = found(tmp_path, web, file, show_secrets=show_secrets)
    shown = [render(report, form) for form in Format]
    assert [each.title for each in report.drifted] == (["CloudInitFile 'file'"] if show_secrets else [])
    assert not any("sesame" in text for text in shown)


def test_what_was_left_unfinished_is_told(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    lan.outs["__unfinished"] = "it did not start"
    (drifted,) = found(tmp_path, lan).drifted
    assert (drifted.what, drifted.risk) == ("unfinished", Risk.MEDIUM)


def test_what_is_in_no_stack_is_counted(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    for n in range(5):
        bench.simulator.add("vms", name=f"by-hand-{n}", description="made in the UI")
    bench.simulator.add("vms", name="snapshot", is_snapshot=True)
    bench.simulator.add("vms", name="other", description="[pulumi other/prod web 1c0ffee5]")
    bench.simulator.add("vnets", name="lost", description="[pulumi shop/dev lost 1c0ffee5]")
    bench.simulator.add("vms", name="lost-1", description="[pulumi shop/dev lost-1 1c0ffee5]")
    bench.simulator.add("vms", name="lost-2", description="[pulumi shop/dev lost-2 1c0ffee5]")
    report = found(tmp_path, lan)
    assert report.exit_code == 0
    assert render(report, Format.TEXT).splitlines()[1:] == [
        "5 VMs exist that are in no stack: by-hand-0, by-hand-1, by-hand-2, by-hand-3, by-hand-4",
        "2 VMs bear the mark of a stack whose state does not hold them: lost-1, lost-2",
        "1 network bears the mark of a stack whose state does not hold it: lost",
    ]


def test_a_copy_of_a_managed_row_is_told_apart_by_its_key(bench: Bench, web: Managed, tmp_path: Path) -> None:
    bench.simulator.add("vms", name="a copy", description=web.row()["description"])
    report = found(tmp_path, web)
    assert [(stray.name, stray.mark) for stray in report.strays] == [("a copy", web.outs["__mark"])]
    assert (report.drifted, report.exit_code) == ((), 0)


def test_a_copy_is_found_whatever_the_text_of_its_mark_says(bench: Bench, web: Managed, tmp_path: Path) -> None:
    renamed = str(web.outs["__mark"]).replace("shop/dev", "shop/before-it-was-renamed")
    bench.simulator.edit("vms", int(web.id), description=renamed)
    bench.simulator.add("vms", name="a copy", description=renamed)
    assert [stray.name for stray in found(tmp_path, web).strays] == ["a copy"]


def test_who_has_a_key_again_is_no_object_of_the_stack(bench: Bench, web: Managed, tmp_path: Path) -> None:
    again = "[pulumi shop/dev web 1c0ffee5]"
    bench.simulator.edit("vms", int(web.id), name="another", description=again)
    report = found(tmp_path, web)
    assert [each.what for each in report.drifted] == ["gone"]
    assert [(stray.name, stray.mark) for stray in report.strays] == [("another", again)]


def test_several_stacks_are_compared_at_once(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    prod = made(bench, "shop/prod", "Network", "lan", name="prod-lan")
    bench.simulator.edit("vnets", int(prod.id), name="renamed")
    result = run(export(tmp_path, "shop/dev", lan), export(tmp_path, "shop/prod", prod))
    assert result.exit_code == 1
    assert result.output.splitlines()[0].startswith("2 objects of shop/dev, shop/prod: 1 drifted (0 of high risk,")


def test_another_system_is_an_error_and_no_drift(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    lan.outs["__origin"] = {**lan.outs["__origin"], "system": "another", "name": "site-b"}
    report = found(tmp_path, lan)
    assert (report.exit_code, report.drifted) == (2, ())
    assert "belongs to the system 'site-b'" in report.errors[0]
    assert "Not compared" in render(report, Format.MARKDOWN)
    assert "site-b" in render(report, Format.TEXT)


@pytest.mark.parametrize(
    ("provider", "cause"),
    [
        ("?", "has no resource 'Teleporter'"),
        (
            b64encode(LOADING % b"nowhere.at_all:Teleporter"),
            "is declared in 'nowhere.at_all', and only resources of verge_pulumi.resources are loaded",
        ),
    ],
)
def test_a_resource_that_is_not_known_here_is_an_error(
    bench: Bench, lan: Managed, tmp_path: Path, provider: str | bytes, cause: str
) -> None:
    path = Path(export(tmp_path, "shop/dev", lan, lan))
    document = json.loads(path.read_text())
    entry = document["deployment"]["resources"][2]
    constant = provider if isinstance(provider, str) else provider.decode()
    entry["inputs"]["__provider"], entry["type"] = constant, "pulumi-python:dynamic/vergeos:Teleporter"
    path.write_text(json.dumps(document))
    result = run(str(path))
    assert result.exit_code == 2
    assert result.output.startswith("2 objects of shop/dev: none drifted")
    assert cause in result.output


def test_an_empty_state_is_that_of_a_run_that_saved_nothing(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    report = find_drift([read_state(export(tmp_path, "shop/dev"))])
    assert (report.checked, [stray.name for stray in report.strays]) == (0, ["dev-lan"])
    assert report.strays[0].mark == lan.outs["__mark"]


def test_power_makes_nothing_managed(bench: Bench, tmp_path: Path) -> None:
    key = bench.simulator.add("vms", name="by-hand")
    power = bench.create("Power", "on", of=f"vms/{key}", state="running")
    assert [stray.name for stray in found(tmp_path, power).strays] == ["by-hand"]


# The command


def test_json_tells_everything_in_ascii(bench: Bench, web: Managed, tmp_path: Path) -> None:
    bench.simulator.edit("vms", int(web.id), cpu_cores=8)
    bench.simulator.add("vnets", name="hostile \u202e name")
    result = run(export(tmp_path, "shop/dev", web), "--format", "json")
    assert result.exit_code == 1
    assert result.output.isascii()
    document = json.loads(result.output)
    assert document["drifted"][0]["differences"] == [
        {"field": "cpu_cores", "recorded": 2.0, "live": 8, "words": ["2", "8"]}
    ]
    assert (document["checked"], document["exit_code"], document["errors"]) == (1, 1, [])
    assert [stray["name"] for stray in document["strays"]] == ["hostile \u202e name"]


@pytest.mark.fault(81)
def test_hostile_names_are_harmless() -> None:
    hostile = "a`|b\x1b[2J\u202e@team"
    report = Report(
        stacks=(hostile,),
        checked=1,
        drifted=(
            Drifted(
                stack=hostile,
                title=hostile,
                id="1",
                what="changed",
                risk=Risk.LOW,
                differences=(Difference(field="name", recorded=hostile, live=hostile),),
            ),
        ),
        strays=(Stray(noun="VM", key="1", name=hostile),),
        errors=(),
        requests=1,
    )
    for form in (Format.TEXT, Format.MARKDOWN):
        shown = render(report, form)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "| ``a`¦b@team`` |" in render(report, Format.MARKDOWN)
    assert "1 object of ``a`|b@team``: 1 drifted" in render(report, Format.MARKDOWN)


def test_long_lists_are_cut() -> None:
    strays = tuple(Stray(noun="VM", key=str(n), name=f"vm-{n}") for n in range(LISTED + 2))
    report = Report(stacks=("shop/dev",), checked=0, drifted=(), strays=strays, errors=(), requests=1)
    for form in (Format.TEXT, Format.MARKDOWN):
        shown = render(report, form)
        assert shown.endswith("and 2 more")
        assert f"{LISTED + 2} VMs exist that are in no stack" in shown


def test_what_cannot_be_read_ends_with_one_sentence(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    result = run(str(broken))
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for drift: '")
    assert "is not what 'pulumi stack export' writes" in result.output


def test_missing_credentials_end_with_one_sentence(
    bench: Bench, lan: Managed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VERGEOS_API_KEY")
    result = run(export(tmp_path, "shop/dev", lan))
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for drift: VERGEOS_API_KEY, or VERGEOS_USERNAME")


RULES = [
    {"name": "ssh", "protocol": "tcp", "destination_ports": "22", "source_ip": "10.0.0.0/8"},
    {"name": "web", "protocol": "tcp", "destination_ports": "443"},
]
WEB = "accept incoming tcp from anywhere to anywhere port 443"


@pytest.fixture
def firewall(bench: Bench, lan: Managed) -> Managed:
    """The rules of the network, all that there are."""
    return bench.create("Firewall", "walls", network=lan.id, rules=RULES, authoritative=True)


def test_a_firewall_is_compared_rule_by_rule(bench: Bench, lan: Managed, firewall: Managed, tmp_path: Path) -> None:
    keys = firewall.outs["keys"]
    bench.simulator.edit("vnet_rules", int(keys["ssh"]), source_ip="")
    bench.simulator.remove("vnet_rules", int(keys["web"]))
    (drifted,) = found(tmp_path, lan, firewall).drifted
    assert (drifted.title, drifted.risk) == ("Firewall 'walls'", Risk.HIGH)
    ssh = "accept incoming tcp from {} to anywhere port 22"
    assert [(each.field, each.words) for each in drifted.differences] == [
        ("rules.ssh", (ssh.format("10.0.0.0/8"), ssh.format("anywhere"))),
        ("rules.web", (WEB, "no rule")),
    ]
    assert drifted.differences[1].live is None


def test_a_drop_that_somebody_inserted_is_no_alarm(
    bench: Bench, lan: Managed, firewall: Managed, tmp_path: Path
) -> None:
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="spam", action="drop", source_ip="203.0.113.7", orderid=1)
    report = found(tmp_path, lan, firewall)
    (drifted,) = report.drifted
    assert drifted.risk is Risk.MEDIUM
    assert [each.field for each in drifted.differences] == ["rules.spam"]
    assert "    rules.spam: no rule -> drop incoming any from 203.0.113.7 to anywhere" in render(report, Format.TEXT)


def test_a_change_that_lets_the_same_pass_weighs_little(
    bench: Bench, lan: Managed, firewall: Managed, tmp_path: Path
) -> None:
    ssh, web = (int(firewall.outs["keys"][name]) for name in ("ssh", "web"))
    places = {row["$key"]: row["orderid"] for row in bench.simulator.rows("vnet_rules")}
    bench.simulator.edit("vnet_rules", ssh, orderid=places[web])
    bench.simulator.edit("vnet_rules", web, orderid=places[ssh])
    (drifted,) = found(tmp_path, lan, firewall).drifted
    assert drifted.risk is Risk.LOW
    assert [(each.field, each.words) for each in drifted.differences] == [("rules", ("ssh, web", "web, ssh"))]


def test_rules_of_others_on_a_managed_network_are_listed(bench: Bench, lan: Managed, tmp_path: Path) -> None:
    firewall = bench.create("Firewall", "walls", network=lan.id, rules=RULES)
    single = bench.create("NetworkRule", "dns", network=lan.id, name="dns", protocol="udp", destination_ports="53")
    other = int(bench.create("Network", "other", name="other").id)
    for network in (int(lan.id), other):
        bench.simulator.add("vnet_rules", vnet=network, name="by hand", action="accept", source_ip="203.0.113.7")
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="system's", system_rule=True)
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="x", description="[pulumi other/prod x 1c0ffee5]")
    bench.simulator.edit("vnets", other, description="")
    report = found(tmp_path, lan, firewall, single)
    assert [(each.noun, each.name, each.within) for each in report.strays if each.noun == "rule"] == [
        ("rule", "by hand", "lan")
    ]
    assert report.exit_code == 0
    said = "1 rule exists that is in no stack: by hand on lan (accept incoming any from 203.0.113.7 to anywhere)"
    assert said in render(report, Format.TEXT)


def test_a_reference_is_told_by_the_name_of_what_it_names(
    bench: Bench, lan: Managed, web: Managed, tmp_path: Path
) -> None:
    other = bench.create("Network", "dmz", name="dev-dmz")
    nic = bench.create("Nic", "nic", vm=web.id, name="eth0", network=lan.id)
    bench.simulator.edit("machine_nics", int(nic.id), vnet=int(other.id))
    report = found(tmp_path, lan, other, web, nic)
    (difference,) = report.drifted[0].differences
    assert (difference.recorded, difference.words) == (lan.id, ("lan", "dmz"))
    assert "    network: lan -> dmz" in render(report, Format.TEXT)
