"""Live checks as a person meets them: quiet about what is the stack's own, one sentence about what is not."""

from __future__ import annotations

from pathlib import Path

from tests.engine.command import LIMIT, Project
from tests.engine.lab import Lab
from tests.engine.test_examples import FOLDER, configured

WANTED = {"VERGEOS_LIVE_CHECKS": "true"}

LOOKED_UP = ["/api/v4/vnets"]
"""What both examples ask for by its name, with or without live checks."""


def test_an_example_is_made_and_looked_at_again_without_a_word(lab: Lab) -> None:
    project = configured(lab, FOLDER / "segmented-site")
    lab.simulator.reset("log")
    shown = project.run("preview", **WANTED)
    asked = [request.path for request in lab.simulator.requests()]
    assert sorted([*LOOKED_UP, *dict.fromkeys(asked)]) == sorted(asked)
    assert len(asked) > 5
    shown += project.run("up", "--yes", "--skip-preview", **WANTED)
    lab.simulator.reset("log")
    shown += project.run("preview", "--expect-no-changes", **WANTED)
    assert [request.path for request in lab.simulator.requests()] == LOOKED_UP
    assert "warning" not in shown


def test_a_name_that_somebody_has_is_one_sentence_before_anything_is_written(lab: Lab) -> None:
    project = configured(lab, FOLDER / "web-tier")
    key = lab.simulator.add("vms", name="dev-web-2")
    lab.simulator.reset("log")
    update = project.start("up", "--yes", "--skip-preview", **WANTED)
    output, _ = update.communicate(timeout=LIMIT)
    assert update.returncode != 0
    assert (
        f"error: Unable to declare VirtualMachine 'web-2-vm': name 'dev-web-2' is already that of row {key} of vms, "
        "which no stack is known to manage. Choose another one, or set adopt=True to manage that row from here.\n"
    ) in output
    assert "Traceback" not in output
    assert {request.verb for request in lab.simulator.requests()} == {"GET"}


def test_what_is_renamed_replaced_taken_over_or_given_up_is_no_clash(lab: Lab) -> None:
    project = Project(lab, Path(__file__).with_name("moving.py"))
    lab.simulator.add("vms", name="stranger")
    for step, replaced in ((1, ()), (2, ("web-vm", "web-root", "web-eth0")), (3, ("office", "web-eth0"))):
        output = project.up(**WANTED, STEP=str(step))
        assert all(f"{name} replaced" in output for name in replaced), output
        told = [line for line in output.splitlines() if "warning:" in line]
        assert all("VirtualMachine 'stranger' exists already (key 1)" in line for line in told), told
    assert sorted(row["name"] for row in lab.simulator.rows("vms")) == ["stranger", "web-2"]
