"""F83: cloud-init data arrives in VergeOS byte for byte, or is refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.faulty import cases
from tests.providers.bench import Bench
from verge_pulumi.simulator import Simulator

LINES = st.lists(
    st.sampled_from(["{{ ds.meta_data }}", "{% if x %}", "${HOME}", "a: b", "- 'c", "\\", "\t", "é", "\ufeff", "\x85"])
    | st.text(max_size=20),
    max_size=8,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\u2028"])
HEADS = st.sampled_from(["", "#cloud-config", "#!/bin/sh", "## template: jinja", "Content-Type: multipart/mixed"])
TEXTS = st.builds(lambda head, lines, end: end.join([head, *lines, ""]), HEADS, LINES, ENDS)
LONG = st.builds(
    lambda text, count: text * count, st.sampled_from(["x", "é", "\r\n", "😀"]), st.integers(16380, 1 << 20)
)
NAMES = st.sampled_from(["/user-data", "/meta-data", "/network-config", "/vendor-data", "/setup.ps1"])

REFUSAL = re.compile(
    r"contents: (is [\d,]+ bytes long, and VergeOS keeps 65,536"
    r"|holds the character U\+00[01][0-9A-F],.*"
    r"|is not YAML( in line \d+, column \d+)?(, which a tab indents; YAML takes blanks only)?"
    r"|is YAML, but not a mapping of keys to values"
    r"|(has a first line that cloud-init ignores.{,70}|is empty, so the guest would ignore it); begin it with '.*"
    r"|is a mail of several parts, but its Content-Type names no boundary that stands between them"
    r"|has neither 'version: 1' nor 'version: 2', so the guest would ignore it)\."
)


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Bench, str]]:
    """A VM that all cases use, since starting one for each would take most of the time."""
    with Simulator() as simulator:
        bench = Bench(simulator)
        yield bench, bench.create("VirtualMachine", "vm", name="web").id
        bench.connection.client.close()


@pytest.mark.fault(83)
@cases(250)
@given(NAMES, TEXTS | LONG | st.text(), st.sampled_from([None, "no", "variables", "jinja2"]))
def test_cloudinit_data_arrives_byte_for_byte_or_is_refused(
    machine: tuple[Bench, str], name: str, contents: str, render: str | None
) -> None:
    bench, vm = machine
    arguments: dict[str, Any] = {"vm": f"vms/{vm}", "name": name, "contents": contents, "render": render}
    failures = bench.provider("CloudInitFile").check({}, arguments).failures
    if failures:
        assert [bool(REFUSAL.fullmatch(failure.reason)) for failure in failures] == [True] * len(failures)
        return
    file = bench.create("CloudInitFile", "file", **arguments)
    downloaded = b"".join(bench.connection.client.table("cloudinit_files").download(file.id))
    assert downloaded == contents.encode()
    assert file.outs["filesize"] == len(downloaded)
    assert file.diff().changes is False
    file.destroy()


@pytest.mark.fault(83)
@cases(250)
@given(LINES, ENDS)
def test_a_script_or_a_template_is_never_refused(machine: tuple[Bench, str], lines: list[str], end: str) -> None:
    bench, _ = machine
    text = end.join(["#!/bin/sh", *lines])
    failures = (
        bench.provider("CloudInitFile").check({}, {"vm": "vms/1", "name": "/user-data", "contents": text}).failures
    )
    assert bool(failures) == bool(re.search(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]", text))
