"""What the account of a run may not do, told before VergeOS refuses it."""

from __future__ import annotations

import logging

import pytest

from tests.checks.live.conftest import Live
from tests.resources.access.logins import RIGHTS
from verge_pulumi import (
    Drive,
    Group,
    GroupMember,
    Network,
    Nic,
    Permission,
    Power,
    Setting,
    User,
    VirtualMachine,
)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SEEN = ("system", "vms", "vnets", "clusters", "cluster_status", "nodes", "machines", "machine_status", "machine_drives")
TOLD_BY = ("users", "members", "groups", "permissions")


def log_in(live: Live, monkeypatch: pytest.MonkeyPatch, **rights: str) -> None:
    """Log in as a user who sees everything that matters, and may do this."""
    live.simulator.add("users", name="ci", password="s3cret")
    identity = live.simulator.rows("users")[-1]["identity"]
    for row in live.simulator.rows("permissions"):
        if row["identity"] == identity:
            live.simulator.remove("permissions", row["$key"])
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


def test_what_tells_the_rights_is_listed_once_though_the_program_has_it_too(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = {table: " ".join(RIGHTS) for table in TOLD_BY}
    log_in(live, monkeypatch, **everything, vnets="list read modify")

    def access() -> None:
        user, group = User("ann", name="ann", password="s3cret-pass"), Group("ops", name="ops")
        GroupMember("ann-ops", group=group, member=user)
        Permission("ops-vms", who=group, table="vms", list=True)

    def network() -> None:
        Network("lan", name="lan")

    def access_first() -> None:
        access()
        network()

    def network_first() -> None:
        network()
        access()

    for program in (access_first, network_first):
        warnings = live.warnings(program)
        assert [warning for warning in warnings if "vnets" in warning] == [
            "Network 'lan': user 'ci' may not create vnets. Give the account these rights, or use another one."
        ]
        asked = live.lists()
        assert [asked.count(table) for table in TOLD_BY] == [1, 1, 1, 1]
        assert len(asked) == len({*asked})


def test_a_list_that_is_refused_is_not_asked_for_again(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    log_in(live, monkeypatch, vnets="list read create modify", users="")
    fault = {"when": "before", "what": "status", "status": 403}
    live.simulator.faults({"match": {"path": "/users$", "times": 9}, **fault})
    (warning,) = live.warnings(lambda: [Network("lan", name="lan"), User("ann", name="ann", password="s3cret-pass")])
    assert warning.startswith("live checks: users is left out: ")
    told = [record.getMessage() for record in caplog.records if "may do" in record.getMessage()]
    assert told == ["live checks: what the account may do is left out: the account may not list users."]
    assert live.lists().count("users") == 1


def test_the_rights_of_others_are_not_its_own(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vnets="list read modify")
    live.simulator.add("users", name="zoe")
    zoe = live.simulator.rows("users")[-1]["identity"]
    live.simulator.add("permissions", identity=zoe, table="vnets", row=0, **dict.fromkeys(RIGHTS, True))
    (warning,) = live.warnings(lambda: Network("lan", name="lan"))
    assert warning.startswith("Network 'lan': user 'ci' may not create vnets. ")


def test_an_account_with_the_rights_is_not_mentioned(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vnets="list read create modify")
    assert live.warnings(lambda: Network("lan", name="lan")) == []


def test_a_change_takes_other_rights_than_a_create(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vms="list read modify")
    live.holds(Group, "ops", live.simulator.add("groups", name="ops"), name="ops", email="a@example.com")
    assert live.warnings(lambda: Group("ops", name="ops", email="a@example.com")) == []
    (warning,) = live.warnings(lambda: Group("ops", name="ops", email="b@example.com"))
    assert warning.startswith("Group 'ops': user 'ci' may not modify groups. ")


def test_a_take_over_takes_the_rights_of_a_change(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vnets="list read modify")
    live.simulator.add("vnets", name="lan")
    assert live.warnings(lambda: Network("lan", name="lan", mtu=9000, adopt=True)) == []
    (warning,) = live.warnings(lambda: Network("wan", name="wan", mtu=9000, adopt=True))
    assert warning.startswith("Network 'wan': user 'ci' may not create vnets. ")


def test_a_reference_to_one_kind_takes_no_rights_on_another(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(live, monkeypatch, vms="list read create modify")

    def program() -> None:
        Power("on", of=VirtualMachine("web", name="web"), state="running")

    assert not [warning for warning in live.warnings(program) if "vnets" in warning]


def test_an_account_that_may_only_look_is_enough_for_a_preview(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    log_in(live, monkeypatch)
    assert live.warnings(lambda: [Network(name, name=name) for name in ("lan", "wan")]) == []
    told = [record.getMessage() for record in caplog.records if "may only" in record.getMessage()]
    assert told == [
        "live checks: what the account may do is left out: user 'ci' may only look, which is enough for a preview."
    ]


def test_a_user_name_tells_whose_an_api_key_is(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    key = live.simulator.api_key
    log_in(live, monkeypatch, vnets="list read modify")
    monkeypatch.setenv("VERGEOS_API_KEY", key)
    (warning,) = live.warnings(lambda: Network("lan", name="lan"))
    assert warning.startswith("Network 'lan': user 'ci' may not create vnets. ")


def test_whose_an_api_key_is_nobody_knows(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert live.warnings(lambda: [Network(name, name=name) for name in ("lan", "wan")]) == []
    told = [record.getMessage() for record in caplog.records if "may do" in record.getMessage()]
    assert told == [
        "live checks: what the account may do is left out: VergeOS does not tell whose an API key is, and no ApiKey of "
        "this stack made it."
    ]


def test_what_the_account_may_not_see_is_not_said_to_be_missing(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = dict.fromkeys(
        ("vms", "machine_drives", "machine_nics", "machine_status", "settings"), " ".join(RIGHTS)
    )
    log_in(live, monkeypatch, **{**dict.fromkeys(SEEN, ""), "system": "list read", **everything, "settings": "modify"})

    def program() -> None:
        web = VirtualMachine("web", name="web", ram=300 * 1024, cluster=1, snapshot_profile=1)
        Drive("root", vm=web, name="root", disksize="100TiB", preferred_tier="1")
        Nic("eth0", vm=web, name="eth0", network=3)
        Power("web", of=web, state="running")
        Setting("ntp", name="ntp_servers", value="ntp.example.com")

    warnings = live.warnings(program)
    assert all("may not" in warning or "403" in warning for warning in warnings), warnings
