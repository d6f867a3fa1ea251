"""Passwords of users and API keys through whole runs: encrypted in the state, shown nowhere, rotated by the program."""

from __future__ import annotations

import pulumi

from tests.engine.lab import Lab
from verge_pulumi import ApiKey, User

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
