"""The pictures of a plan: what they show, what they leave out, and that names are harmless in them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.cli.fleet import fleet, nic, resource
from tests.cli.steps import preview, state, step, urn
from verge_pulumi.review.report.picture import mermaid, svg
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.topology import topology

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"]; click n0 "javascript:alert(1)" <script>`#x</text>\n&\x1b[31m'


def boxes(plan: Plan) -> dict[str, dict[str, tuple[str, str, tuple[str, ...]]]]:
    """Return what is shown: by network, the name of each entry with what is done and its addresses."""
    return {
        network.name: {each.name: (each.action, each.told, each.addresses) for each in network.servers}
        for network in topology(plan).networks
    }


def texts(plan: Plan) -> list[str]:
    """Return the lines of the SVG, which must be well-formed for that."""
    return [element.text or "" for element in ElementTree.fromstring(svg(plan)).iter(f"{SVG}text")]  # noqa: S314 ours


def server(op: str, name: str, network: str = "lan", /, **inputs: object) -> list[dict[str, object]]:
    return [resource(op, "VirtualMachine", name, name=name), nic(op, name, network, **inputs)]


def test_five_servers_are_shown_one_by_one() -> None:
    assert boxes(fleet(5)) == {
        "lan": {
            "old-3": ("delete", "− removed", ("10.0.0.5",)),
            "web-1": ("update", "~ changed, waits for a restart", ("10.0.0.3",)),
            "api-5": ("create", "+ new", ("10.0.0.7",)),
        },
        "dmz": {
            "cache-4": ("replace", "± replaced", ("10.0.0.6",)),
            "db-2": ("same", "unchanged", ("10.0.0.4",)),
        },
        "wan": {},
    }
    lan, dmz, wan = topology(fleet(5)).networks
    assert (lan.addresses, lan.through, lan.told) == (
        ("10.0.0.0/16", "router 10.0.0.1"),
        "wan",
        "~ changed, waits for a restart",
    )
    assert (dmz.action, dmz.told) == ("create", "+ new, opens the firewall")
    assert (wan.action, wan.told, wan.uplinks) == ("same", "unchanged", ())


def test_servers_that_are_alike_become_one() -> None:
    shown = boxes(fleet(200))
    assert list(shown["lan"]) == [
        "old-3 … old-193 (20)",
        "cache-9 … cache-199 (20)",
        "web-1 … web-191 (20)",
        "api-5 … api-195 (20)",
        "db-7 … db-197 (20)",
    ]
    assert len(svg(fleet(200))) < 6000
    assert len(mermaid(fleet(200))) < 3000


def test_three_are_not_worth_joining_and_others_are_never() -> None:
    three = [step for number in range(3) for step in server("create", f"web-{number}")]
    assert list(boxes(preview(*three))["lan"]) == ["web-0", "web-1", "web-2"]
    mixed = [*three, *server("update", "web-3"), *server("create", "web-4", "dmz"), *server("create", "other-5")]
    shown = boxes(preview(*mixed))
    assert (list(shown["lan"]), list(shown["dmz"])) == (["web-3", "other-5", "web-0", "web-1", "web-2"], ["web-4"])


def test_what_is_too_much_is_counted() -> None:
    names = ["alpha", "beta", "gamma", "delta", "eta", "theta", "iota", "kappa"]
    steps = [each for name in names for each in server("create", name)]
    assert len(boxes(preview(*steps))["lan"]) == 8
    alike = [each for number in range(4) for each in server("same", f"web-{number}")]
    shown = boxes(preview(*steps, *alike))["lan"]
    assert len(shown) == 8
    assert shown["and 5 more"] == ("create", "1 new, 4 unchanged", ())


def test_networks_that_are_too_many_are_counted() -> None:
    steps = [resource("same", "Network", f"lan-{number}") for number in range(20)]
    changed = resource("create", "Network", "the-new-one")
    plan = preview(*steps, *server("same", "web", "lan-19"), *server("same", "db", "lan-18"), changed)
    shown = topology(plan)
    assert (shown.networks[0].name, len(shown.networks)) == ("the-new-one", 12)
    assert shown.left_out == "9 more networks, 2 servers"
    assert shown.left_out in mermaid(plan)
    assert texts(plan)[-1] == shown.left_out


def test_a_server_on_several_networks_stands_in_the_first() -> None:
    plan = preview(*server("create", "web"), nic("create", "web", "dmz", "eth1"), resource("create", "Network", "dmz"))
    assert boxes(plan) == {"lan": {"web": ("create", "+ new", ("also on dmz",))}, "dmz": {}}
    edges = re.findall(r"n\d --- s\d", mermaid(plan))
    assert sorted(edges) == ["n0 --- s0", "n1 --- s0"]


def test_a_part_that_changes_changes_what_it_belongs_to() -> None:
    drive = resource("delete", "Drive", "data", {"vm": urn("VirtualMachine", "web")}, used_bytes=9)
    shown = boxes(preview(drive))
    # Neither the VM nor its NICs are in the preview: they stay as they are.
    (name,) = shown
    assert (name, shown[name]["web"][:2]) == ("no network", ("update", "~ changed, loses data"))


def test_networks_that_are_not_in_the_preview() -> None:
    changed = resource("update", "VirtualMachine", "web", None, {"note": "a"}, note="b")
    assert list(boxes(preview(changed, changeSummary={"same": 5}))) == ["networks not in the preview"]
    assert list(boxes(preview(changed))) == ["no network"]
    by_key = resource("create", "Nic", "eth0", {"vm": urn("VirtualMachine", "web")}, network=7)
    alone = resource("create", "Nic", "eth1", {"vm": urn("VirtualMachine", "web")})
    assert list(boxes(preview(changed, alone, by_key))) == ["7"]


def test_a_component_gives_its_vm_its_name() -> None:
    component = urn("vergeos:index:Server", "web")
    inside = component.replace("::web", "$pulumi-python:dynamic/vergeos:VirtualMachine::web-vm")
    vm = {**step("create", "VirtualMachine", new=state({"name": "web"}, parent=component)), "urn": inside}
    assert list(boxes(preview(vm))["no network"]) == ["web"]


def test_networks_behind_each_other_in_a_circle() -> None:
    steps = [
        resource("create", "Network", one, {"uplink": urn("Network", other)})
        for one, other in (("a", "b"), ("b", "a"), ("c", "c"))
    ]
    assert {"through a", "through b"} <= set(texts(preview(*steps)))


@pytest.mark.parametrize(
    "plan",
    [preview(), preview(resource("same", "Network", "lan")), preview(resource("create", "NetworkBlock", "block"))],
    ids=["nothing", "no changes", "other things"],
)
def test_nothing_to_show(plan: Plan) -> None:
    assert (svg(plan), mermaid(plan)) == ("", "")


def test_a_hostile_name_is_text_in_the_svg() -> None:
    plan = preview(resource("create", "Network", HOSTILE, network=HOSTILE), *server("create", HOSTILE, HOSTILE))
    drawing = ElementTree.fromstring(svg(plan))  # noqa: S314 ours
    assert {element.tag.removeprefix(SVG) for element in drawing.iter()} == {"svg", "g", "rect", "text", "title"}
    assert '"]; click n0 "javascript:alert(1)" <script>`#x</text> &' in [
        title.text for title in drawing.iter(f"{SVG}title")
    ]


def test_a_hostile_name_is_text_in_mermaid() -> None:
    text = mermaid(preview(resource("create", "Network", HOSTILE), *server("create", HOSTILE, HOSTILE)))
    labels = re.findall(r'^  \w+[\[(]"([^"]*)"[\])]:::\w+$', text, re.MULTILINE)
    assert len(labels) == 2
    assert all("#34;#93;#59; click n0 #34;javascript#58;alert(1)#34; #60;script#62;" in label for label in labels)
    assert not re.search(r"[`\x1b]|<(?!br/>)", text)


def test_long_names_are_cut_and_told_in_full() -> None:
    for name in ("x" * 40, "網" * 20):
        plan = preview(resource("create", "Network", name))
        assert texts(plan)[0] == ""
        assert f"<title>{name}</title>{name[:13]}" in svg(plan)
        assert f"{name}</text>" not in svg(plan)
    fits = "x" * 28
    assert texts(preview(resource("create", "Network", fits)))[0] == fits


def test_a_line_leads_to_the_row_above_only() -> None:
    wan = {"uplink": urn("Network", "wan")}
    steps = [resource("create", "Network", f"lan-{number}", wan) for number in range(6)]
    plan = preview(resource("same", "Network", "wan"), *steps)
    assert len(list(ElementTree.fromstring(svg(plan)).iter(f"{SVG}path"))) == 4  # noqa: S314 ours
    assert texts(plan).count("through wan") == 6
    assert mermaid(plan).count(" --- ") == 6


def test_a_part_of_a_part_changes_the_network_it_is_in() -> None:
    def part(op: str, kind: str, name: str, field: str, above: str) -> dict[str, object]:
        inputs = {"name": name, field: "1"}
        links = {"propertyDependencies": {field: [above]}}
        return step(op, kind, name, old=state(inputs, **links), new={"inputs": {**inputs, "text": "new"}, **links})

    lan = {"name": "lan"}
    shown = topology(
        preview(
            step("same", "Network", "lan", old=state(lan), new={"inputs": lan}),
            part("same", "DnsView", "view", "network", urn("Network", "lan")),
            part("same", "DnsZone", "zone", "view", urn("DnsView", "view")),
            part("update", "DnsRecord", "www", "zone", urn("DnsZone", "zone")),
            part("update", "DnsZone", "own", "view", urn("DnsZone", "own")),
        )
    )
    assert [(network.name, network.told) for network in shown.networks] == [("lan", "~ changed")]
