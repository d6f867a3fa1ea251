"""What a program loads beside Pulumi, which every command waits for: counted, since that is the same on any machine."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json
import sys

calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")

sys.setprofile(count)
import asyncio
import pulumi
from pulumi.runtime import mocks

theirs, before = calls, {*sys.modules}
from verge_pulumi import Drive, Network, Nic, VirtualMachine

ours, loaded = calls - theirs, [*sys.modules.keys() - before]
sys.setprofile(None)

class Engine(mocks.Mocks):
    def call(self, args):
        return {}, None

    def new_resource(self, args):
        return "42", args.inputs

asyncio.set_event_loop(asyncio.new_event_loop())
mocks.set_mocks(Engine())
lan = Network("lan", name="lan")
machine = VirtualMachine("web", name="web")
Drive("disk", vm=machine, name="disk", disksize="1GiB")
Nic("nic", vm=machine, network=lan, name="nic")

from verge_pulumi import DriveArgs, NicArgs, Server

Server("app", name="app", drives={"root": DriveArgs(disksize="1GiB")}, nics={"lan": NicArgs(network=lan)})
print(json.dumps([theirs, ours, loaded, [*sys.modules.keys() - before]]))
"""
"""Imports four nouns, then declares one of each and a server, and prints what that called and loaded."""

LIMIT = 0.36
"""The calls that loading four nouns takes, for one that loading Pulumi takes; 0.32 when the limit was set."""

HEAVY = ("pydantic", "requests", "urllib3", "tenacity", "yaml", "jinja2", "rich", "difflib", "fractions", "html")
"""What this package stands on or uses now and then, and no program needs that asks VergeOS nothing."""


def test_a_program_loads_little_beside_pulumi() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    theirs, ours, loaded, declared = json.loads(ran.stdout)
    assert ours / theirs < LIMIT, (ours, theirs)
    assert [name for name in declared if name.partition(".")[0] in HEAVY] == []
    own = [name.removeprefix("verge_pulumi.") for name in loaded]
    assert "resources.compute.virtual_machine" in own
    assert [name for name in own if name.startswith(("resources.firewall.", "checks", "components"))] == []
    unused = ("catalogue", "checks.live", "cli", "cloudinit", "lookups", "importing", "review")
    assert [name for name in declared if name.startswith(tuple(f"verge_pulumi.{each}." for each in unused))] == []
