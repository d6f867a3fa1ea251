"""What the account of a run may not do, told before VergeOS refuses it."""

from __future__ import annotations

import logging

import pytest

from tests.checks.live.conftest import Live
from tests.resources.access.logins import RIGHTS
from verge_pulumi import Group, Network, Power, VirtualMachine

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SEEN = ("system", "vms", "vnets", "clusters", "cluster_status", "nodes", "machines", "machine_status", "machine_drives")
TOLD_BY = ("users", "members", "groups", "permissions")


def log_in(live: Live, monkeypatch: pytest.MonkeyPatch, **rights: str) -> None:
    """Log in as a user who sees everything that matters, and may do this."""
    live.simulator.add("users", name="ci", password="s3cret")
    identity = live.simulator.rows("users")[-1]["identity"]
    for table, names in {**dict.fromkeys((*SEEN, *TOLD_BY), "list read"), **rights}.items():
        flags = {right: right in names.split() for right in RIGHTS}
        live.simulator.add("permissions", identity=identity, table=table, row=0, **flags)
    monkeypatch.delenv("VERGEOS_API_KEY")
    monkeypatch.setenv("VERGEOS_USERNAME", "ci")
    monkeypatch.setenv("VERGEOS_PASSWORD", "s3cret")


def test_a_right_that_is_missing_is_a_doubt_told_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vnets="list read modify")
    assert live.warnings(lambda: [Network(name, name=name) for name in ("lan", "wan")]) == [
        "Network 'lan': user 'ci' may not create vnets. Give the account these rights, or use another one."
    ]
    asked = live.requests()
    assert [asked.count(table) for table in TOLD_BY] == [1, 1, 1, 1]


def test_an_account_with_the_rights_is_not_mentioned(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vnets="list read create modify")
    assert live.warnings(lambda: Network("lan", name="lan")) == []


def test_a_change_takes_other_rights_than_a_create(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch)
    live.holds(Group, "ops", live.simulator.add("groups", name="ops"), name="ops", email="a@example.com")
    assert live.warnings(lambda: Group("ops", name="ops", email="a@example.com")) == []
    (warning,) = live.warnings(lambda: Group("ops", name="ops", email="b@example.com"))
    assert warning.startswith("Group 'ops': user 'ci' may not modify groups. ")


def test_a_reference_to_one_kind_takes_no_rights_on_another(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vms="list read create modify")

    def program() -> None:
        Power("on", of=VirtualMachine("web", name="web"), state="running")

    assert not [warning for warning in live.warnings(program) if "vnets" in warning]


def test_whose_an_api_key_is_nobody_knows(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert live.warnings(lambda: [Network(name, name=name) for name in ("lan", "wan")]) == []
    told = [record.getMessage() for record in caplog.records if "may do" in record.getMessage()]
    assert told == [
        "live checks: what the account may do is left out: VergeOS does not tell whose an API key is, and no ApiKey of "
        "this stack made it."
    ]
