"""The proxy of a network and the names of tenants, which wait for a restart of the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, hosted
from verge_pulumi.engine.errors import Reported

NEEDED = "warning: the change takes effect after a restart; restart='on-change' makes one"


def proxy(lan: Managed, bench: Bench | None = None, /, **arguments: Any) -> Managed:
    return (bench or lan.bench).create("NetworkProxy", "proxy", network=lan.id, **arguments)


def tenant(proxy: Managed, bench: Bench | None = None, /, **arguments: Any) -> Managed:
    """Publish a tenant, which is made if there is none."""
    simulator = proxy.bench.simulator
    rows = simulator.rows("tenants")
    key = rows[0]["$key"] if rows else simulator.add("tenants", name="acme")
    given = {"proxy": proxy.id, "tenant": key, "fqdn": "acme.example.com", **arguments}
    return (bench or proxy.bench).create("NetworkProxyTenant", "acme", **given)


def restarts(bench: Bench) -> int:
    return sum(request.path.endswith("vnet_actions") for request in bench.simulator.requests())


@pytest.fixture
def later(bench: Bench) -> Iterator[Bench]:
    """A later run of the same stack."""
    later = bench.later()
    yield later
    later.connection.client.close()


def test_what_is_written(lan: Managed) -> None:
    subject = proxy(lan, listen_address="203.0.113.5", default_self=False)
    row = subject.row()
    assert (row["vnet"], row["listen_address"], row["default_self"]) == (int(lan.id), "203.0.113.5", False)
    name = tenant(subject)
    assert (name.row()["proxy"], name.row()["fqdn"], name.outs["network"]) == (
        int(subject.id), "acme.example.com", lan.id,
    )  # fmt: skip


def test_what_a_life_on_a_stopped_network_costs(lan: Managed) -> None:
    bench = lan.bench
    bench.simulator.reset("log")
    subject = proxy(lan)
    row, network = ("GET", f"vnet_proxy/{subject.id}"), ("GET", f"vnets/{lan.id}")
    assert bench.asked() == [("POST", "vnet_proxy"), row, network]
    bench.simulator.reset("log")
    name = tenant(subject)
    row, table = ("GET", f"vnet_proxy_tenants/{name.id}"), "vnet_proxy_tenants"
    assert bench.asked() == [("GET", table), ("POST", table), row, network]
    bench.simulator.reset("log")
    assert name.diff().changes is False
    name.up(fqdn="www.example.com")
    assert bench.asked() == [row, ("GET", "vnets"), ("PUT", row[1]), row, network]
    bench.simulator.reset("log")
    name.destroy()
    assert bench.asked() == [row, ("DELETE", row[1]), network]


def test_changes_on_a_running_network_wait(running: Managed, told: list[str]) -> None:
    subject = proxy(running)
    name = tenant(subject)
    subject.up(default_self=False)
    name.up(fqdn="www.example.com")
    name.destroy()
    subject.destroy()
    assert (restarts(running.bench), running.row()["need_proxy_apply"]) == (0, True)
    assert told == [NEEDED] * 6


def test_changes_on_a_running_network_restart_it_if_told_to(running: Managed, told: list[str]) -> None:
    subject = proxy(running, restart="on-change")
    name = tenant(subject, restart="on-change")
    changes = [lambda: subject.up(default_self=False), lambda: name.up(fqdn="www"), name.destroy, subject.destroy]
    for step, change in enumerate(changes, start=3):
        change()
        assert (restarts(running.bench), running.row()["need_proxy_apply"]) == (step, False)
    assert told == ["restarting, because a change needs it"] * 6


def test_the_leave_to_restart_serves_what_waits_already(running: Managed) -> None:
    subject = proxy(running)
    subject.up(restart="on-change")
    assert (restarts(running.bench), running.row()["need_proxy_apply"]) == (1, False)


def test_a_preview_tells_of_the_restart(lan: Managed, told: list[str]) -> None:
    proxy(lan).diff(default_self=False)
    assert told == ["default_self: what runs takes this on when it restarts; restart='on-change' makes one"]


def test_one_of_an_earlier_attempt_is_taken_over(lan: Managed, later: Bench) -> None:
    subject = proxy(lan)
    name = tenant(subject)
    subject.cut_off()
    name.cut_off()
    lan.bench.simulator.reset("log")
    assert (proxy(lan, later).id, tenant(subject, later).id) == (subject.id, name.id)
    assert tenant(subject, later, fqdn="www.example.com").id != name.id
    assert [(write.verb, write.path.rpartition("/")[2]) for write in later.writes()] == [("POST", "vnet_proxy_tenants")]


def test_drift_and_loss_are_seen_and_mended(lan: Managed) -> None:
    subject = proxy(lan, listen_address="203.0.113.5")
    lan.bench.simulator.edit("vnet_proxy", int(subject.id), listen_address="203.0.113.6")
    subject.refresh()
    assert subject.inputs["listen_address"] == "203.0.113.6"
    subject.up(listen_address="203.0.113.5")
    assert subject.row()["listen_address"] == "203.0.113.5"
    lan.bench.simulator.remove("vnet_proxy", int(subject.id))
    assert subject.read().id == ""


def test_the_proxy_of_another_stacks_network_is_left_alone(lan: Managed, later: Bench) -> None:
    subject = proxy(lan)
    name = tenant(subject)
    lan.bench.simulator.edit("vnets", int(lan.id), description="[pulumi shop/prod lan 0badcafe]")
    for each in (name.seen_by(later), subject.seen_by(later)):
        with pytest.raises(Reported, match=r"now belongs to shop/prod as 'lan'\. It is left alone"):
            each.destroy()
    with pytest.raises(Reported, match=f"vnets/{lan.id} belongs to shop/prod as 'lan', and so would this"):
        tenant(subject, later, fqdn="www")
    assert [row["fqdn"] for row in lan.bench.simulator.rows("vnet_proxy_tenants")] == ["acme.example.com"]


@pytest.mark.parametrize(("kind", "parent"), [("NetworkProxy", "network"), ("NetworkProxyTenant", "proxy")])
def test_what_it_hangs_on_cannot_be_changed(lan: Managed, kind: str, parent: str) -> None:
    subject = proxy(lan)
    subject = subject if kind == "NetworkProxy" else tenant(subject)
    assert subject.diff(**{parent: "77"}).replaces == [parent]


def test_it_listens_on_an_address(bench: Bench) -> None:
    result = bench.provider("NetworkProxy").check({}, hosted({"network": "1", "listen_address": "everywhere"}))
    assert [failure.reason.partition(" ")[0] for failure in result.failures] == ["listen_address"]
