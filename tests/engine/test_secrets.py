"""Secrets are encrypted in the state and shown nowhere."""

from __future__ import annotations

import pulumi

from tests.engine.lab import Lab
from verge_pulumi import VirtualMachine

CANARY = "c4nary-console-password"


def test_a_console_password_is_nowhere_in_clear(lab: Lab) -> None:
    def program() -> None:
        VirtualMachine("vm", name="web", console_pass=password, console_pass_enabled=True, ram=ram)

    password: pulumi.Input[str] = CANARY
    ram = 512
    runs = [lab.preview(program), lab.up(program), lab.refresh(program)]
    password, ram = CANARY + "-2", 128
    runs.append(lab.preview(program, fails=True))
    ram = 1024
    runs += [lab.preview(program), lab.up(program)]
    assert lab.simulator.rows("vms")[0]["console_pass"] == CANARY + "-2"
    assert runs[-2].steps["vm"].diff == {"console_pass": "update", "ram": "update"}
    assert lab.up(program).changes == {}
    assert CANARY not in repr(runs) + lab.state_text()


def test_bad_input_is_refused_in_the_preview_without_its_value(lab: Lab) -> None:
    def program() -> None:
        VirtualMachine("vm", name="web", ram=100, console_pass=CANARY * 20)

    (ram, secret) = sorted(text for text in lab.preview(program, fails=True).errors if "has a problem" in text)
    assert "console_pass (a secret, not shown) is too long. Give at most 256 characters" in ram + secret
    assert "ram 100 is too small. Give at least 256." in ram + secret
    assert CANARY not in ram + secret
