"""Events × kinds, the short form: each event happens to some kinds, each kind meets some; the whole is `make soak`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import verge_pulumi.resources
from tests.engine.cases import CASES
from tests.engine.events import ENDS, EVENTS, EXCEPTIONS, build, happen, stand
from tests.engine.kinds import SUBJECTS

KINDS = (
    "Network",
    "VirtualMachine",
    "VirtualMachineOff",
    "MediaFile",
    "RuleAlias",
    "NetworkRule",
    "HostOverride",
    "DnsRecord",
    "OspfCommand",
    "BgpRouter",
    "BgpIp",
    "Firewall",
    "Drive",
    "Nic",
    "Snapshot",
    "GroupMember",
    "Permission",
    "ApiKey",
    "TagAssignment",
    "SnapshotProfile",
    "Power",
    "PowerOfNetwork",
)
"""One kind for each way in which kinds live and are told apart, and what they are within: with a mark and without, with
a unique name and without, at each depth, staged, shown once, deleted by an action, made by VergeOS, of several rows, of
none. The others are like one of these."""

BRIEF = (
    "Network",
    "VirtualMachine",
    "MediaFile",
    "RuleAlias",
    "Drive",
    "BgpRouter",
    "HostOverride",
    "Firewall",
    "Power",
)

CHAINS: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "replaced": [
        (
            "replaced by up --replace",
            ["NetworkRule", "Firewall", "Nic", "Power", "PowerOfNetwork", "ApiKey", "Permission"],
        ),
        ("replaced after state taint", ["VirtualMachineOff"]),
        ("replaced by a replacement_trigger", ["RuleAlias", "MediaFile"]),
        ("another provider of the same system", KINDS),
    ],
    "renamed": [
        ("renamed with an alias", KINDS),
        ("moved into a component with an alias", KINDS),
        ("the old name given to a new one", ["Drive", "HostOverride", "OspfCommand"]),
    ],
    "kept": [
        ("renamed without an alias", ["VirtualMachine", "DnsRecord", "Drive"]),
        ("moved into a component without an alias", ["Power", "BgpIp"]),
        ("names that differ only outside ASCII", ["Nic", "Snapshot", "BgpRouter", "GroupMember"]),
        ("a network replaced that others refer to", ["Network"]),
    ],
    "moved": [
        ("stack renamed", BRIEF),
        ("project renamed", BRIEF),
        ("rows copied by hand with their descriptions", BRIEF),
    ],
    "moved on": [("moved to a stack of another project", BRIEF)],
    "named": [("a new stack under the old name", BRIEF)],
    "again": [("stack removed and made again", BRIEF)],
    "copied": [
        ("state copied into a second stack", BRIEF),
        ("rules copied within their network", ["NetworkRule"]),
    ],
    "cut off": [("all creates cut off", KINDS)],
    "forgotten": [
        ("forgotten by state delete", ["RuleAlias", "Firewall", "Drive", "NetworkRule"]),
        ("replaced with retain_on_delete", ["RuleAlias", "OspfCommand"]),
        ("replaced with delete_before_replace=False", ["RuleAlias", "Drive", "Power"]),
        ("unique names exchanged", ["VirtualMachine"]),
    ],
    "two": [("two stacks of the same names", BRIEF)],
    "rolled back": [
        ("system rolled back, keys given to rows without a mark", ["Network", "Nic", "Firewall", "DnsRecord"])
    ],
    "rolled back to another": [
        ("system rolled back, keys given to another stack", ["MediaFile", "BgpRouter", "Power"])
    ],
}
"""Events that follow each other in one stack, with the subjects that each happens to."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, cli: Path) -> Path:
    """What each event begins with, made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "events"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "after.json").exists():
            build(folder, cli, KINDS)
    return folder


def test_each_kind_has_a_subject() -> None:
    already = {noun for noun, case in CASES.items() if case.exists}
    assert {subject.kind.__name__ for subject in SUBJECTS.values()} == set(verge_pulumi.resources.__all__) - already


def test_each_event_and_each_kind_is_part_of_the_short_form() -> None:
    chosen = [each for chain in CHAINS.values() for each in chain]
    assert {name for name, _ in chosen} == set(EVENTS)
    assert {name for _, names in chosen for name in names} == set(KINDS)
    assert {name for name, _ in EXCEPTIONS} <= set(EVENTS)


@pytest.mark.fault(87, 89, 93, 94)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("chain", CHAINS)
def test_ordinary_events_touch_nobody_and_lose_nothing(chain: str, built: Path, tmp_path: Path, cli: Path) -> None:
    with stand(built, tmp_path, cli, KINDS) as each:
        each.short = True
        for name, subjects in CHAINS[chain]:
            happen(each, name, subjects)
        each.short = False
        if CHAINS[chain][-1][0] not in ENDS:
            each.settled()
        assert not each.faults, "\n".join(f"{fault.subject}: {fault.text}" for fault in each.faults)
