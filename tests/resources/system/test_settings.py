"""Settings of the system: what is written, what is never written, and what is put back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.test_creating import failure
from tests.providers.test_identity import failures
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Options, Simulator


def setting(bench: Bench, name: str) -> dict[str, Any]:
    (row,) = [row for row in bench.simulator.rows("settings") if row["key"] == name]
    return row


def ntp(bench: Bench, value: Any = "10.0.0.1", **arguments: Any) -> Managed:
    made = bench.create("Setting", "ntp", name="ntp_servers", value=value, **arguments)
    bench.simulator.reset("log")
    return made


def test_only_the_value_is_written_and_what_was_there_is_put_back(bench: Bench) -> None:
    before = setting(bench, "ntp_servers")
    made = bench.create("Setting", name="ntp_servers", value="10.0.0.1")
    (put,) = bench.writes()
    assert (put.path, put.body) == (f"/api/v4/settings/{before['$key']}", {"value": "10.0.0.1"})
    assert (made.outs["value"], made.outs["default_value"]) == ("10.0.0.1", before["default_value"])
    made.destroy()
    assert setting(bench, "ntp_servers") == before


def test_a_value_that_is_so_already_is_not_written_since_that_restarts_a_service(bench: Bench) -> None:
    made = ntp(bench, setting(bench, "ntp_servers")["value"])
    assert made.diff().changes is False
    made.destroy()
    assert bench.writes() == []


def test_nor_is_one_that_somebody_wrote_in_the_meantime(bench: Bench) -> None:
    made = ntp(bench)
    bench.simulator.edit("settings", int(made.id), value="10.0.0.2")
    made.up(value="10.0.0.2")
    assert bench.writes() == []
    assert made.outs["value"] == "10.0.0.2"


@pytest.mark.parametrize(("said", "kept"), [(400, "400"), (True, "true"), (False, "false"), (0.5, "0.5"), ("a", "a")])
def test_numbers_and_truth_values_are_text(bench: Bench, said: Any, kept: str) -> None:
    made = ntp(bench, said)
    assert (made.outs["value"], setting(bench, "ntp_servers")["value"]) == (kept, kept)
    assert made.diff(value=kept).changes is False


def test_drift_is_shown_and_mended(bench: Bench) -> None:
    made = ntp(bench, 30)
    bench.simulator.edit("settings", int(made.id), value="31")
    made.refresh()
    assert made.inputs["value"] == "31"
    made.up(value=30)
    assert [write.body for write in bench.writes()] == [{"value": "30"}]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("ntp_server", "settings has no row of that name. Did you mean 'ntp_servers'?"),
        ("NTP_SERVERS", "settings has no row of that name"),
        ("zzz", "settings has no row of that name, and this resource makes none. Name one that exists."),
    ],
)
def test_a_key_that_does_not_exist_is_one_error(bench: Bench, name: str, advice: str) -> None:
    assert failure(bench, "Setting", "ntp", name=name, value="1").startswith(
        f"Unable to create Setting '{name}': {advice}"
    )
    assert bench.writes() == []


@pytest.mark.parametrize(
    "name", ["system id", "system_id", "SystemID", "system-id", "SYSTEM.ID", "cloud_system_id", "sysid", "id"]
)
def test_the_id_of_the_system_is_refused_in_the_preview(bench: Bench, name: str) -> None:
    assert failures(bench, "Setting", "id", {"name": name, "value": "1"}) == [
        "name: the licence belongs to the id of the system, so no program writes that. Leave it as it is."
    ]
    assert bench.asked() == []


def test_the_id_of_the_system_is_not_written_by_whatever_key_it_goes(bench: Bench) -> None:
    (system,) = bench.simulator.rows("system")
    bench.simulator.add("settings", key="unheard_of", value=system["id"], default_value="")
    assert "the licence belongs to the id of the system" in failure(bench, "Setting", name="unheard_of", value="1")
    made = bench.create("Setting", name="unheard_of", value=system["id"])
    with pytest.raises(Reported, match="the licence belongs to the id of the system"):
        made.up(value="1")
    assert bench.writes() == []


def test_other_keys_are_free(bench: Bench) -> None:
    for name in ("identity_provider", "max_idle", UNKNOWN):
        assert failures(bench, "Setting", "a", {"name": name, "value": UNKNOWN}) == []


def test_a_known_number_is_checked_in_the_preview(bench: Bench) -> None:
    assert failures(bench, "Setting", "a", {"name": "max_connections", "value": "many"}) == [
        "value: max_connections is a whole number."
    ]
    assert failures(bench, "Setting", "a", {"name": "max_connections", "value": 400}) == []


@pytest.mark.parametrize(("release", "refused"), [("26.1.6", False), ("26.1.7", True)])
def test_since_26_1_7_a_number_has_to_be_whole(release: str, refused: bool) -> None:
    with Simulator(Options(release=release)) as simulator:
        simulator.add("settings", key="unheard_of", value="5", default_value="5")
        bench = Bench(simulator)
        if refused:
            text = failure(bench, "Setting", name="unheard_of", value="many")
            assert "Unable to create Setting 'unheard_of'" in text
            assert setting(bench, "unheard_of")["value"] == "5"
        else:
            bench.create("Setting", name="unheard_of", value="many")
        bench.connection.client.close()


def test_a_setting_can_be_left_as_it_is(bench: Bench) -> None:
    made = ntp(bench, on_delete="leave")
    made.destroy()
    assert bench.writes() == []
    assert setting(bench, "ntp_servers")["value"] == "10.0.0.1"


def test_what_becomes_of_it_can_be_said_later_and_writes_nothing(bench: Bench) -> None:
    made = ntp(bench)
    made.up(on_delete="leave")
    made.up(on_delete="restore")
    assert bench.writes() == []
    made.destroy()
    assert setting(bench, "ntp_servers")["value"] == setting(bench, "ntp_servers")["default_value"]


def test_words_that_mean_nothing_are_refused(bench: Bench) -> None:
    given = {"name": "ntp_servers", "value": "10.0.0.1"}
    (problem,) = failures(bench, "Setting", "a", {**given, "on_delete": "reset"})
    assert problem.startswith("on_delete is not a valid choice. ")
    assert failures(bench, "Setting", "a", {**given, "adopt": False}) == [
        "adopt: the row exists before the program, so it is always taken over. Leave this out."
    ]
    assert failures(bench, "Setting", "a", {**given, "adopt": True}) == []


def test_a_replaced_setting_is_put_back_before_the_other_is_taken(bench: Bench) -> None:
    made = ntp(bench)
    assert made.diff(name="cloud_name").replaces == ["name"]
