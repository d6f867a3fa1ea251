"""A mistake that spans resources, as a person meets it."""

from __future__ import annotations

from pathlib import Path

from tests.engine.command import LIMIT, Project
from tests.engine.lab import Lab

CLASHING = Path(__file__).with_name("clashing.py")


def test_a_mistake_is_one_sentence_of_the_preview(lab: Lab) -> None:
    project = Project(lab, CLASHING)
    preview = project.start("preview")
    output, _ = preview.communicate(timeout=LIMIT)
    assert preview.returncode != 0
    assert (
        "error: Unable to declare Address 'db': ip 10.0.0.120 lies in the DHCP range 10.0.0.100-10.0.0.200 of Network "
        "'lan', so that a machine may get it too. Choose one outside the range, or make the range smaller.\n"
    ) in output
    assert "warning: Network 'lan': it has rules but no Power, and a new network is stopped." in output
    assert "Traceback" not in output
    assert not [request for request in lab.simulator.requests() if request.applied]
