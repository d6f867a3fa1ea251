"""Users and API keys through whole runs: secrets are shown nowhere, and no run locks out who runs it."""

from __future__ import annotations

from typing import Any

import pulumi

from tests.engine.lab import Lab
from verge_pulumi import ApiKey, Group, GroupMember, Permission, User
from verge_pulumi.engine.declaring.rights import RIGHTS

CANARY = "c4nary-password-of-ann"


def test_passwords_and_keys_are_nowhere_in_clear_and_are_rotated(lab: Lab) -> None:
    def program() -> None:
        ann = User("ann", name="Ann", password=password, rotation=rotation)
        key = ApiKey("key", user=ann, name="ci", rotation=rotation)
        pulumi.export("key", key.private_key)

    password = CANARY
    rotation = "1"
    secrets, runs = [CANARY], [lab.preview(program), lab.up(program), lab.refresh(program)]
    (row,) = lab.simulator.rows("user_api_keys")
    secrets.append(row["private_key"])
    password = CANARY + "-2"
    runs.append(lab.preview(program))
    assert (runs[-1].changes, runs[-1].steps["ann"].diff) == ({"ann": "update"}, {"password": "update"})
    rotation = "2"
    runs += [lab.preview(program), lab.up(program)]
    assert runs[-1].changes == runs[-2].changes == {"ann": "update", "key": "replace"}
    (row,) = lab.simulator.rows("user_api_keys")
    assert row["private_key"] not in secrets
    assert "ciphertext" in runs[-1].outputs["key"]
    assert lab.simulator.rows("users")[1]["password"] == CANARY + "-2"
    assert lab.up(program).changes == {}
    shown = repr([(run.steps, run.messages) for run in runs]) + lab.state_text()
    for secret in (*secrets, row["private_key"]):
        assert secret not in shown
    lab.destroy()


def test_a_preview_refuses_what_would_lock_out_who_runs_it(lab: Lab) -> None:
    password = "s3cret-words"
    said: dict[str, Any] = {}

    def program() -> None:
        ops = User("ops", name="ops", password=password, enabled=said.get("enabled"))
        ann = User("ann", name="ann")
        admins = Group("admins", name="admins", enabled=said.get("admins_enabled"))
        GroupMember("ops-administrates", group=admins, member=ann if said.get("replaced") else ops)
        rights = {**dict.fromkeys(RIGHTS, True), **said.get("rights", {})}
        Permission("everything", who=admins, table="/", **rights)

    lab.up(program)
    del lab.environment["VERGEOS_API_KEY"]
    lab.environment |= {"VERGEOS_USERNAME": "ops", "VERGEOS_PASSWORD": password}
    before = lab.simulator.snapshot()
    for change, why in (
        ({"enabled": False}, "this would disable it, and this run logs in as that user"),
        ({"admins_enabled": False}, "this would disable the group from which the user of this run has all rights"),
        ({"replaced": True}, "this would take the user of this run out of a group from which it has all rights"),
        ({"rights": {"modify": False}}, "the last permission by which the user of this run has all rights"),
    ):
        said.clear()
        said.update(change)
        run = lab.preview(program, fails=True)
        assert why in " ".join(run.errors)
        assert lab.simulator.snapshot() == before
    said.clear()
    assert lab.preview(program).changes == {}
