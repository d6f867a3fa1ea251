"""What the package adds to the start of a provider process, which every command of Pulumi waits for.

Calls are counted, since they are the same on any machine; there were 285 for each 1,000 when the limit was set, which
took 0.1 s.
"""

from __future__ import annotations

import subprocess
import sys

KINDS = ("Network", "VirtualMachine", "Drive", "Nic", "Power")

COUNTED = f"""
import sys

calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")

sys.setprofile(count)
import pulumi.dynamic, requests
from pydantic import BaseModel

before = calls
from verge_pulumi.engine.loader import load

for kind in {KINDS}:
    load(kind)
print(before, calls - before)
"""
"""Imports what the package stands on, then what a provider of a server needs, and prints the calls of both."""

LIMIT = 0.3
"""The calls of this package for one of those which it stands on."""


def test_the_provider_does_little_at_its_start_beside_what_it_stands_on() -> None:
    output = subprocess.run([sys.executable, "-c", COUNTED], check=True, capture_output=True, text=True).stdout
    theirs, ours = map(int, output.split())
    assert ours / theirs < LIMIT, (ours, theirs)


WHEN_USED = """
import sys
import time

from verge_pulumi.client import Unreachable
from verge_pulumi.engine.connecting.connection import connect
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.loader import load

time.sleep = lambda seconds: None  # between retries
load("VirtualMachine")
connection = connect(read_settings({"host": "http://127.0.0.1:1"}.get, {"VERGEOS_API_KEY": "k" * 20}))
print("requests" in sys.modules)
try:
    connection.client.version()
except Unreachable:
    print("requests" in sys.modules)
"""


def test_requests_is_loaded_with_the_first_request_which_a_preview_does_not_send() -> None:
    output = subprocess.run([sys.executable, "-c", WHEN_USED], check=True, capture_output=True, text=True).stdout
    assert output.split() == ["False", "True"]
